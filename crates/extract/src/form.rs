//! Forms as data: what a form is called, what stands on no other, and what its labels say, written as on the paper. What
//! is built in lies in `forms/` of this crate; an office writes its own in the same way, which the README shows.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, DocumentType, Error, FieldName, Result, text::nfc};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use toml::Spanned;

use crate::layout;
use crate::mistake::{self, Mistake};
use crate::persons::Role;

/// What a label says of that which follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Label {
    /// A person's name.
    Person(Role),
    /// Something of the person named before, or of the paper.
    Value(FieldName),
    /// Something that no field holds, but that ends the value before it.
    End,
}

/// What can be read behind a label.
const LABELLED: [FieldName; 10] = [
    FieldName::DossierCode,
    FieldName::IssuedDate,
    FieldName::Agency,
    FieldName::Subject,
    FieldName::PersonalId,
    FieldName::BirthDate,
    FieldName::Sex,
    FieldName::Address,
    FieldName::CardIssuedDate,
    FieldName::Procedure,
];

impl Label {
    fn from_key(key: &str) -> Option<Self> {
        match key {
            "applicant" => Some(Label::Person(Role::Applicant)),
            "named" => Some(Label::Person(Role::Named)),
            "other" => Some(Label::Person(Role::Other)),
            "end" => Some(Label::End),
            key => FieldName::from_key(key).filter(|name| LABELLED.contains(name)).map(Label::Value),
        }
    }
}

/// One form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The name of its file, without `.toml`.
    pub name: String,
    /// [`DocumentType::key`]; empty for what holds for papers of all kinds.
    pub key: &'static str,
    /// As written. On paper the rest of a title may stand below it in small letters.
    pub titles: Vec<String>,
    /// What stands on this form only, folded.
    pub(crate) words: Vec<String>,
    /// By their text, folded; where several fit, the longest does.
    pub(crate) labels: Vec<(String, Label)>,
    pub example: Option<Example>,
}

/// A filled-in page and what must be found on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// A file beside the form's.
    pub page: String,
    pub fields: BTreeMap<FieldName, String>,
}

/// The file of a form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
    #[serde(default)]
    titles: Vec<Spanned<String>>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    #[serde(default)]
    labels: BTreeMap<String, Spanned<String>>,
    example: Option<WrittenExample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExample {
    page: String,
    fields: BTreeMap<String, Spanned<String>>,
}

/// The file and where in it something is wrong.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn wrong(&self, at: usize, what: &str, hint: impl Into<String>) -> Error {
        let line = self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        Error::new(Code::InvalidValue, format!("{}, dòng {line}: {what}", self.file)).hint(hint)
    }
}

impl Form {
    /// Reads an office's own form. `file` is its name.
    ///
    /// Errors: `InvalidValue`, with the line and what to write there.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let form = Self::read(file, text)?;
        let place = Place { file, text };
        if form.key.is_empty() {
            return Err(place.wrong(0, "thiếu loại giấy tờ", format!("Thêm dòng type = \"…\". {}", types())));
        }
        if form.titles.is_empty() && form.words.is_empty() {
            return Err(place.wrong(
                0,
                "không có gì để nhận ra mẫu này",
                "Thêm titles = [\"tên in trên đầu mẫu\"], hoặc words = [\"lời chỉ có trên mẫu này\"].",
            ));
        }
        Ok(form)
    }

    fn read(file: &str, text: &str) -> Result<Self> {
        // Windows' editor puts a mark before the text.
        let text = text.trim_start_matches('\u{feff}');
        let place = Place { file, text };
        let written: Written = toml::from_str(text).map_err(|e| {
            let Mistake { at, what, hint } = mistake::tell(text, e.span().unwrap_or_default());
            place.wrong(at, &what, hint).source(e.message())
        })?;
        let key = written.kind.map_or(Ok(""), |kind| match DocumentType::from_key(kind.get_ref()) {
            Some(known) => Ok(known.key),
            None => {
                Err(place.wrong(kind.span().start, &format!("không có loại giấy tờ «{}»", kind.get_ref()), types()))
            }
        })?;
        let phrase = |at: usize, text: &str, least: usize| {
            let folded = layout::phrase(text);
            if !folded.is_empty() && folded.split(' ').count() >= least {
                return Ok(folded);
            }
            Err(place.wrong(
                at,
                &format!("«{text}» ngắn quá"),
                format!("Viết đúng như trên giấy, ít nhất {least} tiếng."),
            ))
        };
        let mut titles = Vec::new();
        for title in written.titles {
            phrase(title.span().start, title.get_ref(), 1)?;
            titles.push(nfc(title.get_ref()));
        }
        // A single syllable stands anywhere.
        let words = written.words.iter().map(|w| phrase(w.span().start, w.get_ref(), 2)).collect::<Result<_>>()?;
        let mut labels = Vec::new();
        for (text, key) in &written.labels {
            let at = key.span().start;
            let label = Label::from_key(key.get_ref()).ok_or_else(|| {
                let hint = format!("Viết applicant, named, other, end, hoặc một trường: {}.", keys(&LABELLED));
                place.wrong(at, &format!("nhãn «{text}» không thể là «{}»", key.get_ref()), hint)
            })?;
            labels.push((phrase(at, text, 1)?, label));
        }
        let example = written.example.map(|example| -> Result<Example> {
            let field = |(key, value): (&String, &Spanned<String>)| -> Result<(FieldName, String)> {
                let name = FieldName::from_key(key).ok_or_else(|| {
                    let hint = format!("Các trường: {}.", keys(&FieldName::ALL));
                    place.wrong(value.span().start, &format!("không có trường «{key}»"), hint)
                })?;
                Ok((name, nfc(value.get_ref().trim())))
            };
            Ok(Example { page: example.page, fields: example.fields.iter().map(field).collect::<Result<_>>()? })
        });
        let name = file.strip_suffix(".toml").unwrap_or(file).to_owned();
        Ok(Self { name, key, titles, words, labels, example: example.transpose()? })
    }
}

fn keys(names: &[FieldName]) -> String {
    names.iter().map(|name| name.key()).collect::<Vec<_>>().join(", ")
}

fn types() -> String {
    format!("Các loại: {}.", DocumentType::ALL.map(|t| t.key).join(", "))
}

macro_rules! files {
    ($($file:literal),*) => { [$(($file, include_str!(concat!("../forms/", $file)))),*] };
}

/// In the order in which their words are looked for.
const FILES: [(&str, &str); 7] = files![
    "common.toml",
    "giay_khai_sinh.toml",
    "to_khai_dang_ky_ket_hon.toml",
    "giay_tiep_nhan.toml",
    "don_de_nghi.toml",
    "can_cuoc.toml",
    "trich_luc.toml"
];

/// The forms that are built in, beside the names of the document types.
pub fn built_in() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
        FILES.iter().map(|(file, text)| Form::read(file, text).expect("what is built in is tested")).collect()
    });
    &FORMS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_parses_and_is_folded() {
        let [common, kinds @ ..] = built_in() else { panic!("nothing is built in") };
        assert_eq!((common.key, common.labels.len()), ("", 92));
        for (text, label) in [
            ("xac nhan ong ba co ten sau", Label::Person(Role::Applicant)),
            ("ho chu dem ten", Label::Person(Role::Named)),
            ("ho chu dem ten nguoi di dang ky", Label::Person(Role::Other)),
            ("so no", Label::Value(FieldName::PersonalId)),
            ("dia chi", Label::Value(FieldName::Address)),
            ("quoc tich", Label::End),
        ] {
            assert!(common.labels.contains(&(text.to_owned(), label)), "{text}");
        }
        for form in kinds {
            assert_eq!(form.key, form.name, "a file is called as its type");
            assert!(!form.titles.is_empty() || !form.words.is_empty(), "{}", form.name);
        }
        assert_eq!(kinds.iter().map(|f| f.titles.len()).sum::<usize>(), 10);
        assert_eq!(kinds.iter().map(|f| f.words.len()).sum::<usize>(), 8);
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_remedy() {
        let good = "type = \"don_de_nghi\"\ntitles = [\"Đơn xin xác nhận tạm trú\"]\n";
        assert_eq!(Form::parse("don.toml", &format!("\u{feff}{good}")).unwrap().name, "don");
        for (more, line, said, remedy) in [
            ("[labels]\n\"Chỗ ở\" = \"adress\"", 4, "«adress»", "address"),
            ("[labels]\n\"Họ tên\" = \"owner_name\"", 4, "«owner_name»", "applicant"),
            ("[labels]\n\n\":\" = \"end\"", 5, "«:»", "ít nhất 1"),
            ("words = [\n  \"Đơn\",\n]", 4, "«Đơn»", "ít nhất 2"),
            ("[example]\npage = \"a.jpg\"\nfields.ten = \"A\"", 5, "«ten»", "owner_name"),
            ("[example]\npage = \"a.jpg\"", 3, "thiếu page hoặc fields", "fields."),
            ("label = {}", 3, "«label»", "[labels]"),
            // Quotes.
            ("words = [\"Người khai", 3, "thiếu một dấu ngoặc kép", "\"…\""),
            ("words = [\n  \"Người khai tạm trú\",\n  \"Chủ nhà\n]", 5, "thiếu một dấu ngoặc kép", "\"…\""),
            ("[labels]\n\"Chỗ ở = \"address\"", 4, "thiếu một dấu ngoặc kép", "\"…\""),
            ("[labels]\n\"Chỗ ở\" = address", 4, "quanh «address»", "\"address\""),
            ("[labels]\nChỗ ở = \"address\"", 4, "quanh «Chỗ ở»", "\"Chỗ ở\" ="),
            ("words = [Người khai]", 3, "quanh «Người khai»", "\"Người khai\""),
            ("words = (\"Người khai\")", 3, "quanh «Người khai»", "\"Người khai\""),
            ("words = [“Người khai”]", 3, "không đúng kiểu", "thẳng"),
            ("[labels]\n“Chỗ ở” = \"address\"", 4, "không đúng kiểu", "thẳng"),
            ("[example]\npage = a.jpg", 4, "quanh «a.jpg»", "\"a.jpg\""),
            ("[example]\npage = \"anh\\trang.jpg\"\nfields.sex = Nam", 5, "quanh «Nam»", "\"Nam\""),
            ("[example]\npage = \"C:\\anh\\trang.jpg\"", 4, "\\", "Viết /"),
            (
                "[example]\npage = \"a.jpg\"\nfields.personal_id = 027196000123",
                5,
                "quanh «027196000123»",
                "\"027196000123\"",
            ),
            (
                "[example]\npage = \"a.jpg\"\nfields.birth_date = 1996-01-02 # x",
                5,
                "quanh «1996-01-02»",
                "\"1996-01-02\"",
            ),
            // Signs.
            ("words \"Người khai\"", 3, "thiếu dấu =", "tên = \"chữ\""),
            ("words: \"Người khai\"", 3, "dấu :", "tên = \"chữ\""),
            ("words := [\"Người khai\"]", 3, "dấu :", "tên = \"chữ\""),
            ("words == [\"Người khai\"]", 3, "thừa dấu =", "words ="),
            ("= \"Người khai\"", 3, "thiếu tên", "tên = \"chữ\""),
            ("words =", 3, "thiếu giá trị", "words ="),
            ("// ghi chú", 3, "thiếu dấu =", "#"),
            ("[labels]\n\"Chỗ ở\" = \"address\" // ghi chú", 4, "thừa «// ghi chú»", "#"),
            ("[labels]\n\"Chỗ ở\" = \"address\"; \"Họ\" = \"end\"", 4, "thừa «; \"Họ\"", "Mỗi dòng"),
            ("words = [\"Người khai\"", 3, "thiếu dấu ]", "dấu ]"),
            ("words = [\"Người khai\",\n\n[labels]\n\"Chỗ ở\" = \"address\"", 3, "thiếu dấu ]", "dấu ]"),
            ("words = [\"Người khai\",\nlabels.\"Chỗ ở\" = \"address\"", 3, "thiếu dấu ]", "dấu ]"),
            ("words = [\"Người khai\" \"Chủ nhà\"]", 3, "thiếu dấu phẩy", "\"Chủ nhà\""),
            ("words = [\n  \"Người khai\"\n  \"Chủ nhà\"\n]", 5, "thiếu dấu phẩy", "\"Chủ nhà\""),
            ("words = [\"Người khai\",,]", 3, "thừa dấu phẩy", "một dấu phẩy"),
            ("[labels\n\"Chỗ ở\" = \"address\"", 3, "thiếu dấu ]", "[labels]"),
            ("labels]\n\"Chỗ ở\" = \"address\"", 3, "thiếu dấu [", "[labels]"),
            ("[[labels]]\n\"Chỗ ở\" = \"address\"", 3, "thừa dấu ngoặc vuông", "[labels]"),
            // Names.
            ("title = [\"Đơn xin\"]", 3, "«title»", "titles"),
            ("[nhan]\n\"Chỗ ở\" = \"address\"", 3, "[nhan]", "[labels]"),
            ("titles = [\"Đơn xin\"]", 3, "titles đã có ở dòng 2", "xóa dòng kia"),
            ("[labels]\n\"Chỗ ở\" = \"address\"\n\"Chỗ ở\" = \"end\"", 5, "\"Chỗ ở\" đã có ở dòng 4", "xóa dòng kia"),
            ("[labels]\n\"Chỗ ở\" = \"address\"\n[labels]", 5, "[labels] ở dòng 3", "Gộp"),
            ("[labels]\nwords = [\"Người khai\"]", 4, "trước mục [labels]", "lên đầu tệp"),
            ("[example]\npage = \"a.jpg\"\nwords = [\"Người khai\"]", 5, "trước mục [example]", "lên đầu tệp"),
            ("[example]\npage = \"a.jpg\"\nsex = \"Nam\"", 5, "«sex»", "fields.sex"),
            ("[example]\nanh = \"a.jpg\"", 4, "«anh»", "page"),
            ("[example]\nfields.sex = \"Nam\"", 3, "page", "page ="),
            // Kinds of values.
            (
                "words = \"Người khai tạm trú\"",
                3,
                "words phải đứng trong ngoặc vuông",
                "words = [\"Người khai tạm trú\"]",
            ),
            ("labels = \"Chỗ ở\"", 3, "labels là một mục", "[labels]"),
            ("[labels]\n\"Chỗ ở\" = [\"address\"]", 4, "một giá trị", "\"Chỗ ở\" = \"…\""),
            ("[example]\npage = \"a.jpg\"\nfields = \"Nam\"", 5, "fields", "fields.owner_name"),
            ("words = [\"Người khai\", 3]", 3, "quanh «3»", "\"3\""),
        ] {
            let error = Form::parse("don.toml", &format!("{good}{more}")).unwrap_err();
            assert_eq!(error.code, Code::InvalidValue);
            assert!(error.message.starts_with(&format!("don.toml, dòng {line}: ")), "{more}: {}", error.message);
            assert!(error.message.contains(said), "{more}: {}", error.message);
            assert!(error.hint.contains(remedy), "{more}: {}", error.hint);
            let english = ["expected", "invalid", "unexpected", "missing", "unknown"];
            assert!(!english.iter().any(|w| error.message.contains(w)), "{more}: {}", error.message);
        }
        // What the parser says is kept for whoever asks.
        let source = Form::parse("don.toml", "type = \"a").unwrap_err().source.unwrap().to_string();
        assert!(source.contains("invalid"), "{source}");
        for (text, said) in [
            ("titles = [\"Đơn xin\"]", "thiếu loại giấy tờ"),
            ("type = \"don_xin\"", "«don_xin»"),
            ("type = \"don_de_nghi\"", "nhận ra"),
            ("", "thiếu loại giấy tờ"),
        ] {
            let error = Form::parse("don.toml", text).unwrap_err();
            assert!(error.message.contains(said) && !error.hint.is_empty(), "{text}: {}", error.message);
        }
    }

    #[test]
    fn whatever_one_key_breaks_is_told_with_a_remedy() {
        let form = "# Mẫu\ntype = \"don_de_nghi\"\ntitles = [\"Đơn xin\"]\nwords = [\n  \"Người khai\",\n]\n\n\
            [labels]\n\"Chỗ ở\" = \"address\" # nơi ở\n\n[example]\npage = \"a.jpg\"\nfields.sex = \"Nữ\"\n";
        for (at, c) in form.char_indices() {
            let (before, after) = (&form[..at], &form[at + c.len_utf8()..]);
            let typed = ["", "\"", "'", "[", "]", "=", ",", "#", "\\", ":", "“", "đ", "7", " ", "\n"];
            for text in typed.iter().map(|typed| format!("{before}{typed}{after}")) {
                let Err(error) = Form::parse("don.toml", &text) else { continue };
                assert!(error.message.starts_with("don.toml, dòng ") && !error.hint.is_empty(), "{text}");
            }
        }
    }
}

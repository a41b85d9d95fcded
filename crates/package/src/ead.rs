//! The two descriptions of TT 05/2025: 18 fields of a dossier, 21 of a document.
//!
//! [`DOSSIER`] and [`DOCUMENT`] are the one place that knows the fields and their rules: what is written is held to
//! them, the schemas that travel in the package are made from them, and packages from elsewhere are judged by them.

use sohoa_model::{Code, Error, Result, text::nfc};

use crate::{Document, Dossier, escaped};

/// A field of the circular.
pub struct Field {
    pub name: &'static str,
    /// As the clerk knows it.
    pub label: &'static str,
    rule: Rule,
}

enum Rule {
    /// At least and at most so many characters.
    Text(usize, usize),
    /// A whole number of at most so many digits.
    Number(usize),
    /// `DD/MM/YYYY`, or empty where it is not known.
    Date,
    OneOf(&'static [&'static str]),
}

use Rule::{Date, Number, OneOf, Text};

const fn field(name: &'static str, label: &'static str, rule: Rule) -> Field {
    Field { name, label, rule }
}

pub const DOSSIER: [Field; 18] = [
    field("fileCode", "Mã hồ sơ", Text(1, 100)),
    field("title", "Tiêu đề hồ sơ", Text(1, 1000)),
    field("maintenance", "Thời hạn lưu trữ", OneOf(&MAINTENANCE)),
    field("mode", "Chế độ sử dụng", OneOf(&THREE)),
    field("language", "Ngôn ngữ", OneOf(&LANGUAGE)),
    field("startDate", "Thời gian bắt đầu", Date),
    field("endDate", "Thời gian kết thúc", Date),
    field("keyword", "Từ khóa", Text(0, 100)),
    field("totalDoc", "Tổng số tài liệu", Number(10)),
    field("numberOfPaper", "Số lượng tờ", Number(10)),
    field("numberOfPage", "Số lượng trang", Number(10)),
    field("format", "Tình trạng vật lý", OneOf(&THREE)),
    field("inforSign", "Ký hiệu thông tin", Text(0, 30)),
    field("confidenceLevel", "Mức độ tin cậy", OneOf(&THREE)),
    field("paperFileCode", "Mã hồ sơ gốc giấy", Text(0, 100)),
    field("riskRecovery", "Chế độ dự phòng", OneOf(&["0", "1"])),
    field("riskRecoveryStatus", "Tình trạng dự phòng", OneOf(&["", "01", "02"])),
    field("description", "Ghi chú", Text(0, 2000)),
];

pub const DOCUMENT: [Field; 21] = [
    // 25 characters in the circular, which the older dossier codes (`000.00.16.H05-250703-0012`) fill by themselves.
    field("docId", "Mã định danh tài liệu", Text(1, 100)),
    field("docCode", "Mã lưu trữ của tài liệu", Text(1, 100)),
    field("maintenance", "Thời hạn lưu trữ", OneOf(&MAINTENANCE)),
    field("typeName", "Tên loại tài liệu", OneOf(&KINDS)),
    field("codeNumber", "Số của tài liệu", Text(0, 11)),
    field("codeNotation", "Ký hiệu của tài liệu", Text(0, 30)),
    field("issuedDate", "Ngày, tháng, năm tài liệu", Date),
    field("organName", "Tên cơ quan ban hành", Text(0, 200)),
    field("subject", "Trích yếu nội dung", Text(0, 500)),
    field("language", "Ngôn ngữ", OneOf(&LANGUAGE)),
    field("numberOfPage", "Số trang", Number(4)),
    field("inforSign", "Ký hiệu thông tin", Text(0, 30)),
    field("keyword", "Từ khóa", Text(0, 100)),
    field("mode", "Chế độ sử dụng", OneOf(&THREE)),
    field("confidenceLevel", "Mức độ tin cậy", OneOf(&THREE)),
    field("autograph", "Bút tích", Text(0, 2000)),
    field("format", "Tình trạng vật lý", OneOf(&THREE)),
    field("riskRecovery", "Chế độ dự phòng", OneOf(&["0", "1"])),
    field("riskRecoveryStatus", "Tình trạng dự phòng", OneOf(&["", "01", "02"])),
    field("process", "Quy trình xử lý", OneOf(&["", "0", "1"])),
    field("description", "Ghi chú", Text(0, 500)),
];

/// For good, 70, 50, 30, 20, 10 years, other.
const MAINTENANCE: [&str; 7] = ["01", "02", "03", "04", "05", "06", "07"];
const THREE: [&str; 3] = ["01", "02", "03"];
const LANGUAGE: [&str; 11] = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
const KINDS: [&str; 32] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32",
];

impl Field {
    /// What is wrong with a value, if anything.
    pub fn fault(&self, value: &str) -> Option<String> {
        let label = self.label;
        match self.rule {
            Text(1.., _) if value.is_empty() => Some(format!("Thiếu «{label}»")),
            Text(_, most) if value.chars().count() > most => {
                Some(format!("«{label}» dài {} ký tự, tối đa {most}", value.chars().count()))
            }
            Number(most) if value.is_empty() || value.len() > most || !digits(value) => {
                Some(format!("«{label}» phải là số có tối đa {most} chữ số, không phải «{value}»"))
            }
            Date if !value.is_empty() && !is_date(value) => {
                Some(format!("«{label}» phải có dạng ngày/tháng/năm, không phải «{value}»"))
            }
            OneOf(values) if !values.contains(&value) => {
                Some(format!("«{label}» không có giá trị «{value}» trong danh mục của TT 05/2025/TT-BNV"))
            }
            _ => None,
        }
    }

    fn schema(&self) -> String {
        let facets: String = match self.rule {
            Text(least, most) => format!("<xs:minLength value=\"{least}\"/><xs:maxLength value=\"{most}\"/>"),
            Number(most) => format!("<xs:pattern value=\"[0-9]{{1,{most}}}\"/>"),
            Date => "<xs:pattern value=\"([0-9]{2}/[0-9]{2}/[0-9]{4})?\"/>".into(),
            OneOf(values) => values.iter().map(|v| format!("<xs:enumeration value=\"{v}\"/>")).collect(),
        };
        format!(
            "<xs:element name=\"{}\"><xs:simpleType><xs:restriction base=\"xs:string\">{facets}</xs:restriction></xs:simpleType></xs:element>\n",
            self.name
        )
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// `DD/MM/YYYY` of a day that there is.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let [day, month, year] = parts[..] else { return false };
    let shape = day.len() == 2 && month.len() == 2 && year.len() == 4 && parts.iter().all(|p| digits(p));
    shape && format!("{year}-{month}-{day}T00:00:00Z").parse::<sohoa_model::Timestamp>().is_ok()
}

/// What a digitised dossier of a one-stop shop is until the office's own schedule says otherwise: kept for good, open
/// on conditions, Vietnamese, in good order, digitised, without a backup regime of its own, without a workflow file.
fn settled(name: &str) -> &'static str {
    match name {
        "maintenance" => "01",
        "mode" => "02",
        "language" => "01",
        "format" => "01",
        "confidenceLevel" => "02",
        "riskRecovery" => "0",
        "process" => "0",
        _ => "",
    }
}

/// `docId`, by which a document's files go: `<mã hồ sơ>.<số thứ tự>` (Điều 8).
pub fn doc_id(code: &str, number: u32) -> String {
    format!("{code}.{number}")
}

/// The description of a dossier.
///
/// Errors: `InvalidValue` for a value that breaks its field's rule.
pub fn dossier(d: &Dossier, documents: &[Document]) -> Result<String> {
    let pages: u32 = documents.iter().map(|d| d.pages).sum();
    let sheets: u32 = documents.iter().map(|d| d.pages.div_ceil(2)).sum();
    let (total, sheets, pages) = (documents.len().to_string(), sheets.to_string(), pages.to_string());
    simpledc(&DOSSIER, &format!("Hồ sơ {}", d.code), |name| match name {
        "fileCode" => &d.code,
        "title" => &d.title,
        "startDate" => &d.start,
        "endDate" => &d.end,
        "keyword" => &d.keyword,
        "totalDoc" => &total,
        "numberOfPaper" => &sheets,
        "numberOfPage" => &pages,
        "paperFileCode" => &d.paper_code,
        "description" => &d.description,
        name => settled(name),
    })
}

/// The description of a document.
///
/// Errors: `InvalidValue` for a value that breaks its field's rule.
pub fn document(dossier: &Dossier, d: &Document) -> Result<String> {
    let id = doc_id(&dossier.code, d.number);
    let (code, pages) = (format!("{}.{:07}", dossier.code, d.number), d.pages.to_string());
    simpledc(&DOCUMENT, &format!("Giấy tờ {id}"), |name| match name {
        "docId" => &id,
        "docCode" => &code,
        "typeName" => &d.kind,
        "codeNumber" => &d.code_number,
        "codeNotation" => &d.code_notation,
        "issuedDate" => &d.issued,
        "organName" => &d.agency,
        "subject" => &d.subject,
        "numberOfPage" => &pages,
        name => settled(name),
    })
}

fn simpledc<'a>(fields: &[Field], subject: &str, value: impl Fn(&str) -> &'a str) -> Result<String> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<simpledc>\n");
    for field in fields {
        let value = nfc(value(field.name).trim());
        if let Some(fault) = field.fault(&value) {
            return Err(Error::new(Code::InvalidValue, format!("{subject}: {fault}"))
                .hint(format!("Sửa trường «{}» rồi đóng hồ sơ lại.", field.label)));
        }
        out += &format!("  <{0}>{1}</{0}>\n", field.name, escaped(&value));
    }
    Ok(out + "</simpledc>\n")
}

/// The schema of one of the two: every field once, in any order.
pub fn schema(fields: &[Field]) -> String {
    let fields: String = fields.iter().map(Field::schema).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\">\n\
         <xs:element name=\"simpledc\"><xs:complexType><xs:all>\n{fields}</xs:all></xs:complexType></xs:element>\n\
         </xs:schema>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> &'static Field {
        static FIELDS: [Field; 21] = DOCUMENT;
        FIELDS.iter().find(|f| f.name == name).unwrap()
    }

    #[test]
    fn dates_are_days_that_there_are() {
        for good in ["", "29/02/2024", "01/12/1954"] {
            assert_eq!(of("issuedDate").fault(good), None, "{good}");
        }
        for bad in ["29/02/2023", "1/2/2024", "2024-02-01", "00/01/2024", "01/13/2024", "01/01/24", "+1/01/2024"] {
            assert!(of("issuedDate").fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(of("subject").fault(&"ế".repeat(500)), None);
        assert!(of("subject").fault(&"ế".repeat(501)).unwrap().contains("501"));
        assert!(of("docId").fault("").is_some());
        assert_eq!(of("keyword").fault(""), None);
    }

    #[test]
    fn numbers_and_lists_hold() {
        for bad in ["", "12345", "-1", "1.5", "một"] {
            assert!(of("numberOfPage").fault(bad).is_some(), "{bad}");
        }
        assert_eq!(of("typeName").fault("32"), None);
        for bad in ["", "00", "33", "5"] {
            assert!(of("typeName").fault(bad).is_some(), "{bad}");
        }
    }
}

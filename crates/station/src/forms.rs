//! The forms that are known: those built in, and the office's own in `forms/` of the station's folder. Their files are
//! read whenever a document is, so a changed one counts from the next document on; one with a mistake is told of and
//! costs the others nothing.

use sohoa_extract::Form;
use sohoa_model::{Code, DocumentType, Error, Result};
use std::path::{Path, PathBuf};

use crate::view::{self, Checked, Judged, Problem, Score};
use crate::{Station, trial};

/// Where an office's own forms lie.
pub fn folder(station: &Path) -> PathBuf {
    station.join("forms")
}

/// A file of the office's.
struct Own {
    path: PathBuf,
    form: Result<Form>,
}

impl Own {
    fn read(path: PathBuf) -> Self {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let form = std::fs::read(&path).map_err(|e| Error::io("đọc", &path, e)).and_then(|bytes| {
            let text = String::from_utf8(bytes).map_err(|e| {
                Error::new(Code::InvalidValue, format!("{file}: không phải văn bản UTF-8"))
                    .hint("Lưu lại tệp với bảng mã UTF-8.")
                    .source(e)
            })?;
            if file.ends_with(".txt") {
                return Err(Error::new(Code::InvalidValue, format!("{file}: tên tệp mẫu phải tận cùng là .toml"))
                    .hint("Đổi tên, bỏ phần .txt ở cuối."));
            }
            Form::parse(&file, &text)
        });
        Self { path, form }
    }

    fn shown(&self) -> view::Form {
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = Some(self.path.display().to_string());
        match &self.form {
            Ok(form) => view::Form { file, ..shown(form) },
            Err(error) => view::Form { name, file, error: Some(problem(error, &self.path)), ..view::Form::default() },
        }
    }
}

/// By name, so that the outcome does not hang on the order of a folder.
fn own(station: &Path) -> Vec<Own> {
    let folder = folder(station);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(e) => return vec![Own { form: Err(Error::io("đọc", &folder, e)), path: folder }],
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    // Editors are fond of a second ending.
    let is_form = |path: &PathBuf| [".toml", ".toml.txt"].iter().any(|end| path.to_string_lossy().ends_with(end));
    paths.retain(is_form);
    paths.sort();
    paths.into_iter().map(Own::read).collect()
}

/// The office's own forms as far as they can be used.
pub(crate) fn usable(station: &Path) -> Vec<Form> {
    own(station).into_iter().filter_map(|own| own.form.ok()).collect()
}

/// The office's own forms, then those built in.
pub fn list(station: &Path) -> view::Forms {
    let built_in = sohoa_extract::built_in().iter().filter(|form| !form.key.is_empty()).map(shown);
    let forms = own(station).iter().map(Own::shown).chain(built_in).collect();
    view::Forms { folder: folder(station).display().to_string(), forms }
}

impl Station {
    pub fn forms(&self) -> view::Forms {
        list(self.store.dir())
    }

    /// As [`check`].
    pub fn check_form(&self, file: &Path) -> Checked {
        check(self.store.dir(), file)
    }
}

impl Checked {
    /// Whether its page is known as this form and every field was found as it stands there.
    pub fn is_good(&self) -> bool {
        let known = |score: &Score| score.known_as.as_ref() == Some(&self.form.name);
        self.form.error.is_none() && self.score.as_ref().is_none_or(|s| known(s) && s.wrong + s.missing == 0)
    }
}

/// Reads the example page of each own form of the station as a document is read: with all of them known.
pub fn check_all(station: &Path) -> Vec<Checked> {
    let all = own(station);
    all.iter().map(|own| checked(own, station, &all)).collect()
}

/// The same for one file, which need not lie there yet.
pub fn check(station: &Path, file: &Path) -> Checked {
    let mut all = own(station);
    all.retain(|own| own.path.file_name() != file.file_name());
    // In the place that it has, or would have, there.
    let at = all.partition_point(|own| own.path.file_name() < file.file_name());
    all.insert(at, Own::read(file.to_owned()));
    checked(&all[at], station, &all)
}

fn checked(own: &Own, station: &Path, all: &[Own]) -> Checked {
    let forms = all.iter().filter_map(|own| own.form.as_ref().ok().cloned()).collect();
    let mut form = own.shown();
    let score = score(own, station, forms).unwrap_or_else(|error| {
        form.error = Some(problem(&error, &own.path));
        None
    });
    Checked { form, score }
}

fn score(own: &Own, station: &Path, forms: Vec<Form>) -> Result<Option<Score>> {
    let Some(example) = own.form.as_ref().ok().and_then(|form| form.example.as_ref()) else { return Ok(None) };
    let page = own.path.with_file_name(&example.page);
    if !page.is_file() {
        return Err(Error::new(Code::NotFound, format!("Không có trang thử {}", page.display()))
            .hint("Chép trang vào cạnh tệp mẫu, hoặc sửa tên trang sau page = trong mục [example]."));
    }
    let found = trial::extracted(&page, station, forms)?;
    let mut score = Score { known_as: found.form, right: 0, wrong: 0, missing: 0, fields: Vec::new() };
    for (name, expected) in &example.fields {
        let value = found.fields.iter().find(|f| f.name == *name).map(|f| f.value.clone());
        *match &value {
            Some(value) if value == expected => &mut score.right,
            Some(_) => &mut score.wrong,
            None => &mut score.missing,
        } += 1;
        score.fields.push(Judged { name: *name, expected: expected.clone(), found: value });
    }
    Ok(Some(score))
}

fn shown(form: &Form) -> view::Form {
    view::Form {
        name: form.name.clone(),
        file: None,
        kind: form.key.into(),
        type_name: DocumentType::from_key(form.key).map_or("", |t| t.name).into(),
        titles: form.titles.clone(),
        example: form.example.as_ref().map(|example| example.page.clone()),
        error: None,
    }
}

fn problem(error: &Error, path: &Path) -> Problem {
    Problem {
        code: error.code.to_string(),
        subject: path.display().to_string(),
        message: error.message.clone(),
        hint: error.hint.clone(),
    }
}

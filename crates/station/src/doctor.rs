//! What is installed, what is missing, how to mend it.

use serde::Serialize;
use std::path::Path;

use crate::{Station, forms, models, view::Door, words};

/// One thing looked at.
#[derive(Debug, Serialize)]
pub struct Check {
    pub name: String,
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do when it is not right.
    pub remedy: String,
}

pub fn doctor(dir: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    let models =
        [("Tesseract, mô hình tiếng Việt", models::LANGUAGE), ("Tesseract, mô hình lớn cùng đọc", sohoa_ocr::LARGER)];
    for (name, model) in models {
        let loaded = models::folder().and_then(|folder| sohoa_ocr::Reader::new(&folder, model).map(|_| folder));
        checks.push(match loaded {
            Ok(folder) => check(name, true, folder.display().to_string(), ""),
            Err(e) => check(name, false, e.to_string(), &e.hint),
        });
    }
    if let Ok(reader) = models::folder().and_then(|folder| sohoa_ocr::Reader::new(&folder, models::LANGUAGE)) {
        let name = "Bộ nhận dạng thứ hai (không bắt buộc)";
        checks.push(match reader.check_second() {
            Ok(Some(second)) => check(name, true, format!("{second}: cùng đọc ở mức Kỹ"), ""),
            Ok(None) => check(name, true, "không có: mức Kỹ đọc không có nó".into(), ""),
            Err(e) => check(name, false, e.to_string(), &e.hint),
        });
    }
    let door = Station::door(dir);
    let found = match door {
        Door::New => format!("{} (chưa có, sẽ tạo khi dùng lần đầu)", dir.display()),
        Door::Locked | Door::Open => dir.display().to_string(),
    };
    checks.push(check("Thư mục của trạm", true, found, ""));
    let parent = dir.ancestors().find(|p| p.exists()).unwrap_or(dir);
    match tempfile::NamedTempFile::new_in(parent) {
        Ok(_) => checks.push(check("Quyền ghi", true, parent.display().to_string(), "")),
        Err(e) => checks.push(check(
            "Quyền ghi",
            false,
            e.to_string(),
            "Chọn thư mục khác bằng --station hoặc SOHOA_STATION.",
        )),
    }
    let own: Vec<_> = forms::list(dir).forms.into_iter().filter(|form| form.file.is_some()).collect();
    let broken: Vec<_> = own.iter().filter_map(|form| form.error.as_ref()).collect();
    checks.extend(broken.iter().map(|e| check("Mẫu của đơn vị", false, e.message.clone(), &e.hint)));
    if broken.is_empty() && !own.is_empty() {
        checks.push(check("Mẫu của đơn vị", true, format!("{} mẫu", own.len()), ""));
    }
    match words::read(dir) {
        Ok(None) => {}
        Ok(Some((lexicon, errors))) if errors.is_empty() => {
            checks.push(check("Từ ngữ của đơn vị", true, format!("{} mục", lexicon.own()), ""));
        }
        Ok(Some((_, errors))) => {
            checks.extend(errors.iter().map(|e| check("Từ ngữ của đơn vị", false, e.message.clone(), &e.hint)));
        }
        Err(e) => checks.push(check("Từ ngữ của đơn vị", false, e.message.clone(), &e.hint)),
    }
    checks
}

fn check(name: &str, ok: bool, found: String, remedy: &str) -> Check {
    Check { name: name.into(), ok, found, remedy: remedy.into() }
}

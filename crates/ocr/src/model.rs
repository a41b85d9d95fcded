//! Models, each held against its pinned digest before it is used.

use serde::Deserialize;
use sohoa_model::{Code, Digest, Error, Result};
use std::path::Path;

/// The same list that set-up checks.
const PINNED: &str = include_str!("../../../tessdata/models.json");

#[derive(Deserialize)]
struct List {
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    name: String,
    file: String,
    package: String,
    sha256: Digest,
}

pub fn load(tessdata: &Path, name: &str) -> Result<Vec<u8>> {
    let list: List = serde_json::from_str(PINNED).map_err(|e| Error::internal("Danh sách mô hình bị hỏng", e))?;
    let model = list.models.into_iter().find(|m| m.name == name);
    let model = model.ok_or_else(|| {
        Error::new(Code::Missing, format!("Không có mô hình nhận dạng «{name}» trong danh sách đã kiểm"))
    })?;
    let hint = format!("Cài lại gói {}, hoặc chạy cargo xtask setup.", model.package);
    let path = tessdata.join(&model.file);
    let bytes = std::fs::read(&path).map_err(|e| {
        Error::new(Code::Missing, format!("Thiếu mô hình nhận dạng {}", path.display())).hint(&hint).source(e)
    })?;
    if Digest::of(&bytes) != model.sha256 {
        return Err(Error::new(Code::Missing, format!("Mô hình {} không phải bản đã kiểm", path.display())).hint(&hint));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_model_and_no_model_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path(), "vie").unwrap_err().code, Code::Missing);
        std::fs::write(dir.path().join("vie.traineddata"), b"something else").unwrap();
        let error = load(dir.path(), "vie").unwrap_err();
        assert_eq!(error.code, Code::Missing);
        assert!(error.hint.contains("tesseract-ocr-vie"));
        assert_eq!(load(dir.path(), "eng").unwrap_err().code, Code::Missing);
    }
}

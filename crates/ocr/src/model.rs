//! Models, each held against its pinned digest before it is used.

use serde::Deserialize;
use sohoa_model::{Code, Digest, Error, Result};
use std::path::Path;

/// The same list that set-up checks.
const PINNED: &str = include_str!("../../../tessdata/models.json");

/// Which models there are, and what their files must be. The list that counts is built in.
#[derive(Clone, Debug, Deserialize)]
pub struct Models {
    models: Vec<Model>,
    /// Networks of another kind that may lie beside them; the first that does is used.
    #[serde(default)]
    optional: Vec<Optional>,
}

#[derive(Clone, Debug, Deserialize)]
struct Model {
    name: String,
    file: String,
    package: String,
    sha256: Digest,
}

/// A network that may be there.
#[derive(Clone, Debug, Deserialize)]
pub struct Optional {
    name: String,
    file: String,
    sha256: Digest,
    /// Of its classes from the second on; the first is nothing.
    pub letters: String,
}

impl Optional {
    /// What it goes by where it is told who read: a name, and the beginning of its digest.
    pub fn id(&self) -> String {
        format!("{}-{:.8}", self.name, self.sha256.to_string())
    }

    pub fn load(&self, tessdata: &Path) -> Result<Vec<u8>> {
        let hint = "Chạy lại cargo xtask setup --second, hoặc xóa tệp này: thiếu nó Sohoa vẫn đọc được.";
        load(tessdata, &self.file, &self.sha256, hint)
    }
}

impl Models {
    pub fn pinned() -> Result<Self> {
        Self::parse(PINNED)
    }

    /// Errors: `Internal` for what is no such list.
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| Error::internal("Danh sách mô hình bị hỏng", e))
    }

    pub fn load(&self, tessdata: &Path, name: &str) -> Result<Vec<u8>> {
        let model = self.models.iter().find(|m| m.name == name).ok_or_else(|| {
            Error::new(Code::Missing, format!("Không có mô hình nhận dạng «{name}» trong danh sách đã kiểm"))
        })?;
        let hint = format!("Cài lại gói {}, hoặc chạy cargo xtask setup.", model.package);
        load(tessdata, &model.file, &model.sha256, &hint)
    }

    /// The optional network whose file is there, whatever is in it.
    pub fn second(&self, tessdata: &Path) -> Option<&Optional> {
        self.optional.iter().find(|model| tessdata.join(&model.file).exists())
    }
}

fn load(tessdata: &Path, file: &str, sha256: &Digest, hint: &str) -> Result<Vec<u8>> {
    let path = tessdata.join(file);
    let bytes = std::fs::read(&path).map_err(|e| {
        Error::new(Code::Missing, format!("Thiếu mô hình nhận dạng {}", path.display())).hint(hint).source(e)
    })?;
    if Digest::of(&bytes) != *sha256 {
        return Err(Error::new(Code::Missing, format!("Mô hình {} không phải bản đã kiểm", path.display())).hint(hint));
    }
    Ok(bytes)
}

/// A pinned model.
#[cfg(test)]
pub fn pinned(tessdata: &Path, name: &str) -> Result<Vec<u8>> {
    Models::pinned()?.load(tessdata, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_model_and_no_model_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(pinned(dir.path(), "vie").unwrap_err().code, Code::Missing);
        std::fs::write(dir.path().join("vie.traineddata"), b"something else").unwrap();
        let error = pinned(dir.path(), "vie").unwrap_err();
        assert_eq!(error.code, Code::Missing);
        assert!(error.hint.contains("tesseract-ocr-vie"));
        assert_eq!(pinned(dir.path(), "eng").unwrap_err().code, Code::Missing);
    }

    #[test]
    fn an_optional_network_counts_where_its_file_is() {
        let dir = tempfile::tempdir().unwrap();
        let models = Models::pinned().unwrap();
        assert!(models.second(dir.path()).is_none());
        std::fs::write(dir.path().join("asternet.onnx"), b"something else").unwrap();
        let second = models.second(dir.path()).unwrap();
        assert_eq!((&*second.id(), second.letters.chars().count()), ("asternet-10c96b53", 226));
        let error = second.load(dir.path()).unwrap_err();
        assert!(error.code == Code::Missing && error.hint.contains("setup --second"), "{error:?}");
    }
}

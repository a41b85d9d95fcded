//! Where the Tesseract models lie.

use sohoa_model::{Code, Error, Result};
use std::path::PathBuf;

pub const LANGUAGE: &str = "vie";

/// The folder that holds `vie.traineddata`: `TESSDATA_PREFIX`, a `tessdata` folder beside the program, or where
/// Debian puts it.
pub fn folder() -> Result<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("tessdata")));
    std::env::var_os("TESSDATA_PREFIX")
        .map(PathBuf::from)
        .into_iter()
        .chain(beside)
        .chain(["/usr/share/tesseract-ocr/5/tessdata".into(), "/usr/share/tessdata".into()])
        .find(|folder| folder.join("vie.traineddata").is_file())
        .ok_or_else(|| {
            Error::new(Code::Missing, "Không tìm thấy mô hình nhận dạng tiếng Việt (vie.traineddata)")
                .hint("Cài gói tesseract-ocr-vie, hoặc đặt biến TESSDATA_PREFIX trỏ tới thư mục tessdata.")
        })
}

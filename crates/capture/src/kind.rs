//! What a file is, told by its first bytes and held against its name.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Jpeg,
    Png,
    Tiff,
    WebP,
    Bmp,
    Pdf,
}

impl Kind {
    /// Errors: `FileEmpty`; `NotADocument`; `WrongExtension` when the name says otherwise than the bytes.
    pub fn of(bytes: &[u8], name: &str) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::new(Code::FileEmpty, format!("{name}: tệp rỗng, không có byte nào"))
                .hint("Quét hoặc chép lại tệp này."));
        }
        let named = Self::named(name);
        let Some(kind) = Self::sniff(bytes) else {
            if named.is_some() && bytes.iter().all(|b| *b == 0) {
                return Err(crate::truncated(name));
            }
            return Err(
                Error::new(Code::NotADocument, format!("{name}: không phải ảnh quét hay PDF")).hint(remedy(bytes))
            );
        };
        match named {
            Some(other) if other != kind => Err(Error::new(
                Code::WrongExtension,
                format!("{name}: tên tệp là {} nhưng nội dung là {}", other.name(), kind.name()),
            )
            .hint(format!(
                "Kiểm tra tệp có đúng là giấy tờ cần nộp không; nếu đúng, đổi phần mở rộng thành .{}.",
                kind.extension()
            ))),
            _ => Ok(kind),
        }
    }

    fn sniff(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        // A PDF may have a little junk before its header (ISO 32000-1, annex H).
        let pdf = || bytes[..bytes.len().min(1024)].windows(5).any(|w| w == b"%PDF-");
        match () {
            _ if starts(&[0xFF, 0xD8, 0xFF]) => Some(Kind::Jpeg),
            _ if starts(b"\x89PNG\r\n\x1a\n") => Some(Kind::Png),
            _ if starts(b"II*\0") || starts(b"MM\0*") => Some(Kind::Tiff),
            _ if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some(Kind::WebP),
            _ if starts(b"BM") && bytes.len() > 26 => Some(Kind::Bmp),
            _ if pdf() => Some(Kind::Pdf),
            _ => None,
        }
    }

    fn named(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Kind::Jpeg),
            "png" => Some(Kind::Png),
            "tif" | "tiff" => Some(Kind::Tiff),
            "webp" => Some(Kind::WebP),
            "bmp" | "dib" => Some(Kind::Bmp),
            "pdf" => Some(Kind::Pdf),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Jpeg => "JPEG",
            Kind::Png => "PNG",
            Kind::Tiff => "TIFF",
            Kind::WebP => "WebP",
            Kind::Bmp => "BMP",
            Kind::Pdf => "PDF",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
            Kind::Tiff => "tif",
            Kind::WebP => "webp",
            Kind::Bmp => "bmp",
            Kind::Pdf => "pdf",
        }
    }
}

fn remedy(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            "Nếu là tệp Word hoặc Excel, mở ra và chọn Lưu dưới dạng PDF, rồi nhập lại."
        }
        [b'M', b'Z', ..] => "Đây là chương trình, không phải giấy tờ; không mở tệp này.",
        _ => "Chỉ nhận PNG, JPEG, TIFF, WebP, BMP và PDF.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_a_false_name_is_refused() {
        assert_eq!(Kind::of(b"%PDF-1.7\n", "a.pdf").unwrap(), Kind::Pdf);
        assert_eq!(Kind::of(b"junk\n%PDF-1.4", "khong-ten").unwrap(), Kind::Pdf);
        assert_eq!(Kind::of(&[0xFF, 0xD8, 0xFF, 0xE0], "a.png").unwrap_err().code, Code::WrongExtension);
        assert_eq!(Kind::of(b"", "a.jpg").unwrap_err().code, Code::FileEmpty);
        for (bytes, name) in
            [(&b"PK\x03\x04"[..], "a.docx"), (b"MZ\x90", "a.exe"), (b"hello", "a.txt"), (b"hello", "a.jpg")]
        {
            assert_eq!(Kind::of(bytes, name).unwrap_err().code, Code::NotADocument, "{name}");
        }
    }
}

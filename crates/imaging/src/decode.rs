//! A picture's bytes made pixels, within limits.

use image::{DynamicImage, ImageReader, Limits};
use sohoa_model::{Code, Error, Result};
use std::io::Cursor;

/// Memory that a picture may take: 200 megapixels in colour.
const MEMORY: u64 = 800 << 20;

/// Pixels on one side: 1200 dpi on A3.
const SIDE: u32 = 20_000;

/// Errors: `TooLarge`, `Unreadable`.
pub fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    let failed = |e: image::ImageError| match e {
        image::ImageError::Limits(_) => Error::new(Code::TooLarge, "Ảnh trang quá lớn").hint("Quét lại ở 300 dpi."),
        e => Error::new(Code::Unreadable, "Không giải mã được ảnh trang").hint("Quét lại trang này.").source(e),
    };
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| failed(e.into()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    reader.limits(limits);
    reader.decode().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::page;
    use image::GrayImage;

    #[test]
    fn what_is_too_large_or_no_picture_is_refused() {
        let mut long = Cursor::new(Vec::new());
        GrayImage::new(20_001, 1).write_to(&mut long, image::ImageFormat::Png).unwrap();
        assert_eq!(decode(&long.into_inner()).unwrap_err().code, Code::TooLarge);
        let mut cut = Vec::new();
        page(0.0).write_to(&mut Cursor::new(&mut cut), image::ImageFormat::Png).unwrap();
        cut.truncate(cut.len() / 2);
        for bytes in [&cut[..], b"not a picture", b""] {
            let error = decode(bytes).unwrap_err();
            assert!(error.code == Code::Unreadable && !error.hint.is_empty());
        }
    }
}

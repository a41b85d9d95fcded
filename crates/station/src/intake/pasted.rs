//! A picture from the clipboard, made a file that can be taken in.

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use sohoa_model::{Code, Error, Result, time};
use tempfile::TempPath;

use crate::Station;

impl Station {
    /// `pixels` are RGBA, row by row. The file is named after the moment and gone when it is dropped.
    ///
    /// Errors: `Unreadable` when there are not as many pixels as there must be.
    pub fn pasted(&self, width: u32, height: u32, pixels: Vec<u8>) -> Result<TempPath> {
        let picture = RgbaImage::from_raw(width, height, pixels).filter(|p| !p.is_empty()).ok_or_else(|| {
            Error::new(Code::Unreadable, "Ảnh trong bộ nhớ tạm không đọc được").hint("Chép lại ảnh rồi dán.")
        })?;
        let dir = self.store.dir().join("tmp");
        let failed = |e| Error::io("ghi", &dir, e);
        let moment = time::now().to_string()[..19].replace('T', " ").replace(':', ".");
        let mut file = tempfile::Builder::new()
            .prefix(&format!("Ảnh dán {moment} "))
            .suffix(".png")
            .rand_bytes(3)
            .tempfile_in(&dir)
            .map_err(failed)?;
        DynamicImage::from(on_white(&picture))
            .write_to(file.as_file_mut(), ImageFormat::Png)
            .map_err(|e| failed(std::io::Error::other(e)))?;
        Ok(file.into_temp_path())
    }
}

/// What is transparent shows the paper.
fn on_white(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0.map(u32::from);
        image::Rgb([r, g, b].map(|v| ((v * a + 255 * (255 - a) + 127) / 255) as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_shows_the_paper() {
        let picture = RgbaImage::from_raw(3, 1, vec![10, 20, 30, 255, 0, 0, 0, 0, 0, 0, 0, 51]).unwrap();
        assert_eq!(on_white(&picture).into_raw(), [10, 20, 30, 255, 255, 255, 204, 204, 204]);
    }
}

//! A picture from the clipboard, taken in like a file. Until it is, it lies in the station's folder `pasted`, since an
//! intake must be able to go on after a crash; then its bytes are overwritten.

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use sohoa_model::{Code, Error, Result, time};
use sohoa_store::blob::shred;
use std::path::{Path, PathBuf};

use super::Options;
use crate::Station;

impl Station {
    /// As [`Station::import`]; `pixels` are RGBA, row by row. The file is named after the moment.
    ///
    /// Errors: `Unreadable` when there are not as many pixels as there must be; else as [`Station::import`].
    pub fn import_pasted(&self, width: u32, height: u32, pixels: Vec<u8>, options: &Options) -> Result<i64> {
        let picture = RgbaImage::from_raw(width, height, pixels).filter(|p| !p.is_empty()).ok_or_else(|| {
            Error::new(Code::Unreadable, "Ảnh trong bộ nhớ tạm không đọc được").hint("Chép lại ảnh rồi dán.")
        })?;
        let path = self.lay_down(&on_white(&picture))?;
        let intake = self.import(std::slice::from_ref(&path), options);
        if intake.is_err() {
            take_away(&path)?;
        }
        intake
    }

    fn lay_down(&self, picture: &RgbImage) -> Result<PathBuf> {
        let dir = self.pasted();
        let failed = |e| Error::io("ghi", &dir, e);
        std::fs::create_dir_all(&dir).map_err(failed)?;
        let moment = time::now().to_string()[..19].replace('T', " ").replace(':', ".");
        let mut file = tempfile::Builder::new()
            .prefix(&format!("Ảnh dán {moment} "))
            .suffix(".png")
            .rand_bytes(3)
            .tempfile_in(&dir)
            .map_err(failed)?;
        DynamicImage::from(picture.clone())
            .write_to(file.as_file_mut(), ImageFormat::Png)
            .map_err(|e| failed(std::io::Error::other(e)))?;
        file.as_file().sync_all().map_err(failed)?;
        file.keep().map(|(_, path)| path).map_err(|e| failed(e.error))
    }

    /// What was pasted and has been taken in, or refused, is not needed any more.
    pub(super) fn take_pasted_away(&self, paths: &[PathBuf]) -> Result<()> {
        let dir = self.pasted();
        paths.iter().filter(|path| path.starts_with(&dir)).try_for_each(|path| take_away(path))
    }

    fn pasted(&self) -> PathBuf {
        let dir = self.store.dir().join("pasted");
        std::path::absolute(&dir).unwrap_or(dir)
    }
}

fn take_away(path: &Path) -> Result<()> {
    match shred(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("xóa", path, e)),
        _ => Ok(()),
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
    use crate::work::Watch;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn what_is_transparent_shows_the_paper() {
        let picture = RgbaImage::from_raw(3, 1, vec![10, 20, 30, 255, 0, 0, 0, 0, 0, 0, 0, 51]).unwrap();
        assert_eq!(on_white(&picture).into_raw(), [10, 20, 30, 255, 255, 255, 204, 204, 204]);
    }

    #[test]
    fn a_pasted_picture_is_taken_in_over_a_stop_and_nothing_of_it_is_left_lying() {
        let dir = tempfile::tempdir().unwrap();
        let station = Station::unlock(dir.path(), Some("pasted pictures"), false).unwrap();
        assert_eq!(station.import_pasted(9, 9, vec![0; 3], &Options::default()).unwrap_err().code, Code::Unreadable);
        let left = || std::fs::read_dir(dir.path().join("pasted")).map_or(0, Iterator::count);
        assert_eq!(left(), 0);

        let pixels = (0..300 * 400u32).flat_map(|i| [(i / 7) as u8, 90, 200, 255]).collect();
        let id = station.import_pasted(300, 400, pixels, &Options::default()).unwrap();
        let take = |stop| station.take_in(id, &Watch { progress: &|_| {}, cancel: &AtomicBool::new(stop) });
        assert_eq!(take(true).unwrap_err().code, Code::Cancelled);
        assert_eq!(left(), 1, "it is needed to go on");
        take(false).unwrap();
        assert_eq!(left(), 0);
        let imported = station.imported(id).unwrap();
        assert_eq!((imported.documents, imported.pages, imported.refused.len()), (1, 1, 0));
    }
}

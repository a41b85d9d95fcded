//! Paper and files in: scans, walks folders, tells what a file is, takes pages out of images and PDFs, reads the codes
//! on them.
//!
//! A page leaves as a picture that is never altered again: a JPEG or plain PNG byte for byte as it came, anything else
//! as a lossless PNG. What cannot be taken whole is refused whole, with the reason and what to do.
//!
//! PDFs come from anywhere and every renderer can be brought down by one, so they are opened in a child process:
//! [`isolate`].

mod child;
pub mod codes;
mod finders;
mod grid;
pub mod inbox;
pub mod isolate;
mod kind;
pub mod patch;
mod pdf;
mod raster;
pub mod scan;
pub mod split;
mod walk;

pub use kind::Kind;
pub use walk::{Walked, walk};

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result, Turn};

/// Grows when the same file would give other pages.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Params {
    /// At which PDF pages that are no plain scans are drawn.
    pub render_dpi: f32,
    pub max_bytes: u64,
    pub max_pages: usize,
    /// Per page.
    pub max_pixels: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self { render_dpi: 300.0, max_bytes: 1 << 30, max_pages: 5_000, max_pixels: 200_000_000 }
    }
}

/// Longest side of a page in pixels: 1200 dpi on A3.
const MAX_SIDE: u32 = 20_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageFormat {
    Jpeg,
    Png,
}

impl PageFormat {
    pub fn name(self) -> &'static str {
        match self {
            PageFormat::Jpeg => "jpeg",
            PageFormat::Png => "png",
        }
    }
}

/// One page's picture.
#[derive(Clone, Debug)]
pub struct CapturedPage {
    /// From 1.
    pub number: u32,
    pub format: PageFormat,
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// From the file; where it does not say or says nonsense, as if the page were A4.
    pub dpi: f32,
    /// What the file asks for to be upright (EXIF, PDF /Rotate).
    pub turn: Turn,
}

/// The file as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Captured {
    pub kind: Kind,
    pub pages: u32,
    /// Bears a digital signature; the file itself is what counts then.
    pub signed: bool,
}

/// Takes the pages out of an image file. They reach `sink` one by one; only `Ok` means that the file was whole.
///
/// Errors: the refusals of [`Code`] (`FileEmpty`, `FileTruncated`, `WrongExtension`, `TooLarge`, `Unreadable`,
/// `NotADocument`), and whatever `sink` gives. PDFs go through [`isolate::run`].
pub fn run(
    bytes: &[u8],
    name: &str,
    params: &Params,
    sink: &mut dyn FnMut(CapturedPage) -> Result<()>,
) -> Result<Captured> {
    if bytes.len() as u64 > params.max_bytes {
        return Err(too_large(name));
    }
    match Kind::of(bytes, name)? {
        Kind::Pdf => pdf::run(bytes, name, params, sink),
        kind => raster::run(bytes, name, kind, params, sink),
    }
}

fn check_size(width: u32, height: u32, name: &str, params: &Params) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(unreadable(name));
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > params.max_pixels {
        return Err(too_large(name));
    }
    Ok(())
}

/// `dpi` if it is believable, else that of an A4 page of this size. Programs that know nothing of a picture write 72 or 96,
/// by which a page would be as large as a table.
fn believable(dpi: Option<f32>, width: u32, height: u32) -> f32 {
    const UNKNOWN: f32 = 100.0;
    /// Of the longer side of A3 and a little more, in inches.
    const LARGEST: f32 = 18.0;
    let long = width.max(height) as f32;
    match dpi {
        Some(dpi) if (50.0..=1200.0).contains(&dpi) && (dpi > UNKNOWN || long <= LARGEST * dpi) => dpi,
        _ => (long / 11.69).clamp(72.0, 1200.0).round(),
    }
}

fn too_large(name: &str) -> Error {
    Error::new(
        Code::TooLarge,
        format!("{name}: ảnh hoặc tệp quá lớn (giới hạn 200 triệu điểm ảnh mỗi trang, 1 GB mỗi tệp)"),
    )
    .hint("Quét lại ở 300 dpi, khổ đúng với giấy; chia tệp nhiều trang thành các tệp nhỏ hơn.")
}

fn truncated(name: &str) -> Error {
    Error::new(Code::FileTruncated, format!("{name}: tệp bị cụt, thiếu phần cuối")).hint("Chép hoặc quét lại tệp này.")
}

fn unreadable(name: &str) -> Error {
    Error::new(Code::Unreadable, format!("{name}: không đọc được nội dung tệp"))
        .hint("Quét lại giấy tờ này, hoặc xuất lại tệp từ phần mềm gốc.")
}

#[cfg(test)]
mod tests {
    use super::believable;

    #[test]
    fn a_resolution_that_no_page_has_is_not_believed() {
        assert_eq!(believable(Some(300.0), 2480, 3508), 300.0);
        assert_eq!(believable(Some(200.0), 4677, 6622), 200.0, "a plan of A1");
        assert_eq!(believable(Some(72.0), 595, 842), 72.0, "A4, however coarse");
        assert_eq!(believable(Some(96.0), 1123, 1587), 96.0, "A3");
        assert_eq!(believable(Some(72.0), 1660, 2342), 200.0);
        assert_eq!((believable(Some(1.0), 2480, 3508), believable(None, 2480, 3508)), (300.0, 300.0));
    }
}

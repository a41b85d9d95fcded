//! A document made searchable PDF/A-2u: the page's own picture under an invisible layer of its words.
//!
//! TT 05/2025/TT-BNV, Điều 8 asks for two layers, the original's own colours, 200 dpi or more, 1:1. The picture's bytes
//! go in as they are (JPEG as DCTDecode, PNG as Flate with its predictors); turns and straightening are done by the
//! matrix that places it. The same input always gives the same bytes: dates are inputs, the file's id is a digest.

mod check;
mod font;
mod icc;
mod metadata;
mod picture;
mod text;
mod write;

pub use check::{Violation, check};
pub use metadata::Meta;
pub use picture::PageFormat;
pub use write::run;

use sohoa_model::{DossierCode, Turn, Word};

/// Grows when the same document would give other bytes.
pub const VERSION: u32 = 1;

/// One page to write.
pub struct Page<'a> {
    /// A JPEG (grey or RGB) or a PNG without transparency.
    pub image: &'a [u8],
    pub format: PageFormat,
    pub dpi: f32,
    /// Makes the picture upright.
    pub turn: Turn,
    /// Degrees by which the content leans counter-clockwise on the turned picture.
    pub skew: f32,
    /// In the upright frame of the page ([`sohoa_model::page::Reading`]).
    pub words: &'a [Word],
}

/// `<mã hồ sơ>.<số thứ tự tài liệu>.pdf` (TT 05/2025/TT-BNV, Điều 8.1.d).
pub fn file_name(dossier: &DossierCode, number: u32) -> String {
    format!("{dossier}.{number}.pdf")
}

#[cfg(test)]
mod tests;

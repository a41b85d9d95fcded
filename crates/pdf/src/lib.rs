//! A document made searchable PDF/A-2u: the page's own picture under an invisible layer of its words.
//!
//! TT 05/2025/TT-BNV, Điều 8 asks for two layers, the original's own colours, 200 dpi or more, 1:1. The picture's bytes
//! go in as they are (JPEG as DCTDecode, PNG as Flate with its predictors); turns and straightening are done by the
//! matrix that places it. The same input always gives the same bytes: dates are inputs, the file's id is a digest.
//!
//! [`run`] writes, [`check`] looks at the result clause by clause before it is signed and kept. [`cover`] prints the sheets
//! that are laid on the papers before.

mod check;
mod code128;
mod content;
pub mod cover;
mod font;
mod icc;
mod metadata;
mod picture;
mod text;
mod typeface;
mod write;

pub use check::{Violation, check};
pub use metadata::Meta;
pub use picture::PageFormat;
pub use write::run;

use sohoa_model::{DossierCode, Turn, Word};

/// Grows when the same document would give other bytes.
pub const VERSION: u32 = 3;

/// One page to write.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// A JPEG (grey or RGB, 8 bits) or a PNG, as it lies in the store; its own header says how large it is.
    pub image: &'a [u8],
    pub format: PageFormat,
    /// Decides how large the page is: one inch of paper is one inch of page.
    pub dpi: f32,
    /// Makes the picture upright.
    pub turn: Turn,
    /// Degrees by which the content leans counter-clockwise on the turned picture. Up to one degree the picture stays
    /// as scanned and the words lean with it; beyond, the picture is set straight on the page and the words are level,
    /// because readers lose the words of steeper lines.
    pub skew: f32,
    /// In the upright frame of the page ([`sohoa_model::page::Reading`]). Characters beyond the basic plane, private
    /// use and controls have no place in the text of an archive copy and are left out of the layer.
    pub words: &'a [Word],
}

/// `<mã hồ sơ>.<số thứ tự tài liệu>.pdf` (TT 05/2025/TT-BNV, Điều 8.1.d), with `number` from 1.
pub fn file_name(dossier: &DossierCode, number: u32) -> String {
    format!("{dossier}.{number}.pdf")
}

#[cfg(test)]
mod tests;

//! The words of the house as types: digests, codes, pages, words, fields, states, errors, the clock.
//!
//! Every other crate of Sohoa speaks in these types and this crate knows none of them. Nothing here reads or
//! writes anything; [`time::now`] is the one clock.
//!
//! Conventions that hold everywhere: boxes are `[x, y, width, height]` in whole pixels, origin top left, in the
//! *upright frame* of their page ([`page::Reading`]); confidences are percent, 0 to 100; text is Unicode NFC.

pub mod code;
pub mod cover;
pub mod digest;
pub mod error;
pub mod field;
pub mod job;
pub mod page;
pub mod state;
pub mod text;
pub mod time;

pub use code::DossierCode;
pub use cover::Cover;
pub use digest::Digest;
pub use error::{Code, Error, Result};
pub use field::{
    Difference, DocumentType, Extracted, Fault, Field, FieldName, PageFault, Said, Source, Stranger, Witness,
};
pub use page::{Box4, Care, Mark, Reading, Rule, Turn, Word};
pub use time::Timestamp;

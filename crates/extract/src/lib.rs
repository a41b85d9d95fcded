//! Words and codes made fields.
//!
//! Evidence comes from three places, each with its own module: the head of an official paper as NĐ 30/2020/NĐ-CP lays
//! it out ([`mod@header`]), the labels of forms ([`mod@label`]), and machine-readable codes ([`mod@code`]). What kind of
//! paper it is comes first ([`mod@kind`]). A code beats text, and where two disagree on who the owner is, neither is
//! very sure. Values stay as read; only dates and numbers are brought into one form. The clerk confirms.

mod code;
mod date;
mod header;
mod identity;
mod kind;
mod label;
mod line;

pub use identity::contradiction;

use line::Line;
use serde::{Deserialize, Serialize};
use sohoa_model::{Field, FieldName, Source, Word, page::Barcode};

/// Grows when the same words would give other fields.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Params {
    /// The day of reading, `YYYY-MM-DD`: no paper was issued after it. Empty = do not look.
    pub today: String,
}

/// A page as read.
pub struct Page<'a> {
    /// Within the document, from 1.
    pub number: u32,
    /// Of the upright frame.
    pub width: u32,
    pub height: u32,
    pub words: &'a [Word],
    pub codes: &'a [Barcode],
}

/// The fields of one document, at most one of each name, in the order of [`FieldName`].
pub fn run(pages: &[Page], params: &Params) -> Vec<Field> {
    let lines: Vec<Line> = pages.iter().flat_map(line::lines).collect();
    let mut found = Vec::new();
    let kind = kind::tell(&lines, pages);
    found.extend(kind.clone());
    let key = kind.as_ref().map_or("khac", |f| f.value.as_str());
    found.extend(header::read(&lines, key));
    found.extend(label::read(&lines, key));
    found.extend(code::read(pages));
    found.retain(|f| !is_future(f, &params.today));
    identity::cross_check(&mut found);
    best_of_each(found)
}

fn is_future(field: &Field, today: &str) -> bool {
    let dated = matches!(field.name, FieldName::IssuedDate | FieldName::BirthDate | FieldName::CardIssuedDate);
    // Dates are YYYY-MM-DD, so their order is that of their text.
    dated && !today.is_empty() && field.value.as_str() > today
}

/// Codes before text, then the surer, then the earlier.
fn best_of_each(mut found: Vec<Field>) -> Vec<Field> {
    found.sort_by(|a, b| a.name.cmp(&b.name).then(b.source.cmp(&a.source)).then(b.confidence.total_cmp(&a.confidence)));
    found.dedup_by(|later, first| later.name == first.name);
    found
}

/// A field read from the words of a line.
fn field(name: FieldName, value: impl Into<String>, words: &[&Word], page: u32, strength: f32) -> Field {
    let read = words.iter().map(|w| w.confidence).fold(100.0, f32::min);
    let mean = words.iter().map(|w| w.confidence).sum::<f32>() / words.len().max(1) as f32;
    let left = words.iter().map(|w| w.bounds[0]).min().unwrap_or(0);
    let top = words.iter().map(|w| w.bounds[1]).min().unwrap_or(0);
    let right = words.iter().map(|w| w.bounds[0] + w.bounds[2]).max().unwrap_or(0);
    let bottom = words.iter().map(|w| w.bounds[1] + w.bounds[3]).max().unwrap_or(0);
    Field {
        name,
        value: value.into(),
        source: Source::Text,
        // One doubtful word makes the whole doubtful.
        confidence: (0.5 * read + 0.5 * mean) * strength,
        page: Some(page),
        bounds: (!words.is_empty()).then_some([left, top, right - left, bottom - top]),
    }
}

#[cfg(test)]
mod tests;

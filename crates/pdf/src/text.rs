//! The invisible layer: each word over its place on the picture, with a space that fills the gap to the next, so that
//! selecting, searching and copying work in every reader.

use pdf_writer::{Content, Name, Str, types::TextRenderingMode};
use sohoa_model::{Word, text::nfc};
use std::collections::BTreeSet;

use crate::{content::Frame, font};

const SPACE: [u16; 1] = [0x20];

/// The least gap between two words, in the line's size. Poppler sees a space from 0.15 on.
const APART: f32 = 0.2;

/// Characters as UTF-16 units, which are the layer's CIDs. What ToUnicode may not map to (controls, private use,
/// specials; ISO 19005-2, 6.2.11.7.2) and what lies beyond the basic plane, which no Vietnamese text needs, is left out.
pub fn units(text: &str) -> Vec<u16> {
    let allowed =
        |c: &char| !c.is_control() && !matches!(u32::from(*c), 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFF0..);
    nfc(text).chars().filter(allowed).map(|c| u32::from(c) as u16).collect()
}

fn natural(units: &[u16]) -> f32 {
    units.iter().map(|u| font::width(char_of(*u))).sum::<f32>() / f32::from(font::UNITS)
}

pub fn char_of(unit: u16) -> char {
    char::from_u32(u32::from(unit)).unwrap_or(' ')
}

fn bytes(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|u| u.to_be_bytes()).collect()
}

/// Two decimals are a seven-thousandth of an inch.
fn round(v: f32) -> f32 {
    (v * 100.0).round() / 100.0
}

/// Sets the words of a page.
pub fn layer(content: &mut Content, words: &[Word], frame: Frame, used: &mut BTreeSet<u16>) {
    let k = frame.scale;
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let words: Vec<(Vec<u16>, [f32; 4])> = line
            .iter()
            .map(|word| (units(&word.text), word.bounds.map(|v| v as f32 * k)))
            .filter(|(units, _)| !units.is_empty())
            .collect();
        if words.is_empty() {
            continue;
        }
        let mut heights: Vec<f32> = words.iter().map(|(_, [.., height])| *height).collect();
        heights.sort_by(f32::total_cmp);
        // A speck or a stamp taken for a word must not blow up the line.
        let most = heights[heights.len() / 2] * 1.8;
        let boxes = || words.iter().map(|(_, bounds)| bounds).filter(|[.., height]| *height <= most);
        let top = boxes().map(|[_, y, _, _]| *y).fold(f32::INFINITY, f32::min);
        let bottom = boxes().map(|[_, y, _, height]| y + height).fold(0.0, f32::max);
        // Ascent and descent add up to the font's size, so a selection is as high as the line.
        let size = round(bottom - top).max(1.0);
        let baseline = frame.rows * k - bottom - size * f32::from(font::DESCENT) / f32::from(font::UNITS);
        content.set_font(Name(b"F0"), size);
        for (i, (units, [x, _, width, _])) in words.iter().enumerate() {
            used.extend(units);
            let next = words.get(i + 1).map(|(_, [next, ..])| *next);
            // Words that touch or overlap are set a little narrower, or readers run them together.
            let width = &next.filter(|n| n > x).map_or(*width, |n| width.min((n - x - APART * size).max(width * 0.2)));
            content
                .set_text_matrix([1.0, 0.0, 0.0, 1.0, round(*x), round(baseline)])
                .set_horizontal_scaling(stretch(units, *width, size))
                .show(Str(&bytes(units)));
            // A real space as wide as the gap: a selection runs on without holes, and the simplest extractor keeps the
            // words apart. One after the last word as well, for those that miss the end of a leaning line.
            let gap = next.map_or(0.0, |next| next - x - width);
            content.set_horizontal_scaling(stretch(&SPACE, gap, size)).show(Str(&bytes(&SPACE)));
        }
    }
    content.end_text();
}

/// The horizontal scaling, in percent, that makes text `width` points wide; never nothing at all.
fn stretch(units: &[u16], width: f32, size: f32) -> f32 {
    round(width.max(0.1) / (natural(units) * size) * 100.0).max(0.01)
}

/// From CID to Unicode, for the characters used: at most 100 to a block (Adobe Technical Note 5411).
pub fn to_unicode(used: &BTreeSet<u16>) -> Vec<u8> {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    for block in used.iter().collect::<Vec<_>>().chunks(100) {
        map += &format!("{} beginbfchar\n", block.len());
        block.iter().for_each(|u| map += &format!("<{u:04X}> <{u:04X}>\n"));
        map += "endbfchar\n";
    }
    map += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
    map.into_bytes()
}

//! The invisible layer: each word over its place on the picture, with a space that fills the gap to the next, so that
//! selecting, searching and copying work in every reader.

use pdf_writer::{Content, Name, Str, types::TextRenderingMode};
use sohoa_model::{Word, text::nfc};
use std::collections::BTreeSet;

use crate::font;

/// Characters as UTF-16 units, which are the layer's CIDs. What ToUnicode may not map to (controls, private use,
/// specials; ISO 19005-2, 6.2.11.7.2) and what lies beyond the basic plane, which no Vietnamese text needs, is left out.
pub fn units(text: &str) -> Vec<u16> {
    let allowed = |c: &char| !c.is_control() && !matches!(u32::from(*c), 0xD800..=0xF8FF | 0xFEFF | 0xFFF0..);
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

/// Sets the words of a page whose upright frame is `height` pixels high, at `k` points per pixel.
pub fn layer(content: &mut Content, words: &[Word], height: f32, k: f32, used: &mut BTreeSet<u16>) {
    const SPACE: [u16; 1] = [0x20];
    let lines: Vec<&[Word]> = words.chunk_by(|a, b| a.line == b.line).collect();
    if lines.is_empty() {
        return;
    }
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    for line in lines {
        let top = line.iter().map(|w| w.bounds[1]).min().unwrap_or(0) as f32;
        let bottom = line.iter().map(|w| w.bounds[1] + w.bounds[3]).max().unwrap_or(0) as f32;
        // The font's ascent and descent add up to its size, so a selection is as high as the line.
        let size = round((bottom - top) * k).max(1.0);
        let baseline = round((height - bottom) * k - size * f32::from(font::DESCENT) / f32::from(font::UNITS));
        content.set_font(Name(b"F0"), size);
        for (i, word) in line.iter().enumerate() {
            let units = units(&word.text);
            if units.is_empty() {
                continue;
            }
            let [x, _, width, _] = word.bounds.map(|v| v as f32);
            used.extend(&units);
            used.extend(SPACE);
            let stretch = round(width * k / (natural(&units) * size) * 100.0).max(1.0);
            content
                .set_text_matrix([1.0, 0.0, 0.0, 1.0, round(x * k), baseline])
                .set_horizontal_scaling(stretch)
                .show(Str(&bytes(&units)));
            let gap = line.get(i + 1).map_or(0.0, |next| (next.bounds[0] as f32 - x - width) * k);
            if gap > 0.1 {
                content.set_horizontal_scaling(round(gap / (natural(&SPACE) * size) * 100.0).max(1.0));
            }
            content.show(Str(&bytes(&SPACE)));
        }
    }
    content.end_text();
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

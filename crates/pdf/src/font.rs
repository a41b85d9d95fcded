//! A font without ink for the text layer.
//!
//! Twenty glyphs, one per width, that paint nothing: a word set in them covers the word on the picture when it is
//! selected. Each has a contour of two points and no area, because some readers drop text whose glyphs are empty.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

pub const UNITS: u16 = 1000;
pub const ASCENT: i16 = 800;
pub const DESCENT: i16 = -200;
const GLYPHS: u16 = 21;
/// Units of width per glyph number; glyph 0 is .notdef, which may not be used (ISO 19005-2, 6.2.11.8).
const STEP: u16 = 50;

/// The glyph for a character: about as wide as in Times.
pub fn glyph(c: char) -> u16 {
    let base = c.nfd().next().unwrap_or(c);
    let width = match base {
        ' ' => 250,
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '!' | '|' | '\'' => 300,
        't' | 'f' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | 'I' => 350,
        's' | 'c' | 'z' | 'J' | 'a' | 'e' => 450,
        'm' => 800,
        'w' | 'M' | 'W' => 900,
        'A'..='Z' | 'Đ' => 700,
        _ => 500,
    };
    width / STEP
}

/// Width in thousandths of the font size.
pub fn width(c: char) -> f32 {
    f32::from(glyph(c) * STEP)
}

/// A TrueType font (ISO/IEC 14496-22) with the tables that a PDF needs.
pub fn truetype() -> Vec<u8> {
    let mut tables: BTreeMap<[u8; 4], Vec<u8>> = BTreeMap::new();
    let mut glyf = Vec::new();
    let mut loca = 0u32.to_be_bytes().to_vec();
    let mut hmtx = Vec::new();
    for glyph in 0..GLYPHS {
        let advance = if glyph == 0 { 500 } else { glyph * STEP };
        hmtx.extend(words(&[advance, 0]));
        if glyph > 0 {
            let a = advance as i16;
            // One contour from lower left to upper right: box, end point, no instructions, two points.
            glyf.extend(shorts(&[1, 0, DESCENT, a, ASCENT, 1, 0]));
            glyf.extend([1u8, 1]);
            glyf.extend(shorts(&[0, a, DESCENT, ASCENT - DESCENT]));
        }
        loca.extend((glyf.len() as u32).to_be_bytes());
    }
    let mut head = Vec::new();
    head.extend([0x0001_0000u32, 0x0001_0000, 0, 0x5F0F_3CF5].map(u32::to_be_bytes).concat());
    head.extend(words(&[0x000B, UNITS]));
    head.extend([0; 16]); // created, modified: the epoch, so that the bytes never change
    head.extend(shorts(&[0, DESCENT, 1000, ASCENT, 0, 8, 2, 1, 0]));
    let mut hhea = 0x0001_0000u32.to_be_bytes().to_vec();
    hhea.extend(shorts(&[ASCENT, DESCENT, 0, 1000, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
    hhea.extend(words(&[GLYPHS]));
    let mut maxp = 0x0001_0000u32.to_be_bytes().to_vec();
    maxp.extend(words(&[GLYPHS, 2, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]));
    // Readers go by CIDToGIDMap; the one segment here only makes the table well-formed.
    let mut cmap = words(&[0, 1, 3, 1]);
    cmap.extend(12u32.to_be_bytes());
    cmap.extend(words(&[4, 32, 0, 4, 4, 1, 0, 0x0020, 0xFFFF, 0, 0x0020, 0xFFFF, 0u16.wrapping_sub(0x001B), 1, 0, 0]));
    let mut post = 0x0003_0000u32.to_be_bytes().to_vec();
    post.extend([0; 28]);
    for (tag, table) in [
        (b"glyf", glyf),
        (b"loca", loca),
        (b"hmtx", hmtx),
        (b"head", head),
        (b"hhea", hhea),
        (b"maxp", maxp),
        (b"cmap", cmap),
        (b"post", post),
    ] {
        tables.insert(*tag, table);
    }
    assemble(&tables)
}

fn assemble(tables: &BTreeMap<[u8; 4], Vec<u8>>) -> Vec<u8> {
    let count = tables.len() as u16;
    let log = count.ilog2() as u16;
    let range = (1 << log) * 16;
    let mut out = 0x0001_0000u32.to_be_bytes().to_vec();
    out.extend(words(&[count, range, log, count * 16 - range]));
    let start = out.len() + 16 * tables.len();
    let mut body: Vec<u8> = Vec::new();
    let mut head = 0;
    for (tag, table) in tables {
        if tag == b"head" {
            head = start + body.len();
        }
        out.extend(tag);
        out.extend([checksum(table), (start + body.len()) as u32, table.len() as u32].map(u32::to_be_bytes).concat());
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    out.extend(body);
    let adjustment = 0xB1B0_AFBAu32.wrapping_sub(checksum(&out));
    out[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    out
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn shorts(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widths_in_the_font_are_those_told_to_the_pdf() {
        let font = truetype();
        let be = |at: usize| u32::from_be_bytes(font[at..at + 4].try_into().unwrap());
        let table = |tag: &[u8; 4]| {
            let entry = (0..8).map(|i| 12 + 16 * i).find(|at| &font[*at..*at + 4] == tag).unwrap();
            &font[be(entry + 8) as usize..][..be(entry + 12) as usize]
        };
        assert_eq!(checksum(&font), 0xB1B0_AFBA, "the font's checksum comes out as the format wants");
        let hmtx = table(b"hmtx");
        for c in "aĐữWmi 3–,ẰZ".chars() {
            let at = 4 * usize::from(glyph(c));
            assert!(glyph(c) > 0 && glyph(c) < GLYPHS, "{c}");
            assert_eq!(f32::from(u16::from_be_bytes([hmtx[at], hmtx[at + 1]])), width(c), "{c}");
        }
        // Marks do not widen a letter.
        assert_eq!(width('ữ'), width('u'));
        assert_eq!(table(b"loca").len(), 4 * (usize::from(GLYPHS) + 1));
    }
}

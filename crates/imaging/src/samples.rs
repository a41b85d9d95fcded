//! Pages on which several operations are tested: drawn ones, and those that are bundled.

use image::{DynamicImage, GrayImage, Luma};

use crate::{decode, rotate};

pub const PAPER: Luma<u8> = Luma([245]);

/// Lines of word-like blocks on A4 at 100 dpi, leaning by `lean` degrees counter-clockwise.
pub fn page(lean: f32) -> GrayImage {
    let mut page = GrayImage::from_pixel(826, 1169, PAPER);
    for line in 0..30 {
        for word in 0..9 {
            let (x, y) = (90 + word * 72, 120 + line * 30);
            for (dx, dy) in (0..60).flat_map(|dx| (0..12).map(move |dy| (dx, dy))) {
                // Letters: strokes with gaps, and the odd descender.
                if dx % 6 < 3 || dy == 11 {
                    page.put_pixel(x + dx, y + dy, Luma([30]));
                }
            }
        }
    }
    if lean == 0.0 { page } else { rotate::straighten_gray(&page, -lean) }
}

/// A sheet of 300 dpi with lines of made-up letters, of which the tenth line is what was filled in.
pub fn sheet(filled: u64) -> GrayImage {
    let mut page = GrayImage::from_pixel(2480, 3508, PAPER);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for line in 0..40u32 {
        let mut other = state ^ filled.wrapping_mul(0x2545_f491_4f6c_dd1d);
        for place in 0..52u32 {
            let random = if line == 10 && filled > 0 { &mut other } else { &mut state };
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            let bits = *random >> 20;
            if place % 8 == 7 {
                continue;
            }
            let (left, top) = (300 + place * 36, 320 + line * 72);
            for (x, y) in (0..24).flat_map(|x| (0..32).map(move |y| (x, y))) {
                // A stem with strokes to its right.
                if x < 4 || bits >> (x / 6 + y / 5 * 4) & 1 == 1 {
                    page.put_pixel(left + x, top + y, Luma([40]));
                }
            }
        }
    }
    page
}

/// As a feeder gives it: leaning, moved, in other light and with noise.
pub fn fed(page: &GrayImage, lean: f32, by: (i64, i64), light: f32) -> GrayImage {
    let mut out = GrayImage::from_pixel(page.width(), page.height(), PAPER);
    image::imageops::replace(&mut out, &rotate::straighten_gray(page, -lean), by.0, by.1);
    let mut state = 0x1234_5678u32;
    out.pixels_mut().for_each(|p| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        p[0] = (f32::from(p[0]) * light + (state >> 28) as f32 - 8.0).clamp(0.0, 255.0) as u8;
    });
    out
}

/// The first page of each bundled picture, with its resolution.
pub fn bundled() -> Vec<(String, DynamicImage, f32)> {
    let mut folders =
        vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/dossiers"))];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if [".jpg", ".png", ".tif", ".tiff"].iter().any(|end| name.ends_with(end)) {
                // The one that was made at 200 dpi.
                let dpi = if name.starts_with("02 giấy tiếp nhận") { 200.0 } else { 300.0 };
                pages.push((name, decode(&std::fs::read(&path).unwrap()).unwrap(), dpi));
            }
        }
    }
    assert!(pages.len() >= 20, "{} pages", pages.len());
    pages
}

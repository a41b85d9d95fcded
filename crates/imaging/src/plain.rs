//! Pieces of another copy of a page, for a second look: its greys are as they were printed, where those of the reading
//! copy were made even. Only what is asked for is made.

use fast_image_resize::{FilterType, pixels::U8};
use image::GrayImage;
use sohoa_model::{Box4, Result};

use crate::{Clean, rotate, scale};

/// A copy of the whole upright frame that is not there yet.
pub struct Plain<'a> {
    full: &'a GrayImage,
    skew: f32,
    /// Of the frame, each way.
    scale: (f64, f64),
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
}

impl<'a> Plain<'a> {
    /// A page that was not reduced for reading is not reduced here.
    pub fn of(clean: &'a Clean, dpi: f32) -> Self {
        let own = clean.dpi * clean.width as f32 / clean.gray.width() as f32;
        let scale = if clean.gray.width() == clean.width { 1.0 } else { (dpi / own).min(1.0) };
        let (width, height) = (scale::side(clean.width, scale), scale::side(clean.height, scale));
        let each_way = (f64::from(width) / f64::from(clean.width), f64::from(height) / f64::from(clean.height));
        Self { full: &clean.full, skew: clean.skew, scale: each_way, width, height, dpi: own * scale }
    }

    /// What stands in a box of this copy, all of it within.
    pub fn piece(&self, area: Box4) -> Result<GrayImage> {
        if self.skew == 0.0 {
            return self.leaning(area);
        }
        let leaning = rotate::before(area, self.skew, (self.width, self.height));
        Ok(rotate::straighten_part(&self.leaning(leaning)?, leaning, self.skew, (self.width, self.height), area))
    }

    /// The same before it is straightened.
    fn leaning(&self, area: Box4) -> Result<GrayImage> {
        let [x, y, width, height] = area;
        let span = |from: u32, length: u32, scale: f64, end: u32| {
            let from = f64::from(from) / scale;
            (from, (f64::from(length) / scale).min(f64::from(end) - from))
        };
        let (bytes, size) = (self.full.as_raw(), self.full.dimensions());
        let ((left, wide), (top, tall)) = (span(x, width, self.scale.0, size.0), span(y, height, self.scale.1, size.1));
        let crop = [left, top, wide, tall];
        let out = scale::part_down::<U8>(bytes, size, crop, (width, height), FilterType::Hamming)?;
        Ok(GrayImage::from_raw(width, height, out).expect("one byte per pixel"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Params, reduce, run};
    use image::{Luma, imageops};
    use sohoa_model::Turn;

    #[test]
    fn a_piece_is_what_the_whole_copy_has_there() {
        // Rows of strokes, leaning or not.
        for slope in [0.0, 0.02] {
            let page = GrayImage::from_fn(2480, 3508, |x, y| {
                let row = (y as f32 + slope * x as f32) as u32;
                let ink = (300..2200).contains(&x) && row % 70 < 34 && (x / 9 + row / 70).is_multiple_of(3);
                Luma([if ink { 40 } else { 235 }])
            });
            let clean = run(&page.into(), Turn::None, 300.0, &Params::default()).unwrap();
            assert_eq!(clean.skew != 0.0, slope != 0.0, "{}", clean.plan);
            let plain = Plain::of(&clean, 220.0);
            let whole = reduce(&clean.full, 220.0 / 300.0).unwrap();
            let whole = if slope == 0.0 { whole } else { rotate::straighten_gray(&whole, clean.skew) };
            assert_eq!((plain.width, plain.height, plain.dpi.round()), (whole.width(), whole.height(), 220.0));
            let corner = [plain.width - 90, plain.height - 50, 90, 50];
            for area @ [x, y, w, h] in [[500, 700, 400, 61], [0, 0, 120, 80], corner, [900, 1200, 1, 1]] {
                let (piece, there) = (plain.piece(area).unwrap(), imageops::crop_imm(&whole, x, y, w, h).to_image());
                assert_eq!(piece.dimensions(), there.dimensions());
                let apart = piece.pixels().zip(there.pixels()).map(|(a, b)| a[0].abs_diff(b[0])).max();
                assert!(apart <= Some(3), "{area:?} {slope}: {apart:?}");
            }
        }
    }
}

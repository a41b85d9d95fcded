//! Uneven paper made even: every pixel is held against the paper around it.

use image::GrayImage;
use multiversion::multiversion;

use crate::ink::{self, BLOCK};

/// The page on paper that is white everywhere.
pub fn flatten(gray: &GrayImage) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let paper = Paper::of(gray);
    let mut relative = vec![0u8; width * height];
    let mut levels = vec![0.0; width];
    for (y, (row, out)) in gray.as_raw().chunks_exact(width).zip(relative.chunks_exact_mut(width)).enumerate() {
        paper.along(y, &mut levels);
        hold_against(row, &levels, out);
    }
    GrayImage::from_raw(gray.width(), gray.height(), relative).expect("same size")
}

/// How bright pixels are where the paper around them has these levels.
#[multiversion(targets("x86_64+avx2"))]
fn hold_against(row: &[u8], levels: &[f32], out: &mut [u8]) {
    let relative = |v: u8, level: f32| (f32::from(v) * 255.0 / level).min(255.0) as u8;
    row.iter().zip(levels).zip(out).for_each(|((v, level), out)| *out = relative(*v, *level));
}

/// The paper's brightness, smooth from square to square.
struct Paper {
    levels: Vec<f32>,
    across: usize,
    down: usize,
    /// For each pixel of a row.
    places: Vec<(usize, usize, f32)>,
}

impl Paper {
    fn of(gray: &GrayImage) -> Self {
        let across = (gray.width() as usize).div_ceil(BLOCK);
        let levels: Vec<f32> = ink::paper(gray).into_iter().map(|v| f32::from(v).max(1.0)).collect();
        let places = (0..gray.width() as usize).map(|x| between(x, across)).collect();
        Self { down: levels.len() / across, levels, across, places }
    }

    /// The levels along one row of pixels.
    fn along(&self, y: usize, out: &mut [f32]) {
        let (top, bottom, down) = between(y, self.down);
        let column: Vec<f32> = (0..self.across)
            .map(|i| self.levels[top * self.across + i] * (1.0 - down) + self.levels[bottom * self.across + i] * down)
            .collect();
        for ((left, right, along), out) in self.places.iter().zip(out) {
            *out = column[*left] * (1.0 - along) + column[*right] * along;
        }
    }
}

/// The two squares between whose middles a pixel lies, and how far along.
fn between(at: usize, squares: usize) -> (usize, usize, f32) {
    let place = ((at as f32 + 0.5) / BLOCK as f32 - 0.5).clamp(0.0, squares as f32 - 1.0);
    let first = place as usize;
    (first, (first + 1).min(squares - 1), place - first as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::page;
    use crate::{Params, run};
    use image::Luma;
    use sohoa_model::Turn;

    #[test]
    fn a_shadow_goes_and_print_keeps_its_share_of_the_light() {
        // From half the light on the left to all of it on the right; ink leaves a sixth of it.
        let light = |x: u32| 120.0 + 120.0 * x as f32 / 1000.0;
        let is_ink = |x: u32, y: u32| x % 40 < 8 && y % 40 < 24;
        let page =
            GrayImage::from_fn(1000, 600, |x, y| Luma([(light(x) / if is_ink(x, y) { 6.0 } else { 1.0 }) as u8]));
        let even = flatten(&page);
        for (x, y, pixel) in even.enumerate_pixels() {
            let expected = if is_ink(x, y) { 255 / 6 } else { 255 };
            assert!(pixel[0].abs_diff(expected) < 25, "{x}, {y}: {}", pixel[0]);
        }
    }

    #[test]
    fn uneven_paper_is_made_even_and_what_shows_through_is_paper() {
        let letters = page(0.0);
        // A shadow from the left, and the other side showing through.
        let mut copy = letters.clone();
        let back = image::imageops::fast_blur(&image::imageops::flip_horizontal(&letters), 2.5);
        for (x, y, p) in copy.enumerate_pixels_mut() {
            let shade = 0.5 + 0.5 * (x as f32 / 826.0);
            let through = f32::from(245 - back.get_pixel(x, y)[0]) / 8.0;
            p[0] = ((60.0 + f32::from(p[0]) * 0.75 - through) * shade) as u8;
        }
        let wrong = |read: &GrayImage| {
            letters.pixels().zip(read.pixels()).filter(|(a, b)| (a[0] < 128) != (b[0] < 128)).count()
        };
        assert!(wrong(&copy) * 100 > copy.len(), "the copy is not poor enough to prove anything");
        let clean = run(&copy.into(), Turn::None, 150.0, &Params::default()).unwrap();
        assert!(wrong(&clean.gray) * 1000 < clean.gray.len(), "{} pixels wrong", wrong(&clean.gray));

        // Pale ink becomes dark, and none of it is taken for dirt.
        let pale = GrayImage::from_fn(826, 1169, |x, y| Luma([255 - (255 - letters.get_pixel(x, y)[0]) / 4]));
        let pale = run(&pale.into(), Turn::None, 150.0, &Params::default()).unwrap();
        assert!(wrong(&pale.gray) * 1000 < pale.gray.len(), "{} pixels wrong", wrong(&pale.gray));
    }
}

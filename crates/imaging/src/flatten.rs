//! Uneven paper made even, and what shows through from the other side made paper: every pixel is held against the paper
//! around it, and grey that is nearer to the paper than to the ink fades. Strokes keep their soft edges, which is what
//! the recogniser was trained on; black and white would break thin ones.

use image::GrayImage;
use multiversion::multiversion;

use crate::ink::{self, BLOCK};

/// Of the way from the threshold between ink and paper to the paper: from there on all is paper.
const FADE: f32 = 0.3;

pub fn flatten(gray: &GrayImage) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let paper = Paper::of(gray);
    let mut relative = vec![0u8; width * height];
    let mut levels = vec![0.0; width];
    for (y, (row, out)) in gray.as_raw().chunks_exact(width).zip(relative.chunks_exact_mut(width)).enumerate() {
        paper.along(y, &mut levels);
        hold_against(row, &levels, out);
    }
    let mut counts = [0u32; 256];
    relative.iter().for_each(|v| counts[usize::from(*v)] += 1);
    let threshold = ink::otsu(&counts);
    let (sum, number) = counts[..usize::from(threshold)]
        .iter()
        .enumerate()
        .fold((0u64, 0u64), |(s, n), (v, c)| (s + v as u64 * u64::from(*c), n + u64::from(*c)));
    let black = sum as f32 / number.max(1) as f32;
    let white = f32::from(threshold) + (255.0 - f32::from(threshold)) * FADE;
    let table: Vec<u8> =
        (0..256).map(|v| ((v as f32 - black) / (white - black).max(1.0) * 255.0).clamp(0.0, 255.0) as u8).collect();
    relative.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
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

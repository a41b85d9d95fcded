//! Adaptive binarisation: ink told from paper where the paper is uneven, every pixel against the paper around it. Whatever is
//! taken out is found in it; reading goes by the greys, for made bitonal, thin strokes break and pages are read worse.

use image::GrayImage;

use crate::bits::Bits;

/// Side of the squares in which the paper is taken for even, in pixels.
pub const BLOCK: usize = 32;

pub struct Ink {
    pub width: usize,
    pub height: usize,
    mask: Bits,
    paper: Vec<u8>,
    across: usize,
}

/// Ink that hangs together.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
    pub area: usize,
}

impl Part {
    pub fn width(&self) -> usize {
        self.right - self.left + 1
    }

    pub fn height(&self) -> usize {
        self.bottom - self.top + 1
    }

    pub fn centre(&self) -> (f32, f32) {
        ((self.left + self.right) as f32 / 2.0, (self.top + self.bottom) as f32 / 2.0)
    }
}

impl Ink {
    pub fn of(gray: &GrayImage) -> Self {
        let (width, height) = (gray.width() as usize, gray.height() as usize);
        let across = width.div_ceil(BLOCK);
        let paper = paper(gray);
        // Otsu's threshold over brightness relative to the paper; every third pixel is enough to count.
        let mut seen = vec![[0u32; 256]; 256];
        for (y, row) in gray.as_raw().chunks_exact(width).enumerate().step_by(3) {
            let levels = &paper[y / BLOCK * across..];
            for (x, v) in row.iter().enumerate().step_by(3) {
                seen[usize::from(levels[x / BLOCK])][usize::from(*v)] += 1;
            }
        }
        let mut counts = [0u32; 256];
        for (level, seen) in seen.iter().enumerate() {
            for (v, n) in seen.iter().enumerate() {
                counts[(v * 255 / level.max(1)).min(255)] += n;
            }
        }
        let threshold = u32::from(otsu(&counts));
        let limits: Vec<u8> = paper.iter().map(|level| (u32::from(*level) * threshold / 255) as u8).collect();
        let mut mask = Bits::new(width, height);
        let mut ink = vec![false; width];
        for (y, row) in gray.as_raw().chunks_exact(width).enumerate() {
            let limits = &limits[y / BLOCK * across..];
            for ((pixels, limit), ink) in row.chunks(BLOCK).zip(limits).zip(ink.chunks_mut(BLOCK)) {
                pixels.iter().zip(ink).for_each(|(v, ink)| *ink = v < limit);
            }
            mask.set(y, &ink);
        }
        Self { width, height, mask, paper, across }
    }

    pub fn at(&self, x: usize, y: usize) -> bool {
        self.mask.at(x, y)
    }

    /// How bright the paper is around here.
    pub fn paper(&self, x: usize, y: usize) -> u8 {
        self.paper[y / BLOCK * self.across + x / BLOCK]
    }

    /// All connected parts.
    pub fn parts(&self) -> Vec<Part> {
        self.mask.parts()
    }

    pub fn mask(&self) -> &Bits {
        &self.mask
    }

    /// Is no ink any more.
    pub fn take(&mut self, x: usize, y: usize) {
        self.mask.take(x, y);
    }
}

/// What is nearer to one another than so many pixels, across and down, made one.
pub fn together(parts: Vec<Part>, near: usize) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    for mut part in parts {
        // What it touches becomes one with it, and may then touch more.
        while let Some(i) = found.iter().position(|f| {
            f.left <= part.right + near
                && part.left <= f.right + near
                && f.top <= part.bottom + near
                && part.top <= f.bottom + near
        }) {
            let other = found.swap_remove(i);
            part = Part {
                left: part.left.min(other.left),
                right: part.right.max(other.right),
                top: part.top.min(other.top),
                bottom: part.bottom.max(other.bottom),
                area: part.area + other.area,
            };
        }
        found.push(part);
    }
    found
}

/// The paper's brightness per square: the brightest of the neighbours, because a square may lie wholly in ink.
pub fn paper(gray: &GrayImage) -> Vec<u8> {
    let levels = levels(gray, BLOCK);
    let (across, down) = ((gray.width() as usize).div_ceil(BLOCK), (gray.height() as usize).div_ceil(BLOCK));
    let level = |x: usize, y: usize| levels[y * across + x];
    (0..across * down)
        .map(|block| {
            let (x, y) = (block % across, block / across);
            let rows = y.saturating_sub(1)..(y + 2).min(down);
            rows.flat_map(|j| (x.saturating_sub(1)..(x + 2).min(across)).map(move |i| level(i, j))).max().unwrap_or(255)
        })
        .collect()
}

/// How bright it is between letters, per square of this side: the upper quarter of its pixels begins there.
pub fn levels(gray: &GrayImage, side: usize) -> Vec<u8> {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let across = width.div_ceil(side);
    let level = |square: usize| {
        let (x, y) = (square % across * side, square / across * side);
        let mut counts = [0u16; 256];
        let mut total = 0;
        for row in (y..height.min(y + side)).step_by(2) {
            for v in gray.as_raw()[row * width..][x..width.min(x + side)].iter().step_by(2) {
                counts[usize::from(*v)] += 1;
                total += 1;
            }
        }
        let mut left = total / 4;
        let level = counts.iter().rposition(|n| {
            let here = *n > left;
            left = left.saturating_sub(*n);
            here
        });
        level.unwrap_or(0) as u8
    };
    (0..across * height.div_ceil(side)).map(level).collect()
}

/// Otsu (1979): the level that parts the counts into the two groups furthest apart; between two levels with nothing
/// between them, the middle.
pub fn otsu(counts: &[u32; 256]) -> u8 {
    let total: f64 = counts.iter().map(|n| f64::from(*n)).sum();
    let sum: f64 = counts.iter().enumerate().map(|(v, n)| v as f64 * f64::from(*n)).sum();
    let (mut below, mut sum_below) = (0.0, 0.0);
    let (mut best, mut first, mut last) = (0.0, 127, 127);
    for (v, n) in counts.iter().enumerate() {
        below += f64::from(*n);
        sum_below += v as f64 * f64::from(*n);
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let apart = sum_below / below - (sum - sum_below) / above;
            let variance = below * above * apart * apart;
            if variance > best {
                (best, first) = (variance, v);
            }
            if variance == best {
                last = v;
            }
        }
    }
    ((first + last) / 2 + 1).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn ink_is_told_from_paper_where_no_one_threshold_would() {
        // From a third of the light on the left to all of it on the right; ink leaves half of it.
        let light = |x: u32| 80.0 + 160.0 * x as f32 / 1200.0;
        let is_ink = |x: u32, y: u32| x % 30 < 7 && y % 40 < 22;
        let page =
            GrayImage::from_fn(1200, 640, |x, y| Luma([(light(x) / if is_ink(x, y) { 2.0 } else { 1.0 }) as u8]));
        let paper_on_the_left = page.get_pixel(20, 30)[0];
        let ink_on_the_right = page.get_pixel(1175, 5)[0];
        assert!(ink_on_the_right > paper_on_the_left, "{ink_on_the_right} {paper_on_the_left}");
        let ink = Ink::of(&page);
        let places = (0..1200u32).flat_map(|x| (0..640u32).map(move |y| (x, y)));
        let wrong = places.filter(|(x, y)| ink.at(*x as usize, *y as usize) != is_ink(*x, *y)).count();
        assert_eq!(wrong, 0);
        assert_eq!(ink.parts().len(), 40 * 16);
    }
}

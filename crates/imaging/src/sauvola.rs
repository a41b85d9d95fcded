//! Ink black on white paper, by Sauvola and Pietikäinen (2000): a pixel is ink when it is darker than its neighbourhood's
//! mean, lowered the more, the less there is to see. Uneven paper, shadows and what shows through go.

use image::GrayImage;

use crate::ink;

/// Half the side of the neighbourhood, in pixels of the reading copy: a little more than a line of text.
const REACH: usize = 17;

/// The largest standard deviation that grey levels have.
const RANGE: f32 = 128.0;

/// How much darker than its neighbourhood ink must be at the least.
const K: f32 = 0.34;

pub fn binarise(gray: &GrayImage) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let data = gray.as_raw();
    let mut out = vec![255; data.len()];
    // Sums of every column over the rows in reach, moved down row by row.
    let (mut sums, mut squares) = (vec![0u32; width], vec![0u32; width]);
    let take = |row: usize, sums: &mut [u32], squares: &mut [u32], add: bool| {
        for ((sum, square), v) in sums.iter_mut().zip(squares).zip(&data[row * width..][..width]) {
            let v = u32::from(*v);
            if add {
                (*sum, *square) = (*sum + v, *square + v * v);
            } else {
                (*sum, *square) = (*sum - v, *square - v * v);
            }
        }
    };
    (0..REACH.min(height)).for_each(|row| take(row, &mut sums, &mut squares, true));
    for y in 0..height {
        if y + REACH < height {
            take(y + REACH, &mut sums, &mut squares, true);
        }
        if y > REACH {
            take(y - REACH - 1, &mut sums, &mut squares, false);
        }
        let rows = (y + REACH + 1).min(height) - y.saturating_sub(REACH);
        let (mut sum, mut square) = (0u64, 0u64);
        for x in 0..REACH.min(width) {
            sum += u64::from(sums[x]);
            square += u64::from(squares[x]);
        }
        for x in 0..width {
            if x + REACH < width {
                sum += u64::from(sums[x + REACH]);
                square += u64::from(squares[x + REACH]);
            }
            if x > REACH {
                sum -= u64::from(sums[x - REACH - 1]);
                square -= u64::from(squares[x - REACH - 1]);
            }
            let count = (rows * ((x + REACH + 1).min(width) - x.saturating_sub(REACH))) as f32;
            let mean = sum as f32 / count;
            let deviation = (square as f32 / count - mean * mean).max(0.0).sqrt();
            if f32::from(data[y * width + x]) < mean * (1.0 + K * (deviation / RANGE - 1.0)) {
                out[y * width + x] = 0;
            }
        }
    }
    GrayImage::from_raw(gray.width(), gray.height(), out).expect("same size")
}

/// Whether the page gains by it. On even paper Tesseract's own single threshold keeps finer strokes; ink that is pale
/// all over the page would be taken for dirt.
pub fn suits(gray: &GrayImage) -> bool {
    const LEAST_CONTRAST: u8 = 90;
    let mut counts = [0u32; 256];
    gray.as_raw().iter().for_each(|v| counts[usize::from(*v)] += 1);
    let level = |share: f32| {
        let mut left = (gray.as_raw().len() as f32 * share) as u32;
        let found = counts.iter().position(|n| {
            let here = *n > left;
            left = left.saturating_sub(*n);
            here
        });
        found.unwrap_or(255) as u8
    };
    let contrast = level(0.5).saturating_sub(level(0.005));
    let mut paper = ink::paper(gray);
    paper.sort_unstable();
    let twentieth = paper.len() / 20;
    let spread = paper[paper.len() - 1 - twentieth] - paper[twentieth];
    contrast >= LEAST_CONTRAST && spread > contrast / 4
}

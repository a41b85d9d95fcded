//! A page known again when the same sheet is scanned twice, and told from the same form filled in otherwise.
//!
//! First a difference hash over the box that the ink takes up, so that neither light nor where the feeder took the sheet
//! matters: one sheet gives hashes a few bits apart, but so do two fills of one form. Then the ink itself, square by
//! square: what is surely ink on one page must have ink on the other. One figure that differs is enough to tell two
//! pages apart.

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::ink;

/// Cells of the hash across and down.
const CELLS: usize = 16;

/// Bits that two scans of one sheet may differ by; two different layouts differ by 39 and more.
const NEAR: u32 = 30;

/// Pixels in a square without a partner that two scans of one sheet may have.
const STRAY: usize = 3;

/// A square that is looked at by itself: a sheet is stretched on its way, but not within 16 mm.
const SQUARE: usize = 96;

/// How far the whole page and then each square may have moved, at 150 dpi.
const SHIFT: i32 = 45;
const DRIFT: i32 = 4;

/// It holds a small picture of the page and is to be kept, and destroyed, like the page itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    pub sketch: Sketch,
    /// Runs of one kind of pixel, row after row: kind in the upper two bits, length in the lower six. Some 50 kB.
    pub ink: Vec<u8>,
}

/// Of a hundred bytes, so that the sketches of a whole stack can be held against a page; only where two are near is
/// the ink needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    hash: [u64; 4],
    /// That of the sheet laid in upside down.
    turned: [u64; 4],
    width: u16,
    height: u16,
}

/// Nothing, a trace, and what is ink beyond doubt.
const PAPER: u8 = 0;
const TRACE: u8 = 1;
const SURE: u8 = 2;

impl Fingerprint {
    /// Of a straight page at about 150 dpi.
    pub(crate) fn of(gray: &GrayImage, dpi: f32) -> Self {
        let (width, height) = (gray.width() as usize, gray.height() as usize);
        let levels = ink::paper(gray);
        let across = width.div_ceil(ink::BLOCK);
        let margin = (dpi * 4.0 / 25.4) as usize;
        let inside = |x: usize, y: usize| {
            (margin..width.saturating_sub(margin)).contains(&x) && (margin..height.saturating_sub(margin)).contains(&y)
        };
        let kinds: Vec<u8> = gray
            .as_raw()
            .iter()
            .enumerate()
            .map(|(i, v)| {
                let (x, y) = (i % width, i / width);
                let paper = u32::from(levels[y / ink::BLOCK * across + x / ink::BLOCK]).max(1);
                match u32::from(*v) * 100 / paper {
                    _ if !inside(x, y) => PAPER,
                    0..55 => SURE,
                    55..82 => TRACE,
                    _ => PAPER,
                }
            })
            .collect();
        let mut turned = kinds.clone();
        turned.reverse();
        let sketch = Sketch {
            hash: hash(&kinds, width, height),
            turned: hash(&turned, width, height),
            width: width as u16,
            height: height as u16,
        };
        Self { sketch, ink: packed(&kinds) }
    }
}

impl Sketch {
    /// Whether both may be of the same sheet.
    pub fn near(&self, other: &Self) -> bool {
        self.is_alike(other) || self.is_alike_turned(other)
    }

    fn is_alike(&self, other: &Self) -> bool {
        self.is_as_large(other) && apart(self.hash, other.hash) <= NEAR
    }

    fn is_alike_turned(&self, other: &Self) -> bool {
        self.is_as_large(other) && apart(self.hash, other.turned) <= NEAR
    }

    fn is_as_large(&self, other: &Self) -> bool {
        self.width.abs_diff(other.width) <= 60 && self.height.abs_diff(other.height) <= 60
    }
}

fn apart(a: [u64; 4], b: [u64; 4]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Whether both are the same sheet, the second perhaps laid in upside down. Where the sketches are near it takes some
/// tens of milliseconds, else no time.
pub fn same(a: &Fingerprint, b: &Fingerprint) -> bool {
    a.sketch.is_alike(&b.sketch) && Map::of(a).matches(&Map::of(b))
        || a.sketch.is_alike_turned(&b.sketch) && Map::of(a).matches(&Map::of(b).turned())
}

/// For each cell whether the one to its right has more ink, over the box that holds nearly all of it.
fn hash(kinds: &[u8], width: usize, height: usize) -> [u64; 4] {
    let (mut columns, mut rows) = (vec![0usize; width], vec![0usize; height]);
    for (i, kind) in kinds.iter().enumerate() {
        if *kind == SURE {
            columns[i % width] += 1;
            rows[i / width] += 1;
        }
    }
    let (left, right) = middle(&columns);
    let (top, bottom) = middle(&rows);
    let (w, h) = ((right - left).max(1) as f32, (bottom - top).max(1) as f32);
    let mut cells = [[0u32; CELLS + 1]; CELLS];
    for y in top..bottom {
        for x in left..right {
            if kinds[y * width + x] == SURE {
                let column = ((x - left) as f32 / w * (CELLS + 1) as f32) as usize;
                let row = ((y - top) as f32 / h * CELLS as f32) as usize;
                cells[row.min(CELLS - 1)][column.min(CELLS)] += 1;
            }
        }
    }
    // Paper beside paper is no difference.
    let least = (w * h / (CELLS * (CELLS + 1)) as f32 / 100.0) as u32;
    let mut hash = [0u64; 4];
    for (y, row) in cells.iter().enumerate() {
        for x in 0..CELLS {
            let bit = y * CELLS + x;
            hash[bit / 64] |= u64::from(row[x + 1] > row[x] + least) << (bit % 64);
        }
    }
    hash
}

/// Where the middle 98 % of the counts lie.
fn middle(counts: &[usize]) -> (usize, usize) {
    let total: usize = counts.iter().sum();
    let mut seen = 0;
    let reached = counts.iter().map(|n| {
        seen += n;
        (seen * 100 > total, seen * 100 > total * 99)
    });
    let reached: Vec<(bool, bool)> = reached.collect();
    let first = |side: fn(&(bool, bool)) -> bool| reached.iter().position(side).unwrap_or(0);
    (first(|r| r.0), first(|r| r.1))
}

fn packed(kinds: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for run in kinds.chunk_by(|a, b| a == b) {
        let full = run.len() / 63;
        out.extend(std::iter::repeat_n(run[0] << 6 | 63, full));
        out.extend(Some(run[0] << 6 | (run.len() % 63) as u8).filter(|_| run.len() % 63 > 0));
    }
    out
}

struct Map {
    width: usize,
    height: usize,
    kinds: Vec<u8>,
}

impl Map {
    fn of(print: &Fingerprint) -> Self {
        let (width, height) = (usize::from(print.sketch.width), usize::from(print.sketch.height));
        let runs = print.ink.iter().flat_map(|run| std::iter::repeat_n(run >> 6, usize::from(run & 63)));
        let mut kinds: Vec<u8> = runs.collect();
        kinds.resize(width * height, PAPER);
        Self { width, height, kinds }
    }

    fn turned(mut self) -> Self {
        self.kinds.reverse();
        self
    }

    fn matches(&self, other: &Self) -> bool {
        let (dx, dy) = self.shift(other);
        self.covered(&other.spread(), dx, dy) && other.covered(&self.spread(), -dx, -dy)
    }

    /// How far the other's ink lies to the right and below, by where most of both falls together.
    fn shift(&self, other: &Self) -> (i32, i32) {
        let best = |a: &[f32], b: &[f32]| {
            let score = |d: i32| -> f32 {
                let pairs =
                    a.iter().enumerate().filter_map(|(i, v)| Some(v * b.get(usize::try_from(i as i32 + d).ok()?)?));
                pairs.sum()
            };
            (-SHIFT..=SHIFT).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(0)
        };
        let (a, b) = (self.profiles(), other.profiles());
        (best(&a.0, &b.0), best(&a.1, &b.1))
    }

    /// Ink per column and per row.
    fn profiles(&self) -> (Vec<f32>, Vec<f32>) {
        let (mut columns, mut rows) = (vec![0.0; self.width], vec![0.0; self.height]);
        for (i, kind) in self.kinds.iter().enumerate() {
            if *kind == SURE {
                columns[i % self.width] += 1.0;
                rows[i / self.width] += 1.0;
            }
        }
        (columns, rows)
    }

    /// Every ink pixel and trace with its four neighbours.
    fn spread(&self) -> Vec<bool> {
        let mut out = vec![false; self.kinds.len()];
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width - 1 {
                if self.kinds[y * self.width + x] != PAPER {
                    let at = y * self.width + x;
                    out[at - 1..=at + 1].fill(true);
                    out[at - self.width] = true;
                    out[at + self.width] = true;
                }
            }
        }
        out
    }

    /// Whether all sure ink has ink of the other near it, square by square.
    fn covered(&self, other: &[bool], dx: i32, dy: i32) -> bool {
        let across = self.width.div_ceil(SQUARE);
        let mut squares = vec![Vec::new(); across * self.height.div_ceil(SQUARE)];
        for (i, kind) in self.kinds.iter().enumerate() {
            if *kind == SURE {
                let (x, y) = (i % self.width, i / self.width);
                squares[y / SQUARE * across + x / SQUARE].push((x as i32, y as i32));
            }
        }
        let mut moves: Vec<(i32, i32)> = (-DRIFT..=DRIFT).flat_map(|y| (-DRIFT..=DRIFT).map(move |x| (x, y))).collect();
        moves.sort_by_key(|(x, y)| x.abs() + y.abs());
        squares.iter().all(|square| {
            let lost = |sx: i32, sy: i32| {
                square
                    .iter()
                    .filter(|(x, y)| {
                        let (x, y) = (x + dx + sx, y + dy + sy);
                        !(0..self.width as i32).contains(&x)
                            || y < 0
                            || !other.get(y as usize * self.width + x as usize).copied().unwrap_or(false)
                    })
                    .count()
            };
            moves.iter().any(|(x, y)| lost(*x, *y) <= STRAY)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::samples::{self, fed, sheet};
    use image::Luma;

    #[test]
    fn the_same_sheet_is_known_again_and_another_fill_of_the_form_is_not() {
        let print =
            |page: &GrayImage| check(&page.clone().into(), 300.0, &Default::default()).fingerprint.expect("not blank");
        let form = sheet(0);
        let first = print(&fed(&form, 0.3, (0, 0), 1.0));
        for again in [
            fed(&form, -1.4, (20, -31), 0.93),
            fed(&form, 2.0, (-14, 9), 0.85),
            image::imageops::rotate180(&fed(&form, 0.6, (5, 5), 0.96)),
        ] {
            assert!(same(&first, &print(&again)));
        }
        assert!(!same(&first, &print(&fed(&sheet(1), 0.3, (0, 0), 1.0))), "another line");
        let mut figure = form.clone();
        // A letter struck out.
        image::imageops::replace(&mut figure, &GrayImage::from_pixel(24, 32, Luma([40])), 300, 1040);
        assert!(!same(&first, &print(&fed(&figure, -0.4, (8, 3), 0.97))), "one letter");
        assert!(
            check(&GrayImage::from_pixel(2480, 3508, samples::PAPER).into(), 300.0, &Default::default())
                .fingerprint
                .is_none()
        );
    }
}

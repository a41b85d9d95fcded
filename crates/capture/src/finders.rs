//! Where on a page a QR code seems to be, told by its corner marks alone, without reading it.
//!
//! A mark (finder pattern) crossed in any direction gives black, white, black, white, black runs of 1:1:3:1:1 modules.
//! Text hardly ever does in both directions, and never twice at one size a code's width apart: so this says of nearly
//! every page without codes that a second look is not worth its time.

use image::GrayImage;

/// A square piece of the page with a code in it, and how many pixels one of its modules is wide.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub x: f32,
    pub y: f32,
    /// Half a side.
    pub reach: f32,
    pub module: f32,
}

/// Cells in which the middle between paper and ink is taken.
const CELL: usize = 16;
/// How much darker than its neighbourhood ink is at least.
const CONTRAST: i32 = 12;
/// Rows between two looks. A mark's core is three modules high.
const STEP: usize = 3;
/// Smallest module that can be made out, in pixels.
const MODULE: f32 = 1.4;
/// Distance of two marks' centres in modules, from version 1 along a side to version 20 across.
const APART: std::ops::RangeInclusive<f32> = 11.0..=130.0;
/// A page with more marks than this is a pattern of something else.
const MARKS: usize = 400;

/// The places, those with most marks first.
pub fn find(gray: &GrayImage) -> Vec<Place> {
    let mut marks = Vec::new();
    let mut level = Level { width: gray.width() as usize, pixels: gray.as_raw().as_slice().into() };
    let mut scale = 1.0;
    loop {
        level.marks(scale, &mut marks);
        // Halving takes the noise off large modules, and brings them within the reach of a cell.
        if level.width.min(level.height()) < 400 || marks.len() > MARKS {
            break;
        }
        level = level.half();
        scale *= 2.0;
    }
    if marks.len() > MARKS { Vec::new() } else { places(&marks) }
}

#[derive(Clone, Copy)]
struct Mark {
    x: f32,
    y: f32,
    module: f32,
}

fn places(marks: &[Mark]) -> Vec<Place> {
    let mut places: Vec<(Place, usize)> = Vec::new();
    for (i, a) in marks.iter().enumerate() {
        for b in &marks[i + 1..] {
            let (module, apart) = ((a.module + b.module) / 2.0, (a.x - b.x).hypot(a.y - b.y));
            let alike = a.module.max(b.module) < 1.35 * a.module.min(b.module);
            if !alike || !APART.contains(&(apart / module)) {
                continue;
            }
            // From the middle between two marks every other corner of the code lies within their distance.
            let place = Place { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0, reach: apart + 6.0 * module, module };
            let near = |p: &Place| (p.x - place.x).hypot(p.y - place.y) < p.reach.max(place.reach) / 2.0;
            match places.iter_mut().find(|(p, _)| near(p)) {
                Some((known, count)) => {
                    *count += 1;
                    if place.reach > known.reach {
                        *known = place;
                    }
                }
                None => places.push((place, 1)),
            }
        }
    }
    places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    places.into_iter().map(|(place, _)| place).collect()
}

struct Level<'a> {
    width: usize,
    pixels: std::borrow::Cow<'a, [u8]>,
}

impl Level<'_> {
    fn height(&self) -> usize {
        self.pixels.len().checked_div(self.width).unwrap_or(0)
    }

    fn half(&self) -> Level<'static> {
        let (width, height) = (self.width / 2, self.height() / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for rows in self.pixels.chunks_exact(2 * self.width) {
            let (upper, lower) = rows.split_at(self.width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pixels.extend(
                pairs.map(|(a, b)| {
                    ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]) + 2) / 4) as u8
                }),
            );
        }
        Level { width, pixels: pixels.into() }
    }

    /// Per cell, below which value a pixel is ink.
    fn thresholds(&self) -> Vec<u8> {
        let (columns, rows) = (self.width.div_ceil(CELL), self.height().div_ceil(CELL));
        let mut means = Vec::with_capacity(columns * rows);
        for band in self.pixels.chunks(CELL * self.width) {
            let mut sums = vec![0u32; columns];
            for row in band.chunks_exact(self.width) {
                for (sum, cell) in sums.iter_mut().zip(row.chunks(CELL)) {
                    *sum += cell.iter().map(|p| u32::from(*p)).sum::<u32>();
                }
            }
            let height = band.len() / self.width;
            means.extend(
                sums.iter().enumerate().map(|(i, sum)| sum / (CELL.min(self.width - i * CELL) * height) as u32),
            );
        }
        let around = |at: usize, end: usize| at.saturating_sub(2)..(at + 3).min(end);
        let mut out = Vec::with_capacity(means.len());
        for y in 0..rows {
            for x in 0..columns {
                let (ys, xs) = (around(y, rows), around(x, columns));
                let count = (ys.len() * xs.len()) as i32;
                let sum: u32 = ys.map(|y| means[y * columns..][xs.clone()].iter().sum::<u32>()).sum();
                out.push((sum as i32 / count - CONTRAST).clamp(0, 255) as u8);
            }
        }
        out
    }

    fn marks(&self, scale: f32, marks: &mut Vec<Mark>) {
        if self.width == 0 {
            return;
        }
        let thresholds = self.thresholds();
        let columns = self.width.div_ceil(CELL);
        let ink = |x: usize, y: usize| self.pixels[y * self.width + x] < thresholds[y / CELL * columns + x / CELL];
        for y in (0..self.height()).step_by(STEP) {
            // The last five runs, the newest last; ink and paper in turn.
            let mut runs = [0usize; 5];
            let mut dark = false;
            let row = &self.pixels[y * self.width..][..self.width];
            for (c, cell) in row.chunks(CELL).enumerate() {
                let threshold = thresholds[y / CELL * columns + c];
                for (i, pixel) in cell.iter().enumerate() {
                    if (*pixel < threshold) == dark {
                        runs[4] += 1;
                        continue;
                    }
                    if dark && let Some(module) = module(runs) {
                        let end = (c * CELL + i) as f32;
                        let x = end - (runs[4] + runs[3]) as f32 - runs[2] as f32 / 2.0;
                        self.confirm(&ink, (x, y, module), scale, marks);
                    }
                    runs.rotate_left(1);
                    runs[4] = 1;
                    dark = !dark;
                }
            }
        }
    }

    /// A mark crossed along a row is one if it is so along the column through its middle, and along the row through
    /// the middle of that.
    fn confirm(
        &self,
        ink: &impl Fn(usize, usize) -> bool,
        (x, y, size): (f32, usize, f32),
        scale: f32,
        marks: &mut Vec<Mark>,
    ) {
        let known = |x: f32, y: f32| {
            marks.iter().any(|m| (m.x - x * scale).abs() < 3.0 * m.module && (m.y - y * scale).abs() < 3.0 * m.module)
        };
        if known(x, y as f32) {
            return;
        }
        let across = x as usize;
        let Some((middle, tall)) = through(y, self.height(), |y| ink(across, y)) else { return };
        let row = middle as usize;
        let Some((centre, wide)) = through(across, self.width, |x| ink(x, row)) else { return };
        let alike = |a: f32, b: f32| a.max(b) < 1.5 * a.min(b) + 0.5;
        if alike(tall, wide) && alike(tall, size) && !known(centre, middle) {
            marks.push(Mark { x: centre * scale, y: middle * scale, module: (tall + wide) / 2.0 * scale });
        }
    }
}

/// The middle and module of the mark whose core `at` is in, along one line.
fn through(at: usize, end: usize, ink: impl Fn(usize) -> bool) -> Option<(f32, f32)> {
    let back = |from: usize, dark: bool| (0..from).rev().take_while(|i| ink(*i) == dark).count();
    let on = |from: usize, dark: bool| (from..end).take_while(|i| ink(*i) == dark).count();
    let (before, after) = (back(at, true), on(at, true));
    if after == 0 {
        return None;
    }
    let white_before = back(at - before, false);
    let black_before = back(at - before - white_before, true);
    let white_after = on(at + after, false);
    let black_after = on(at + after + white_after, true);
    let module = module([black_before, white_before, before + after, white_after, black_after])?;
    Some(((at - before) as f32 + (before + after) as f32 / 2.0, module))
}

/// The width of a module if the runs are those of a mark.
fn module(runs: [usize; 5]) -> Option<f32> {
    let module = runs.iter().sum::<usize>() as f32 / 7.0;
    let near =
        |run: usize, modules: f32| (run as f32 - modules * module).abs() < 0.5 * module.max(2.0) * modules.sqrt();
    let fits =
        module >= MODULE && [0, 1, 3, 4].iter().all(|i| runs[*i] > 0 && near(runs[*i], 1.0)) && near(runs[2], 3.0);
    fits.then_some(module)
}

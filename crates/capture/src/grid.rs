//! A QR code read module by module where its corner marks say that it lies: the last resort for codes so small or so
//! faint that no threshold over pixels parts black from white.
//!
//! On a flat scan three corners fix the grid. They are moved until all that every code has, marks and timing lines,
//! fits best; then each module is the mean of its pixels, sharpened against its neighbours', because ink, optics and the
//! JPEG have run them together. The codes are drawn afresh for the reader, whose error correction says whether it is
//! true.

use image::{GrayImage, Luma};

pub type Point = (f32, f32);

/// The centres of three marks: top left, top right, bottom left.
pub type Corners = [Point; 3];

/// Pixels of a module in the fresh drawing, and white modules around it.
const DRAWN: u32 = 4;
const QUIET: i32 = 4;
/// How strongly a module is sharpened.
const SHARP: [f32; 3] = [0.5, 1.2, 0.0];
/// Difference of light and dark, by all that every code has, below which there is none.
const CONTRAST: f32 = 15.0;
/// So many of the ways in which it may lie are looked at closely.
const FITTED: usize = 4;
/// From the centre of a mark to that of the next lie so many modules less than the code has.
const INSET: f32 = 7.0;

/// The outline of the code that may lie in one of these ways, and drawings of it, the likeliest first.
pub fn drawn(gray: &GrayImage, ways: &[Corners], module: f32) -> Option<([Point; 4], impl Iterator<Item = GrayImage>)> {
    let mut grids: Vec<(f32, Grid)> = Vec::new();
    for corners in ways {
        let apart = (far(corners[0], corners[1]) + far(corners[0], corners[2])) / 2.0;
        let guess = (apart / module + INSET - 17.0) / 4.0;
        for version in (guess - 1.5).max(1.0).round() as i32..=(guess + 1.5).min(20.0).round() as i32 {
            let grid = Grid { gray, corners: *corners, size: 17 + 4 * version };
            grids.push((grid.contrast(&grid.all_known()), grid));
        }
    }
    grids.sort_by(|a, b| b.0.total_cmp(&a.0));
    let fits = grids.into_iter().take(FITTED).map(|(_, grid)| grid.fitted());
    let (contrast, grid) = fits.max_by(|a, b| a.0.total_cmp(&b.0))?;
    if contrast < CONTRAST {
        return None;
    }
    let (values, end) = (grid.values(), grid.size as f32);
    let outline = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)].map(|(x, y)| grid.place(x, y));
    Some((outline, SHARP.into_iter().map(move |by| grid.sharpened(&values, by))))
}

fn far(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[derive(Clone, Copy)]
struct Grid<'a> {
    gray: &'a GrayImage,
    corners: Corners,
    /// Modules along a side.
    size: i32,
}

impl Grid<'_> {
    /// The pixel at a place counted in modules from the code's top left.
    fn place(&self, x: f32, y: f32) -> Point {
        let [(x0, y0), right, down] = self.corners;
        let span = self.size as f32 - INSET;
        let (x, y) = ((x - 3.5) / span, (y - 3.5) / span);
        (x0 + (right.0 - x0) * x + (down.0 - x0) * y, y0 + (right.1 - y0) * x + (down.1 - y0) * y)
    }

    /// The grey there, between pixels too. Beyond the edge lies what lies at it.
    fn grey(&self, x: f32, y: f32) -> f32 {
        let (x, y) = self.place(x, y);
        let (x, y) = (x - 0.5, y - 0.5);
        let at = |x: f32, y: f32| {
            let inside = |v: f32, end: u32| (v.max(0.0) as u32).min(end - 1);
            f32::from(self.gray.get_pixel(inside(x, self.gray.width()), inside(y, self.gray.height()))[0])
        };
        let (left, top) = (x.floor(), y.floor());
        let (dx, dy) = (x - left, y - top);
        let upper = at(left, top) * (1.0 - dx) + at(left + 1.0, top) * dx;
        let lower = at(left, top + 1.0) * (1.0 - dx) + at(left + 1.0, top + 1.0) * dx;
        upper * (1.0 - dy) + lower * dy
    }

    /// What every code of this size has there: dark or light.
    fn known(&self, x: i32, y: i32) -> Option<bool> {
        let far = self.size - 7;
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            let ring = (x - left - 3).abs().max((y - top - 3).abs());
            if ring <= 4 {
                return Some(ring <= 1 || ring == 3);
            }
        }
        let timing =
            |along: i32, across: i32| (across == 6 && (8..self.size - 8).contains(&along)).then_some(along % 2 == 0);
        timing(x, y).or(timing(y, x))
    }

    /// How much darker the dark is than the light, where it is known.
    fn contrast(&self, known: &[(f32, f32, bool)]) -> f32 {
        let (mut dark, mut light) = ((0.0, 0.0), (0.0, 0.0));
        for (x, y, is_dark) in known {
            let sum = if *is_dark { &mut dark } else { &mut light };
            *sum = (sum.0 + self.grey(*x, *y), sum.1 + 1.0);
        }
        light.0 / light.1 - dark.0 / dark.1
    }

    /// The middles of all modules that are known.
    fn all_known(&self) -> Vec<(f32, f32, bool)> {
        let modules = (-1..=self.size).flat_map(|y| (-1..=self.size).map(move |x| (x, y)));
        modules.filter_map(|(x, y)| Some((x as f32 + 0.5, y as f32 + 0.5, self.known(x, y)?))).collect()
    }

    /// Its corners moved to where the contrast is greatest.
    fn fitted(mut self) -> (f32, Self) {
        let known = self.all_known();
        let module = far(self.corners[0], self.corners[1]) / (self.size as f32 - INSET);
        let mut best = self.contrast(&known);
        for step in [0.5, 0.25, 0.12, 0.06].map(|share| share * module) {
            // Each corner is moved as long as that helps, but not away.
            for _ in 0..3 {
                let before = best;
                for corner in 0..3 {
                    for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                        let mut moved = self;
                        moved.corners[corner].0 += dx;
                        moved.corners[corner].1 += dy;
                        let contrast = moved.contrast(&known);
                        if contrast > best {
                            (best, self) = (contrast, moved);
                        }
                    }
                }
                if best == before {
                    break;
                }
            }
        }
        (best, self)
    }

    /// Every module's grey and one more all around, row by row.
    fn values(&self) -> Vec<f32> {
        const PARTS: [f32; 3] = [0.2, 0.5, 0.8];
        let modules = (-1..=self.size).flat_map(|y| (-1..=self.size).map(move |x| (x as f32, y as f32)));
        let mean = |(x, y): Point| {
            PARTS.iter().flat_map(|dy| PARTS.iter().map(move |dx| self.grey(x + dx, y + dy))).sum::<f32>() / 9.0
        };
        modules.map(mean).collect()
    }

    /// The code drawn black on white, each module by its value without the share of its neighbours.
    fn sharpened(&self, values: &[f32], by: f32) -> GrayImage {
        let row = self.size as usize + 2;
        let value = |x: i32, y: i32| {
            let at = (y + 1) as usize * row + (x + 1) as usize;
            let around = (values[at - 1] + values[at + 1] + values[at - row] + values[at + row]) / 4.0;
            values[at] + by * (values[at] - around)
        };
        let (mut dark, mut light) = ((0.0, 0.0), (0.0, 0.0));
        for (x, y) in (0..self.size).flat_map(|y| (0..self.size).map(move |x| (x, y))) {
            if let Some(is_dark) = self.known(x, y) {
                let sum = if is_dark { &mut dark } else { &mut light };
                *sum = (sum.0 + value(x, y), sum.1 + 1.0);
            }
        }
        let middle = (dark.0 / dark.1 + light.0 / light.1) / 2.0;
        let side = (self.size + 2 * QUIET) as u32 * DRAWN;
        GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = ((x / DRAWN) as i32 - QUIET, (y / DRAWN) as i32 - QUIET);
            let inside = (0..self.size).contains(&x) && (0..self.size).contains(&y);
            let dark = inside && self.known(x, y).unwrap_or_else(|| value(x, y) < middle);
            Luma([if dark { 0 } else { 255 }])
        })
    }
}

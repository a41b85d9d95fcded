//! A QR code read module by module where its corner marks say that it lies: for codes so small, so faint or so noisy that
//! no threshold over pixels parts black from white.
//!
//! On a flat scan three corners fix the grid. They are moved until all that every code has, marks and timing lines,
//! fits best; how well it fits tells a code from anything else. Then each module is the mean of its pixels, freed from
//! what its neighbours add to it, because ink, optics and the JPEG have run them together. The code is drawn afresh for
//! the reader, whose error correction says whether it is true.

use image::{GrayImage, Luma};

pub type Point = (f32, f32);

/// The centres of three marks: top left, top right, bottom left.
pub type Corners = [Point; 3];

/// How much like a code a place must be. Codes have 0.85 and more, even those of which nothing can be read; text, tables
/// and boxes in boxes hardly ever 0.6.
const LIKE: f32 = 0.7;
/// So many of the ways in which it may lie are looked at closely.
const FITTED: usize = 4;
/// How strongly a module is set off from its neighbours, one after another.
const SHARP: [f32; 3] = [0.5, 1.2, 0.0];
/// Pixels of a module in the fresh drawing, and white modules around it.
const DRAWN: u32 = 4;
const QUIET: i32 = 4;
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
            grids.push((grid.likeness(&grid.all_known()), grid));
        }
    }
    grids.sort_by(|a, b| b.0.total_cmp(&a.0));
    let fits = grids.into_iter().take(FITTED).map(|(_, grid)| grid.fitted());
    let (likeness, grid) = fits.max_by(|a, b| a.0.total_cmp(&b.0))?;
    if likeness < LIKE {
        return None;
    }
    let (values, end) = (grid.values(), grid.size as f32);
    let outline = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)].map(|(x, y)| grid.place(x, y));
    let drawings = SHARP.into_iter().flat_map(move |by| {
        let one = grid.each(&values, by);
        let all = grid.together(&values, one.clone());
        [grid.picture(&one), grid.picture(&all)]
    });
    Some((outline, drawings))
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

    /// The modules of the code and one more all around, row by row; what goes by module is in this order.
    fn modules(&self) -> impl Iterator<Item = (i32, i32)> {
        let around = -1..=self.size;
        around.clone().flat_map(move |y| around.clone().map(move |x| (x, y)))
    }

    fn is_inside(&self, x: i32, y: i32) -> bool {
        (0..self.size).contains(&x) && (0..self.size).contains(&y)
    }

    /// The middles of all modules that are known.
    fn all_known(&self) -> Vec<(f32, f32, bool)> {
        let known = |(x, y): (i32, i32)| Some((x as f32 + 0.5, y as f32 + 0.5, self.known(x, y)?));
        self.modules().filter_map(known).collect()
    }

    /// How well the greys follow what is known, from 0 to 1: their correlation, whatever ink and light are.
    fn likeness(&self, known: &[(f32, f32, bool)]) -> f32 {
        let (mut dark, mut light, mut squares) = ((0.0, 0.0), (0.0, 0.0), 0.0);
        for (x, y, is_dark) in known {
            let (sum, grey) = (if *is_dark { &mut dark } else { &mut light }, self.grey(*x, *y));
            *sum = (sum.0 + grey, sum.1 + 1.0);
            squares += grey * grey;
        }
        let count = dark.1 + light.1;
        let mean = (dark.0 + light.0) / count;
        let spread = (squares / count - mean * mean).max(1.0).sqrt();
        (light.0 / light.1 - dark.0 / dark.1) * (dark.1 * light.1).sqrt() / (count * spread)
    }

    /// Its corners moved to where it is most like a code, and how much.
    fn fitted(mut self) -> (f32, Self) {
        let known = self.all_known();
        let module = far(self.corners[0], self.corners[1]) / (self.size as f32 - INSET);
        let mut best = self.likeness(&known);
        for step in [0.5, 0.25, 0.12, 0.06].map(|share| share * module) {
            // Each corner is moved as long as that helps, but not away.
            for _ in 0..3 {
                let before = best;
                for corner in 0..3 {
                    for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                        let mut moved = self;
                        moved.corners[corner].0 += dx;
                        moved.corners[corner].1 += dy;
                        let likeness = moved.likeness(&known);
                        if likeness > best {
                            (best, self) = (likeness, moved);
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

    /// The grey of every module.
    fn values(&self) -> Vec<f32> {
        const PARTS: [f32; 3] = [0.2, 0.5, 0.8];
        let mean = |(x, y): (i32, i32)| {
            let part = |dx: f32, dy: f32| self.grey(x as f32 + dx, y as f32 + dy);
            PARTS.iter().map(|dy| PARTS.iter().map(|dx| part(*dx, *dy)).sum::<f32>()).sum::<f32>() / 9.0
        };
        self.modules().map(mean).collect()
    }

    /// Where the neighbours of a module are: those at its sides, those at its corners.
    fn around(&self, at: usize) -> [[usize; 4]; 2] {
        let row = self.size as usize + 2;
        [[at - 1, at + 1, at - row, at + row], [at - row - 1, at - row + 1, at + row - 1, at + row + 1]]
    }

    /// Each module by itself: 1 where it is dark, set off by so much from those at its sides.
    fn each(&self, values: &[f32], by: f32) -> Vec<f32> {
        let value = |at: usize| {
            let beside = self.around(at)[0].map(|i| values[i]).iter().sum::<f32>() / 4.0;
            values[at] + by * (values[at] - beside)
        };
        let (mut dark, mut light) = ((0.0, 0.0), (0.0, 0.0));
        for (at, (x, y)) in self.modules().enumerate() {
            if let Some(is_dark) = self.known(x, y).filter(|_| self.is_inside(x, y)) {
                let sum = if is_dark { &mut dark } else { &mut light };
                *sum = (sum.0 + value(at), sum.1 + 1.0);
            }
        }
        let middle = (dark.0 / dark.1 + light.0 / light.1) / 2.0;
        let dark = |(at, (x, y)): (usize, (i32, i32))| {
            let dark = self.is_inside(x, y) && self.known(x, y).unwrap_or_else(|| value(at) < middle);
            f32::from(u8::from(dark))
        };
        self.modules().enumerate().map(dark).collect()
    }

    /// All modules at once: from a first guess, those that explain the greys best if a module's grey is that of the
    /// paper and so much of its own ink, so much of that at its sides and so much of that at its corners.
    fn together(&self, values: &[f32], mut dark: Vec<f32>) -> Vec<f32> {
        let inside: Vec<(usize, bool)> = (self.modules().enumerate())
            .filter(|(_, (x, y))| self.is_inside(*x, *y))
            .map(|(at, (x, y))| (at, self.known(x, y).is_some()))
            .collect();
        let mut counts = vec![0.0; values.len()];
        inside.iter().for_each(|(at, _)| counts[*at] = 1.0);
        let mut shares = [0.0f32; 4];
        let mut rest = values.to_vec();
        for _ in 0..4 {
            let parts: Vec<(usize, [f32; 4])> = (inside.iter())
                .map(|(at, _)| {
                    let [sides, corners] = self.around(*at).map(|around| around.map(|i| dark[i]).iter().sum::<f32>());
                    (*at, [1.0, dark[*at], sides, corners])
                })
                .collect();
            for (at, part) in &parts {
                rest[*at] = values[*at] - part.iter().zip(&shares).map(|(p, s)| p * s).sum::<f32>();
            }
            // Least squares, one share after the other.
            for _ in 0..12 {
                for i in 0..shares.len() {
                    let sum = |of: &dyn Fn(usize, f32) -> f32| parts.iter().map(|(at, p)| of(*at, p[i])).sum::<f32>();
                    let more = sum(&|at, part| part * rest[at]) / sum(&|_, part| part * part).max(1.0);
                    shares[i] += more;
                    parts.iter().for_each(|(at, part)| rest[*at] -= more * part[i]);
                }
            }
            let mut changed = false;
            for (at, _) in inside.iter().filter(|(_, known)| !known) {
                let change = 1.0 - 2.0 * dark[*at];
                let [sides, corners] = self.around(*at);
                let own = [*at];
                let touched = [(&own[..], shares[1]), (&sides[..], shares[2]), (&corners[..], shares[3])];
                let worse = |i: &usize, by: f32| counts[*i] * ((rest[*i] - by).powi(2) - rest[*i].powi(2));
                let sum = touched.iter().flat_map(|(all, share)| all.iter().map(move |i| worse(i, change * share)));
                if sum.sum::<f32>() < 0.0 {
                    touched.iter().for_each(|(all, share)| all.iter().for_each(|i| rest[*i] -= change * share));
                    dark[*at] += change;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        dark
    }

    /// The code drawn black on white.
    fn picture(&self, dark: &[f32]) -> GrayImage {
        let side = (self.size + 2 * QUIET) as u32 * DRAWN;
        GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = ((x / DRAWN) as i32 - QUIET, (y / DRAWN) as i32 - QUIET);
            let at = (y + 1) * (self.size + 2) + x + 1;
            Luma([if self.is_inside(x, y) && dark[at as usize] > 0.5 { 0 } else { 255 }])
        })
    }
}

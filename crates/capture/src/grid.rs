//! A QR code read module by module where its corner marks say that it lies: for codes so small, so faint or so noisy that
//! no threshold over pixels parts black from white.
//!
//! On a flat scan three corners fix the grid. They are moved until all that every code has, marks and timing lines,
//! fits best; how well it fits tells a code from anything else. Then each module is the mean of its pixels, set off
//! from its neighbours; if that is not read, a filter fitted to this very code parts what ink, optics and the JPEG have
//! run together, as a modem learns its line. The code is drawn afresh for the reader, whose error correction says whether
//! it is true.

use image::{GrayImage, Luma};

pub type Point = (f32, f32);

/// The centres of three marks: top left, top right, bottom left.
pub type Corners = [Point; 3];

/// How much like a code a place must be. Codes have 0.75 and more, even those of which nothing can be read; text, tables
/// and boxes in boxes hardly ever 0.6.
const LIKE: f32 = 0.7;
/// So many of the ways in which it may lie are looked at closely.
const FITTED: usize = 4;
/// How strongly a module is set off from its neighbours.
const SHARP: f32 = 0.5;
/// Pixels of a module in the fresh drawing, and white modules around it.
const DRAWN: u32 = 4;
const QUIET: i32 = 4;
/// The points from which a module is said lie so many modules apart, and so many of them to each side of its middle.
const PITCH: f32 = 0.5;
const REACH: i32 = 4;
/// At most so many filters are fitted to one code.
const ROUNDS: usize = 6;
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
    let end = grid.size as f32;
    let outline = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)].map(|(x, y)| grid.place(x, y));
    let first = grid.each(&grid.values());
    let drawings = [false, true]
        .into_iter()
        .map(move |further| grid.picture(&if further { grid.equalised(first.clone()) } else { first.clone() }));
    Some((outline, drawings))
}

/// How well greys follow what is said to be dark, from 0 to 1, whatever ink and light are.
pub fn correlation(greys: impl Iterator<Item = (f32, bool)>) -> f32 {
    let (mut dark, mut light, mut squares) = ((0.0, 0.0), (0.0, 0.0), 0.0);
    for (grey, is_dark) in greys {
        let sum = if is_dark { &mut dark } else { &mut light };
        *sum = (sum.0 + grey, sum.1 + 1.0);
        squares += grey * grey;
    }
    let count: f32 = dark.1 + light.1;
    let mean = (dark.0 + light.0) / count;
    let spread = (squares / count - mean * mean).max(1.0).sqrt();
    (light.0 / light.1 - dark.0 / dark.1) * (dark.1 * light.1).sqrt() / (count * spread)
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
        timing(x, y).or(timing(y, x)).or(self.aligned(x, y))
    }

    /// The same of the small marks between the large ones (ISO/IEC 18004, annex E).
    fn aligned(&self, x: i32, y: i32) -> Option<bool> {
        let (version, last) = ((self.size - 17) / 4, self.size - 7);
        if version < 2 {
            return None;
        }
        // Counted from the far end at even steps; only the first gap differs.
        let gaps = version / 7 + 1;
        let step = (version * 4 + gaps * 2 + 3) / (gaps * 2) * 2;
        let near = |v: i32| {
            let mut centres = (0..gaps).map(|i| last - i * step).chain([6]);
            centres.find(|centre| (v - centre).abs() <= 2).map(|centre| (centre, (v - centre).abs()))
        };
        let ((x, across), (y, down)) = (near(x)?, near(y)?);
        let taken = [(6, 6), (6, last), (last, 6)].contains(&(x, y));
        (!taken).then_some(across.max(down) != 1)
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

    /// How well the greys follow what is known.
    fn likeness(&self, known: &[(f32, f32, bool)]) -> f32 {
        correlation(known.iter().map(|(x, y, dark)| (self.grey(*x, *y), *dark)))
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

    /// Where the neighbours at the sides of a module are.
    fn beside(&self, at: usize) -> [usize; 4] {
        let row = self.size as usize + 2;
        [at - 1, at + 1, at - row, at + row]
    }

    /// Each module by itself: 1 where it is dark, set off from those at its sides.
    fn each(&self, values: &[f32]) -> Vec<f32> {
        let value = |at: usize| {
            let beside = self.beside(at).map(|i| values[i]).iter().sum::<f32>() / 4.0;
            values[at] + SHARP * (values[at] - beside)
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

    /// All modules from all greys around them: from a first guess, a filter is fitted to it by least squares and says each
    /// module anew, until it says what it was fitted to. It makes undone what blur did to the code, whatever that was.
    fn equalised(&self, mut dark: Vec<f32>) -> Vec<f32> {
        let inside = self.modules().enumerate().filter(|(_, (x, y))| self.is_inside(*x, *y));
        let modules: Vec<(usize, Option<bool>, Vec<f32>)> =
            inside.map(|(at, (x, y))| (at, self.known(x, y), self.greys_around(x, y))).collect();
        let squares = Squares::of(modules.iter().map(|(.., greys)| &greys[..]));
        for _ in 0..ROUNDS {
            let filter = squares.fitted(modules.iter().map(|(at, _, greys)| (&greys[..], dark[*at] - 0.5)));
            let mut changed = false;
            for (at, known, greys) in &modules {
                let sum: f32 = filter.iter().zip(greys).map(|(weight, grey)| weight * grey).sum();
                let now = f32::from(u8::from(known.unwrap_or(sum > 0.0)));
                changed |= now != dark[*at];
                dark[*at] = now;
            }
            if !changed {
                break;
            }
        }
        dark
    }

    /// The greys on a square of points about the middle of a module, and 1 for what paper and light add.
    fn greys_around(&self, x: i32, y: i32) -> Vec<f32> {
        let at = |v: i32, step: i32| v as f32 + 0.5 + step as f32 * PITCH;
        let points = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (dx, dy)));
        points.map(|(dx, dy)| self.grey(at(x, dx), at(y, dy)) / 255.0).chain([1.0]).collect()
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

/// The sums of squares of a least-squares fit, decomposed (Cholesky) to be solved for many right-hand sides.
struct Squares(Vec<Vec<f32>>);

impl Squares {
    /// Keeps the weights of what hardly varies small, as a share of the rows.
    const RIDGE: f32 = 3e-5;

    fn of<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Self {
        let mut sums: Vec<Vec<f32>> = Vec::new();
        let mut count = 0;
        for row in rows {
            sums.resize_with(row.len(), || vec![0.0; row.len()]);
            for (i, sums) in sums.iter_mut().enumerate() {
                sums[..=i].iter_mut().zip(row).for_each(|(sum, v)| *sum += row[i] * v);
            }
            count += 1;
        }
        for i in 0..sums.len() {
            sums[i][i] += count as f32 * Self::RIDGE;
            for j in 0..=i {
                let rest = sums[i][j] - (0..j).map(|k| sums[i][k] * sums[j][k]).sum::<f32>();
                sums[i][j] = if i == j { rest.max(f32::EPSILON).sqrt() } else { rest / sums[j][j] };
            }
        }
        Self(sums)
    }

    /// The weights with which the same rows come nearest to these values.
    fn fitted<'a>(&self, rows: impl Iterator<Item = (&'a [f32], f32)>) -> Vec<f32> {
        let Self(low) = self;
        let mut weights = vec![0.0; low.len()];
        for (row, value) in rows {
            weights.iter_mut().zip(row).for_each(|(weight, v)| *weight += value * v);
        }
        for i in 0..low.len() {
            let known: f32 = (0..i).map(|k| low[i][k] * weights[k]).sum();
            weights[i] = (weights[i] - known) / low[i][i];
        }
        for i in (0..low.len()).rev() {
            let known: f32 = (i + 1..low.len()).map(|k| low[k][i] * weights[k]).sum();
            weights[i] = (weights[i] - known) / low[i][i];
        }
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_marks_lie_where_the_standard_has_them() {
        let gray = GrayImage::new(1, 1);
        for version in 1..=20i16 {
            let code = qrcode::QrCode::with_version("1", qrcode::Version::Normal(version), qrcode::EcLevel::L).unwrap();
            let grid = Grid { gray: &gray, corners: [(0.0, 0.0); 3], size: code.width() as i32 };
            let known: Vec<_> = grid.modules().filter(|(x, y)| grid.is_inside(*x, *y)).collect();
            let (mut told, mut wrong) = (0, 0);
            for (x, y) in known {
                let Some(dark) = grid.known(x, y) else { continue };
                told += 1;
                wrong += usize::from((code[(x as usize, y as usize)] == qrcode::Color::Dark) != dark);
            }
            assert!(wrong == 0 && told >= 192 + 8, "{version}: {wrong} of {told}");
        }
    }
}

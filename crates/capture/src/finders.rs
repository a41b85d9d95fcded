//! Where on a page a QR code seems to be, told by its corner marks alone, without reading it.
//!
//! A mark (finder pattern) crossed in any direction gives black, white, black, white, black runs of 1:1:3:1:1 modules.
//! Text hardly ever does in both directions, and never twice at one size a code's width apart: so this says of nearly
//! every page without codes that a second look is not worth its time.

use image::GrayImage;

use crate::grid::{self, Corners, Point};

/// A square piece of the page with a code in it, and how many pixels one of its modules is wide.
#[derive(Clone, Debug)]
pub struct Place {
    pub x: f32,
    pub y: f32,
    /// Half a side.
    pub reach: f32,
    pub module: f32,
    /// All three marks were seen. Two of them say little by themselves.
    pub whole: bool,
    /// Where its marks are, each way that it may be.
    pub corners: Vec<Corners>,
}

/// Cells in which the middle between paper and ink is taken.
const CELL: usize = 16;
/// Between the lightest and the darkest around; below it there is nothing but paper and its noise.
const CONTRAST: u8 = 85;
/// Rows between two looks. A mark's core is three modules high.
const STEP: usize = 4;
/// Smallest module that can be made out, in pixels.
const MODULE: f32 = 1.4;
/// Modules from one mark's centre to the next along a side, from version 1 to version 14.
const SIDE: std::ops::RangeInclusive<f32> = 12.0..=68.0;
/// Up to this size, in pixels, a mark may be lost in blur and two of them will do.
const FINE: f32 = 5.0;
/// A level with more marks than this sees noise, or a pattern of something else.
const MARKS: usize = 80;
/// A keen look sets off every pixel from those so far away on both sides.
const KEEN: usize = 2;
/// How much like a mark must be what a keen look finds, for it finds many: marks have 0.65 and more, anything else
/// 0.5 at most.
const LIKE: f32 = 0.6;

/// The places, those with all three marks first.
pub fn find(gray: &GrayImage) -> Vec<Place> {
    let mut marks = Vec::new();
    let mut level = Level { width: gray.width() as usize, pixels: gray.as_raw().as_slice().into(), keen: false };
    let mut scale = 1.0;
    loop {
        level.add(scale, &mut marks);
        if scale == 1.0 {
            // For modules so small that blur runs them together; on the page itself only.
            level.keen = true;
            level.add(scale, &mut marks);
        }
        if level.width.min(level.height()) < 400 {
            break;
        }
        // Halving takes the noise off large modules, and brings them within the reach of a cell.
        level = level.half();
        scale *= 2.0;
    }
    places(&marks)
}

#[derive(Clone, Copy)]
struct Mark {
    x: f32,
    y: f32,
    module: f32,
}

fn places(marks: &[Mark]) -> Vec<Place> {
    let mut whole: Vec<Place> = Vec::new();
    let mut partly: Vec<Place> = Vec::new();
    for (i, a) in marks.iter().enumerate() {
        for (j, b) in marks.iter().enumerate().skip(i + 1) {
            let Some((apart, module)) = pair(a, b) else { continue };
            for c in &marks[j + 1..] {
                whole.extend(corner(a, b, c));
            }
            if module < FINE {
                // From there every other corner lies within the distance of these two.
                let (x, y, reach) = ((a.x + b.x) / 2.0, (a.y + b.y) / 2.0, apart + 7.0 * module);
                let corners = thirds((a.x, a.y), (b.x, b.y));
                partly.push(Place { x, y, reach, module, whole: false, corners });
            }
        }
    }
    let held = |place: &Place| marks.iter().filter(|m| (m.x - place.x).hypot(m.y - place.y) < place.reach).count();
    partly.sort_by_cached_key(|place| std::cmp::Reverse(held(place)));
    for place in partly {
        if !whole.iter().any(|w| within(&place, w)) {
            whole.push(place);
        }
    }
    whole
}

/// The distance and module of two marks that may be those of one code.
fn pair(a: &Mark, b: &Mark) -> Option<(f32, f32)> {
    let (module, apart) = ((a.module + b.module) / 2.0, (a.x - b.x).hypot(a.y - b.y));
    let alike = a.module.max(b.module) < 1.35 * a.module.min(b.module);
    (alike && (*SIDE.start() * module..=*SIDE.end() * module * 1.5).contains(&apart)).then_some((apart, module))
}

/// The place of three marks at the corners of a square.
fn corner(a: &Mark, b: &Mark, c: &Mark) -> Option<Place> {
    let mut sides = [(pair(a, b)?, (a, b)), (pair(b, c)?, (b, c)), (pair(a, c)?, (a, c))];
    sides.sort_by(|p, q| p.0.0.total_cmp(&q.0.0));
    let [((one, module), _), ((other, _), _), ((across, _), (p, q))] = sides;
    let square = other < 1.15 * one && (across / (one + other) * 2.0 / std::f32::consts::SQRT_2 - 1.0).abs() < 0.1;
    let place = || {
        // The third one is at the right angle.
        let (x, y) = (a.x + b.x + c.x - p.x - q.x, a.y + b.y + c.y - p.y - q.y);
        let clockwise = (p.x - x) * (q.y - y) > (p.y - y) * (q.x - x);
        let (right, down) = if clockwise { (p, q) } else { (q, p) };
        let corners = vec![[(x, y), (right.x, right.y), (down.x, down.y)]];
        Place {
            x: (p.x + q.x) / 2.0,
            y: (p.y + q.y) / 2.0,
            reach: across / 2.0 + 9.0 * module,
            module,
            whole: true,
            corners,
        }
    };
    (square && SIDE.contains(&(one / module))).then(place)
}

/// All the ways in which two marks can be two of a code's three.
fn thirds(a: Point, b: Point) -> Vec<Corners> {
    let side = |from: Point, to: Point| {
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        [[from, to, (from.0 - y, from.1 + x)], [from, (from.0 + y, from.1 - x), to]]
    };
    let across = |right: Point, down: Point| {
        let (x, y) = ((down.0 - right.0) / 2.0, (down.1 - right.1) / 2.0);
        [(right.0 + x - y, right.1 + x + y), right, down]
    };
    [side(a, b), side(b, a), [across(a, b), across(b, a)]].concat()
}

fn within(inner: &Place, outer: &Place) -> bool {
    (inner.x - outer.x).abs().max((inner.y - outer.y).abs()) < outer.reach
}

#[derive(Clone, Copy)]
enum Way {
    Row,
    Column,
}

struct Level<'a> {
    width: usize,
    pixels: std::borrow::Cow<'a, [u8]>,
    /// Sets every pixel off from those before and after it.
    keen: bool,
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
        Level { width, pixels: pixels.into(), keen: false }
    }

    /// Per cell, below which value a pixel is ink: half way between the lightest and the darkest around. 0 where there
    /// is only paper.
    fn thresholds(&self) -> Vec<u8> {
        let columns = self.width.div_ceil(CELL);
        let (mut darkest, mut lightest) = (Vec::new(), Vec::new());
        for band in self.pixels.chunks(CELL * self.width) {
            let (mut dark, mut light) = (vec![255u8; self.width], vec![0u8; self.width]);
            for row in band.chunks_exact(self.width) {
                dark.iter_mut().zip(row).for_each(|(d, p)| *d = (*d).min(*p));
                light.iter_mut().zip(row).for_each(|(l, p)| *l = (*l).max(*p));
            }
            darkest.extend(dark.chunks(CELL).filter_map(|cell| cell.iter().min()));
            lightest.extend(light.chunks(CELL).filter_map(|cell| cell.iter().max()));
        }
        let rows = darkest.len() / columns;
        let around = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
        let mut out = Vec::with_capacity(darkest.len());
        for y in 0..rows {
            for x in 0..columns {
                let cells = || around(y, rows).flat_map(|y| around(x, columns).map(move |x| y * columns + x));
                let dark: u8 = cells().map(|i| darkest[i]).min().unwrap_or(0);
                let light: u8 = cells().map(|i| lightest[i]).max().unwrap_or(0);
                out.push(if light.saturating_sub(dark) < CONTRAST { 0 } else { dark.midpoint(light) });
            }
        }
        out
    }

    /// A pixel as it is looked at along the way.
    fn seen(&self, way: Way, x: usize, y: usize) -> u8 {
        let (back, on) = match way {
            Way::Row if self.keen && x >= KEEN && x + KEEN < self.width => ((x - KEEN, y), (x + KEEN, y)),
            Way::Column if self.keen && y >= KEEN && y + KEEN < self.height() => ((x, y - KEEN), (x, y + KEEN)),
            _ => return self.smooth(way, x, y),
        };
        let [back, here, on] = [back, (x, y), on].map(|(x, y)| self.smooth(way, x, y));
        set_off(back, here, on)
    }

    /// A pixel of a line along the way, and those on both sides of the line, to take the noise off.
    fn smooth(&self, way: Way, x: usize, y: usize) -> u8 {
        let (at, step, inside) = match way {
            Way::Row => (y * self.width + x, self.width, y > 0 && y + 1 < self.height()),
            Way::Column => (y * self.width + x, 1, x > 0 && x + 1 < self.width),
        };
        if !inside {
            return self.pixels[at];
        }
        let sum: u16 = [at - step, at, at + step].iter().map(|at| u16::from(self.pixels[*at])).sum();
        (sum / 3) as u8
    }

    /// A whole row as it is looked at.
    fn seen_row(&self, y: usize) -> Vec<u8> {
        let mut row = self.smooth_row(y);
        if self.keen {
            let smooth = row.clone();
            let three = smooth.iter().zip(smooth.iter().skip(KEEN)).zip(smooth.iter().skip(2 * KEEN));
            row.iter_mut()
                .skip(KEEN)
                .zip(three)
                .for_each(|(out, ((back, here), on))| *out = set_off(*back, *here, *on));
        }
        row
    }

    /// [`Level::smooth`] along a whole row.
    fn smooth_row(&self, y: usize) -> Vec<u8> {
        let row = |y: usize| &self.pixels[y * self.width..][..self.width];
        if y == 0 || y + 1 == self.height() {
            return row(y).to_vec();
        }
        let three = row(y - 1).iter().zip(row(y)).zip(row(y + 1));
        three.map(|((a, b), c)| ((u16::from(*a) + u16::from(*b) + u16::from(*c)) / 3) as u8).collect()
    }

    /// How well the greys around follow an upright mark, from 0 to 1.
    fn likeness(&self, x: f32, y: f32, module: f32) -> f32 {
        let at = |v: f32, d: i32, end: usize| ((v + d as f32 * module).max(0.0) as usize).min(end - 1);
        let modules = (-4i32..=4).flat_map(|dy| (-4i32..=4).map(move |dx| (dx, dy)));
        grid::correlation(modules.map(|(dx, dy)| {
            let grey = self.pixels[at(y, dy, self.height()) * self.width + at(x, dx, self.width)];
            (f32::from(grey), [0, 1, 3].contains(&dx.abs().max(dy.abs())))
        }))
    }

    /// All marks of this level, unless there are too many.
    fn add(&self, scale: f32, marks: &mut Vec<Mark>) {
        let before = marks.len();
        self.marks(scale, marks);
        if marks.len() - before > MARKS {
            marks.truncate(before);
        }
    }

    fn marks(&self, scale: f32, marks: &mut Vec<Mark>) {
        if self.width == 0 {
            return;
        }
        let thresholds = self.thresholds();
        let columns = self.width.div_ceil(CELL);
        let ink = |way, x: usize, y: usize| self.seen(way, x, y) < thresholds[y / CELL * columns + x / CELL];
        for y in (0..self.height()).step_by(STEP) {
            // The last five runs, the newest last; ink and paper in turn.
            let mut runs = [0usize; 5];
            let mut dark = false;
            let row = self.seen_row(y);
            for (c, cell) in row.chunks(CELL).enumerate() {
                let threshold = thresholds[y / CELL * columns + c];
                if threshold == 0 && !dark {
                    runs[4] += cell.len();
                    continue;
                }
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
        ink: &impl Fn(Way, usize, usize) -> bool,
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
        // A speck must not hide it: the lines beside the middle will do as well.
        let beside = |at: usize, end: usize| [at, at + 1, at.wrapping_sub(1)].into_iter().filter(move |at| *at < end);
        let column = beside(x as usize, self.width).find_map(|x| through(y, self.height(), |y| ink(Way::Column, x, y)));
        let Some((middle, tall)) = column else { return };
        let row = beside(middle as usize, self.height())
            .find_map(|y| through(x as usize, self.width, |x| ink(Way::Row, x, y)));
        let Some((centre, wide)) = row else { return };
        let alike = |a: f32, b: f32| a.max(b) < 1.5 * a.min(b) + 0.5;
        let module = (tall + wide) / 2.0;
        let found = alike(tall, wide) && alike(tall, size) && !known(centre, middle);
        if found && (!self.keen || self.likeness(centre, middle, module) > LIKE) {
            marks.push(Mark { x: centre * scale, y: middle * scale, module: module * scale });
        }
    }
}

/// A pixel, and how much it differs from the mean of those on both sides, twice.
fn set_off(back: u8, here: u8, on: u8) -> u8 {
    (3 * i32::from(here) - i32::from(back) - i32::from(on)).clamp(0, 255) as u8
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

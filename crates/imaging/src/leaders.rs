//! Dotted leaders taken out of the reading copy. A form's answers are typed over rows of dots; Tesseract then loses the
//! whole line, or reads it as junk. A row of dots is small round parts of one size at one distance, six and more.

use image::{GrayImage, Luma};
use std::ops::Range;

use crate::ink::{Ink, Part};
use crate::params::params;

params! {
    /// Fewer dots in a row may be an ellipsis or the dots of letters.
    least: usize = 6,
    /// How large a dot is, in inches.
    dot: Range<f32> = 0.006..0.034,
    /// The widest step of a row, in inches.
    step: f32 = 0.06,
    /// A dot further than this from where its row has one, in steps of the row, is none of its own.
    off: f32 = 0.22,
    /// What has so many times the usual area of its row's dots may be the dot of ị or ạ.
    larger: f32 = 1.55,
    /// A page with more small parts than this is noise, in which rows of dots would be found by chance.
    most: usize = 60_000,
}

/// Paints paper over a page's rows of dots; how many there were. `lean` is in degrees counter-clockwise.
pub fn erase(gray: &mut GrayImage, ink: &Ink, dpi: f32, lean: f32, params: &Params) -> usize {
    let parts = ink.parts();
    let dots: Vec<Dot> = parts.iter().filter(|p| is_dot(p, dpi, &params.dot)).map(|p| Dot::of(*p, lean)).collect();
    if dots.len() < params.least || dots.len() > params.most {
        return 0;
    }
    let rows = rows(&dots, dpi, params);
    for row in &rows {
        let row: Vec<&Dot> = row.iter().map(|i| &dots[*i]).collect();
        wipe(gray, ink, &parts, &row, params);
    }
    rows.len()
}

struct Dot {
    part: Part,
    /// Its centre on the straightened page.
    x: f32,
    y: f32,
}

impl Dot {
    fn of(part: Part, lean: f32) -> Self {
        let (sin, cos) = lean.to_radians().sin_cos();
        let (x, y) = part.centre();
        Self { part, x: x * cos - y * sin, y: x * sin + y * cos }
    }
}

fn is_dot(part: &Part, dpi: f32, size: &Range<f32>) -> bool {
    let (least, most) = ((dpi * size.start).max(2.0) as usize, (dpi * size.end) as usize + 1);
    let (w, h) = (part.width(), part.height());
    (least..=most).contains(&w) && (least..=most).contains(&h) && part.area * 20 >= w * h * 9
}

/// Chains dots from left to right and keeps the chains that keep their distance.
fn rows(dots: &[Dot], dpi: f32, params: &Params) -> Vec<Vec<usize>> {
    const BAND: f32 = 4.0;
    let lowest = dots.iter().map(|d| d.y).fold(f32::INFINITY, f32::min);
    let band = |y: f32| ((y - lowest) / BAND) as usize;
    let highest = dots.iter().map(|d| band(d.y)).max().unwrap_or(0);
    let mut bands = vec![Vec::new(); highest + 2];
    let mut order: Vec<usize> = (0..dots.len()).collect();
    order.sort_by(|a, b| dots[*a].x.total_cmp(&dots[*b].x));
    order.iter().for_each(|i| bands[band(dots[*i].y)].push(*i));

    let gap = dpi * 0.11;
    let mut used = vec![false; dots.len()];
    let mut found = Vec::new();
    for &start in &order {
        if used[start] {
            continue;
        }
        let mut chain = vec![start];
        let mut here = &dots[start];
        loop {
            // Once it is a row, words may stand on it.
            let reach = if chain.len() >= 4 { gap * 3.0 } else { gap };
            let around = band(here.y);
            let next = bands[around.saturating_sub(1)..(around + 2).min(bands.len())]
                .iter()
                .filter_map(|band| {
                    let from = band.partition_point(|i| dots[*i].x <= here.x + 1.0);
                    band[from..].iter().copied().take_while(|i| dots[*i].x - here.x <= reach).find(|i| {
                        let (dx, dy) = (dots[*i].x - here.x, (dots[*i].y - here.y).abs());
                        !used[*i] && dy <= (dx * 0.03).max(dpi / 190.0)
                    })
                })
                .min_by(|a, b| dots[*a].x.total_cmp(&dots[*b].x));
            let Some(next) = next else { break };
            chain.push(next);
            here = &dots[next];
        }
        if chain.len() >= params.least && regular(&chain, dots, dpi, params) {
            chain.iter().for_each(|i| used[*i] = true);
            found.push(chain);
        }
    }
    found
}

/// Four fifths of the steps are whole multiples of the usual one.
fn regular(chain: &[usize], dots: &[Dot], dpi: f32, params: &Params) -> bool {
    let steps: Vec<f32> = chain.windows(2).map(|w| dots[w[1]].x - dots[w[0]].x).collect();
    let usual = median(steps.iter().copied());
    let even = |step: &&f32| (*step / usual - (*step / usual).round().max(1.0)).abs() < params.off;
    usual <= dpi * params.step && steps.iter().filter(even).count() * 5 >= steps.len() * 4
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The dots that stand where the row has its own, and the others, such as that of ạ typed over it.
fn apart<'a>(row: &[&'a Dot], off: f32) -> (Vec<&'a Dot>, Vec<&'a Dot>) {
    /// So many dots on each side say where the row has its own.
    const AROUND: usize = 6;
    let steps = || row.windows(2).map(|w| w[1].x - w[0].x);
    let usual = median(steps());
    let single: Vec<f32> = steps().filter(|step| (step / usual - 1.0).abs() < off).collect();
    let usual = single.iter().sum::<f32>() / single.len().max(1) as f32;
    let own = |i: usize| {
        let around = i.saturating_sub(AROUND)..(i + AROUND + 1).min(row.len());
        let steps = || around.clone().filter(|j| *j != i).map(|j| (row[j].x - row[i].x) / usual);
        steps().filter(|step| (step - step.round()).abs() < off).count() * 2 >= steps().count()
    };
    let (own, other): (Vec<usize>, Vec<usize>) = (0..row.len()).partition(|i| own(*i));
    // A row that keeps no step tells nothing.
    if other.len() * 4 > row.len() {
        return (row.to_vec(), Vec::new());
    }
    let of = |all: Vec<usize>| all.into_iter().map(|i| row[i]).collect();
    (of(own), of(other))
}

/// Paints paper over the dots of a row, and over those that stand inside letters where nothing of the letter passes.
fn wipe(out: &mut GrayImage, ink: &Ink, parts: &[Part], row: &[&Dot], params: &Params) {
    let (row, others) = apart(row, params.off);
    let area = median(row.iter().map(|d| d.part.area as f32));
    let (width, height) =
        (median(row.iter().map(|d| d.part.width() as f32)), median(row.iter().map(|d| d.part.height() as f32)));
    for dot in &row {
        if dot.part.area as f32 <= params.larger * area {
            let part = &dot.part;
            for y in part.top.saturating_sub(1)..(part.bottom + 2).min(ink.height) {
                for x in part.left.saturating_sub(1)..(part.right + 2).min(ink.width) {
                    out.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
                }
            }
        }
    }
    let usual = median(row.windows(2).map(|w| w[1].x - w[0].x));
    // Dots glued to the dot of a letter: as large as two or three.
    let glued = |p: &&Part| {
        let a = p.area as f32;
        (params.larger * area..6.0 * area).contains(&a)
            && (p.width() as f32) < 3.2 * width
            && (p.height() as f32) < 2.2 * height
    };
    let (top, bottom) = row.iter().fold((usize::MAX, 0), |(t, b), d| (t.min(d.part.top), b.max(d.part.bottom)));
    let mut keep: Vec<&Part> = parts.iter().filter(|p| p.bottom >= top && p.top <= bottom).filter(glued).collect();
    keep.extend(others.iter().map(|dot| &dot.part));
    for pair in row.windows(2) {
        let count = ((pair[1].x - pair[0].x) / usual).round() as usize;
        let ((ax, ay), (bx, by)) = (pair[0].part.centre(), pair[1].part.centre());
        for i in 1..count {
            let along = i as f32 / count as f32;
            hidden(out, ink, &keep, (ax + (bx - ax) * along, ay + (by - ay) * along), (width, height));
        }
    }
}

/// A dot expected at `(x, y)` inside a letter: its columns go where the letter has nothing just above and below.
fn hidden(out: &mut GrayImage, ink: &Ink, keep: &[&Part], (x, y): (f32, f32), (width, height): (f32, f32)) {
    const CLEAR: usize = 3;
    let side = |middle: f32, size: f32| {
        let (from, to) = (middle - size / 2.0 - 1.0, middle + size / 2.0 + 1.0);
        (from.round().max(0.0) as usize, to.round().max(0.0) as usize)
    };
    let ((left, right), (top, bottom)) = (side(x, width), side(y, height));
    if top < CLEAR || bottom + CLEAR >= ink.height || right >= ink.width {
        return;
    }
    if keep.iter().any(|p| p.left <= right && p.right >= left && p.top <= bottom && p.bottom >= top) {
        return;
    }
    for x in left..=right {
        let passes = (top - CLEAR..top).chain(bottom + 1..=bottom + CLEAR).any(|y| ink.at(x, y));
        if !passes {
            (top..=bottom).for_each(|y| out.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)])));
        }
    }
}

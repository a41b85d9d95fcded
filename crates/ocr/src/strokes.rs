//! What the ink of a word looks like: print stands upright on one line and has serifs, thick stems and thin bars, a pen's
//! strokes lean, wander and are as thick everywhere. The figures by which `hand` tells the one from the other.

use image::GrayImage;
use sohoa_model::{Box4, Word};

use crate::noise::{letters, makes_sense};

/// How many figures there are of a word.
pub const FIGURES: usize = 20;
pub type Figures = [f32; FIGURES];

/// Darker than this, of 255, is ink.
const INK: f32 = 120.0;
/// Weaker edges are the paper's, and of the strong ones none counts for more.
const EDGE: std::ops::Range<f32> = 12.0..80.0;
/// Surer than this, in percent, a word is rather print, of which the page's other words are held against.
const SURE: f32 = 98.0;
/// With fewer, all words of the page have to do.
const ENOUGH: usize = 9;
/// Of which figures it matters how they are to those of the page.
const RELATIVE: [usize; 3] = [3, 4, 5];

/// The figures of each word of a page. Boxes of words and of the parts of `ink` stand in one frame, of which a pixel is
/// `scale` pixels of the copy.
pub fn of(words: &[Word], ink: &[Box4], copy: &GrayImage, scale: f32) -> Vec<Figures> {
    let mut parts = Parts::of(ink);
    let mut all: Vec<Figures> =
        words.iter().map(|word| figures(word, parts.within(word.bounds), copy, scale)).collect();
    for at in RELATIVE {
        let median = |least: f32| {
            let mut values: Vec<f32> = all
                .iter()
                .zip(words)
                .filter(|(figures, word)| word.confidence >= least && figures[at] > 0.0)
                .map(|(figures, _)| figures[at])
                .collect();
            values.sort_unstable_by(f32::total_cmp);
            (values.len(), values.get(values.len() / 2).copied().unwrap_or(1.0))
        };
        let (_, usual) = Some(median(SURE)).filter(|(count, _)| *count >= ENOUGH).unwrap_or_else(|| median(0.0));
        all.iter_mut().for_each(|figures| figures[at] /= usual);
    }
    all
}

/// Parts of ink, found by where they are.
struct Parts(Vec<Box4>);

impl Parts {
    fn of(ink: &[Box4]) -> Self {
        let mut parts = ink.to_vec();
        parts.sort_unstable_by_key(|[x, _, w, _]| x + w / 2);
        Self(parts)
    }

    /// Those whose middle lies in a box.
    fn within(&mut self, [x, y, w, h]: Box4) -> Vec<Box4> {
        let from = self.0.partition_point(|[left, _, wide, _]| left + wide / 2 < x);
        let here = self.0[from..].iter().take_while(|[left, _, wide, _]| left + wide / 2 <= x + w);
        here.filter(|[_, top, _, high]| (y..=y + h).contains(&(top + high / 2))).copied().collect()
    }
}

fn figures(word: &Word, parts: Vec<Box4>, copy: &GrayImage, scale: f32) -> Figures {
    let sure = (word.confidence / 100.0).clamp(0.002, 0.9985);
    let tall = parts.iter().map(|part| part[3]).max().unwrap_or(0);
    let large: Vec<&Box4> = parts.iter().filter(|part| part[3] * 20 > tall * 9).collect();
    let (tall, count) = (tall.max(1) as f32, large.len().max(1) as f32);
    let spread = |of: fn(&Box4) -> u32| {
        let mean = large.iter().map(|part| of(part) as f32).sum::<f32>() / count;
        (large.iter().map(|part| (of(part) as f32 - mean).powi(2)).sum::<f32>() / count).sqrt() / tall
    };
    let widest = large.iter().map(|part| part[2]).max().unwrap_or(0) as f32;
    let crop = Crop::of(word.bounds, copy, scale);
    let [upright, level, askew] = crop.edges();
    let [dark, thick, contrast, uneven] = crop.strokes();
    let [stems, slant] = crop.stems();
    let [base, top, full] = crop.rows();
    [
        (sure / (1.0 - sure)).ln(),
        letters(word) as f32,
        f32::from(u8::from(makes_sense(word))),
        dark,
        thick,
        tall,
        spread(|part| part[1] + part[3]),
        spread(|part| part[3]),
        count.ln(),
        widest / tall,
        upright,
        level,
        askew,
        contrast,
        uneven,
        stems,
        slant,
        base,
        top,
        full,
    ]
}

/// A word's piece of the copy, ink light on dark.
struct Crop {
    width: usize,
    height: usize,
    /// 0 for paper to 255 for ink.
    ink: Vec<f32>,
}

impl Crop {
    fn of(area: Box4, copy: &GrayImage, scale: f32) -> Self {
        let [x, y, w, h] = area.map(|v| (v as f32 * scale).round() as u32);
        let (left, top) = (x.saturating_sub(1), y.saturating_sub(1));
        let (right, bottom) = ((x + w + 1).min(copy.width()), (y + h + 1).min(copy.height()));
        let places = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        let ink = places.map(|(x, y)| f32::from(255 - copy.get_pixel(x, y)[0])).collect();
        Self { width: right.saturating_sub(left) as usize, height: bottom.saturating_sub(top) as usize, ink }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.ink[y * self.width + x]
    }

    fn is_ink(&self, x: usize, y: usize) -> bool {
        self.at(x, y) > INK
    }

    /// Of all edges, the share of those that run up and down at the most usual slope, of those that run level, and of those
    /// that do neither.
    fn edges(&self) -> [f32; 3] {
        // By the direction in which they get lighter, in steps of 5°.
        let mut turns = [0.0f32; 36];
        for y in 0..self.height {
            let (above, below) = (y.saturating_sub(1), (y + 1).min(self.height - 1));
            for x in 0..self.width {
                let (before, after) = (x.saturating_sub(1), (x + 1).min(self.width - 1));
                let three = |a: f32, b: f32, c: f32| a + 2.0 * b + c;
                let column = |x| three(self.at(x, above), self.at(x, y), self.at(x, below));
                let row = |y| three(self.at(before, y), self.at(x, y), self.at(after, y));
                let (across, down) = (column(after) - column(before), row(below) - row(above));
                let steep = across.hypot(down) / 8.0;
                if steep > EDGE.start {
                    let turn = (down.atan2(across).to_degrees().rem_euclid(180.0) / 5.0) as usize;
                    turns[turn % 36] += steep.min(EDGE.end);
                }
            }
        }
        let all = turns.iter().sum::<f32>().max(1e-6);
        let near: Vec<f32> = turns[28..].iter().chain(&turns[..8]).copied().collect();
        let usual = near.windows(3).map(|three| three.iter().sum()).fold(0.0, f32::max);
        let askew: f32 = turns[6..14].iter().chain(&turns[22..30]).sum();
        [usual / all, turns[16..20].iter().sum::<f32>() / all, askew / all]
    }

    /// How dark the ink is, how thick strokes are, how much thicker those are that stand than those that lie, and how much
    /// the thickness varies.
    fn strokes(&self) -> [f32; 4] {
        let mut shades: Vec<f32> = self.ink.iter().copied().filter(|shade| *shade > INK).collect();
        if shades.is_empty() {
            return [0.0; 4];
        }
        let area = shades.len();
        let quarter = area - 1 - area / 4;
        let dark = *shades.select_nth_unstable_by(quarter, f32::total_cmp).1;
        let lengths = |lines: usize, along: usize, is_ink: &dyn Fn(usize, usize) -> bool| {
            let mut lengths = Vec::new();
            for line in 0..lines {
                let mut length = 0;
                for at in 0..=along {
                    if at < along && is_ink(line, at) {
                        length += 1;
                    } else if length > 0 {
                        lengths.push(length);
                        length = 0;
                    }
                }
            }
            lengths.sort_unstable();
            lengths
        };
        let level = lengths(self.height, self.width, &|y, x| self.is_ink(x, y));
        let upright = lengths(self.width, self.height, &|x, y| self.is_ink(x, y));
        let middle = |lengths: &[usize]| lengths[lengths.len() / 2] as f32;
        // Each run has two ends, and those are the outline.
        let thick = area as f32 / (level.len() + upright.len()) as f32;
        let mean = area as f32 / level.len() as f32;
        let varied = level.iter().map(|length| (*length as f32 - mean).powi(2)).sum::<f32>() / level.len() as f32;
        [dark, thick, middle(&level) / middle(&upright), varied.sqrt() / mean]
    }

    /// How much of the height the stems of letters fill when the word is set upright, and by how many degrees it leans to
    /// the right.
    fn stems(&self) -> [f32; 2] {
        let inked: Vec<usize> = (0..self.height).filter(|y| (0..self.width).any(|x| self.is_ink(x, *y))).collect();
        let (Some(first), Some(last)) = (inked.first(), inked.last()) else { return [0.0; 2] };
        let tall = (last - first + 1) as f32;
        let sheared = |degrees: i32| {
            let slope = (degrees as f32).to_radians().tan();
            let mut columns = vec![0.0f32; self.width + (slope.abs() * self.height as f32) as usize + 3];
            for y in 0..self.height {
                let by = if slope >= 0.0 { slope * y as f32 } else { slope * (y as f32 - self.height as f32) };
                let (whole, part) = (by as usize, by.fract());
                for x in 0..self.width {
                    columns[whole + x] += self.at(x, y) * (1.0 - part);
                    columns[whole + x + 1] += self.at(x, y) * part;
                }
            }
            columns
        };
        let sharp = |columns: &[f32]| columns.iter().map(|v| v * v).sum::<f32>();
        let all = (-6..=30).step_by(3).map(|degrees| (degrees, sheared(degrees)));
        let best = all.max_by(|a, b| sharp(&a.1).total_cmp(&sharp(&b.1)));
        let (degrees, columns) = best.expect("some slopes");
        let mut stems: Vec<f32> =
            columns.windows(3).filter(|w| w[1] >= w[0] && w[1] > w[2]).map(|w| w[1] / 255.0 / tall).collect();
        stems.sort_unstable_by(|a, b| b.total_cmp(a));
        // A stem or so to each letter.
        stems.truncate(((self.width as f32 / tall / 0.55).round() as usize).max(1));
        [stems.iter().sum::<f32>() / stems.len().max(1) as f32, degrees as f32]
    }

    /// How sharply the ink ends at the line on which letters stand and how sharply it begins at their height, and how much of
    /// the fullest row is ink.
    fn rows(&self) -> [f32; 3] {
        let rows: Vec<f32> = self.ink.chunks_exact(self.width.max(1)).map(|row| row.iter().sum()).collect();
        let most = rows.iter().copied().fold(1e-6, f32::max);
        let base = rows.windows(3).map(|w| w[0] - w[2]).fold(0.0, f32::max);
        let top = rows.windows(2).map(|w| w[1] - w[0]).fold(0.0, f32::max);
        [base / most, top / most, most / 255.0 / self.width.max(1) as f32]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A copy with a word of six letters at 100, 100, each a stem and a bar at its foot, drawn `at` these places, with the
    /// box of the word and those of its letters.
    fn drawn(at: impl Fn(f32, f32) -> (f32, f32)) -> (GrayImage, Word, Vec<Box4>) {
        let mut copy = GrayImage::from_pixel(320, 200, Luma([255]));
        let mut ink = Vec::new();
        for letter in 0..6 {
            let left = 100.0 + 16.0 * letter as f32;
            let stem = (0..60).map(|i| (left + 3.0, 100.0 + i as f32 / 3.0, 3));
            let bar = (0..24).map(|i| (left + i as f32 / 3.0, 119.0, 1));
            let mut bounds = [u32::MAX, u32::MAX, 0, 0];
            for (x, y, thick) in stem.chain(bar) {
                let (x, y) = at(x, y);
                for (dx, dy) in (0..thick).flat_map(|dx| (0..2).map(move |dy| (dx, dy))) {
                    let (x, y) = (x.round() as u32 + dx, y.round() as u32 + dy);
                    copy.put_pixel(x, y, Luma([20]));
                    let [left, top, right, bottom] = bounds;
                    bounds = [left.min(x), top.min(y), right.max(x), bottom.max(y)];
                }
            }
            let [left, top, right, bottom] = bounds;
            ink.push([left, top, right - left + 1, bottom - top + 1]);
        }
        let left = ink.iter().map(|part| part[0]).min().unwrap();
        let (top, bottom) = (ink.iter().map(|p| p[1]).min().unwrap(), ink.iter().map(|p| p[1] + p[3]).max().unwrap());
        let right = ink.iter().map(|part| part[0] + part[2]).max().unwrap();
        let bounds = [left, top, right - left, bottom - top];
        (copy, Word { text: "hilltl".into(), confidence: 90.0, bounds, line: 0, block: 0 }, ink)
    }

    fn seen(at: impl Fn(f32, f32) -> (f32, f32)) -> Figures {
        let (copy, word, ink) = drawn(at);
        of(&[word], &ink, &copy, 1.0)[0]
    }

    #[test]
    fn print_stands_upright_on_its_line_and_writing_wanders() {
        let print = seen(|x, y| (x, y));
        let writing = seen(|x, y| (x + 3.0 * (y / 5.0).sin(), y + 4.0 * (x / 11.0).sin()));
        let [spread, upright, askew, stems, base] = [6, 10, 12, 15, 17].map(|i| (print[i], writing[i]));
        assert!(spread.0 == 0.0 && spread.1 > 0.05, "how far the feet of letters are off their line: {spread:?}");
        assert!(upright.0 > 1.3 * upright.1 && askew.0 < askew.1, "{upright:?} {askew:?}");
        assert!(stems.0 > stems.1 && base.0 > 1.5 * base.1, "{stems:?} {base:?}");
    }

    #[test]
    fn what_leans_is_set_upright_first() {
        let italic = seen(|x, y| (x + (120.0 - y) * 12f32.to_radians().tan(), y));
        assert!((9.0..=15.0).contains(&italic[16]) && seen(|x, y| (x, y))[16] == 0.0, "{}°", italic[16]);
        assert!(italic[15] > 0.75, "{}", italic[15]);
    }

    #[test]
    fn darkness_thickness_and_height_are_held_against_the_page() {
        let (mut copy, word, mut ink) = drawn(|x, y| (x, y));
        // The same word half as dark below.
        for (x, y) in (90..210).flat_map(|x| (95..125).map(move |y| (x, y))) {
            let shade = copy.get_pixel(x, y)[0];
            copy.put_pixel(x, y + 50, Luma([255 - (255 - shade) / 2 - u8::from(shade < 255) * 10]));
        }
        ink.extend(ink.clone().iter().map(|[x, y, w, h]| [*x, y + 50, *w, *h]));
        let [x, y, w, h] = word.bounds;
        let pale = Word { bounds: [x, y + 50, w, h], ..word.clone() };
        let all = of(&[word.clone(), word.clone(), word, pale], &ink, &copy, 1.0);
        assert_eq!(all[0][3..6], [1.0; 3]);
        assert!((0.4..0.7).contains(&all[3][3]) && all[3][5] == 1.0, "{:?}", &all[3][3..6]);
    }

    #[test]
    fn boxes_without_ink_or_beyond_the_copy_are_no_trouble() {
        let copy = GrayImage::from_pixel(40, 30, Luma([255]));
        let word = |bounds| Word { text: "x".into(), confidence: 0.0, bounds, line: 0, block: 0 };
        let words = [[0, 0, 1, 1], [39, 29, 1, 1], [30, 20, 50, 50], [90, 90, 5, 5], [5, 5, 0, 0]].map(word);
        assert!(of(&words, &[], &copy, 1.0).iter().flatten().all(|figure| figure.is_finite()));
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{PAPER, page};
    use crate::{decode, rotate};

    /// Draws a row of leader dots on a page of 300 dpi.
    fn dots(page: &mut GrayImage, row: u32) {
        for i in 0..60 {
            for (dx, dy) in (0..5).flat_map(|dx| (0..5).map(move |dy| (dx, dy))) {
                page.put_pixel(400 + i * 14 + dx, row + dy, Luma([60]));
            }
        }
    }

    fn without_leaders(page: &GrayImage, lean: f32) -> Option<GrayImage> {
        let mut out = page.clone();
        (erase(&mut out, &Ink::of(page), 300.0, lean, &Default::default()) > 0).then_some(out)
    }

    #[test]
    fn leaders_go_and_the_letters_on_them_stay() {
        let letters = image::imageops::resize(&page(0.0), 2478, 3507, image::imageops::FilterType::Triangle);
        assert!(without_leaders(&letters, 0.0).is_none(), "letters taken for leaders");

        let mut form = letters.clone();
        for row in [200, 250, 3200] {
            dots(&mut form, row);
        }
        // Across the baseline of the first line of letters, which ends at 396.
        dots(&mut form, 398);
        let clean = without_leaders(&form, 0.0).unwrap();
        let darkest = |x: u32, y: u32, w, h| {
            image::imageops::crop_imm(&clean, x, y, w, h).to_image().pixels().map(|p| p[0]).min().unwrap()
        };
        assert!(darkest(380, 190, 900, 80) > 200 && darkest(380, 3190, 900, 30) > 200);
        let differing = |from: u32, to: u32| {
            (from..to).flat_map(|y| (0..2478).map(move |x| (x, y))).filter(|at| clean[*at] != letters[*at]).count()
        };
        assert_eq!(differing(420, 3150), 0, "lines without leaders are untouched");
        assert_eq!(differing(355, 390), 0, "letters are untouched above their baseline");
    }

    #[test]
    fn leaders_are_found_on_a_leaning_page() {
        let mut form = GrayImage::from_pixel(2478, 3507, PAPER);
        for row in [800, 1200, 1600, 2000, 2400] {
            dots(&mut form, row);
        }
        let leaning = rotate::straighten_gray(&form, -3.0);
        let clean = without_leaders(&leaning, 3.0).unwrap();
        assert!(clean.enumerate_pixels().all(|(_, _, p)| p[0] > 180));
    }

    #[test]
    fn the_dot_of_a_letter_between_those_of_a_leader_stays() {
        let mut form = GrayImage::from_pixel(2478, 3507, PAPER);
        dots(&mut form, 800);
        // As large as they are, between the tenth and the eleventh, and glued to the right of the thirtieth.
        for left in [400 + 10 * 14 - 6, 400 + 30 * 14 + 4] {
            (0..25u32).for_each(|i| form.put_pixel(left + i % 5, 800 + i / 5, Luma([20])));
        }
        let clean = without_leaders(&form, 0.0).unwrap();
        let ink: Vec<u32> = (0..2478).filter(|x| (795..810).any(|y| clean[(*x, y)][0] < 100)).collect();
        assert!(ink.iter().all(|x| (534..540).contains(x) || (820..830).contains(x)), "{ink:?}");
        assert!(ink.contains(&536) && ink.contains(&826), "{ink:?}");
    }

    fn fixture(name: &str) -> GrayImage {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/imaging/").to_owned() + name;
        decode(&std::fs::read(path).unwrap()).unwrap().into_luma8()
    }

    #[test]
    fn the_dots_of_real_letters_stay_on_a_dotted_line() {
        let (typed, dotted) = (fixture("typed.png"), fixture("typed-on-dots.png"));
        let dark = |page: &GrayImage, x: usize, y: usize| page.get_pixel(x as u32, y as u32)[0] < 128;
        // Of each part of the letters, marks and stops, how much is still there; and what is there that was not typed.
        let judged = |page: &GrayImage| {
            let lost = |part: &Part| {
                let places = || (part.top..=part.bottom).flat_map(|y| (part.left..=part.right).map(move |x| (x, y)));
                let typed = places().filter(|(x, y)| dark(&typed, *x, *y));
                let kept = typed.clone().filter(|(x, y)| dark(page, *x, *y)).count();
                kept * 10 < typed.count() * 7
            };
            let lost = Ink::of(&typed).parts().iter().filter(|p| lost(p)).count();
            let strange = page.pixels().zip(typed.pixels()).filter(|(a, b)| a[0] < 128 && b[0] >= 128).count();
            (lost, strange)
        };
        let (_, strange) = judged(&dotted);
        assert!(strange > 2_000, "{strange}: no dots to take out");
        for lean in [0.0, 0.7] {
            let clean = without_leaders(&rotate::straighten_gray(&dotted, -lean), lean).unwrap();
            let (lost, left) = judged(&rotate::straighten_gray(&clean, lean));
            assert!(lost == 0 && left * 15 < strange, "leaning by {lean}: {lost} parts lost, {left} of {strange} left");
        }
    }

    #[test]
    fn a_few_dots_and_uneven_ones_are_no_leader() {
        let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
        let mut dot = |x, y| (0..25u32).for_each(|i| page.put_pixel(x + i % 5, y + i / 5, Luma([60])));
        (0..4).for_each(|i| dot(400 + i * 14, 300));
        [0, 13, 40, 49, 78, 86, 109, 117, 133].into_iter().for_each(|x| dot(400 + x, 700));
        assert!(without_leaders(&page, 0.0).is_none());
    }
}

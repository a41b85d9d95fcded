//! Seals on pages without colour, taken out of the reading copy. A seal's ring runs through the title and the name of who
//! signed, ties their letters to one another and to the signature, and the recogniser takes all of it for a picture.
//!
//! The ring is found as a circle of a seal's size, and what is as pale as the ring, within it and on it, goes; print is
//! darker than stamp ink in grey, as a rule. Where it is not, as on a photocopy, only the ring itself goes.

use image::{GrayImage, Luma};
use std::ops::RangeInclusive;

use crate::bits::Bits;
use crate::ink::{Ink, Part};
use crate::params::params;

params! {
    /// Radius in millimetres: the seals of agencies and organisations are 30 to 36 mm across.
    radius: RangeInclusive<f32> = 13.0..=20.0,
    /// Share of a circle that is inked at least, for it to be a ring.
    whole: f32 = 0.7,
    /// Grey levels by which print is darker than stamp ink, at least, for the two to be told apart.
    darker: i32 = 24,
    /// A page has no more.
    most: usize = 4,
    /// What is looked for is found at about this resolution.
    look: f32 = 75.0,
}

/// Paints paper over the seals of a page, in the picture and in its ink; whether there were any.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, parts: &[Part], dpi: f32, params: &Params) -> bool {
    let mm = |pixels: usize| pixels as f32 * 25.4 / dpi;
    let across = 2.0 * params.radius.start();
    // Ring, signature and letters hang together, and most of it is paper.
    let may = |p: &&Part| {
        let (w, h) = (mm(p.width()), mm(p.height()));
        w > across * 0.9 && h > across * 0.9 && w < 90.0 && h < 70.0 && p.area * 5 < 2 * p.width() * p.height()
    };
    let may = parts.iter().filter(may).take(params.most);
    let rings: Vec<Ring> = may.filter_map(|p| Ring::find(ink, p, dpi, params)).collect();
    if rings.is_empty() {
        return false;
    }
    let print = print(gray, ink, &rings);
    for ring in &rings {
        ring.wipe(gray, ink, print, params.darker);
    }
    true
}

/// How dark print is on this page: the usual ink that is on no seal.
fn print(gray: &GrayImage, ink: &Ink, rings: &[Ring]) -> u8 {
    let on_seal = |x: usize, y: usize| rings.iter().any(|ring| ring.away(x, y) < ring.radius * 1.4);
    let at = |(x, y): (usize, usize)| gray.get_pixel(x as u32, y as u32)[0];
    let dark = (0..ink.height).step_by(3).flat_map(|y| (0..ink.width).step_by(3).map(move |x| (x, y)));
    median(dark.filter(|(x, y)| ink.at(*x, *y) && !on_seal(*x, *y)).map(at)).unwrap_or(0)
}

fn median(values: impl Iterator<Item = u8>) -> Option<u8> {
    let mut values: Vec<u8> = values.collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable(middle).1)
}

/// A circle, in pixels of the page.
struct Ring {
    x: f32,
    y: f32,
    radius: f32,
}

impl Ring {
    /// The circle that a part of the ink is drawn along.
    fn find(ink: &Ink, part: &Part, dpi: f32, params: &Params) -> Option<Self> {
        let k = ((dpi / params.look).round() as usize).max(1);
        let small = Small::of(ink, part, k);
        let radius = |mm: &f32| (mm * dpi / 25.4 / k as f32) as usize;
        let radii = radius(params.radius.start())..=radius(params.radius.end());
        let (ring, whole) = radii.filter_map(|radius| small.circle(radius)).max_by(|a, b| a.1.total_cmp(&b.1))?;
        if whole < params.whole {
            return None;
        }
        let (left, top) = (part.left as f32, part.top as f32);
        let coarse = Ring {
            x: left + (ring.x + 0.5) * k as f32,
            y: top + (ring.y + 0.5) * k as f32,
            radius: ring.radius * k as f32,
        };
        // Where it is exactly: the middle of all places at which it is inked best, since a ring is thick.
        let steps = || (-(k as i32)..=k as i32).map(|d| d as f32);
        let middles = || steps().flat_map(|dx| steps().map(move |dy| (dx, dy)));
        let near = |((dx, dy), dr): ((f32, f32), f32)| {
            let ring = Ring { x: coarse.x + dx, y: coarse.y + dy, radius: coarse.radius + dr };
            let share = ring.share(360, |x, y| is_ink(ink, x, y));
            (ring, share)
        };
        let rings: Vec<(Ring, f32)> = middles().flat_map(|m| steps().map(move |dr| (m, dr))).map(near).collect();
        let best = rings.iter().map(|r| r.1).fold(0.0, f32::max);
        let rings: Vec<&Ring> = rings.iter().filter(|r| r.1 + 0.005 >= best).map(|r| &r.0).collect();
        let mean = |of: fn(&Ring) -> f32| rings.iter().map(|ring| of(ring)).sum::<f32>() / rings.len() as f32;
        Some(Ring { x: mean(|r| r.x), y: mean(|r| r.y), radius: mean(|r| r.radius) })
    }

    fn away(&self, x: usize, y: usize) -> f32 {
        (x as f32 - self.x).hypot(y as f32 - self.y)
    }

    /// Of so many points along it, how many are such.
    fn share(&self, points: usize, is: impl Fn(f32, f32) -> bool) -> f32 {
        self.points(points).filter(|(x, y)| is(*x, *y)).count() as f32 / points as f32
    }

    fn points(&self, count: usize) -> impl Iterator<Item = (f32, f32)> + '_ {
        (0..count).map(move |i| {
            let (sin, cos) = (i as f32 / count as f32 * std::f32::consts::TAU).sin_cos();
            (self.x + self.radius * cos, self.y + self.radius * sin)
        })
    }

    fn wipe(&self, gray: &mut GrayImage, ink: &mut Ink, print: u8, darker: i32) {
        // A seal has two rings or three, and the one that was found may be any: those radii at which the circle is inked.
        let at = |radius: f32| Ring { radius, ..*self }.share(360, |x, y| is_ink(ink, x, y));
        let inked: Vec<bool> =
            (0..(self.radius * 1.4) as usize).map(|r| r as f32 > self.radius * 0.7 && at(r as f32) > 0.6).collect();
        let on_ring = |away: f32| {
            let here = away.round() as usize;
            // Its edges are soft, and no scanner's circle is quite round.
            inked[here.saturating_sub(2)..(here + 3).min(inked.len())].contains(&true)
        };
        let last = inked.iter().rposition(|inked| *inked).unwrap_or(self.radius as usize);
        let along = self.points(360).filter(|(x, y)| is_ink(ink, *x, *y));
        let stamp = median(along.map(|(x, y)| gray.get_pixel(x as u32, y as u32)[0])).unwrap_or(0);
        let between = (i32::from(stamp) + i32::from(print)) / 2;
        let told_apart = i32::from(stamp) - i32::from(print) >= darker;
        let reach = last as f32 + 3.0;
        let side = |middle: f32, end: usize| {
            let from = (middle - reach).max(0.0) as usize;
            from..((middle + reach) as usize + 1).min(end)
        };
        for y in side(self.y, ink.height) {
            for x in side(self.x, ink.width) {
                let away = self.away(x, y);
                let pale = i32::from(gray.get_pixel(x as u32, y as u32)[0]) > between;
                if away <= reach && if told_apart { pale } else { on_ring(away) } {
                    gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
                    ink.take(x, y);
                }
            }
        }
    }
}

fn is_ink(ink: &Ink, x: f32, y: f32) -> bool {
    x >= 0.0 && y >= 0.0 && (x as usize) < ink.width && (y as usize) < ink.height && ink.at(x as usize, y as usize)
}

/// A part of the ink made small.
struct Small {
    bits: Bits,
    points: Vec<(usize, usize)>,
}

impl Small {
    fn of(ink: &Ink, part: &Part, k: usize) -> Self {
        let (width, height) = (part.width().div_ceil(k), part.height().div_ceil(k));
        let mut rows = vec![vec![false; width]; height];
        for y in part.top..=part.bottom {
            for (left, right) in ink.mask().runs(y).filter(|(a, b)| *a <= part.right && *b >= part.left) {
                let (from, to) = (left.max(part.left) - part.left, right.min(part.right) - part.left);
                rows[(y - part.top) / k][from / k..=to / k].fill(true);
            }
        }
        let mut bits = Bits::new(width, height);
        rows.iter().enumerate().for_each(|(y, row)| bits.set(y, row));
        let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|(x, y)| rows[*y][*x]).collect();
        Self { bits, points }
    }

    /// The best circle of a radius, by what votes for its centre (Duda and Hart, 1972), and how much of it is inked.
    fn circle(&self, radius: usize) -> Option<(Ring, f32)> {
        const POINTS: usize = 1500;
        const WAYS: usize = 72;
        let (width, height) = (self.bits.width, self.bits.height);
        let ways: Vec<(i32, i32)> = Ring { x: 0.0, y: 0.0, radius: radius as f32 }
            .points(WAYS)
            .map(|(x, y)| (x.round() as i32, y.round() as i32))
            .collect();
        let mut votes = vec![0u16; width * height];
        for (x, y) in self.points.iter().step_by(self.points.len() / POINTS + 1) {
            for (dx, dy) in &ways {
                let (x, y) = (*x as i32 + dx, *y as i32 + dy);
                if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
                    votes[y as usize * width + x as usize] += 1;
                }
            }
        }
        let at = (0..votes.len()).max_by_key(|at| votes[*at])?;
        let ring = Ring { x: (at % width) as f32, y: (at / width) as f32, radius: radius as f32 };
        let inked = |x: f32, y: f32| {
            let (x, y) = (x.round() as i32, y.round() as i32);
            (0..width as i32).contains(&x) && (0..height as i32).contains(&y) && self.bits.at(x as usize, y as usize)
        };
        let whole = ring.share(180, inked);
        Some((ring, whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five letters in a row, each two stems and a bar, and a seal whose foot they stand in: two rings and a disc, tied
    /// together by a stroke of the pen. With it the letters alone.
    fn page(stamp: u8, radius: f32) -> (GrayImage, GrayImage) {
        let mut print = GrayImage::from_pixel(1400, 1000, Luma([238]));
        for letter in 0..5 {
            for (x, y) in (0..28).flat_map(|x| (0..40).map(move |y| (x, y))) {
                if !(7..=20).contains(&x) || (17..23).contains(&y) {
                    print.put_pixel(520 + 44 * letter + x, 640 + y, Luma([35]));
                }
            }
        }
        // Lines of text elsewhere, which say how dark print is.
        for (x, y) in (0..300).flat_map(|x| (0..120).map(move |y| (x, y))) {
            if x % 24 < 6 && y % 40 < 26 {
                print.put_pixel(60 + x, 60 + y, Luma([35]));
            }
        }
        let mut page = print.clone();
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            let away = (x as f32 - 620.0).hypot(y as f32 - 480.0);
            let ring = (away - radius).abs() < 5.0 || (away - 0.8 * radius).abs() < 2.0 || away < 0.15 * radius;
            let pen = (y as f32 - 500.0 - 60.0 * (x as f32 / 40.0).sin()).abs() < 3.0 && (560..900).contains(&x);
            if pen {
                pixel[0] = 35;
            } else if ring {
                pixel[0] = pixel[0].min(stamp);
            }
        }
        (page, print)
    }

    fn erased(page: &GrayImage) -> (GrayImage, bool) {
        let (mut out, mut ink) = (page.clone(), Ink::of(page));
        let parts = ink.parts();
        let found = erase(&mut out, &mut ink, &parts, 300.0, &Params::default());
        (out, found)
    }

    fn inked(page: &GrayImage, place: impl Fn(u32, u32) -> bool) -> usize {
        page.enumerate_pixels().filter(|(x, y, p)| p[0] < 140 && place(*x, *y)).count()
    }

    #[test]
    fn a_pale_seal_goes_and_what_is_printed_and_written_stays() {
        let (page, print) = page(110, 201.0);
        let (out, found) = erased(&page);
        assert!(found);
        let letters = |x: u32, y: u32| (520..730).contains(&x) && (640..680).contains(&y);
        assert_eq!(inked(&out, letters), inked(&print, letters));
        let beside = |x: u32, y: u32| (380..560).contains(&x) && (270..600).contains(&y);
        assert!(inked(&page, beside) > 4000 && inked(&out, beside) == 0, "{}", inked(&out, beside));
        assert!(inked(&out, |x, _| (850..900).contains(&x)) > 250, "the pen's stroke");
    }

    #[test]
    fn of_a_seal_as_dark_as_print_the_rings_go() {
        let (page, print) = page(35, 201.0);
        let (out, found) = erased(&page);
        assert!(found);
        let beside = |x: u32, y: u32| (400..530).contains(&x) && (300..600).contains(&y);
        assert!(inked(&out, beside) * 50 < inked(&page, beside), "{}", inked(&out, beside));
        // Of the letters most is left, and the ring ties them no more.
        let letters = |x: u32, y: u32| (520..730).contains(&x) && (640..680).contains(&y);
        assert!(inked(&out, letters) * 3 > inked(&print, letters) * 2);
        let largest = Ink::of(&out).parts().iter().filter(|p| p.bottom > 640).map(Part::height).max();
        assert!(largest < Some(80), "{largest:?}");
    }

    #[test]
    fn circles_of_other_sizes_and_frames_stay() {
        for radius in [70.0, 320.0] {
            assert!(!erased(&page(35, radius).0).1, "{radius}");
        }
        let frame = GrayImage::from_fn(1400, 1000, |x, y| {
            let inside = |v: u32, from: u32, to: u32| (from..to).contains(&v);
            let outer = inside(x, 300, 700) && inside(y, 300, 700);
            Luma([if outer && !(inside(x, 306, 694) && inside(y, 306, 694)) { 35 } else { 238 }])
        });
        assert!(!erased(&frame).1);
    }
}

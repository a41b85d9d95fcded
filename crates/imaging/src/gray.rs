//! Colour to grey, with the ink of stamps and pens dropped out: where red leads, the paper under it is as bright as the
//! red itself, so black text under a stamp stays black and the stamp fades into the paper; the same with blue.

use image::{DynamicImage, GrayImage, Luma, RgbImage};
use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use crate::{ink, scale};

/// An ink that is no text as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Seals.
    Red,
    /// Pens, and the stamps of incoming mail.
    Blue,
}

impl Colour {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Colour::Red => "red",
            Colour::Blue => "blue",
        }
    }

    /// By how much it leads over the other two, and how bright it is itself; 0 where it does not.
    #[inline]
    fn lead(self, [r, g, b]: [u8; 3]) -> (u8, u8) {
        let (own, lead, least) = match self {
            Colour::Red => (r, r.saturating_sub(g.max(b)), 25),
            Colour::Blue => (b, b.saturating_sub(r.max(g)), 35),
        };
        (if lead > least { lead } else { 0 }, own)
    }

    /// White where there is none of it, dark where there is.
    #[inline]
    fn only(self, pixel: [u8; 3]) -> u8 {
        255 - self.lead(pixel).0.saturating_mul(2)
    }
}

#[inline]
fn luminance([r, g, b]: [u8; 3]) -> u8 {
    ((77 * u16::from(r) + 150 * u16::from(g) + 29 * u16::from(b)) >> 8) as u8
}

/// Brightness of a pixel without the ink of `red` and `blue`, as bright as the paper around at the most: beside what is
/// brighter, paper would look dark.
#[inline]
fn without(pixel: [u8; 3], red: bool, blue: bool, paper: u8) -> u8 {
    let plain = luminance(pixel);
    let (red_lead, r) = Colour::Red.lead(pixel);
    let (blue_lead, b) = Colour::Blue.lead(pixel);
    let faded = |own: u8, lead: u8| own.saturating_add(lead).min(paper).max(plain);
    if red && red_lead > 0 {
        faded(r, red_lead)
    } else if blue && blue_lead > 0 {
        faded(b, blue_lead)
    } else {
        plain
    }
}

/// So many squares along the longer side of a page in which the paper is taken for even: larger than the star of a seal.
const SQUARES: usize = 12;

/// The side of those squares in pixels, and how bright the paper is in each, row by row.
fn paper(rgb: &RgbImage) -> (usize, Vec<u8>) {
    /// One pixel of so many is looked at, each way.
    const STEP: usize = 4;
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    let few = GrayImage::from_fn(width.div_ceil(STEP) as u32, height.div_ceil(STEP) as u32, |x, y| {
        Luma([luminance(rgb.get_pixel(x * STEP as u32, y * STEP as u32).0)])
    });
    let side = width.max(height).div_ceil(SQUARES * STEP).max(1);
    (side * STEP, ink::levels(&few, side))
}

/// The page in grey, without the ink of these colours.
pub fn of(image: &DynamicImage, dropped: &[Colour]) -> GrayImage {
    let [red, blue] = [Colour::Red, Colour::Blue].map(|colour| dropped.contains(&colour));
    match image {
        DynamicImage::ImageLuma8(gray) => gray.clone(),
        DynamicImage::ImageRgb8(rgb) => {
            let mut out = GrayImage::new(rgb.width(), rgb.height());
            if red || blue {
                let width = rgb.width() as usize;
                let (side, levels) = paper(rgb);
                let across = width.div_ceil(side);
                let rows = rgb.as_raw().chunks_exact(3 * width).zip(out.chunks_exact_mut(width)).enumerate();
                for (y, (row, out)) in rows {
                    let squares = row.chunks(3 * side).zip(out.chunks_mut(side));
                    let levels = &levels[y / side * across..];
                    squares.zip(levels).for_each(|((row, out), paper)| drop_inks(row, out, red, blue, *paper));
                }
            } else {
                brightness(rgb.as_raw(), &mut out);
            }
            out
        }
        other => of(&other.to_rgb8().into(), dropped),
    }
}

/// The page in grey, squares of `k` × `k` pixels made one.
pub fn reduced(image: &DynamicImage, k: u32) -> GrayImage {
    match image {
        DynamicImage::ImageLuma8(gray) => scale::by_whole(gray, k),
        DynamicImage::ImageRgb8(rgb) => {
            let width = 3 * rgb.width() as usize;
            scale::rows_by_whole(rgb.dimensions(), k, |y, row| {
                brightness(&rgb.as_raw()[y * width..(y + 1) * width], row);
            })
        }
        other => reduced(&other.to_rgb8().into(), k),
    }
}

/// Only what is of one colour, as dark as it is of it, on white; squares of `k` × `k` pixels made one.
pub fn only(image: &DynamicImage, colour: Colour, k: u32) -> GrayImage {
    let DynamicImage::ImageRgb8(rgb) = image else { return only(&image.to_rgb8().into(), colour, k) };
    let width = rgb.width() as usize;
    scale::rows_by_whole(rgb.dimensions(), k, |y, row| {
        let pixels = &rgb.as_raw()[3 * y * width..3 * (y + 1) * width];
        match colour {
            Colour::Red => only_red(pixels, row),
            Colour::Blue => only_blue(pixels, row),
        }
    })
}

/// Whether there is any ink of a colour; of some of the rows.
pub fn has(image: &DynamicImage, colour: Colour) -> bool {
    /// One in so many is looked at.
    const STEP: usize = 3;
    /// Less than one in so many is dust.
    const TRACE: usize = 20_000;
    match image {
        DynamicImage::ImageRgb8(rgb) => {
            let rows = rgb.as_raw().chunks_exact(3 * rgb.width().max(1) as usize).step_by(STEP);
            let all = rows.len() * rgb.width() as usize;
            let dark: usize = rows.map(|row| strong(row, colour)).sum();
            dark * TRACE > all
        }
        other => other.color().has_color() && has(&other.to_rgb8().into(), colour),
    }
}

// What follows goes over every pixel of a page.

#[multiversion(targets("x86_64+avx2"))]
fn brightness(rgb: &[u8], out: &mut [u8]) {
    rgb.chunks_exact(3).zip(out).for_each(|(p, out)| *out = luminance([p[0], p[1], p[2]]));
}

#[multiversion(targets("x86_64+avx2"))]
fn drop_inks(rgb: &[u8], out: &mut [u8], red: bool, blue: bool, paper: u8) {
    rgb.chunks_exact(3).zip(out).for_each(|(p, out)| *out = without([p[0], p[1], p[2]], red, blue, paper));
}

#[multiversion(targets("x86_64+avx2"))]
fn only_red(rgb: &[u8], out: &mut [u8]) {
    rgb.chunks_exact(3).zip(out).for_each(|(p, out)| *out = Colour::Red.only([p[0], p[1], p[2]]));
}

#[multiversion(targets("x86_64+avx2"))]
fn only_blue(rgb: &[u8], out: &mut [u8]) {
    rgb.chunks_exact(3).zip(out).for_each(|(p, out)| *out = Colour::Blue.only([p[0], p[1], p[2]]));
}

/// How many pixels a colour leads clearly in.
#[multiversion(targets("x86_64+avx2"))]
fn strong(rgb: &[u8], colour: Colour) -> usize {
    rgb.chunks_exact(3).filter(|p| colour.lead([p[0], p[1], p[2]]).0 > 64).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn red_fades_and_the_black_under_it_stays() {
        let mut colour = RgbImage::from_pixel(40, 20, Rgb([250, 248, 240]));
        for x in 0..40 {
            colour.put_pixel(x, 5, Rgb([215, 50, 60])); // stamp
            colour.put_pixel(x, 10, Rgb([25, 20, 30])); // text
            colour.put_pixel(x, 15, Rgb([70, 15, 20])); // text under the stamp
            colour.put_pixel(x, 18, Rgb([40, 60, 160])); // blue ink
        }
        let gray = of(&colour.into(), &[Colour::Red]);
        let at = |y| gray.get_pixel(3, y)[0];
        assert!(at(5) > 230, "{}", at(5));
        assert!(at(10) < 40 && at(15) < 130 && at(18) < 90, "{} {} {}", at(10), at(15), at(18));
    }

    #[test]
    fn what_is_dropped_becomes_no_brighter_than_the_paper_around_it() {
        // The star of a seal at 300 dpi on grey paper that darkens to the right.
        let paper = |x: u32| 220 - (x / 40) as u8;
        let page = RgbImage::from_fn(2400, 1200, |x, y| {
            let star = (900..1020).contains(&x) && (500..620).contains(&y);
            Rgb(if star { [200, 80, 85] } else { [paper(x); 3] })
        });
        let gray = of(&page.into(), &[Colour::Red, Colour::Blue]);
        let star = gray.enumerate_pixels().filter(|(x, y, _)| (900..1020).contains(x) && (500..620).contains(y));
        let off = star.map(|(x, _, v)| v[0].abs_diff(paper(x))).max().unwrap();
        assert!(off <= 6, "{off}");
    }
}

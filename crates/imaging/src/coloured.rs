//! What is printed in colour. Stamps and signatures fade from the reading copy with the colour of their ink; a title in
//! red or the name stamp of who signed has that colour too, and is text: letters of one height in a straight row, which
//! the letters around a seal are not.

use image::GrayImage;
use sohoa_model::Box4;
use std::cell::LazyCell;
use std::ops::Range;

use crate::ink::{self, Ink, Part};
use crate::params::params;

params! {
    /// Letters in a row, at least, and parts of ink: bold letters touch.
    least: usize = 6,
    parts: usize = 4,
    /// As wide as high, at the most: letters that touch.
    widest: f32 = 6.0,
    /// Of a letter's height: how far off the line its foot may stand. A seal's letters leave it by more.
    off: f32 = 0.08,
    /// Between these heights, in inches, a part is a letter: 6 to 30 points.
    letter: Range<f32> = 0.055..0.42,
    /// Strokes nearer to one another than this, in inches, are of one thing.
    near: f32 = 0.15,
    /// In inches: what is smaller is dust, and what with all that is near is lower than this.
    speck: f32 = 0.02,
    low: f32 = 0.1,
    /// What is looked for is found at about this resolution.
    look: f32 = 150.0,
}

/// Puts the print of one colour back into a page from which that colour was dropped, and tells the strokes of all
/// else but seals. `only` shows nothing but that colour, as dark as it is, squares of so many pixels made one.
pub fn keep_print(gray: &mut GrayImage, only: impl Fn(u32) -> GrayImage, dpi: f32, params: &Params) -> Vec<Box4> {
    let k = (dpi / params.look).round().max(1.0) as usize;
    let dpi = dpi / k as f32;
    let ink = Ink::of(&only(k as u32));
    let colour = LazyCell::new(|| only(1));
    let (gray_width, gray_height) = gray.dimensions();
    let mut parts = ink.parts();
    let letters = parts.iter().filter(|p| is_letter(p, dpi, params)).copied().collect();
    for row in rows(letters, params) {
        let tall = row.iter().map(Part::height).max().unwrap_or(0);
        let edge = |f: fn(&Part) -> usize| row.iter().map(f);
        let (left, right) = (edge(|p| p.left).min().unwrap_or(0), edge(|p| p.right).max().unwrap_or(0));
        // With the marks above and below.
        let top = edge(|p| p.top).min().unwrap_or(0).saturating_sub(tall * 3 / 4);
        let bottom = (edge(|p| p.bottom).max().unwrap_or(0) + tall / 3).min(ink.height - 1);
        let places = |[left, top, right, bottom]: [usize; 4]| {
            let xs = move || (left * k) as u32..(((right + 1) * k) as u32).min(gray_width);
            ((top * k) as u32..(((bottom + 1) * k) as u32).min(gray_height))
                .flat_map(move |y| xs().map(move |x| (x, y)))
        };
        let row = || places([left, top, right, bottom]);
        let black = row().filter(|(x, y)| gray.get_pixel(*x, *y)[0] < 110).count();
        // Over print of another colour it would only spoil both.
        if black * 33 > row().count() {
            continue;
        }
        // What only reaches into the row, such as a signature above it, is none of it.
        let is_of_row = |p: &Part| {
            let (x, y) = p.centre();
            (left as f32..=right as f32).contains(&x) && (top as f32..=bottom as f32).contains(&y)
        };
        for part in parts.iter().filter(|p| is_of_row(p)) {
            let around = [part.left.saturating_sub(1), part.top.saturating_sub(1), part.right + 1, part.bottom + 1];
            for (x, y) in places(around) {
                let pixel = &mut gray.get_pixel_mut(x, y).0[0];
                *pixel = (*pixel).min(colour.get_pixel(x, y)[0]);
            }
        }
        parts.retain(|p| !is_of_row(p));
    }
    // A frame has all else in it.
    parts.retain(|p| p.width() * 5 < ink.width * 3 || p.height() * 5 < ink.height * 3);
    let area = |p: Part| [p.left, p.top, p.width(), p.height()].map(|v| (v * k) as u32);
    strokes(parts, dpi, params).into_iter().map(area).collect()
}

/// Those parts that somebody drew: what is smaller than a letter with all about it is left out, and so are seals, which are
/// as wide as high and of 20 to 60 mm (the signature on one is of another colour).
fn strokes(mut parts: Vec<Part>, dpi: f32, params: &Params) -> Vec<Part> {
    let inches = |v: f32| (v * dpi) as usize;
    parts.retain(|p| p.width().max(p.height()) >= inches(params.speck));
    let is_seal = |p: &Part| {
        let (short, long) = (p.width().min(p.height()), p.width().max(p.height()));
        short >= inches(0.8) && long <= inches(2.4) && long * 3 <= short * 4
    };
    let mut things = ink::together(parts.clone(), inches(params.near));
    things.retain(|p| p.height() >= inches(params.low) && !is_seal(p));
    let is_in = |part: &Part, thing: &Part| {
        (thing.left..=thing.right).contains(&part.left) && (thing.top..=thing.bottom).contains(&part.top)
    };
    parts.retain(|part| things.iter().any(|thing| is_in(part, thing)));
    parts.sort_by_key(|p| (p.top, p.left));
    parts
}

fn is_letter(part: &Part, dpi: f32, params: &Params) -> bool {
    let (w, h) = (part.width() as f32, part.height() as f32);
    params.letter.contains(&(h / dpi)) && w < params.widest * h && part.area as f32 > 0.12 * w * h
}

/// Straight rows of letters of about one height, from left to right.
fn rows(mut letters: Vec<Part>, params: &Params) -> Vec<Vec<Part>> {
    letters.sort_by_key(|p| p.left);
    let mut used = vec![false; letters.len()];
    let mut found = Vec::new();
    for start in 0..letters.len() {
        if used[start] {
            continue;
        }
        let mut row = vec![start];
        let mut here = letters[start];
        let mut at = start + 1;
        while at < letters.len() {
            let next = letters[at];
            let (h, gap) = (here.height() as f32, next.left as f32 - here.right as f32);
            if gap > 1.5 * h {
                break;
            }
            let level = (next.bottom as f32 - here.bottom as f32).abs() < 0.35 * h;
            let alike = (0.55..1.8).contains(&(next.height() as f32 / h));
            if !used[at] && gap > -0.3 * h && level && alike {
                row.push(at);
                here = next;
            }
            at += 1;
        }
        let parts: Vec<Part> = row.iter().map(|i| letters[*i]).collect();
        let letters: usize = parts.iter().map(|p| (p.width() / p.height()).max(1)).sum();
        if parts.len() >= params.parts && letters >= params.least && is_straight(&parts, params.off) {
            row.iter().for_each(|i| used[*i] = true);
            found.push(parts);
        }
    }
    found
}

/// Whether four fifths of the letters stand on one line.
fn is_straight(row: &[Part], off: f32) -> bool {
    let n = row.len() as f32;
    let points: Vec<(f32, f32)> = row.iter().map(|p| (p.centre().0, p.bottom as f32)).collect();
    let (mx, my) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let (up, along) =
        points.iter().fold((0.0, 0.0), |(up, along), (x, y)| (up + (x - mx) * (y - my), along + (x - mx) * (x - mx)));
    let slope = up / along.max(1.0);
    let tall = row.iter().map(|p| p.height() as f32).sum::<f32>() / n;
    let on = points.iter().filter(|(x, y)| (y - my - slope * (x - mx)).abs() < off * tall).count();
    on * 5 >= row.len() * 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gray::{self, Colour};
    use crate::run;
    use crate::samples::sheet;
    use image::{DynamicImage, Rgb, RgbImage};
    use sohoa_model::Turn;

    const RED: Rgb<u8> = Rgb([200, 45, 50]);

    /// Letters of 26 × 36 pixels: two stems and a bar.
    fn letter(page: &mut RgbImage, left: u32, top: u32, ink: Rgb<u8>) {
        for (x, y) in (0..26).flat_map(|x| (0..36).map(move |y| (x, y))) {
            if !(6..=19).contains(&x) || (16..21).contains(&y) {
                page.put_pixel(left + x, top + y, ink);
            }
        }
    }

    fn reading_copy(page: &RgbImage) -> GrayImage {
        let image = DynamicImage::from(page.clone());
        let mut gray = gray::of(&image, &[Colour::Red]);
        keep_print(&mut gray, |k| gray::only(&image, Colour::Red, k), 300.0, &Params::default());
        gray
    }

    #[test]
    fn a_title_in_red_stays_and_a_seal_goes() {
        let mut page = RgbImage::from_pixel(1600, 1200, Rgb([250, 248, 244]));
        (0..14).for_each(|i| letter(&mut page, 300 + i * 40, 200, RED));
        // A bold one, whose letters touch.
        (0..14).for_each(|i| letter(&mut page, 300 + i * 40 - if i % 3 > 0 { i % 3 * 15 } else { 0 }, 90, RED));
        // The letters around a seal of 36 mm, and its ring.
        for i in 0..30u32 {
            let (sin, cos) = (i as f32 / 30.0 * std::f32::consts::TAU).sin_cos();
            letter(&mut page, (900.0 + 165.0 * sin) as u32, (800.0 - 165.0 * cos) as u32, RED);
        }
        for i in 0..4000 {
            let (sin, cos) = (i as f32 / 4000.0 * std::f32::consts::TAU).sin_cos();
            page.put_pixel((913.0 + 212.0 * sin) as u32, (818.0 - 212.0 * cos) as u32, RED);
        }
        let gray = reading_copy(&page);
        let ink = |x: u32, y: u32, w: u32, h: u32| {
            image::imageops::crop_imm(&gray, x, y, w, h).to_image().pixels().filter(|p| p[0] < 128).count()
        };
        assert!(ink(300, 200, 560, 36) > 5000, "{}", ink(300, 200, 560, 36));
        assert!(ink(300, 90, 560, 36) > 5000, "{}", ink(300, 90, 560, 36));
        assert_eq!(ink(600, 500, 700, 650), 0);
    }

    #[test]
    fn handwriting_is_told_and_print_is_not() {
        let mut page = RgbImage::from_pixel(1600, 1200, Rgb([250, 248, 244]));
        const BLUE: Rgb<u8> = Rgb([40, 60, 160]);
        (0..14).for_each(|i| letter(&mut page, 300 + i * 40, 200, BLUE));
        for i in 0..300u32 {
            // A wave, as a signature is, in two strokes.
            let y = 600.0 + 40.0 * (i as f32 / 15.0).sin();
            let x = 500 + i + if i > 150 { 30 } else { 0 };
            (0..6).for_each(|d| page.put_pixel(x, y as u32 + d, BLUE));
        }
        let image = DynamicImage::from(page);
        let mut gray = gray::of(&image, &[Colour::Blue]);
        let other = keep_print(&mut gray, |k| gray::only(&image, Colour::Blue, k), 300.0, &Params::default());
        let [[x, y, w, h], [next, ..]] = other[..] else { panic!("{other:?}") };
        assert!(x.abs_diff(500) < 3 && y.abs_diff(560) < 3 && w.abs_diff(151) < 5 && h.abs_diff(86) < 5, "{other:?}");
        assert!(next.abs_diff(681) < 3, "{other:?}");
        assert!(gray.get_pixel(303, 210)[0] < 128 && gray.get_pixel(520, 600)[0] > 200);
    }

    #[test]
    fn a_signature_that_hangs_into_a_row_of_letters_is_no_part_of_it() {
        let mut page = RgbImage::from_pixel(1600, 1200, Rgb([250, 248, 244]));
        (0..14).for_each(|i| letter(&mut page, 300 + i * 40, 300, RED));
        // Its foot is where the marks of the letters would be.
        for (x, y) in (0..8).flat_map(|x| (0..120).map(move |y| (x, y))) {
            page.put_pixel(412 + x, 170 + y, RED);
        }
        let image = DynamicImage::from(page);
        let mut gray = gray::of(&image, &[Colour::Red]);
        let other = keep_print(&mut gray, |k| gray::only(&image, Colour::Red, k), 300.0, &Params::default());
        let [[x, y, w, h]] = other[..] else { panic!("{other:?}") };
        assert!(x.abs_diff(412) < 3 && y.abs_diff(170) < 3 && w.abs_diff(8) < 3 && h.abs_diff(120) < 3, "{other:?}");
        assert!(gray.get_pixel(303, 310)[0] < 128 && gray.get_pixel(416, 285)[0] > 200);
    }

    #[test]
    fn red_over_black_print_is_left_out() {
        let mut page = RgbImage::from_pixel(1600, 600, Rgb([250, 248, 244]));
        (0..14).for_each(|i| letter(&mut page, 310 + i * 40, 205, Rgb([25, 20, 25])));
        let before = reading_copy(&page);
        (0..14).for_each(|i| letter(&mut page, 300 + i * 40, 230, RED));
        let after = reading_copy(&page);
        let differ = before.pixels().zip(after.pixels()).filter(|(a, b)| (a[0] < 128) != (b[0] < 128));
        // Where both inks meet the red one lies on top.
        assert!(differ.count() * 4 < 14 * 36 * 16);
    }

    #[test]
    fn print_under_a_blue_stamp_stays_and_the_stamp_goes() {
        let print = sheet(0);
        let mut page = RgbImage::from_fn(2480, 3508, |x, y| {
            let v = print.get_pixel(x, y)[0];
            Rgb([v, v, v])
        });
        // A frame of 60 × 20 mm with a date in it, as offices stamp incoming mail, across four lines.
        let stamped = |x: u32, y: u32| {
            let frame = !(708..1402).contains(&x) || !(908..1132).contains(&y);
            (700..1410).contains(&x) && (900..1140).contains(&y) && (frame || x % 60 < 9 && y % 80 < 50)
        };
        for (x, y, pixel) in page.enumerate_pixels_mut().filter(|(x, y, _)| stamped(*x, *y)) {
            // Ink on ink is as dark as both.
            let under = f32::from(print.get_pixel(x, y)[0]) / 255.0;
            *pixel = Rgb([55.0, 80.0, 175.0].map(|v| (v * under) as u8));
        }
        let plain = run(&print.into(), Turn::None, 300.0, &Default::default()).unwrap().gray;
        let wrong =
            |page: GrayImage| page.pixels().zip(plain.pixels()).filter(|(a, b)| (a[0] < 128) != (b[0] < 128)).count();
        let read = |colours: &[Colour]| {
            let params = crate::Params { drop_colours: colours.to_vec(), ..Default::default() };
            run(&page.clone().into(), Turn::None, 300.0, &params).unwrap()
        };
        let (left, dropped) = (read(&[]), read(&[Colour::Red, Colour::Blue]));
        assert!(dropped.plan.contains("blue"), "{}", dropped.plan);
        let (left, dropped) = (wrong(left.gray), wrong(dropped.gray));
        assert!(left > 5_000 && dropped * 20 < left, "{left} pixels wrong with the stamp, {dropped} without");
    }
}

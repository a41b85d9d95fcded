//! What is not the paper's taken out of the reading copy: punched holes, and the thin bands where the scanner's glass shows
//! beside the sheet. Where more of it shows than that it is ground (`ground`).

use image::{GrayImage, Luma};
use std::ops::Range;

use crate::ink::{Ink, Part};
use crate::params::params;

params! {
    /// Diameter of a punched hole, in millimetres: ISO 838 has 6, and torn ones are larger.
    hole: Range<f32> = 4.0..9.0,
    /// So near to an edge of the sheet is its middle, in millimetres.
    near: f32 = 22.0,
    /// A band is not thicker than this, in millimetres.
    band: f32 = 4.0,
    /// It is as long as this part of the side it lies along: a quarter.
    long: usize = 4,
    /// In pixels, how far from the picture's edge it may begin, and how soft its own edge is.
    meets: usize = 3,
}

/// Paints paper over holes and bands, in the picture and in its ink; whether there were any.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, dpi: f32, params: &Params) -> bool {
    let parts = ink.parts();
    let holes: Vec<&Part> = parts.iter().filter(|p| is_hole(p, ink, dpi, params)).collect();
    for hole in &holes {
        // Its edge is soft.
        for y in hole.top.saturating_sub(2)..(hole.bottom + 3).min(ink.height) {
            for x in hole.left.saturating_sub(2)..(hole.right + 3).min(ink.width) {
                wipe(gray, ink, x, y);
            }
        }
    }
    let bands: Vec<(Part, Edge)> = parts.iter().filter_map(|p| Some((*p, band(p, ink, dpi, params)?))).collect();
    for (part, edge) in &bands {
        // From the edge inwards, as far as it is dark: what lies within the band's bow is not of it.
        match edge {
            Edge::Left | Edge::Right => (part.top..=part.bottom).for_each(|y| {
                let width = ink.width;
                let place = |i| (if *edge == Edge::Left { i } else { width - 1 - i }, y);
                inwards(part.width(), place, gray, ink, params.meets);
            }),
            Edge::Top | Edge::Bottom => (part.left..=part.right).for_each(|x| {
                let height = ink.height;
                let place = |i| (x, if *edge == Edge::Top { i } else { height - 1 - i });
                inwards(part.height(), place, gray, ink, params.meets);
            }),
        }
    }
    !holes.is_empty() || !bands.is_empty()
}

fn wipe(gray: &mut GrayImage, ink: &mut Ink, x: usize, y: usize) {
    gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
    ink.take(x, y);
}

fn is_hole(part: &Part, ink: &Ink, dpi: f32, params: &Params) -> bool {
    let mm = |pixels: f32| pixels * 25.4 / dpi;
    let (w, h) = (part.width(), part.height());
    let (x, y) = part.centre();
    let away = [x, y, ink.width as f32 - x, ink.height as f32 - y].into_iter().fold(f32::MAX, f32::min);
    // A disc fills π/4 of its square.
    params.hole.contains(&mm(w as f32))
        && params.hole.contains(&mm(h as f32))
        && w.abs_diff(h) * 6 <= w.max(h)
        && (0.68..0.88).contains(&(part.area as f32 / (w * h) as f32))
        && mm(away) < params.near
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Left,
    Right,
    Top,
    Bottom,
}

/// Along which edge a part is a dark band.
fn band(part: &Part, ink: &Ink, dpi: f32, params: &Params) -> Option<Edge> {
    let Params { long, meets, .. } = *params;
    let thin = |pixels: usize| pixels as f32 * 25.4 / dpi < params.band;
    let upright = thin(part.width()) && part.height() * long >= ink.height;
    let level = thin(part.height()) && part.width() * long >= ink.width;
    match part {
        p if upright && p.left < meets => Some(Edge::Left),
        p if upright && p.right + meets >= ink.width => Some(Edge::Right),
        p if level && p.top < meets => Some(Edge::Top),
        p if level && p.bottom + meets >= ink.height => Some(Edge::Bottom),
        _ => None,
    }
}

/// Wipes along `place(0)`, `place(1)`, … until there is no ink for as long as an edge is soft.
fn inwards(depth: usize, place: impl Fn(usize) -> (usize, usize), gray: &mut GrayImage, ink: &mut Ink, soft: usize) {
    let mut clear = 0;
    for i in 0..depth + soft {
        let (x, y) = place(i);
        clear = if ink.at(x, y) { 0 } else { clear + 1 };
        if clear > soft {
            break;
        }
        wipe(gray, ink, x, y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(page: &mut GrayImage, (cx, cy): (i32, i32), radius: i32) {
        for (dx, dy) in (-radius..=radius).flat_map(|dx| (-radius..=radius).map(move |dy| (dx, dy))) {
            if dx * dx + dy * dy <= radius * radius {
                page.put_pixel((cx + dx) as u32, (cy + dy) as u32, Luma([40]));
            }
        }
    }

    fn erased(page: &GrayImage) -> (GrayImage, bool) {
        let (mut out, mut ink) = (page.clone(), Ink::of(page));
        let found = erase(&mut out, &mut ink, 300.0, &Params::default());
        (out, found)
    }

    #[test]
    fn holes_and_bands_go_and_what_is_printed_stays() {
        let mut page = GrayImage::from_pixel(2480, 3508, Luma([240]));
        // Print: a bullet, a square of a hole's size, and a disc in the middle of the sheet.
        disc(&mut page, (400, 400), 9);
        (0..70 * 70).for_each(|i| page.put_pixel(120 + i % 70, 500 + i / 70, Luma([40])));
        disc(&mut page, (1240, 1000), 35);
        // Letters near the right edge, inside of the band's bow.
        for x in (2400..2430).step_by(8) {
            (1500..1530).for_each(|y| (0..4).for_each(|dx| page.put_pixel(x + dx, y, Luma([40]))));
        }
        let print = page.clone();
        assert!(!erased(&page).1, "print taken for holes");
        disc(&mut page, (140, 1300), 36);
        disc(&mut page, (142, 2240), 34);
        for y in 0..3508 {
            // Leans in by 2 mm towards the middle of the sheet.
            let deep = 8 + 22 * (1754 - (y as i32 - 1754).abs()) as u32 / 1754;
            (0..deep).for_each(|x| page.put_pixel(2479 - x, y, Luma([30])));
        }
        let (clean, found) = erased(&page);
        assert!(found);
        let wrong = clean.pixels().zip(print.pixels()).filter(|(a, b)| a[0].abs_diff(b[0]) > 12).count();
        assert_eq!(wrong, 0);
    }
}

//! What is not the paper's taken out of the reading copy: punched holes, and the dark bands where the scanner's glass
//! shows beside the sheet.

use image::{GrayImage, Luma};

use crate::ink::{Ink, Part};

/// Diameter of a punched hole, in millimetres: ISO 838 has 6, and torn ones are larger.
const HOLE: std::ops::Range<f32> = 4.0..9.0;
/// So near to an edge of the sheet is its middle.
const NEAR: f32 = 22.0;
/// A band is not thicker than this, in millimetres, and is as long as this share of the side it lies along. What is
/// thicker is even, and becomes paper when the page is flattened.
const BAND: f32 = 4.0;
const LONG: usize = 4;
/// In pixels, how far from the picture's edge it may begin, and how soft its own edge is.
const MEETS: usize = 3;

/// Paints paper over holes and bands, in the picture and in its ink; whether there were any.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, dpi: f32) -> bool {
    let parts = ink.parts();
    let holes: Vec<&Part> = parts.iter().filter(|p| is_hole(p, ink, dpi)).collect();
    for hole in &holes {
        // Its edge is soft.
        for y in hole.top.saturating_sub(2)..(hole.bottom + 3).min(ink.height) {
            for x in hole.left.saturating_sub(2)..(hole.right + 3).min(ink.width) {
                wipe(gray, ink, x, y);
            }
        }
    }
    let bands: Vec<(Part, Edge)> = parts.iter().filter_map(|p| Some((*p, band(p, ink, dpi)?))).collect();
    for (part, edge) in &bands {
        // From the edge inwards, as far as it is dark: what lies within the band's bow is not of it.
        match edge {
            Edge::Left | Edge::Right => (part.top..=part.bottom).for_each(|y| {
                let width = ink.width;
                inwards(part.width(), |i| (if *edge == Edge::Left { i } else { width - 1 - i }, y), gray, ink);
            }),
            Edge::Top | Edge::Bottom => (part.left..=part.right).for_each(|x| {
                let height = ink.height;
                inwards(part.height(), |i| (x, if *edge == Edge::Top { i } else { height - 1 - i }), gray, ink);
            }),
        }
    }
    !holes.is_empty() || !bands.is_empty()
}

fn wipe(gray: &mut GrayImage, ink: &mut Ink, x: usize, y: usize) {
    gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
    ink.take(x, y);
}

fn is_hole(part: &Part, ink: &Ink, dpi: f32) -> bool {
    let mm = |pixels: f32| pixels * 25.4 / dpi;
    let (w, h) = (part.width(), part.height());
    let (x, y) = part.centre();
    let away = [x, y, ink.width as f32 - x, ink.height as f32 - y].into_iter().fold(f32::MAX, f32::min);
    // A disc fills π/4 of its square.
    HOLE.contains(&mm(w as f32))
        && HOLE.contains(&mm(h as f32))
        && w.abs_diff(h) * 6 <= w.max(h)
        && (0.68..0.88).contains(&(part.area as f32 / (w * h) as f32))
        && mm(away) < NEAR
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Left,
    Right,
    Top,
    Bottom,
}

/// Along which edge a part is a dark band.
fn band(part: &Part, ink: &Ink, dpi: f32) -> Option<Edge> {
    let thin = |pixels: usize| pixels as f32 * 25.4 / dpi < BAND;
    let upright = thin(part.width()) && part.height() * LONG >= ink.height;
    let level = thin(part.height()) && part.width() * LONG >= ink.width;
    match part {
        p if upright && p.left < MEETS => Some(Edge::Left),
        p if upright && p.right + MEETS >= ink.width => Some(Edge::Right),
        p if level && p.top < MEETS => Some(Edge::Top),
        p if level && p.bottom + MEETS >= ink.height => Some(Edge::Bottom),
        _ => None,
    }
}

/// Wipes along `place(0)`, `place(1)`, … until there is no ink for as long as an edge is soft.
fn inwards(depth: usize, place: impl Fn(usize) -> (usize, usize), gray: &mut GrayImage, ink: &mut Ink) {
    let mut clear = 0;
    for i in 0..depth + MEETS {
        let (x, y) = place(i);
        clear = if ink.at(x, y) { 0 } else { clear + 1 };
        if clear > MEETS {
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
        let found = erase(&mut out, &mut ink, 300.0);
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

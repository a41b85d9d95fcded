//! The dark ground beside a sheet, where the lid stood open or the sheet is smaller than the glass, made paper in the reading
//! copy. It reaches in from an edge of the picture, darker than any paper, along much of a side.

use image::{GrayImage, Luma};

use crate::ink::{BLOCK, Ink};
use crate::params::params;

params! {
    /// Darker than this, of the page's paper, is no paper.
    dark: f32 = 0.45,
    /// It is as long as this part of the side it lies along: a quarter.
    long: usize = 4,
    /// It is deeper than this, in millimetres, for half of its length; what is thinner is a shadow (`margins`).
    thick: f32 = 4.0,
    /// It is no deeper than this part of the picture: a third. What is, is a dark page.
    deep: usize = 3,
    /// In pixels, how soft its edge is.
    soft: usize = 4,
}

/// Paints paper over the ground, in the picture and in its ink; whether there was any.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, dpi: f32, params: &Params) -> bool {
    let usual = usual(ink);
    let dark = (f32::from(usual) * params.dark) as u8;
    let thick = (params.thick * dpi / 25.4) as usize;
    let mut found = false;
    // One after another: what lies in a corner is of two sides, and is the second's when the first is gone.
    for side in [Side::Left, Side::Right, Side::Top, Side::Bottom] {
        let (length, depth) = side.size(ink.width, ink.height);
        let most = depth / params.deep;
        let depths: Vec<usize> = (0..length)
            .map(|along| {
                let is_dark = |deep: usize| {
                    let (x, y) = side.place(ink.width, ink.height, along, deep);
                    gray.get_pixel(x as u32, y as u32)[0] < dark
                };
                reach(is_dark, most, params.soft)
            })
            .collect();
        let is_ground = |depth: &usize| *depth > params.soft && *depth < most;
        let mut start = 0;
        for run in depths.chunk_by(|a, b| is_ground(a) == is_ground(b)) {
            let is_thick = |run: &&[usize]| run.iter().filter(|depth| **depth > thick).count() * 2 > run.len();
            if is_ground(&run[0]) && run.len() * params.long >= length && is_thick(&run) {
                found = true;
                for (along, depth) in (start..).zip(run) {
                    for deep in 0..(depth + params.soft).min(most) {
                        let (x, y) = side.place(ink.width, ink.height, along, deep);
                        gray.put_pixel(x as u32, y as u32, Luma([usual]));
                        ink.take(x, y);
                    }
                }
            }
            start += run.len();
        }
    }
    found
}

/// How bright the paper of half the page is.
fn usual(ink: &Ink) -> u8 {
    let squares = (0..ink.height).step_by(BLOCK).flat_map(|y| (0..ink.width).step_by(BLOCK).map(move |x| (x, y)));
    let mut levels: Vec<u8> = squares.map(|(x, y)| ink.paper(x, y)).collect();
    let middle = levels.len() / 2;
    *levels.select_nth_unstable(middle).1
}

/// How far it is dark from the edge inwards, but for specks of light; no further than `most`.
fn reach(is_dark: impl Fn(usize) -> bool, most: usize, soft: usize) -> usize {
    let mut last = 0;
    for deep in 0..most {
        if is_dark(deep) {
            last = deep + 1;
        } else if deep - last >= soft {
            break;
        }
    }
    last
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    /// Its length, and how deep the picture is seen from it.
    fn size(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Side::Left | Side::Right => (height, width),
            Side::Top | Side::Bottom => (width, height),
        }
    }

    fn place(self, width: usize, height: usize, along: usize, deep: usize) -> (usize, usize) {
        match self {
            Side::Left => (deep, along),
            Side::Right => (width - 1 - deep, along),
            Side::Top => (along, deep),
            Side::Bottom => (along, height - 1 - deep),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;
    use crate::samples::sheet;
    use sohoa_model::Turn;

    #[test]
    fn a_thick_dark_border_becomes_paper() {
        let print = sheet(0);
        let mut page = print.clone();
        // The lid was open: 12 mm on the right and 20 at the foot.
        for (x, y, pixel) in page.enumerate_pixels_mut() {
            if x >= 2338 || y >= 3272 {
                pixel[0] = 25 + ((x * 7 + y * 3) % 9) as u8;
            }
        }
        let read = |page: GrayImage| run(&page.into(), Turn::None, 300.0, &Default::default()).unwrap();
        let (plain, bordered) = (read(print), read(page));
        // All but a narrow strip where the border begins.
        let edge = |x: u32, y: u32| x.abs_diff(2338 * 160 / 300) < 4 || y.abs_diff(3272 * 160 / 300) < 4;
        let dark = |page: &GrayImage| {
            page.enumerate_pixels()
                .filter(|(x, y, p)| !edge(*x, *y) && p[0] < 128)
                .map(|(x, y, _)| (x, y))
                .collect::<Vec<_>>()
        };
        assert_eq!(dark(&bordered.gray).len(), dark(&plain.gray).len());
        assert!(!bordered.blank);
    }
}

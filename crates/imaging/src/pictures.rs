//! Where a photograph is: a patch of the page on which there is no paper. Letters leave the paper between them as bright as
//! around them; the grey of a picture does not.

use image::GrayImage;
use sohoa_model::Box4;

use crate::ink::{self, Part};
use crate::params::params;

params! {
    /// Darker than this, of the page's paper, is no paper.
    dark: f32 = 0.75,
    /// Side of the squares that are looked at, in inches: no letter fills one.
    square: f32 = 0.1,
    /// In inches, across which a picture reaches at least: the dark part of a photograph of 2 × 3 cm does, and the dark
    /// head of a table has not so many lines.
    least: f32 = 0.5,
}

/// Boxes of pictures. What reaches the edge of the page is the shadow of a lid or of a fold.
pub fn find(gray: &GrayImage, dpi: f32, params: &Params) -> Vec<Box4> {
    /// In squares: a shadow may begin beside the edge of the picture.
    const EDGE: usize = 2;
    let side = (params.square * dpi).round().max(1.0) as usize;
    let across = (gray.width() as usize).div_ceil(side);
    let levels = ink::levels(gray, side);
    let down = levels.len() / across.max(1);
    let mut sorted = levels.clone();
    sorted.sort_unstable();
    let Some(usual) = sorted.get(sorted.len() / 2) else { return Vec::new() };
    let mut dark: Vec<bool> = levels.iter().map(|level| f32::from(*level) < params.dark * f32::from(*usual)).collect();
    let least = (params.least / params.square).round() as usize;
    let mut found = Vec::new();
    for start in 0..dark.len() {
        let mut part = Part { left: across, right: 0, top: down, bottom: 0, area: 0 };
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            if !std::mem::take(&mut dark[at]) {
                continue;
            }
            let (x, y) = (at % across, at / across);
            (part.left, part.right) = (part.left.min(x), part.right.max(x));
            (part.top, part.bottom) = (part.top.min(y), part.bottom.max(y));
            part.area += 1;
            next.extend((x > 0).then(|| at - 1));
            next.extend((x + 1 < across).then_some(at + 1));
            next.extend((y > 0).then(|| at.wrapping_sub(across)));
            next.extend((y + 1 < down).then_some(at + across));
        }
        let at_edge = part.left < EDGE || part.top < EDGE || part.right + EDGE >= across || part.bottom + EDGE >= down;
        if part.area == 0 || at_edge {
            continue;
        }
        let (wide, high) = (part.width(), part.height());
        if wide >= least && high >= least && part.area * 2 >= wide * high {
            found.push(part);
        }
    }
    // A bright sky parts a picture, a white collar the head from the coat. At its rim squares are half of paper.
    let area = |Part { left, right, top, bottom, .. }: Part| {
        let rim = side / 2;
        let [x, y] = [left, top].map(|square| (square * side - rim) as u32);
        let [end, foot] = [right, bottom].map(|square| ((square + 1) * side + rim) as u32);
        [x, y, end.min(gray.width()) - x, foot.min(gray.height()) - y]
    };
    ink::together(found, 2).into_iter().map(area).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A page of 10 × 12 inches at 160 dpi with lines of letters, and this shade in a box.
    fn page([x, y, w, h]: Box4, shade: impl Fn(u32, u32) -> u8) -> GrayImage {
        GrayImage::from_fn(1600, 1920, |px, py| {
            let inside = (x..x + w).contains(&px) && (y..y + h).contains(&py);
            let letter = px % 24 < 7 && py % 40 < 16;
            Luma([if inside {
                shade(px, py)
            } else if letter {
                30
            } else {
                240
            }])
        })
    }

    fn found(page: &GrayImage) -> Vec<Box4> {
        find(page, 160.0, &Params::default())
    }

    #[test]
    fn a_photograph_is_found_and_print_is_not() {
        let grey = |x: u32, y: u32| 70 + ((x * 7 + y * 13) % 60) as u8;
        let photo = [800, 600, 190, 250];
        let [[x, y, w, h]] = found(&page(photo, grey))[..] else { panic!("one picture") };
        assert!(x.abs_diff(800) < 40 && y.abs_diff(600) < 40 && w.abs_diff(190) < 70 && h.abs_diff(250) < 70);
        assert!(found(&page(photo, |x, y| if x % 9 < 5 && y % 20 < 15 { 20 } else { 235 })).is_empty(), "bold print");
        assert!(found(&page([200, 600, 1200, 60], |_, _| 80)).is_empty(), "the dark head of a table");
        assert!(found(&page([0, 0, 200, 1920], |_, _| 60)).is_empty(), "the shadow of a lid");
    }

    #[test]
    fn a_head_before_a_white_wall_is_found_whole() {
        // 100 × 130 pixels are 16 × 21 mm; the collar is white.
        let head = |x: u32, y: u32| match (x, y) {
            (830..=930, 600..=700) => 60,
            (800..=960, 716..=800) => 90,
            _ => 240,
        };
        let [[x, y, w, h]] = found(&page([790, 580, 190, 230], head))[..] else { panic!("one picture") };
        assert!(x <= 808 && y <= 608 && x + w >= 952 && y + h >= 792, "{x} {y} {w} {h}");
    }
}

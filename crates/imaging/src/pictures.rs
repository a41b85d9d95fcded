//! Where a photograph is: a patch of the page on which there is no paper. Letters leave the paper between them as bright as
//! around them; the grey of a picture does not.

use image::GrayImage;
use sohoa_model::Box4;

use crate::ink::{self, BLOCK};
use crate::params::params;

params! {
    /// Darker than this, of the page's paper, is no paper.
    dark: f32 = 0.75,
    /// Squares of paper, in inches, across which a picture reaches at least: a photograph of 3 × 4 cm has more, the dark
    /// head of a table has not so many lines.
    least: f32 = 0.35,
}

/// Boxes of pictures. What reaches the edge of the page is the shadow of a lid or of a fold.
pub fn find(gray: &GrayImage, dpi: f32, params: &Params) -> Vec<Box4> {
    let across = (gray.width() as usize).div_ceil(BLOCK);
    let levels = ink::paper(gray);
    let down = levels.len() / across.max(1);
    let mut sorted = levels.clone();
    sorted.sort_unstable();
    let Some(usual) = sorted.get(sorted.len() / 2) else { return Vec::new() };
    let mut dark: Vec<bool> = levels.iter().map(|level| f32::from(*level) < params.dark * f32::from(*usual)).collect();
    // Squares are as bright as the brightest beside them, so a picture is larger by one on each side.
    let least = (params.least * dpi / BLOCK as f32).round().max(1.0) as usize;
    let mut found = Vec::new();
    for start in 0..dark.len() {
        let (mut left, mut right, mut top, mut bottom, mut count) = (across, 0, down, 0, 0);
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            if !std::mem::take(&mut dark[at]) {
                continue;
            }
            let (x, y) = (at % across, at / across);
            (left, right, top, bottom, count) = (left.min(x), right.max(x), top.min(y), bottom.max(y), count + 1);
            next.extend((x > 0).then(|| at - 1));
            next.extend((x + 1 < across).then_some(at + 1));
            next.extend((y > 0).then(|| at.wrapping_sub(across)));
            next.extend((y + 1 < down).then_some(at + across));
        }
        if count == 0 || left == 0 || top == 0 || right + 1 == across || bottom + 1 == down {
            continue;
        }
        let (wide, high) = (right + 1 - left, bottom + 1 - top);
        if wide >= least && high >= least && count * 2 >= wide * high {
            let [x, y, end, foot] = [left - 1, top - 1, right + 2, bottom + 2].map(|square| (square * BLOCK) as u32);
            found.push([x, y, end.min(gray.width()) - x, foot.min(gray.height()) - y]);
        }
    }
    found
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
}

//! How tall the letters are. The recogniser brings every line to one height; what matters is that the copy it works on
//! keeps enough of a small letter and not too much of a large one.

use std::ops::Range;

use crate::ink::Part;
use crate::params::params;

params! {
    /// Heights in inches between which a part is a letter: from 5 to 60 points.
    letter: Range<f32> = 0.028..0.6,
    /// With fewer, nobody can say.
    enough: usize = 60,
}

/// The usual height of a letter, in pixels: that of half of them is less. `None` where there are too few.
pub fn height(parts: &[Part], dpi: f32, params: &Params) -> Option<f32> {
    let letter = |p: &&Part| {
        let (w, h) = (p.width() as f32, p.height() as f32);
        params.letter.contains(&(h / dpi)) && w < 3.0 * h && h < 6.0 * w
    };
    let mut heights: Vec<usize> = parts.iter().filter(letter).map(Part::height).collect();
    if heights.len() < params.enough {
        return None;
    }
    let middle = heights.len() / 2;
    Some(*heights.select_nth_unstable(middle).1 as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;
    use crate::samples::{PAPER, sheet};
    use image::GrayImage;
    use sohoa_model::Turn;

    fn part(w: usize, h: usize) -> Part {
        Part { left: 0, right: w - 1, top: 0, bottom: h - 1, area: w * h / 2 }
    }

    #[test]
    fn the_usual_letter_among_dots_rules_and_pictures() {
        let letters = |count, h| std::iter::repeat_n(part(20, h), count);
        let others = [part(5, 5), part(900, 4), part(4, 400), part(600, 700)];
        let all: Vec<Part> = letters(70, 25).chain(letters(30, 38)).chain(others.repeat(40)).collect();
        let params = Params::default();
        assert_eq!(height(&all, 300.0, &params), Some(25.0));
        assert_eq!(height(&all[..20], 300.0, &params), None);
    }

    #[test]
    fn small_print_is_read_from_a_finer_copy() {
        // Letters of 32 pixels at 300 dpi, and the same page printed at half the size.
        let usual = sheet(0);
        let mut small = GrayImage::from_pixel(2480, 3508, PAPER);
        let half = image::imageops::resize(&usual, 1240, 1754, image::imageops::FilterType::Triangle);
        image::imageops::replace(&mut small, &half, 600, 800);
        let copy = |page: GrayImage| run(&page.into(), Turn::None, 300.0, &Default::default()).unwrap();
        let (usual, small) = (copy(usual), copy(small));
        assert!((usual.dpi - 160.0).abs() < 1.0 && usual.plan.starts_with("160dpi"), "{}", usual.plan);
        assert!((small.dpi - 262.5).abs() < 1.0 && small.gray.width() == 2170, "{} {}", small.dpi, small.plan);
    }
}

//! Dirt taken out of the reading copy: the specks of a photocopier's glass, which turn full stops into colons and letters
//! into marked ones. Smaller than any dot that is printed, and only where there are so many that nobody wrote them.

use image::{GrayImage, Luma};

use crate::ink::{Ink, Part};
use crate::params::params;

params! {
    /// In inches: the dot of an i in 12 points is larger …
    size: f32 = 0.0145,
    /// … and in smaller print so is this share of a letter.
    share: f32 = 0.14,
    /// Fewer to the square inch are left alone: a good scan has a few, and gains nothing.
    many: f32 = 3.0,
}

/// Paints paper over the specks of a page whose letters are `tall` pixels high, in the picture and in its ink; whether
/// there were any.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, dpi: f32, tall: Option<f32>, params: &Params) -> bool {
    let most = tall.map_or(f32::MAX, |tall| tall * params.share).min(dpi * params.size).round().max(1.0) as usize;
    let mut specks = ink.parts();
    specks.retain(|p| p.width() <= most && p.height() <= most);
    let inches = gray.width() as f32 / dpi * gray.height() as f32 / dpi;
    if (specks.len() as f32) < params.many * inches {
        return false;
    }
    specks.iter().for_each(|speck| wipe(speck, gray, ink));
    true
}

fn wipe(speck: &Part, gray: &mut GrayImage, ink: &mut Ink) {
    // Its blur, too.
    for y in speck.top.saturating_sub(1)..(speck.bottom + 2).min(ink.height) {
        for x in speck.left.saturating_sub(1)..(speck.right + 2).min(ink.width) {
            gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
            ink.take(x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::PAPER;

    #[test]
    fn specks_go_where_they_are_many_and_dots_stay() {
        let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
        let mut square = |x: u32, y: u32, size: u32| {
            (0..size * size).for_each(|i| page.put_pixel(x + i % size, y + i / size, Luma([40])));
        };
        // The dot of an i in 8 points, and a block of ink with a speck at its side.
        square(1000, 1000, 6);
        square(1200, 1000, 30);
        square(1234, 1010, 3);
        let (mut few, mut ink) = (page.clone(), Ink::of(&page));
        assert!(
            !erase(&mut few, &mut ink, 300.0, None, &Default::default()) && few == page,
            "a lone speck is left alone"
        );
        let mut square = |x: u32, y: u32, size: u32| {
            (0..size * size).for_each(|i| page.put_pixel(x + i % size, y + i / size, Luma([40])));
        };
        (0..600).for_each(|i| square(100 + i % 30 * 70, 1500 + i / 30 * 70, 2 + i % 3));
        let (mut clean, mut ink) = (page.clone(), Ink::of(&page));
        assert!(erase(&mut clean, &mut ink, 300.0, None, &Default::default()));
        assert_eq!(clean.pixels().filter(|p| p[0] < 100).count(), 36 + 900, "the dot and the block are left");
    }
}

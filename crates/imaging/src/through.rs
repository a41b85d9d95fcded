//! What shows through from the other side made paper: on even paper, grey that is nearer to the paper than to the ink fades.
//! Strokes keep their soft edges, which is what the recogniser was trained on.

use image::GrayImage;

use crate::ink;
use crate::params::params;

params! {
    /// Of the way from the ink's mean to the threshold between ink and paper: up to there all is ink.
    ink: f32 = 0.5,
    /// Of the way from the threshold to the paper: from there on all is paper.
    fade: f32 = 0.5,
}

/// Spreads the greys of an even page between its ink and what is taken for paper.
pub fn fade(gray: &mut GrayImage, params: &Params) {
    let mut counts = [0u32; 256];
    gray.iter().for_each(|v| counts[usize::from(*v)] += 1);
    let threshold = ink::otsu(&counts);
    let (sum, number) = counts[..usize::from(threshold)]
        .iter()
        .enumerate()
        .fold((0u64, 0u64), |(s, n), (v, c)| (s + v as u64 * u64::from(*c), n + u64::from(*c)));
    let mean = sum as f32 / number.max(1) as f32;
    let threshold = f32::from(threshold);
    let black = mean + (threshold - mean) * params.ink;
    let white = threshold + (255.0 - threshold) * params.fade;
    let table: Vec<u8> =
        (0..256).map(|v| ((v as f32 - black) / (white - black).max(1.0) * 255.0).clamp(0.0, 255.0) as u8).collect();
    gray.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn the_other_side_fades_and_soft_edges_stay() {
        // Strokes with a soft edge, and those of the other side between them, on a page of paper.
        let grey = |x: u32| match x % 50 {
            0..4 => 35,
            4 => 140,
            20..26 => 215,
            _ => 246,
        };
        let mut page = GrayImage::from_fn(800, 400, |x, y| Luma([if y % 40 < 20 { grey(x) } else { 246 }]));
        fade(&mut page, &Params::default());
        let at = |x: u32| page.get_pixel(x, 5)[0];
        assert!(at(101) < 5 && (40..160).contains(&at(104)), "{} {}", at(101), at(104));
        assert!(at(122) > 240 && at(140) == 255, "{} {}", at(122), at(140));
    }
}

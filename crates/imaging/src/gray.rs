//! Colour to grey, with red stamps dropped out: where red leads, the paper under it is as bright as the red itself, so
//! black text under a stamp stays black and the stamp fades into the paper.

use image::{DynamicImage, GrayImage};

/// How far red must lead over green and blue to be a stamp's.
const LEAD: i32 = 25;

pub fn of(image: &DynamicImage, drop_red: bool) -> GrayImage {
    let convert = |[r, g, b]: [u8; 3]| {
        let (r, g, b) = (i32::from(r), i32::from(g), i32::from(b));
        let lead = r - g.max(b);
        if drop_red && lead > LEAD { (r + lead).min(255) as u8 } else { ((77 * r + 150 * g + 29 * b) >> 8) as u8 }
    };
    match image {
        DynamicImage::ImageLuma8(gray) => gray.clone(),
        DynamicImage::ImageRgb8(rgb) => {
            let data = rgb.as_raw().chunks_exact(3).map(|p| convert([p[0], p[1], p[2]])).collect();
            GrayImage::from_raw(rgb.width(), rgb.height(), data).expect("one byte per pixel")
        }
        other => of(&other.to_rgb8().into(), drop_red),
    }
}

/// Only what is red, as dark as it is red, on white.
pub fn red(image: &DynamicImage) -> GrayImage {
    match image {
        DynamicImage::ImageRgb8(rgb) => {
            let ink = |[r, g, b]: [u8; 3]| {
                let lead = i32::from(r) - i32::from(g.max(b));
                if lead > LEAD { (255 - 2 * lead).max(0) as u8 } else { 255 }
            };
            let data = rgb.as_raw().chunks_exact(3).map(|p| ink([p[0], p[1], p[2]])).collect();
            GrayImage::from_raw(rgb.width(), rgb.height(), data).expect("one byte per pixel")
        }
        other => red(&other.to_rgb8().into()),
    }
}

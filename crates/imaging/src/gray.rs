//! Colour to grey, with the ink of stamps and pens dropped out: where red leads, the paper under it is as bright as the
//! red itself, so black text under a stamp stays black and the stamp fades into the paper; the same with blue.

use image::{DynamicImage, GrayImage};
use serde::{Deserialize, Serialize};

/// An ink that is no text as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Seals.
    Red,
    /// Pens, and the stamps of incoming mail.
    Blue,
}

impl Colour {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Colour::Red => "red",
            Colour::Blue => "blue",
        }
    }

    /// By how much it leads over the other two, and how bright it is itself; 0 where it does not.
    fn lead(self, [r, g, b]: [u8; 3]) -> (i32, u8) {
        let (own, lead, least) = match self {
            Colour::Red => (r, i32::from(r) - i32::from(g.max(b)), 25),
            Colour::Blue => (b, i32::from(b) - i32::from(r.max(g)), 35),
        };
        (if lead > least { lead } else { 0 }, own)
    }
}

fn luminance([r, g, b]: [u8; 3]) -> u8 {
    ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b)) >> 8) as u8
}

/// The page in grey, without the ink of these colours.
pub fn of(image: &DynamicImage, dropped: &[Colour]) -> GrayImage {
    if let DynamicImage::ImageLuma8(gray) = image {
        return gray.clone();
    }
    map(image, |pixel| {
        let leads = dropped.iter().map(|colour| colour.lead(pixel)).find(|(lead, _)| *lead > 0);
        leads.map_or_else(|| luminance(pixel), |(lead, own)| (i32::from(own) + lead).min(255) as u8)
    })
}

/// Only what is of one colour, as dark as it is of it, on white.
pub fn only(image: &DynamicImage, colour: Colour) -> GrayImage {
    map(image, |pixel| (255 - 2 * colour.lead(pixel).0).max(0) as u8)
}

/// Whether there is any ink of a colour; of a small part of the pixels.
pub fn has(image: &DynamicImage, colour: Colour) -> bool {
    /// So many are passed over; a prime, lest it go with the rows.
    const STEP: usize = 13;
    /// Less than one in so many is dust.
    const TRACE: usize = 20_000;
    match image {
        DynamicImage::ImageRgb8(rgb) => {
            let pixels = rgb.as_raw().chunks_exact(3).step_by(STEP);
            let (all, dark) = (pixels.len(), pixels.filter(|p| colour.lead([p[0], p[1], p[2]]).0 > 64).count());
            dark * TRACE > all
        }
        other => other.color().has_color() && has(&other.to_rgb8().into(), colour),
    }
}

fn map(image: &DynamicImage, convert: impl Fn([u8; 3]) -> u8) -> GrayImage {
    match image {
        DynamicImage::ImageRgb8(rgb) => {
            let data = rgb.as_raw().chunks_exact(3).map(|p| convert([p[0], p[1], p[2]])).collect();
            GrayImage::from_raw(rgb.width(), rgb.height(), data).expect("one byte per pixel")
        }
        other => map(&other.to_rgb8().into(), convert),
    }
}

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
    #[inline]
    fn lead(self, [r, g, b]: [u8; 3]) -> (u8, u8) {
        let (own, lead, least) = match self {
            Colour::Red => (r, r.saturating_sub(g.max(b)), 25),
            Colour::Blue => (b, b.saturating_sub(r.max(g)), 35),
        };
        (if lead > least { lead } else { 0 }, own)
    }
}

#[inline]
fn luminance([r, g, b]: [u8; 3]) -> u8 {
    ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b)) >> 8) as u8
}

/// The page in grey, without the ink of these colours.
pub fn of(image: &DynamicImage, dropped: &[Colour]) -> GrayImage {
    if let DynamicImage::ImageLuma8(gray) = image {
        return gray.clone();
    }
    // Asked once, not for every pixel.
    let [red, blue] = [Colour::Red, Colour::Blue].map(|colour| dropped.contains(&colour));
    map(image, |pixel| match (Colour::Red.lead(pixel), Colour::Blue.lead(pixel)) {
        ((lead @ 1.., own), _) if red => own.saturating_add(lead),
        (_, (lead @ 1.., own)) if blue => own.saturating_add(lead),
        _ => luminance(pixel),
    })
}

/// Only what is of one colour, as dark as it is of it, on white.
pub fn only(image: &DynamicImage, colour: Colour) -> GrayImage {
    match colour {
        Colour::Red => map(image, |pixel| 255 - Colour::Red.lead(pixel).0.saturating_mul(2)),
        Colour::Blue => map(image, |pixel| 255 - Colour::Blue.lead(pixel).0.saturating_mul(2)),
    }
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

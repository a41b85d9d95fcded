//! Pictures for the screen.

use fast_image_resize::FilterType;
use fast_image_resize::pixels::{U8, U8x3};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, RgbImage};
use sohoa_model::{Error, Result, Turn};

use crate::{scale, upright};

/// The page in its upright frame as a JPEG of at most `longest` pixels on the longer side.
pub fn thumbnail(image: &DynamicImage, turn: Turn, skew: f32, longest: u32) -> Result<Vec<u8>> {
    // Made small first: turning and straightening the whole page would take longer than cleaning it.
    let small = if image.width().max(image.height()) > longest { shrunk(image, longest)? } else { plain(image) };
    display(&upright(&small, turn, skew), 80)
}

fn shrunk(image: &DynamicImage, longest: u32) -> Result<DynamicImage> {
    let from = (image.width(), image.height());
    let scale = longest as f32 / from.0.max(from.1) as f32;
    let to @ (width, height) = (scale::side(from.0, scale), scale::side(from.1, scale));
    Ok(match image {
        DynamicImage::ImageRgb8(rgb) => {
            let out = scale::down::<U8x3>(rgb.as_raw(), from, to, FilterType::Box)?;
            RgbImage::from_raw(width, height, out).expect("three bytes per pixel").into()
        }
        DynamicImage::ImageLuma8(gray) => {
            let out = scale::down::<U8>(gray.as_raw(), from, to, FilterType::Box)?;
            GrayImage::from_raw(width, height, out).expect("one byte per pixel").into()
        }
        other => return shrunk(&plain(other), longest),
    })
}

/// Colour or grey at a byte a channel, which is all that JPEG knows.
fn plain(image: &DynamicImage) -> DynamicImage {
    if image.color().has_color() { image.to_rgb8().into() } else { image.to_luma8().into() }
}

/// A JPEG at full size.
pub fn display(image: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(&plain(image))
        .map_err(|e| Error::internal("Không tạo được ảnh hiển thị", e))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;
    use crate::samples::page;

    #[test]
    fn thumbnails_are_small_pictures_of_the_page() {
        let bytes = thumbnail(&page(0.0).into(), Turn::None, 0.0, 320).unwrap();
        let small = decode(&bytes).unwrap();
        assert_eq!(small.height(), 320);
        assert!(bytes.len() < 60_000);
    }
}

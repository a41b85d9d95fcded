//! Pictures for the screen.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, imageops::FilterType};
use sohoa_model::{Error, Result};

/// A JPEG of at most `longest` pixels on the longer side.
pub fn thumbnail(image: &DynamicImage, longest: u32) -> Result<Vec<u8>> {
    let small = if image.width().max(image.height()) > longest { shrunk(image, longest)? } else { image.clone() };
    display(&small, 80)
}

fn shrunk(image: &DynamicImage, longest: u32) -> Result<DynamicImage> {
    use fast_image_resize::{ResizeAlg, ResizeOptions, Resizer};
    let image = if image.color().has_color() {
        DynamicImage::from(image.to_rgb8())
    } else {
        DynamicImage::from(image.to_luma8())
    };
    let scale = longest as f32 / image.width().max(image.height()) as f32;
    let size = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let mut out = DynamicImage::new(size(image.width()), size(image.height()), image.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(fast_image_resize::FilterType::Box));
    match Resizer::new().resize(&image, &mut out, &options) {
        Ok(()) => Ok(out),
        // Pixel layouts that the fast way does not know.
        Err(_) => Ok(image.resize(longest, longest, FilterType::Triangle)),
    }
}

/// A JPEG at full size.
pub fn display(image: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let plain = if image.color().has_color() {
        DynamicImage::from(image.to_rgb8())
    } else {
        DynamicImage::from(image.to_luma8())
    };
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(&plain)
        .map_err(|e| Error::internal("Không tạo được ảnh hiển thị", e))?;
    Ok(out)
}

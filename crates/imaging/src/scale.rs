//! A picture made smaller.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;
use sohoa_model::{Error, Result};

/// Width and height in pixels.
pub type Size = (u32, u32);

/// The bytes of a picture of pixels `P`, made smaller from one size to another.
///
/// Typed, because the library's untyped way compiles every kind of pixel that there is, which takes minutes.
pub fn down<P: PixelTrait>(bytes: &[u8], from: Size, to: Size, filter: FilterType) -> Result<Vec<u8>> {
    let fail = |e: String| Error::internal("Không thu nhỏ được ảnh trang", e);
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, bytes).map_err(|e| fail(e.to_string()))?;
    let mut out = vec![0; to.0 as usize * to.1 as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut out).map_err(|e| fail(e.to_string()))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|e| fail(e.to_string()))?;
    Ok(out)
}

/// Squares of `k` × `k` pixels made one; what is left over at the right and below is dropped.
pub fn by_whole(gray: &GrayImage, k: u32) -> GrayImage {
    if k <= 1 {
        return gray.clone();
    }
    let (width, height) = (gray.width() / k, gray.height() / k);
    let mut out = Vec::with_capacity((width * height) as usize);
    let mut sums = vec![0u32; width as usize];
    for rows in gray.as_raw().chunks_exact(gray.width() as usize * k as usize) {
        sums.fill(0);
        for row in rows.chunks_exact(gray.width() as usize) {
            for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(k as usize)) {
                *sum += pixels.iter().map(|v| u32::from(*v)).sum::<u32>();
            }
        }
        out.extend(sums.iter().map(|sum| (sum / (k * k)) as u8));
    }
    GrayImage::from_raw(width, height, out).expect("one byte per square")
}

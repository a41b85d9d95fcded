//! A picture made smaller.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
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

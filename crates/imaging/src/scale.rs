//! A picture made smaller.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;
use multiversion::multiversion;
use sohoa_model::{Error, Result};

/// Width and height in pixels.
pub type Size = (u32, u32);

/// How long a side is after it was made smaller by a factor.
pub fn side(side: u32, scale: f32) -> u32 {
    ((side as f32 * scale).round() as u32).max(1)
}

/// The bytes of a picture of pixels `P`, made smaller from one size to another.
///
/// Typed, because the library's untyped way compiles every kind of pixel that there is, which takes minutes.
pub fn down<P: PixelTrait>(bytes: &[u8], from: Size, to: Size, filter: FilterType) -> Result<Vec<u8>> {
    part_down::<P>(bytes, from, [0.0, 0.0, from.0.into(), from.1.into()], to, filter)
}

/// The same of a part of the picture: left, top, width and height, all within it.
pub fn part_down<P: PixelTrait>(
    bytes: &[u8],
    from: Size,
    [left, top, width, height]: [f64; 4],
    to: Size,
    filter: FilterType,
) -> Result<Vec<u8>> {
    let fail = |e: String| Error::internal("Không thu nhỏ được ảnh trang", e);
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, bytes).map_err(|e| fail(e.to_string()))?;
    let mut out = vec![0; to.0 as usize * to.1 as usize * P::size()];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut out).map_err(|e| fail(e.to_string()))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(left, top, width, height);
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|e| fail(e.to_string()))?;
    Ok(out)
}

/// Squares of `k` × `k` pixels made one; what is left over at the right and below is dropped.
pub fn by_whole(gray: &GrayImage, k: u32) -> GrayImage {
    if k <= 1 {
        return gray.clone();
    }
    let width = gray.width() as usize;
    rows_by_whole(gray.dimensions(), k, |y, row| row.copy_from_slice(&gray.as_raw()[y * width..(y + 1) * width]))
}

/// The same of a picture that is made row by row.
pub fn rows_by_whole((width, height): Size, k: u32, mut make: impl FnMut(usize, &mut [u8])) -> GrayImage {
    let k = k.max(1) as usize;
    let (across, down) = (width as usize / k, height as usize / k);
    let mut out = vec![0; across * down];
    let (mut row, mut sums) = (vec![0; width as usize], vec![0u32; across]);
    for (i, out) in out.chunks_exact_mut(across.max(1)).enumerate() {
        if k == 1 {
            make(i, out);
            continue;
        }
        sums.fill(0);
        for y in i * k..(i + 1) * k {
            make(y, &mut row);
            add(&mut sums, &row, k);
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = (sum / (k * k) as u32) as u8);
    }
    GrayImage::from_raw(across as u32, down as u32, out).expect("one byte per square")
}

/// Adds to each sum `k` pixels of a row.
#[multiversion(targets("x86_64+avx2"))]
fn add(sums: &mut [u32], row: &[u8], k: usize) {
    match k {
        2 => sums.iter_mut().zip(row.chunks_exact(2)).for_each(|(sum, p)| *sum += u32::from(p[0]) + u32::from(p[1])),
        k => sums
            .iter_mut()
            .zip(row.chunks_exact(k))
            .for_each(|(sum, p)| *sum += p.iter().map(|v| u32::from(*v)).sum::<u32>()),
    }
}

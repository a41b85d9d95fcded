//! Quarter turns and straightening, about the centre, keeping the frame's size.

use image::{DynamicImage, GrayImage, RgbImage};
use sohoa_model::Turn;

pub fn quarter(image: &DynamicImage, turn: Turn) -> DynamicImage {
    match turn {
        Turn::None => image.clone(),
        Turn::Right => image.rotate90(),
        Turn::Half => image.rotate180(),
        Turn::Left => image.rotate270(),
    }
}

pub fn quarter_gray(image: GrayImage, turn: Turn) -> GrayImage {
    match turn {
        Turn::None => image,
        Turn::Right => image::imageops::rotate90(&image),
        Turn::Half => image::imageops::rotate180(&image),
        Turn::Left => image::imageops::rotate270(&image),
    }
}

/// Takes away a lean of `degrees` counter-clockwise; white comes in at the corners.
pub fn straighten(image: &DynamicImage, degrees: f32) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(gray) => straighten_gray(gray, degrees).into(),
        other => {
            let rgb = other.to_rgb8();
            let data = resample::<3>(rgb.as_raw(), rgb.width() as usize, rgb.height() as usize, degrees);
            RgbImage::from_raw(rgb.width(), rgb.height(), data).expect("same size").into()
        }
    }
}

pub fn straighten_gray(gray: &GrayImage, degrees: f32) -> GrayImage {
    let data = resample::<1>(gray.as_raw(), gray.width() as usize, gray.height() as usize, degrees);
    GrayImage::from_raw(gray.width(), gray.height(), data).expect("same size")
}

/// Bilinear, in 16.16 fixed point: each row walks a straight line through the source.
fn resample<const C: usize>(data: &[u8], width: usize, height: usize, degrees: f32) -> Vec<u8> {
    const ONE: f64 = 65536.0;
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let (cx, cy) = (width as f64 / 2.0, height as f64 / 2.0);
    let (step_x, step_y) = ((cos * ONE) as i64, (-sin * ONE) as i64);
    let mut out = vec![255; data.len()];
    for (y, row) in out.chunks_exact_mut(width * C).enumerate() {
        let dy = y as f64 - cy;
        let mut x = ((-cx * cos + dy * sin + cx) * ONE) as i64;
        let mut y = ((cx * sin + dy * cos + cy) * ONE) as i64;
        for pixel in row.chunks_exact_mut(C) {
            let (left, top) = (x >> 16, y >> 16);
            if left >= 0 && top >= 0 && left + 1 < width as i64 && top + 1 < height as i64 {
                let (fx, fy) = (((x & 0xFFFF) >> 8) as u32, ((y & 0xFFFF) >> 8) as u32);
                let at = (top as usize * width + left as usize) * C;
                for c in 0..C {
                    let p = |offset: usize| u32::from(data[at + c + offset]);
                    let above = p(0) * (256 - fx) + p(C) * fx;
                    let below = p(width * C) * (256 - fx) + p(width * C + C) * fx;
                    pixel[c] = ((above * (256 - fy) + below * fy) >> 16) as u8;
                }
            }
            x += step_x;
            y += step_y;
        }
    }
    out
}

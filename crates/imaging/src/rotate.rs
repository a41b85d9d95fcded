//! Quarter turns and straightening, about the centre, keeping the frame's size.

use image::{DynamicImage, GrayImage, RgbImage};
use sohoa_model::{Box4, Turn};

use crate::ink::{self, BLOCK};

const WHITE: u8 = 255;

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
            let all = [0, 0, rgb.width(), rgb.height()];
            let data = resample::<3>(rgb.as_raw(), all, degrees, rgb.dimensions(), all, |_, _| WHITE);
            RgbImage::from_raw(rgb.width(), rgb.height(), data).expect("same size").into()
        }
    }
}

pub fn straighten_gray(gray: &GrayImage, degrees: f32) -> GrayImage {
    let all = [0, 0, gray.width(), gray.height()];
    straighten_part(gray, all, degrees, gray.dimensions(), all)
}

/// The same where paper comes in at the corners, as bright as it is near them: beside white, paper would look dark.
pub fn straighten_on_paper(gray: &GrayImage, degrees: f32) -> GrayImage {
    let (paper, across) = (ink::paper(gray), (gray.width() as usize).div_ceil(BLOCK));
    let square = |at: i64, end: u32| at.clamp(0, i64::from(end) - 1) as usize / BLOCK;
    let near = |x, y| paper[square(y, gray.height()) * across + square(x, gray.width())];
    let (all, size) = ([0, 0, gray.width(), gray.height()], gray.dimensions());
    let data = resample::<1>(gray.as_raw(), all, degrees, size, all, near);
    GrayImage::from_raw(gray.width(), gray.height(), data).expect("a byte per pixel")
}

/// A part of a straightened page of some size. `gray` is what stands in `from` of the page before.
pub fn straighten_part(gray: &GrayImage, from: Box4, degrees: f32, page: (u32, u32), part: Box4) -> GrayImage {
    let data = resample::<1>(gray.as_raw(), from, degrees, page, part, |_, _| WHITE);
    GrayImage::from_raw(part[2], part[3], data).expect("a byte per pixel")
}

/// Where on a page before it is straightened all of a part of it stands.
pub fn before([x, y, w, h]: Box4, degrees: f32, (width, height): (u32, u32)) -> Box4 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    let corner = |(x, y): (u32, u32)| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        (cx + dx * cos + dy * sin, cy - dx * sin + dy * cos)
    };
    let corners = [(x, y), (x + w, y), (x, y + h), (x + w, y + h)].map(corner);
    let span = |of: fn(&(f32, f32)) -> f32, end: u32| {
        let (low, high) = corners.iter().map(of).fold((f32::MAX, 0.0f32), |(a, b), v| (a.min(v), b.max(v)));
        let low = ((low - 1.0).max(0.0) as u32).min(end - 1);
        (low, ((high + 3.0) as u32).clamp(low + 1, end) - low)
    };
    let ((left, wide), (top, tall)) = (span(|p| p.0, width), span(|p| p.1, height));
    [left, top, wide, tall]
}

/// Bilinear, in 16.16 fixed point: each row walks a straight line through the source. `data` is what stands in `from` of
/// a page of some size; of the straightened page the `part` is made. What was `beyond` the page is as bright as that says.
fn resample<const C: usize>(
    data: &[u8],
    from: Box4,
    degrees: f32,
    page: (u32, u32),
    part: Box4,
    beyond: impl Fn(i64, i64) -> u8,
) -> Vec<u8> {
    const ONE: f64 = 65536.0;
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let (cx, cy) = (f64::from(page.0) / 2.0, f64::from(page.1) / 2.0);
    let (step_x, step_y) = ((cos * ONE) as i64, (-sin * ONE) as i64);
    let [left, top, width, height] = from.map(|v| v as usize);
    let [part_x, part_y, part_width, part_height] = part.map(|v| v as usize);
    let mut out = vec![WHITE; part_width * part_height * C];
    for (y, row) in out.chunks_exact_mut(part_width * C).enumerate() {
        let dy = (y + part_y) as f64 - cy;
        let mut x = ((-cx * cos + dy * sin + cx) * ONE) as i64 + part_x as i64 * step_x - ((left as i64) << 16);
        let mut y = ((cx * sin + dy * cos + cy) * ONE) as i64 + part_x as i64 * step_y - ((top as i64) << 16);
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
            } else {
                pixel.fill(beyond(left, top));
            }
            x += step_x;
            y += step_y;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upright;
    use image::Luma;

    #[test]
    fn turns_agree_with_the_model() {
        let mut image = GrayImage::new(3, 2);
        image.put_pixel(0, 0, Luma([200]));
        for turn in Turn::ALL {
            let turned = upright(&image.clone().into(), turn, 0.0).into_luma8();
            assert_eq!(turned.dimensions(), turn.size(3, 2));
            let corner = match turn {
                Turn::None => (0, 0),
                Turn::Right => (1, 0),
                Turn::Half => (2, 1),
                Turn::Left => (0, 2),
            };
            assert_eq!(turned[corner][0], 200, "{turn:?}");
        }
    }

    #[test]
    fn paper_comes_in_at_the_corners_of_a_straightened_copy() {
        // Brighter on the left than on the right.
        let shade = |x: u32| 230 - (x / 10) as u8;
        let page = GrayImage::from_fn(900, 1200, |x, _| Luma([shade(x)]));
        let straight = straighten_on_paper(&page, 3.0);
        for (x, y) in [(0, 0), (899, 0), (0, 1199), (899, 1199), (450, 600)] {
            let off = straight.get_pixel(x, y)[0].abs_diff(shade(x));
            assert!(off <= 8, "{x}, {y}: {off}");
        }
        assert_eq!(straighten_gray(&page, 3.0).get_pixel(0, 0)[0], WHITE);
    }
}

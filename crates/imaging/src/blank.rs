//! Whether there is nothing on a page but paper.
//!
//! Ink has sharp edges. What shows through from the other side is diffused by the paper and has none: that tells it
//! from faint pencil, where brightness alone cannot. Specks, creases and what lies in the outer 6 mm do not count.

use image::GrayImage;

use crate::params::params;

params! {
    /// Grey levels across two pixels that make an edge sharp.
    sharp: i32 = 34,
    /// Length of sharp edges, in millimetres, below which a page is blank; a lone page number has about 40.
    least: f32 = 10.0,
    /// What lies so near to an edge of the page does not count, in millimetres.
    margin: f32 = 6.0,
}

pub fn is_blank(gray: &GrayImage, dpi: f32, params: &Params) -> bool {
    let mm = dpi / 25.4;
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let margin = ((params.margin * mm) as usize).max(1);
    if width <= 2 * margin + 2 || height <= 2 * margin + 2 {
        return false;
    }
    let mut edges = sharp_edges(gray.as_raw(), (width, height), margin, params.sharp);
    let least = (params.least * mm) as usize;
    let mut total = 0;
    for start in 0..edges.len() {
        if !edges[start] {
            continue;
        }
        let part = flood(&mut edges, width, height, start);
        let (w, h) = (part.right - part.left + 1, part.bottom - part.top + 1);
        let speck = (w as f32) < 0.8 * mm && (h as f32) < 0.8 * mm;
        let crease = (h > height / 3 && (w as f32) < mm) || (w > width / 3 && (h as f32) < mm);
        if !speck && !crease {
            total += part.count;
        }
        if total >= least {
            return false;
        }
    }
    true
}

fn sharp_edges(data: &[u8], (width, height): (usize, usize), margin: usize, sharp: i32) -> Vec<bool> {
    let mut edges = vec![false; data.len()];
    for y in margin..height - margin {
        let row = |dy: usize| &data[(y + dy - 1) * width..][..width];
        let (above, here, below) = (row(0), row(1), row(2));
        for x in margin..width - margin {
            let v = |row: &[u8], dx: usize| i32::from(row[x + dx - 1]);
            let gx = v(above, 2) + 2 * v(here, 2) + v(below, 2) - v(above, 0) - 2 * v(here, 0) - v(below, 0);
            let gy = v(below, 0) + 2 * v(below, 1) + v(below, 2) - v(above, 0) - 2 * v(above, 1) - v(above, 2);
            edges[y * width + x] = (gx.abs() + gy.abs()) / 4 > sharp;
        }
    }
    edges
}

struct Part {
    count: usize,
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

/// Takes out the edge pixels that hang together with `start`.
fn flood(edges: &mut [bool], width: usize, height: usize, start: usize) -> Part {
    let mut part = Part { count: 0, left: usize::MAX, right: 0, top: usize::MAX, bottom: 0 };
    let mut todo = vec![start];
    edges[start] = false;
    while let Some(at) = todo.pop() {
        let (x, y) = (at % width, at / width);
        part.count += 1;
        (part.left, part.right) = (part.left.min(x), part.right.max(x));
        (part.top, part.bottom) = (part.top.min(y), part.bottom.max(y));
        for j in y.saturating_sub(1)..(y + 2).min(height) {
            for i in x.saturating_sub(1)..(x + 2).min(width) {
                if std::mem::take(&mut edges[j * width + i]) {
                    todo.push(j * width + i);
                }
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::page;
    use image::Luma;

    fn is_blank(page: &GrayImage) -> bool {
        super::is_blank(page, 100.0, &Default::default())
    }

    #[test]
    fn what_shows_through_is_blank_and_a_lone_number_is_not() {
        assert!(!is_blank(&page(0.0)));
        let mut back = image::imageops::fast_blur(&page(0.0), 2.5);
        back.pixels_mut().for_each(|p| p[0] = 245 - (245 - p[0]) / 6);
        assert!(is_blank(&back));
        for i in 0..200 {
            // Dust.
            back.put_pixel(i * 37 % 826, i * 101 % 1169, Luma([60]));
        }
        assert!(is_blank(&back));
        for (dx, dy) in (0..14).flat_map(|dx| (0..16).map(move |dy| (dx, dy))) {
            if dx % 7 < 2 || dy % 7 < 2 {
                back.put_pixel(400 + dx, 1090 + dy, Luma([40]));
            }
        }
        assert!(!is_blank(&back));
    }
}

//! Words in stamps cut out, to be read by themselves: reading the page drops red ink, and text in a frame is often
//! taken for a picture. Looked for is what TT 24/2020/TT-BCA prescribes for the marks of secrecy, 20 to 40 mm × 8 mm
//! with a double border and capitals of 13 points within, in red, and what a photocopier makes of it, in black.

use image::{DynamicImage, GrayImage, Luma};
use sohoa_model::Turn;

use crate::ink::{Ink, Part};
use crate::{gray, rotate};

/// The letters of one stamp in black on white, without its frame, upright and straight.
#[derive(Clone, Debug)]
pub struct Stamp {
    pub picture: GrayImage,
    pub dpi: f32,
}

/// Stamps of other sizes are not looked at, in millimetres; lying askew they take up more room.
const WIDTH: std::ops::Range<f32> = 8.0..60.0;
const HEIGHT: std::ops::Range<f32> = 3.0..16.0;

/// A page with more frames than this is a form.
const MOST: usize = 8;

/// Marks of secrecy stand in the head of a page: so many tenths of it are looked at.
const HEAD: u32 = 6;

/// The stamps in the head of a page, top to bottom, red ones first. `turn` and `skew` make the page upright and straight.
pub fn stamps(image: &DynamicImage, turn: Turn, skew: f32, dpi: f32) -> Vec<Stamp> {
    let k = ((dpi / 150.0) as u32).clamp(1, image.width().min(image.height()).max(1));
    let head = |gray: GrayImage| {
        let page = rotate::quarter_gray(gray, turn);
        let (width, height) = (page.width(), (page.height() * HEAD / 10).max(1));
        let mut rows = page.into_raw();
        rows.truncate((width * height) as usize);
        GrayImage::from_raw(width, height, rows).expect("whole rows")
    };
    let dpi = dpi / k as f32;
    let mut found = Vec::new();
    if image.color().has_color() {
        let red = Side::of(head(gray::only(image, gray::Colour::Red, k)), dpi);
        found.extend(red.cut(red.frames().into_iter().chain(red.clusters()), skew));
    }
    let black = Side::of(head(gray::reduced(image, k)), dpi);
    found.extend(black.cut(black.frames().into_iter(), skew));
    found
}

/// One ink of a page.
struct Side {
    gray: GrayImage,
    ink: Ink,
    parts: Vec<Part>,
    dpi: f32,
}

impl Side {
    fn of(gray: GrayImage, dpi: f32) -> Self {
        let ink = Ink::of(&gray);
        let parts = ink.parts();
        Self { gray, ink, parts, dpi }
    }

    fn mm(&self, pixels: usize) -> f32 {
        pixels as f32 * 25.4 / self.dpi
    }

    fn is_of_size(&self, area: &Part) -> bool {
        WIDTH.contains(&self.mm(area.width())) && HEIGHT.contains(&self.mm(area.height()))
    }

    /// Parts that run all round a stamp's size of paper.
    fn frames(&self) -> Vec<Part> {
        let around = |p: &&Part| {
            let along = |from: usize, to: usize, at: &dyn Fn(usize) -> bool| {
                let inset = (to - from) / 16;
                let seen = (from + inset..=to - inset).filter(|i| at(*i)).count();
                seen * 100 >= (to - from + 1 - 2 * inset) * 75
            };
            let (deep, wide) = (p.height() / 3, p.width() / 6);
            let column = |x: usize, from: usize, to: usize| (from..=to).any(|y| self.ink.at(x, y));
            let row = |y: usize, from: usize, to: usize| (from..=to).any(|x| self.ink.at(x, y));
            along(p.left, p.right, &|x| column(x, p.top, p.top + deep))
                && along(p.left, p.right, &|x| column(x, p.bottom - deep, p.bottom))
                && along(p.top, p.bottom, &|y| row(y, p.left, p.left + wide))
                && along(p.top, p.bottom, &|y| row(y, p.right - wide, p.right))
        };
        let hollow = |p: &&Part| p.area * 2 < p.width() * p.height();
        self.parts.iter().filter(|p| self.is_of_size(p)).filter(hollow).filter(around).copied().collect()
    }

    /// Ink that stands by itself in a stamp's size of paper, framed or not: a worn stamp's frame has gaps.
    fn clusters(&self) -> Vec<Part> {
        let reach = (self.dpi * 1.8 / 25.4) as usize;
        let mut left: Vec<Part> = self.parts.iter().filter(|p| p.height().max(p.width()) > 2).copied().collect();
        if left.len() > 3000 {
            return Vec::new();
        }
        let mut clusters = Vec::new();
        while let Some(mut cluster) = left.pop() {
            let near = |cluster: &Part, p: &Part| {
                p.left <= cluster.right + reach
                    && cluster.left <= p.right + reach
                    && p.top <= cluster.bottom + reach
                    && cluster.top <= p.bottom + reach
            };
            while let Some(at) = left.iter().position(|p| near(&cluster, p)) {
                let part = left.swap_remove(at);
                cluster.left = cluster.left.min(part.left);
                cluster.right = cluster.right.max(part.right);
                cluster.top = cluster.top.min(part.top);
                cluster.bottom = cluster.bottom.max(part.bottom);
            }
            clusters.push(cluster);
        }
        clusters.retain(|c| self.is_of_size(c));
        clusters
    }

    fn cut(&self, areas: impl Iterator<Item = Part>, skew: f32) -> Vec<Stamp> {
        let mut areas: Vec<Part> = areas.collect();
        areas.sort_by_key(|a| (a.top, std::cmp::Reverse(a.width())));
        let mut kept: Vec<Part> = Vec::new();
        for area in areas {
            let within = |other: &Part| {
                other.left <= area.left
                    && area.right <= other.right
                    && other.top <= area.top
                    && area.bottom <= other.bottom
            };
            if !kept.iter().any(within) {
                kept.push(area);
            }
        }
        kept.iter().filter_map(|area| self.letters(area, skew)).take(MOST).collect()
    }

    /// What stands in an area and is no frame.
    fn letters(&self, area: &Part, skew: f32) -> Option<Stamp> {
        let margin = (self.dpi / 15.0) as usize;
        let letter = |p: &&Part| {
            let (w, h) = (self.mm(p.width()), self.mm(p.height()));
            let inside = area.left <= p.left && p.right <= area.right && area.top <= p.top && p.bottom <= area.bottom;
            let upright = h > 4.8 && w < 1.2;
            inside && w < 7.0 && h < 7.0 && w.max(h) > 0.3 && !upright
        };
        let letters: Vec<&Part> = self.parts.iter().filter(letter).collect();
        let tall = letters.iter().filter(|p| self.mm(p.height()) > 1.5).count();
        if !(2..=24).contains(&tall) {
            return None;
        }
        let size = |side: usize| (side + 2 * margin) as u32;
        let mut picture = GrayImage::from_pixel(size(area.width()), size(area.height()), Luma([255]));
        for p in letters {
            for y in p.top.saturating_sub(1)..(p.bottom + 2).min(self.ink.height) {
                for x in p.left.saturating_sub(1)..(p.right + 2).min(self.ink.width) {
                    let to = ((x + margin).checked_sub(area.left), (y + margin).checked_sub(area.top));
                    if let (Some(to_x), Some(to_y)) = to
                        && let Some(pixel) = picture.get_pixel_mut_checked(to_x as u32, to_y as u32)
                    {
                        let paper = u32::from(self.ink.paper(x, y)).max(1);
                        let v = u32::from(self.gray.get_pixel(x as u32, y as u32)[0]) * 255 / paper;
                        pixel[0] = pixel[0].min(v.min(255) as u8);
                    }
                }
            }
        }
        Some(Stamp { picture: rotate::straighten_gray(&picture, skew), dpi: self.dpi })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    const RED: Rgb<u8> = Rgb([200, 40, 50]);
    const BLACK: Rgb<u8> = Rgb([40, 40, 40]);

    /// Five letters of 3.4 mm in a double frame of so many millimetres, at 300 dpi; lines of print below.
    fn stamped(width: f32, height: f32, ink: Rgb<u8>) -> DynamicImage {
        let mut page = RgbImage::from_pixel(2480, 3508, Rgb([245, 245, 245]));
        let mut fill = |[left, top, wide, tall]: [u32; 4], ink| {
            let all = (left..left + wide).flat_map(|x| (top..top + tall).map(move |y| (x, y)));
            all.for_each(|(x, y)| page.put_pixel(x, y, ink));
        };
        let [wide, tall] = [width, height].map(|mm| (mm / 25.4 * 300.0) as u32);
        let (left, top) = (300, 400);
        for (inset, line) in [(0, 6), (12, 4)] {
            let (left, top, wide, tall) = (left + inset, top + inset, wide - 2 * inset, tall - 2 * inset);
            let sides = [[left, top, wide, line], [left, top + tall - line, wide, line]];
            let ends = [[left, top, line, tall], [left + wide - line, top, line, tall]];
            sides.into_iter().chain(ends).for_each(|side| fill(side, ink));
        }
        for letter in 0..5 {
            let (left, top) = (left + 60 + letter * 52, top + tall / 2 - 20);
            fill([left, top, 8, 40], ink);
            fill([left, top + 32, 28, 8], ink);
        }
        (0..400).for_each(|i| fill([300 + i % 40 * 45, 900 + i / 40 * 80, 12, 30], BLACK));
        page.into()
    }

    #[test]
    fn a_mark_comes_without_its_frame_in_red_and_as_a_photocopy() {
        for (ink, lean) in [(RED, 0.0), (BLACK, 0.0), (RED, 2.0)] {
            let page = rotate::straighten(&stamped(32.0, 9.0, ink), -lean);
            let found = stamps(&page, Turn::None, lean, 300.0);
            // A red one is seen by its colour, and as any other.
            assert_eq!(found.len(), if ink == RED { 2 } else { 1 }, "{ink:?} leaning by {lean}°");
            for stamp in found {
                let mut letters = Ink::of(&stamp.picture).parts();
                letters.retain(|part| part.height() > 2);
                assert_eq!(letters.len(), 5, "{letters:?}");
                let within = |p: &Part| (17..=23).contains(&p.height()) && (11..=18).contains(&p.width());
                assert!(letters.iter().all(within), "letters of 20 × 14 pixels at 150 dpi: {letters:?}");
            }
        }
    }

    #[test]
    fn a_page_without_one_and_a_cell_of_a_table_are_none() {
        assert!(stamps(&stamped(100.0, 30.0, BLACK), Turn::None, 0.0, 300.0).is_empty());
        assert!(stamps(&stamped(100.0, 30.0, RED), Turn::None, 0.0, 300.0).is_empty());
    }
}

//! What the clerk should know of a page while the paper is still at hand: too dark, washed out, blurred, cut off, too
//! coarse, askew, blank. A warning on a good page teaches the clerk to overlook all of them, so each is given only
//! where the page leaves no doubt.

use image::{DynamicImage, GrayImage};
use serde::{Deserialize, Serialize};
use sohoa_model::Mark;

use crate::fingerprint::Fingerprint;
use crate::ink::{Ink, Part};
use crate::{blank, gray, rotate, scale, skew};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    /// TT 05/2025/TT-BNV, Điều 8.
    pub least_dpi: f32,
    /// Paper darker than this was scanned too dark; good scans have 230 and more, half the light gives 150.
    pub darkest_paper: u8,
    /// Pixels at 300 dpi from paper to ink, at the sharper edges of a page; good scans have 2 to 3.
    pub widest_edge: f32,
    /// Beyond this many degrees a page is not straightened but scanned again.
    pub most_skew: f32,
}

impl Default for Params {
    fn default() -> Self {
        Self { least_dpi: 200.0, darkest_paper: 165, widest_edge: 3.4, most_skew: skew::Params::default().range }
    }
}

/// What was seen of a page.
#[derive(Clone, Debug)]
pub struct Checks {
    /// In the order of [`Mark`]. Never [`Mark::Duplicate`] or [`Mark::UpsideDown`]: one takes two pages, the other
    /// letters (`sohoa_ocr::orientation_by_letters`).
    pub marks: Vec<Mark>,
    /// To know the page by if it comes again; none of a page without anything on it.
    pub fingerprint: Option<Fingerprint>,
}

/// Looks at a page as it arrives; `dpi` is that of the picture.
pub fn check(image: &DynamicImage, dpi: f32, params: &Params) -> Checks {
    let gray = gray::of(image, &[]);
    let mut marks = Vec::new();
    if dpi + 0.5 < params.least_dpi {
        marks.push(Mark::LowResolution);
    }
    let (page, page_dpi) = about(&gray, dpi, 150.0);
    let light = light(&gray);
    if light < params.darkest_paper {
        marks.push(Mark::TooDark);
    }
    if blank::is_blank(&page, page_dpi, &Default::default()) {
        marks.push(Mark::Blank);
        marks.sort_unstable();
        return Checks { marks, fingerprint: None };
    }
    let edges = Edges::of(&gray);
    if edges.pale() {
        marks.push(Mark::TooLight);
    }
    // Optics blur as many micrometres at any resolution; below 300 dpi the pixels themselves are the limit.
    if edges.width().is_some_and(|width| width > params.widest_edge * (dpi / 300.0).max(1.0)) {
        marks.push(Mark::Blurred);
    }
    if cut_off(&Ink::of(&page), page_dpi) {
        marks.push(Mark::CutOff);
    }
    let lean = skew::measure(&page, page_dpi, &skew::Params { range: 2.5 * params.most_skew, ..Default::default() })
        .unwrap_or(0.0);
    if lean.abs() > params.most_skew {
        marks.push(Mark::Skewed);
    }
    let straight = if lean.abs() >= 0.1 { rotate::straighten_gray(&page, lean) } else { page };
    marks.sort_unstable();
    Checks { marks, fingerprint: Some(Fingerprint::of(&straight, page_dpi)) }
}

/// The page reduced by the whole number that brings it nearest to a resolution.
fn about(gray: &GrayImage, dpi: f32, wanted: f32) -> (GrayImage, f32) {
    let k = ((dpi / wanted).round() as u32).clamp(1, gray.width().min(gray.height()).max(1));
    (scale::by_whole(gray, k), dpi / k as f32)
}

/// How bright paper is at its brightest: a small sheet on a dark lid is not a dark page.
fn light(gray: &GrayImage) -> u8 {
    let mut counts = [0usize; 256];
    gray.as_raw().iter().step_by(3).for_each(|v| counts[usize::from(*v)] += 1);
    let mut left = gray.as_raw().len() / 3 / 20;
    let level = counts.iter().rposition(|n| {
        let here = *n > left;
        left = left.saturating_sub(*n);
        here
    });
    level.unwrap_or(0) as u8
}

/// Steps between paper and ink along every seventh row. Their width does not depend on what is printed or how dark.
struct Edges {
    /// Of clear steps, in pixels.
    widths: Vec<f32>,
    /// How many steps there are that a pale print would have: sharp, but low.
    faint: usize,
}

impl Edges {
    const CLEAR: i32 = 70;
    const FAINT: i32 = 22;
    /// Further than any step goes that can be read.
    const REACH: usize = 14;

    fn of(gray: &GrayImage) -> Self {
        let (width, height) = (gray.width() as usize, gray.height() as usize);
        let mut found = Self { widths: Vec::new(), faint: 0 };
        if width < 4 * Self::REACH {
            return found;
        }
        // The outermost fortieth is the lid's and the roller's.
        let (side, end) = (width / 40 + 2, width - width / 40 - 3);
        for y in (height / 40..height - height / 40).step_by(7) {
            let row = &gray.as_raw()[y * width..][..width];
            let v = |x: usize| i32::from(row[x]);
            let mut x = side;
            while x < end {
                let slope = v(x + 1) - v(x - 1);
                let steepest = slope.abs() >= (v(x + 2) - v(x)).abs() && slope.abs() >= (v(x) - v(x - 2)).abs();
                if slope.abs() > 10 && steepest {
                    let sign = slope.signum();
                    let (mut from, mut to) = (x, x);
                    while from > 0 && from + Self::REACH > x && (v(from) - v(from - 1)) * sign > 0 {
                        from -= 1;
                    }
                    while to + 1 < width && to < x + Self::REACH && (v(to + 1) - v(to)) * sign > 0 {
                        to += 1;
                    }
                    let rise = (v(to) - v(from)).abs();
                    let wide = rise as f32 / (slope.abs() as f32 / 2.0);
                    if rise > Self::CLEAR {
                        found.widths.push(wide);
                    } else if rise > Self::FAINT && wide < 4.0 {
                        found.faint += 1;
                    }
                    x = to.max(x);
                }
                x += 1;
            }
        }
        found
    }

    /// Of the sharper quarter: pencil, photographs and seals are soft on good scans, too.
    fn width(&self) -> Option<f32> {
        let mut widths = self.widths.clone();
        let at = widths.len() / 4;
        (widths.len() >= 200).then(|| *widths.select_nth_unstable_by(at, f32::total_cmp).1)
    }

    /// Whether there is print, and none of it is dark.
    fn pale(&self) -> bool {
        self.widths.len() < 50 && self.faint > 500
    }
}

/// Whether text runs over a side of the picture. A letter on the edge counts only with the rest of its line beside it:
/// shadows, punch holes and dirt lie there, too.
fn cut_off(ink: &Ink, dpi: f32) -> bool {
    let mm = dpi / 25.4;
    let parts = ink.parts();
    let mut heights: Vec<usize> =
        parts.iter().map(Part::height).filter(|h| (1.2..5.0).contains(&(*h as f32 / mm))).collect();
    if heights.len() < 60 {
        return false;
    }
    let at = heights.len() / 2;
    let letter = *heights.select_nth_unstable(at).1;
    let like = |p: &Part| p.height() * 5 >= letter * 2 && p.height() * 2 <= letter * 5 && p.width() <= 3 * letter;
    let letters: Vec<Part> = parts.into_iter().filter(like).collect();
    let seen = |view: fn(&Part, usize, usize) -> Part| -> Vec<Part> {
        letters.iter().map(|p| view(p, ink.width - 1, ink.height - 1)).collect()
    };
    let mirrored = |p: &Part, w, _| Part { left: w - p.right, right: w - p.left, ..*p };
    let flipped = |p: &Part, _, h| Part { top: h - p.bottom, bottom: h - p.top, ..*p };
    lines_cut(&letters, letter)
        || lines_cut(&seen(mirrored), letter)
        || line_cut(&letters, letter)
        || line_cut(&seen(flipped), letter)
}

/// Whether several lines begin with a letter on the left edge.
fn lines_cut(letters: &[Part], letter: usize) -> bool {
    /// A line that goes on for this many letters is one.
    const LETTERS: usize = 5;
    let next = |p: &Part| {
        letters.iter().find(|q| {
            let gap = q.left as i64 - p.right as i64;
            let shared = p.bottom.min(q.bottom) as i64 - p.top.max(q.top) as i64;
            (1..=letter as i64).contains(&gap) && shared * 2 >= p.height().min(q.height()) as i64
        })
    };
    let goes_on = |first: &&Part| std::iter::successors(Some(*first), |p| next(p)).take(LETTERS).count() == LETTERS;
    let cut: Vec<&Part> = letters.iter().filter(|p| p.left <= 1 && p.width() <= 2 * letter).filter(goes_on).collect();
    cut.len() >= 3
}

/// Whether the letters of a line stand on the upper edge, side by side.
fn line_cut(letters: &[Part], letter: usize) -> bool {
    const LETTERS: usize = 12;
    let mut cut: Vec<&Part> = letters.iter().filter(|p| p.top <= 1 && p.height() <= 2 * letter).collect();
    cut.sort_unstable_by_key(|p| p.left);
    // What is left of them ends on one line, as far as descenders do not hang below it.
    let level = |a: &&Part, b: &&Part| {
        b.left.saturating_sub(a.right) <= 2 * letter && b.bottom.abs_diff(a.bottom) * 3 <= letter
    };
    cut.chunk_by(|a, b| level(a, b)).any(|run| run.len() >= LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{PAPER, bundled, fed, sheet};
    use image::Luma;

    fn marks(page: GrayImage, dpi: f32) -> Vec<Mark> {
        check(&page.into(), dpi, &Default::default()).marks
    }

    #[test]
    fn a_good_page_has_no_mark() {
        let good = sheet(0);
        for lean in [-6.0, -1.0, 0.0, 3.0] {
            assert_eq!(marks(fed(&good, lean, (0, 0), 0.97), 300.0), [], "leaning by {lean}");
        }
        assert_eq!(marks(image::imageops::rotate180(&good), 300.0), []);
        assert_eq!(marks(image::imageops::rotate90(&good), 300.0), []);
    }

    #[test]
    fn each_fault_has_its_mark() {
        let good = sheet(0);
        let mapped = |f: fn(f32) -> f32| {
            let mut page = good.clone();
            page.pixels_mut().for_each(|p| p[0] = f(f32::from(p[0])) as u8);
            page
        };
        let part = |x, y, w, h| image::imageops::crop_imm(&good, x, y, w, h).to_image();
        assert_eq!(marks(mapped(|v| v * 0.5), 300.0), [Mark::TooDark]);
        assert_eq!(marks(mapped(|v| 250.0 - (250.0 - v) * 0.2), 300.0), [Mark::TooLight]);
        assert_eq!(marks(image::imageops::fast_blur(&good, 3.0), 300.0), [Mark::Blurred]);
        assert_eq!(marks(part(308, 0, 2172, 3508), 300.0), [Mark::CutOff]);
        assert_eq!(marks(part(0, 0, 1932, 3508), 300.0), [Mark::CutOff]);
        assert_eq!(marks(part(0, 328, 2480, 3180), 300.0), [Mark::CutOff]);
        assert_eq!(marks(part(0, 0, 2480, 3152), 300.0), [Mark::CutOff]);
        assert_eq!(marks(good.clone(), 150.0), [Mark::LowResolution]);
        assert_eq!(marks(rotate::straighten_gray(&good, -12.0), 300.0), [Mark::Skewed]);
        assert_eq!(marks(GrayImage::from_pixel(2480, 3508, PAPER), 300.0), [Mark::Blank]);
    }

    #[test]
    fn a_shadow_on_the_edge_and_a_dark_lid_are_no_fault_of_the_page() {
        let mut shadow = sheet(0);
        for y in 0..3508 {
            (0..20 + y * 7 % 23).for_each(|x| shadow.put_pixel(x, y, Luma([30])));
        }
        assert_eq!(marks(shadow, 300.0), []);
        let mut lid = GrayImage::from_pixel(2480, 3508, Luma([25]));
        image::imageops::replace(
            &mut lid,
            &image::imageops::crop_imm(&sheet(0), 100, 200, 1500, 1600).to_image(),
            400,
            700,
        );
        assert!(!marks(lid, 300.0).contains(&Mark::TooDark));
    }

    /// A mark on any of these would be a false alarm.
    #[test]
    fn the_bundled_pages_have_no_marks() {
        for (name, page, dpi) in bundled() {
            assert_eq!(check(&page, dpi, &Default::default()).marks, [], "{name}");
        }
    }

    #[test]
    fn a_picture_of_a_few_pixels_is_looked_at_too() {
        for (width, height) in [(1, 1), (1, 400), (400, 1), (33, 31), (64, 64), (200, 200)] {
            let _ = check(&GrayImage::new(width, height).into(), 300.0, &Default::default());
        }
    }
}

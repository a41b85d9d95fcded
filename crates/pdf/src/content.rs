//! A page's content stream: the picture laid upright, then the words over it.

use pdf_writer::{Content, Name};
use sohoa_model::{Result, Turn};
use std::collections::BTreeSet;

use crate::{Page, picture, text};

/// Beyond this lean, in degrees, the picture is set straight: readers lose words on lines from 1.5° up.
const STRAIGHTEN: f32 = 1.0;

/// Where a page stands: its size in points and how many points a pixel is.
#[derive(Clone, Copy)]
pub struct Frame {
    pub width: f32,
    pub height: f32,
    /// Pixels of the upright frame from top to bottom.
    pub rows: f32,
    pub scale: f32,
}

impl Frame {
    /// Of a page whose picture has this size.
    pub fn of(page: &Page, (width, height): (u32, u32)) -> Result<Self> {
        let scale = 72.0 / page.dpi;
        let (columns, rows) = page.turn.size(width, height);
        // To a thousandth of a point, so that no renderer rounds up to one more row of pixels.
        let points = |pixels: u32| (f64::from(pixels) * 72.0 / f64::from(page.dpi) * 1000.0).round() as f32 / 1000.0;
        let (width, height) = (points(columns), points(rows));
        // ISO 19005-2, 6.1.13 (from ISO 32000-1, annex C).
        let fits = |side: f32| (3.0..=14_400.0).contains(&side);
        if !(fits(width) && fits(height)) {
            return Err(picture::unfit(format!(
                "a page of {columns} × {rows} pixels at {} dpi is not 3 to 14400 points wide and high",
                page.dpi
            )));
        }
        if !page.skew.is_finite() {
            return Err(picture::unfit("the lean of the page is not a number"));
        }
        Ok(Self { width, height, rows: rows as f32, scale })
    }
}

/// Draws the image `/Im` and sets the words in `/F0`.
pub fn draw(page: &Page, frame: Frame, used: &mut BTreeSet<u16>) -> Vec<u8> {
    let straighten = page.skew.abs() > STRAIGHTEN;
    let mut content = Content::new();
    content.save_state();
    if straighten {
        content.transform(about_centre(-page.skew, frame));
    }
    content.transform(placed(page.turn, frame)).x_object(Name(b"Im")).restore_state();
    content.save_state();
    if !straighten && page.skew != 0.0 {
        content.transform(about_centre(page.skew, frame));
    }
    text::layer(&mut content, page.words, frame, used);
    content.restore_state();
    content.finish().to_vec()
}

/// Lays the unit square of the image over the page, turned clockwise.
fn placed(turn: Turn, Frame { width, height, .. }: Frame) -> [f32; 6] {
    match turn {
        Turn::None => [width, 0.0, 0.0, height, 0.0, 0.0],
        Turn::Right => [0.0, -height, width, 0.0, 0.0, height],
        Turn::Half => [-width, 0.0, 0.0, -height, width, height],
        Turn::Left => [0.0, height, -width, 0.0, width, 0.0],
    }
}

/// A rotation counter-clockwise by `degrees` about the middle of the page.
fn about_centre(degrees: f32, frame: Frame) -> [f32; 6] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (x, y) = (frame.width / 2.0, frame.height / 2.0);
    [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]
}

//! Where the lines of a page are, by Tesseract's layout analysis, which needs no model.

use image::GrayImage;
use leptess::capi::*;
use sohoa_model::{Code, Error, Result};
use std::ffi::c_int;

use crate::engine::Engine;

/// The edges of a box in pixels: left, top, right, bottom.
pub type Edges = [i32; 4];

/// A part of a line whose words stand near each other, or by itself what is larger than the line.
pub struct Run {
    /// Counted over the page, as are paragraphs.
    pub line: u32,
    pub block: u32,
    /// What is read: the letters, and room for what letters may have above and below.
    pub edges: Edges,
    /// Connected parts of ink.
    pub parts: Vec<Edges>,
    /// Whether the layout analysis left it out.
    pub missed: bool,
}

pub struct Layout(Engine);

/// A word of the layout, before its like are put together.
struct Word {
    line: u32,
    block: u32,
    edges: Edges,
    parts: Vec<Edges>,
}

/// From where the line begins to where it ends: what its letters stand on.
#[derive(Clone, Copy)]
struct Baseline([(f32, f32); 2]);

impl Baseline {
    fn at(self, x: f32) -> f32 {
        let [(left, from), (right, to)] = self.0;
        if right > left { from + (to - from) * (x - left) / (right - left) } else { from }
    }
}

impl Layout {
    pub fn new() -> Result<Self> {
        let engine = Engine::new()?;
        // A page comes without its rules, and which cells a table has is known from them; Tesseract's own guess parts and
        // joins lines wrongly. No Vietnamese is written downwards. Copies of small print have letters of this height.
        engine.set(c"textord_tabfind_find_tables", c"0");
        engine.set(c"textord_tabfind_vertical_text", c"0");
        engine.set(c"textord_min_xheight", c"7");
        Ok(Self(engine))
    }

    /// The lines of a page, as far as they go without a wide gap.
    pub fn runs(&mut self, gray: &GrayImage, dpi: f32, segmentation: u32) -> Vec<Run> {
        // SAFETY: the engine is a live one.
        unsafe { TessBaseAPISetPageSegMode(self.0.api(), segmentation) };
        self.0.show(gray, dpi);
        let (words, baselines) = self.words();
        self.0.clear();
        together(&words, &baselines)
    }

    fn words(&self) -> (Vec<Word>, Vec<Baseline>) {
        let (mut words, mut baselines): (Vec<Word>, Vec<Baseline>) = (Vec::new(), Vec::new());
        let mut blocks = 0;
        // SAFETY: the iterator is of this engine, which is not touched until it is deleted.
        unsafe {
            let pages = TessBaseAPIAnalyseLayout(self.0.api());
            if pages.is_null() {
                return (words, baselines);
            }
            let begins = |level| TessPageIteratorIsAtBeginningOf(pages, level) != 0;
            let edges = |level| {
                let [mut left, mut top, mut right, mut bottom] = [0; 4];
                let found = TessPageIteratorBoundingBox(pages, level, &mut left, &mut top, &mut right, &mut bottom);
                (found != 0).then_some([left, top, right, bottom])
            };
            loop {
                blocks += u32::from(begins(TessPageIteratorLevel_RIL_PARA));
                if begins(TessPageIteratorLevel_RIL_TEXTLINE) {
                    let [mut x, mut y, mut to_x, mut to_y] = [0; 4];
                    let level = TessPageIteratorLevel_RIL_TEXTLINE;
                    TessPageIteratorBaseline(pages, level, &mut x, &mut y, &mut to_x, &mut to_y);
                    baselines.push(Baseline([(x, y), (to_x, to_y)].map(|(x, y)| (x as f32, y as f32))));
                }
                if begins(TessPageIteratorLevel_RIL_WORD)
                    && let Some(edges) = edges(TessPageIteratorLevel_RIL_WORD)
                    && let Some(line) = baselines.len().checked_sub(1)
                {
                    words.push(Word { line: line as u32, block: blocks.saturating_sub(1), edges, parts: Vec::new() });
                }
                // What is nothing is said to be anywhere.
                if let (Some(word), Some(part)) = (words.last_mut(), edges(TessPageIteratorLevel_RIL_SYMBOL))
                    && union(word.edges, part) == word.edges
                {
                    word.parts.push(part);
                }
                if TessPageIteratorNext(pages, TessPageIteratorLevel_RIL_SYMBOL) == 0 {
                    break;
                }
            }
            TessPageIteratorDelete(pages);
        }
        words.retain(|word| !word.parts.is_empty());
        (words, baselines)
    }
}

pub fn union(a: Edges, b: Edges) -> Edges {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// How far the letters of a line reach above the baseline: nine in ten of those that stand on it.
fn reach(words: &[Word], baseline: Baseline) -> f32 {
    /// Of the middle height of all parts of ink: how far from the line a letter may stand, and how high it is at least.
    const OFF: f32 = 0.2;
    const HIGH: f32 = 0.5;
    let parts = || {
        words.iter().flat_map(|word| &word.parts).map(|[left, top, right, bottom]| {
            let above = baseline.at((left + right) as f32 / 2.0) - *top as f32;
            let below = baseline.at((left + right) as f32 / 2.0) - *bottom as f32;
            (above, below, (bottom - top) as f32)
        })
    };
    let share = |mut of: Vec<f32>, share: usize| {
        of.sort_by(f32::total_cmp);
        of.get(of.len() * share / 10).copied()
    };
    let middle =
        share(parts().map(|(.., height)| height).filter(|height| *height > NOTHING).collect(), 5).unwrap_or(NOTHING);
    let standing = parts().filter(|(_, below, height)| below.abs() <= OFF * middle && *height >= HIGH * middle);
    share(standing.map(|(above, ..)| above).collect(), 9).unwrap_or(middle)
}

/// Pixels: no letter is as low.
pub const NOTHING: f32 = 3.0;

/// What letters reach below the baseline, of what they reach above.
pub const BELOW: f32 = 0.28;

/// Words of a line are read together, unless there is a wide gap between them or one is higher than the line; the bounds are
/// Tesseract's own.
fn together(words: &[Word], baselines: &[Baseline]) -> Vec<Run> {
    const HIGHEST: f32 = 1.25;
    const GAP: f32 = 2.0;
    let mut runs: Vec<Run> = Vec::new();
    for words in words.chunk_by(|a, b| a.line == b.line) {
        let baseline = baselines[words[0].line as usize];
        let above = reach(words, baseline);
        let height = above * (1.0 + BELOW);
        let low = |edges: Edges| (edges[3] - edges[1]) as f32 <= height * HIGHEST;
        let from = runs.len();
        for word in words {
            let joins = runs[from..].last().is_some_and(|run| {
                let near = (word.edges[0] - run.edges[2]) as f32 <= height * GAP;
                near && [run.edges, word.edges, union(run.edges, word.edges)].into_iter().all(low)
            });
            if joins && let Some(run) = runs.last_mut() {
                run.edges = union(run.edges, word.edges);
                run.parts.extend(&word.parts);
            } else {
                let Word { line, block, edges, .. } = *word;
                runs.push(Run { line, block, edges, parts: word.parts.clone(), missed: false });
            }
        }
        for run in &mut runs[from..] {
            let baseline = baseline.at(((run.edges[0] + run.edges[2]) / 2) as f32);
            run.edges[1] = run.edges[1].min((baseline - above) as i32);
            run.edges[3] = run.edges[3].max((baseline + above * BELOW) as i32);
        }
    }
    runs
}

/// Where leptonica keeps a pixel of a row: in words of 32 bits, of which the highest byte comes first.
fn place(x: usize) -> usize {
    if cfg!(target_endian = "little") { x ^ 3 } else { x }
}

/// A part of a picture as leptonica has it, to be destroyed; null without memory for it, or of nothing.
fn pix_of(gray: &GrayImage, [left, top, right, bottom]: Edges) -> *mut Pix {
    let (width, tall) = ((right - left).max(0) as usize, (bottom - top).max(0) as usize);
    // SAFETY: the picture is made here, of `tall` rows of `wpl` words, which take `width` bytes and more.
    unsafe {
        let pix = pixCreate(width as c_int, tall as c_int, 8);
        if pix.is_null() {
            return pix;
        }
        let (data, stride) = (pixGetData(pix).cast::<u8>(), pixGetWpl(pix) as usize * 4);
        for y in 0..tall {
            let row = &gray.as_raw()[(top as usize + y) * gray.width() as usize + left as usize..][..width];
            let out = std::slice::from_raw_parts_mut(data.add(y * stride), stride);
            row.iter().enumerate().for_each(|(x, pixel)| out[place(x)] = *pixel);
        }
        pix
    }
}

/// The connected parts of what is darker than `level` within a box of a picture; none without memory for them.
pub fn ink(gray: &GrayImage, edges: Edges, level: u8) -> Vec<Edges> {
    /// Pixels that touch by a corner are connected, too.
    const NEIGHBOURS: c_int = 8;
    // SAFETY: all that is made here is destroyed here.
    unsafe {
        let mut pix = pix_of(gray, edges);
        let mut bits = if pix.is_null() { pix } else { pixThresholdToBinary(pix, level.into()) };
        let mut boxes = if bits.is_null() { std::ptr::null_mut() } else { pixConnCompBB(bits, NEIGHBOURS) };
        let count = if boxes.is_null() { 0 } else { boxaGetCount(boxes) };
        let part = |i| {
            let [mut x, mut y, mut w, mut h] = [0; 4];
            boxaGetBoxGeometry(boxes, i, &mut x, &mut y, &mut w, &mut h);
            [edges[0] + x, edges[1] + y, edges[0] + x + w, edges[1] + y + h]
        };
        let parts = (0..count).map(part).collect();
        boxaDestroy(&mut boxes);
        pixDestroy(&mut bits);
        pixDestroy(&mut pix);
        parts
    }
}

/// A part of a picture, brought to a height as Tesseract does it, which also sharpens it a little: rows of grey.
pub fn scaled(gray: &GrayImage, [left, top, right, bottom]: Edges, height: u32) -> Result<Vec<u8>> {
    let too_large = || {
        Error::new(Code::Unreadable, "Không đủ bộ nhớ để đọc một dòng chữ").hint("Đóng bớt chương trình rồi thử lại.")
    };
    let (width, tall) = ((right - left) as usize, (bottom - top) as usize);
    let factor = height as f32 / tall as f32;
    // A streak from top to bottom, say: nothing that could be read would be left of it.
    if (width as f32 * factor) < 1.0 {
        return Ok(Vec::new());
    }
    // SAFETY: the pictures are made and destroyed here; rows are of `wpl` words.
    unsafe {
        let mut pix = pix_of(gray, [left, top, right, bottom]);
        if pix.is_null() {
            return Err(too_large());
        }
        let mut scaled = pixScale(pix, factor, factor);
        pixDestroy(&mut pix);
        if scaled.is_null() {
            return Err(too_large());
        }
        let (data, stride) = (pixGetData(scaled).cast::<u8>(), pixGetWpl(scaled) as usize * 4);
        let (width, tall) = (pixGetWidth(scaled) as usize, pixGetHeight(scaled) as usize);
        let mut rows = Vec::with_capacity(width * height as usize);
        for y in 0..height as usize {
            let row = std::slice::from_raw_parts(data.add(y.min(tall - 1) * stride), stride);
            rows.extend((0..width).map(|x| row[place(x)]));
        }
        pixDestroy(&mut scaled);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Baseline = Baseline([(0.0, 100.0), (1000.0, 100.0)]);

    /// Letters of these heights on the baseline, next to one another.
    fn word(line: u32, left: i32, heights: &[i32]) -> Word {
        let part = |(i, height): (usize, &i32)| [left + 12 * i as i32, 100 - height, left + 12 * i as i32 + 10, 100];
        let parts: Vec<Edges> = heights.iter().enumerate().map(part).collect();
        let edges = parts.iter().copied().reduce(union).unwrap();
        Word { line, block: 0, edges, parts }
    }

    #[test]
    fn words_of_a_line_are_read_together_up_to_a_wide_gap() {
        let words = [word(0, 0, &[20, 14, 14]), word(0, 50, &[14, 20]), word(0, 300, &[20, 14]), word(1, 330, &[20])];
        let runs = together(&words, &[LINE, LINE]);
        assert_eq!(
            runs.iter().map(|run| (run.edges[0], run.edges[2])).collect::<Vec<_>>(),
            [(0, 72), (300, 322), (330, 340)]
        );
        assert_eq!(runs[0].parts.len(), 5);
        assert_eq!(runs.iter().map(|run| run.line).collect::<Vec<_>>(), [0, 0, 1]);
    }

    #[test]
    fn what_is_higher_than_the_line_is_read_by_itself() {
        let words =
            [word(0, 0, &[20, 14, 14, 20, 14, 14, 20, 14]), word(0, 104, &[60]), word(0, 130, &[14, 20, 14, 14])];
        assert_eq!(together(&words, &[LINE]).len(), 3);
    }

    #[test]
    fn letters_without_ascenders_get_the_room_of_those_with() {
        let runs = together(&[word(0, 0, &[20, 14, 14, 20]), word(0, 300, &[14, 14])], &[LINE]);
        assert_eq!(runs[1].edges, [300, 80, 322, 105], "up to the highest of its line, and a little below it");
    }

    #[test]
    fn a_picture_is_brought_to_its_height_and_keeps_its_shape() {
        let page = GrayImage::from_fn(300, 100, |x, _| image::Luma([if x < 150 { 0 } else { 255 }]));
        let rows = scaled(&page, [50, 20, 250, 70], 36).unwrap();
        assert_eq!(rows.len(), 36 * 144);
        assert!(rows[..60].iter().all(|pixel| *pixel < 20) && rows[90..144].iter().all(|pixel| *pixel > 235));
        assert!(scaled(&page, [0, 0, 1, 100], 36).unwrap().is_empty(), "too narrow to be anything");
    }
}

//! Where the lines of a page are, by Tesseract's layout analysis, which needs no model.

use image::GrayImage;
use leptess::capi::*;
use sohoa_model::{Code, Error, Result};
use std::ffi::c_int;

use crate::engine::Engine;

unsafe extern "C" {
    #[link_name = "_ZNK9tesseract12PageIterator13RowAttributesEPfS1_S1_"]
    fn TessPageIteratorRowAttributes(
        it: *const TessPageIterator,
        height: *mut f32,
        descenders: *mut f32,
        ascenders: *mut f32,
    );
}

/// The edges of a box in pixels: left, top, right, bottom.
pub type Edges = [i32; 4];

/// A part of a line whose words stand near each other, or by itself what is larger than the line.
pub struct Run {
    /// Counted over the page, as are paragraphs.
    pub line: u32,
    pub block: u32,
    /// What is read: the letters and room for what they may have above and below.
    pub edges: Edges,
    /// Connected parts of ink.
    pub parts: Vec<Edges>,
}

pub struct Layout(Engine);

/// A word of the layout, before its like are put together.
struct Word {
    line: u32,
    block: u32,
    edges: Edges,
    parts: Vec<Edges>,
}

/// What a line is like, in pixels.
#[derive(Clone, Copy, Default)]
struct Row {
    /// From the lowest to the highest that letters reach.
    height: f32,
    /// Below the baseline, negative.
    descenders: f32,
    /// From where the line begins to where it ends.
    baseline: [(f32, f32); 2],
}

impl Row {
    fn baseline(&self, x: f32) -> f32 {
        let [(left, from), (right, to)] = self.baseline;
        if right > left { from + (to - from) * (x - left) / (right - left) } else { from }
    }
}

impl Layout {
    pub fn new() -> Result<Self> {
        Engine::without_model().map(Self)
    }

    /// The lines of a page, as far as they go without a wide gap.
    pub fn runs(&mut self, gray: &GrayImage, dpi: f32, segmentation: u32) -> Vec<Run> {
        // SAFETY: the engine is a live one.
        unsafe { TessBaseAPISetPageSegMode(self.0.api(), segmentation) };
        self.0.show(gray, dpi);
        let (words, rows) = self.words();
        self.0.clear();
        together(&words, &rows)
    }

    fn words(&self) -> (Vec<Word>, Vec<Row>) {
        let (mut words, mut rows): (Vec<Word>, Vec<Row>) = (Vec::new(), Vec::new());
        let mut blocks = 0;
        // SAFETY: the iterator is of this engine, which is not touched until it is deleted.
        unsafe {
            let pages = TessBaseAPIAnalyseLayout(self.0.api());
            if pages.is_null() {
                return (words, rows);
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
                    let mut row = Row::default();
                    let mut ascenders = 0.0;
                    TessPageIteratorRowAttributes(pages, &mut row.height, &mut row.descenders, &mut ascenders);
                    let level = TessPageIteratorLevel_RIL_TEXTLINE;
                    let [mut x, mut y, mut to_x, mut to_y] = [0; 4];
                    TessPageIteratorBaseline(pages, level, &mut x, &mut y, &mut to_x, &mut to_y);
                    row.baseline = [(x, y), (to_x, to_y)].map(|(x, y)| (x as f32, y as f32));
                    rows.push(row);
                }
                if begins(TessPageIteratorLevel_RIL_WORD)
                    && let Some(edges) = edges(TessPageIteratorLevel_RIL_WORD)
                    && let Some(line) = rows.len().checked_sub(1)
                {
                    words.push(Word { line: line as u32, block: blocks - 1, edges, parts: Vec::new() });
                }
                if let (Some(word), Some(part)) = (words.last_mut(), edges(TessPageIteratorLevel_RIL_SYMBOL)) {
                    word.parts.push(part);
                }
                if TessPageIteratorNext(pages, TessPageIteratorLevel_RIL_SYMBOL) == 0 {
                    break;
                }
            }
            TessPageIteratorDelete(pages);
        }
        (words, rows)
    }
}

pub fn union(a: Edges, b: Edges) -> Edges {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn measured(parts: &[Edges], row: &Row) -> (f32, f32) {
    let mut tall: Vec<i32> = parts.iter().map(|p| p[3] - p[1]).filter(|h| *h > 3).collect();
    tall.sort_unstable();
    let Some(middle) = tall.get(tall.len() / 2).copied() else { return (0.0, 0.0) };
    let middle = middle as f32;
    let mut up: Vec<f32> = parts.iter().filter_map(|p| {
        let base = row.baseline((p[0] + p[2]) as f32 / 2.0);
        let stands = (p[3] as f32 - base).abs() <= 0.2 * middle && (p[3] - p[1]) as f32 >= 0.5 * middle;
        stands.then_some(base - p[1] as f32)
    }).collect();
    up.sort_by(f32::total_cmp);
    let Some(most) = up.get(up.len() * 9 / 10).copied() else { return (middle * 1.28, -middle * 0.28) };
    (most * 1.28, -most * 0.28)
}

/// Words of a line are read together, unless there is a wide gap between them or one is higher than the line; the bounds are
/// Tesseract's own.
fn together(words: &[Word], rows: &[Row]) -> Vec<Run> {
    const HIGHEST: f32 = 1.25;
    const GAP: f32 = 2.0;
    let mut runs: Vec<Run> = Vec::new();
    for words in words.chunk_by(|a, b| a.line == b.line) {
        let row = rows[words[0].line as usize];
        let parts: Vec<Edges> = words.iter().flat_map(|w| w.parts.iter().copied()).collect();
        let est = measured(&parts, &row);
        let row = Row { height: est.0, descenders: est.1, ..row };
        let low = |edges: Edges| (edges[3] - edges[1]) as f32 <= row.height * HIGHEST;
        let from = runs.len();
        for word in words {
            let joins = runs[from..].last().is_some_and(|run: &Run| {
                low(run.edges)
                    && low(word.edges)
                    && low(union(run.edges, word.edges))
                    && (word.edges[0] - run.edges[2]) as f32 <= row.height * GAP
            });
            if joins && let Some(run) = runs.last_mut() {
                run.edges = union(run.edges, word.edges);
                run.parts.extend(&word.parts);
            } else {
                let Word { line, block, edges, .. } = *word;
                runs.push(Run { line, block, edges, parts: word.parts.clone() });
            }
        }
        for run in &mut runs[from..] {
            let baseline = row.baseline(((run.edges[0] + run.edges[2]) / 2) as f32);
            let (top, bottom) = (baseline - row.height - row.descenders, baseline - row.descenders);
            run.edges[1] = run.edges[1].min(top as i32);
            run.edges[3] = run.edges[3].max(bottom as i32);
        }
    }
    runs
}

/// A part of a picture, brought to a height as Tesseract does it, which also sharpens it a little: rows of grey.
pub fn scaled(gray: &GrayImage, [left, top, right, bottom]: Edges, height: u32) -> Result<Vec<u8>> {
    let too_large = || Error::new(Code::Unreadable, "Không đủ bộ nhớ để đọc một dòng chữ");
    let (width, tall) = ((right - left) as usize, (bottom - top) as usize);
    let factor = height as f32 / tall as f32;
    // A streak from top to bottom, say: nothing that could be read would be left of it.
    if (width as f32 * factor) < 1.0 {
        return Ok(Vec::new());
    }
    // SAFETY: the pictures are made and destroyed here; rows are of `wpl` words of 32 bits, in which the first pixel is the
    // highest byte.
    unsafe {
        let mut pix = pixCreate(width as c_int, tall as c_int, 8);
        if pix.is_null() {
            return Err(too_large());
        }
        let place = |x: usize| if cfg!(target_endian = "little") { x ^ 3 } else { x };
        let (data, stride) = (pixGetData(pix).cast::<u8>(), pixGetWpl(pix) as usize * 4);
        for y in 0..tall {
            let row = &gray.as_raw()[(top as usize + y) * gray.width() as usize + left as usize..][..width];
            let out = std::slice::from_raw_parts_mut(data.add(y * stride), stride);
            row.iter().enumerate().for_each(|(x, pixel)| out[place(x)] = *pixel);
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

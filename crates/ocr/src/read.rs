//! The words of a copy: where the lines are by Tesseract's layout analysis, what they say by the network of its model.

use image::GrayImage;
use sohoa_model::{Code, Error, Result, Word, text::nfc};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::Params;
use crate::layout::{Edges, Layout, Run, scaled, union};
use crate::lstm::{HEIGHT, LineWord, Recogniser};

/// Pixels of paper that are read around letters.
const PADDING: i32 = 4;

/// The words of a copy, boxes in its own pixels.
///
/// Errors: `Cancelled` soon after `cancel` is set; `Unreadable` beyond the deadline.
pub fn run(
    layout: &mut Layout,
    recogniser: &Recogniser,
    gray: &GrayImage,
    dpi: f32,
    params: &Params,
    cancel: &AtomicBool,
) -> Result<Vec<Word>> {
    let started = Instant::now();
    let mut words = Vec::new();
    for run in layout.runs(gray, dpi, params.segmentation) {
        if cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "Đã dừng theo yêu cầu"));
        }
        if started.elapsed().as_secs() >= u64::from(params.deadline) {
            return Err(Error::new(Code::Unreadable, "Không đọc được trang này trong thời gian cho phép")
                .hint("Quét lại trang rõ hơn rồi thử lại."));
        }
        let [left, top, right, bottom] = run.edges;
        let (width, height) = (gray.width() as i32, gray.height() as i32);
        let edges = [
            (left - PADDING).max(0),
            (top - PADDING).max(0),
            (right + PADDING).min(width),
            (bottom + PADDING).min(height),
        ];
        if edges[0] >= edges[2] || edges[1] >= edges[3] {
            continue;
        }
        let rows = scaled(gray, edges, HEIGHT as u32)?;
        let read = recogniser.read(&rows, params.both, params.invert);
        words.extend(placed(&read, &run, edges));
    }
    renumber(&mut words);
    Ok(words)
}

/// The words of a run with their boxes: the network tells about where a letter is, the parts of ink exactly.
fn placed(read: &[LineWord], run: &Run, edges: Edges) -> Vec<Word> {
    let scale = (edges[3] - edges[1]) as f32 / HEIGHT as f32;
    let place = |column: usize| edges[0] + (column as f32 * scale).round() as i32;
    let mut parts = run.parts.clone();
    parts.sort_by_key(|part| part[0] + part[2]);
    let mut parts = parts.into_iter().peekable();
    let mut words = Vec::new();
    for (i, word) in read.iter().enumerate() {
        let (from, to) = (place(word.columns.0), place(word.columns.1));
        // Between two words, halfway through the space; the last one takes what is left.
        let end = read.get(i + 1).map_or(i32::MAX, |next| to + place(next.columns.0));
        let mut edges: Option<Edges> = None;
        while let Some(part) = parts.next_if(|part| part[0] + part[2] < end) {
            edges = Some(edges.map_or(part, |edges| union(edges, part)));
        }
        let [left, top, right, bottom] =
            edges.unwrap_or([from, run.edges[1], to, run.edges[3]]).map(|edge| edge.max(0));
        let text: String = nfc(&word.text).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
        if !text.is_empty() && right > left && bottom > top {
            let bounds = [left as u32, top as u32, (right - left) as u32, (bottom - top) as u32];
            words.push(Word { text, confidence: word.confidence, bounds, line: run.line, block: run.block });
        }
    }
    words
}

/// Lines and blocks that turned out empty leave no gap in the numbers.
fn renumber(words: &mut [Word]) {
    let mut last = (0, 0);
    let (mut line, mut block) = (0, 0);
    for (i, word) in words.iter_mut().enumerate() {
        let here = (word.line, word.block);
        if i > 0 {
            line += u32::from(here.0 != last.0);
            block += u32::from(here.1 != last.1);
        }
        last = here;
        (word.line, word.block) = (line, block);
    }
}

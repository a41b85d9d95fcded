//! A second look: lines with words that were read with doubt are read again from another copy of the page by a larger
//! model, and such a word is replaced where the second reading is surer of it and makes no less sense.

use image::{GrayImage, imageops};
use sohoa_model::{Box4, Result, Word};
use std::sync::atomic::AtomicBool;

use crate::{Params, bounds, engine::Engine, noise::makes_sense, sure};

/// A word less sure than this, in percent, is doubtful, and so is one that is no word.
const DOUBT: f32 = 88.0;
/// By so much a second reading must be surer.
const SURER: f32 = 2.0;
/// A single line of text, as Tesseract numbers its modes.
const ONE_LINE: u32 = 7;

/// Words in the page's frame of this size; `copy` of this resolution shows the whole frame.
pub fn run(
    engine: &mut Engine,
    words: Vec<Word>,
    (copy, dpi): (&GrayImage, f32),
    (width, height): (u32, u32),
    deadline: u32,
    cancel: &AtomicBool,
) -> Result<Vec<Word>> {
    let scale = (copy.width() as f32 / width as f32, copy.height() as f32 / height as f32);
    let params = Params { segmentation: ONE_LINE, invert: true, deadline };
    let mut out = Vec::with_capacity(words.len());
    for line in words.chunk_by(|a, b| a.line == b.line) {
        if !line.iter().any(doubtful) {
            out.extend_from_slice(line);
            continue;
        }
        let [x, y, w, h] = around(line, (width, height));
        let [left, wide] = [x, w].map(|v| (v as f32 * scale.0).round() as u32);
        let [top, tall] = [y, h].map(|v| (v as f32 * scale.1).round() as u32);
        let piece = imageops::crop_imm(copy, left, top, wide.max(1), tall.max(1)).to_image();
        let read = engine.recognise(&piece, dpi, &params, cancel)?;
        let back = |v: u32, from: u32, by: f32| ((v + from) as f32 / by).round() as u32;
        let home = |[x, y, w, h]: Box4| {
            [back(x, left, scale.0), back(y, top, scale.1), back(w, 0, scale.0), back(h, 0, scale.1)]
        };
        let read: Vec<Word> = read.into_iter().map(|word| Word { bounds: home(word.bounds), ..word }).collect();
        out.extend(line.iter().flat_map(|word| better(word, &read)));
    }
    Ok(out)
}

fn doubtful(word: &Word) -> bool {
    word.confidence < DOUBT || !makes_sense(word)
}

/// The word, or what the second reading has in its place.
fn better(word: &Word, read: &[Word]) -> Vec<Word> {
    let there: Vec<&Word> = read.iter().filter(|other| overlap(other, word) * 2 > other.bounds[2].max(1)).collect();
    // What covers but a part of the word would lose the rest of it.
    let covered: u32 = there.iter().map(|other| overlap(other, word)).sum();
    let again: Vec<Word> =
        there.into_iter().map(|other| Word { line: word.line, block: word.block, ..other.clone() }).collect();
    let sense = again.iter().all(makes_sense) || !makes_sense(word);
    let replaced =
        doubtful(word) && covered * 4 > word.bounds[2] * 3 && sense && sure(&again) > word.confidence + SURER;
    if replaced { again } else { vec![word.clone()] }
}

/// How far two words of a line lie over one another, in pixels.
fn overlap(a: &Word, b: &Word) -> u32 {
    let end = |w: &Word| w.bounds[0] + w.bounds[2];
    end(a).min(end(b)).saturating_sub(a.bounds[0].max(b.bounds[0]))
}

/// A line's box with a little paper around it.
fn around(line: &[Word], (width, height): (u32, u32)) -> Box4 {
    let [left, top, w, h] = bounds(line);
    let margin = h / 4 + 2;
    let (x, y) = (left.saturating_sub(2 * margin), top.saturating_sub(margin));
    [x, y, (left + w + 2 * margin).min(width) - x, (top + h + margin).min(height) - y]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: u32, width: u32, confidence: f32) -> Word {
        Word { text: text.into(), confidence, bounds: [x, 100, width, 40], line: 7, block: 2 }
    }

    fn replaced(word: &Word, read: &[Word]) -> String {
        better(word, read).iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_doubtful_word_is_replaced_where_the_second_reading_is_surer() {
        let read = [word("xây", 90, 60, 95.0), word("dựng", 160, 80, 94.0), word("_", 250, 10, 90.0)];
        let taken = better(&word("dụng", 158, 84, 70.0), &read);
        assert_eq!((taken.len(), &*taken[0].text, taken[0].line, taken[0].block), (1, "dựng", 7, 2));
        assert_eq!(replaced(&word("dụng", 158, 84, 93.0), &read), "dụng", "it was sure");
        assert_eq!(replaced(&word("dụng", 158, 84, 70.0), &[word("dựng", 160, 80, 71.0)]), "dụng", "hardly surer");
        assert_eq!(replaced(&word("dụng", 158, 84, 70.0), &[word("dựnq", 160, 80, 95.0)]), "dụng", "no word");
        assert_eq!(replaced(&word("dụng", 158, 84, 70.0), &[word("d", 160, 20, 95.0)]), "dụng", "a part of it");
        assert_eq!(replaced(&word("dụng", 158, 84, 70.0), &[]), "dụng");
    }

    #[test]
    fn what_was_read_as_one_word_may_be_two() {
        let read = [word("18", 100, 40, 90.0), word("tháng", 150, 90, 95.0)];
        assert_eq!(replaced(&word("A§tháng", 100, 140, 50.0), &read), "18 tháng");
    }
}

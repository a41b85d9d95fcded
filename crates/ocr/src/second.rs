//! A second engine of another kind, which has its say on doubtful words: a network in an ONNX file that reads a stretch of
//! a line from its greys, whatever its letters are by. It knows no dictionary and errs in other places. Nothing is
//! installed of itself; how it is got, `tessdata/models.json` tells.

use image::{GrayImage, imageops};
use rten::{Model, RunOptions, ThreadPool, Value};
use sohoa_model::{Box4, Code, Error, Result, Word, text::nfc};
use std::ops::Range;
use std::sync::Arc;

use crate::again::{Weights, Witness, least};
use crate::suggest::key;
use crate::{Deadline, bounds};

/// Words less sure than this, in percent, are asked about.
pub const DOUBTFUL: f32 = 95.0;

/// Pixels: what the network takes is as high as this, as wide as a multiple of the step from one letter to the next, and
/// no wider than its publisher's own program makes it.
const HEIGHT: u32 = 32;
const STEP: u32 = 4;
const WIDEST: u32 = 1020;

/// Of a line's height: what is shown at once, and how much paper above and below and at the sides.
const LONGEST: f32 = 7.0;
const ABOVE: f32 = 0.2;
const BESIDE: f32 = 0.05;

/// Pixels of paper more at each side.
const EDGE: u32 = 2;

/// Logistic regressions as for the first engine's second look, on the weakest letter of the network's word (`unseen.py` with
/// seeds 101 to 104: 2,500 doubtful words). Where a number is wrong both may well say the same, and where they differ the
/// other may be wrong as well: it stays with the clerk.
const WEIGHTS: Weights = Weights {
    agreed: [1.05, 0.34, 0.17],
    kept: [-0.69, 0.47, -0.32],
    taken: [-0.70, -0.14, 0.20],
    certain: (1.5, 0.0),
    figures: 94.0,
};

pub struct Second {
    model: Model,
    /// Of the classes from the second on; the first is nothing.
    letters: Vec<char>,
    /// Pages are read side by side, so within a page there is one thread.
    alone: Arc<ThreadPool>,
}

impl Second {
    /// Errors: `Missing` for a file that is no such network.
    pub fn new(model: Vec<u8>, letters: &str) -> Result<Self> {
        let model = Model::load(model).map_err(|e| {
            Error::new(Code::Missing, "Không dùng được mô hình của bộ nhận dạng thứ hai")
                .hint("Chạy lại cargo xtask setup --second, hoặc xóa tệp này: thiếu nó Sohoa vẫn đọc được.")
                .source(e)
        })?;
        Ok(Self { model, letters: letters.chars().collect(), alone: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// What stands on a copy of a stretch of a line. A word is as sure as its weakest letter.
    fn read(&self, copy: &GrayImage) -> Result<Vec<Word>> {
        let (values, width) = values(copy);
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::internal("Bộ nhận dạng thứ hai không đọc được dòng", e)
        };
        let input = Value::from_shape([1, 3, HEIGHT as usize, width], values).map_err(|e| failed(Box::new(e)))?;
        let options = RunOptions::default().with_thread_pool(Some(self.alone.clone()));
        let output = self.model.run_one(input.into(), Some(options)).map_err(|e| failed(Box::new(e)))?;
        let ([a, b, classes], scores) = output.into_shape_vec::<f32, 3>().map_err(|e| failed(Box::new(e)))?;
        if classes != self.letters.len() + 1 {
            return Err(failed(format!("{classes} classes").into()));
        }
        // One of the two is the batch, which is one.
        let steps = a * b;
        let read = decode(&scores, &self.letters);
        // Of the copy; the edges were added to it.
        let scale = (copy.width() + 2 * EDGE) as f32 / steps.max(1) as f32;
        let place = |step: usize| (step as f32 * scale - EDGE as f32).clamp(0.0, copy.width() as f32).round() as u32;
        let word = |read: Read| {
            let (left, right) = (place(read.steps.start), place(read.steps.end));
            let bounds = [left, 0, right.saturating_sub(left).max(1), copy.height()];
            Word { text: nfc(&read.text), confidence: 100.0 * read.weakest, bounds, line: 0, block: 0 }
        };
        Ok(read.into_iter().map(word).collect())
    }
}

/// One call for its word.
pub struct Asked<'a> {
    pub second: &'a Second,
    pub deadline: &'a Deadline<'a>,
}

impl Witness for Asked<'_> {
    fn pieces(&self, line: &[Word], wanted: &[bool]) -> Vec<Range<usize>> {
        pieces(line, wanted)
    }

    fn around(&self, line: &[Word], piece: Range<usize>, (width, height): (u32, u32)) -> Box4 {
        let ([x, _, w, _], [_, y, _, h]) = (bounds(&line[piece]), bounds(line));
        let [beside, above] = [BESIDE, ABOVE].map(|share| (share * h as f32) as u32);
        let (left, top) = (x.saturating_sub(beside), y.saturating_sub(above));
        [left, top, (x + w + beside + 1).min(width) - left, (y + h + above + 1).min(height) - top]
    }

    fn read(&mut self, copies: &[GrayImage]) -> Result<Vec<Vec<Word>>> {
        let read = |copy| {
            self.deadline.check()?;
            self.second.read(copy)
        };
        copies.iter().map(read).collect()
    }

    fn weights(&self, first: &[Word], second: &[Word]) -> Option<&Weights> {
        (least(first) < DOUBTFUL && !lost(first, second)).then_some(&WEIGHTS)
    }

    fn agrees(&self, first: &str, other: &str) -> bool {
        // Both spellings of «hòa» are right, and capitals it tells worse than who read the page (training pages).
        key(&first.chars().map(typed).collect::<String>()) == key(other)
    }
}

/// Whether figures of a number would be lost: of a long one the network leaves some out.
fn lost(first: &[Word], second: &[Word]) -> bool {
    let figures = |words: &[Word]| words.iter().flat_map(|w| w.text.chars()).filter(char::is_ascii_digit).count();
    // One among letters may be a letter that was misread.
    let is_number = figures(first) > 1 || !first.iter().any(|word| word.text.contains(char::is_alphabetic));
    is_number && figures(second) < figures(first)
}

/// A sign as it is on a keyboard, which is what such a network knows.
fn typed(sign: char) -> char {
    match sign {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '–' | '—' => '-',
        '²' => '2',
        '³' => '3',
        other => other,
    }
}

/// A line from its start on, parted between words where it gets too long; of the parts those with something wanted.
fn pieces(line: &[Word], wanted: &[bool]) -> Vec<Range<usize>> {
    let [_, _, _, height] = bounds(line);
    let longest = (LONGEST * height as f32) as u32;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (at, word) in line.iter().enumerate() {
        let end = word.bounds[0] + word.bounds[2];
        match pieces.last_mut() {
            Some(last) if end.saturating_sub(line[last.start].bounds[0]) <= longest => last.end = at + 1,
            _ => pieces.push(at..at + 1),
        }
    }
    pieces.retain(|piece| wanted[piece.clone()].contains(&true));
    pieces
}

/// What the network takes: three times the same grey from 0 to 1, row by row; and how wide that is. Long stretches are
/// drawn out a little.
fn values(copy: &GrayImage) -> (Vec<f32>, usize) {
    let (wide, tall) = (copy.width() + 2 * EDGE, copy.height());
    let edged = GrayImage::from_fn(wide, tall, |x, y| {
        *copy.get_pixel(x.saturating_sub(EDGE).min(copy.width().saturating_sub(1)), y)
    });
    let shape = wide as f32 / tall as f32;
    let drawn_out = if shape > 3.0 { (1.0 + 0.02 * (shape - 3.0)).min(1.25) } else { 1.0 };
    let width = ((HEIGHT as f32 * shape * drawn_out) as u32).max(HEIGHT).next_multiple_of(STEP).min(WIDEST);
    let scaled = imageops::resize(&edged, width, HEIGHT, imageops::FilterType::Triangle);
    let plane = scaled.as_raw().iter().map(|grey| f32::from(*grey) / 255.0);
    (plane.clone().chain(plane.clone()).chain(plane).collect(), width as usize)
}

#[derive(Debug, PartialEq)]
struct Read {
    text: String,
    /// How probable its least probable letter is.
    weakest: f32,
    steps: Range<usize>,
}

/// The likeliest class of each step; what lasts is one letter, and spaces part words (Graves 2006).
fn decode(scores: &[f32], letters: &[char]) -> Vec<Read> {
    let mut words: Vec<Read> = Vec::new();
    let (mut last, mut open) = (0, false);
    for (step, scores) in scores.chunks_exact(letters.len() + 1).enumerate() {
        let (class, best) = scores
            .iter()
            .enumerate()
            .fold((0, f32::NEG_INFINITY), |best, (class, score)| if *score > best.1 { (class, *score) } else { best });
        let letter = class.checked_sub(1).map(|class| letters[class]);
        match letter {
            Some(' ') => open = false,
            Some(letter) => {
                if !open {
                    words.push(Read { text: String::new(), weakest: 1.0, steps: step..step });
                    open = true;
                }
                let word = words.last_mut().expect("one is open");
                word.steps.end = step + 1;
                if class != last {
                    word.text.push(letter);
                    let sum: f32 = scores.iter().map(|score| (score - best).exp()).sum();
                    word.weakest = word.weakest.min(1.0 / sum);
                }
            }
            None => {}
        }
        last = class;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Params;
    use image::Luma;
    use std::sync::atomic::AtomicBool;

    fn word(x: u32, width: u32) -> Word {
        Word { text: "mẫu".into(), confidence: 50.0, bounds: [x, 100, width, 40], line: 0, block: 0 }
    }

    #[test]
    fn a_line_is_parted_between_words_and_only_what_holds_a_doubtful_one_is_shown() {
        // Seven heights of 40 pixels: two words of 130, or one that is longer.
        let line = [word(0, 130), word(150, 130), word(300, 130), word(450, 400), word(900, 130)];
        assert_eq!(pieces(&line, &[true; 5]), [0..2, 2..3, 3..4, 4..5]);
        assert_eq!(pieces(&line, &[false, true, false, false, true]), [0..2, 4..5]);
        assert!(pieces(&line, &[false; 5]).is_empty());
    }

    #[test]
    fn what_the_network_takes_is_of_one_height_and_long_stretches_are_drawn_out() {
        let shape = |width, height| values(&GrayImage::from_pixel(width, height, Luma([255]))).1;
        assert_eq!(shape(92, 32), 96, "three times as wide as high, with the paper at the sides");
        assert_eq!(shape(188, 32), 204, "six times: 1.06");
        assert_eq!(shape(3, 64), 32);
        assert_eq!(shape(9000, 32), 1020);
        let (values, width) = values(&GrayImage::from_fn(60, 64, |x, _| Luma([if x < 30 { 0 } else { 255 }])));
        assert_eq!(values.len(), 3 * 32 * width);
        assert!(values[0] < 0.01 && values[width - 1] > 0.99 && values[..32 * width] == values[32 * width..64 * width]);
    }

    #[test]
    fn what_lasts_is_one_letter_and_nothing_between_makes_it_two() {
        let scores = |classes: &[usize]| -> Vec<f32> {
            classes.iter().flat_map(|class| (0..4).map(move |c| if c == *class { 9.0 } else { 0.0 })).collect()
        };
        let read = |classes: &[usize]| {
            let words = decode(&scores(classes), &['a', 'b', ' ']);
            words.into_iter().map(|word| (word.text, word.steps)).collect::<Vec<_>>()
        };
        assert_eq!(read(&[0, 1, 1, 0, 1, 2, 0, 3, 0, 2, 2]), [("aab".into(), 1..6), ("b".into(), 9..11)]);
        assert!(read(&[0, 3, 3, 0]).is_empty() && read(&[]).is_empty());
    }

    #[test]
    fn a_word_is_as_sure_as_its_weakest_letter() {
        let read = decode(&[0.0, 9.0, 0.0, 0.0, 1.0, 0.0], &['a', 'b']);
        let weakest = 1.0f32.exp() / (1.0f32.exp() + 2.0);
        assert!(read[0].text == "a" && read[0].weakest > 0.99, "{read:?}");
        let read = decode(&[0.0, 9.0, 0.0, 0.0, 0.0, 1.0], &['a', 'b']);
        assert!(read[0].text == "ab" && (read[0].weakest - weakest).abs() < 1e-5, "{read:?}");
    }

    #[test]
    fn a_number_loses_no_figures() {
        let words = |text: &str| vec![Word { text: text.into(), ..word(0, 90) }];
        let asked = |first: &str, other: &str| lost(&words(first), &words(other));
        assert!(asked("2015-2018", "2018") && asked("164.000.000", "64.000.000") && asked("445/CV", "15/CV"));
        assert!(!asked("29)5", "29,5") && !asked("1V.", "IV.") && !asked("và", "vá"));
    }

    #[test]
    fn signs_that_no_keyboard_has_and_both_spellings_are_the_same() {
        let second = Second::new(include_bytes!("../tests/data/second.onnx").to_vec(), "ab ").unwrap();
        let cancel = AtomicBool::new(false);
        let asked = Asked { second: &second, deadline: &Deadline::new(&Params::default(), &cancel) };
        for (first, other) in [("m²", "m2"), ("“Nhà", "\"Nhà"), ("hoà", "hòa"), ("2015–2020", "2015-2020")] {
            assert!(asked.agrees(first, other), "{first} {other}");
        }
        assert!(asked.agrees("BAN", "ban") && !asked.agrees("hòa", "hoa") && !asked.agrees("12", "1"));
        assert!(Second::new(b"no network".to_vec(), "ab ").is_err());
    }
}

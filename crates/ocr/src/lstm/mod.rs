//! A line of print made words by the network of a Tesseract model, with the results of Tesseract's own calculation in a
//! quarter of its time: the network of this one shape is calculated with what the processor does best, and nothing is
//! loaded that only other kinds of models need. What that saves pays for a second model that has its say on every line:
//! two that err in different places are right more often than either.

mod beam;
mod dictionary;
mod file;
mod matrix;
mod network;

use sohoa_model::{Result, text::fold};
use std::ops::Range;

use beam::Classes;
use dictionary::{Dictionary, Letter};
use file::{broken, component};
use matrix::ONE;
pub use matrix::TOGETHER;
use network::Network;
pub use network::{HEIGHT, POOL};

pub struct Recogniser {
    first: Network,
    /// Another that tells the same letters apart.
    second: Option<Network>,
    dictionary: Dictionary,
    /// The letter of each class.
    classes: Vec<Option<Letter>>,
    letters: Vec<String>,
}

/// A word of a line.
#[derive(Debug)]
pub struct LineWord {
    pub text: String,
    /// Percent.
    pub confidence: f32,
    /// Where it begins and ends, in columns of the line.
    pub columns: (usize, usize),
    /// The same with one letter that has other marks, where these may well be what stands there.
    pub variants: Vec<String>,
    pub letters: Vec<LineLetter>,
}

/// A letter of a word.
#[derive(Debug)]
pub struct LineLetter {
    pub text: String,
    /// The column in the middle of where it was seen.
    pub column: usize,
}

impl Recogniser {
    /// Errors: `Missing` for a model of another kind.
    pub fn new(model: &[u8]) -> Result<Self> {
        let (letters, digits) = letters(component(model, file::LETTERS)?.0)?;
        let first = Network::read(component(model, file::NETWORK)?)?;
        let mut codes = component(model, file::CODES)?;
        let mut classes = vec![None; first.classes];
        if codes.u32()? as usize != letters.len() {
            return Err(broken("mã"));
        }
        for letter in 0..letters.len() {
            // Whether it stands for itself; how many classes make the letter; which.
            codes.u8()?;
            let (length, class) = (codes.u32()?, codes.u32()? as usize);
            if length != 1 || class >= classes.len() {
                return Err(broken("mã"));
            }
            classes[class] = (class != first.nothing).then_some(letter as Letter);
        }
        let graph = |which| component(model, which);
        let dictionary =
            Dictionary::read(graph(file::PUNCTUATION)?, graph(file::WORDS)?, graph(file::NUMBERS)?, digits)?;
        Ok(Self { first, second: None, dictionary, classes, letters })
    }

    /// From now on another model has as much say, where both are asked for.
    ///
    /// Errors: `Missing` for a model of another kind, or of other letters.
    pub fn join(&mut self, model: &[u8]) -> Result<()> {
        let Self { first, letters, classes, .. } = Self::new(model)?;
        if letters != self.letters || classes != self.classes || first.nothing != self.first.nothing {
            return Err(broken("chữ"));
        }
        self.second = Some(first);
        Ok(())
    }

    pub fn is_joined(&self) -> bool {
        self.second.is_some()
    }

    /// What stands on each of some lines, given as [`HEIGHT`] rows of grey, by one model or by both; with `invert`, poor
    /// lines are tried as light print on dark ground, too. [`TOGETHER`] lines of about one length take the least time.
    pub fn read(&self, lines: &[&[u8]], both: bool, invert: bool) -> Vec<Vec<LineWord>> {
        /// Letters of less than this in the mean may be of that kind.
        const POOR: f32 = 0.7;
        let mut order: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].len() >= POOL * HEIGHT).collect();
        order.sort_by_key(|at| std::cmp::Reverse(lines[*at].len()));
        let mut read: Vec<Vec<LineWord>> = lines.iter().map(|_| Vec::new()).collect();
        let longest_first: Vec<&[u8]> = order.iter().map(|at| lines[*at]).collect();
        for (at, mut probabilities) in order.into_iter().zip(self.probabilities(&longest_first, both)) {
            let mean = if invert { self.mean(&probabilities) } else { 1.0 };
            if mean < POOR {
                let inverted: Vec<u8> = lines[at].iter().map(|pixel| 255 - pixel).collect();
                let other = self.probabilities(&[&inverted], both).remove(0);
                if self.mean(&other) > mean {
                    probabilities = other;
                }
            }
            read[at] = self.words(&probabilities);
        }
        read
    }

    fn words(&self, probabilities: &[f32]) -> Vec<LineWord> {
        let classes = Classes { letters: &self.classes, nothing: self.first.nothing, dictionary: &self.dictionary };
        let letter = |letter: Letter| self.letters[usize::from(letter)].as_str();
        let text = |letters: &[Letter]| letters.iter().map(|l| letter(*l)).collect::<String>();
        let variant = |read: &beam::Read, (at, other): (usize, Letter)| {
            let mut letters = read.letters.clone();
            let was = std::mem::replace(&mut letters[at], other);
            (fold(letter(was)) == fold(letter(other))).then(|| text(&letters))
        };
        let seen = |(l, steps): (&Letter, &Range<usize>)| LineLetter {
            text: letter(*l).to_owned(),
            column: (steps.start + steps.end) * POOL / 2,
        };
        let word = |read: beam::Read| LineWord {
            text: text(&read.letters),
            confidence: read.confidence,
            columns: (read.steps[0] * POOL, read.steps[read.steps.len() - 1] * POOL),
            letters: read.letters.iter().zip(&read.seen).map(seen).collect(),
            variants: read.others.iter().filter_map(|other| variant(&read, *other)).collect(),
        };
        beam::read(probabilities, &classes).into_iter().map(word).collect()
    }

    /// Of lines, the longest first. Of two models it is the geometric mean: what one of them thinks impossible is so.
    fn probabilities(&self, lines: &[&[u8]], both: bool) -> Vec<Vec<f32>> {
        let values: Vec<Vec<i8>> = lines.iter().map(|rows| values(rows, rows.len() / HEIGHT)).collect();
        let mut probabilities = self.first.run(&values);
        if let Some(second) = self.second.as_ref().filter(|_| both) {
            for (probabilities, other) in probabilities.iter_mut().zip(second.run(&values)) {
                let steps = probabilities.chunks_exact_mut(self.first.classes).zip(other.chunks_exact(second.classes));
                for (step, other) in steps {
                    step.iter_mut().zip(other).for_each(|(a, b)| *a = (*a * b).sqrt());
                    let sum: f32 = step.iter().sum();
                    step.iter_mut().for_each(|a| *a /= sum);
                }
            }
        }
        probabilities
    }

    /// How probable the likeliest letters are, where there are any.
    fn mean(&self, probabilities: &[f32]) -> f32 {
        let likeliest = |step: &[f32]| {
            let best = step.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
            best.filter(|(class, _)| *class != self.first.nothing).map(|(_, probability)| *probability)
        };
        let letters: Vec<f32> = probabilities.chunks_exact(self.first.classes).filter_map(likeliest).collect();
        letters.iter().sum::<f32>() / letters.len().max(1) as f32
    }
}

/// The letters of a model by number, and which of them are digits (Tesseract's `unicharset`: one a line, then its
/// properties as bits of a hexadecimal number).
fn letters(text: &[u8]) -> Result<(Vec<String>, Vec<bool>)> {
    const DIGIT: u32 = 8;
    let text = std::str::from_utf8(text).map_err(|_| broken("chữ"))?;
    let mut lines = text.lines();
    let count: usize = lines.next().and_then(|line| line.trim().parse().ok()).ok_or_else(|| broken("chữ"))?;
    let parsed = lines.take(count).map(|line| {
        let mut parts = line.split(' ');
        let letter = parts.next().ok_or_else(|| broken("chữ"))?;
        let properties =
            parts.next().and_then(|bits| u32::from_str_radix(bits, 16).ok()).ok_or_else(|| broken("chữ"))?;
        Ok((if letter == "NULL" { " " } else { letter }.to_owned(), properties & DIGIT != 0))
    });
    let parsed: Vec<(String, bool)> = parsed.collect::<Result<_>>()?;
    if parsed.len() != count || count > usize::from(Letter::MAX) {
        return Err(broken("chữ"));
    }
    Ok(parsed.into_iter().unzip())
}

/// What the network takes, column by column: the blackest quarter of the dark extremes along the middle of the line is
/// black, the whitest of the light ones white.
fn values(rows: &[u8], width: usize) -> Vec<i8> {
    let middle = &rows[HEIGHT / 2 * width..][..width];
    let (mut dark, mut light) = ([0u32; 256], [0u32; 256]);
    for three in middle.windows(3) {
        let (before, here, after) = (three[0], three[1], three[2]);
        if here < before && here <= after || here <= before && here < after {
            dark[usize::from(here)] += 1;
        }
        if here > before && here >= after || here >= before && here > after {
            light[usize::from(here)] += 1;
        }
    }
    let black = quantile(&mut dark, 0, 0.25);
    let white = quantile(&mut light, 255, 0.75);
    let contrast = Some((white - black) / 2.0).filter(|contrast| *contrast > 0.0).unwrap_or(1.0);
    let table: [i8; 256] = std::array::from_fn(|pixel| {
        let value = (pixel as f32 - black) / contrast - 1.0;
        (value * 128.0).round().clamp(f32::from(-ONE), f32::from(ONE)) as i8
    });
    let mut columns = vec![0; width * HEIGHT];
    for (y, row) in rows.chunks_exact(width).enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            columns[x * HEIGHT + y] = table[usize::from(*pixel)];
        }
    }
    columns
}

/// Below which value such a part of what was counted lies, between whole values as if it were spread evenly over each; of
/// nothing it is `otherwise`.
fn quantile(counts: &mut [u32; 256], otherwise: usize, part: f64) -> f32 {
    if counts.iter().all(|count| *count == 0) {
        counts[otherwise] = 1;
    }
    let target = (part * f64::from(counts.iter().sum::<u32>())).max(1.0);
    let mut sum = 0.0;
    let mut value = 0;
    while value < 256 && sum < target {
        sum += f64::from(counts[value]);
        value += 1;
    }
    (value as f64 - (sum - target) / f64::from(counts[value - 1])) as f32
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::layout::{Layout, scaled};
    use crate::{LARGER, model};
    use leptess::{LepTess, Variable};
    use std::io::Cursor;
    use std::path::PathBuf;

    const DPI: f32 = 150.0;

    fn tessdata() -> PathBuf {
        std::env::var_os("TESSDATA_PREFIX").map_or("/usr/share/tesseract-ocr/5/tessdata".into(), PathBuf::from)
    }

    pub fn recogniser() -> Recogniser {
        Recogniser::new(&model::pinned(&tessdata(), "vie").unwrap()).unwrap()
    }

    /// The lines of the letter, each as a picture of its own.
    pub fn lines() -> Vec<image::GrayImage> {
        let page = image::load_from_memory(include_bytes!("../../tests/data/letter.png")).unwrap().into_luma8();
        let lines = Layout::new().unwrap().runs(&page, DPI, 4).into_iter().map(|run| {
            let [left, top, right, bottom] = run.edges.map(|edge| edge as u32);
            image::imageops::crop_imm(&page, left - 4, top - 4, right - left + 8, bottom - top + 8).to_image()
        });
        lines.collect()
    }

    pub fn rows(line: &image::GrayImage) -> Vec<u8> {
        scaled(line, [0, 0, line.width() as i32, line.height() as i32], HEIGHT as u32).unwrap()
    }

    fn read(recogniser: &Recogniser, line: &image::GrayImage, both: bool, invert: bool) -> Vec<LineWord> {
        recogniser.read(&[&rows(line)], both, invert).remove(0)
    }

    fn text(words: &[LineWord]) -> String {
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_line_is_read_as_tesseract_itself_reads_it() {
        let mut tesseract = LepTess::new(tessdata().to_str(), "vie").unwrap();
        // The whole picture is one line, and nothing is done to it before.
        tesseract.set_variable(Variable::TesseditPagesegMode, "13").unwrap();
        let recogniser = recogniser();
        let lines = lines();
        assert!(lines.len() >= 10);
        for line in lines {
            let mut png = Cursor::new(Vec::new());
            line.write_to(&mut png, image::ImageFormat::Png).unwrap();
            tesseract.set_image_from_mem(png.get_ref()).unwrap();
            tesseract.set_source_resolution(DPI as i32);
            let theirs = tesseract.get_utf8_text().unwrap();
            assert_eq!(text(&read(&recogniser, &line, false, true)), theirs.trim());
        }
    }

    #[test]
    fn lines_read_together_say_what_each_says_by_itself() {
        let recogniser = recogniser();
        let lines: Vec<Vec<u8>> = lines().iter().map(rows).collect();
        let lengths = lines.iter().map(Vec::len);
        assert!(lengths.clone().max() > lengths.min(), "lines of one length go together too easily");
        let all: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let said =
            |words: &[LineWord]| words.iter().map(|w| (w.text.clone(), w.confidence, w.columns)).collect::<Vec<_>>();
        let together = recogniser.read(&all, false, true);
        for (line, together) in all.iter().zip(&together) {
            assert_eq!(said(together), said(&recogniser.read(&[line], false, true)[0]));
        }
    }

    #[test]
    fn both_models_read_what_one_of_them_reads_wrong() {
        let mut recogniser = recogniser();
        assert!(!recogniser.is_joined());
        recogniser.join(&model::pinned(&tessdata(), LARGER).unwrap()).unwrap();
        let (mut one, mut both) = (Vec::new(), Vec::new());
        for line in lines() {
            one.push(text(&read(&recogniser, &line, false, false)));
            both.push(text(&read(&recogniser, &line, true, false)));
        }
        let motto = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
        assert!(both.iter().any(|line| line == motto) && !one.iter().any(|line| line == motto), "{one:#?} {both:#?}");
    }

    #[test]
    fn light_print_on_dark_ground_is_read_when_it_is_asked_for() {
        let recogniser = recogniser();
        let mut line = lines().swap_remove(0);
        let right = text(&read(&recogniser, &line, false, true));
        image::imageops::invert(&mut line);
        assert_eq!(text(&read(&recogniser, &line, false, true)), right);
        assert_ne!(text(&read(&recogniser, &line, false, false)), right);
    }

    #[test]
    fn words_lie_along_the_line_one_after_another() {
        for line in lines() {
            let words = read(&recogniser(), &line, false, false);
            assert!(words.iter().all(|word| word.columns.0 < word.columns.1));
            assert!(words.windows(2).all(|two| two[0].columns.1 <= two[1].columns.0));
            assert!(words.last().is_none_or(|last| last.columns.1 <= rows(&line).len() / HEIGHT));
        }
    }

    #[test]
    fn a_strip_too_narrow_to_hold_a_letter_says_nothing() {
        let read = recogniser().read(&[&[0; 2 * HEIGHT], &[0; POOL * HEIGHT], &[255; 50 * HEIGHT]], false, true);
        assert!(read.len() == 3 && read[0].is_empty());
    }

    #[test]
    fn a_model_that_is_cut_off_or_of_another_kind_is_refused() {
        let model = model::pinned(&tessdata(), "vie").unwrap();
        for length in [0, 3, 200, 1000, 300_000, model.len() - 40_000] {
            assert!(Recogniser::new(&model[..length]).is_err(), "{length}");
        }
        let other = std::fs::read(tessdata().join("osd.traineddata")).unwrap();
        assert!(Recogniser::new(&other).is_err());
        assert!(recogniser().join(&other).is_err());
    }
}

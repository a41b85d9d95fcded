//! A line of print made words by the network of a Tesseract model, with the results of Tesseract's own calculation in a
//! quarter of its time: the network of this one shape is calculated with what the processor does best, and nothing is
//! loaded that only other kinds of models need. What that saves pays for a second model that has its say on every line:
//! two that err in different places are right more often than either.

mod beam;
mod dictionary;
mod file;
mod matrix;
mod network;

use sohoa_model::Result;

use beam::Classes;
use dictionary::{Dictionary, Letter};
use file::{broken, component};
use matrix::ONE;
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

    /// What stands on a line, given as [`HEIGHT`] rows of grey, by one model or by both; with `invert`, poor lines are
    /// tried as light print on dark ground, too.
    pub fn read(&self, rows: &[u8], both: bool, invert: bool) -> Vec<LineWord> {
        /// Letters of less than this in the mean may be of that kind.
        const POOR: f32 = 0.7;
        if rows.len() < POOL * HEIGHT {
            return Vec::new();
        }
        let mut probabilities = self.probabilities(rows, both);
        if invert {
            let mean = self.mean(&probabilities);
            if mean < POOR {
                let inverted: Vec<u8> = rows.iter().map(|pixel| 255 - pixel).collect();
                let other = self.probabilities(&inverted, both);
                if self.mean(&other) > mean {
                    probabilities = other;
                }
            }
        }
        let classes = Classes { letters: &self.classes, nothing: self.first.nothing, dictionary: &self.dictionary };
        let word = |read: beam::Read| LineWord {
            text: read.letters.iter().map(|letter| self.letters[usize::from(*letter)].as_str()).collect(),
            confidence: read.confidence,
            columns: (read.steps[0] * POOL, read.steps[read.steps.len() - 1] * POOL),
        };
        beam::read(&probabilities, &classes).into_iter().map(word).collect()
    }

    /// Of two models the geometric mean: what one of them thinks impossible is so.
    fn probabilities(&self, rows: &[u8], both: bool) -> Vec<f32> {
        let width = rows.len() / HEIGHT;
        let values = values(rows, width);
        let mut probabilities = self.first.run(&values, width);
        if let Some(second) = self.second.as_ref().filter(|_| both) {
            let other = second.run(&values, width);
            let steps = probabilities.chunks_exact_mut(self.first.classes).zip(other.chunks_exact(second.classes));
            for (step, other) in steps {
                step.iter_mut().zip(other).for_each(|(a, b)| *a = (*a * b).sqrt());
                let sum: f32 = step.iter().sum();
                step.iter_mut().for_each(|a| *a /= sum);
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
    let mut parsed = lines.take(count).map(|line| {
        let mut parts = line.split(' ');
        let letter = parts.next().ok_or_else(|| broken("chữ"))?;
        let properties =
            parts.next().and_then(|bits| u32::from_str_radix(bits, 16).ok()).ok_or_else(|| broken("chữ"))?;
        Ok((if letter == "NULL" { " " } else { letter }.to_owned(), properties & DIGIT != 0))
    });
    let parsed: Vec<(String, bool)> = parsed.by_ref().collect::<Result<_>>()?;
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

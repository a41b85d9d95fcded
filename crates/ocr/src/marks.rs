//! Marks of letters by their look alone. The network that reads lines knows the language, so that a rare name turns into a
//! common one under its eyes: «ĐẨU» into «ĐẦU», «Tỵ» into «Ty». This one sees a letter and what is above and below it and
//! knows nothing else: three convolutions and no dictionary.
//!
//! `marks.bin` was learnt from letters that `pages marks` cut out of pages drawn for it; `tests/bench/marks.py` learns it
//! anew.

use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

use crate::calibration::{Kind, logit, percent};
use crate::lstm::{HEIGHT, LineLetter, LineWord};
use crate::syllable::is_syllable;

/// Columns of a line that are seen of a letter.
const WIDTH: usize = 24;

/// Letters without marks, in small and in capitals.
pub const BASES: &str = "aeiouyAEIOUY";

/// What makes other letters of them, and the five tones; without any there is one more of each.
const SIGNS: [char; 3] = ['\u{302}', '\u{306}', '\u{31b}'];
const TONES: [char; 5] = ['\u{301}', '\u{300}', '\u{309}', '\u{303}', '\u{323}'];
const EACH: usize = TONES.len() + 1;

/// How likely each sign with each tone is, as a logarithm.
type Likely = [f32; (SIGNS.len() + 1) * EACH];

/// The letter without marks, and which of [`Likely`] it is; `None` for one that never bears any.
pub fn parts(letter: char) -> Option<(char, usize)> {
    let mut parts = std::iter::once(letter).nfd();
    let bare = parts.next().filter(|bare| BASES.contains(*bare))?;
    parts.try_fold((bare, 0), |(bare, marks), part| {
        let sign = SIGNS.iter().position(|sign| *sign == part).map(|at| (at + 1) * EACH);
        let more = sign.or_else(|| TONES.iter().position(|tone| *tone == part).map(|at| at + 1))?;
        Some((bare, marks + more))
    })
}

/// The letter with these marks, if there is one.
fn letter(bare: char, marks: usize) -> Option<char> {
    let sign = (marks / EACH).checked_sub(1).map(|at| SIGNS[at]);
    let tone = (marks % EACH).checked_sub(1).map(|at| TONES[at]);
    let mut letter = [Some(bare), sign, tone].into_iter().flatten().nfc();
    letter.next().filter(|_| letter.next().is_none())
}

struct Convolution<const IN: usize, const OUT: usize> {
    /// Row by row of three, of each column by column, of each one for each that comes in.
    weights: Vec<[f32; OUT]>,
    bias: [f32; OUT],
}

struct Marks {
    first: Convolution<1, 8>,
    second: Convolution<8, 16>,
    third: Convolution<16, 32>,
    weights: Vec<Likely>,
    bias: Likely,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| Marks::read(include_bytes!("marks.bin")));

/// The numbers of the file one after another: of each part a scale (`f32`) and then `i16`, little-endian.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn take<const N: usize>(&mut self, rows: usize) -> Vec<[f32; N]> {
        let (scale, rest) = self.0.split_at(4);
        let scale = f32::from_le_bytes(scale.try_into().expect("four bytes"));
        let (own, rest) = rest.split_at(rows * N * 2);
        self.0 = rest;
        let number = |two: &[u8]| scale * f32::from(i16::from_le_bytes([two[0], two[1]]));
        own.chunks_exact(2 * N).map(|row| std::array::from_fn(|at| number(&row[2 * at..]))).collect()
    }
}

impl<const IN: usize, const OUT: usize> Convolution<IN, OUT> {
    fn read(numbers: &mut Numbers) -> Self {
        Self { weights: numbers.take(9 * IN), bias: numbers.take(1)[0] }
    }

    /// Three by three with nothing around; of two by two the greatest, at least 0.
    fn run(&self, values: &[[f32; IN]], (width, height): (usize, usize)) -> (Vec<[f32; OUT]>, (usize, usize)) {
        let half = (width.div_ceil(2), height.div_ceil(2));
        let mut out = vec![[0.0f32; OUT]; half.0 * half.1];
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut sums = self.bias;
            let near = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
            for (v, u) in near(y, height).flat_map(|v| near(x, width).map(move |u| (v, u))) {
                let own = &self.weights[((v + 1 - y) * 3 + u + 1 - x) * IN..][..IN];
                for (value, weights) in values[v * width + u].iter().zip(own) {
                    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
                }
            }
            let most = &mut out[(y / 2) * half.0 + x / 2];
            most.iter_mut().zip(sums).for_each(|(most, sum)| *most = most.max(sum));
        }
        (out, half)
    }
}

impl Marks {
    fn read(file: &[u8]) -> Self {
        let mut numbers = Numbers(file);
        let (first, second, third) =
            (Convolution::read(&mut numbers), Convolution::read(&mut numbers), Convolution::read(&mut numbers));
        let rows = HEIGHT.div_ceil(8) * WIDTH.div_ceil(8) * 32 + BASES.len();
        Self { first, second, third, weights: numbers.take(rows), bias: numbers.take(1)[0] }
    }

    fn run(&self, patch: &[[f32; 1]], bare: char) -> Option<Likely> {
        let (values, size) = self.first.run(patch, (WIDTH, HEIGHT));
        let (values, size) = self.second.run(&values, size);
        let (values, _) = self.third.run(&values, size);
        let mut sums = self.bias;
        let base = self.weights.len() - BASES.len() + BASES.find(bare)?;
        let seen = values.as_flattened().iter().zip(&self.weights);
        for (value, weights) in seen.chain([(&1.0, &self.weights[base])]) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
        let most = sums.iter().fold(f32::NEG_INFINITY, |most, sum| most.max(*sum));
        let all = most + sums.iter().map(|sum| (sum - most).exp()).sum::<f32>().ln();
        Some(sums.map(|sum| sum - all))
    }
}

/// What is seen of the letter in the middle of this column, row by row.
fn patch(rows: &[u8], column: usize) -> Vec<u8> {
    let width = rows.len() / HEIGHT;
    let columns = || (0..WIDTH).map(|x| (column + x).checked_sub(WIDTH / 2).filter(|x| *x < width));
    rows.chunks_exact(width).take(HEIGHT).flat_map(|row| columns().map(|x| x.map_or(255, |x| row[x]))).collect()
}

/// How much ink there is, from 0 to 1.
fn ink(patch: &[u8]) -> Vec<[f32; 1]> {
    /// Fainter than this all is paper.
    const FAINT: f32 = 32.0;
    let (dark, light) = patch.iter().fold((u8::MAX, 0), |(dark, light), pixel| (dark.min(*pixel), light.max(*pixel)));
    let scale = (f32::from(light) - f32::from(dark)).max(FAINT);
    patch.iter().map(|pixel| [1.0 - (f32::from(*pixel) - f32::from(dark)) / scale]).collect()
}

/// A word as it was read, and what is seen of those of its letters that may bear marks, by their place in it: what this is
/// learnt from.
pub struct Seen {
    pub text: String,
    pub letters: Vec<(usize, Vec<u8>)>,
}

pub fn seen(rows: &[u8], word: &LineWord) -> Seen {
    let letter = |(at, letter): (usize, &LineLetter)| {
        let mut parted = letter.text.nfc();
        let is_one = parts(parted.next()?).is_some() && parted.next().is_none();
        is_one.then(|| (at, patch(rows, letter.column)))
    };
    let text = word.letters.iter().flat_map(|letter| letter.text.nfc()).collect();
    Seen { text, letters: word.letters.iter().enumerate().filter_map(letter).collect() }
}

/// A word with other marks on one letter, and by how much likelier these are by their look, as a logarithm; below 0 they are
/// less likely than those that were read.
struct Other {
    text: String,
    likelier: f32,
}

/// The likeliest other marks of a word of the line whose [`HEIGHT`] rows of grey these are, if there is another word.
fn other(rows: &[u8], word: &LineWord) -> Option<Other> {
    let with = |at: usize, letter: char| {
        let letters = word.letters.iter().enumerate();
        letters.map(|(i, l)| if i == at { letter.to_string() } else { l.text.clone() }).collect::<String>()
    };
    let others = word.letters.iter().enumerate().filter_map(|(at, read)| {
        let (bare, marks) = parts(read.text.nfc().next()?)?;
        let likely = MARKS.run(&ink(&patch(rows, read.column)), bare)?;
        let mut others: Vec<usize> = (0..likely.len()).filter(|other| *other != marks).collect();
        others.sort_by(|a, b| likely[*b].total_cmp(&likely[*a]));
        others.into_iter().find_map(|other| {
            let text = with(at, letter(bare, other)?);
            let is_word = is_syllable(text.trim_matches(|c: char| !c.is_alphabetic()));
            is_word.then(|| Other { text, likelier: likely[other] - likely[marks] })
        })
    });
    others.max_by(|a, b| a.likelier.total_cmp(&b.likelier))
}

/// Beyond this one is as good as another.
const MOST: f32 = 10.0;

/// The logit of being right: so much, so much for each logit of the network that reads lines, and for each by which other
/// marks are likelier by their look. Logistic regressions on second looks at pages drawn for it (`unseen.py` with seeds 111
/// and 112: 8,200 words), the last weight less than these would bear: in faces that it was not learnt from marks are told
/// worse (on 2,500 words of other pages it would be half as much).
type Logit = [f32; 3];

const KEPT: Logit = [0.1, 0.63, -0.42];
const TAKEN: Logit = [-1.0, -0.52, 0.48];

/// Gives a word of the line the marks that it rather has by their look, and makes it as sure as both say that it is, but
/// no surer for marks that fit.
pub fn weigh(rows: &[u8], word: &mut LineWord) {
    let Some(other) = other(rows, word) else { return };
    let said = logit(Kind::of(&word.text).sure(logit(word.confidence)));
    let likelier = other.likelier.clamp(-MOST, MOST);
    let [kept, taken] = [KEPT, TAKEN].map(|[base, a, b]| base + a * said + b * likelier);
    // Marks that look right say nothing of the rest of the word.
    let sure = if taken > kept { taken } else { kept.min(said) };
    if taken > kept {
        word.text = other.text;
    }
    word.confidence = percent(Kind::of(&word.text).said(percent(sure)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lstm::tests::{lines, recogniser, rows};

    #[test]
    fn a_letter_is_its_bare_one_with_marks() {
        for known in ['a', 'ầ', 'Ẩ', 'ỵ', 'ữ', 'Ơ', 'i'] {
            let (bare, marks) = parts(known).unwrap();
            assert!(BASES.contains(bare));
            assert_eq!(letter(bare, marks), Some(known));
        }
        assert!(parts('đ').is_none() && parts('7').is_none() && parts('ö').is_none());
        assert_eq!(letter('y', EACH + 1), None, "there is no y with a hat and a mark");
    }

    /// Every word of the letter that was read for sure, with the line that it is on.
    fn words() -> Vec<(Vec<u8>, LineWord)> {
        let (recogniser, lines) = (recogniser(), lines());
        let read = |line| {
            let rows = rows(&line);
            let words =
                recogniser.read(&[&rows], false, false).remove(0).into_iter().filter(|word| word.confidence > 95.0);
            words.map(|word| (rows.clone(), word)).collect::<Vec<_>>()
        };
        lines.into_iter().flat_map(read).collect()
    }

    #[test]
    fn marks_that_are_not_there_are_put_right_and_those_that_are_stay() {
        let (mut all, mut kept, mut mended) = (0, 0, 0);
        for (rows, mut word) in words() {
            let text = word.text.clone();
            let Some(at) = word.letters.iter().position(|l| l.text.chars().next().is_some_and(|c| parts(c).is_some()))
            else {
                continue;
            };
            weigh(&rows, &mut word);
            kept += usize::from(word.text == text);
            // The same with another tone, as if the network that reads lines had taken it for a word that is commoner.
            let was = word.letters[at].text.clone();
            let (bare, marks) = parts(was.chars().next().unwrap()).unwrap();
            let tones = (1..EACH).map(|more| marks / EACH * EACH + (marks + more) % EACH);
            let wrong = tones.filter_map(|marks| letter(bare, marks)).map(|c| text.replacen(&was, &c.to_string(), 1));
            let Some(wrong) = wrong.into_iter().find(|text| is_syllable(text)) else { continue };
            word.letters[at].text = wrong.chars().nth(at).unwrap().to_string();
            (word.text, word.confidence) = (wrong, 90.0);
            weigh(&rows, &mut word);
            all += 1;
            mended += usize::from(word.text == text);
        }
        assert!(all > 60 && kept >= all && mended * 100 >= all * 95, "{all} {kept} {mended}");
    }

    #[test]
    fn a_word_is_no_surer_for_marks_that_fit_and_doubtful_for_others() {
        let (rows, mut word) = words().into_iter().find(|(_, word)| word.text == "Đường").unwrap();
        word.confidence = 60.0;
        weigh(&rows, &mut word);
        assert!(word.text == "Đường" && (word.confidence - 60.0).abs() < 0.1, "{}", word.confidence);
        // However sure the network that reads lines is.
        let at = word.letters.iter().position(|letter| letter.text == "ờ").unwrap();
        word.letters[at].text = "ở".into();
        (word.text, word.confidence) = ("Đưởng".into(), 99.9);
        weigh(&rows, &mut word);
        assert!(word.text == "Đường" || word.confidence < 90.0, "{word:?}");
    }
}

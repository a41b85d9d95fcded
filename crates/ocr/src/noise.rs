//! Handwriting, pictures and foreign scripts come out of the recogniser as noise: letters in an order that Vietnamese does
//! not have, none of them sure. Such lines are told as not read instead of being passed off as text.

use sohoa_model::{Box4, Word};

use crate::syllable::is_syllable;
use crate::{bounds, sure};

/// A line surer than this, in percent, is text, whatever it says.
const SURE: f32 = 40.0;
/// One word of two letters and more that makes sense and is so sure speaks for its whole line: the label before a number
/// that was hard to read.
const WITNESS: f32 = 56.0;
/// A word less sure than this says nothing.
const LEAST: f32 = 5.0;
/// Within text, a sign less sure than this is a speck: of ten of them nine are (training pages).
const SPECK: f32 = 85.0;
/// So much of its letters, as one in this many, must be in words that can be.
const SENSE: usize = 3;
/// A line of so many letters has more to show for itself: of another script whole lines look like ours here and there.
const LONG: usize = 16;
const LONG_SURE: f32 = 60.0;
const LONG_SENSE: usize = 5;

/// Fewer letters than this in a line of noise are dirt, which nobody need look at.
const DIRT: usize = 4;

/// The words that are text, and the boxes of the lines that are not. A line's words stand one after another.
pub fn apart(words: Vec<Word>) -> (Vec<Word>, Vec<Box4>) {
    let mut unread = Vec::new();
    let mut text = Vec::with_capacity(words.len());
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let all: usize = line.iter().map(letters).sum();
        let sense: usize = line.iter().filter(|w| makes_sense(w)).map(letters).sum();
        let witness = line.iter().any(|w| w.confidence >= WITNESS && letters(w) >= 2 && makes_sense(w));
        let (least, witness) =
            if all < LONG { (SURE, witness) } else { (LONG_SURE, witness && sense * LONG_SENSE > all) };
        if sure(line) >= least || sense * SENSE > all || witness {
            text.extend(line.iter().filter(|w| letters(w) > 0 || w.confidence >= SPECK).cloned());
        } else if all >= DIRT {
            unread.push(bounds(line));
        }
    }
    (text, unread)
}

pub(crate) fn letters(word: &Word) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Whether a word is made of syllables of two letters and more, and of figures.
pub(crate) fn makes_sense(word: &Word) -> bool {
    let letters: Vec<char> = word.text.chars().collect();
    let mut runs = letters.chunk_by(|a, b| a.is_alphabetic() == b.is_alphabetic() && a.is_numeric() == b.is_numeric());
    let sound = |run: &[char]| match run[0] {
        c if c.is_alphabetic() => run.len() >= 2 && is_syllable(&run.iter().collect::<String>()),
        _ => true,
    };
    let figures = letters.iter().filter(|c| c.is_ascii_digit()).count();
    // Dirt has not the form of a date or of an amount, however hard these are to read.
    let number = figures >= 4 && letters.iter().all(|c| c.is_ascii_digit() || "./-,:".contains(*c));
    number || word.confidence >= LEAST && letters.iter().any(|c| c.is_alphanumeric()) && runs.all(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, confidence: f32, line: u32) -> Vec<Word> {
        let word = |(i, text): (usize, &str)| Word {
            text: text.into(),
            confidence,
            bounds: [100 + 80 * i as u32, 100 * line, 70, 40],
            line,
            block: 0,
        };
        text.split(' ').enumerate().map(word).collect()
    }

    #[test]
    fn noise_goes_and_faint_text_stays() {
        let label = [line("Số:", 93.0, 6), line("122/TB-ƯBNĐ", 35.0, 6)].concat();
        let kept = [
            line("Ủy ban nhân dân xã", 45.0, 0),
            line("15/QĐ-UBND 12/03/2026", 50.0, 1),
            line("Ktv xz", 90.0, 2),
            line("14/10/1978", 12.0, 7),
            label,
        ];
        let noise = [line("~Wj fz: TỈI(Ê vl", 31.0, 3), line("ấưM Ỉj", 20.0, 4), line("_» Ị", 30.0, 5)];
        let (words, unread) = apart(kept.iter().chain(&noise).flatten().cloned().collect());
        assert_eq!(words, kept.concat());
        assert_eq!(unread, [[100, 300, 310, 40], [100, 400, 150, 40]]);
    }

    #[test]
    fn a_speck_within_text_is_no_sign() {
        let line = |sure| {
            let word = |(i, (text, confidence)): (usize, (&str, f32))| Word {
                text: text.into(),
                confidence,
                bounds: [100 * i as u32, 10, 90, 30],
                line: 0,
                block: 0,
            };
            let words = [("ỦY", 95.0), ("BAN", 96.0), ("-", sure), ("NHÂN", 95.0)];
            apart(words.into_iter().enumerate().map(word).collect()).0.len()
        };
        assert_eq!((line(40.0), line(90.0)), (3, 4));
    }
}

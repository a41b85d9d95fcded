//! How sure a word is, in percent that mean what they say: of the words said to be 95 % sure, 95 of 100 are right.
//!
//! What the network says is the same of a word that Vietnamese has and of one that it cannot have, and is too sure of
//! itself. So it is weighed anew: a logistic regression on its logit (Platt 1999) for each kind of word, fitted on
//! pages drawn for it (`unseen.py` with seeds 101, 102, 107 and 108: 51,000 words) and scored on others by
//! `cargo xtask bench read`. To fit it again: `pages fit` in `tests/bench/pages.rs`.

use sohoa_model::Word;

use crate::lexicon::Lexicon;
use crate::suggest::key;
use crate::syllable::is_syllable;

/// What a word is, as far as that tells how often its like is read wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made of syllables that Vietnamese has, or of words that are known to be written as they are.
    Syllables,
    /// With a figure in it: numbers, dates, codes.
    Figures,
    /// Neither: foreign words, and what was read wrong.
    Other,
    /// Signs only.
    Signs,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Syllables, Kind::Figures, Kind::Other, Kind::Signs];

    pub fn of(text: &str) -> Kind {
        let known = Lexicon::default();
        let mut parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            Kind::Signs
        } else if text.chars().any(char::is_numeric) {
            Kind::Figures
        } else if parts.all(|part| is_syllable(part) || known.keeps(&key(part))) {
            Kind::Syllables
        } else {
            Kind::Other
        }
    }

    /// The logit of being right is the first and the second times that of what the network says.
    fn weights(self) -> (f32, f32) {
        match self {
            Kind::Syllables => (1.13, 0.59),
            Kind::Figures => (1.36, 0.46),
            Kind::Other => (-1.61, 0.68),
            Kind::Signs => (-4.70, 1.83),
        }
    }

    /// Percent, from a logit.
    pub(crate) fn sure(self, said: f32) -> f32 {
        let (base, slope) = self.weights();
        percent(base + slope * said)
    }

    /// The logit of what the network must have said of a word of this kind that is so sure: for fitting the weights anew.
    pub fn said(self, sure: f32) -> f32 {
        let (base, slope) = self.weights();
        (logit(sure) - base) / slope
    }
}

pub(crate) fn logit(percent: f32) -> f32 {
    let share = (percent / 100.0).clamp(0.001, 0.9999);
    (share / (1.0 - share)).ln()
}

pub(crate) fn percent(logit: f32) -> f32 {
    100.0 / (1.0 + (-logit).exp())
}

/// The words with what they are truly worth.
pub fn run(words: Vec<Word>) -> Vec<Word> {
    let sure = |word: &Word| Kind::of(&word.text).sure(logit(word.confidence));
    words.into_iter().map(|word| Word { confidence: sure(&word), ..word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(text: &str, confidence: f32) -> f32 {
        run(vec![Word { text: text.into(), confidence, bounds: [0; 4], line: 0, block: 0 }])[0].confidence
    }

    #[test]
    fn what_cannot_be_a_word_is_less_sure() {
        assert!(sure("phường", 99.0) > 97.0 && sure("phường", 100.0) < 99.9);
        assert!(sure("phườg", 96.0) < sure("phường", 96.0) - 1.0);
        assert!(sure("—", 60.0) < sure("xã", 60.0));
        for text in ["xã", "027194000123", "QĐ-UBND", "."] {
            assert!(sure(text, 96.0) > sure(text, 80.0) && sure(text, 80.0) > sure(text, 40.0), "{text}");
        }
    }

    #[test]
    fn kinds_of_words() {
        let kinds = [("Xuân,", Kind::Syllables), ("12/03/2026", Kind::Figures), ("QĐ-UBND", Kind::Syllables)];
        for (text, kind) in kinds.into_iter().chain([("Ktv", Kind::Other), ("…", Kind::Signs)]) {
            assert_eq!(Kind::of(text), kind, "{text}");
        }
    }

    #[test]
    fn what_was_said_can_be_told_from_what_it_is_worth() {
        for (text, confidence) in [("xã", 96.3), ("31", 80.0), ("Ktv", 55.0)] {
            assert!((Kind::of(text).said(sure(text, confidence)) - logit(confidence)).abs() < 0.01, "{text}");
        }
    }
}

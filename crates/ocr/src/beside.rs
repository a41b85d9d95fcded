//! What a word is among: who fills in a form writes behind its labels, one word beside another, with one pen. The figures by
//! which `hand` looks a second time at how likely each word was written.

use sohoa_model::Word;

use crate::strokes::{FIGURES, Figures};

/// How many figures there are of a word among others: its own, and these.
pub const AMONG: usize = FIGURES + 11;
pub type Among = [f32; AMONG];

/// In log odds: surer than this a word is print or written, by which the page's pens and letters are known.
const SURE: f32 = 2.0;
/// So many such words tell how they usually are.
const ENOUGH: usize = 3;
/// A word further off, in heights, or as many words behind a label, or as many of them on a page, is no more than that.
const FAR: f32 = 20.0;
const MANY: usize = 50;
/// Which figures tell pens apart: how dark and how thick strokes are.
const PEN: [usize; 2] = [3, 4];

/// The figures of each word among those of its page, by how likely each is written when looked at alone, in log odds. A
/// line's words stand one after another.
pub fn of(words: &[Word], figures: &[Figures], odds: &[f32]) -> Vec<Among> {
    let written = odds.iter().filter(|odds| **odds > SURE).count();
    let share = written as f32 / odds.len().max(1) as f32;
    let usual = |at: usize, is: &dyn Fn(f32) -> bool| {
        let mut values: Vec<f32> = figures.iter().zip(odds).filter(|(_, o)| is(**o)).map(|(f, _)| f[at]).collect();
        values.sort_unstable_by(f32::total_cmp);
        (values.len() >= ENOUGH).then(|| values[values.len() / 2])
    };
    // What print is like is 1 by itself: these figures are held against it.
    let pens = PEN.map(|at| usual(at, &|odds| odds > SURE).map(|pen| (pen, usual(at, &|o| o < -SURE).unwrap_or(1.0))));
    let mut all = Vec::with_capacity(words.len());
    let mut from = 0;
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let odds = &odds[from..from + line.len()];
        // How many words ago a label ended.
        let mut behind = None;
        for (at, word) in line.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| (&line[at], odds[at]));
            let after = line.get(at + 1).map(|word| (word, odds[at + 1]));
            behind =
                if before.is_some_and(|(word, _)| ends_label(word)) { Some(0) } else { behind.map(|n: usize| n + 1) };
            let high = word.bounds[3].max(1) as f32;
            let gap = |a: &Word, b: &Word| {
                let gap = b.bounds[0] as f32 - (a.bounds[0] + a.bounds[2]) as f32;
                (gap / high).min(FAR)
            };
            let own = &figures[from + at];
            // How much nearer it is to what was written than to print.
            let nearer = [0, 1].map(|i| {
                let off = |usual: f32| ((own[PEN[i]] + 1e-3) / (usual + 1e-3)).ln().abs();
                pens[i].map_or(0.0, |(pen, print)| off(print) - off(pen))
            });
            let among = [
                odds[at],
                before.map_or(0.0, |(_, odds)| odds),
                after.map_or(0.0, |(_, odds)| odds),
                before.map_or(FAR, |(before, _)| gap(before, word)),
                after.map_or(FAR, |(after, _)| gap(word, after)),
                f32::from(u8::from(before.is_some_and(|(word, _)| ends_label(word) || word.text.contains("..")))),
                behind.map_or(-1.0, |words| (words as f32).min(FAR)),
                share,
                written.min(MANY) as f32,
                nearer[0],
                nearer[1],
            ];
            let mut figures = [0.0; AMONG];
            figures[..FIGURES].copy_from_slice(own);
            figures[FIGURES..].copy_from_slice(&among);
            all.push(figures);
        }
        from += line.len();
    }
    all
}

/// Whether a label ends with a word: the dots on which one writes may hang on it.
fn ends_label(word: &Word) -> bool {
    word.text.trim_end_matches(['.', '…']).ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of words, each so wide as it has letters and one letter from the next.
    fn line(text: &str, line: u32) -> Vec<Word> {
        let mut x = 0;
        let words = text.split(' ').map(|text| {
            let wide = 20 * text.chars().count() as u32;
            let bounds = [x, 100 * line, wide, 40];
            x += wide + 20;
            Word { text: text.into(), confidence: 80.0, bounds, line, block: 0 }
        });
        words.collect()
    }

    fn among(of: &Among) -> &[f32] {
        &of[FIGURES..]
    }

    #[test]
    fn a_word_knows_those_beside_it_in_its_line() {
        let words = [line("Họ tên: Lò Kỷ", 1), line("Số", 2)].concat();
        let odds = [-5.0, -4.0, 1.0, 3.0, -2.0];
        let all = of(&words, &[[0.0; FIGURES]; 5], &odds);
        assert_eq!(among(&all[2])[..7], [1.0, -4.0, 3.0, 0.5, 0.5, 1.0, 0.0]);
        assert_eq!(among(&all[3])[..7], [3.0, 1.0, 0.0, 0.5, FAR, 0.0, 1.0]);
        assert_eq!(among(&all[4])[..7], [-2.0, 0.0, 0.0, FAR, FAR, 0.0, -1.0], "of the line above it knows nothing");
        assert!(all.iter().all(|word| among(word)[7..9] == [0.2, 1.0]), "one of five is surely written");
    }

    #[test]
    fn what_is_as_dark_as_the_writing_of_the_page_is_nearer_to_it() {
        let words = line("một hai ba bốn năm sáu bảy", 1);
        let odds = [-5.0, -5.0, -5.0, 4.0, 4.0, 4.0, 0.0];
        let dark = |last: f32| {
            let mut figures = [[0.0; FIGURES]; 7];
            for (figures, dark) in figures.iter_mut().zip([1.0, 1.0, 1.0, 0.5, 0.5, 0.5, last]) {
                figures[PEN[0]] = dark;
            }
            among(&of(&words, &figures, &odds)[6])[9]
        };
        assert!(dark(0.5) > 0.6 && dark(1.0) < -0.6, "{} {}", dark(0.5), dark(1.0));
        let few = of(&words[..4], &[[0.5; FIGURES]; 4], &odds[..4]);
        assert!(few.iter().all(|word| among(word)[9..] == [0.0, 0.0]), "one word tells no pen");
    }
}

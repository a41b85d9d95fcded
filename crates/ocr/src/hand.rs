//! Writing told from print beside it, such as after the label of a form.

use sohoa_model::{Box4, Word};

use crate::bounds;
use crate::noise::{letters, makes_sense};

/// Surer than this, in percent, a word is print.
pub const PRINT: f32 = 95.0;
/// In heights of the print's letters: so wide, or so high and broad, a connected part of ink is no letter of it. Letters
/// with their marks may be as high, but are not as broad.
const WIDE: f32 = 2.2;
const HIGH: f32 = 1.35;
const BROAD: f32 = 1.4;
/// Less sure than this, even what makes sense does not speak for print.
const SURE: f32 = 40.0;
/// Words of a sentence stand nearer to one another than this, in heights.
const GAP: f32 = 1.5;
/// Parts of ink by which it can be said how high letters are.
const ENOUGH: usize = 6;
/// Higher than this, in heights of the page's print, are no words, but pictures.
const HUGE: f32 = 5.0;

/// What was written by hand beside print, such as after the label of a form: words that are neither sure nor make sense, of
/// ink that is joined from letter to letter or higher than letters are. The words that are print, and the boxes of what is
/// not. A line's words stand one after another; `ink` is all of the page, in the same frame.
pub fn by_hand(words: Vec<Word>, ink: &[Box4]) -> (Vec<Word>, Vec<Box4>) {
    let within = |[x, y, w, h]: Box4| {
        ink.iter().filter(move |[left, top, wide, high]| {
            (x..=x + w).contains(&(left + wide / 2)) && (y..=y + h).contains(&(top + high / 2))
        })
    };
    let tall = |words: &mut dyn Iterator<Item = &Word>| {
        let mut heights: Vec<u32> = words.flat_map(|w| within(w.bounds)).map(|part| part[3]).collect();
        heights.sort_unstable();
        (heights.len() >= ENOUGH).then(|| heights[heights.len() * 9 / 10] as f32)
    };
    let is_print = |word: &&Word| word.confidence >= PRINT;
    let mut syllables = words.iter().filter(is_print).filter(|w| letters(w) >= 2 && makes_sense(w));
    let Some(usual) = tall(&mut syllables) else {
        // Nothing is print, and most of what is there was not even taken for it.
        let wide = |parts: &mut dyn Iterator<Item = &Box4>| parts.map(|part| part[2]).sum::<u32>();
        let inside: u32 = words.iter().map(|w| wide(&mut within(w.bounds))).sum();
        let is_hand = inside * 2 < wide(&mut ink.iter());
        return if is_hand { (Vec::new(), words.iter().map(|w| w.bounds).collect()) } else { (words, Vec::new()) };
    };
    let (mut print, mut hand) = (Vec::with_capacity(words.len()), Vec::new());
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let tall = tall(&mut line.iter().filter(is_print)).unwrap_or(usual);
        let mut sections = line.chunk_by(|a, b| is_print(&a) == is_print(&b)).peekable();
        while let Some(section) = sections.next() {
            let end = section.iter().map(|w| w.bounds[0] + w.bounds[2]).max().unwrap_or(0) as f32;
            // Between words of print stands print that was hard to read.
            let is_within = sections.peek().is_some_and(|next| (next[0].bounds[0] as f32) < end + GAP * tall);
            let all: usize = section.iter().map(letters).sum();
            let sense: usize = section.iter().filter(|w| w.confidence >= SURE && makes_sense(w)).map(letters).sum();
            let (mut ink, mut joined) = (0, 0);
            for [_, _, w, h] in within(bounds(section)) {
                let (wide, high) = (*w as f32 / tall, *h as f32 / tall);
                ink += w;
                joined += if wide > WIDE || high > HIGH && wide > BROAD { *w } else { 0 };
            }
            let is_huge = section.iter().any(|w| w.bounds[3] as f32 > HUGE * usual);
            let is_hand = !is_within && sense * 2 < all && joined * 2 >= ink.max(1);
            if !is_print(&&section[0]) && (is_huge || is_hand) {
                hand.push(bounds(section));
            } else {
                print.extend_from_slice(section);
            }
        }
    }
    (print, hand)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words with a part of ink for each letter, or one for all of it.
    fn inked(words: &[(&str, f32)], joined: &[usize]) -> (Vec<Word>, Vec<Box4>) {
        let (mut x, mut found, mut ink) = (100, Vec::new(), Vec::new());
        for (i, (text, confidence)) in words.iter().enumerate() {
            let width = 24 * text.chars().count() as u32;
            let (y, height) = if joined.contains(&i) { (480, 80) } else { (500, 40) };
            match joined.contains(&i) {
                true => ink.push([x, y, width, height]),
                false => ink.extend((0..width / 24).map(|n| [x + 24 * n, y, 20, height])),
            }
            let bounds = [x, y, width, height];
            found.push(Word { text: (*text).into(), confidence: *confidence, bounds, line: 0, block: 0 });
            x += width + 20;
        }
        (found, ink)
    }

    #[test]
    fn a_hand_behind_a_label_goes_and_poor_print_stays() {
        let label = [("Họ", 99.0), ("và", 99.0), ("tên:", 98.0)];
        let kept = |more: &[(&str, f32)], joined: &[usize]| {
            let (words, ink) = inked(&[&label[..], more].concat(), joined);
            let (print, hand) = by_hand(words, &ink);
            (print.len(), hand.len())
        };
        assert_eq!(kept(&[("./ZZx", 12.0), ("Tiqj", 37.0)], &[3, 4]), (3, 1));
        assert_eq!(
            kept(&[("Trầu", 52.0), ("Văn", 61.0)], &[3, 4]),
            (5, 0),
            "letters that the copier joined make sense"
        );
        assert_eq!(kept(&[("xkqz", 30.0), ("vwj", 22.0)], &[]), (5, 0), "letter by letter, however poor, it is print");
        assert_eq!(kept(&[("xkqz", 96.0)], &[3]), (4, 0), "what is sure is");
        assert_eq!(kept(&[("./ZZx", 12.0), ("ngày", 99.0)], &[3]), (5, 0), "between print there is print");
        // A page all of handwriting, of which here and there something was read.
        let (words, mut ink) = inked(&[("4", 71.0), ("24", 89.0)], &[]);
        assert_eq!(by_hand(words.clone(), &ink).0.len(), 2);
        ink.extend((0..20).map(|i| [100 + 90 * i, 900, 70, 60]));
        assert_eq!(by_hand(words, &ink).1.len(), 2);
    }
}

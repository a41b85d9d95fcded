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
        if sure(line) >= SURE || sense * SENSE > all || witness {
            text.extend(line.iter().filter(|w| letters(w) > 0 || w.confidence >= SPECK).cloned());
        } else if all >= DIRT {
            unread.push(bounds(line));
        }
    }
    (text, unread)
}

/// Surer than this, in percent, a word is print.
const PRINT: f32 = 95.0;
/// In heights of the print's letters: so wide, or so high and broad, a connected part of ink is no letter of it. Letters with
/// their marks may be as high, but are not as broad.
const WIDE: f32 = 2.2;
const HIGH: f32 = 1.35;
const BROAD: f32 = 1.4;

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

/// What only seems to be text in pictures, which are told as not read. Where several words within are sure it is no picture but
/// print on a tinted ground.
pub fn in_pictures(words: Vec<Word>, pictures: Vec<Box4>) -> (Vec<Word>, Vec<Box4>) {
    const SEVERAL: usize = 3;
    let is_in = |word: &Word, [x, y, w, h]: &Box4| {
        let [left, top, wide, high] = word.bounds;
        (*x..=x + w).contains(&(left + wide / 2)) && (*y..=y + h).contains(&(top + high / 2))
    };
    let sure = |picture: &Box4| words.iter().filter(|w| w.confidence >= PRINT && is_in(w, picture)).count();
    let pictures: Vec<Box4> = pictures.into_iter().filter(|picture| sure(picture) < SEVERAL).collect();
    let words = words.into_iter().filter(|w| w.confidence >= PRINT || !pictures.iter().any(|p| is_in(w, p))).collect();
    (words, pictures)
}

/// Words of a sentence stand nearer to one another than this, in heights.
const GAP: f32 = 1.5;
/// Parts of ink by which it can be said how high letters are.
const ENOUGH: usize = 6;
/// Higher than this, in heights of the page's print, are no words, but pictures.
const HUGE: f32 = 5.0;

fn letters(word: &Word) -> usize {
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

    #[test]
    fn what_is_read_in_a_picture_is_no_text() {
        let words = [line("BE", 86.0, 5), line("Họ và tên", 99.0, 6)].concat();
        let (print, pictures) = in_pictures(words.clone(), vec![[90, 480, 300, 80]]);
        assert_eq!((print.len(), pictures.len()), (3, 1));
        assert_eq!(in_pictures(words, vec![[90, 480, 300, 300]]).1.len(), 0, "print on a tinted ground is no picture");
    }
}

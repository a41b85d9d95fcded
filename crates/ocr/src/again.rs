//! A second look: a line is read again from another copy of the page, or by an engine of another kind, and word by word the
//! two readings are weighed against each other. What misleads in one copy seldom misleads in the other in the same way:
//! where they agree both are surer, and where they differ the likelier one is kept and is not sure.

use image::GrayImage;
use sohoa_model::{Box4, Result, Word, text::distance};
use std::cmp::Ordering;
use std::ops::Range;

use crate::lexicon::{Lexicon, bare};
use crate::{bounds, calibration, noise::makes_sense};

/// Heights of a line, wider than any space in running text.
const FAR: u32 = 3;

/// A single line of text, as Tesseract numbers its modes.
pub const ONE_LINE: u32 = 7;

/// What is looked at: a copy of the page of this size and resolution, of which a box can be had, and which shows the whole
/// frame of that size.
pub struct Look<'a> {
    pub copy: &'a dyn Fn(Box4) -> Result<GrayImage>,
    pub size: (u32, u32),
    pub dpi: f32,
    pub frame: (u32, u32),
}

impl Look<'_> {
    fn scale(&self) -> (f32, f32) {
        (self.size.0 as f32 / self.frame.0 as f32, self.size.1 as f32 / self.frame.1 as f32)
    }

    /// Where on the copy a box of the frame is.
    fn place(&self, [x, y, w, h]: Box4) -> Box4 {
        let within = |from: u32, length: u32, scale: f32, end: u32| {
            let from = ((from as f32 * scale).round() as u32).min(end - 1);
            (from, ((length as f32 * scale).round() as u32).clamp(1, end - from))
        };
        let (across, down) = self.scale();
        let ((left, wide), (top, tall)) = (within(x, w, across, self.size.0), within(y, h, down, self.size.1));
        [left, top, wide, tall]
    }

    /// A word of such a place, in the frame.
    fn home(&self, word: Word, [left, top, ..]: Box4) -> Word {
        let (across, down) = self.scale();
        let back = |v: u32, from: u32, by: f32| ((v + from) as f32 / by).round() as u32;
        let [x, y, w, h] = word.bounds;
        Word { bounds: [back(x, left, across), back(y, top, down), back(w, 0, across), back(h, 0, down)], ..word }
    }
}

/// Which words a second look may put right: those less sure than `least`, in percent, and [misfits](Lexicon::misfits).
pub fn doubtful(words: &[Word], least: f32, lexicon: &Lexicon) -> Vec<bool> {
    let misfits = lexicon.misfits(words);
    words.iter().zip(misfits).map(|(word, misfit)| misfit || word.confidence < least).collect()
}

/// An engine that is asked about words that were read before. What it says counts for as much as it was found to be worth.
pub trait Witness {
    /// The parts of a line that it is shown; all that is wanted is in one of them.
    fn pieces(&self, line: &[Word], wanted: &[bool]) -> Vec<Range<usize>>;

    /// What it is shown of the frame for one of them.
    fn around(&self, line: &[Word], piece: Range<usize>, frame: (u32, u32)) -> Box4;

    /// What stands on each of some copies of that, boxes in its pixels, as sure as [`weights`](Self::weights) take it.
    fn read(&mut self, copies: &[GrayImage]) -> Result<Vec<Vec<Word>>>;

    /// What its words are worth against the first ones; `None` where it has no say.
    fn weights(&self, first: &[Word], second: &[Word]) -> Option<&Weights>;

    /// Whether it means the same by `other` as the first reading by `first`: it may not have every sign.
    fn agrees(&self, first: &str, other: &str) -> bool {
        first == other
    }
}

/// Has the `wanted` words read again by `witness`, and keeps what is likelier right. Words stand in the frame and are
/// calibrated, before and after.
pub fn run(
    words: &[Word],
    wanted: &[bool],
    look: &Look,
    lexicon: &Lexicon,
    witness: &mut dyn Witness,
) -> Result<Vec<Word>> {
    // All that is looked at is read at once, which takes less time than one by one.
    let (mut pieces, mut places, mut copies) = (Vec::new(), Vec::new(), Vec::new());
    let mut from = 0;
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let of_line = witness.pieces(line, &wanted[from..from + line.len()]);
        for piece in &of_line {
            let place = look.place(witness.around(line, piece.clone(), look.frame));
            copies.push((look.copy)(place)?);
            places.push(place);
        }
        pieces.push(of_line);
        from += line.len();
    }
    let mut read = witness.read(&copies)?.into_iter().zip(places);
    let mut out = Vec::with_capacity(words.len());
    for (line, pieces) in words.chunk_by(|a, b| a.line == b.line).zip(pieces) {
        let mut next = 0;
        for (piece, (read, place)) in pieces.into_iter().zip(&mut read) {
            let read: Vec<Word> = read.into_iter().map(|word| look.home(word, place)).collect();
            out.extend_from_slice(&line[next..piece.start]);
            next = piece.end;
            out.extend(merge(line, piece, &read, lexicon, witness));
        }
        out.extend_from_slice(&line[next..]);
    }
    Ok(out)
}

/// The engine that read the page, shown another copy of it.
pub struct Anew<R: FnMut(&[GrayImage]) -> Result<Vec<Vec<Word>>>>(pub R);

impl<R: FnMut(&[GrayImage]) -> Result<Vec<Vec<Word>>>> Witness for Anew<R> {
    fn pieces(&self, line: &[Word], wanted: &[bool]) -> Vec<Range<usize>> {
        pieces(line, wanted)
    }

    fn around(&self, line: &[Word], piece: Range<usize>, frame: (u32, u32)) -> Box4 {
        around(&line[piece], frame)
    }

    fn read(&mut self, copies: &[GrayImage]) -> Result<Vec<Vec<Word>>> {
        Ok((self.0)(copies)?.into_iter().map(calibration::run).collect())
    }

    fn weights(&self, _: &[Word], _: &[Word]) -> Option<&Weights> {
        Some(&WEIGHTS)
    }
}

/// The parts of a line that hold what is wanted, and one word more on each side: a word by itself is read worse. What
/// stands far off, as across a form or a table, is no company.
fn pieces(line: &[Word], wanted: &[bool]) -> Vec<Range<usize>> {
    let near = |left: usize| {
        let ([x, _, w, h], [next, _, _, tall]) = (line[left].bounds, line[left + 1].bounds);
        next.saturating_sub(x + w) < FAR * h.max(tall)
    };
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for at in (0..wanted.len()).filter(|at| wanted[*at]) {
        let from = if at > 0 && near(at - 1) { at - 1 } else { at };
        let to = if at + 1 < line.len() && near(at) { at + 2 } else { at + 1 };
        match pieces.last_mut() {
            Some(last) if from < last.end || from == last.end && near(from - 1) => last.end = to,
            _ => pieces.push(from..to),
        }
    }
    pieces
}

/// The logit of being right: so much, and so much for each logit of the first and of the second reading.
type Logit = [f32; 3];

pub struct Weights {
    /// Of both, where they say the same; of either, where they differ.
    pub agreed: Logit,
    pub kept: Logit,
    pub taken: Logit,
    /// More than that where this one is as people write it and the other is not.
    pub certain: (f32, f32),
    /// No word with a figure in it is surer than this by them, in percent.
    pub figures: f32,
}

/// Logistic regressions on second looks at pages drawn for it (`unseen.py` with seeds 101, 102, 107 and 108: 50,700 words).
const WEIGHTS: Weights = Weights {
    agreed: [0.94, 0.36, 0.53],
    kept: [-1.30, 0.51, -0.26],
    taken: [-0.97, -0.08, 0.73],
    certain: (3.0, 3.0),
    figures: 100.0,
};

/// Which words of two readings of one piece stand for one another, in their order: one for one, or one for two where the
/// readings part them in other places. What has no counterpart is left out.
fn pairs(first: &[Word], second: &[Word]) -> Vec<(Range<usize>, Range<usize>)> {
    const STEPS: [(usize, usize); 5] = [(1, 1), (1, 2), (2, 1), (1, 0), (0, 1)];
    /// Of a word without a counterpart, against 1 for two words that have nothing in common.
    const ALONE: f32 = 0.6;
    let mut best = vec![vec![(f32::INFINITY, (0, 0)); second.len() + 1]; first.len() + 1];
    best[0][0].0 = 0.0;
    for (i, j) in (0..=first.len()).flat_map(|i| (0..=second.len()).map(move |j| (i, j))) {
        for (m, n) in STEPS.into_iter().filter(|(m, n)| i + m <= first.len() && j + n <= second.len()) {
            let step = if m * n == 0 { ALONE } else { difference(&first[i..i + m], &second[j..j + n]) };
            let cost = best[i][j].0 + step;
            if cost < best[i + m][j + n].0 {
                best[i + m][j + n] = (cost, (m, n));
            }
        }
    }
    let (mut i, mut j) = (first.len(), second.len());
    let mut pairs = Vec::new();
    while (i, j) != (0, 0) {
        let (m, n) = best[i][j].1;
        (i, j) = (i - m, j - n);
        if m * n > 0 {
            pairs.push((i..i + m, j..j + n));
        }
    }
    pairs.reverse();
    pairs
}

/// From 0, the same letters, to 1, nothing in common; more where they do not stand in one place.
fn difference(a: &[Word], b: &[Word]) -> f32 {
    let text = |words: &[Word]| words.iter().map(|w| w.text.as_str()).collect::<String>();
    let (x, y) = (text(a), text(b));
    let letters = [&x, &y].map(|text| text.chars().count());
    let slips = distance(&x, &y) as f32 / letters[0].max(letters[1]).max(1) as f32;
    let (whole, other) = (bounds(a), bounds(b));
    // Each part of the other's whole has its share of the letters, too.
    let fewer = letters[0].abs_diff(letters[1]);
    let inside =
        |part: &Word, whole: Box4| shared(part.bounds, whole) * 2 > part.bounds[2] && part.text.chars().count() > fewer;
    let together = match (a, b) {
        ([_], [_]) => shared(whole, other) * 2 > whole[2].min(other[2]),
        _ => a.iter().all(|part| inside(part, other)) && b.iter().all(|part| inside(part, whole)),
    };
    slips + if together { 0.0 } else { 1.0 } + 0.1 * (a.len() + b.len() - 2) as f32
}

/// How far two boxes on a line lie over one another, in pixels.
fn shared([left, _, width, _]: Box4, [start, _, wide, _]: Box4) -> u32 {
    (left + width).min(start + wide).saturating_sub(left.max(start))
}

/// The words of a piece of a line after a second reading of it.
fn merge(line: &[Word], piece: Range<usize>, second: &[Word], lexicon: &Lexicon, witness: &dyn Witness) -> Vec<Word> {
    let mut out = Vec::with_capacity(piece.len());
    let mut next = piece.start;
    for (a, b) in pairs(&line[piece.clone()], second) {
        let a = piece.start + a.start..piece.start + a.end;
        out.extend_from_slice(&line[next..a.start]);
        next = a.end;
        let beside = |words: &[Word], at: &Range<usize>| {
            [at.start.checked_sub(1), Some(at.end)].map(|i| i.and_then(|i| words.get(i)).map(|w| bare(&w.text)))
        };
        let beside = [beside(line, &a), beside(second, &b)];
        out.extend(weigh(&line[a], &second[b], &beside, lexicon, witness));
    }
    out.extend_from_slice(&line[next..piece.end]);
    out
}

/// How sure the least sure of some words is.
pub fn least(words: &[Word]) -> f32 {
    words.iter().map(|w| w.confidence).fold(100.0, f32::min)
}

/// Words to the left and to the right, if there are any.
type Beside = [Option<String>; 2];

/// The likelier of two readings of the same place, and how sure it is now. `beside` it there may be other words in one
/// reading than in the other.
fn weigh(first: &[Word], second: &[Word], beside: &[Beside], lexicon: &Lexicon, witness: &dyn Witness) -> Vec<Word> {
    let Some(weights) = witness.weights(first, second) else { return first.to_vec() };
    let (x, y) = (calibration::logit(least(first)), calibration::logit(least(second)));
    let [agreed, kept, taken] = [weights.agreed, weights.kept, weights.taken].map(|[base, a, b]| base + a * x + b * y);
    let now = |words: &[Word], logit: f32| {
        let sure = calibration::percent(logit);
        let place = |w: &Word| {
            let confidence = if w.text.contains(char::is_numeric) { sure.min(weights.figures) } else { sure };
            Word { line: first[0].line, block: first[0].block, confidence, ..w.clone() }
        };
        words.iter().map(place).collect()
    };
    if first.len() == second.len() && first.iter().zip(second).all(|(a, b)| witness.agrees(&a.text, &b.text)) {
        return now(first, agreed);
    }
    // Of what cannot be and what can be, it was always the latter when this was tried, and so with a number as they are
    // written and another, and with what goes with the words beside it and what does not.
    let numbers = |words: &[Word]| words.iter().filter(|w| lexicon.is_number(&w.text)).count();
    let fits = |words: &[Word]| fits(words, beside, lexicon);
    let better = faults(first, lexicon)
        .cmp(&faults(second, lexicon))
        .then(numbers(second).cmp(&numbers(first)))
        .then(fits(second).cmp(&fits(first)));
    match better {
        Ordering::Less => now(first, kept + weights.certain.0),
        Ordering::Greater => now(second, taken + weights.certain.1),
        Ordering::Equal if taken > kept => now(second, taken),
        Ordering::Equal => now(first, kept),
    }
}

/// Whether words go with what stands beside them; which name it is that stands behind another nobody can tell.
fn fits(words: &[Word], words_beside: &[Beside], lexicon: &Lexicon) -> bool {
    let (first, last) = (bare(&words[0].text), bare(&words[words.len() - 1].text));
    let beside = |[left, right]: &Beside| {
        let is_name = lexicon.is_name(left.as_deref(), &words[0].text);
        let fits = || lexicon.fits(left.as_deref(), &first, None) || lexicon.fits(None, &last, right.as_deref());
        !is_name && fits()
    };
    words_beside.iter().any(beside)
}

/// How much in words is not as people write it: what is no syllable and no number, a figure next to a letter, a sign that
/// nobody types.
fn faults(words: &[Word], lexicon: &Lexicon) -> usize {
    let typed = |c: &char| c.is_alphanumeric() || ".,;:/-()\"“”'%+²³*…–".contains(*c);
    let mixed = |c: &&[char]| c[0].is_alphabetic() && c[1].is_numeric() || c[0].is_numeric() && c[1].is_alphabetic();
    let of = |word: &Word| {
        if lexicon.is_number(&word.text) {
            return 0;
        }
        let letters: Vec<char> = word.text.chars().collect();
        let strange = letters.iter().filter(|c| !typed(c)).count() + letters.windows(2).filter(mixed).count();
        strange + usize::from(!makes_sense(word))
    };
    words.iter().map(of).sum()
}

/// The box of words with a little paper around it.
fn around(line: &[Word], (width, height): (u32, u32)) -> Box4 {
    let [left, top, w, h] = bounds(line);
    let margin = h / 4 + 2;
    let (x, y) = (left.saturating_sub(2 * margin), top.saturating_sub(margin));
    [x, y, (left + w + 2 * margin).min(width) - x, (top + h + margin).min(height) - y]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: u32, width: u32, confidence: f32) -> Word {
        Word { text: text.into(), confidence, bounds: [x, 100, width, 40], line: 7, block: 2 }
    }

    fn read(text: &str, from: u32, confidence: f32) -> Vec<Word> {
        let place = |(i, text)| word(text, from + 100 * i as u32, 90, confidence);
        text.split(' ').enumerate().map(place).collect()
    }

    fn merge_of(first: &[Word], piece: Range<usize>, second: &[Word]) -> Vec<Word> {
        merge(first, piece, second, &Lexicon::default(), &Anew(|_: &[GrayImage]| Ok(Vec::new())))
    }

    fn merged(first: &[Word], second: &[Word]) -> String {
        merge_of(first, 0..first.len(), second).iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_likelier_reading_is_kept_and_is_less_sure_where_the_two_differ() {
        let first = [read("ao", 100, 92.0), read("dụng", 200, 40.0), read("to", 300, 92.0)].concat();
        let out = merge_of(&first, 0..3, &read("ao dựng to", 100, 95.0));
        assert_eq!(out.iter().map(|w| &*w.text).collect::<Vec<_>>(), ["ao", "dựng", "to"]);
        assert!(out[1].confidence < out[0].confidence, "{out:?}");
        assert!(out.iter().all(|w| (w.line, w.block) == (7, 2)));
        let kept = merge_of(&read("dựng", 100, 97.0), 0..1, &read("dụng", 100, 60.0));
        assert_eq!(kept[0].text, "dựng");
        assert!(kept[0].confidence < 90.0);
        assert_eq!(merged(&read("dụng", 100, 40.0), &read("dựnq", 100, 95.0)), "dụng", "it is no word");
        assert_eq!(merged(&read("dụng", 100, 40.0), &[]), "dụng");
    }

    #[test]
    fn words_that_were_parted_or_run_together_are_held_against_each_other() {
        let one = [word("A§tháng", 100, 190, 30.0)];
        assert_eq!(merged(&one, &read("18 tháng", 100, 95.0)), "18 tháng");
        let two = [word("I", 100, 10, 30.0), word("2,5", 115, 40, 60.0)];
        assert_eq!(merged(&two, &[word("12,5", 100, 55, 95.0)]), "12,5");
        // However badly the boxes lie, no word is said twice.
        let wide = [word("Đặng", 100, 250, 90.0), word("Thị", 260, 170, 30.0), word("Tuyết", 380, 120, 90.0)];
        let close = [word("Đặng", 100, 80, 95.0), word("Thị", 300, 50, 95.0), word("Tuyết", 360, 80, 95.0)];
        assert_eq!(merged(&wide, &close), "Đặng Thị Tuyết");
        let apart = [word("PHƯỜNG", 100, 200, 90.0), word("Ỷ", 310, 20, 60.0)];
        assert_eq!(merged(&apart, &[word("PHƯỜNG", 100, 230, 95.0)]), "PHƯỜNG Ỷ");
        assert_eq!(merged(&read("I12/NQ-HĐND", 100, 50.0), &read("I12NQ-HĐND", 100, 90.0)), "I12/NQ-HĐND");
        assert_eq!(merged(&read("1S/QĐ-UBND", 100, 90.0), &read("15/QĐ-UBND", 100, 40.0)), "15/QĐ-UBND");
        // What stands elsewhere, and what one reading alone has, changes nothing.
        assert_eq!(merged(&read("ngày 05", 100, 60.0), &[word("ngày", 100, 90, 95.0)]), "ngày 05");
        assert_eq!(merged(&read("05", 100, 30.0), &[word("06", 400, 90, 99.0)]), "05");
    }

    #[test]
    fn what_stands_far_off_is_read_by_itself() {
        // Words of 90 × 40 pixels; across the form there are two more.
        let line = [read("Người lập biểu", 100, 90.0), read("Thủ trưởng", 900, 90.0)].concat();
        assert_eq!(pieces(&line, &[false, true, false, false, false]).first(), Some(&(0..3)));
        assert_eq!(pieces(&line, &[false, false, true, true, false]), vec![1..3, 3..5]);
        assert_eq!(pieces(&line, &[true, false, false, false, true]), vec![0..2, 3..5]);
    }

    #[test]
    fn what_goes_with_the_words_beside_it_is_taken() {
        let line = read("văn bản quy định chỉ tiết", 100, 97.0);
        let wanted = doubtful(&line, 80.0, &Lexicon::default());
        assert_eq!(wanted, [false, false, false, false, true, true]);
        assert_eq!(pieces(&line, &wanted).first(), Some(&(3..6)));
        let merged = |second: &[Word]| merge_of(&line, 3..6, second)[1].text.clone();
        assert_eq!(merged(&read("định chi tiết", 400, 60.0)), "chi", "both are words, but one goes with the next");
        assert_eq!(merged(&read("định chí tiết", 400, 60.0)), "chỉ");
    }
}

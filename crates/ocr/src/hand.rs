//! Writing told from print: behind the label of a form, between its lines, or all over a page. It is told as not read, for
//! what the recogniser makes of it is wrong as often as not, and as sure of itself as of print.
//!
//! Every word has figures (`strokes`), of which small trees make how likely it was written; others then look at it among
//! those of its line and page (`beside`).

use image::GrayImage;
use sohoa_model::{Box4, Word};
use std::sync::LazyLock;

use crate::beside;
use crate::bounds;
use crate::strokes;

/// Grown by `pages hand` (`tests/bench/pages/hand.rs`) from drawn pages, a tree to the line: three times a figure and a
/// value, and the eight leaves to which it leads that the figures are greater or not. After those that look at a word alone
/// come those that look at it among others.
const GROWN: &str = include_str!("hand.txt");

/// A word says no more than this, in log odds.
const MOST: f32 = 6.0;
/// Surer than this, in log odds, a word was written. Print that is lost is worse than writing that is not told.
const WRITTEN: f32 = 1.0;

/// In usual heights of words: a stroke longer than this and at least as high as a word is no letter, but of a signature;
const STROKE: f32 = 2.2;
/// what is larger is a frame.
const FRAME: f32 = 30.0;
/// What is read in a signature is of no height that words have, in usual heights,
const HEIGHTS: std::ops::Range<f32> = 0.34..2.0;
/// or hardly ever surer than the first, and never than the second, in percent.
const UNSURE: f32 = 20.0;
const SURE: f32 = 85.0;

/// The words that are print, and the boxes of what was written. A line's words stand one after another; `ink` is all of the
/// page and `pens` what was taken out of it, in the same frame, of which a pixel is `scale` pixels of the copy.
pub fn by_hand(words: Vec<Word>, ink: &[Box4], pens: &[Box4], copy: &GrayImage, scale: f32) -> (Vec<Word>, Vec<Box4>) {
    let [alone, among] = &*TREES;
    let figures = strokes::of(&words, ink, copy, scale);
    let odds: Vec<f32> = figures.iter().map(|figures| written(alone, figures)).collect();
    let among_others = beside::of(&words, &figures, &odds);
    let signed = in_strokes(&words, ink.iter().chain(pens));
    let told: Vec<bool> =
        among_others.iter().zip(signed).map(|(figures, signed)| signed || written(among, figures) > WRITTEN).collect();
    apart(words, &told)
}

/// Which words are only what a signature seems to say.
fn in_strokes<'a>(words: &[Word], strokes: impl Iterator<Item = &'a Box4>) -> Vec<bool> {
    let mut heights: Vec<u32> = words.iter().map(|word| word.bounds[3]).collect();
    heights.sort_unstable();
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0).max(1) as f32;
    let is_large = |[_, _, w, h]: &&Box4| {
        let (long, high) = ((*w).max(*h) as f32 / usual, *h as f32 / usual);
        (STROKE..FRAME).contains(&long) && high >= 1.0
    };
    let large: Vec<&Box4> = strokes.filter(is_large).collect();
    let is_odd = |word: &Word| {
        let height = word.bounds[3] as f32 / usual;
        word.confidence < UNSURE || word.confidence < SURE && !HEIGHTS.contains(&height)
    };
    let crosses = |[x, y, w, h]: Box4, stroke: &Box4| {
        stroke[0] < x + w && x < stroke[0] + stroke[2] && stroke[1] < y + h && y < stroke[1] + stroke[3]
    };
    words.iter().map(|word| is_odd(word) && large.iter().any(|stroke| crosses(word.bounds, stroke))).collect()
}

/// The words that are not told to be written, and the boxes of those that are, as they stand beside one another.
fn apart(words: Vec<Word>, told: &[bool]) -> (Vec<Word>, Vec<Box4>) {
    let (mut print, mut hand) = (Vec::with_capacity(words.len()), Vec::new());
    let pairs: Vec<(Word, bool)> = words.into_iter().zip(told.iter().copied()).collect();
    for section in pairs.chunk_by(|a, b| a.0.line == b.0.line && a.1 == b.1) {
        let words = section.iter().map(|(word, _)| word.clone());
        match section[0].1 {
            true => hand.push(bounds(&words.collect::<Vec<_>>())),
            false => print.extend(words),
        }
    }
    (print, hand)
}

/// The log odds that these trees give to a word with these figures.
pub fn written(trees: &[Tree], figures: &[f32]) -> f32 {
    trees.iter().map(|tree| tree.leaf(figures)).sum::<f32>().clamp(-MOST, MOST)
}

/// A tree that asks the same on all of a level.
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    /// Which figure, and beyond which value.
    pub asks: [(usize, f32); 3],
    pub leaves: [f32; 8],
}

impl Tree {
    /// To which leaf the figures lead.
    pub fn leaf(&self, figures: &[f32]) -> f32 {
        let way = |way: usize, (figure, value): &(usize, f32)| way * 2 + usize::from(figures[*figure] > *value);
        self.leaves[self.asks.iter().fold(0, way)]
    }
}

impl std::fmt::Display for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let asks = self.asks.iter().map(|(figure, value)| format!("{figure} {value:.4}"));
        let leaves = self.leaves.iter().map(|leaf| format!("{leaf:.3}"));
        f.write_str(&asks.chain(leaves).collect::<Vec<_>>().join(" "))
    }
}

static TREES: LazyLock<[Vec<Tree>; 2]> = LazyLock::new(|| {
    let tree = |line: &str| {
        let numbers: Vec<f32> = line.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let [a, b, c, d, e, f, leaves @ ..] = &numbers[..] else { panic!("«{line}» is no tree") };
        let asks = [(*a as usize, *b), (*c as usize, *d), (*e as usize, *f)];
        Tree { asks, leaves: leaves.try_into().expect("eight leaves") }
    };
    let (alone, among) = GROWN.split_once("\n\n").expect("trees for two looks");
    [alone, among].map(|trees| trees.lines().map(tree).collect())
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beside::AMONG;
    use crate::strokes::FIGURES;

    #[test]
    fn the_trees_ask_what_there_is() {
        for (trees, figures) in TREES.iter().zip([FIGURES, AMONG]) {
            assert!(trees.len() > 20);
            assert!(
                trees.iter().flat_map(|tree| tree.asks).all(|(figure, value)| figure < figures && value.is_finite())
            );
        }
    }

    #[test]
    fn a_tree_leads_to_the_leaf_of_its_answers() {
        let tree = Tree { asks: [(0, 1.0), (2, 5.0), (3, 0.0)], leaves: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0] };
        assert_eq!(tree.leaf(&[2.0, 0.0, 5.0, 0.5]), 5.0);
        assert_eq!(tree.to_string(), "0 1.0000 2 5.0000 3 0.0000 0.000 1.000 2.000 3.000 4.000 5.000 6.000 7.000");
    }

    /// Words of two lines with these odds when looked at alone: which are told to be written.
    fn told(lines: [&[(&str, f32)]; 2]) -> Vec<bool> {
        let place = |(line, words): (u32, &[(&str, f32)])| {
            let mut x = 0;
            let word = |(text, _): &(&str, f32)| {
                let left = x;
                x += 30 * text.chars().count() as u32 + 12;
                let bounds = [left, 100 * line, x - left - 12, 40];
                Word { text: (*text).into(), confidence: 80.0, bounds, line, block: 0 }
            };
            words.iter().map(word).collect::<Vec<_>>()
        };
        let words: Vec<Word> = [(0, lines[0]), (1, lines[1])].into_iter().flat_map(place).collect();
        let odds: Vec<f32> = lines.concat().iter().map(|(_, odds)| *odds).collect();
        // As print is, and as a figure without a say.
        let figures = vec![[1.0; FIGURES]; words.len()];
        let among = beside::of(&words, &figures, &odds);
        among.iter().map(|figures| written(&TREES[1], figures) > WRITTEN).collect()
    }

    #[test]
    fn words_are_told_by_those_beside_them() {
        let label = [("Họ", -5.0), ("và", -4.5), ("tên:", -4.0)];
        let filled = [("Lò", 4.0), ("Văn", 3.0), ("Thị", 4.0), ("Kỷ", 5.0)];
        let behind = |odds| told([&[&label[..], &[("Văn", odds), ("Kỷ", 4.0)]].concat(), &filled])[3];
        assert!(behind(-0.5), "behind a label, before what was written");
        assert_eq!(told([&[&label[..], &[("Văn", -4.5), ("Lang", -5.0)]].concat(), &label])[..5], [false; 5]);
        let odd = [("Điều", -5.0), ("kiện", 2.0), ("của", -5.0), ("người", -5.0)];
        assert_eq!(told([&odd, &label]), [false; 7], "one odd word on a page of print");
    }

    #[test]
    fn what_a_signature_seems_to_say_is_no_word() {
        let word = |(x, height, confidence): (u32, u32, f32)| Word {
            text: "Ộ".into(),
            confidence,
            bounds: [x, 500, 60, height],
            line: 0,
            block: 0,
        };
        let words =
            [(100, 40, 90.0), (200, 40, 60.0), (300, 40, 5.0), (400, 100, 60.0), (500, 8, 60.0), (600, 100, 95.0)];
        let words = words.map(word);
        let told = |stroke: Box4| in_strokes(&words, [stroke].iter());
        assert_eq!(told([100, 480, 600, 90]), [false, false, true, true, true, false]);
        assert_eq!(told([100, 480, 200, 90]), [false; 6], "beside the stroke");
        assert_eq!(told([100, 480, 600, 30]), [false; 6], "an underline");
        assert_eq!(told([100, 0, 1600, 2400]), [false; 6], "a frame");
    }

    #[test]
    fn what_was_written_is_boxed_as_it_stands() {
        let word = |(i, line): (u32, u32)| Word {
            text: "chữ".into(),
            confidence: 80.0,
            bounds: [100 * i, 100 * line, 80, 40],
            line,
            block: 0,
        };
        let words: Vec<Word> = [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)].map(word).to_vec();
        let (print, hand) = apart(words.clone(), &[false, true, true, false, true]);
        assert_eq!(print, [words[0].clone(), words[3].clone()]);
        assert_eq!(hand, [[100, 0, 180, 40], [0, 100, 80, 40]]);
    }
}

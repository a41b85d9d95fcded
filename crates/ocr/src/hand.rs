//! Writing told from print: behind the label of a form, between its lines, or all over a page. It is told as not read, for
//! what the recogniser makes of it is wrong as often as not, and as sure of itself as of print.
//!
//! Every word has figures (`strokes`), of which small trees make how likely it was written; beside a word that was written
//! another is likelier to be so, and on a page on which nothing surely was, hardly any is.

use image::GrayImage;
use sohoa_model::{Box4, Word};
use std::sync::LazyLock;

use crate::bounds;
use crate::strokes::{self, Figures};

/// Grown by `pages hand` (`tests/bench/pages/hand.rs`) from drawn pages, a tree to the line: three times a figure and a
/// value, and the eight leaves to which it leads that the figures are greater or not.
const GROWN: &str = include_str!("hand.txt");

/// In log odds: how sure a word is written that alone speaks for a page,
const SURE: f32 = 3.0;
/// how many such there must be, also as a part of all, before the others are looked at with the same eyes,
const LEAST: usize = 3;
const PART: usize = 50;
/// and how much less likely writing is on other pages.
const RARE: f32 = 4.0;
/// A word says no more than this.
const MOST: f32 = 6.0;
/// What it costs to go over from print to writing between two words, and where a label ends.
const CHANGE: f32 = 3.0;
const LABEL: f32 = 1.0;
/// In heights of a word: wider is no space between words.
const GAP: f32 = 1.5;

/// The words that are print, and the boxes of what was written. A line's words stand one after another; `ink` is all of the
/// page, in the same frame, of which a pixel is `scale` pixels of the copy.
pub fn by_hand(words: Vec<Word>, ink: &[Box4], copy: &GrayImage, scale: f32) -> (Vec<Word>, Vec<Box4>) {
    let mut odds: Vec<f32> = strokes::of(&words, ink, copy, scale).iter().map(written).collect();
    let sure = odds.iter().filter(|odds| **odds > SURE).count();
    if sure < LEAST.max(words.len() / PART) {
        odds.iter_mut().for_each(|odds| *odds -= RARE);
    }
    let (mut print, mut hand) = (Vec::with_capacity(words.len()), Vec::new());
    let mut odds = &odds[..];
    for line in words.chunk_by(|a, b| a.line == b.line) {
        let (here, rest) = odds.split_at(line.len());
        odds = rest;
        let mut rest = line;
        for told in likeliest(line, here).chunk_by(|a, b| a == b) {
            let (section, after) = rest.split_at(told.len());
            rest = after;
            match told[0] {
                true => hand.push(bounds(section)),
                false => print.extend_from_slice(section),
            }
        }
    }
    (print, hand)
}

/// The log odds that a word with these figures was written.
fn written(figures: &Figures) -> f32 {
    TREES.iter().map(|tree| tree.leaf(figures)).sum::<f32>().clamp(-MOST, MOST)
}

/// Which words of a line were written, all considered (Viterbi, 1967).
fn likeliest(line: &[Word], odds: &[f32]) -> Vec<bool> {
    // What print and writing up to here are worth, and for each word which of the two stood before it.
    let mut worth = [0.0, odds[0]];
    let mut before = vec![[false, true]];
    for (pair, odds) in line.windows(2).zip(&odds[1..]) {
        let [last, next] = pair else { unreachable!("pairs") };
        let gap = next.bounds[0] as f32 - (last.bounds[0] + last.bounds[2]) as f32;
        let ends = last.text.trim_end_matches(['.', '…']).ends_with(':') || last.text.contains("..");
        let cost = if ends || gap > GAP * next.bounds[3] as f32 { LABEL } else { CHANGE };
        let from = [worth[1] - cost > worth[0], worth[1] >= worth[0] - cost];
        let best = |was: bool, is: bool| worth[usize::from(was)] - if was == is { 0.0 } else { cost };
        worth = [best(from[0], false), best(from[1], true) + odds];
        before.push(from);
    }
    let mut is = worth[1] > worth[0];
    let mut told = vec![false; line.len()];
    for (told, before) in told.iter_mut().zip(&before).rev() {
        *told = is;
        is = before[usize::from(is)];
    }
    told
}

/// A tree that asks the same on all of a level.
struct Tree {
    asks: [(usize, f32); 3],
    leaves: [f32; 8],
}

impl Tree {
    fn leaf(&self, figures: &Figures) -> f32 {
        let way = |way: usize, (figure, value): &(usize, f32)| way * 2 + usize::from(figures[*figure] > *value);
        self.leaves[self.asks.iter().fold(0, way)]
    }
}

static TREES: LazyLock<Vec<Tree>> = LazyLock::new(|| {
    let tree = |line: &str| {
        let numbers: Vec<f32> = line.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let [a, b, c, d, e, f, leaves @ ..] = &numbers[..] else { panic!("«{line}» is no tree") };
        let asks = [(*a as usize, *b), (*c as usize, *d), (*e as usize, *f)];
        Tree { asks, leaves: leaves.try_into().expect("eight leaves") }
    };
    GROWN.lines().map(tree).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strokes::FIGURES;

    #[test]
    fn the_trees_ask_what_there_is() {
        assert!(TREES.len() > 20);
        assert!(TREES.iter().flat_map(|tree| tree.asks).all(|(figure, value)| figure < FIGURES && value.is_finite()));
    }

    #[test]
    fn a_tree_leads_to_the_leaf_of_its_answers() {
        let tree = Tree { asks: [(0, 1.0), (2, 5.0), (3, 0.0)], leaves: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0] };
        let mut figures = [0.0; FIGURES];
        (figures[0], figures[2], figures[3]) = (2.0, 5.0, 0.5);
        assert_eq!(tree.leaf(&figures), 5.0);
    }

    fn told(words: &[(&str, f32)]) -> Vec<bool> {
        let mut x = 0;
        let line: Vec<Word> = words
            .iter()
            .map(|(text, _)| {
                let left = x;
                x += 30 * text.chars().count() as u32 + 12;
                let bounds = [left, 100, x - left - 12, 40];
                Word { text: (*text).into(), confidence: 80.0, bounds, line: 0, block: 0 }
            })
            .collect();
        likeliest(&line, &words.iter().map(|(_, odds)| *odds).collect::<Vec<_>>())
    }

    #[test]
    fn words_are_told_by_those_beside_them() {
        let label = [("Họ", -5.0), ("và", -4.0), ("tên:", -3.0)];
        assert_eq!(
            told(&[&label[..], &[("Lò", 4.0), ("Văn", -0.5), ("Kỷ", 3.0)]].concat())[2..],
            [false, true, true, true]
        );
        assert_eq!(told(&[&label[..2], &[("tên", 2.0)], &[("người", -4.0)]].concat()), [false; 4], "one odd word");
        assert_eq!(told(&[("12", 1.5)]), [true]);
        assert_eq!(told(&[&label[..], &[("12", 1.5)]].concat()), [false, false, false, true], "where a label ends");
        assert_eq!(told(&[&label[..2], &[("12", 1.5)]].concat()), [false; 3], "within a sentence");
    }
}

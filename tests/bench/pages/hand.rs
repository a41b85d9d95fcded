//! Trees by which writing is told from print, grown from pages of which it is known what was written: each asks the same on
//! all of a level, and mends what those before it got wrong (gradient boosting, Friedman 2001). First those that look at a
//! word alone, then those that look at it among others.

use serde::Deserialize;
use sohoa_ocr::hand::{Tree, written};
use sohoa_ocr::{beside, strokes};
use sohoa_station::reading::{self, Params};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::unread::Truth;
use super::{Result, walk};

const TREES: usize = 60;
const LEVELS: usize = 3;
/// So many values of a figure are tried.
const STEPS: usize = 32;
/// How much of what is wrong a tree mends, and what keeps a leaf of few words from saying much.
const RATE: f64 = 0.3;
const FEW: f64 = 20.0;

/// A word's figures, and whether it was written.
type Word<const N: usize> = ([f32; N], bool);

/// A page's words with their figures, and whether each was written, if that is known.
struct Page {
    words: Vec<sohoa_model::Word>,
    figures: Vec<strokes::Figures>,
    written: Vec<Option<bool>>,
}

impl Page {
    /// Of what is known.
    fn known<'a, const N: usize>(&'a self, figures: &'a [[f32; N]]) -> impl Iterator<Item = Word<N>> + 'a {
        figures.iter().zip(&self.written).filter_map(|(figures, written)| written.map(|written| (*figures, written)))
    }
}

pub fn run(folders: &[&str]) -> Result {
    let files = walk(folders)?;
    let half = files.len().div_ceil(2).max(1);
    let pages = std::thread::scope(|scope| {
        let workers: Vec<_> = files.chunks(half).map(|files| scope.spawn(|| pages(files))).collect();
        let parts = workers.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked".to_owned())?);
        Ok::<_, String>(
            parts.collect::<std::result::Result<Vec<_>, String>>()?.into_iter().flatten().collect::<Vec<_>>(),
        )
    })?;
    let alone = |pages: &[&Page]| grow(&pages.iter().flat_map(|page| page.known(&page.figures)).collect::<Vec<_>>());
    let all: Vec<&Page> = pages.iter().collect();
    alone(&all).iter().for_each(|tree| println!("{tree}"));
    println!();
    // Of pages that they have not seen trees are as sure as of any page.
    let (even, odd) = (every_other(&all, 0), every_other(&all, 1));
    let mut words = Vec::new();
    for (seen, unseen) in [(&even, &odd), (&odd, &even)] {
        let trees = alone(seen);
        for page in unseen {
            let odds: Vec<f32> = page.figures.iter().map(|figures| written(&trees, figures)).collect();
            words.extend(page.known(&beside::of(&page.words, &page.figures, &odds)));
        }
    }
    eprintln!("{} words, {} written", words.len(), words.iter().filter(|(_, written)| *written).count());
    grow(&words).iter().for_each(|tree| println!("{tree}"));
    Ok(())
}

fn every_other<'a>(pages: &[&'a Page], from: usize) -> Vec<&'a Page> {
    pages.iter().skip(from).step_by(2).copied().collect()
}

fn pages(files: &[PathBuf]) -> std::result::Result<Vec<Page>, String> {
    let mut pages = Vec::new();
    for file in files {
        of(file, &mut pages).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(pages)
}

/// The pages of a file. Where the truth has no regions, all is print; of pictures and other scripts nothing is learnt.
fn of(file: &Path, pages: &mut Vec<Page>) -> Result {
    let tessdata = std::env::var_os("TESSDATA_PREFIX").unwrap_or("/usr/share/tesseract-ocr/5/tessdata".into());
    let mut reader = sohoa_ocr::Reader::new(Path::new(&tessdata), "vie")?;
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(file.with_extension("json"))?)?;
    let truth: Option<Truth> = truth.get("regions").map(|_| Truth::deserialize(&truth)).transpose()?;
    let (params, name) = (Params::default(), file.file_name().unwrap_or_default().to_string_lossy());
    sohoa_capture::run(&std::fs::read(file)?, &name, &Default::default(), &mut |page| {
        let image = sohoa_imaging::decode(&page.bytes)?;
        let seen =
            reading::see(&mut reader, &image, page.dpi, page.turn, &params, &AtomicBool::new(false), &mut |_| ())?;
        let scale = seen.clean.gray.width() as f32 / seen.clean.width as f32;
        let figures = strokes::of(&seen.words, &seen.ink, &seen.clean.gray, scale);
        let size = (seen.clean.width as f32, seen.clean.height as f32);
        let is_written = |word: &sohoa_model::Word| {
            let area = word.bounds.map(|v| v as f32);
            match truth.as_ref().map_or(Some("print"), |truth| truth.kind(area, size, seen.clean.skew)) {
                Some("print") => Some(false),
                Some("joined" | "letters" | "signature" | "scribble") => Some(true),
                _ => None,
            }
        };
        let written = seen.words.iter().map(is_written).collect();
        pages.push(Page { words: seen.words, figures, written });
        Ok(())
    })?;
    Ok(())
}

fn grow<const N: usize>(words: &[Word<N>]) -> Vec<Tree> {
    let steps: Vec<Vec<f32>> = (0..N).map(|figure| values(words, figure)).collect();
    // In which step of each figure a word is: above as many values.
    let place = |(figures, _): &Word<N>| {
        let mut at = [0u8; N];
        (0..N).for_each(|i| at[i] = steps[i].partition_point(|value| figures[i] > *value) as u8);
        at
    };
    let places: Vec<[u8; N]> = words.iter().map(place).collect();
    let mut odds = vec![0.0f64; words.len()];
    let mut trees = Vec::new();
    for _ in 0..TREES {
        let pulls: Vec<(f64, f64)> = odds
            .iter()
            .zip(words)
            .map(|(odds, (_, written))| {
                let likely = 1.0 / (1.0 + (-odds).exp());
                (likely - f64::from(u8::from(*written)), (likely * (1.0 - likely)).max(1e-6))
            })
            .collect();
        let mut leaf = vec![0usize; words.len()];
        let mut asks = [(0, 0.0); LEVELS];
        for (level, ask) in asks.iter_mut().enumerate() {
            let gains = (0..N).map(|figure| {
                let mut sums = vec![[(0.0, 0.0); STEPS]; 1 << level];
                for ((leaf, place), pull) in leaf.iter().zip(&places).zip(&pulls) {
                    let sum = &mut sums[*leaf][usize::from(place[figure])];
                    (sum.0, sum.1) = (sum.0 + pull.0, sum.1 + pull.1);
                }
                let (step, gain) = best(&sums, steps[figure].len());
                (figure, step, gain)
            });
            let (figure, step, _) = gains.max_by(|a, b| a.2.total_cmp(&b.2)).expect("some figure");
            *ask = (figure, steps[figure][step]);
            leaf.iter_mut().zip(&places).for_each(|(leaf, place)| {
                *leaf = *leaf * 2 + usize::from(usize::from(place[figure]) > step);
            });
        }
        let mut sums = [(0.0, FEW); 1 << LEVELS];
        leaf.iter().zip(&pulls).for_each(|(leaf, pull)| {
            sums[*leaf] = (sums[*leaf].0 + pull.0, sums[*leaf].1 + pull.1);
        });
        let leaves = sums.map(|(pull, weight)| -RATE * pull / weight);
        odds.iter_mut().zip(&leaf).for_each(|(odds, leaf)| *odds += leaves[*leaf]);
        trees.push(Tree { asks, leaves: leaves.map(|leaf| leaf as f32) });
    }
    trees
}

/// Values of a figure between which there are as many words.
fn values<const N: usize>(words: &[Word<N>], figure: usize) -> Vec<f32> {
    let mut all: Vec<f32> = words.iter().map(|(figures, _)| figures[figure]).collect();
    all.sort_unstable_by(f32::total_cmp);
    let mut values: Vec<f32> = (1..STEPS).map(|i| all[i * (all.len() - 1) / STEPS]).collect();
    values.dedup();
    values
}

/// After which step to part the words of all leaves, and what that is worth.
fn best(sums: &[[(f64, f64); STEPS]], steps: usize) -> (usize, f64) {
    let worth = |(pull, weight): (f64, f64)| pull * pull / (weight + FEW);
    let gain = |step: usize| {
        sums.iter()
            .map(|sums| {
                let add = |(a, b): (f64, f64), (c, d): &(f64, f64)| (a + c, b + d);
                let low = sums[..=step].iter().fold((0.0, 0.0), add);
                worth(low) + worth(sums[step + 1..].iter().fold((0.0, 0.0), add))
            })
            .sum::<f64>()
    };
    (0..steps).map(|step| (step, gain(step))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f64::MIN))
}

#[cfg(test)]
#[allow(unused)]
mod tests {
    use super::*;

    #[test]
    fn trees_learn_what_takes_two_figures_to_tell() {
        // Written is what is large in one figure and small in the other, whatever the third says.
        let word = |i: usize| {
            let mut figures = [0.0; 12];
            (figures[2], figures[7], figures[9]) = ((i % 40) as f32, (i / 40) as f32, (i % 7) as f32);
            (figures, i % 40 > 20 && i / 40 < 25)
        };
        let words: Vec<Word<12>> = (0..2000).map(word).collect();
        let trees = grow(&words);
        let wrong = words.iter().filter(|(figures, is)| (written(&trees, figures) > 0.0) != *is).count();
        assert!(trees.len() == TREES && wrong * 20 < words.len(), "{wrong} wrong");
        assert!([2, 7].contains(&trees[0].asks[0].0) && trees[0].asks.iter().any(|ask| ask.0 != trees[0].asks[0].0));
        assert_eq!(trees[0].to_string().split(' ').count(), 14);
    }
}

//! Pages as lines of words, top to bottom, each knowing where on the page it stands. A wide gap parts a line in two,
//! as between the agency on the left and the motto on the right.

use sohoa_model::{Word, text::fold};

use crate::Page;

pub struct Line<'a> {
    pub page: u32,
    pub words: Vec<&'a Word>,
    /// Place on the page, in thousandths of its width and height.
    pub left: u32,
    pub right: u32,
    pub top: u32,
}

impl Line<'_> {
    pub fn text(&self) -> String {
        self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Without marks and case, punctuation as spaces.
    pub fn folded(&self) -> String {
        plain(&self.text())
    }

    /// Whether it is set in capitals.
    pub fn is_capitals(&self) -> bool {
        let text = self.text();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        letters >= 3 && capitals * 10 >= letters * 8
    }

    pub fn middle(&self) -> u32 {
        (self.left + self.right) / 2
    }
}

/// Folded, with every run of other characters than letters and digits as one space.
pub fn plain(text: &str) -> String {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

pub fn lines<'a>(page: &Page<'a>) -> Vec<Line<'a>> {
    let (width, height) = (page.width.max(1), page.height.max(1));
    let mut lines = Vec::new();
    for row in page.words.chunk_by(|a, b| a.line == b.line) {
        let mut part: Vec<&Word> = Vec::new();
        for word in row {
            let gap = part.last().map_or(0, |last| word.bounds[0].saturating_sub(last.bounds[0] + last.bounds[2]));
            if gap > width / 15 {
                lines.extend(line(page.number, std::mem::take(&mut part), width, height));
            }
            part.push(word);
        }
        lines.extend(line(page.number, part, width, height));
    }
    // Reading order may take one column before the other; rules look down the page.
    lines.sort_by_key(|l| (l.page, l.top, l.left));
    lines
}

fn line<'a>(page: u32, words: Vec<&'a Word>, width: u32, height: u32) -> Option<Line<'a>> {
    let left = words.iter().map(|w| w.bounds[0]).min()? * 1000 / width;
    let right = words.iter().map(|w| w.bounds[0] + w.bounds[2]).max()? * 1000 / width;
    let top = words.iter().map(|w| w.bounds[1]).min()? * 1000 / height;
    Some(Line { page, words, left, right, top })
}

//! Recognised text and fields held against what is printed.
//!
//! Line errors: each printed line (3 characters or more) is laid where it fits best in the text that was read, and the
//! edits are counted. Neither reading order nor text beyond the line counts, so a letterhead in two
//! columns is not held against anybody. CER is the plain edit distance of whole pages, where order and extra text count.
//! Both sides: NFC, one kind of quotes and dashes, form leaders and doubled white space dropped.

use serde::Serialize;
use sohoa_tests::reading::distance;
use std::collections::BTreeMap;
use std::path::Path;

use super::{Page, Result};

#[derive(Serialize)]
pub struct Scores {
    #[serde(flatten)]
    all: Score,
    /// The same of the pages of each grade.
    grades: BTreeMap<String, Score>,
    /// Line errors page by page, as a place to look.
    by_page: BTreeMap<String, f64>,
}

#[derive(Default, Serialize)]
struct Score {
    pages: usize,
    /// Percent.
    line_errors: f64,
    cer: f64,
    word_recall: f64,
    word_precision: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Fields>,
}

#[derive(Default, Serialize)]
struct Fields {
    known: usize,
    right: usize,
    wrong: usize,
    missing: usize,
    /// Found where the truth has none.
    beyond: usize,
    /// Percent of those known.
    right_percent: f64,
    by_name: BTreeMap<String, [usize; 2]>,
    amiss: Vec<String>,
}

type Found = BTreeMap<String, BTreeMap<String, String>>;

pub fn run(pages: &[Page], read: &Path) -> Result<Scores> {
    let found: Option<Found> = match std::fs::read(read.join("fields.json")) {
        Ok(found) => Some(serde_json::from_slice(&found)?),
        Err(_) => None,
    };
    let of = |pages: &[&Page]| {
        let mut tally = Tally::default();
        pages.iter().for_each(|page| tally.add(page, read));
        let known = pages.iter().any(|p| !p.fields.is_empty());
        Score {
            pages: pages.len(),
            fields: found.as_ref().filter(|_| known).map(|f| fields(pages, f)),
            ..tally.score()
        }
    };
    let mut grades: BTreeMap<String, Vec<&Page>> = BTreeMap::new();
    for page in pages {
        grades.entry(page.grade.clone().unwrap_or_default()).or_default().push(page);
    }
    grades.remove("");
    let name = |page: &Page| format!("{} {} {}", page.file, page.document, page.number);
    Ok(Scores {
        all: of(&pages.iter().collect::<Vec<_>>()),
        grades: grades.into_iter().map(|(grade, pages)| (grade, of(&pages))).collect(),
        by_page: pages.iter().map(|page| (name(page), of(&[page]).line_errors)).collect(),
    })
}

#[derive(Default)]
struct Tally {
    line_edits: usize,
    line_chars: usize,
    edits: usize,
    chars: usize,
    hits: usize,
    known_words: usize,
    read_words: usize,
}

impl Tally {
    fn add(&mut self, page: &Page, read: &Path) {
        // A page of which nothing was read counts as empty: leaving pages out never helps.
        let text = std::fs::read_to_string(read.join(&page.file).with_extension("txt")).unwrap_or_default();
        let hypothesis = clean(&text);
        let known = clean(&page.lines.join("\n"));
        let here: Vec<char> = hypothesis.chars().collect();
        for line in page.lines.iter().map(|l| clean(l).chars().collect::<Vec<_>>()).filter(|l| l.len() >= 3) {
            self.line_edits += distance(&line, &here, true);
            self.line_chars += line.len();
        }
        let whole: Vec<char> = known.chars().collect();
        self.edits += distance(&whole, &here, false);
        self.chars += whole.len();
        let (found, asked) = (bag(&hypothesis), bag(&known));
        self.known_words += asked.values().sum::<usize>();
        self.read_words += found.values().sum::<usize>();
        self.hits += asked.iter().map(|(w, n)| found.get(w).copied().unwrap_or(0).min(*n)).sum::<usize>();
    }

    fn score(&self) -> Score {
        Score {
            line_errors: percent(self.line_edits, self.line_chars),
            cer: percent(self.edits, self.chars),
            word_recall: percent(self.hits, self.known_words),
            word_precision: percent(self.hits, self.read_words),
            ..Score::default()
        }
    }
}

fn fields(pages: &[&Page], found: &Found) -> Fields {
    let mut score = Fields::default();
    let nothing = BTreeMap::new();
    for page in pages.iter().filter(|p| p.number == 1) {
        let found = found.get(&page.file).unwrap_or(&nothing);
        for (name, value) in &page.fields {
            let tally = score.by_name.entry(name.clone()).or_default();
            tally[1] += 1;
            score.known += 1;
            match found.get(name) {
                Some(have) if have == value => {
                    tally[0] += 1;
                    score.right += 1;
                }
                Some(have) => {
                    score.wrong += 1;
                    score.amiss.push(format!("{} {}: {name} «{have}» for «{value}»", page.file, page.document));
                }
                None => {
                    score.missing += 1;
                    score.amiss.push(format!("{} {}: {name} missing, «{value}»", page.file, page.document));
                }
            }
        }
        // The dossier's code stands on few papers; the station knows it from elsewhere.
        score.beyond += found.keys().filter(|name| !page.fields.contains_key(*name)).count();
    }
    score.right_percent = percent(score.right, score.known);
    score
}

pub fn percent(part: usize, whole: usize) -> f64 {
    (100_000.0 * part as f64 / whole.max(1) as f64).round() / 1000.0
}

fn bag(text: &str) -> BTreeMap<&str, usize> {
    let mut bag = BTreeMap::new();
    text.split_whitespace().for_each(|w| *bag.entry(w).or_default() += 1);
    bag
}

pub fn clean(text: &str) -> String {
    let mut out = String::new();
    // A run of dots, underscores and spaces with three or more marks in it is a leader, not text.
    let (mut run, mut marks) = (String::new(), 0);
    let flush = |out: &mut String, run: &mut String, marks: &mut usize| {
        out.push_str(if *marks >= 3 { " " } else { run.as_str() });
        run.clear();
        *marks = 0;
    };
    for c in sohoa_model::text::nfc(text).chars() {
        let c = match c {
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '–' | '—' => '-',
            'Ð' => 'Đ',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        match c {
            '.' | '·' | '_' => {
                run.push(c);
                marks += 1;
            }
            '…' => {
                run.push_str("...");
                marks += 3;
            }
            ' ' if !run.is_empty() => run.push(' '),
            c => {
                flush(&mut out, &mut run, &mut marks);
                out.push(c);
            }
        }
    }
    flush(&mut out, &mut run, &mut marks);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

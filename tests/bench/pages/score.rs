//! Recognised text and fields held against what is printed.
//!
//! Line errors: each printed line (3 characters or more) is laid where it fits best in the text that was read, and the
//! edits are counted (Sellers 1980). Neither reading order nor text beyond the line counts, so a letterhead in two
//! columns is not held against anybody. CER is the plain edit distance of whole pages, where order and extra text count.
//! Both sides: NFC, one kind of quotes and dashes, form leaders and doubled white space dropped.

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

use crate::{Page, Result};

#[derive(Default, Serialize)]
pub struct Score {
    pages: usize,
    /// Percent.
    line_errors: f64,
    cer: f64,
    word_recall: f64,
    word_precision: f64,
    /// Line errors page by page, as a place to look.
    by_page: BTreeMap<String, f64>,
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

pub fn run(pages: &[Page], read: &Path) -> Result<Score> {
    let mut score = Score { pages: pages.len(), ..Score::default() };
    let (mut edits, mut chars, mut page_edits, mut page_chars) = (0, 0, 0, 0);
    let (mut hits, mut known_words, mut read_words) = (0, 0, 0);
    for page in pages {
        // A page of which nothing was read counts as empty: leaving pages out never helps.
        let text = std::fs::read_to_string(read.join(&page.file).with_extension("txt")).unwrap_or_default();
        let hypothesis = clean(&text);
        let known = clean(&page.lines.join("\n"));
        let here: Vec<char> = hypothesis.chars().collect();
        let (mut wrong, mut all) = (0, 0);
        for line in page.lines.iter().map(|l| clean(l).chars().collect::<Vec<_>>()).filter(|l| l.len() >= 3) {
            wrong += distance(&line, &here, true);
            all += line.len();
        }
        score.by_page.insert(format!("{} {} {}", page.file, page.document, page.number), percent(wrong, all));
        edits += wrong;
        chars += all;
        let whole: Vec<char> = known.chars().collect();
        page_edits += distance(&whole, &here, false);
        page_chars += whole.len();
        let (found, asked) = (bag(&hypothesis), bag(&known));
        known_words += asked.values().sum::<usize>();
        read_words += found.values().sum::<usize>();
        hits += asked.iter().map(|(w, n)| found.get(w).copied().unwrap_or(0).min(*n)).sum::<usize>();
    }
    score.line_errors = percent(edits, chars);
    score.cer = percent(page_edits, page_chars);
    score.word_recall = percent(hits, known_words);
    score.word_precision = percent(hits, read_words);
    if let Ok(found) = std::fs::read(read.join("fields.json"))
        && pages.iter().any(|p| !p.fields.is_empty())
    {
        score.fields = Some(fields(pages, &serde_json::from_slice(&found)?));
    }
    Ok(score)
}

fn fields(pages: &[Page], found: &BTreeMap<String, BTreeMap<String, String>>) -> Fields {
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

fn percent(part: usize, whole: usize) -> f64 {
    (100_000.0 * part as f64 / whole.max(1) as f64).round() / 1000.0
}

fn bag(text: &str) -> BTreeMap<&str, usize> {
    let mut bag = BTreeMap::new();
    text.split_whitespace().for_each(|w| *bag.entry(w).or_default() += 1);
    bag
}

fn clean(text: &str) -> String {
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

/// Edits that make `wanted` of `text`: of all of it, or (`anywhere`) of the stretch that fits best.
fn distance(wanted: &[char], text: &[char], anywhere: bool) -> usize {
    let mut row: Vec<usize> = if anywhere { vec![0; text.len() + 1] } else { (0..=text.len()).collect() };
    for (i, a) in wanted.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in text.iter().enumerate() {
            let best = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    if anywhere { row.into_iter().min().unwrap_or(0) } else { row[text.len()] }
}

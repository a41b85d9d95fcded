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

use super::{Page, Result, Sure, Values};

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
    /// Found where the truth has none, which may be there and never asked for; and of these, said to be sure.
    beyond: usize,
    beyond_sure: usize,
    /// Percent of those known.
    right_percent: f64,
    by_name: BTreeMap<String, [usize; 2]>,
    /// Right and known of what comes from a code, and from the text: what is missing, too, is in no code.
    by_source: BTreeMap<String, [usize; 2]>,
    amiss: Vec<String>,
}

/// From here, in percent, the window shows a field as sure.
const SURE: f32 = 95.0;

pub fn run(pages: &[Page], read: &Path) -> Result<Scores> {
    let found: Option<(Values, Sure)> = match std::fs::read(read.join("fields.json")) {
        Ok(found) => {
            Some((serde_json::from_slice(&found)?, serde_json::from_slice(&std::fs::read(read.join("sure.json"))?)?))
        }
        Err(_) => None,
    };
    let of = |pages: &[&Page]| {
        let mut tally = Tally::default();
        pages.iter().for_each(|page| tally.add(page, read));
        let known = pages.iter().any(|p| !p.fields.is_empty());
        Score {
            pages: pages.len(),
            fields: found.as_ref().filter(|_| known).map(|(values, sure)| fields(pages, values, sure)),
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

fn fields(pages: &[&Page], values: &Values, sure: &Sure) -> Fields {
    let mut score = Fields::default();
    let nothing = BTreeMap::new();
    for page in pages.iter().filter(|p| p.number == 1) {
        let found = values.get(&page.file).unwrap_or(&nothing);
        let said = |name: &str| sure.get(&page.file).and_then(|said| said.get(name));
        for (name, value) in &page.fields {
            let source = said(name).map_or("text", |said| &said.source);
            let have = found.get(name);
            for tally in
                [score.by_name.entry(name.clone()).or_default(), score.by_source.entry(source.to_owned()).or_default()]
            {
                tally[0] += usize::from(have == Some(value));
                tally[1] += 1;
            }
            score.known += 1;
            match have {
                Some(have) if have == value => score.right += 1,
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
        for name in found.keys().filter(|name| !page.fields.contains_key(*name)) {
            score.beyond += 1;
            score.beyond_sure += usize::from(said(name).is_some_and(|said| said.confidence >= SURE));
        }
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

// `tests/bench.rs` runs them; in the benchmark itself they are dead.
#[cfg(test)]
#[allow(unused)]
mod tests {
    use super::super::Said;
    use super::*;

    fn page(file: &str, lines: &[&str], fields: &[(&str, &str)]) -> Page {
        Page {
            file: file.into(),
            dpi: 300.0,
            document: file.into(),
            dossier: None,
            number: 1,
            grade: Some("clean".into()),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn what_is_the_same_to_a_reader_is_the_same_here() {
        assert_eq!(clean("“Số”:  12 – 3"), "\"Số\": 12 - 3");
        assert_eq!(clean("Họ tên: ........ Lò … Kỷ__."), "Họ tên: Lò Kỷ");
        assert_eq!(clean("v.v. và 1.204.000"), "v.v. và 1.204.000", "fewer than three are no leader");
        assert_eq!(clean("a\u{302}\u{301}"), "ấ");
        assert_eq!(clean(" ..... "), "");
    }

    #[test]
    fn columns_read_first_cost_order_and_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let pages = [page("001.jpg", &["ỦY BAN", "CỘNG HÒA", "XÃ PHÚ"], &[]), page("002.jpg", &["Kính gửi"], &[])];
        std::fs::write(folder.path().join("001.txt"), "ỦY BAN XÃ PHÚ\nCỘNG HÓA thêm\n").unwrap();
        let scores = run(&pages, folder.path()).unwrap();
        let first = scores.by_page["001.jpg 001.jpg 1"];
        assert!((first - 100.0 / 20.0).abs() < 1e-9, "one letter of 20: {first}");
        assert_eq!(scores.by_page["002.jpg 002.jpg 1"], 100.0, "a page that nobody read");
        let all = &scores.grades["clean"];
        assert_eq!((all.pages, all.word_recall, all.word_precision), (2, 62.5, 71.429));
        assert!(all.cer > all.line_errors && all.fields.is_none());
    }

    #[test]
    fn fields_are_told_apart_by_where_they_are_from() {
        let pages = [
            page(
                "001.jpg",
                &[],
                &[("owner_name", "Lò Văn Kỷ"), ("sex", "Nam"), ("personal_id", "011"), ("number", "7")],
            ),
            page("002.jpg", &[], &[]),
        ];
        let values = [
            ("001.jpg", vec![("owner_name", "Lò Văn Kỷ"), ("sex", "Nữ"), ("personal_id", "011")]),
            ("002.jpg", vec![("agency", "UBND"), ("subject", "Đơn")]),
        ];
        let sure = [
            ("001.jpg", vec![("owner_name", 99.0, "code"), ("sex", 99.0, "code"), ("personal_id", 80.0, "text")]),
            ("002.jpg", vec![("agency", 95.0, "text"), ("subject", 60.0, "text")]),
        ];
        let owned = |found: Vec<(&str, &str)>| found.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        let values = values.into_iter().map(|(file, found)| (file.to_owned(), owned(found))).collect();
        let said = |(name, confidence, source): (&str, f32, &str)| {
            (name.to_owned(), Said { confidence, source: source.into() })
        };
        let sure = sure.into_iter().map(|(file, all)| (file.to_owned(), all.into_iter().map(said).collect())).collect();
        let score = fields(&pages.iter().collect::<Vec<_>>(), &values, &sure);
        assert_eq!((score.known, score.right, score.wrong, score.missing), (4, 2, 1, 1));
        assert_eq!((score.by_source["code"], score.by_source["text"]), ([1, 2], [1, 2]));
        assert_eq!((score.by_name["sex"], score.by_name["owner_name"]), ([0, 1], [1, 1]));
        assert_eq!((score.beyond, score.beyond_sure), (2, 1));
        assert_eq!(score.right_percent, 50.0);
        assert!(score.amiss[0].contains("number missing, «7»") && score.amiss[1].contains("sex «Nữ» for «Nam»"));
    }
}

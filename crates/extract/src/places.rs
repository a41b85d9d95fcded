//! What is always the same in the names of agencies and papers and in addresses. Where a word of these differs from the
//! page by marks only, the field says what it must be; the page's words stay as they were read, and so does the field's
//! own reading beside its value. A place's own name is never guessed, except that of a province: there are no others.

use sohoa_model::{DocumentType, Word, text::fold};

use crate::country::COUNTRY;
use crate::in_case_of;
use crate::weigh::marks;

fn agencies() -> impl Iterator<Item = &'static str> {
    COUNTRY.agencies.iter().copied()
}

fn levels() -> impl Iterator<Item = &'static str> {
    COUNTRY.levels.iter().copied()
}

fn parts() -> impl Iterator<Item = &'static str> {
    COUNTRY.parts.iter().copied()
}

/// Letters alone, folded.
fn bare(word: &Word) -> String {
    fold(word.text.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// How many words a phrase takes up at the start of `words`, when they differ from it by marks at most.
fn takes(words: &[Word], phrase: &str) -> Option<usize> {
    let parts = phrase.split(' ').map(|part| fold(part.trim_matches(',')));
    let mut count = 0;
    for part in parts {
        words.get(count).map(bare).filter(|w| *w == part || part == "-")?;
        count += 1;
    }
    Some(count)
}

/// Says the phrase in the case of what was read. What can be nothing else is as good as certain.
fn say(words: &mut [Word], phrase: &str) {
    for (word, part) in words.iter_mut().zip(phrase.split(' ')) {
        let part = part.trim_matches(',');
        let read = word.text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        // `hoà` is `hòa`.
        if part != "-" && marks(&read) != marks(part) {
            let said = in_case_of(&read, part);
            word.text = word.text.replacen(&read, &said, 1);
        }
        word.confidence = word.confidence.max(99.8);
    }
}

fn longest<'a>(words: &[Word], phrases: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, usize)> {
    phrases.into_iter().filter_map(|p| Some((p, takes(words, p)?))).max_by_key(|(_, count)| *count)
}

/// The name of an agency with its fixed words put right. `lines` are the lines that it stands on.
pub fn agency(lines: &[Vec<&Word>]) -> Vec<Word> {
    let mut all: Vec<Word> = Vec::new();
    let starts: Vec<usize> = lines
        .iter()
        .scan(0, |sum, line| {
            *sum += line.len();
            Some(*sum - line.len())
        })
        .collect();
    all.extend(lines.iter().flatten().map(|w| (*w).clone()));
    let mut at = 0;
    // A level stands where a line begins or after what the agency is called.
    let mut may = false;
    while at < all.len() {
        let level = longest(&all[at..], levels()).filter(|_| may || starts.contains(&at));
        let said = longest(&all[at..], agencies()).or(level);
        let Some(said @ (phrase, count)) = said else {
            may = bare(&all[at]) == "ubnd" || bare(&all[at]) == "hdnd";
            at += 1;
            continue;
        };
        say(&mut all[at..at + count], phrase);
        at += count;
        may = Some(said) != level;
        if phrase == "tỉnh" || phrase == "thành phố" {
            at += province(&mut all[at..]).unwrap_or(0);
        }
    }
    all
}

/// Words with the names of papers put right (TT 05/2025/TT-BNV, civil status). Those of two syllables may be other words.
pub fn papers(words: &[&Word]) -> Vec<Word> {
    let names: Vec<String> = DocumentType::ALL.iter().map(|t| t.name.to_lowercase()).collect();
    let names = || names.iter().map(String::as_str).chain(["giấy chứng nhận", "giấy phép"]);
    let names = || names().filter(|name| name.starts_with("giấy") || name.split(' ').count() > 2);
    let mut all: Vec<Word> = words.iter().map(|w| (*w).clone()).collect();
    let mut at = 0;
    while at < all.len() {
        at += match longest(&all[at..], names()) {
            Some((name, count)) => {
                say(&mut all[at..at + count], name);
                count
            }
            None => 1,
        };
    }
    all
}

/// The province that `words` begin with, put right, and how many of them it takes.
fn province(words: &mut [Word]) -> Option<usize> {
    let (name, count) = longest(words, COUNTRY.provinces.iter().map(|(_, name)| *name))?;
    say(&mut words[..count], &name.to_lowercase());
    Some(count)
}

/// Whether a word counts in an address.
pub fn is_said(word: &Word) -> bool {
    word.text.chars().any(char::is_alphanumeric)
}

/// An address with its levels and commas put right, up to its province, and whether that is said in full.
pub fn address(words: &[&Word]) -> (Vec<Word>, bool) {
    let mut all: Vec<Word> = words.iter().filter(|w| is_said(w)).map(|w| (*w).clone()).collect();
    let (mut at, mut whole) = (0, false);
    while at < all.len() {
        let small = all[at].text.starts_with(char::is_lowercase);
        let level = longest(&all[at..], levels()).filter(|_| small || at == 0);
        let Some((phrase, count)) = level.or_else(|| longest(&all[at..], parts()).filter(|_| small || at == 0)) else {
            at += 1;
            continue;
        };
        say(&mut all[at..at + count], phrase);
        // Past the dotted line a comma is a full stop or is gone.
        if at > 0 && level.is_some() {
            let before = &mut all[at - 1].text;
            let name = before.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
            if name && before.ends_with(|c: char| c.is_alphanumeric() || c == '.') {
                *before = format!("{},", before.trim_end_matches('.'));
            }
        }
        at += count;
        if phrase == "số" && at < all.len() {
            // Before the number of a house stands no colon; it was a speck.
            let word = &mut all[at - 1].text;
            word.truncate(word.trim_end_matches([':', '.']).len());
            let number = figures(&all[at].text);
            if number != all[at].text {
                all[at].text = number;
                all[at].confidence *= 0.9;
            }
        }
        if matches!(phrase, "tỉnh" | "thành phố")
            && let Some(count) = province(&mut all[at..])
        {
            at += count;
            let next = all.get(at).map_or("", |w| &w.text);
            let goes_on = all[at - 1].text.ends_with(',')
                || next.starts_with('(')
                || longest(&all[at..], levels()).is_some_and(|_| next.starts_with(char::is_lowercase));
            if !goes_on {
                all.truncate(at);
                whole = true;
            }
        }
    }
    (all, whole)
}

/// A number in which letters were read for figures; left alone where anything else may be meant.
pub fn figures(text: &str) -> String {
    let mended: String = text
        .chars()
        .map(|c| match c {
            'I' | 'l' | '|' | '!' => '1',
            'O' | 'o' | 'Ø' => '0',
            '§' => '8',
            c => c,
        })
        .collect();
    let certain =
        text.chars().any(|c| c.is_ascii_digit()) && mended.trim_end_matches(',').bytes().all(|b| b.is_ascii_digit());
    if certain { mended } else { text.to_owned() }
}

/// Where in a name of an agency or an address names of places stand, by their first word and the one after their last.
pub fn names(text: &str) -> Vec<(usize, usize)> {
    let word = |text: &str| Word { text: text.into(), confidence: 0.0, bounds: [0; 4], line: 0, block: 0 };
    let words: Vec<Word> = text.split(' ').map(word).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let phrases = agencies().chain(levels()).chain(parts());
        let Some((_, count)) = longest(&words[at..], phrases) else {
            at += 1;
            continue;
        };
        at += count;
        let start = at;
        while at < words.len() && words[at].text.starts_with(char::is_uppercase) {
            // A name in capitals ends where a level begins, any other at its comma.
            if longest(&words[at..], levels()).is_some() && words[at].text.chars().all(char::is_uppercase) {
                break;
            }
            at += 1;
            if words[at - 1].text.ends_with(',') {
                break;
            }
        }
        if at > start {
            found.push((start, at));
        }
    }
    found
}

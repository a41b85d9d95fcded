//! Full-text search as a Vietnamese clerk expects it.
//!
//! Each page is indexed twice, as exact syllables (NFC, lower case, `hoà` as `hòa`) and folded ones (no marks, `đ` as
//! `d`); [`token`] makes both. A query runs in tiers, each less strict, and a page stands in the first that finds it:
//!
//! 1. the exact syllables in a row, 2. all of them on the page, 3. the folded syllables in a row, 4. all of those,
//!
//! then the same four with the last one as a beginning, while it is being typed, and at last part of a code (`0210-00`
//! in `H05.16-260210-0001`).
//!
//! So `Đường` finds *Đường* before *Dương*, and `duong` finds both. Within a tier the newest page comes first: no
//! ranking formula walks the index, so an answer takes milliseconds on a counter PC.

mod token;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sohoa_model::{Box4, Result, Word};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::Db;
use token::{Token, tokens};
use unicode_normalization::char::is_combining_mark;

/// `page_text` holds the text with, for each word, its byte range and box; `page_index` only the syllables, and their
/// beginnings for the clerk who is still typing; `page_code` every three characters of the codes.
pub(crate) const SCHEMA: &str = "
CREATE TABLE page_text (page INTEGER PRIMARY KEY REFERENCES page, text TEXT NOT NULL, words BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE page_index USING fts5 (
  exact, folded, content = '', contentless_delete = 1, tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M*'\",
  prefix = '1 2 3'
);
CREATE VIRTUAL TABLE page_code USING fts5 (codes, content = '', contentless_delete = 1, tokenize = 'trigram');
";

/// Before and after what matched, in snippets. No indexed text contains them.
pub const MARK: (char, char) = ('\u{2068}', '\u{2069}');

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Params {
    pub limit: usize,
    pub offset: usize,
    /// The last word may still be being typed, so it matches as a beginning too, unless a space or a quote ends it.
    pub typing: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Pages that match, however many are given.
    pub total: u32,
    pub hits: Vec<Hit>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub page: i64,
    /// The text round the longest match, what matched between [`MARK`]s.
    pub snippet: String,
    /// Higher is better; the whole part tells the tier.
    pub score: f32,
    /// Of the words that matched.
    pub boxes: Vec<Box4>,
}

/// Indexes the words of a page in place of what was indexed for it.
pub fn index(db: &Connection, page: i64, words: &[Word]) -> Result<()> {
    remove(db, page)?;
    let mut text = String::new();
    let mut map = Vec::with_capacity(words.len() * ENTRY);
    let mut last: Option<&Word> = None;
    for word in words {
        if let Some(last) = last {
            text.push(if last.line == word.line { ' ' } else { '\n' });
        }
        let start = text.len();
        text.extend(word.text.chars().filter(|c| *c != MARK.0 && *c != MARK.1));
        let entry = [start as u32, text.len() as u32].into_iter().chain(word.bounds);
        map.extend(entry.flat_map(u32::to_le_bytes));
        last = Some(word);
    }
    db.prepare_cached("INSERT INTO page_text VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute(params![page, text, map]))
        .db()?;
    enter(db, page, &text)
}

/// What finds the page by its text.
fn enter(db: &Connection, page: i64, text: &str) -> Result<()> {
    let tokens = tokens(text);
    let join = |form: fn(&Token) -> &str| tokens.iter().map(form).collect::<Vec<_>>().join(" ");
    db.prepare_cached("INSERT INTO page_index (rowid, exact, folded) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute(params![page, join(|t| &t.exact), join(|t| &t.folded)]))
        .db()?;
    let codes: BTreeSet<String> = text.split_whitespace().filter_map(code).collect();
    let codes = codes.into_iter().collect::<Vec<_>>().join(" ");
    db.prepare_cached("INSERT INTO page_code (rowid, codes) VALUES (?1, ?2)")
        .and_then(|mut s| s.execute(params![page, codes]))
        .db()?;
    Ok(())
}

/// A page that the clerk deleted is not found, but what was read on it is kept for when it comes back.
pub fn hide(db: &Connection, page: i64) -> Result<()> {
    for table in ["DELETE FROM page_index WHERE rowid = ?1", "DELETE FROM page_code WHERE rowid = ?1"] {
        db.prepare_cached(table).and_then(|mut s| s.execute([page])).db()?;
    }
    Ok(())
}

/// Found again after [`hide`].
pub fn show(db: &Connection, page: i64) -> Result<()> {
    hide(db, page)?;
    let text: Option<String> =
        db.query_row("SELECT text FROM page_text WHERE page = ?1", [page], |r| r.get(0)).optional().db()?;
    text.map_or(Ok(()), |text| enter(db, page, &text))
}

pub fn remove(db: &Connection, page: i64) -> Result<()> {
    hide(db, page)?;
    db.prepare_cached("DELETE FROM page_text WHERE page = ?1").and_then(|mut s| s.execute([page])).db()?;
    Ok(())
}

/// Removes a page for good. The index only marks what is deleted until its parts are merged, so they are.
pub(crate) fn purge(db: &Connection, page: i64) -> Result<()> {
    let indexed: bool =
        db.query_row("SELECT count(*) > 0 FROM page_text WHERE page = ?1", [page], |r| r.get(0)).db()?;
    remove(db, page)?;
    if indexed {
        for index in ["page_index", "page_code"] {
            db.execute(&format!("INSERT INTO {index} ({index}) VALUES ('optimize')"), []).db()?;
        }
    }
    Ok(())
}

/// A word that looks like a code (has a digit, and a digit or letter beside some punctuation), lower case.
fn code(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let looks = word.contains(|c: char| c.is_ascii_digit()) && word.chars().count() >= 4;
    looks.then_some(word)
}

/// The FTS5 expression for any part of a code.
fn part(infix: &str) -> String {
    format!("\"{}\"", infix.replace('"', "\"\""))
}

/// Finds pages. A query without any letter or digit finds nothing.
pub fn query(db: &Connection, query: &str, params: &Params) -> Result<Found> {
    let Some(asked) = Asked::parse(query, params.typing) else { return Ok(Found::default()) };
    let tiers = asked.tiers();
    let widest = tiers.last();
    let infix = asked.infix();
    let count = |sql| -> Result<u32> {
        let mut statement = db.prepare_cached(sql).db()?;
        match &infix {
            Some(infix) => statement.query_row(params![widest, part(infix)], |r| r.get(0)).db(),
            None => statement.query_row([widest], |r| r.get(0)).db(),
        }
    };
    let total = count(match infix {
        Some(_) => {
            "SELECT count(*) FROM (SELECT rowid FROM page_index WHERE page_index MATCH ?1
             UNION SELECT rowid FROM page_code WHERE page_code MATCH ?2)"
        }
        None => "SELECT count(*) FROM page_index WHERE page_index MATCH ?1",
    })?;
    if total == 0 {
        return Ok(Found::default());
    }
    let wanted = params.offset + params.limit;
    let mut seen = HashMap::new();
    let mut order: Vec<(i64, usize)> = Vec::new();
    for (tier, expression) in tiers.iter().enumerate() {
        if order.len() >= wanted {
            break;
        }
        let mut statement = db
            .prepare_cached("SELECT rowid FROM page_index WHERE page_index MATCH ?1 ORDER BY rowid DESC LIMIT ?2")
            .db()?;
        // At most as many as are there already come again, so this many are enough to fill the answer.
        let rows = statement.query_map(params![expression, wanted + order.len()], |r| r.get::<_, i64>(0)).db()?;
        for page in rows {
            let page = page.db()?;
            if seen.insert(page, ()).is_none() {
                order.push((page, tier));
            }
        }
    }
    if let Some(infix) = &infix
        && order.len() < wanted
    {
        let mut statement = db
            .prepare_cached("SELECT rowid FROM page_code WHERE page_code MATCH ?1 ORDER BY rowid DESC LIMIT ?2")
            .db()?;
        for page in statement.query_map(params![part(infix), wanted + order.len()], |r| r.get::<_, i64>(0)).db()? {
            let page = page.db()?;
            if seen.insert(page, ()).is_none() {
                order.push((page, tiers.len()));
            }
        }
    }
    let hits = order.into_iter().skip(params.offset).take(params.limit);
    let hits =
        hits.map(|(page, tier)| hit(db, page, (tiers.len() - tier + 1) as f32, &asked)).collect::<Result<_>>()?;
    Ok(Found { total, hits })
}

/// A query taken apart. Words in double quotes stand together as a phrase.
struct Asked {
    groups: Vec<Vec<Token>>,
    /// The last group may go on.
    open: bool,
    raw: String,
}

impl Asked {
    fn parse(query: &str, typing: bool) -> Option<Self> {
        // Nobody types more; a pasted page is cut to its beginning.
        let query: String = query.chars().take(400).collect();
        let mut groups: Vec<Vec<Token>> = Vec::new();
        for (i, part) in query.split(['"', '“', '”']).enumerate() {
            let tokens = tokens(part);
            match i % 2 {
                _ if tokens.is_empty() => {}
                1 => groups.push(tokens),
                // Outside quotes each word stands alone, but a code's parts belong together: they touch in the text.
                _ => groups.extend(touching(part, tokens)),
            }
        }
        groups.truncate(24);
        let open = typing && query.ends_with(|c: char| c.is_alphanumeric() || is_combining_mark(c));
        (!groups.is_empty()).then(|| Self { groups, open, raw: query.trim().to_lowercase() })
    }

    fn all(&self, form: fn(&Token) -> &str, end: &str) -> String {
        let phrase = |group: &Vec<Token>| format!("\"{}\"", group.iter().map(form).collect::<Vec<_>>().join(" "));
        self.groups.iter().map(phrase).collect::<Vec<_>>().join(" AND ") + end
    }

    fn in_a_row(&self, form: fn(&Token) -> &str, end: &str) -> String {
        let words: Vec<&str> = self.groups.iter().flatten().map(form).collect();
        format!("\"{}\"{end}", words.join(" "))
    }

    /// FTS5 expressions, strictest first; the last finds all that any of them finds. Tokens hold letters and digits
    /// only, so quoting them is safe.
    fn tiers(&self) -> Vec<String> {
        let ends: &[&str] = if self.open { &["", "*"] } else { &[""] };
        let tiers = ends.iter().flat_map(|end| {
            [
                format!("exact : {}", self.in_a_row(|t| &t.exact, end)),
                format!("exact : ({})", self.all(|t| &t.exact, end)),
                format!("folded : {}", self.in_a_row(|t| &t.folded, end)),
                format!("folded : ({})", self.all(|t| &t.folded, end)),
            ]
        });
        // One word is in a row by itself.
        let one = self.groups.len() == 1;
        tiers.enumerate().filter(|(i, _)| !(one && i % 2 == 0)).map(|(_, tier)| tier).collect()
    }

    /// The whole query as part of a code.
    fn infix(&self) -> Option<String> {
        let one = !self.raw.contains(char::is_whitespace) && self.raw.chars().count() >= 3;
        (one && self.raw.contains(|c: char| c.is_ascii_digit())).then(|| self.raw.clone())
    }

    /// Which syllables of `page` matched.
    fn matches(&self, page: &[Token]) -> BTreeSet<usize> {
        let count = self.groups.len();
        let mut found = BTreeSet::new();
        // Exact places are shown where there are any; folded ones only otherwise.
        for form in [(|t| &t.exact) as fn(&Token) -> &str, |t| &t.folded] {
            for (i, group) in self.groups.iter().enumerate() {
                let open = self.open && i + 1 == count;
                for start in 0..(page.len() + 1).saturating_sub(group.len()) {
                    let same = group.iter().enumerate().all(|(k, asked)| {
                        let here = form(&page[start + k]);
                        if open && k + 1 == group.len() { here.starts_with(form(asked)) } else { here == form(asked) }
                    });
                    if same {
                        found.extend(start..start + group.len());
                    }
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        found
    }
}

/// Groups of tokens with no space between them in `text`.
fn touching(text: &str, tokens: Vec<Token>) -> Vec<Vec<Token>> {
    let mut groups: Vec<Vec<Token>> = Vec::new();
    for token in tokens {
        match groups.last_mut() {
            Some(group)
                if group
                    .last()
                    .is_some_and(|last| !text[last.range.end..token.range.start].contains(char::is_whitespace)) =>
            {
                group.push(token)
            }
            _ => groups.push(vec![token]),
        }
    }
    groups
}

/// Bytes per word in `page_text.words`: start, end, x, y, width, height as little-endian u32.
const ENTRY: usize = 24;

fn hit(db: &Connection, page: i64, score: f32, asked: &Asked) -> Result<Hit> {
    let (text, map): (String, Vec<u8>) = db
        .prepare_cached("SELECT text, words FROM page_text WHERE page = ?1")
        .and_then(|mut s| s.query_row([page], |r| Ok((r.get(0)?, r.get(1)?))).optional())
        .db()?
        .unwrap_or_default();
    let tokens = tokens(&text);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for i in asked.matches(&tokens) {
        match ranges.last_mut() {
            // Syllables in a row are one mark.
            Some(last) if i > 0 && tokens[i - 1].range.end == last.end => last.end = tokens[i].range.end,
            _ => ranges.push(tokens[i].range.clone()),
        }
    }
    if ranges.is_empty()
        && let Some(infix) = asked.infix()
    {
        // Case folding may change lengths, so look again only where it cannot: codes are ASCII.
        ranges.extend(
            text.to_ascii_lowercase()
                .match_indices(&infix.to_ascii_lowercase())
                .map(|(at, found)| at..at + found.len()),
        );
    }
    let words = map.chunks_exact(ENTRY).map(|entry| {
        let n = |i: usize| u32::from_le_bytes([entry[4 * i], entry[4 * i + 1], entry[4 * i + 2], entry[4 * i + 3]]);
        (n(0) as usize..n(1) as usize, [n(2), n(3), n(4), n(5)])
    });
    let boxes = words
        .filter(|(word, _)| ranges.iter().any(|r| r.start < word.end && word.start < r.end))
        .map(|(_, bounds)| bounds)
        .collect();
    Ok(Hit { page, snippet: snippet(&text, &ranges), score, boxes })
}

/// About this many bytes of text either side of the match.
const AROUND: usize = 90;

fn snippet(text: &str, ranges: &[Range<usize>]) -> String {
    // Where the words stand together rather than where one of them stands first.
    let first = ranges.iter().min_by_key(|r| std::cmp::Reverse(r.len())).map_or(0..0, Clone::clone);
    let space = |from: usize| text[from..].find(char::is_whitespace).map(|i| from + i + 1);
    let floor = |mut i: usize| {
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let start = if first.start <= AROUND {
        0
    } else {
        space(floor(first.start - AROUND)).filter(|s| *s <= first.start).unwrap_or(first.start)
    };
    let wanted = floor((first.end + AROUND).min(text.len()));
    let end =
        text[..wanted].rfind(char::is_whitespace).filter(|e| wanted < text.len() && *e >= first.end).unwrap_or(wanted);
    let mut out = String::new();
    if start > 0 {
        out.push('…');
    }
    let mut at = start;
    for range in ranges.iter().filter(|r| r.start >= start && r.end <= end) {
        out.push_str(&text[at..range.start]);
        out.push(MARK.0);
        out.push_str(&text[range.clone()]);
        out.push(MARK.1);
        at = range.end;
    }
    out.push_str(&text[at..end]);
    if end < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests;

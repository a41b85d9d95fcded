//! The head of an official paper (NĐ 30/2020/NĐ-CP, Phụ lục I): top left the agency under its parent, below it number
//! and symbol; to the right of that, place and date; centred below, the type's name and under it the trích yếu (`V/v …`
//! under the number for a công văn). Numbers and dates cited further down belong to other papers.

use regex::Regex;
use sohoa_model::{DocumentType, Field, FieldName, Word};
use std::sync::LazyLock;

use crate::country::COUNTRY;
use crate::kind::Kind;
use crate::layout::{self, Line};
use crate::{CERTAIN, dates, persons, places, put_right, read_from, spoken};

/// However long it is, the head ends here, in thousandths of the page.
const HEAD: u32 = 450;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    // `Số: 15/QĐ-UBND`, `Số: 15/2026/QĐ-UBND`, `Số:    /QĐ-UBND`.
    Regex::new(r"(?i)^\W*s[oôốồổỗộóòỏọ06]\s*[:;.,]?[\s.…_]*(\d+[a-z]?)?[\s.…_]*/\s*((?:\d{4}\s*/\s*)?\p{L}[\p{L}&.]*(?:\s*[-–—]\s*[\p{L}&.]*\p{L})*)")
        .expect("constant")
});
/// As `NUMBER`, where the number itself cannot be told: `Số: 5Š3/GM-UBND`. It is written in Arabic figures (NĐ 30/2020,
/// Phụ lục I), so that `III` is 111.
static UNTOLD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*s[oôốồổỗộóòỏọ06]\s*[:;.,]\s*(\S{0,5}\d\S{0,5}?|(?-i:[Il]{2,4}))\s*/\s*((?:\d{4}\s*/\s*)?\p{L}[\p{L}&.]*(?:\s*[-–—]\s*[\p{L}&.]*\p{L})*)")
        .expect("constant")
});
static ETHS: LazyLock<Regex> = LazyLock::new(|| Regex::new("Đ*Ð[ÐĐ]*").expect("constant"));
static PLAIN_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    // `Số: 45`; `Số: 45/2026` of civil status, where the year is that of the register.
    Regex::new(r"(?i)^\W*s[oôốồổỗộóòỏọ06]\s*[:;.,][\s.…_]*(\d{1,6}[a-z]?)(?:\s*/\s*\d{4})?\W*$").expect("constant")
});

/// Number and symbol as they stand in the head.
pub struct Number<'a> {
    pub number: Option<String>,
    pub symbol: Option<String>,
    /// The line, by its place in the head.
    pub at: usize,
    words: Vec<&'a Word>,
    /// What was read for the one and the other.
    read: (String, String),
    /// Whether letters were taken for figures.
    repaired: bool,
}

pub fn read(lines: &[Line], kind: Option<&Kind>) -> Vec<Field> {
    if kind.is_some_and(|k| k.key == "can_cuoc") {
        return Vec::new();
    }
    let head = head(lines);
    let mut found = Vec::new();
    let number = number(head);
    if let Some(number) = &number {
        let page = head[number.at].page;
        let symbol = number.symbol.as_ref().map(|s| lawful(s, kind));
        let field = |name, value: &str, read: &str, strength| {
            put_right(read_from(name, value, &number.words, page, strength), read)
        };
        // One figure has a nought before it (NĐ 30/2020, Phụ lục I); without that, one was lost or nobody heeds it.
        let short = number.number.as_ref().is_some_and(|n| n.len() == 1);
        let strength = match number.repaired {
            true => 0.75,
            false if short => 0.85,
            false => CERTAIN,
        };
        found.extend(number.number.as_ref().map(|n| field(FieldName::Number, n, &number.read.0, strength)));
        found.extend(symbol.as_ref().map(|s| field(FieldName::Symbol, s, &number.read.1, CERTAIN)));
    }
    found.extend(issued(lines, head));
    if kind.is_none_or(Kind::has_agency) {
        found.extend(agency(head, number.as_ref().map(|n| &head[n.at])));
    }
    if let Some((words, page, strength)) = kind.and_then(|kind| subject(lines, head, kind)) {
        let read = spoken(&words);
        let words = places::papers(&words);
        let words: Vec<&Word> = words.iter().collect();
        let about = opened(spoken(&words));
        found.push(put_right(read_from(FieldName::Subject, about, &words, page, strength), read));
        found.extend(persons::named_in(&words).map(|(name, words)| {
            // Whom a paper is about, though it has no line for it.
            read_from(FieldName::OwnerName, name, &words, page, 0.7)
        }));
    }
    found
}

/// The lines of the first page that has any, until the text begins.
fn head(lines: &[Line]) -> &[Line] {
    let Some(first) = lines.first().map(|l| l.page) else { return lines };
    let text = |l: &Line| ["can cu", "kinh gui", "theo de nghi", "xet de nghi", "dieu 1"].iter().any(|b| l.begins(b));
    let end = lines.iter().position(|l| l.page != first || l.top > HEAD || text(l));
    &lines[..end.unwrap_or(lines.len())]
}

pub fn number(head: &[Line]) -> Option<Number<'_>> {
    head.iter().enumerate().find_map(|(at, line)| {
        let mut words = line.words();
        // Where the number was never filled in, a wide gap stands before the stroke.
        if let [only] = &line.tokens[..]
            && only.text == "so"
            && let Some(next) = head.get(at + 1).filter(|next| next.row == line.row)
        {
            words.extend(&next.words);
        }
        let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let mut repaired = false;
        let mut read = (String::new(), String::new());
        let mut written = |symbol: &str| {
            let symbol: String = symbol.split_whitespace().collect::<String>().replace(['–', '—'], "-");
            let symbol = symbol.trim_end_matches('.');
            // The Icelandic letter looks like ours and recognition takes it now and then, for one letter twice too.
            read.1 = symbol.replace('Ð', "Đ").replace('ð', "đ");
            Some(ETHS.replace_all(symbol, "Đ").replace('ð', "đ"))
        };
        let (number, symbol) = if let Some(c) = NUMBER.captures(&text) {
            read.0 = c.get(1).map_or("", |n| n.as_str()).to_owned();
            (c.get(1).map(|n| n.as_str().to_owned()), written(&c[2]))
        } else if let Some(c) = UNTOLD.captures(&text) {
            // A figure that is no figure is left to the clerk unless it can be one only: a stroke before the others may
            // be the form's line.
            let number = match &c[1] {
                strokes if strokes.chars().all(char::is_alphabetic) => "1".repeat(strokes.len()),
                read if read.starts_with(|c: char| c.is_ascii_digit()) => places::figures(read),
                read => read.to_owned(),
            };
            repaired = true;
            read.0 = c[1].to_owned();
            (number.bytes().all(|b| b.is_ascii_digit()).then_some(number), written(&c[2]))
        } else {
            read.0 = PLAIN_NUMBER.captures(&text)?[1].to_owned();
            (Some(read.0.clone()), None)
        };
        // Of words after it on the line, as a place run into it, none belongs to it.
        let end = symbol.as_ref().or(number.as_ref()).and_then(|last| {
            let last = layout::plain(last.rsplit(['-', '/']).next().unwrap_or(last));
            words.iter().position(|w| layout::plain(&w.text).ends_with(&last))
        });
        words.truncate(end.map_or(words.len(), |end| end + 1));
        // Nor is `Số:` a part of it.
        words.retain(|w| layout::plain(&w.text) != "so");
        Some(Number { number, symbol, at, words, read, repaired })
    })
}

/// Where only a mark of an abbreviation was lost (`QD-UBND`), with it.
fn lawful(symbol: &str, kind: Option<&Kind>) -> String {
    let abbreviation = kind.and_then(|k| DocumentType::from_key(k.key)).map_or("", |t| t.abbreviation);
    let parts = symbol.split('-').enumerate().map(|(i, part)| {
        if i == 0 && !abbreviation.is_empty() && crate::same(part, abbreviation) {
            return abbreviation.to_owned();
        }
        COUNTRY.abbreviations.iter().find(|a| crate::same(part, a)).map_or(part, |a| *a).to_owned()
    });
    let symbol = parts.collect::<Vec<_>>().join("-");
    // `2025/HDTN`: contracts are numbered by year, and say what they are about in the same word.
    match symbol.split_once('/') {
        Some((year, rest)) if abbreviation == "HĐ" && layout::plain(rest).starts_with("hd") => {
            format!("{year}/HĐ{}", rest.chars().skip(2).collect::<String>())
        }
        _ => symbol,
    }
}

/// Place and date: to the right in the head, or above the signature on papers that citizens write.
fn issued(lines: &[Line], head: &[Line]) -> Option<Field> {
    let field = |line: &Line, found: dates::Found, strength| found.field(FieldName::IssuedDate, line.page, strength);
    let right = |line: &Line, found: &dates::Found| {
        let [first, last] = [found.at, line.words.len() - 1].map(|i| line.words[i].bounds);
        // The date itself, where the number or a motto runs into the line.
        let part = (last[0] + last[2]).saturating_sub(first[0]) as f32 / (last[0] + last[2]).max(1) as f32;
        line.right as f32 * (1.0 - part) > 400.0
    };
    // In brackets stands what another paper's date is: `(Kèm theo Quyết định số … ngày …)`.
    let cited = |line: &&Line| line.words[0].text.starts_with('(');
    let at_head = head.iter().filter(|line| !cited(line)).find_map(|line| {
        let found = dates::in_words(&line.words()).filter(|found| right(line, found))?;
        let strength = if found.is_short() { 0.85 } else { CERTAIN };
        Some(field(line, found, strength))
    });
    let signed = || {
        lines[head.len()..].iter().rev().find_map(|line| {
            let found = dates::in_words(&line.words())?;
            let after = line.words.len() - found.at - found.words.len();
            // Nothing but a place before it; a line of the text would begin at the margin.
            let alone = after == 0 && found.at <= 6 && line.left > 300;
            alone.then(|| field(line, found, 0.88))
        })
    };
    let today = || {
        lines.iter().find_map(|line| {
            let found = line.begins("hom nay").then(|| dates::in_words(&line.words()))??;
            Some(field(line, found, 0.85))
        })
    };
    at_head.or_else(signed).or_else(today)
}

/// The last lines of the cell top left, in capitals, above the number: the agency's own name, after its parent's.
fn agency(head: &[Line], number: Option<&Line>) -> Option<Field> {
    let floor = number.map_or(220, |n| n.top);
    let cell: Vec<(&Line, &[Word])> = head
        .iter()
        .filter(|l| l.top < floor && l.left < 400 && l.is_capitals() && !is_numbered(l))
        .map(|l| (l, before_motto(l)))
        .filter(|(line, words)| !words.is_empty() && (line.right < 600 || words.len() < line.words.len()))
        .filter(|(line, _)| line.middle() < 480 || line.right >= 600)
        .collect();
    let own = cell.iter().rposition(|(line, _)| begins_agency(line))?;
    // What follows is the rest of the name as long as it stands right below.
    let mut end = own + 1;
    while end < cell.len() && end < own + 4 && cell[end].0.top.saturating_sub(cell[end - 1].0.bottom) < 20 {
        end += 1;
    }
    let lines: Vec<Vec<&Word>> = cell[own..end].iter().map(|(_, words)| words.iter().collect()).collect();
    let read = spoken(&lines.concat());
    let mended = places::agency(&lines);
    let words: Vec<&Word> = mended.iter().collect();
    let name = spoken(&words);
    // Whose committee it is was lost.
    let strength = if layout::plain(&name).ends_with("nhan dan") { 0.2 } else { 0.98 };
    let whole = name.split(' ').count() >= 2;
    whole.then(|| put_right(read_from(FieldName::Agency, name, &words, cell[own].0.page, strength), read))
}

/// `Số: …`, whatever can be read of it.
fn is_numbered(line: &Line) -> bool {
    line.begins("so") && line.words.iter().take(2).any(|w| w.text.contains(|c: char| c == ':' || c.is_ascii_digit()))
}

/// A line that runs into the motto on its right, without it.
fn before_motto(line: &Line) -> &[Word] {
    let motto = (0..line.tokens.len())
        .find(|i| ["cong hoa xa", "doc lap tu"].iter().any(|m| layout::matches(&line.tokens[*i..], m).is_some()));
    &line.words[..motto.map_or(line.words.len(), |i| line.tokens[i].word)]
}

fn begins_agency(line: &Line) -> bool {
    let exact = |b: &str| line.tokens.first().is_some_and(|token| token.text == b);
    // "Phòng" and "phường" are one letter apart, so single words must be right.
    let begins = |b: &str| if b.contains(' ') { layout::matches(&line.tokens, b).is_some() } else { exact(b) };
    COUNTRY.beginnings.iter().any(|b| begins(b))
}

/// Whether it opens the trích yếu of a công văn: `V/v` in the left half.
pub fn is_about(line: &Line) -> bool {
    let said = |i: usize, what: &str| line.tokens.get(i).is_some_and(|t| t.text == what);
    let v_v = said(0, "v") && said(1, "v") || ["vv", "viv", "vlv"].iter().any(|v| said(0, v));
    (v_v || line.begins("ve viec")) && line.middle() < 450 && line.left < 350
}

/// The trích yếu with its words and page.
fn subject<'a>(lines: &'a [Line], head: &'a [Line], kind: &Kind) -> Option<(Vec<&'a Word>, u32, f32)> {
    if kind.key == "cong_van" {
        return about(head);
    }
    let title = kind.title?;
    // What the title says beyond the type's name, as in `ĐƠN XIN …`.
    let mut skip = title.named;
    let mut words: Vec<&Word> = Vec::new();
    for line in &lines[title.first..=title.last] {
        let first = line.tokens.get(skip).map(|t| t.word);
        skip = skip.saturating_sub(line.tokens.len());
        words.extend(first.iter().flat_map(|first| &line.words[*first..]));
    }
    let in_title = words.len();
    let mut above = &lines[title.last];
    for line in head.iter().skip(title.last + 1).take(4) {
        let close = line.top.saturating_sub(above.bottom) < 22;
        let whole = !lines.iter().any(|other| other.row == line.row && !std::ptr::eq(other, line));
        // What else may stand centred there: the number, a label, the authority that decides.
        const OTHER: [&str; 8] =
            ["so", "quyen so", "ma ho so", "ho chu dem", "ho va ten", "toi ten", "ban hanh kem", "hom nay"];
        let other = OTHER.iter().any(|o| line.begins(o))
            || line.is_capitals() && COUNTRY.authorities.iter().any(|a| line.begins(a))
            || line.text().ends_with(':')
            || line.opens() && !line.begins("ve viec");
        if !(close && whole && line.is_centred() && line.left > 130) || other {
            break;
        }
        words.extend(&line.words);
        above = line;
    }
    // Less sure where it is only the rest of a title.
    let strength = if words.len() > in_title { 0.98 } else { 0.8 };
    // A stamp's date or number beside its first line is none of it.
    let from = words.iter().position(|w| w.text.chars().any(char::is_alphabetic)).unwrap_or(0);
    let words = words.split_off(from);
    (spoken(&words).split(' ').count() >= 2).then_some((words, lines[title.first].page, strength))
}

/// A trích yếu that says `Về việc` says it in these words (NĐ 30/2020, Phụ lục I).
fn opened(text: String) -> String {
    let mut parts = text.splitn(3, ' ');
    let (Some(first), Some("việc"), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return text };
    if first.chars().count() == 2 && first.starts_with('V') { format!("Về việc {rest}") } else { text }
}

/// After `V/v`, down the left cell.
fn about(head: &[Line]) -> Option<(Vec<&Word>, u32, f32)> {
    let start = head.iter().position(is_about)?;
    let mut words = head[start].words();
    let mut above = &head[start];
    for line in head[start + 1..].iter().filter(|l| l.middle() < 450 && l.left < 400) {
        if line.top.saturating_sub(above.bottom) > 15 {
            break;
        }
        words.extend(&line.words);
        above = line;
    }
    // `V/v` and `Về việc` only say that it begins.
    let lead = match layout::plain(&words[0].text).as_str() {
        "ve" => 2,
        "v" if words.get(1).is_some_and(|w| layout::plain(&w.text) == "v") => 2,
        "v" if words.get(2).is_some_and(|w| layout::plain(&w.text) == "v") => 3,
        _ => 1,
    };
    let words = words.split_off(lead.min(words.len()));
    (!spoken(&words).is_empty()).then_some((words, head[start].page, 0.98))
}

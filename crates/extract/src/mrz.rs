//! The machine-readable zone on the back of a card: three lines of thirty characters (ICAO 9303, part 5, TD1). On the
//! Vietnamese card the document number is the last nine digits of the personal number, which stands whole in the
//! optional data with a check digit of its own at the end of the line. That much is seen on cards and written down in
//! no circular; what does not fit it is no zone.
//!
//! ```text
//! IDVNM0940001237027094000123<<0    document number, check; personal number, check
//! 9406144M3406142VNM<<<<<<<<<<<8    birth, check; sex; expiry, check; country; check of it all
//! NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<    surname, given names
//! ```
//!
//! Recognition takes fillers for other signs and miscounts them, so places are counted only where no filler stands, and
//! a letter where a digit must be is taken for the digit it looks like. All five check digits must hold then. Names have
//! none: they only confirm what stands elsewhere.

use sohoa_model::{Box4, Word, text::fold};

use crate::layout::Line;
use crate::personal_id;

/// A zone whose check digits hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    pub page: u32,
    pub bounds: Option<Box4>,
    pub personal_id: String,
    /// `YYYY-MM-DD`; `None` where the number does not tell the century.
    pub birth_date: Option<String>,
    /// `Nam` or `Nữ`.
    pub sex: Option<&'static str>,
    /// The third line as read.
    name: String,
    /// Whether a letter had to be taken for a digit.
    pub repaired: bool,
}

/// Every zone on the pages whose pieces these are.
pub fn read(lines: &[Line]) -> Vec<Zone> {
    let rows: Vec<Row> = lines.chunk_by(|a, b| a.row == b.row).map(Row::new).collect();
    let mut zones = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let below = |n: usize| rows.get(i + n).filter(|r| r.page == row.page);
        for first in (0..row.signs.len()).filter_map(|start| Number::at(row, start)) {
            // A speck or a stamp may lie between as a row of its own.
            let second = (1..=3).find_map(|n| {
                let row = below(n)?;
                let birth = (0..row.signs.len()).filter(|s| first.is_above(row, *s));
                birth.filter_map(|start| Birth::at(row, start, &first)).next().map(|birth| (n, birth))
            });
            let Some((n, second)) = second else { continue };
            if !first.holds(&second) {
                continue;
            }
            let third = (n + 1..=n + 2).filter_map(below).map(|row| first.name_in(row)).find(|name| !name.is_empty());
            let words: Vec<&Word> = first.words.iter().chain(&second.words).copied().collect();
            zones.push(Zone {
                page: row.page,
                bounds: crate::union(&words),
                birth_date: second.date(&first.id),
                sex: second.sex,
                name: third.unwrap_or_default(),
                repaired: first.repaired || second.repaired,
                personal_id: first.id,
            });
        }
    }
    zones
}

impl Zone {
    /// Whether the third line says this name. Fillers may have been read as letters that look like them, and the name
    /// cut at the end of the line.
    pub fn confirms(&self, name: &str) -> bool {
        let plain = crate::layout::plain(name).to_uppercase();
        let parts: Vec<Vec<char>> = plain.split(' ').map(|part| part.chars().collect()).collect();
        let read: Vec<char> = self.name.chars().map(letter).collect();
        parts.len() >= 2 && says(&read, &parts)
    }

    /// The name without marks, if the line is clear enough to be shown.
    pub fn name(&self) -> Option<String> {
        let (surname, rest) = self.name.split_once("<<")?;
        let given = rest.trim_start_matches('<').split("<<").next()?;
        let parts: Vec<&str> = surname.split('<').chain(given.split('<')).filter(|part| !part.is_empty()).collect();
        let clear = parts.len() >= 2 && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_uppercase()));
        clear.then(|| parts.join(" "))
    }
}

/// Whether `read` is the parts with one to three fillers between them and nothing but fillers after them.
fn says(read: &[char], parts: &[Vec<char>]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return read.iter().all(|c| is_filler(*c)) };
    let there = read.iter().zip(part).take_while(|(a, b)| a == b).count();
    if there < part.len() {
        // Thirty characters were not enough, and the reading ends here too.
        return there == read.len() && there > 0 && rest.is_empty();
    }
    let read = &read[part.len()..];
    if rest.is_empty() {
        return says(read, rest);
    }
    let fillers = read.iter().take_while(|c| is_filler(**c)).count();
    (1..=fillers.min(3)).any(|skip| says(&read[skip..], rest))
}

/// A filler, or a letter for which one is often taken.
fn is_filler(c: char) -> bool {
    matches!(c, '<' | 'K' | 'C' | 'E' | 'L' | 'S' | 'X')
}

/// A row of the page, sign by sign.
struct Row<'a> {
    page: u32,
    signs: Vec<Sign<'a>>,
}

struct Sign<'a> {
    is: char,
    left: u32,
    word: &'a Word,
}

impl<'a> Row<'a> {
    fn new(lines: &'a [Line]) -> Self {
        let mut signs = Vec::new();
        for word in lines.iter().flat_map(|line| &line.words) {
            let [left, _, width, _] = word.bounds;
            let count = word.text.chars().count().max(1) as u64;
            for (i, c) in word.text.chars().enumerate() {
                let left = left + (u64::from(width) * i as u64 / count) as u32;
                signs.extend(normal(c).map(|is| Sign { is, left, word }));
            }
        }
        Self { page: lines[0].page, signs }
    }

    /// Digits, by what they look like; the flag tells whether any was a letter.
    fn digits(&self, from: usize, count: usize) -> Option<(String, bool)> {
        let signs = self.signs.get(from..from + count)?;
        let digits: String = signs.iter().map(|sign| digit(sign.is)).collect::<Option<_>>()?;
        Some((digits, signs.iter().any(|sign| !sign.is.is_ascii_digit())))
    }

    /// The last sign before `edge`, which must be a digit, past fillers from `from` on.
    fn last(&self, from: usize, edge: u32) -> Option<(usize, u32, bool)> {
        let at = (from..self.signs.len()).rev().find(|i| self.signs[*i].left < edge)?;
        let is = self.signs[at].is;
        Some((at, digit(is)?.to_digit(10)?, !is.is_ascii_digit()))
    }

    fn words(&self, from: usize, to: usize) -> Vec<&'a Word> {
        let mut words: Vec<&Word> = self.signs[from..=to].iter().map(|sign| sign.word).collect();
        words.dedup_by(|a, b| std::ptr::eq(*a, *b));
        words
    }
}

/// The first line.
struct Number<'a> {
    /// Document number and its check digit.
    document: String,
    id: String,
    check: u32,
    left: u32,
    /// Of one character, in pixels.
    pitch: u32,
    words: Vec<&'a Word>,
    repaired: bool,
}

impl<'a> Number<'a> {
    fn at(row: &Row<'a>, start: usize) -> Option<Self> {
        if !reads(row, start, "IDVNM") {
            return None;
        }
        let (document, one) = row.digits(start + 5, 10)?;
        let (id, two) = row.digits(start + 15, 12)?;
        let left = row.signs[start].left;
        let pitch = (row.signs[start + 26].left.saturating_sub(left) / 26).max(1);
        let (end, check, three) = row.last(start + 27, left + 32 * pitch)?;
        let words = row.words(start, end);
        Some(Self { document, id, check, left, pitch, words, repaired: one || two || three })
    }

    /// Whether a sign of a lower row may begin a line of the same zone.
    fn is_above(&self, row: &Row, start: usize) -> bool {
        row.signs[start].left.abs_diff(self.left) <= 3 * self.pitch
    }

    fn right(&self) -> u32 {
        self.left + 33 * self.pitch
    }

    fn holds(&self, birth: &Birth) -> bool {
        let all = format!("{}{}<<{}{}{}<<<<<<<<<<<", self.document, self.id, self.check, birth.born, birth.expires);
        valid(&self.document)
            && check(&self.id) == self.check
            && valid(&birth.born)
            && valid(&birth.expires)
            && check(&all) == birth.check
    }

    /// What stands in a lower row below the zone's first line.
    fn name_in(&self, row: &Row) -> String {
        let below = |s: &&Sign| s.left + 3 * self.pitch >= self.left && s.left < self.right();
        row.signs.iter().filter(below).map(|s| s.is).collect()
    }
}

/// The second line.
struct Birth<'a> {
    /// `YYMMDD` and check digit.
    born: String,
    sex: Option<&'static str>,
    expires: String,
    /// Over all lines.
    check: u32,
    words: Vec<&'a Word>,
    repaired: bool,
}

impl<'a> Birth<'a> {
    fn at(row: &Row<'a>, start: usize, above: &Number) -> Option<Self> {
        let (born, one) = row.digits(start, 7)?;
        let (expires, two) = row.digits(start + 8, 7)?;
        if !reads(row, start + 15, "VNM") {
            return None;
        }
        let sex = match row.signs[start + 7].is {
            'M' => Some("Nam"),
            'F' => Some("Nữ"),
            _ => None,
        };
        let (end, check, three) = row.last(start + 18, above.right())?;
        Some(Self { born, sex, expires, check, words: row.words(start, end), repaired: one || two || three })
    }

    /// The day of birth, in the century that the personal number says.
    fn date(&self, id: &str) -> Option<String> {
        let year = personal_id::parse(id)?.birth_year;
        let (yy, mm, dd) = (&self.born[..2], &self.born[2..4], &self.born[4..6]);
        crate::dates::packed(&format!("{dd}{mm}{:02}{yy}", year / 100))
    }
}

/// Whether these letters stand there, one of them perhaps misread.
fn reads(row: &Row, start: usize, letters: &str) -> bool {
    let Some(signs) = row.signs.get(start..start + letters.len()) else { return false };
    let same = |(sign, expected): &(&Sign, char)| {
        letter(sign.is) == *expected || (*expected == 'D' && matches!(sign.is, '0' | 'O'))
    };
    signs.iter().zip(letters.chars()).filter(|pair| !same(pair)).count() <= 1
}

/// A sign of the zone's alphabet for what was read; `None` for dirt.
fn normal(c: char) -> Option<char> {
    match c {
        '<' | '«' | '‹' | '(' | '{' | '[' | '>' | '»' | '›' | '≤' | '€' => Some('<'),
        '|' | '!' | ']' => Some('I'),
        _ => fold(&c.to_string()).chars().next().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_alphanumeric),
    }
}

/// A digit for a sign where only a digit can stand.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'Q' | 'D' | 'U' => Some('0'),
        'I' | 'L' | 'J' => Some('1'),
        'Z' => Some('2'),
        'A' => Some('4'),
        'S' => Some('5'),
        'G' => Some('6'),
        'T' => Some('7'),
        'B' => Some('8'),
        _ => None,
    }
}

/// A letter for a sign where only a letter can stand.
fn letter(c: char) -> char {
    match c {
        '0' => 'O',
        '1' => 'I',
        '2' => 'Z',
        '5' => 'S',
        '6' => 'G',
        '8' => 'B',
        c => c,
    }
}

/// The check digit of ICAO 9303, part 3, 4.9: weights 7, 3, 1, letters from 10 on, fillers 0.
pub fn check(text: &str) -> u32 {
    let values = text.chars().map(|c| c.to_digit(36).unwrap_or(0));
    values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>() % 10
}

/// Whether the last digit is the check digit of what stands before it.
fn valid(text: &str) -> bool {
    let (body, last) = text.split_at(text.len() - 1);
    last.parse() == Ok(check(body))
}

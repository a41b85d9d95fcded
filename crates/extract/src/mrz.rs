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
//! Recognition takes fillers for other signs and miscounts them, so places are counted only where no filler stands. A
//! letter where a digit must be is taken for the digit it looks like, and the flat-topped 3 of OCR-B, which is mostly
//! read as 5, for either. A reading counts when all five check digits hold and both lines fit the number; one that
//! needed a choice between digits, only when no other choice holds as well. Names have no check digit: they only confirm
//! what stands elsewhere.

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
    /// Whether anything had to be taken for what it is not.
    pub repaired: bool,
}

/// Every zone on the pages whose pieces these are.
pub fn read(lines: &[Line]) -> Vec<Zone> {
    let rows: Vec<Row> = lines.chunk_by(|a, b| a.row == b.row).map(Row::new).collect();
    let mut zones = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        for start in (0..row.signs.len()).filter(|start| row.reads(*start, "IDVNM")) {
            // A speck or a stamp may lie between as a row of its own.
            let below = rows[i + 1..].iter().take_while(|r| r.page == row.page).take(4);
            let below: Vec<&Row> = below.collect();
            zones.extend(zone(row, start, &below));
        }
    }
    zones
}

/// The one zone that begins there, if its check digits single one out.
fn zone(row: &Row, start: usize, below: &[&Row]) -> Option<Zone> {
    let place = Place::of(row, start)?;
    let numbers = Number::all(row, start, &place);
    let mut found: Vec<(bool, &Number, Birth)> = Vec::new();
    let mut second = 0;
    for (n, lower) in below.iter().enumerate().take(3) {
        for start in (0..lower.signs.len()).filter(|s| place.is_above(&lower.signs[*s])) {
            for birth in Birth::all(lower, start, &place) {
                for number in numbers.iter().filter(|number| number.fits(&birth)) {
                    second = n;
                    found.push((number.chosen || birth.chosen, number, birth.clone()));
                }
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    // What was read as it stands goes before any choice.
    found.sort_by_key(|(chosen, ..)| *chosen);
    let (chosen, number, birth) = found.first()?;
    let rivals = |(_, n, b): &(bool, &Number, Birth)| n.id != number.id || b.born != birth.born;
    if *chosen && found.iter().any(rivals) {
        return None;
    }
    let mut names = below[second + 1..].iter().map(|row| place.name_in(row));
    let words: Vec<&Word> = number.words.iter().chain(&birth.words).copied().collect();
    Some(Zone {
        page: row.page,
        bounds: crate::union(&words),
        personal_id: number.id.clone(),
        birth_date: birth.date(&number.id),
        sex: birth.sex,
        name: names.find(|name| !name.is_empty()).unwrap_or_default(),
        repaired: *chosen || number.repaired || birth.repaired,
    })
}

impl Zone {
    /// Whether the third line says this name. Fillers may have been read as letters that look like them, and the name
    /// cut at the end of the line.
    pub fn confirms(&self, name: &str) -> bool {
        let plain = crate::layout::plain(name).to_uppercase();
        // The serifs of an I make it a TI, so neither is told from the other.
        let parts: Vec<Vec<char>> = plain.split(' ').map(|part| part.replace("TI", "I").chars().collect()).collect();
        let read: String = self.name.chars().map(letter).collect();
        let read: Vec<char> = read.replace("TI", "I").replace("II", "I").chars().collect();
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
    /// Of the zone's alphabet.
    is: char,
    /// The digits that it may be, the likelier first.
    digits: &'static str,
    left: u32,
    word: &'a Word,
}

/// Some digits of a row.
struct Digits {
    are: String,
    /// Where the row goes on.
    end: usize,
    /// A letter was taken for a digit.
    repaired: bool,
    /// A digit was taken for another.
    chosen: bool,
}

/// More ways than these to read a few digits make none of them worth anything.
const MANY: usize = 512;

impl<'a> Row<'a> {
    fn new(lines: &'a [Line]) -> Self {
        let mut signs = Vec::new();
        for word in lines.iter().flat_map(|line| &line.words) {
            let [left, _, width, _] = word.bounds;
            let count = word.text.chars().count().max(1) as u64;
            for (i, c) in word.text.chars().enumerate() {
                let left = left + (u64::from(width) * i as u64 / count) as u32;
                signs.extend(normal(c).map(|is| Sign { is, digits: digits(c, is), left, word }));
            }
        }
        Self { page: lines[0].page, signs }
    }

    /// Every way to read `count` digits from a place on.
    fn digits(&self, from: usize, count: usize) -> Vec<Digits> {
        let mut ways = vec![Digits { are: String::new(), end: from, repaired: false, chosen: false }];
        for _ in 0..count {
            let mut longer = Vec::new();
            for way in ways {
                let Some(sign) = self.signs.get(way.end) else { continue };
                for (i, digit) in sign.digits.chars().enumerate() {
                    longer.push(Digits {
                        are: format!("{}{digit}", way.are),
                        end: way.end + 1,
                        repaired: way.repaired || !sign.is.is_ascii_digit(),
                        chosen: way.chosen || i > 0,
                    });
                }
                // One 3 read twice.
                if sign.is == '3' && self.signs.get(way.end + 1).is_some_and(|next| next.is == '5') {
                    longer.push(Digits { are: way.are + "3", end: way.end + 2, repaired: way.repaired, chosen: true });
                }
            }
            longer.truncate(MANY);
            ways = longer;
        }
        ways
    }

    /// The last digit before `edge`, past fillers from `from` on, in every way to read it.
    fn last(&self, from: usize, edge: u32) -> Vec<Digits> {
        let at = (from..self.signs.len()).rev().find(|i| self.signs[*i].left < edge);
        at.map_or(Vec::new(), |at| self.digits(at, 1))
    }

    /// Whether these letters stand there, one of them perhaps misread.
    fn reads(&self, start: usize, letters: &str) -> bool {
        let Some(signs) = self.signs.get(start..start + letters.len()) else { return false };
        let same = |(sign, expected): &(&Sign, char)| {
            letter(sign.is) == *expected || (*expected == 'D' && matches!(sign.is, '0' | 'O'))
        };
        signs.iter().zip(letters.chars()).filter(|pair| !same(pair)).count() <= 1
    }

    fn words(&self, from: usize, to: usize) -> Vec<&'a Word> {
        let mut words: Vec<&Word> = self.signs[from..to].iter().map(|sign| sign.word).collect();
        words.dedup_by(|a, b| std::ptr::eq(*a, *b));
        words
    }
}

/// Where a zone lies across the page.
struct Place {
    left: u32,
    /// Of one character, in pixels.
    pitch: u32,
}

impl Place {
    fn of(row: &Row, start: usize) -> Option<Self> {
        let left = row.signs[start].left;
        let pitch = (row.signs.get(start + 26)?.left.saturating_sub(left) / 26).max(1);
        Some(Self { left, pitch })
    }

    /// Whether a sign of a lower row may begin a line of the same zone.
    fn is_above(&self, sign: &Sign) -> bool {
        sign.left.abs_diff(self.left) <= 3 * self.pitch
    }

    fn right(&self) -> u32 {
        self.left.saturating_add(self.pitch.saturating_mul(33))
    }

    /// What stands in a lower row below the zone's first line.
    fn name_in(&self, row: &Row) -> String {
        let below = |s: &&Sign| s.left.saturating_add(3 * self.pitch) >= self.left && s.left < self.right();
        row.signs.iter().filter(below).map(|s| s.is).collect()
    }
}

/// The first line, in one way to read it.
struct Number<'a> {
    /// Document number and its check digit.
    document: String,
    id: String,
    check: String,
    words: Vec<&'a Word>,
    repaired: bool,
    chosen: bool,
}

impl<'a> Number<'a> {
    /// Every reading whose check digits hold and in which the document number is the end of the personal one.
    fn all(row: &Row<'a>, start: usize, place: &Place) -> Vec<Self> {
        let mut all = Vec::new();
        for document in row.digits(start + 5, 10).into_iter().filter(|d| valid(&d.are)) {
            for id in row.digits(document.end, 12).into_iter().filter(|id| id.are[3..] == document.are[..9]) {
                let last = row.last(id.end, place.right()).into_iter();
                all.extend(last.filter(|last| last.are == check(&id.are).to_string()).map(|last| Self {
                    words: row.words(start, last.end),
                    repaired: document.repaired || id.repaired || last.repaired,
                    chosen: document.chosen || id.chosen || last.chosen,
                    document: document.are.clone(),
                    id: id.are.clone(),
                    check: last.are,
                }));
            }
        }
        all
    }

    /// Whether a second line belongs below this one.
    fn fits(&self, birth: &Birth) -> bool {
        let all = format!("{}{}<<{}{}{}<<<<<<<<<<<", self.document, self.id, self.check, birth.born, birth.expires);
        check(&all).to_string() == birth.check && self.id[4..6] == birth.born[..2]
    }
}

/// The second line, in one way to read it.
#[derive(Clone)]
struct Birth<'a> {
    /// `YYMMDD` and check digit.
    born: String,
    sex: Option<&'static str>,
    expires: String,
    /// Over all lines.
    check: String,
    words: Vec<&'a Word>,
    repaired: bool,
    chosen: bool,
}

impl<'a> Birth<'a> {
    /// Every reading whose own check digits hold.
    fn all(row: &Row<'a>, start: usize, place: &Place) -> Vec<Self> {
        let mut all = Vec::new();
        for born in row.digits(start, 7).into_iter().filter(|d| valid(&d.are)) {
            let sex = match row.signs.get(born.end).map(|sign| sign.is) {
                Some('M') => Some("Nam"),
                Some('F') => Some("Nữ"),
                _ => None,
            };
            for expires in row.digits(born.end + 1, 7).into_iter().filter(|d| valid(&d.are)) {
                if !row.reads(expires.end, "VNM") && !row.reads(expires.end, "VWNM") {
                    continue;
                }
                all.extend(row.last(expires.end + 3, place.right()).into_iter().map(|last| Self {
                    words: row.words(start, last.end),
                    repaired: born.repaired || expires.repaired || last.repaired,
                    chosen: born.chosen || expires.chosen || last.chosen,
                    born: born.are.clone(),
                    sex,
                    expires: expires.are.clone(),
                    check: last.are,
                }));
            }
        }
        all
    }

    /// The day of birth, in the century that the personal number says.
    fn date(&self, id: &str) -> Option<String> {
        let year = personal_id::parse(id)?.birth_year;
        let (month, day) = (&self.born[2..4], &self.born[4..6]);
        crate::dates::packed(&format!("{day}{month}{year}"))
    }
}

/// A sign of the zone's alphabet for what was read; `None` for dirt.
fn normal(c: char) -> Option<char> {
    match c {
        '<' | '«' | '‹' | '(' | '{' | '[' | '>' | '»' | '›' | '≤' | '€' => Some('<'),
        '|' | '!' | ']' => Some('I'),
        _ => fold(&c.to_string()).chars().next().map(|c| c.to_ascii_uppercase()).filter(char::is_ascii_alphanumeric),
    }
}

/// The digits that a sign may be where only a digit can stand; `c` is the sign before its mark was lost.
fn digits(c: char, is: char) -> &'static str {
    match is {
        // The stroke of a 6 is a mark to whoever expects Vietnamese.
        'O' | 'E' | 'A' if !c.is_ascii() => "60",
        '0' | 'O' | 'Q' | 'D' | 'U' => "0",
        '1' | 'I' | 'L' | 'J' => "1",
        '2' | 'Z' => "2",
        '3' => "3",
        '4' | 'A' => "4",
        '5' | 'S' => "53",
        '6' | 'G' => "6",
        '7' | 'T' => "7",
        '8' | 'B' => "8",
        '9' => "9",
        _ => "",
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
fn check(text: &str) -> u32 {
    let values = text.chars().map(|c| c.to_digit(36).unwrap_or(0));
    values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum::<u32>() % 10
}

/// Whether the last digit is the check digit of what stands before it.
fn valid(text: &str) -> bool {
    let (body, last) = text.split_at(text.len() - 1);
    last.parse() == Ok(check(body))
}

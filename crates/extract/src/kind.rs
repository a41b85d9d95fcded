//! What kind of paper it is. Its name stands in capitals, centred, in the upper part of the first page; a công văn has
//! none and is told by `V/v` under its number; a card by its code or machine-readable zone.

use sohoa_model::{Box4, DocumentType, Field, FieldName, Source};

use crate::codes::Coded;
use crate::header::{self, Number};
use crate::layout::{self, Line};
use crate::mrz::Zone;
use crate::read_from;

/// The kind and where its name stands.
pub struct Kind {
    pub key: &'static str,
    pub field: Field,
    pub title: Option<Title>,
}

/// The lines of a title, by their places among the lines, and how many of their tokens name the type.
#[derive(Clone, Copy)]
pub struct Title {
    pub first: usize,
    pub last: usize,
    pub named: usize,
}

impl Kind {
    fn new(key: &'static str, field: Field, title: Option<Title>) -> Self {
        Self { key, field, title }
    }

    /// Papers of civil status, which carry number and place of registration in their own way.
    pub fn is_civil_status(&self) -> bool {
        matches!(self.key, "giay_khai_sinh" | "giay_chung_nhan_ket_hon" | "trich_luc")
    }

    /// Papers that a citizen writes or that two parties sign: no agency issues them.
    pub fn has_agency(&self) -> bool {
        !matches!(
            self.key,
            "don_de_nghi"
                | "to_khai"
                | "to_khai_dang_ky_ket_hon"
                | "hop_dong"
                | "giay_uy_quyen"
                | "can_cuoc"
                | "so_yeu_ly_lich"
        )
    }
}

/// Titles beside the names of the types, folded.
const TITLES: [(&str, &str); 10] = [
    ("giay tiep nhan ho so", "giay_tiep_nhan"),
    ("to khai dang ky ket hon", "to_khai_dang_ky_ket_hon"),
    ("the can cuoc", "can_cuoc"),
    ("can cuoc cong dan", "can_cuoc"),
    ("citizen identity card", "can_cuoc"),
    ("trich luc", "trich_luc"),
    ("don xin", "don_de_nghi"),
    ("don de nghi", "don_de_nghi"),
    ("don yeu cau", "don_de_nghi"),
    ("don", "don_de_nghi"),
];

/// What stands on one kind of form only, folded.
const OWN_WORDS: [(&str, &str); 8] = [
    ("noi dang ky khai sinh", "giay_khai_sinh"),
    ("nguoi ky giay khai sinh", "giay_khai_sinh"),
    ("ket hon lan thu may", "to_khai_dang_ky_ket_hon"),
    ("tiep nhan ho so cua", "giay_tiep_nhan"),
    ("nguoi lam don", "don_de_nghi"),
    ("place of residence", "can_cuoc"),
    ("dac diem nhan dang", "can_cuoc"),
    ("personal identification", "can_cuoc"),
];

/// How far down a title may begin, in thousandths of the page.
const UPPER: u32 = 500;

pub fn tell(lines: &[Line], coded: &[Coded], zones: &[Zone]) -> Option<Kind> {
    let first = lines.first().map(|l| l.page);
    // The card's own code, unless the card is only copied behind some other paper.
    if let Some(card) = coded.iter().find(|c| c.card).filter(|c| first.is_none_or(|first| c.page <= first)) {
        return Some(by_machine(card.page, card.fields.first().and_then(|f| f.bounds), 99.0));
    }
    let upper = lines.iter().take_while(|l| Some(l.page) == first).filter(|l| l.top < UPPER).count();
    let zone = zones.first().filter(|z| Some(z.page) == first);
    titled(lines, upper)
        .or_else(|| zone.map(|z| by_machine(z.page, z.bounds, 97.0)))
        .or_else(|| on_card(lines))
        .or_else(|| by_number(lines, upper))
        .or_else(|| by_own_words(lines))
}

fn by_machine(page: u32, bounds: Option<Box4>, confidence: f32) -> Kind {
    let (name, value) = (FieldName::DocumentType, "can_cuoc".to_owned());
    Kind::new("can_cuoc", Field { name, value, source: Source::Code, confidence, page: Some(page), bounds }, None)
}

/// The first line of the upper page that begins with a type's name.
fn titled(lines: &[Line], upper: usize) -> Option<Kind> {
    (0..upper).filter(|i| lines[*i].is_capitals() && lines[*i].is_centred()).find_map(|start| {
        // A long name goes over two or three lines.
        let mut end = start + 1;
        while end < (start + 3).min(lines.len()) {
            let (above, below) = (&lines[end - 1], &lines[end]);
            let close = below.row == above.row + 1 && below.top.saturating_sub(above.bottom) < 25;
            let numbered =
                below.begins("so") && below.tokens.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()));
            if !(close && below.is_capitals() && below.is_centred()) || numbered {
                break;
            }
            end += 1;
        }
        let tokens: Vec<layout::Token> = lines[start..end].iter().flat_map(|l| l.tokens.iter().cloned()).collect();
        let squashed: String = lines[start].tokens.iter().map(|t| t.text.as_str()).collect();
        let names = DocumentType::ALL.iter().filter(|t| !matches!(t.key, "khac" | "cong_van" | "don_de_nghi"));
        let names = names.map(|t| (layout::plain(t.name), t.key));
        let titles = TITLES.iter().map(|(title, key)| ((*title).to_owned(), *key));
        let fits = |(title, key): (String, &'static str)| {
            let spaced =
                || (title.len() > 6 && squashed == title.replace(' ', "")).then_some(lines[start].tokens.len());
            // "Đơn vị", "đơn giá" are no applications.
            let other = title == "don" && tokens.get(1).is_none_or(|t| matches!(&*t.text, "vi" | "gia"));
            layout::matches(&tokens, &title).or_else(spaced).filter(|_| !other).map(|named| (title.len(), named, key))
        };
        let (_, named, key) = names.chain(titles).filter_map(fits).max_by_key(|(length, ..)| *length)?;
        let mut covered = 0;
        let last = (start..end).find(|i| {
            covered += lines[*i].tokens.len();
            covered >= named
        })?;
        let words: Vec<_> = lines[start..=last].iter().flat_map(|l| &l.words).collect();
        let field = read_from(FieldName::DocumentType, key, &words, lines[start].page, 0.97);
        Some(Kind::new(key, field, Some(Title { first: start, last: end - 1, named })))
    })
}

/// A card without a readable code: its title, or the machine-readable zone on its back.
fn on_card(lines: &[Line]) -> Option<Kind> {
    const SIGNS: [&str; 4] = ["can cuoc cong dan", "citizen identity card", "identity card", "idvnm"];
    let few = lines.iter().map(|l| l.words.len()).sum::<usize>() < 250;
    let line = lines.iter().find(|l| {
        let text = l.folded();
        few && (l.is_capitals() || text.contains("identity card")) && SIGNS.iter().any(|s| text.contains(s))
    })?;
    let words = line.words();
    Some(Kind::new("can_cuoc", read_from(FieldName::DocumentType, "can_cuoc", &words, line.page, 0.9), None))
}

/// By the number: its symbol begins with the type's abbreviation, or with the agency's name on a công văn.
fn by_number(lines: &[Line], upper: usize) -> Option<Kind> {
    let head = &lines[..upper];
    let kind = |key, line: &Line, strength| {
        let words = line.words();
        Some(Kind::new(key, read_from(FieldName::DocumentType, key, &words, line.page, strength), None))
    };
    let number = header::number(head);
    if let Some(line) = head.iter().find(|l| header::is_about(l)) {
        return kind("cong_van", line, if number.is_some() { 0.95 } else { 0.85 });
    }
    let Number { symbol: Some(symbol), at, .. } = number? else { return None };
    let group = symbol.split(['-', '/']).find(|g| g.parse::<u32>().is_err())?;
    if let Some(named) =
        DocumentType::ALL.iter().find(|t| !t.abbreviation.is_empty() && crate::same(t.abbreviation, group))
    {
        return kind(named.key, &head[at], 0.8);
    }
    let addressed = lines.iter().take_while(|l| l.page == head[at].page).any(|l| l.begins("kinh gui"));
    if addressed && symbol.contains('-') { kind("cong_van", &head[at], 0.8) } else { None }
}

/// A title printed in red fades with the stamps before reading; the form's own words are left.
fn by_own_words(lines: &[Line]) -> Option<Kind> {
    lines.iter().find_map(|line| {
        let stands = |words: &str| (0..line.tokens.len()).any(|i| layout::matches(&line.tokens[i..], words).is_some());
        let (_, key) = OWN_WORDS.iter().find(|(words, _)| stands(words))?;
        Some(Kind::new(key, read_from(FieldName::DocumentType, *key, &line.words(), line.page, 0.8), None))
    })
}

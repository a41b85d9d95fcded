//! What kind of paper it is. Its name stands in capitals, centred, in the upper part of the first page; a công văn has
//! none and is told by `V/v` under its number; a card by its code or machine-readable zone.

use sohoa_model::{Box4, DocumentType, Field, FieldName, Source};

use crate::codes::{Coded, SURE};
use crate::form::{self, Form};
use crate::header::{self, Number};
use crate::layout::{self, Line};
use crate::mrz::Zone;
use crate::read_from;

/// The kind and where its name stands.
pub struct Kind<'a> {
    pub key: &'static str,
    pub field: Field,
    pub title: Option<Title>,
    /// Which of the office's own forms it is.
    pub form: Option<&'a Form>,
}

/// The lines of a title, by their places among the lines, and how many of their tokens name the type; the rest says what
/// the paper is about.
#[derive(Clone, Copy)]
pub struct Title {
    pub first: usize,
    pub last: usize,
    pub named: usize,
}

impl Kind<'_> {
    fn new(key: &'static str, field: Field, title: Option<Title>) -> Self {
        Self { key, field, title, form: None }
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

/// How far down a title may begin, in thousandths of the page.
const UPPER: u32 = 500;

pub fn tell<'a>(lines: &[Line], coded: &[Coded], zones: &[Zone], own: &'a [Form]) -> Option<Kind<'a>> {
    let first = lines.first().map(|l| l.page);
    // The card's own code, unless the card is only copied behind some other paper.
    if let Some(card) = coded.iter().find(|c| c.card).filter(|c| first.is_none_or(|first| c.page <= first)) {
        return Some(by_machine(card.page, card.fields.first().and_then(|f| f.bounds), SURE));
    }
    let upper = lines.iter().take_while(|l| Some(l.page) == first).filter(|l| l.top < UPPER).count();
    let zone = zones.first().filter(|z| Some(z.page) == first);
    let mut kind = titled(lines, upper, own)
        .or_else(|| zone.map(|z| by_machine(z.page, z.bounds, 97.0)))
        .or_else(|| on_card(lines))
        .or_else(|| by_number(lines, upper))
        .or_else(|| by_words(lines, own))
        .or_else(|| by_words(lines, form::built_in()))?;
    // Where the title is lost or says too little, the office's form is known by what stands on it.
    if kind.form.is_none() {
        kind.form = own.iter().find(|f| f.key == kind.key && lines.iter().any(|line| stands(line, f)));
    }
    Some(kind)
}

fn by_machine(page: u32, bounds: Option<Box4>, confidence: f32) -> Kind<'static> {
    let (name, value) = (FieldName::DocumentType, "can_cuoc".to_owned());
    let field = Field { name, value, read: None, source: Source::Code, confidence, page: Some(page), bounds };
    Kind::new("can_cuoc", field, None)
}

/// The first line of the upper page that begins with a type's name or a form's title.
fn titled<'a>(lines: &[Line], upper: usize, own: &'a [Form]) -> Option<Kind<'a>> {
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
        let joined = |lines: &[Line]| lines.iter().flat_map(|l| l.tokens.iter().cloned()).collect::<Vec<_>>();
        let squashed: String = lines[start].tokens.iter().map(|t| t.text.as_str()).collect();
        let fits = |tokens: &[layout::Token], title: &str| {
            let title = layout::phrase(title);
            let spaced =
                || (title.len() > 6 && squashed == title.replace(' ', "")).then_some(lines[start].tokens.len());
            // "Đơn vị", "đơn giá" are no applications.
            let other = title == "don" && tokens.get(1).is_none_or(|t| matches!(&*t.text, "vi" | "gia"));
            layout::matches(tokens, &title).or_else(spaced).filter(|_| !other).map(|count| (title.len(), count))
        };
        let tokens = joined(&lines[start..end]);
        let names = DocumentType::ALL.iter().filter(|t| !matches!(t.key, "khac" | "cong_van" | "don_de_nghi"));
        let names = names.map(|t| (t.name, t.key));
        let titles = form::built_in().iter().flat_map(|f| f.titles.iter().map(|title| (title.as_str(), f.key)));
        let known = names.chain(titles).filter_map(|(title, key)| Some((fits(&tokens, title)?, key)));
        let known = known.max_by_key(|((length, _), _)| *length);
        // The title of an office's form may go on in small letters.
        let ahead = joined(&lines[start..(start + 3).min(lines.len())]);
        let own = own.iter().flat_map(|f| f.titles.iter().map(move |title| (title, f)));
        let own = own.filter_map(|(title, form)| Some((fits(&ahead, title)?, form)));
        let own = own.max_by_key(|((length, _), _)| *length);
        let own = own.filter(|((length, _), _)| known.is_none_or(|((other, _), _)| *length >= other));
        let (key, form) = own.map(|(_, form)| (form.key, Some(form))).or(known.map(|(_, key)| (key, None)))?;
        let named = known.filter(|(_, other)| *other == key).map_or(0, |((_, count), _)| count);
        let whole = own.map_or(named, |((_, count), _)| count);
        let mut covered = 0;
        let last = (start..lines.len()).find(|i| {
            covered += lines[*i].tokens.len();
            covered >= whole
        })?;
        let words: Vec<_> = lines[start..=last].iter().flat_map(|l| &l.words).collect();
        // Few names are alike, so that one that fits is hardly another's, however faint.
        let field = read_from(FieldName::DocumentType, key, &words, lines[start].page, 1.0);
        let field = Field { confidence: 99.5, ..field };
        Some(Kind { key, field, title: Some(Title { first: start, last: end - 1, named }), form })
    })
}

/// A card without a readable code: its title, or the machine-readable zone on its back.
fn on_card(lines: &[Line]) -> Option<Kind<'static>> {
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
fn by_number(lines: &[Line], upper: usize) -> Option<Kind<'static>> {
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
fn by_words(lines: &[Line], forms: &[Form]) -> Option<Kind<'static>> {
    lines.iter().find_map(|line| {
        let key = forms.iter().find(|form| stands(line, form))?.key;
        Some(Kind::new(key, read_from(FieldName::DocumentType, key, &line.words(), line.page, 0.8), None))
    })
}

/// Whether on this line stands what stands on no other form.
fn stands(line: &Line, form: &Form) -> bool {
    let starts = |words: &String| (0..line.tokens.len()).any(|i| layout::matches(&line.tokens[i..], words).is_some());
    form.words.iter().any(starts)
}

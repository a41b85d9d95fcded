//! The head of an official paper (NĐ 30/2020/NĐ-CP, Phụ lục I): top left the agency, under it the number and symbol;
//! to the right of that, place and date; centred below, the type's name and under it the trích yếu (`V/v …` under the
//! number for a công văn). Numbers and dates cited further down belong to other papers.

use regex::Regex;
use sohoa_model::{Field, FieldName};
use std::sync::LazyLock;

use crate::line::Line;
use crate::{date, field};

/// The head ends here, in thousandths of the page.
const HEAD: u32 = 420;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*s[oốồôóò0]\s*[:;.]?\s*(\d+[a-z]?)\s*/\s*((?:\d{4}\s*/\s*)?[A-ZĐa-zđ][\p{L}&.]*(?:\s*[-–]\s*[\p{L}&.]+)*|\d{4})").expect("constant")
});
static PLAIN_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*s[oốồôóò0]\s*[:;.]\s*(\d{1,6})\W*$").expect("constant"));

pub fn read(lines: &[Line], kind: &str) -> Vec<Field> {
    let first = lines.first().map_or(1, |l| l.page);
    let head: Vec<&Line> = lines.iter().filter(|l| l.page == first && l.top < HEAD).collect();
    let mut found = Vec::new();
    let number = head.iter().find(|l| NUMBER.is_match(&l.text()) || PLAIN_NUMBER.is_match(&l.text()));
    if let Some(line) = number {
        let text = line.text();
        if let Some(c) = NUMBER.captures(&text) {
            let symbol: String = c[2].split_whitespace().collect::<String>().replace('–', "-");
            found.push(field(FieldName::Number, &c[1], &line.words, line.page, 0.97));
            found.push(field(FieldName::Symbol, symbol.trim_end_matches(['.', ',']), &line.words, line.page, 0.95));
        } else if let Some(c) = PLAIN_NUMBER.captures(&text) {
            found.push(field(FieldName::Number, &c[1], &line.words, line.page, 0.85));
        }
    }
    found.extend(issued(&head));
    // A form that a citizen fills in has no agency of its own.
    if !matches!(
        kind,
        "don_de_nghi"
            | "to_khai"
            | "to_khai_dang_ky_ket_hon"
            | "hop_dong"
            | "giay_uy_quyen"
            | "can_cuoc"
            | "so_yeu_ly_lich"
    ) {
        found.extend(agency(&head, number.copied()));
    }
    found.extend(subject(&head, kind));
    found
}

/// Place and date stand to the right, before anything else is dated.
fn issued(head: &[&Line]) -> Option<Field> {
    let line = head.iter().find(|l| l.middle() > 450 && date::in_words(&l.text()).is_some())?;
    let value = date::in_words(&line.text())?;
    Some(field(FieldName::IssuedDate, value, &line.words, line.page, 0.97))
}

/// The last lines of the cell top left, in capitals, above the number: its own name, after its parent's.
fn agency(head: &[&Line], number: Option<&Line>) -> Option<Field> {
    let floor = number.map_or(220, |n| n.top);
    let cell: Vec<&&Line> =
        head.iter().filter(|l| l.top < floor && l.middle() < 480 && l.right < 560 && l.is_capitals()).collect();
    let own = cell.iter().rposition(|l| begins_agency(&l.folded()))?;
    let mut words: Vec<_> = Vec::new();
    let mut name = Vec::new();
    for line in cell[own..].iter().take(3) {
        words.extend(line.words.iter().copied());
        name.push(line.text());
    }
    let name = name.join(" ");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    Some(field(FieldName::Agency, name, &words, cell[own].page, 0.93))
}

/// How agencies' names begin, folded.
fn begins_agency(folded: &str) -> bool {
    const BEGINNINGS: [&str; 22] = [
        "uy ban",
        "ubnd",
        "hoi dong",
        "hdnd",
        "so ",
        "bo ",
        "phong ",
        "trung tam",
        "cuc ",
        "chi cuc",
        "ban ",
        "cong an",
        "van phong",
        "toa an",
        "truong ",
        "benh vien",
        "tram ",
        "doan ",
        "cong ty",
        "vien ",
        "thanh tra",
        "bao hiem",
    ];
    BEGINNINGS.iter().any(|b| folded.starts_with(b)) || folded == "so" || folded.starts_with("quan su")
}

/// Under the type's name, centred, until the text begins; for a công văn after `V/v`.
fn subject(head: &[&Line], kind: &str) -> Option<Field> {
    let (mut words, mut value, mut page) = (Vec::new(), Vec::new(), 1);
    if kind == "cong_van" {
        let start = head.iter().position(|l| l.folded().starts_with("v v ") && l.middle() < 500)?;
        for line in head[start..].iter().filter(|l| l.middle() < 450).take(4) {
            if !value.is_empty() && line.folded().starts_with("kinh gui") {
                break;
            }
            page = line.page;
            words.extend(line.words.iter().copied());
            value.push(line.text());
        }
        let text = value.join(" ");
        let text = text
            .split_once(['v', 'V'])
            .map_or(text.as_str(), |(_, rest)| rest.trim_start_matches(['/', 'v', 'V', ' ', '.', ':']));
        return (!text.is_empty()).then(|| field(FieldName::Subject, text, &words, page, 0.9));
    }
    let name = sohoa_model::DocumentType::from_key(kind)?.name;
    let name = crate::line::plain(name);
    let title = head.iter().position(|l| {
        l.is_capitals() && (l.folded().starts_with(&name) || name.starts_with(&l.folded())) && l.middle() > 300
    })?;
    let mut last = head[title].top;
    for line in head[title + 1..].iter() {
        let text = line.folded();
        let centred = line.middle() > 380 && line.middle() < 620 && line.left > 140;
        let body = [
            "can cu",
            "kinh gui",
            "theo ",
            "chu tich",
            "uy ban",
            "ho chu dem ten",
            "ho va ten",
            "toi ten",
            "so ",
            "quyen so",
            "ban hanh kem",
        ];
        if !centred || line.top > last + 60 || value.len() == 3 || body.iter().any(|b| text.starts_with(b)) {
            break;
        }
        last = line.top;
        page = line.page;
        words.extend(line.words.iter().copied());
        value.push(line.text());
    }
    let text = value.join(" ");
    // A ruled line under the title is read as dashes.
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '"' | ')' | '“' | '”' | '('));
    (text.split_whitespace().count() >= 2).then(|| field(FieldName::Subject, text, &words, page, 0.85))
}

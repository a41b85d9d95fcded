//! What kind of paper it is: its name stands in capitals, centred, in the upper part of the first page.

use sohoa_model::{DocumentType, Field, FieldName};

use crate::line::{Line, plain};
use crate::{Page, field};

/// Titles that do not begin with their type's name, folded.
const TITLES: [(&str, &str); 14] = [
    ("giay tiep nhan ho so", "giay_tiep_nhan"),
    ("can cuoc cong dan", "can_cuoc"),
    ("the can cuoc", "can_cuoc"),
    ("citizen identity card", "can_cuoc"),
    ("to khai dang ky ket hon", "to_khai_dang_ky_ket_hon"),
    ("giay chung nhan ket hon", "giay_chung_nhan_ket_hon"),
    ("giay khai sinh", "giay_khai_sinh"),
    ("trich luc", "trich_luc"),
    ("don xin", "don_de_nghi"),
    ("don dang ky", "don_de_nghi"),
    ("don de nghi", "don_de_nghi"),
    ("so yeu ly lich", "so_yeu_ly_lich"),
    ("giay xac nhan", "giay_xac_nhan"),
    ("hop dong", "hop_dong"),
];

/// How far down the title may stand, in thousandths of the page.
const UPPER: u32 = 480;

pub fn tell(lines: &[Line], pages: &[Page]) -> Option<Field> {
    // The card's own code is the surest sign.
    if let Some(page) = pages.iter().find(|p| p.codes.iter().any(|c| crate::code::is_card(&c.text))) {
        let mut found = field(FieldName::DocumentType, "can_cuoc", &[], page.number, 0.99);
        found.source = sohoa_model::Source::Code;
        return Some(found);
    }
    let first = lines.first().map_or(1, |l| l.page);
    let upper = lines.iter().filter(|l| l.page == first && l.top < UPPER);
    for line in upper.clone().filter(|l| l.is_capitals()) {
        let text = line.folded();
        if let Some((_, key)) = TITLES.iter().find(|(title, _)| text.starts_with(title) || near(&text, title)) {
            return Some(field(FieldName::DocumentType, *key, &line.words, line.page, 0.97));
        }
        // Longer names first: "thông báo" before "báo cáo" would do, but "giấy mời" must not fall to "giấy".
        let mut types: Vec<&DocumentType> =
            DocumentType::ALL.iter().filter(|t| t.key != "khac" && t.key != "cong_van").collect();
        types.sort_by_key(|t| std::cmp::Reverse(t.name.len()));
        let centred = line.middle() > 300 && line.middle() < 700;
        if let Some(kind) = types.iter().find(|t| text.starts_with(&plain(t.name))).filter(|_| centred) {
            return Some(field(FieldName::DocumentType, kind.key, &line.words, line.page, 0.95));
        }
    }
    // Công văn has no name: it says "V/v" under its number.
    let letter = upper.clone().find(|l| l.folded().starts_with("v v ") && l.middle() < 500);
    letter.map(|l| field(FieldName::DocumentType, "cong_van", &l.words, l.page, 0.9))
}

/// A title with one letter misread.
fn near(text: &str, title: &str) -> bool {
    let head: Vec<char> = text.chars().take(title.chars().count()).collect();
    let title: Vec<char> = title.chars().collect();
    title.len() >= 10 && head.len() == title.len() && head.iter().zip(&title).filter(|(a, b)| a != b).count() <= 1
}

//! Codes on paper. The QR of the citizen card holds seven fields parted by `|` (number, old number, name, birth date,
//! sex, address, day of issue); newer cards may hold more, of which the first seven are taken. The QR of a receipt
//! (NĐ 61/2018, TT 01/2018: mã số hồ sơ, mã TTHC, mã định danh …) is searched for what it must contain.

use sohoa_model::{DossierCode, Field, FieldName, Source, page::Barcode, text::nfc};

use crate::{Page, date, identity, label};

/// Whether this is the text of a citizen card's code.
pub fn is_card(text: &str) -> bool {
    card(text).is_some()
}

fn card(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    (parts.len() >= 7 && identity::number(parts[0]).is_some() && date::packed(parts[3]).is_some()).then_some(parts)
}

pub fn read(pages: &[Page]) -> Vec<Field> {
    pages.iter().flat_map(|page| page.codes.iter().flat_map(|code| fields(code, page.number))).collect()
}

fn fields(code: &Barcode, page: u32) -> Vec<Field> {
    let field = |name, value: String| Field {
        name,
        value,
        source: Source::Code,
        confidence: 99.0,
        page: Some(page),
        bounds: Some(code.bounds),
    };
    let mut found = Vec::new();
    if let Some(parts) = card(&code.text) {
        found.push(field(FieldName::PersonalId, parts[0].to_owned()));
        found.push(field(FieldName::OwnerName, nfc(parts[2])));
        found.extend(date::packed(parts[3]).map(|d| field(FieldName::BirthDate, d)));
        found.extend(matches!(parts[4], "Nam" | "Nữ").then(|| field(FieldName::Sex, parts[4].to_owned())));
        found.push(field(FieldName::Address, nfc(parts[5])));
        found.extend(date::packed(parts[6]).map(|d| field(FieldName::CardIssuedDate, d)));
        found.retain(|f| !f.value.is_empty());
        return found;
    }
    found.extend(DossierCode::find(&code.text).map(|(c, _)| field(FieldName::DossierCode, c.to_string())));
    let words = || code.text.split(|c: char| c.is_whitespace() || matches!(c, '|' | ';' | ',' | '='));
    found.extend(words().find(|w| label::is_procedure(w)).map(|w| field(FieldName::Procedure, w.to_owned())));
    found.extend(words().find_map(identity::number).map(|n| field(FieldName::PersonalId, n)));
    found
}

//! Codes on paper. The QR of the citizen card holds seven fields parted by `|` (number, old number, name, birth date,
//! sex, address, day of issue); newer cards may hold more, of which the first seven are taken. The QR of a receipt is
//! searched for what it must contain: dossier code, procedure, personal number.

use regex::Regex;
use sohoa_model::{DossierCode, Field, FieldName, Source, page::Barcode, text::nfc};
use std::sync::LazyLock;

use crate::{Page, dates, personal_id};

/// Mã thủ tục hành chính.
static PROCEDURE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d\.\d{6}\b").expect("constant"));
static PERSONAL_ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{12}\b").expect("constant"));

pub fn read(pages: &[Page]) -> Vec<Field> {
    pages.iter().flat_map(|page| page.codes.iter().flat_map(|code| fields(code, page.number))).collect()
}

/// Whether this is the text of a citizen card's code.
pub fn is_card(text: &str) -> bool {
    card(text).is_some()
}

/// The first procedure code in running text.
pub fn procedure(text: &str) -> Option<&str> {
    PROCEDURE.find(text).map(|m| m.as_str())
}

fn card(text: &str) -> Option<[&str; 7]> {
    let mut parts = text.split('|').map(str::trim);
    let card: [&str; 7] = std::array::from_fn(|_| parts.next().unwrap_or(""));
    (personal_id::parse(card[0]).is_some() && dates::packed(card[3]).is_some()).then_some(card)
}

fn fields(code: &Barcode, page: u32) -> Vec<Field> {
    let bounds = (code.bounds[2] > 0).then_some(code.bounds);
    let field =
        |name, value: String| Field { name, value, source: Source::Code, confidence: 99.0, page: Some(page), bounds };
    let text = nfc(&code.text);
    let mut found = Vec::new();
    if let Some([id, _, name, birth, sex, address, issued]) = card(&text) {
        let (birth, issued) = (dates::packed(birth), dates::packed(issued));
        found.push(field(FieldName::PersonalId, id.to_owned()));
        found.push(field(FieldName::OwnerName, name.split_whitespace().collect::<Vec<_>>().join(" ")));
        found.push(field(FieldName::BirthDate, birth.clone().unwrap_or_default()));
        found.extend(["Nam", "Nữ"].into_iter().filter(|s| *s == sex).map(|s| field(FieldName::Sex, s.to_owned())));
        found.push(field(FieldName::Address, address.to_owned()));
        found.push(field(FieldName::CardIssuedDate, issued.unwrap_or_default()));
        found.retain(|f| !f.value.is_empty());
        if personal_id::check(id, birth.as_deref(), Some(sex).filter(|s| !s.is_empty())).is_some() {
            found.iter_mut().for_each(|f| f.confidence = 80.0);
        }
        return found;
    }
    found.extend(DossierCode::find(&text).map(|(c, _)| field(FieldName::DossierCode, c.to_string())));
    found.extend(procedure(&text).map(|p| field(FieldName::Procedure, p.to_owned())));
    let id = PERSONAL_ID.find_iter(&text).map(|m| m.as_str()).find(|id| personal_id::parse(id).is_some());
    found.extend(id.map(|id| field(FieldName::PersonalId, id.to_owned())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(FieldName, String, f32)> {
        let code = Barcode { kind: "qr".into(), text: text.into(), bounds: [1, 2, 3, 4] };
        fields(&code, 1).into_iter().map(|f| (f.name, f.value, f.confidence)).collect()
    }

    #[test]
    fn a_card_gives_its_seven_fields_and_more_do_no_harm() {
        let seven = "027194000123|125000111|Đỗ Thị  Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021";
        let fields = read(seven);
        assert_eq!(fields, read(&format!("{seven}||Đỗ Văn A|x")));
        let values: Vec<&str> = fields.iter().map(|(_, value, _)| value.as_str()).collect();
        let expected =
            ["027194000123", "Đỗ Thị Hồng Nhung", "1994-03-02", "Nữ", "Khu Xuân Ổ A, Võ Cường, Bắc Ninh", "2021-05-10"];
        assert_eq!(values, expected);
        assert!(fields.iter().all(|(_, _, confidence)| *confidence == 99.0));
        // A number that does not fit the birth date is worth a look.
        assert!(read(&seven.replace("1994", "1995")).iter().all(|(_, _, c)| *c == 80.0));
        // An old card without the last fields, an impossible date of issue.
        assert_eq!(read("027194000123||Đỗ Thị Hồng Nhung|02031994").len(), 3);
        assert_eq!(read(&seven.replace("10052021", "31022021")).len(), 5);
    }

    #[test]
    fn a_receipt_gives_what_it_holds_in_whatever_order() {
        let expected = [
            (FieldName::DossierCode, "H05.16-260210-0001".to_owned(), 99.0),
            (FieldName::Procedure, "2.000635".to_owned(), 99.0),
            (FieldName::PersonalId, "027194000123".to_owned(), 99.0),
        ];
        assert_eq!(read("H05.16-260210-0001|2.000635|027194000123"), expected);
        assert_eq!(read("https://x.vn/tra-cuu?id=027194000123&tt=2.000635&mahs=H05.16-260210-0001"), expected);
        assert_eq!(read("8934563138164"), []);
    }
}

//! Codes on paper. The QR of the citizen card holds seven fields parted by `|` (number, old number, name, birth date,
//! sex, address, day of issue). The card of 2024 is said to hold more, in an order not made public: the first seven are
//! taken, and the whole text stays with the page as it was read. The QR of a receipt is searched for what it must
//! contain: dossier code, procedure, personal number.

use regex::Regex;
use sohoa_model::{DossierCode, Field, FieldName, Source, page::Barcode, text::nfc};
use std::sync::LazyLock;

use crate::{Page, dates, personal_id};

/// Mã thủ tục hành chính.
static PROCEDURE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d\.\d{6}\b").expect("constant"));
static PERSONAL_ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{12}\b").expect("constant"));

/// Percent, of what a code says: its own check finds what was read wrong, and nobody typed it off.
pub const SURE: f32 = 99.9;

/// What one code says.
pub struct Coded {
    pub page: u32,
    /// The code of a citizen card.
    pub card: bool,
    pub fields: Vec<Field>,
}

pub fn read(pages: &[Page]) -> Vec<Coded> {
    let codes = pages.iter().flat_map(|page| page.codes.iter().map(|code| (page.number, code)));
    codes
        .map(|(page, code)| Coded { page, card: card(&nfc(&code.text)).is_some(), fields: fields(code, page) })
        .collect()
}

/// The first procedure code in running text.
pub fn procedure(text: &str) -> Option<&str> {
    PROCEDURE.find(text).map(|m| m.as_str())
}

/// The seven fields of a card, each with single spaces. A number that no rule explains may follow a newer one, so only
/// its length counts.
fn card(text: &str) -> Option<[String; 7]> {
    let mut parts = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}').split('|');
    let card: [String; 7] = std::array::from_fn(|_| {
        let words = parts.next().unwrap_or("").split(|c: char| c.is_whitespace() || c.is_control());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let twelve = card[0].len() == 12 && card[0].bytes().all(|b| b.is_ascii_digit());
    (twelve && dates::packed(&card[3]).is_some()).then_some(card)
}

fn fields(code: &Barcode, page: u32) -> Vec<Field> {
    let bounds = (code.bounds[2] > 0).then_some(code.bounds);
    let (source, confidence, page) = (Source::Code, SURE, Some(page));
    let field = |name, value: String| Field { name, value, read: None, source, confidence, page, bounds };
    let text = nfc(&code.text);
    let mut found = Vec::new();
    if let Some([id, _, name, birth, sex, address, issued]) = card(&text) {
        let birth = dates::packed(&birth);
        let sex = ["Nam", "Nữ"].into_iter().find(|known| known.to_lowercase() == sex.to_lowercase());
        let told = [
            (FieldName::PersonalId, Some(id.clone())),
            (FieldName::OwnerName, Some(name)),
            (FieldName::BirthDate, birth.clone()),
            (FieldName::Sex, sex.map(str::to_owned)),
            (FieldName::Address, Some(address)),
            (FieldName::CardIssuedDate, dates::packed(&issued)),
        ];
        found.extend(told.into_iter().filter_map(|(name, value)| Some(field(name, value?))));
        found.retain(|f| !f.value.is_empty());
        if personal_id::check(&id, birth.as_deref(), sex).is_some() {
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
        assert!(fields.iter().all(|(_, _, confidence)| *confidence == SURE));
        // A number that does not fit the birth date is worth a look.
        assert!(read(&seven.replace("1994", "1995")).iter().all(|(_, _, c)| *c == 80.0));
        // Line ends, a separator too many, spaces, another case, nothing in the middle: all the same card.
        for odd in [
            format!("{seven}|\r\n"),
            format!("\u{feff}{}\n", seven.replace('|', " | ")),
            seven.replace("125000111", "").replace("Nữ", "NỮ").replace("A, Võ", "A,\r\nVõ"),
        ] {
            assert_eq!(fields, read(&odd), "{odd:?}");
        }
        assert_eq!(read(&seven.replace("Nữ", "?")).len(), 5);
        // A province that no list has is no reason to lose a card, but one to look.
        let new = read(&seven.replace("027194", "097194"));
        assert!(new.len() == 6 && new.iter().all(|(_, _, c)| *c == 80.0));
        // An old card without the last fields, an impossible date of issue.
        assert_eq!(read("027194000123||Đỗ Thị Hồng Nhung|02031994").len(), 3);
        assert_eq!(read(&seven.replace("10052021", "31022021")).len(), 5);
    }

    #[test]
    fn a_receipt_gives_what_it_holds_in_whatever_order() {
        let expected = [
            (FieldName::DossierCode, "H05.16-260210-0001".to_owned(), SURE),
            (FieldName::Procedure, "2.000635".to_owned(), SURE),
            (FieldName::PersonalId, "027194000123".to_owned(), SURE),
        ];
        assert_eq!(read("H05.16-260210-0001|2.000635|027194000123"), expected);
        assert_eq!(read("https://x.vn/tra-cuu?id=027194000123&tt=2.000635&mahs=H05.16-260210-0001"), expected);
        assert_eq!(read("8934563138164"), []);
    }
}

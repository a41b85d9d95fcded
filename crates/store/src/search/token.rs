//! Text taken apart into syllables, each with its place in the original.

use sohoa_model::text::one_spelling;
use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A run of letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// In bytes of the original text.
    pub range: Range<usize>,
    /// NFC, lower case, the tone mark where the new orthography puts it.
    pub exact: String,
    /// Without marks, `đ` as `d`.
    pub folded: String,
}

pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || (start.is_some() && is_combining_mark(c));
        match (start, inside) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                tokens.push(token(text, from..i));
                start = None;
            }
            _ => {}
        }
    }
    tokens.extend(start.map(|from| token(text, from..text.len())));
    tokens
}

fn token(text: &str, range: Range<usize>) -> Token {
    let word = &text[range.clone()];
    if word.is_ascii() {
        let lower = word.to_ascii_lowercase();
        return Token { range, exact: lower.clone(), folded: lower };
    }
    if let Some((exact, folded)) = quickly(word) {
        return Token { range, exact: one_spelling(exact), folded };
    }
    // Ð (U+00D0) is what old fonts and recognisers write for Đ.
    let exact: String = word.nfc().flat_map(char::to_lowercase).map(|c| if c == 'ð' { 'đ' } else { c }).collect();
    let folded = sohoa_model::text::fold(&exact);
    Token { range, exact: one_spelling(exact), folded }
}

/// The letters of Vietnamese composed, each lower and without its marks.
static LETTERS: LazyLock<[Option<(char, char)>; 0x1f00 - 0xc0]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let c = char::from_u32(i as u32 + 0xc0).filter(|c| c.is_alphabetic())?;
        let mut lower = c.to_lowercase().map(|c| if c == 'ð' { 'đ' } else { c });
        let (exact, folded) = (lower.next()?, sohoa_model::text::fold(&c.to_string()));
        let base = folded.chars().next().filter(|base| base.is_ascii_alphabetic() && folded.len() == 1)?;
        lower.next().is_none().then_some((exact, base))
    })
});

/// Both forms of a word of composed letters, by table: a page of hits is taken apart while the clerk waits.
fn quickly(word: &str) -> Option<(String, String)> {
    let (mut exact, mut folded) = (String::with_capacity(word.len()), String::with_capacity(word.len()));
    for c in word.chars() {
        let (lower, base) = match c {
            c if c.is_ascii() => (c.to_ascii_lowercase(), c.to_ascii_lowercase()),
            c => (*LETTERS.get((c as usize).checked_sub(0xc0)?)?)?,
        };
        exact.push(lower);
        folded.push(base);
    }
    Some((exact, folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<(String, String)> {
        tokens(text).into_iter().map(|t| (t.exact, t.folded)).collect()
    }

    #[test]
    fn both_forms_from_any_normalisation() {
        let expected = [("đường".to_owned(), "duong".to_owned()), ("nguyễn".into(), "nguyen".into())];
        assert_eq!(forms("Đường NGUYỄN"), expected);
        assert_eq!(forms(&"Ðường Nguyễn".nfd().collect::<String>()), expected);
    }

    #[test]
    fn the_table_says_what_unicode_says() {
        for c in (0..0x3000).filter_map(char::from_u32).filter(|c| c.is_alphanumeric()) {
            let word = format!("a{c}b");
            let nfc: String = word.nfc().flat_map(char::to_lowercase).map(|c| if c == 'ð' { 'đ' } else { c }).collect();
            let Some((exact, folded)) = quickly(&word) else { continue };
            assert_eq!((exact, folded), (nfc.clone(), sohoa_model::text::fold(&nfc)), "{c}");
        }
        assert!(quickly("Đặng").is_some() && quickly("Ỹ").is_some() && quickly("ưỡ").is_some());
    }

    #[test]
    fn ranges_point_into_the_original() {
        let text: String = "Số 76/NQ-CP, Đường".nfd().collect();
        let pieces: Vec<&str> = tokens(&text).into_iter().map(|t| &text[t.range]).collect();
        assert_eq!(
            pieces,
            ["Số".nfd().collect::<String>().as_str(), "76", "NQ", "CP", &"Đường".nfd().collect::<String>()]
        );
    }

    #[test]
    fn one_spelling_of_the_tone() {
        for (old, new) in
            [("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe"), ("hòa", "hòa"), ("quý", "quý"), ("toán", "toán")]
        {
            assert_eq!(tokens(old)[0].exact, new);
        }
    }
}

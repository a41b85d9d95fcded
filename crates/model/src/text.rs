//! Text as Vietnamese readers and keyboards have it.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Unicode NFC, the form in which Sohoa keeps text (TCVN 6909:2001 allows both).
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Lower case, without any marks, đ as d: what a clerk types in a hurry.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c })
        .collect()
}

/// `hoà`, `khoẻ`, `thuỷ` as `hòa`, `khỏe`, `thủy`, in NFC and lower case: both spellings are right, one is compared. Only
/// for comparing; what is kept keeps its spelling.
pub fn one_spelling(word: String) -> String {
    const OLD: [(&str, &str); 15] = [
        ("oà", "òa"),
        ("oá", "óa"),
        ("oả", "ỏa"),
        ("oã", "õa"),
        ("oạ", "ọa"),
        ("oè", "òe"),
        ("oé", "óe"),
        ("oẻ", "ỏe"),
        ("oẽ", "õe"),
        ("oẹ", "ọe"),
        ("uỳ", "ùy"),
        ("uý", "úy"),
        ("uỷ", "ủy"),
        ("uỹ", "ũy"),
        ("uỵ", "ụy"),
    ];
    // After q the u belongs to the consonant: quý.
    if word.starts_with('q') {
        return word;
    }
    match OLD.iter().find_map(|(old, new)| word.strip_suffix(old).map(|stem| format!("{stem}{new}"))) {
        Some(new) => new,
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_every_vietnamese_mark() {
        assert_eq!(fold("ĐƯỜNG Nguyễn Huệ, phường Võ Cường"), "duong nguyen hue, phuong vo cuong");
        assert_eq!(fold(&"Đường".nfd().collect::<String>()), "duong");
        assert_eq!(nfc(&"Hoà Bình".nfd().collect::<String>()), "Hoà Bình");
    }

    #[test]
    fn both_spellings_of_the_tone_are_one() {
        for (old, new) in [("hoà", "hòa"), ("uỷ", "ủy"), ("khoẻ", "khỏe"), ("quý", "quý"), ("toán", "toán")]
        {
            assert_eq!((one_spelling(old.into()), one_spelling(new.into())), (new.into(), new.into()));
            assert_eq!(fold(old), fold(new));
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_every_vietnamese_mark() {
        assert_eq!(fold("ĐƯỜNG Nguyễn Huệ, phường Võ Cường"), "duong nguyen hue, phuong vo cuong");
        assert_eq!(fold(&"Đường".nfd().collect::<String>()), "duong");
        assert_eq!(nfc(&"Hoà Bình".nfd().collect::<String>()), "Hoà Bình");
    }
}

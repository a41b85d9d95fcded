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

/// How many letters must be changed, put in or taken out to make one text of the other (Levenshtein 1966).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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

    #[test]
    fn distances() {
        for (a, b, far) in
            [("", "", 0), ("", "xã", 2), ("xã", "xã", 0), ("dụng", "dựng", 1), ("Tuấn", "Tuân", 1), ("ngày", "05", 4)]
        {
            assert_eq!((distance(a, b), distance(b, a)), (far, far), "{a} {b}");
        }
    }
}

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

/// A section of a word list: its heading as it is written, `[họ]`, and its lines with their numbers.
pub struct Section<'a> {
    pub heading: &'a str,
    /// The heading's line, from 1; 0 for what stands before the first one.
    pub at: usize,
    pub lines: Vec<(usize, &'a str)>,
}

impl<'a> Section<'a> {
    /// What its lines hold, parted by commas, each with its line.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let parted = |(at, line): &(usize, &'a str)| {
            let at = *at;
            line.split(',').map(move |entry| (at, entry.trim()))
        };
        self.lines.iter().flat_map(parted).filter(|(_, entry)| !entry.is_empty())
    }
}

/// A word list as people write it (`tessdata/words.txt`): headings in square brackets, remarks behind `#`. What stands
/// before the first heading has none.
pub fn sections(list: &str) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let mut last = Section { heading: "", at: 0, lines: Vec::new() };
    // Windows' editor puts a mark before the text.
    for (at, line) in list.trim_start_matches('\u{feff}').lines().enumerate() {
        let (at, line) = (at + 1, line.trim());
        if line.starts_with('[') {
            sections.push(std::mem::replace(&mut last, Section { heading: line, at, lines: Vec::new() }));
        } else if !line.is_empty() && !line.starts_with('#') {
            last.lines.push((at, line));
        }
    }
    sections.push(last);
    sections
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
    fn a_list_falls_into_sections_whose_lines_are_known() {
        let list = "\u{feff}xã, ấp,\n# lời ghi\n[họ]\r\n\n Vàng ,Tôn \n[tên\n";
        let all: Vec<_> = sections(list).iter().map(|s| (s.heading, s.at, s.entries().collect::<Vec<_>>())).collect();
        let expected =
            [("", 0, vec![(1, "xã"), (1, "ấp")]), ("[họ]", 3, vec![(5, "Vàng"), (5, "Tôn")]), ("[tên", 6, vec![])];
        assert_eq!(all, expected);
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

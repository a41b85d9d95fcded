//! Which words stand beside which on administrative papers, what people are called, and how numbers are written. What is
//! built in lies in `tessdata/words.txt`, which says how it is written; an office writes its own in the same way.

use regex::Regex;
use sohoa_model::{
    Code, Error, Word,
    text::{fold, sections},
};
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::suggest::key;
use crate::syllable::is_syllable;

const FILE: &str = include_str!("../../../tessdata/words.txt");

static BUILT_IN: LazyLock<Words> = LazyLock::new(|| Words::parse("words.txt", FILE).0);

/// What is built in, and an office's own words.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    own: Words,
}

#[derive(Clone, Debug, Default)]
struct Words {
    /// Two syllables, in a row.
    pairs: HashSet<String>,
    /// The same without marks.
    bare: HashSet<String>,
    families: HashSet<String>,
    given: HashSet<String>,
    kept: HashSet<String>,
    /// How numbers are written.
    patterns: Vec<Regex>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Words,
    Families,
    Given,
    Kept,
    Patterns,
}

impl Lexicon {
    /// With an office's own words. `file` is its name. A mistake costs only the entry that it is in; each is told of with
    /// its line and what to write there (`InvalidValue`).
    pub fn with(file: &str, text: &str) -> (Self, Vec<Error>) {
        let (own, errors) = Words::parse(file, text);
        (Self { own }, errors)
    }

    /// How many pairs, names, words to keep and patterns are the office's own.
    pub fn own(&self) -> usize {
        let Words { pairs, families, given, kept, patterns, .. } = &self.own;
        pairs.len() + families.len() + given.len() + kept.len() + patterns.len()
    }

    pub(crate) fn pair(&self, left: &str, right: &str) -> bool {
        let pair = format!("{left} {right}");
        self.any(|words| words.pairs.contains(&pair))
    }

    /// Whether a word goes with what stands to its left or to its right, if anything does; all of them [`bare`].
    pub(crate) fn fits(&self, left: Option<&str>, word: &str, right: Option<&str>) -> bool {
        left.is_some_and(|left| self.pair(left, word)) || right.is_some_and(|right| self.pair(word, right))
    }

    /// Which words go with neither neighbour so that their marks may well be wrong: names, of which nobody can tell from
    /// what is usual, and what would go with one if its marks were others, as the last two of «quy định chỉ tiết».
    pub(crate) fn misfits(&self, words: &[Word]) -> Vec<bool> {
        let bare: Vec<String> = words.iter().map(|word| bare(&word.text)).collect();
        let linked = |left: usize| {
            let (one, other) = (&words[left], &words[left + 1]);
            let parted = one.text.ends_with(|c: char| !c.is_alphanumeric());
            one.line == other.line && !parted && other.text.starts_with(char::is_alphanumeric)
        };
        let pairs = |at: usize| [at.checked_sub(1), (at + 1 < words.len()).then_some(at)].into_iter().flatten();
        let named = |at: usize| {
            words[at].text.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase)
        };
        let misfit = |at: usize| {
            let beside = || pairs(at).filter(|left| linked(*left)).map(|left| (&bare[left], &bare[left + 1]));
            let nearly = || beside().any(|(a, b)| self.nearly(a, b));
            (named(at) || nearly()) && !beside().any(|(a, b)| self.pair(a, b))
        };
        (0..words.len()).map(misfit).collect()
    }

    /// Whether two syllables would be a pair with other marks.
    fn nearly(&self, left: &str, right: &str) -> bool {
        let bare = fold(&format!("{left} {right}"));
        !self.pair(left, right) && self.any(|words| words.bare.contains(&bare))
    }

    pub(crate) fn family(&self, name: &str) -> bool {
        self.any(|words| words.families.contains(name))
    }

    /// Whether it is a name behind the family's.
    pub(crate) fn given(&self, name: &str) -> bool {
        self.any(|words| words.given.contains(name))
    }

    /// Whether a word stands behind a family's or a given name as a name does: which one it is nobody can tell from what is
    /// usual.
    pub(crate) fn is_name(&self, left: Option<&str>, word: &str) -> bool {
        // In capitals everything looks like a name, and many a given name is another word, too.
        let in_capitals = !word.contains(char::is_lowercase);
        word.starts_with(char::is_uppercase)
            && left.is_some_and(|left| self.family(left) || !in_capitals && self.given(left))
    }

    /// Whether it is a number as they are written, such as «15/QĐ-UBND».
    pub(crate) fn is_number(&self, word: &str) -> bool {
        let text = word.trim_matches(|c: char| !c.is_alphanumeric());
        self.any(|words| words.patterns.iter().any(|pattern| pattern.is_match(text)))
    }

    pub(crate) fn keeps(&self, word: &str) -> bool {
        self.any(|words| words.kept.contains(word))
    }

    fn any(&self, has: impl Fn(&Words) -> bool) -> bool {
        has(&BUILT_IN) || has(&self.own)
    }
}

/// A word as the lexicon has it, without the punctuation round it.
pub(crate) fn bare(word: &str) -> String {
    key(word.trim_matches(|c: char| !c.is_alphanumeric()))
}

impl Words {
    fn parse(file: &str, text: &str) -> (Self, Vec<Error>) {
        let (mut words, mut errors) = (Self::default(), Vec::new());
        let mut wrong = |line: usize, what: String, hint: &str| {
            errors.push(Error::new(Code::InvalidValue, format!("{file}, dòng {line}: {what}")).hint(hint));
        };
        for section in sections(text) {
            let part = match key(section.heading).as_str() {
                // An office's list may begin at once.
                "" | "[từ]" => Part::Words,
                "[họ]" => Part::Families,
                "[tên]" => Part::Given,
                "[giữ nguyên]" => Part::Kept,
                "[mẫu số]" => Part::Patterns,
                _ => {
                    let hint = "Các phần: [từ], [họ], [tên], [giữ nguyên], [mẫu số].";
                    wrong(section.at, format!("không có phần «{}»", section.heading), hint);
                    continue;
                }
            };
            for (line, entry) in section.entries() {
                if let Err(hint) = words.add(part, entry) {
                    wrong(line, format!("«{entry}» không dùng được"), hint);
                }
            }
        }
        (words, errors)
    }

    fn add(&mut self, part: Part, entry: &str) -> Result<(), &'static str> {
        if part == Part::Patterns {
            return self.add_pattern(entry);
        }
        let syllables: Vec<String> = entry.split_whitespace().map(key).collect();
        let spelt = syllables.iter().all(|s| is_syllable(s));
        match (part, &syllables[..]) {
            (Part::Kept, [word]) => drop(self.kept.insert(word.clone())),
            (Part::Kept, _) => return Err("Viết mỗi chữ một mục, không có dấu cách."),
            _ if !spelt => return Err("Viết bằng tiếng Việt đúng chính tả; chữ khác thì để ở phần [giữ nguyên]."),
            (Part::Words, [_, _, ..]) => {
                let pairs = || syllables.windows(2).map(|pair| pair.join(" "));
                self.bare.extend(pairs().map(|pair| fold(&pair)));
                self.pairs.extend(pairs());
            }
            (Part::Words, _) => return Err("Viết từ hai tiếng trở lên; mỗi từ cách nhau bằng dấu phẩy."),
            (Part::Families, [name]) => drop(self.families.insert(name.clone())),
            (Part::Given, [name]) => drop(self.given.insert(name.clone())),
            (Part::Families | Part::Given | Part::Patterns, _) => return Err("Viết mỗi tên một tiếng."),
        }
        Ok(())
    }

    fn add_pattern(&mut self, entry: &str) -> Result<(), &'static str> {
        if entry.contains(char::is_whitespace) {
            return Err("Viết mỗi mẫu một mục, không có dấu cách.");
        }
        if !entry.contains('0') {
            return Err("Mẫu số có ít nhất một số 0, là một chữ số.");
        }
        let mut pattern = String::from("^");
        let mut signs = entry.chars().peekable();
        while let Some(sign) = signs.next() {
            let class = match sign {
                '0' => "[0-9]",
                '@' => r"\p{Lu}",
                other => {
                    pattern.push_str(&regex::escape(other.encode_utf8(&mut [0; 4])));
                    continue;
                }
            };
            pattern.push_str(class);
            pattern.extend(signs.next_if_eq(&'+'));
        }
        let pattern = Regex::new(&(pattern + "$")).map_err(|_| "Viết mẫu ngắn hơn.")?;
        self.patterns.push(pattern);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_has_no_mistake_and_knows_both_spellings() {
        let (words, errors) = Words::parse("words.txt", FILE);
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(words.pairs.len() > 1500 && words.families.len() > 80 && words.given.len() > 200);
        let lexicon = Lexicon::default();
        assert!(lexicon.pair(&key("cộng"), &key("HOÀ")) && lexicon.pair(&key("Cộng"), &key("hòa")));
        assert!(
            lexicon.family("nguyễn") && lexicon.given("thị") && lexicon.keeps("ubnd") && !lexicon.pair("hòa", "cộng")
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_costs_only_itself() {
        let text =
            "\u{feff}# của xã\nthôn Hạ, một\nthôn Hxa, thôn Thượng\n[ho]\nVàng\n[họ]\nVàng, Tôn Nữ\n[giữ nguyên]\nA B";
        let (lexicon, errors) = Lexicon::with("words.txt", text);
        let told: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "words.txt, dòng 2: «một» không dùng được",
                "words.txt, dòng 3: «thôn Hxa» không dùng được",
                "words.txt, dòng 4: không có phần «[ho]»",
                "words.txt, dòng 7: «Tôn Nữ» không dùng được",
                "words.txt, dòng 9: «A B» không dùng được",
            ]
        );
        assert!(errors.iter().all(|e| e.code == Code::InvalidValue && !e.hint.is_empty()));
        assert!(lexicon.pair("thôn", "hạ") && lexicon.pair("thôn", "thượng") && lexicon.family("vàng"));
        assert_eq!(lexicon.own(), 3);
    }

    #[test]
    fn numbers_are_told_by_how_they_are_written() {
        let built_in = Lexicon::default();
        for number in
            ["15/QĐ-UBND", "31/DS-UBND,", "12/02/2026", "001087012345", "H05.16-260112-0001", "(45/2018/NĐ-CP)"]
        {
            assert!(built_in.is_number(number), "{number}");
        }
        for other in ["15/QD-U8ND", "12/O2/2026", "0010870l2345", "UBND", "", "15/"] {
            assert!(!built_in.is_number(other), "{other}");
        }
        let (own, errors) = Lexicon::with("words.txt", "[mẫu số]\n00-@0+, VP 00\n@@");
        assert_eq!(errors.len(), 2, "{errors:#?}");
        assert!(own.is_number("99-F12345") && !own.is_number("9-F12345") && own.own() == 1);
    }

    #[test]
    fn behind_a_name_stands_a_name() {
        let lexicon = Lexicon::default();
        assert!(lexicon.is_name(Some("nguyễn"), "Viêt") && !lexicon.is_name(Some("quy"), "Định"));
        assert!(lexicon.is_name(Some("thu"), "Viêt") && !lexicon.is_name(Some("thu"), "BAN"));
        assert!(!lexicon.is_name(Some("nguyễn"), "du") && !lexicon.is_name(None, "Viêt"));
    }

    #[test]
    fn a_word_with_a_wrong_mark_goes_with_none_beside_it() {
        let misfits = |text: &str| {
            let word = |text: &str| Word { text: text.into(), confidence: 99.0, bounds: [0; 4], line: 0, block: 0 };
            let words: Vec<Word> = text.split(' ').map(word).collect();
            let misfits = Lexicon::default().misfits(&words);
            words.into_iter().zip(misfits).filter(|(_, misfit)| *misfit).map(|(word, _)| word.text).collect::<Vec<_>>()
        };
        assert_eq!(misfits("luật này quy định chỉ tiết thi hành"), ["chỉ", "tiết"]);
        assert_eq!(misfits("(ký, ghỉ rõ họ tên)"), ["ghỉ"]);
        // «sơ đăng» is nearly «sơ đẳng», but both have their own neighbour.
        assert!(misfits("hồ sơ đăng ký khai sinh").is_empty());
        // Which name it is that stands there nobody can tell from its neighbours.
        assert_eq!(misfits("phường Đăng Dung, tỉnh"), ["Đăng", "Dung,"]);
        assert!(misfits("kính gửi, chỉ. tiết").is_empty(), "what punctuation parts is no pair");
    }
}

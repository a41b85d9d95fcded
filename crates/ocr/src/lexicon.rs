//! Which words stand beside which on administrative papers, and what people are called. What is built in lies in
//! `tessdata/words.txt`, which says how it is written; an office writes its own in the same way.

use sohoa_model::{Code, Error};
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
    families: HashSet<String>,
    given: HashSet<String>,
    kept: HashSet<String>,
}

#[derive(Clone, Copy)]
enum Part {
    Words,
    Families,
    Given,
    Kept,
}

impl Lexicon {
    /// With an office's own words. `file` is its name. A mistake costs only the entry that it is in; each is told of with
    /// its line and what to write there (`InvalidValue`).
    pub fn with(file: &str, text: &str) -> (Self, Vec<Error>) {
        let (own, errors) = Words::parse(file, text);
        (Self { own }, errors)
    }

    /// How many pairs, names and words to keep are the office's own.
    pub fn own(&self) -> usize {
        let Words { pairs, families, given, kept } = &self.own;
        pairs.len() + families.len() + given.len() + kept.len()
    }

    pub(crate) fn pair(&self, left: &str, right: &str) -> bool {
        let pair = format!("{left} {right}");
        self.any(|words| words.pairs.contains(&pair))
    }

    pub(crate) fn family(&self, name: &str) -> bool {
        self.any(|words| words.families.contains(name))
    }

    /// Whether it is a name behind the family's.
    pub(crate) fn given(&self, name: &str) -> bool {
        self.any(|words| words.given.contains(name))
    }

    pub(crate) fn keeps(&self, word: &str) -> bool {
        self.any(|words| words.kept.contains(word))
    }

    fn any(&self, has: impl Fn(&Words) -> bool) -> bool {
        has(&BUILT_IN) || has(&self.own)
    }
}

impl Words {
    fn parse(file: &str, text: &str) -> (Self, Vec<Error>) {
        let (mut words, mut errors) = (Self::default(), Vec::new());
        // An office's list may begin at once.
        let mut part = Some(Part::Words);
        // Windows' editor puts a mark before the text.
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            let mut wrong = |what: String, hint: &str| {
                let message = format!("{file}, dòng {}: {what}", number + 1);
                errors.push(Error::new(Code::InvalidValue, message).hint(hint));
            };
            if line.starts_with('#') {
                continue;
            }
            if line.starts_with('[') {
                part = match key(line).as_str() {
                    "[từ]" => Some(Part::Words),
                    "[họ]" => Some(Part::Families),
                    "[tên]" => Some(Part::Given),
                    "[giữ nguyên]" => Some(Part::Kept),
                    _ => None,
                };
                if part.is_none() {
                    wrong(format!("không có phần «{line}»"), "Các phần: [từ], [họ], [tên], [giữ nguyên].");
                }
                continue;
            }
            let Some(part) = part else { continue };
            for entry in line.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
                if let Err(hint) = words.add(part, entry) {
                    wrong(format!("«{entry}» không dùng được"), hint);
                }
            }
        }
        (words, errors)
    }

    fn add(&mut self, part: Part, entry: &str) -> Result<(), &'static str> {
        let syllables: Vec<String> = entry.split_whitespace().map(key).collect();
        let spelt = syllables.iter().all(|s| is_syllable(s));
        match (part, &syllables[..]) {
            (Part::Kept, [word]) => drop(self.kept.insert(word.clone())),
            (Part::Kept, _) => return Err("Viết mỗi chữ một mục, không có dấu cách."),
            _ if !spelt => return Err("Viết bằng tiếng Việt đúng chính tả; chữ khác thì để ở phần [giữ nguyên]."),
            (Part::Words, [_, _, ..]) => self.pairs.extend(syllables.windows(2).map(|pair| pair.join(" "))),
            (Part::Words, _) => return Err("Viết từ hai tiếng trở lên; mỗi từ cách nhau bằng dấu phẩy."),
            (Part::Families, [name]) => drop(self.families.insert(name.clone())),
            (Part::Given, [name]) => drop(self.given.insert(name.clone())),
            (Part::Families | Part::Given, _) => return Err("Viết mỗi tên một tiếng."),
        }
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
}

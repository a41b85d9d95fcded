//! What a word probably is that cannot be Vietnamese as it was read.
//!
//! A suggestion stands beside the reading and changes nothing. It is made for a word that is no syllable, where one
//! small repair (a letter taken for one that looks alike, a mark lost, changed or misplaced) gives one, and only one of
//! what it gives goes with the words beside it by the [`Lexicon`]. Where two do there is none: rather none than a wrong
//! one. Numbers, codes and abbreviations are never touched.
//!
//! It costs little and hangs on words that an office may add to, so it is made whenever a page or a field is shown and
//! is kept nowhere.

use serde::Serialize;
use sohoa_model::{Word, text::one_spelling};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

use crate::lexicon::Lexicon;
use crate::syllable::is_syllable;

/// What one word probably is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Which of the words.
    pub word: usize,
    /// As it was read, without the punctuation round it.
    pub read: String,
    pub proposed: String,
    /// The proposed word among the neighbours that speak for it: `Việt Nam`.
    pub because: String,
}

/// For the words of a page.
pub fn suggest(words: &[Word], lexicon: &Lexicon) -> Vec<Suggestion> {
    // A line may go on in the next of its block; what stands apart on a line, as a label and its value do, is no pair.
    let together = |a: &Word, b: &Word| {
        let gap = b.bounds[0].saturating_sub(a.bounds[0] + a.bounds[2]);
        let near = gap <= 2 * a.bounds[3].max(b.bounds[3]);
        if a.line == b.line { near } else { a.block == b.block && b.line == a.line + 1 }
    };
    let tokens: Vec<Token> = words.iter().map(|w| Token::new(&w.text)).collect();
    suggestions(&tokens, |left| together(&words[left], &words[left + 1]), lexicon)
}

/// For a value by itself: the whole of it with what is suggested, if anything is.
pub fn suggest_value(value: &str, lexicon: &Lexicon) -> Option<String> {
    let words: Vec<&str> = value.split(' ').collect();
    let tokens: Vec<Token> = words.iter().map(|w| Token::new(w)).collect();
    let found = suggestions(&tokens, |_| true, lexicon);
    let mut out: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
    for suggestion in &found {
        let word = &mut out[suggestion.word];
        *word = word.replacen(&suggestion.read, &suggestion.proposed, 1);
    }
    (!found.is_empty()).then(|| out.join(" "))
}

/// A word without the punctuation round it.
struct Token<'a> {
    text: &'a str,
    /// As the lexicon has it.
    key: String,
    case: Option<Case>,
    /// Whether punctuation parts it from its neighbours.
    opens: bool,
    ends: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Lower,
    Title,
    Upper,
}

impl<'a> Token<'a> {
    fn new(word: &'a str) -> Self {
        let text = word.trim_matches(|c: char| !c.is_alphanumeric());
        let at = word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        Self { text, key: key(text), case: case(text), opens: at > 0, ends: at + text.len() < word.len() }
    }

    fn is_capital(&self) -> bool {
        matches!(self.case, Some(Case::Title | Case::Upper))
    }
}

/// How the lexicon has a word: NFC, lower case, one spelling of the tone.
pub(crate) fn key(word: &str) -> String {
    one_spelling(word.nfc().flat_map(char::to_lowercase).collect())
}

fn case(text: &str) -> Option<Case> {
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    let first = letters.next()?;
    let (mut upper, mut lower) = (0, 0);
    letters.for_each(|c| *if c.is_uppercase() { &mut upper } else { &mut lower } += 1);
    match (first.is_uppercase(), upper, lower) {
        (true, 1.., 0) => Some(Case::Upper),
        (true, 0, _) => Some(Case::Title),
        (false, 0, _) => Some(Case::Lower),
        _ => None,
    }
}

fn suggestions(tokens: &[Token], follows: impl Fn(usize) -> bool, lexicon: &Lexicon) -> Vec<Suggestion> {
    let linked = |left: usize| !tokens[left].ends && !tokens[left + 1].opens && follows(left);
    let before = |at: usize| at.checked_sub(1).filter(|left| linked(*left));
    let after = |at: usize| Some(at + 1).filter(|right| *right < tokens.len() && linked(at));
    let mut found = Vec::new();
    for (word, token) in tokens.iter().enumerate() {
        let (left, right) = (before(word), after(word));
        if left.is_none() && right.is_none() {
            continue;
        }
        let Some(case) = broken(token, lexicon) else { continue };
        let at = |i: Option<usize>| i.map(|i| &tokens[i]);
        let beside = Beside { far: at(left.and_then(before)), left: at(left), right: at(right) };
        let mut fitting = repairs(token.text)
            .into_iter()
            .filter_map(|(key, spelt)| beside.speaks_for(&key, token, lexicon).map(|sides| (spelt, sides)));
        let (Some((spelt, (left, right))), None) = (fitting.next(), fitting.next()) else { continue };
        let proposed = cased(&spelt, case);
        let because = [left.map(|t| t.text), Some(proposed.as_str()), right.map(|t| t.text)];
        let because = because.into_iter().flatten().collect::<Vec<_>>().join(" ");
        found.push(Suggestion { word, read: token.text.to_owned(), proposed, because });
    }
    found
}

/// Whether a word cannot stand as it is and is of a kind that may be repaired.
fn broken(token: &Token, lexicon: &Lexicon) -> Option<Case> {
    let case = token.case?;
    let count = token.text.chars().count();
    let digits = token.text.chars().filter(|c| !c.is_alphabetic()).count();
    // One figure among small letters may be a letter; anything else with figures or signs in it is a code.
    let is_word = match digits {
        0 => true,
        1 => {
            count >= 3 && case != Case::Upper && token.text.contains(['0', '1']) && !token.text.starts_with(['0', '1'])
        }
        _ => false,
    };
    // The longest syllable, nghiêng, has seven letters, and two letters may have been one.
    let fits = (2..=8).contains(&count) && is_word && !is_syllable(token.text) && !lexicon.keeps(&token.key);
    fits.then_some(case)
}

/// The words round a broken one, as far as nothing parts them.
struct Beside<'a> {
    far: Option<&'a Token<'a>>,
    left: Option<&'a Token<'a>>,
    right: Option<&'a Token<'a>>,
}

type Sides<'a> = (Option<&'a Token<'a>>, Option<&'a Token<'a>>);

impl<'a> Beside<'a> {
    /// Those that go with what the word may be.
    fn speaks_for(&self, key: &str, token: &Token, lexicon: &Lexicon) -> Option<Sides<'a>> {
        // Capitals without a mark are an abbreviation, unless they stand among words in capitals.
        let bare = token.case == Some(Case::Upper) && token.text.chars().all(|c| c.is_ascii() || c == 'Đ');
        let counts = |t: &&Token| !bare || t.case == Some(Case::Upper);
        let (left, right) = (self.left.filter(counts), self.right.filter(counts));
        let word = (left.filter(|t| lexicon.pair(&t.key, key)), right.filter(|t| lexicon.pair(key, &t.key)));
        let name = || {
            let (far, left) = (self.far.filter(counts).filter(|t| t.is_capital()), left.filter(|t| t.is_capital()));
            let right = right.filter(|t| t.is_capital());
            let begun = left
                .filter(|t| lexicon.family(&t.key))
                .or(left.filter(|t| lexicon.given(&t.key) && far.is_some_and(|f| lexicon.family(&f.key))));
            match begun {
                Some(_) if lexicon.given(key) => (begun, None),
                _ if lexicon.family(key) => (None, right.filter(|t| lexicon.given(&t.key))),
                _ => (None, None),
            }
        };
        let any = |sides: &Sides| sides.0.is_some() || sides.1.is_some();
        let sides = if !any(&word) && token.is_capital() { name() } else { word };
        any(&sides).then_some(sides)
    }
}

fn cased(word: &str, case: Case) -> String {
    let mut letters = word.chars();
    match case {
        Case::Lower => word.to_owned(),
        Case::Upper => word.to_uppercase(),
        Case::Title => letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect(),
    }
}

const VOWELS: &str = "aeiouy";
const TONES: [Option<char>; 6] =
    [None, Some('\u{300}'), Some('\u{301}'), Some('\u{303}'), Some('\u{309}'), Some('\u{323}')];

/// Letters that are taken for one another.
const ALIKE: [(&str, &str); 18] = [
    ("d", "đ"),
    ("đ", "d"),
    ("c", "e"),
    ("e", "c"),
    ("l", "i"),
    ("l", "t"),
    ("i", "l"),
    ("1", "l"),
    ("1", "i"),
    ("0", "o"),
    ("h", "b"),
    ("b", "h"),
    ("v", "y"),
    ("y", "v"),
    ("rn", "m"),
    ("m", "rn"),
    ("ii", "u"),
    ("cl", "d"),
];

/// Whatever one repair makes of a word, as the lexicon has it and as it is spelt. Most of it is nothing; what the
/// lexicon has beside others is a syllable.
fn repairs(word: &str) -> BTreeMap<String, String> {
    let letters: Vec<char> = word.nfc().flat_map(char::to_lowercase).collect();
    let mut found = BTreeMap::new();
    let mut offer = |from: usize, to: usize, instead: &[char]| {
        let repaired: String = letters[..from].iter().chain(instead).chain(&letters[to..]).collect();
        // Of two spellings the first is nearer to what was read.
        found.entry(key(&repaired)).or_insert(repaired);
    };
    let bases: Vec<char> = letters.iter().map(|c| base(*c)).collect();
    for (at, letter) in letters.iter().enumerate() {
        // Its own hat and tone, or another's.
        if VOWELS.contains(base(*letter)) {
            forms(base(*letter)).iter().filter(|form| *form != letter).for_each(|form| offer(at, at + 1, &[*form]));
        }
        // Both horns of ươ.
        if bases[at..].starts_with(&['u', 'o']) {
            forms('o').iter().filter(|o| plain(**o) == 'ơ').for_each(|o| offer(at, at + 2, &['ư', *o]));
        }
        for (seen, meant) in ALIKE {
            let width = seen.chars().count();
            let here: String = letters[at..]
                .iter()
                .take(width)
                .map(|c| if VOWELS.contains(base(*c)) { base(*c) } else { *c })
                .collect();
            if here != seen {
                continue;
            }
            let meant: Vec<char> = meant.chars().collect();
            match meant[..] {
                [vowel] if VOWELS.contains(vowel) => {
                    forms(vowel).iter().for_each(|form| offer(at, at + width, &[*form]))
                }
                _ => offer(at, at + width, &meant),
            }
        }
    }
    // The tone on another vowel.
    if let Some(at) = letters.iter().position(|c| plain(*c) != *c) {
        let tone = [letters[at]].into_iter().nfd().find(|c| TONES.contains(&Some(*c)));
        for (other, letter) in letters.iter().enumerate().filter(|(i, c)| *i != at && VOWELS.contains(base(**c))) {
            let moved: Vec<char> = letters
                .iter()
                .enumerate()
                .map(|(i, c)| {
                    if i == at {
                        plain(*c)
                    } else if i == other {
                        toned(*letter, tone)
                    } else {
                        *c
                    }
                })
                .collect();
            offer(0, letters.len(), &moved);
        }
    }
    found
}

/// A letter without its marks; đ is one of its own.
fn base(letter: char) -> char {
    [letter].into_iter().nfd().next().unwrap_or(letter)
}

/// A letter without its tone.
fn plain(letter: char) -> char {
    let kept: String = [letter].into_iter().nfd().filter(|c| !TONES.contains(&Some(*c))).nfc().collect();
    kept.chars().next().unwrap_or(letter)
}

fn toned(letter: char, tone: Option<char>) -> char {
    [letter].into_iter().chain(tone).nfc().next().unwrap_or(letter)
}

/// A vowel with every hat and tone.
fn forms(vowel: char) -> Vec<char> {
    let hats = match vowel {
        'a' => "aăâ",
        'e' => "eê",
        'o' => "oôơ",
        'u' => "uư",
        'i' => "i",
        _ => "y",
    };
    hats.chars().flat_map(|hat| TONES.map(|tone| toned(hat, tone))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of words as they lie on a page; two spaces make a gap as between columns.
    fn page(text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        for (line, row) in text.lines().enumerate() {
            let mut x = 100;
            for word in row.trim().split(' ') {
                let width = 20 * word.chars().count() as u32;
                if !word.is_empty() {
                    let bounds = [x, 60 * line as u32, width, 40];
                    words.push(Word { text: word.into(), confidence: 90.0, bounds, line: line as u32, block: 0 });
                }
                x += if word.is_empty() { 100 } else { width + 12 };
            }
        }
        words
    }

    fn suggested(text: &str) -> Vec<String> {
        let found = suggest(&page(text), &Lexicon::default());
        found.into_iter().map(|s| format!("{} → {} ({})", s.read, s.proposed, s.because)).collect()
    }

    #[test]
    fn what_one_repair_makes_and_a_neighbour_bears_out_is_suggested() {
        let text = "Quốc tịch: Viêt Nam, trình độ đại hoc, cư tru
            Cộng hoà xã hội chủ nghĩa, ủy ban nhân dần và các đơn vịi khác
            NGUYỄN NGOC LAN và Pham Ngoc Khuê, ông Trần Văn Đưc, bà Nguyén Thị Hoa
            QUYÊT ĐỊNH số 12, Quyêt định này có hiêu lực thi hành, phuờng Võ Cường, trách nhiêm
            ngươì khai, chứng thưc, dăng ký khai sinb, t1nh trạng hôn nhân, ngày tbáng năm, quyêt
            định thành lập, giấy chúng nhân, phòng Tư phap.";
        let right = [
            "Viêt → Việt (Việt Nam)",
            "hoc → học (đại học)",
            "NGOC → NGỌC (NGUYỄN NGỌC)",
            "Đưc → Đức (Văn Đức)",
            "Nguyén → Nguyễn (Nguyễn Thị)",
            "QUYÊT → QUYẾT (QUYẾT ĐỊNH)",
            "Quyêt → Quyết (Quyết định)",
            "thưc → thực (chứng thực)",
            "sinb → sinh (khai sinh)",
            "tbáng → tháng (ngày tháng năm)",
            "quyêt → quyết (quyết định)",
        ];
        let found = suggested(text);
        for line in right {
            assert!(found.iter().any(|f| f == line), "{line}\n{found:#?}");
        }
    }

    #[test]
    fn what_is_right_or_might_be_two_things_is_left_alone() {
        let text = "Cộng hoà xã hội chủ nghĩa, thuỷ lợi, khuỷu tay, xoong, quýt, ngoằn ngoèo, đàn oóc
            UBND phường, HĐND tỉnh, TP Bắc Ninh, CT UBND, QĐ số 15/QĐ-UBND, TTr-TNMT, H05.16-260210-0003, CN Bắc Ninh
            027188001234 012345 A1 l2 tháng 1O ngày Ol năm 2O26, số 0a, tờ 1b, thửa Iôô, 15.OOO đồng
            email lan@bacninh.gov.vn, website, Internet, Kon Tum, Bắc Kạn, Đắk Lắk, Y Bhăm Niê, Smith, Marie Curie
            Lê Trung Chlnh, hình thưc, trong 12 tháng
            Nguyễn Viêt Hùng và Trần Văn Hoăc, ông Đôc, nhận thưc hiện, Viêt. Nam, Quốc tịch:Viêt
            Viêt
            Nam, tiếng";
        assert_eq!(suggested(text), ["Viêt → Việt (Việt Nam)"], "only what goes on in the next line of its block");
        assert_eq!(suggested("Viêt  Nam"), [""; 0], "columns");
        let mut words = page("Viêt\nNam");
        words[1].block = 1;
        assert_eq!(suggest(&words, &Lexicon::default()), [], "blocks");
    }

    #[test]
    fn a_value_is_suggested_whole_and_keeps_its_punctuation() {
        let suggested = |value| suggest_value(value, &Lexicon::default());
        assert_eq!(suggested("Nguyễn Ngoc Lan").as_deref(), Some("Nguyễn Ngọc Lan"));
        assert_eq!(
            suggested("xã Tân Chi, tỉnh Băc Ninh, Viêt Nam.").as_deref(),
            Some("xã Tân Chi, tỉnh Bắc Ninh, Việt Nam.")
        );
        assert_eq!(suggested("Nguyễn Ngọc Lan"), None);
    }

    #[test]
    fn an_office_adds_its_own() {
        let (own, errors) = Lexicon::with("words.txt", "thôn Ngoạch Trì\n[giữ nguyên]\nNgoc");
        assert!(errors.is_empty(), "{errors:?}");
        let text = page("thôn Ngoach Trì, bà Nguyễn Ngoc Lan");
        assert_eq!(suggest(&text, &own).iter().map(|s| s.proposed.as_str()).collect::<Vec<_>>(), ["Ngoạch"]);
        assert_eq!(suggest(&text, &Lexicon::default())[0].proposed, "Ngọc");
    }
}

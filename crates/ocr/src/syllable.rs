//! Which syllables Vietnamese has: onset, rime and tone, how they are spelt, and where the mark goes. Names and common
//! words all are such syllables; numbers, codes, abbreviations and foreign words are not and need not be.
//!
//! Spelling as in the decision 240/QĐ (1984) of the Ministry of Education and in the older way: *hoà* and *hòa* are both
//! right.

use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
];

/// Without a glide before the vowel.
const PLAIN: &str = "a e ê i o ô ơ u ư y ia ua ưa ai ay ây oi ôi ơi ui ưi uôi ươi ao au âu eo êu iu iêu yêu ưu ươu \
    am ăm âm em êm im om ôm ơm um iêm yêm uôm ươm ap ăp âp ep êp ip op ôp ơp up iêp uôp ươp \
    an ăn ân en ên in on ôn ơn un ưn iên yên uôn ươn at ăt ât et êt it ot ôt ơt ut ưt iêt yêt uôt ươt \
    ang ăng âng eng ong ông ung ưng iêng yêng uông ương ac ăc âc ec oc ôc uc ưc iêc uôc ươc \
    anh ênh inh ach êch ich oong ooc";

/// With one: *o* or *u*.
const ROUNDED: &str = "oa oe uê uy uơ oai oay oao oeo uây uya uyu oam oăm oap oan oăn oen uân uên uyên uyn oat oăt oet \
    uât uêt uyêt uyt oang oăng uâng oac oăc oanh uênh uynh oach uêch uych uyp";

/// What follows *qu*, whose *u* is the glide.
const AFTER_QU: &str = "a ai ay ây ao au âu e eo ê êu i y ơ ăm âm am ap ăp an ăn ân en ên in on ơn yên at ăt ât et êt it \
    ơt yêt ang ăng âng ac ăc âc anh ênh inh ynh ach êch ich ych ôc ôn yt yn yu ya";

static RIMES: LazyLock<[HashSet<&str>; 3]> =
    LazyLock::new(|| [PLAIN, ROUNDED, AFTER_QU].map(|rimes| rimes.split_ascii_whitespace().collect()));

const VOWELS: &str = "aăâeêioôơuưy";

/// The five marks, from where they stand apart in NFD.
const MARKS: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Whether a word is one syllable of Vietnamese as it is spelt, in whatever case.
pub fn is_syllable(word: &str) -> bool {
    let Some((letters, mark)) = parts(word) else { return false };
    // The onset that leaves a rime: `gi` before it, or `g` and a rime with i.
    ONSETS.iter().any(|onset| {
        let Some(rime) = strip(&letters, onset) else { return false };
        fits(onset, rime) && sounds(rime, mark) && stands(onset, rime, mark, onset.chars().count())
    })
}

/// Letters without their tone, and the tone's mark with the letter that bears it.
type Mark = Option<(char, usize)>;

fn parts(word: &str) -> Option<(Vec<char>, Mark)> {
    let (mut letters, mut mark) = (Vec::new(), None);
    for c in word.nfc().flat_map(char::to_lowercase) {
        // One letter in NFC is the letter, its hat or horn, and its tone.
        let mut bare = String::new();
        for part in std::iter::once(c).nfd() {
            if MARKS.contains(&part) {
                if mark.replace((part, letters.len())).is_some() {
                    return None;
                }
            } else {
                bare.push(part);
            }
        }
        letters.extend(bare.nfc());
    }
    letters.iter().all(|c| c.is_alphabetic()).then_some((letters, mark))
}

fn strip<'a>(letters: &'a [char], onset: &str) -> Option<&'a [char]> {
    let count = onset.chars().count();
    let begins = letters.len() > count && onset.chars().zip(letters).all(|(a, b)| a == *b);
    begins.then(|| &letters[count..])
}

/// Whether this onset is written before this rime.
fn fits(onset: &str, rime: &[char]) -> bool {
    let front = matches!(rime[0], 'i' | 'e' | 'ê' | 'y');
    let written: String = rime.iter().collect();
    let [plain, rounded, after_qu] = RIMES.each_ref().map(|rimes| rimes.contains(written.as_str()));
    match onset {
        "qu" => after_qu,
        "c" | "g" | "ng" => (!front || (onset == "g" && rime[0] == 'i')) && (plain || rounded),
        "k" | "gh" | "ngh" => front && plain,
        // The i of a rime with i is already in the onset, and is written once: giếng is g and iêng.
        "gi" => !matches!(rime[0], 'i' | 'y') && plain,
        // Written with y where nothing stands before it.
        "" => !rime.starts_with(&['i', 'ê']) && (plain || rounded),
        _ => rime.first().zip(rime.get(1)) != Some((&'y', &'ê')) && (plain || rounded),
    }
}

/// Before p, t, c and ch there are two tones only.
fn sounds(rime: &[char], mark: Mark) -> bool {
    let stopped = matches!(rime, [.., 'p' | 't' | 'c'] | [.., 'c', 'h']);
    !stopped || matches!(mark, Some(('\u{301}' | '\u{323}', _)))
}

/// Whether the mark stands where it may.
fn stands(onset: &str, rime: &[char], mark: Mark, start: usize) -> bool {
    let Some((_, at)) = mark else { return true };
    let Some(at) = at.checked_sub(start) else { return false };
    let vowels = rime.iter().take_while(|c| VOWELS.contains(**c)).count();
    let closed = vowels < rime.len();
    // A letter with a hat or horn bears it; of ươ the second.
    if let Some(bearer) = rime[..vowels].iter().rposition(|c| "ăâêôơ".contains(*c)) {
        return at == bearer;
    }
    if let Some(bearer) = rime[..vowels].iter().position(|c| *c == 'ư') {
        return at == bearer;
    }
    match (vowels, closed) {
        (1, _) => at == 0,
        (2, true) => at == 1,
        (2, false) if onset != "qu" && matches!(rime, ['o', 'a' | 'e'] | ['u', 'y']) => at < 2,
        (2, false) => at == 0,
        (3, _) => at == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_every_day() {
        let text = "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập Tự do Hạnh phúc giấy khai sinh quyết định Nguyễn Thị Quỳnh \
            Khuỷu khuya giếng gì già giữa ghế nghiêng nghề ngoài quốc quang quốc hoà thuý thúy uỷ ủy xoèn xoong huýt \
            khuếch trương thuở Bắc Ninh Thuận Thành Yên Phong Quế Võ Lương Tài Gia Bình Tiên Du Từ Sơn yêu yếu ý í ở ạ \
            đường rượu hươu bưởi người tiếng Huỳnh Huyền Khoa Khuê Uyên Oanh Toàn Loan Thuỷ Ngoạn khoẻ ngoằn ngoèo Ưu \
            biển kỹ kĩ quy quý thuê mượn ruộng vườn giường giũ giặt gìn giêng phượng hoàng xuất nguyệt tuyết quýt ích";
        let wrong: Vec<&str> = text.split_whitespace().filter(|word| !is_syllable(word)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_cannot_be() {
        // Tone before a stop, mark in the wrong place, c before e, no vowel, two marks, a rime that there is not.
        let text = "cap cảc hạnhh ngươì hoaí cê kạ gê nge ghà ngha đ Ngt vịêt tíên qụoc uể̀ oũ bfo gỉí đướg phưong tôt \
            UBND QĐ 12 2026 a1 iên quyểt phuc";
        let right: Vec<&str> = text.split_whitespace().filter(|word| is_syllable(word)).collect();
        assert!(right.is_empty(), "{right:?}");
    }

    #[test]
    fn composed_or_not_and_in_either_case() {
        let word: String = "NGUYỄN".nfd().collect();
        assert!(is_syllable(&word) && is_syllable("NGUYỄN") && is_syllable("nguyễn"));
    }
}

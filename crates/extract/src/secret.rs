//! Whether a page bears the mark of a state secret: MẬT, TỐI MẬT or TUYỆT MẬT, as TT 24/2020/TT-BCA has it stamped and
//! NĐ 30/2020/NĐ-CP places it (cell 10a, in the head of the page). Only a line of its own counts. *Mật* in running
//! text, in a heading of more words, or over a column of a table does not.

use sohoa_model::{Word, text::fold};

use crate::Page;
use crate::layout::{self, Line};

/// The degrees of secrecy, under their own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Mat,
    ToiMat,
    TuyetMat,
}

/// What stamps say, folded and without spaces.
const STAMPS: [(&str, Level); 3] = [("mat", Level::Mat), ("toimat", Level::ToiMat), ("tuyetmat", Level::TuyetMat)];

/// The head of a page, in thousandths of its height.
const HEAD: u32 = 450;

/// The highest degree that a line of the page's head is by itself. `width` and `height` are those of the frame in which
/// the words stand.
pub fn stamped(words: &[Word], width: u32, height: u32) -> Option<Level> {
    let lines = layout::lines(&Page { number: 1, width, height, words, codes: &[] });
    let mut heights: Vec<u32> = words.iter().map(|w| w.bounds[3]).collect();
    heights.sort_unstable();
    let body = heights.get(heights.len() / 2).copied().unwrap_or(0);
    let alone = |line: &Line| {
        // A stamp stands beside the date at most; the head of a table has more columns.
        let beside = lines.iter().filter(|other| other.row == line.row).count() - 1;
        let tall = line.words.iter().map(|w| w.bounds[3]).max().unwrap_or(0);
        beside <= 1 && line.bottom <= HEAD && tall * 10 >= body * 6
    };
    let level = |line: &Line| {
        let text = line.text();
        let level = level(&text, 0)?;
        // MẶT and MẮT are other words; only a frame tells that they are misread.
        (level != Level::Mat || !text.contains(['Ă', 'Ắ', 'Ằ', 'Ẳ', 'Ẵ', 'Ặ', 'Á', 'À', 'Ả', 'Ã'])).then_some(level)
    };
    lines.iter().filter(|line| alone(line)).filter_map(level).max()
}

/// What a stamp says that was cut out and read by itself. Its frame vouches for it, so more is forgiven.
pub fn framed(words: &[Word]) -> Option<Level> {
    let text: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    level(&text.join(" "), 1)
}

/// The degree that these words are and nothing else, in capitals, spaced or not, with marks lost, and with up to `slips`
/// letters wrong in the two longer ones.
fn level(text: &str, slips: usize) -> Option<Level> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    // What the sides of a frame are read as.
    let side = |w: &&str| matches!(*w, "l" | "I" | "i" | "1" | "L" | "J" | "j" | "f" | "t");
    let spaced = words.iter().all(|w| w.chars().count() == 1);
    let from = usize::from(!spaced && words.first().is_some_and(side));
    let to = words.len() - usize::from(!spaced && words.len() > from && words.last().is_some_and(side));
    let text = words[from..to].concat();
    if text.chars().any(|c| c.is_alphabetic() && !c.is_uppercase()) {
        return None;
    }
    let read = fold(&text);
    let matches = |stamp: &str| read == stamp || slips > 0 && stamp.len() > 4 && layout::alike(&read, stamp);
    STAMPS.into_iter().find(|(stamp, _)| matches(stamp)).map(|(_, level)| level)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 2480 × 3508 with a body, and lines at places of their own.
    fn page(lines: &[(u32, u32, u32, &str)]) -> Vec<Word> {
        let body = (0..20u32).map(|n| (300, 1700 + 80 * n, 40, "văn bản bí mật nhà nước được bảo quản theo quy định"));
        let mut words = Vec::new();
        for (n, (x, y, high, text)) in lines.iter().copied().chain(body).enumerate() {
            let mut at = x;
            for word in text.split(' ') {
                let width = high * 2 / 3 * word.chars().count() as u32;
                let bounds = [at, y, width, high];
                words.push(Word { text: word.into(), confidence: 90.0, bounds, line: n as u32, block: 0 });
                at += width + high / 3;
            }
        }
        words
    }

    fn told(text: &str) -> Option<Level> {
        stamped(&page(&[(500, 300, 40, "Số: 12/QĐ-UBND"), (560, 420, 48, text)]), 2480, 3508)
    }

    #[test]
    fn the_three_degrees_are_known_however_they_are_read() {
        for (texts, level) in [
            (&["MẬT", "MAT", "MÂT", "MẠT", "M Ậ T", "[MẬT]", "| MẬT |", "l MẬT I", "“MẬT”"][..], Level::Mat),
            (&["TỐI MẬT", "TÓI MẬT", "TÔI MÂT", "TỐIMẬT", "T Ố I M Ậ T", "TOI MAT"], Level::ToiMat),
            (&["TUYỆT MẬT", "TUYỆT MÂT", "TUYET MAT", "TUYÊT MẶT", "T U Y Ệ T M Ậ T"], Level::TuyetMat),
        ] {
            for text in texts {
                assert_eq!(told(text), Some(level), "{text}");
            }
        }
    }

    #[test]
    fn the_word_in_any_other_place_is_no_stamp() {
        for text in [
            "Mật",
            "mật",
            "BẢO MẬT",
            "BÍ MẬT KINH DOANH",
            "MẬT KHẨU",
            "MẬT ONG",
            "MẶT",
            "MẮT",
            "GIẢI MẬT",
            "ĐỘ MẬT",
            "HỎA TỐC",
            "KHẨN",
            "Độ mật: MẬT",
            "TỐI ĐA",
            "Nơi nhận: MẬT",
            "- MẬT VỤ;",
            "CAM KẾT BẢO MẬT",
            "MẬT ĐỘ",
            "I",
            "",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_stands_in_the_head_beside_no_columns_and_no_smaller_than_the_text() {
        let at = |lines: &[(u32, u32, u32, &str)]| stamped(&page(lines), 2480, 3508);
        assert_eq!(
            at(&[(560, 420, 48, "MẬT"), (1400, 420, 44, "Võ Cường, ngày 05 tháng 01 năm 2026")]),
            Some(Level::Mat)
        );
        assert_eq!(
            at(&[(300, 900, 44, "STT"), (700, 900, 44, "MẬT"), (1300, 900, 44, "TỐI MẬT"), (1900, 900, 44, "GHI CHÚ")]),
            None
        );
        assert_eq!(at(&[(560, 420, 20, "MẬT")]), None, "small print");
        assert_eq!(at(&[(560, 3300, 48, "MẬT")]), None, "at the foot");
        assert_eq!(at(&[(560, 420, 48, "MẬT"), (560, 520, 48, "TUYỆT MẬT")]), Some(Level::TuyetMat));
    }

    #[test]
    fn in_a_frame_one_letter_more_is_forgiven() {
        let framed = |text: &str| framed(&page(&[(0, 0, 48, text)])[..text.split(' ').count()]);
        assert_eq!(framed("MẶT"), Some(Level::Mat));
        assert_eq!(framed("TUYỆI MẬT"), Some(Level::TuyetMat));
        assert_eq!(framed("TỐI MÄI"), Some(Level::ToiMat));
        for text in ["GIẢI MẬT", "HỎA TỐC", "KHẨN", "THƯỢNG KHẨN", "ĐẾN", "SAO Y", "MẪU", "ĐÃ THU PHÍ", "Mật"]
        {
            assert_eq!(framed(text), None, "{text}");
        }
    }
}

//! Papers laid out as on the counter, word by word, and what must be found on them.

use super::*;
use codes::SURE;

mod cards;
mod coded;
mod forms;
mod official;
mod own;
mod put_right;

/// Dots per millimetre of an A4 page of 1654 × 2339.
const DOT: f32 = 7.874;

/// A page under the pen: texts are set by millimetres, 2.3 to the letter and 4 high.
#[derive(Default)]
struct Sheet {
    words: Vec<Word>,
    lines: u32,
}

impl Sheet {
    fn new() -> Self {
        Self::default()
    }

    fn left(mut self, x: f32, y: f32, text: &str) -> Self {
        let mut at = x;
        for word in text.split(' ') {
            let width = 2.3 * word.chars().count() as f32;
            let bounds = [at, y, width, 4.0].map(|v| (v * DOT) as u32);
            self.words.push(Word { text: word.into(), confidence: 99.0, bounds, line: self.lines, block: 0 });
            at += width + 1.2;
        }
        self.lines += 1;
        self
    }

    fn centre(self, x: f32, y: f32, text: &str) -> Self {
        let width = 2.3 * text.chars().filter(|c| *c != ' ').count() as f32 + 1.2 * text.matches(' ').count() as f32;
        self.left(x - width / 2.0, y, text)
    }

    /// Several texts on one line of the reading, as a table row or two columns.
    fn row(mut self, y: f32, cells: &[(f32, &str)]) -> Self {
        for (x, text) in cells {
            self = self.left(*x, y, text);
            self.lines -= 1;
        }
        self.lines += 1;
        self
    }

    fn down(mut self, x: f32, y: f32, texts: &[&str]) -> Self {
        for (n, text) in texts.iter().enumerate() {
            self = self.left(x, y + 9.0 * n as f32, text);
        }
        self
    }

    /// The head of an official paper of the ward.
    fn head(self, number: &str, date: &str) -> Self {
        self.row(18.0, &[(38.0, "UBND TỈNH BẮC NINH"), (110.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
            .row(24.0, &[(40.0, "ỦY BAN NHÂN DÂN"), (118.0, "Độc lập - Tự do - Hạnh phúc")])
            .centre(60.0, 30.0, "PHƯỜNG VÕ CƯỜNG")
            .row(38.0, &[(45.0, number), (112.0, date)])
    }

    fn read(&self) -> Found {
        self.read_with(&[])
    }

    fn read_with(&self, codes: &[Barcode]) -> Found {
        read_all(&[(self, codes)]).0
    }
}

/// Sheets with their codes as the pages of one document; its fields apart from the rest.
fn read_all<'a>(sheets: &[(&'a Sheet, &'a [Barcode])]) -> (Found, Extracted) {
    let page = |(i, (sheet, codes)): (usize, &(&'a Sheet, &'a [Barcode]))| Page {
        number: i as u32 + 1,
        width: 1654,
        height: 2339,
        words: &sheet.words,
        codes,
    };
    let pages: Vec<Page> = sheets.iter().enumerate().map(page).collect();
    let all = run(&pages, &Params { today: "2026-11-24".into(), ..Params::default() });
    (Found(all.fields.clone()), all)
}

struct Found(Vec<Field>);

impl Found {
    fn field(&self, name: FieldName) -> &Field {
        self.0.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no {name:?} in {:#?}", self.0))
    }

    /// All that was found, as `name value`.
    fn all(&self) -> Vec<(FieldName, &str)> {
        self.0.iter().map(|f| (f.name, f.value.as_str())).collect()
    }

    fn get(&self, name: FieldName) -> Option<&str> {
        self.0.iter().find(|f| f.name == name).map(|f| f.value.as_str())
    }
}

use FieldName::*;

fn qr(text: &str) -> [Barcode; 1] {
    [Barcode { kind: "qr".into(), text: text.into(), bounds: [1200, 100, 150, 150] }]
}

#[test]
fn a_number_that_does_not_fit_the_person_is_doubtful() {
    let form = |birth: &str| {
        Sheet::new()
            .centre(105.0, 42.0, "GIẤY XÁC NHẬN")
            .down(28.0, 60.0, &["Họ và tên: Ngô Đức Hạnh", birth, "Số định danh cá nhân: 027090008846"])
            .read()
    };
    assert!(form("Ngày sinh: 30/04/1990").field(PersonalId).confidence > 94.0);
    // Where it fits, that says nothing of its last six digits.
    let (with, without) = (form("Ngày sinh: 30/04/1990"), form("Dân tộc: Kinh"));
    assert_eq!(with.field(PersonalId).confidence, without.field(PersonalId).confidence);
    let wrong = form("Ngày sinh: 30/04/1996");
    assert!(wrong.field(PersonalId).confidence <= 50.0 && wrong.field(BirthDate).confidence <= 50.0);
    assert!(wrong.field(OwnerName).confidence > 80.0);
}

#[test]
fn doubtful_words_make_doubtful_fields() {
    let mut sheet = Sheet::new().head("Số: 15/QĐ-UBND", "Võ Cường, ngày 05 tháng 02 năm 2026");
    let sure = sheet.read().field(Number).confidence;
    sheet.words.iter_mut().find(|w| w.text.starts_with("15/")).unwrap().confidence = 40.0;
    let found = sheet.read();
    // Not shown as sure.
    assert!(found.field(Number).confidence < 85.0 && sure > 95.0);
    assert!(found.field(IssuedDate).confidence > 90.0);
}

#[test]
fn nothing_is_made_up() {
    assert_eq!(run(&[], &Params::default()), Extracted::default());
    assert_eq!(Sheet::new().read().all(), []);
    let prose = Sheet::new()
        .left(28.0, 120.0, "một đoạn văn bình thường, ngày 31 tháng 12 năm 2025, theo số 5/ABC và họ và tên của")
        .left(28.0, 126.0, "người dân được ghi ở sổ; xem thêm văn bản số 15/QĐ-UBND của phường.")
        .read();
    assert_eq!(prose.all(), []);
    // A date to come is no date of issue, and two numbers without labels are nobody's.
    let later = Sheet::new()
        .left(112.0, 38.0, "Võ Cường, ngày 05 tháng 02 năm 2031")
        .left(28.0, 80.0, "gồm 027194000123 và 027090008846")
        .read();
    assert_eq!(later.all(), []);
}

#[test]
fn no_words_however_odd_bring_it_down() {
    const BITS: [&str; 36] = [
        "Số:",
        "15/QĐ-UBND",
        "/",
        ":",
        "....",
        "ngày",
        "05",
        "tháng",
        "02",
        "năm",
        "2026",
        "QUYẾT",
        "ĐỊNH",
        "V/v",
        "V/",
        "Họ",
        "và",
        "tên:",
        "Nguyễn",
        "Văn",
        "027194000123",
        "Giới",
        "tính:",
        "Nam",
        "Nữ",
        "UBND",
        "ỦY",
        "BAN",
        "",
        "\u{301}",
        "😀",
        "H05.16-260210-0001",
        "HO5.16–26",
        "(1)",
        "tên:....Lê",
        "Địa",
    ];
    // A linear congruential generator: the same odd pages every time.
    let mut state = 42u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..300 {
        let words: Vec<Word> = (0..next(60))
            .map(|i| {
                let huge = next(40) == 0;
                let mut bounds = [next(1654), next(2339), next(300), next(60)].map(|v| v as u32);
                bounds[next(4)] = if huge { u32::MAX } else { bounds[0] };
                let line = (i / (1 + next(9))) as u32;
                Word { text: BITS[next(BITS.len())].into(), confidence: next(101) as f32, bounds, line, block: 0 }
            })
            .collect();
        let (width, height) = if round % 50 == 0 { (0, 0) } else { (1654, 2339) };
        let codes = qr(BITS[next(BITS.len())]);
        let pages = [1, u32::MAX].map(|number| Page { number, width, height, words: &words, codes: &codes });
        let all = run(&pages, &Params { today: "2026-11-24".into(), ..Params::default() });
        let found = &all.fields;
        assert!(found.is_sorted_by(|a, b| a.name < b.name), "{found:?}");
        assert!(found.iter().all(|f| (0.0..=100.0).contains(&f.confidence) && !f.value.is_empty()), "{found:?}");
        assert!(all.differences.iter().all(|d| d.values.len() > 1), "{all:?}");
        assert_eq!(all, run(&pages, &Params { today: "2026-11-24".into(), ..Params::default() }));
    }
}

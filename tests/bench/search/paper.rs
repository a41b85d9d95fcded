//! Invented papers in the words of a commune's office, and what its clerks look for in them.
//!
//! Stock phrases stand on most pages, names and places on some, and a long tail of syllables (drawn by Zipf's law from
//! every onset and rhyme of the language) on few, so that posting lists have the lengths of a real archive.

use sohoa_model::{DossierCode, Word};
use std::sync::LazyLock;

/// Marsaglia's xorshift64*, so that two runs make the same pages.
pub struct Seed(pub u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) as usize) % n
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// From 0, small numbers far more often.
    fn zipf(&mut self, n: usize) -> usize {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((n as f64).powf(share) as usize).clamp(1, n) - 1
    }
}

const FAMILY: &[&str] = &[
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ",
    "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Mai", "Tạ", "Cao",
];
const MIDDLE: &[&str] =
    &["Văn", "Thị", "Đức", "Hữu", "Quốc", "Minh", "Thanh", "Ngọc", "Xuân", "Thu", "Đình", "Bá", "Kim"];
const GIVEN: &[&str] = &[
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Dương",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiền",
    "Hòa",
    "Hoa",
    "Hùng",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Nhung",
    "Phúc",
    "Phương",
    "Quang",
    "Quỳnh",
    "Sơn",
    "Thảo",
    "Thắng",
    "Thủy",
    "Trang",
    "Trung",
    "Tuấn",
    "Tùng",
    "Vân",
    "Việt",
    "Yến",
    "Đạt",
    "Đường",
    "Ánh",
];
const STREET: &[&str] = &[
    "Nguyễn Trãi",
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Lý Thường Kiệt",
    "Hai Bà Trưng",
    "Lê Quang Đạo",
    "Ngô Gia Tự",
    "Nguyễn Gia Thiều",
    "Hồ Ngọc Lân",
    "Bình Than",
    "Lạc Long Quân",
    "Âu Cơ",
    "Đường Láng",
    "Hoàng Quốc Việt",
];
const WARD: &[&str] = &[
    "Võ Cường",
    "Đại Phúc",
    "Suối Hoa",
    "Kinh Bắc",
    "Vệ An",
    "Tiền An",
    "Ninh Xá",
    "Thị Cầu",
    "Đáp Cầu",
    "Hạp Lĩnh",
    "Phong Khê",
    "Khúc Xuyên",
    "Vân Dương",
    "Nam Sơn",
    "Hòa Long",
    "Kim Chân",
    "Khắc Niệm",
    "Vạn An",
];
const PAPERS: &[(&str, &str, &str)] = &[
    ("quyet_dinh", "QUYẾT ĐỊNH", "QĐ-UBND"),
    ("cong_van", "CÔNG VĂN", "UBND-VP"),
    ("to_trinh", "TỜ TRÌNH", "TTr-UBND"),
    ("thong_bao", "THÔNG BÁO", "TB-UBND"),
    ("giay_khai_sinh", "GIẤY KHAI SINH", "KS"),
    ("don_de_nghi", "ĐƠN ĐỀ NGHỊ", "ĐĐN"),
    ("hop_dong", "HỢP ĐỒNG", "HĐTN"),
    ("giay_xac_nhan", "GIẤY XÁC NHẬN", "GXN-UBND"),
    ("bien_ban", "BIÊN BẢN", "BB-UBND"),
    ("bao_cao", "BÁO CÁO", "BC-UBND"),
];
const SUBJECT: &[&str] = &[
    "về việc cấp giấy xác nhận tình trạng hôn nhân",
    "về việc đăng ký khai sinh cho trẻ em",
    "về việc cấp giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất",
    "về việc hỗ trợ hộ nghèo, hộ cận nghèo trên địa bàn phường",
    "về việc thay đổi, cải chính hộ tịch",
    "về việc cấp phép xây dựng nhà ở riêng lẻ",
    "về việc trợ cấp xã hội đối với người cao tuổi",
    "về việc giải quyết tranh chấp ranh giới thửa đất",
    "về việc công nhận hòa giải thành ở cơ sở",
    "về việc phê duyệt dự toán sửa chữa đường giao thông",
    "về việc đăng ký thường trú, tạm trú",
    "về việc chứng thực hợp đồng cho thuê nhà ở",
];
const STOCK: &[&str] = &[
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
    "Căn cứ Nghị định số 123/2015/NĐ-CP của Chính phủ quy định chi tiết một số điều của Luật Hộ tịch",
    "Xét đề nghị của công chức Tư pháp - Hộ tịch phường tại Tờ trình nêu trên",
    "Tôi xin cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật",
    "Quyết định này có hiệu lực kể từ ngày ký",
    "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân, các bộ phận có liên quan chịu trách nhiệm thi hành",
    "Hồ sơ gồm có bản sao giấy tờ tùy thân và các giấy tờ kèm theo theo quy định",
    "Kính đề nghị quý cơ quan xem xét, giải quyết theo thẩm quyền",
    "Sau khi kiểm tra hồ sơ, bộ phận một cửa đã tiếp nhận và hẹn ngày trả kết quả",
    "Bên A và Bên B thống nhất ký kết hợp đồng với các điều khoản sau đây",
    "Đất không có tranh chấp, sử dụng ổn định, phù hợp với quy hoạch sử dụng đất đã được phê duyệt",
    "Nơi nhận: như trên; lưu VT, TP-HT",
];

/// Every onset with every rhyme that goes with it in writing, commonest first by no rule but the draw.
static TAIL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let onsets = [
        "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th",
        "tr", "v", "x",
    ];
    let rhymes = [
        "a", "à", "á", "ả", "ạ", "ai", "ài", "ải", "an", "án", "ản", "ạn", "ang", "áng", "anh", "ảnh", "ạnh", "ao",
        "áo", "ạo", "ăn", "ặn", "ăng", "ẳng", "âm", "ấm", "ân", "ận", "âu", "ầu", "ấu", "âng", "ầng", "ôi", "ối", "ội",
        "ông", "ống", "ổng", "ộng", "ơn", "ớn", "ợn", "ơi", "ới", "ời", "u", "ủ", "ụ", "ung", "ưng", "ứng", "ương",
        "ướng", "ượng", "uyên", "uyển", "uộc", "ước", "ược", "út", "ật", "ất", "ác", "ạc",
    ];
    let mut all: Vec<String> = onsets.iter().flat_map(|o| rhymes.iter().map(move |r| format!("{o}{r}"))).collect();
    let mut seed = Seed(9);
    for i in (1..all.len()).rev() {
        all.swap(i, seed.below(i + 1));
    }
    all
});

/// What the pages of one document have in common.
pub struct Paper {
    pub dossier: DossierCode,
    pub owner: String,
    pub kind: &'static str,
    title: &'static str,
    number: String,
    subject: &'static str,
    ward: &'static str,
    date: (usize, usize),
}

fn person(seed: &mut Seed) -> String {
    format!("{} {} {}", seed.of(FAMILY), seed.of(MIDDLE), seed.of(GIVEN))
}

fn code(made: usize) -> String {
    // Three documents or so to a dossier, forty dossiers to a day.
    let dossier = made / 9;
    format!("H05.16-26{:02}{:02}-{:04}", 1 + dossier / 1120 % 12, 1 + dossier / 40 % 28, 1 + dossier % 40)
}

impl Paper {
    pub fn new(seed: &mut Seed, made: usize) -> Self {
        let (kind, title, symbol) = PAPERS[seed.below(PAPERS.len())];
        Self {
            dossier: code(made).parse().expect("a well-formed code"),
            owner: person(seed),
            kind,
            title,
            number: format!("{}/{symbol}", 1 + seed.below(900)),
            subject: seed.of(SUBJECT),
            ward: seed.of(WARD),
            date: (1 + seed.below(28), 1 + seed.below(12)),
        }
    }

    /// Page `i` of the document, about 300 words on lines of about twelve.
    pub fn page(&self, seed: &mut Seed, i: usize) -> Vec<Word> {
        let mut lines = Vec::new();
        let (day, month) = self.date;
        if i == 0 {
            lines.push(format!("ỦY BAN NHÂN DÂN PHƯỜNG {}", self.ward.to_uppercase()));
            lines.push("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM".into());
            lines.push("Độc lập - Tự do - Hạnh phúc".into());
            lines.push(format!("Số: {}", self.number));
            lines.push(format!("{}, ngày {day:02} tháng {month:02} năm 2026", self.ward));
            lines.push(format!("{} {}", self.title, self.subject));
            lines.push(format!("Mã hồ sơ: {}", self.dossier));
            lines.push(format!("Họ và tên: {}", self.owner));
            lines.push(format!("Số định danh cá nhân: 027{:09}", seed.below(1_000_000_000)));
        }
        let mut words: usize = lines.iter().map(|l| l.split(' ').count()).sum();
        while words < 290 {
            let line = match seed.below(6) {
                0 | 1 => format!("{}.", seed.of(STOCK)),
                2 => {
                    let (street, ward) = (seed.of(STREET), seed.of(WARD));
                    let number = 1 + seed.below(400);
                    format!("Ông (bà) {} thường trú tại số {number} đường {street}, phường {ward}", person(seed))
                }
                3 => format!(
                    "Thửa đất số {}, tờ bản đồ số {}, diện tích {} m2, giá trị {}.{:03}.000 đồng",
                    1 + seed.below(900),
                    1 + seed.below(60),
                    40 + seed.below(400),
                    1 + seed.below(90),
                    seed.below(1000)
                ),
                _ => (0..12).map(|_| TAIL[seed.zipf(TAIL.len())].as_str()).collect::<Vec<_>>().join(" "),
            };
            words += line.split(' ').count();
            lines.push(line);
        }
        let mut out = Vec::new();
        for (line, text) in (0u32..).zip(&lines) {
            let mut x = 300;
            for word in text.split(' ') {
                let width = 24 * word.chars().count() as u32;
                out.push(Word {
                    text: word.to_owned(),
                    confidence: 92.0,
                    bounds: [x, 240 + 90 * line, width, 44],
                    line,
                    block: line / 6,
                });
                x += width + 20;
            }
        }
        out
    }
}

pub struct Query {
    pub kind: &'static str,
    pub text: String,
    pub typing: bool,
}

impl Query {
    pub fn shown(&self) -> String {
        format!("{}{}", self.text, if self.typing { "…" } else { "" })
    }
}

/// What clerks type: whole and half-typed, with marks and without.
pub fn queries() -> Vec<Query> {
    let mut seed = Seed(4711);
    let mut out = Vec::new();
    let mut ask = |kind, text: String, typing| out.push(Query { kind, text, typing });
    for _ in 0..60 {
        let name = person(&mut seed);
        ask("a name with marks", name.clone(), false);
        ask("a name without marks", sohoa_model::text::fold(&name), false);
    }
    for _ in 0..40 {
        ask("a name in quotes", format!("\"{}\"", person(&mut seed)), false);
    }
    for subject in SUBJECT {
        let words: Vec<&str> = subject.trim_start_matches("về việc ").split([' ', ',']).take(6).collect();
        ask("words of a subject", words.join(" "), false);
        ask("words of a subject", sohoa_model::text::fold(&words.join(" ")), false);
        ask("a phrase in quotes", format!("\"{}\"", words.join(" ").trim()), false);
    }
    for text in
        ["giấy khai sinh", "hồ sơ", "của", "quyết định", "đường", "duong", "nguyen", "ủy ban nhân dân", "hộ tịch"]
    {
        ask("words on most pages", text.into(), false);
    }
    for _ in 0..40 {
        ask("an address", format!("số {} đường {}", 1 + seed.below(400), seed.of(STREET)), false);
    }
    for _ in 0..40 {
        let code = code(seed.below(10_000));
        ask("a dossier code", code.clone(), false);
        ask("part of a code", code[7 + seed.below(4)..].into(), false);
        let (_, _, symbol) = PAPERS[seed.below(PAPERS.len())];
        ask("number and symbol", format!("{}/{symbol}", 1 + seed.below(900)), false);
    }
    for _ in 0..30 {
        ask("a rare syllable", TAIL[TAIL.len() / 3 + seed.below(TAIL.len() * 2 / 3)].clone(), false);
    }
    // Letter by letter, as the window asks while the clerk types.
    for text in ["nguyễn thị hương", "le quang dao", "giấy chứng nhận", "trợ cấp xã hội", "H05.16-260210", "76/QĐ-UBND"]
    {
        let mut typed = String::new();
        for c in text.chars() {
            typed.push(c);
            if !c.is_whitespace() {
                ask("letter by letter", typed.clone(), true);
            }
        }
    }
    for text in ["xyzzy", "Nguyễn Văn Khôngcó", "999/XX-YY"] {
        ask("nothing to be found", text.into(), false);
    }
    out
}

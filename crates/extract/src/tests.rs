//! Papers laid out as on the counter, word by word, and what must be found on them.

use super::*;

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
            self.words.push(Word { text: word.into(), confidence: 94.0, bounds, line: self.lines, block: 0 });
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
        let page = Page { number: 1, width: 1654, height: 2339, words: &self.words, codes };
        Found(run(&[page], &Params { today: "2026-11-24".into() }))
    }
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

#[test]
fn a_decision_gives_what_its_head_says_and_nothing_that_it_cites() {
    let found = Sheet::new()
        .head("Số: 15/QĐ-UBND", "Võ Cường, ngày 05 tháng 02 năm 2026")
        .centre(105.0, 52.0, "QUYẾT ĐỊNH")
        .centre(105.0, 58.0, "Về việc công nhận tổ hòa giải cơ sở")
        .centre(105.0, 72.0, "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG")
        .down(
            30.0,
            82.0,
            &[
                "Căn cứ Luật số 72/2025/QH15 ngày 16 tháng 6 năm 2025;",
                "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của",
                "Chính phủ; Số: 99/NQ-HĐND ngày 01 tháng 01 năm 2026;",
            ],
        )
        .centre(105.0, 115.0, "QUYẾT ĐỊNH:")
        .left(30.0, 125.0, "Điều 1. Công nhận tổ hòa giải từ ngày 10 tháng 02 năm 2026.")
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "quyet_dinh"),
            (Number, "15"),
            (Symbol, "QĐ-UBND"),
            (IssuedDate, "2026-02-05"),
            (Agency, "ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"),
            (Subject, "Về việc công nhận tổ hòa giải cơ sở"),
        ]
    );
    let agency = found.field(Agency);
    // The box spans both lines of the name and nothing of the parent's.
    let [x, y, width, height] = agency.bounds.unwrap().map(|v| v as f32 / DOT);
    assert!(x < 45.0 && x + width < 85.0 && (y - 24.0).abs() < 0.5 && (height - 10.0).abs() < 0.5, "{agency:?}");
    assert!(agency.confidence > 80.0 && agency.page == Some(1) && agency.source == Source::Text);
}

#[test]
fn stamps_lost_marks_and_letters_apart_do_not_hide_the_head() {
    let found = Sheet::new()
        // The left cell runs into the motto, and a speck of the stamp stands between.
        .row(18.0, &[(30.0, "ỦY BAN NHÂN DÂN TỈNH BẮC NINH | CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .row(24.0, &[(40.0, "SỞ NÔNG NGHIỆP VÀ"), (118.0, "Độc lập - Tự do - Hạnh phúc")])
        .centre(60.0, 30.0, "MÔI TRƯỜNG")
        .row(38.0, &[(45.0, "Sô: 07 /QD - SNNMT"), (112.0, "Bắc Ninh, ngảy O5 tháng 02 nãm 2026")])
        .centre(105.0, 52.0, "Q U Y Ế T Đ Ị N H")
        .centre(105.0, 58.0, "Về việc phê duyệt kết quả thẩm định hồ sơ đề nghị")
        .centre(105.0, 64.0, "cấp giấy phép môi trường của bà Nguyễn Thị Hạnh")
        .left(30.0, 75.0, "~ ° Căn cứ Luật số 72/2020/QH14 ngày 17 tháng 11 năm 2020;")
        .read();
    assert_eq!(found.get(DocumentType), Some("quyet_dinh"));
    assert_eq!((found.get(Number), found.get(Symbol)), (Some("07"), Some("QĐ-SNNMT")), "the mark is put back");
    assert_eq!(found.get(IssuedDate), Some("2026-02-05"));
    assert_eq!(found.get(Agency), Some("SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"));
    let about = "Về việc phê duyệt kết quả thẩm định hồ sơ đề nghị cấp giấy phép môi trường của bà Nguyễn Thị Hạnh";
    assert_eq!(found.get(Subject), Some(about));
    // Whom it is about is said in passing only.
    assert_eq!(found.field(OwnerName).value, "Nguyễn Thị Hạnh");
    assert!(found.field(OwnerName).confidence < found.field(Subject).confidence);
}

#[test]
fn a_number_that_was_never_filled_in_is_not_made_up() {
    let found = Sheet::new()
        .row(18.0, &[(38.0, "UBND PHƯỜNG VÕ CƯỜNG"), (110.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .row(38.0, &[(40.0, "Số:"), (62.0, "/TB-UBND"), (112.0, "Võ Cường, ngày tháng 02 năm 2026")])
        .centre(105.0, 52.0, "THÔNG BÁO")
        .centre(105.0, 58.0, "Về việc nghỉ Tết Nguyên đán")
        .left(30.0, 70.0, "Căn cứ Công văn số 12/UBND-VX ngày 05 tháng 01 năm 2026,")
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "thong_bao"),
            (Symbol, "TB-UBND"),
            (Agency, "UBND PHƯỜNG VÕ CƯỜNG"),
            (Subject, "Về việc nghỉ Tết Nguyên đán"),
        ]
    );
}

#[test]
fn a_letter_is_told_by_its_v_v() {
    let found = Sheet::new()
        .row(18.0, &[(40.0, "ỦY BAN NHÂN DÂN"), (110.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .row(24.0, &[(40.0, "PHƯỜNG VÕ CƯỜNG"), (118.0, "Độc lập - Tự do - Hạnh phúc")])
        .row(38.0, &[(42.0, "Số: 112/UBND-VHXH"), (112.0, "Võ Cường, ngày 10 tháng 3 năm 2026")])
        .centre(60.0, 44.0, "V/v phối hợp xác minh")
        .centre(60.0, 49.0, "nơi cư trú của công dân")
        .centre(105.0, 62.0, "Kính gửi: Công an phường Kinh Bắc")
        .left(30.0, 75.0, "Thực hiện Công văn số 45/CAP-QLHC ngày 03 tháng 3 năm 2026 của Công an phường,")
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "cong_van"),
            (Number, "112"),
            (Symbol, "UBND-VHXH"),
            (IssuedDate, "2026-03-10"),
            (Agency, "ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"),
            (Subject, "phối hợp xác minh nơi cư trú của công dân"),
        ]
    );
    // Without it, by the symbol and whom it is sent to; surely less.
    let bare = Sheet::new()
        .row(38.0, &[(42.0, "Số: 112/UBND-VHXH"), (112.0, "Võ Cường, ngày 10 tháng 3 năm 2026")])
        .centre(105.0, 62.0, "Kính gửi: Công an phường Kinh Bắc")
        .read();
    assert_eq!(bare.get(DocumentType), Some("cong_van"));
    assert!(bare.field(DocumentType).confidence < found.field(DocumentType).confidence);
}

#[test]
fn a_birth_certificate_is_the_childs() {
    let found = Sheet::new()
        .row(18.0, &[(30.0, "ỦY BAN NHÂN DÂN"), (110.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .row(24.0, &[(30.0, "PHƯỜNG VÕ CƯỜNG"), (118.0, "Độc lập - Tự do - Hạnh phúc")])
        .centre(105.0, 46.0, "GIẤY KHAI SINH")
        .centre(105.0, 55.0, "Số: 45/2026")
        .left(26.0, 70.0, "Họ, chữ đệm, tên: NGUYỄN MINH KHÔI")
        .left(26.0, 80.0, "Ngày, tháng, năm sinh: 02/01/2026 ghi bằng chữ: ngày hai tháng một năm hai nghìn")
        .row(90.0, &[(26.0, "Giới tính: Nam"), (90.0, "Dân tộc: Kinh"), (140.0, "Quốc tịch: Việt Nam")])
        .left(26.0, 100.0, "Số định danh cá nhân: 027226000419")
        .left(26.0, 110.0, "Họ, chữ đệm, tên người mẹ: TRẦN THU HÀ")
        .left(26.0, 120.0, "Ngày, tháng, năm sinh: 05/06/1996")
        .left(26.0, 130.0, "Số định danh cá nhân: 027196000123")
        .left(26.0, 140.0, "Họ, chữ đệm, tên người cha: NGUYỄN VĂN BÁCH")
        .left(26.0, 150.0, "Nơi đăng ký khai sinh: UBND phường Võ Cường, tỉnh Bắc Ninh")
        .left(26.0, 160.0, "Ngày, tháng, năm đăng ký: 15/01/2026")
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "giay_khai_sinh"),
            (Number, "45"),
            (IssuedDate, "2026-01-15"),
            (Agency, "ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"),
            (OwnerName, "NGUYỄN MINH KHÔI"),
            (PersonalId, "027226000419"),
            (BirthDate, "2026-01-02"),
            (Sex, "Nam"),
        ]
    );
    // Number, birth and sex vouch for one another.
    assert!(found.field(PersonalId).confidence > 94.0 && found.field(BirthDate).confidence > 90.0);
}

#[test]
fn of_bride_and_groom_the_first_is_taken_and_never_a_mixture() {
    let below = Sheet::new()
        .centre(105.0, 42.0, "TỜ KHAI")
        .centre(105.0, 48.0, "ĐĂNG KÝ KẾT HÔN")
        .left(24.0, 64.0, "Thông tin về bên nam")
        .left(24.0, 72.0, "Họ, chữ đệm, tên: .......Nguyễn Văn An.......")
        .left(24.0, 82.0, "Dân tộc: ....Kinh.....")
        .left(24.0, 92.0, "Thông tin về bên nữ")
        .left(24.0, 100.0, "Họ, chữ đệm, tên: Đỗ Thị Hồng Nhung")
        .left(24.0, 110.0, "Ngày, tháng, năm sinh: 02/03/1996")
        .left(24.0, 120.0, "Số định danh cá nhân: 027196004518")
        .left(30.0, 140.0, "Chúng tôi cam đoan việc kết hôn của chúng tôi là tự nguyện.")
        .left(115.0, 150.0, "Võ Cường, ngày 12 tháng 01 năm 2026")
        .read();
    assert_eq!(
        below.all(),
        [(DocumentType, "to_khai_dang_ky_ket_hon"), (IssuedDate, "2026-01-12"), (OwnerName, "Nguyễn Văn An"),]
    );
    let beside = Sheet::new()
        .centre(105.0, 42.0, "TỜ KHAI ĐĂNG KÝ KẾT HÔN")
        .row(64.0, &[(24.0, "Thông tin"), (75.0, "Bên nữ"), (135.0, "Bên nam")])
        .row(74.0, &[(24.0, "Họ, chữ đệm, tên"), (75.0, "Đỗ Thị Hồng Nhung"), (135.0, "Nguyễn Văn An")])
        .row(84.0, &[(24.0, "Ngày, tháng, năm sinh"), (78.0, "02/03/1996"), (135.0, "14/06/1994")])
        .row(94.0, &[(24.0, "Số định danh cá nhân"), (78.0, "027196004518"), (135.0, "027094001287")])
        .read();
    assert_eq!(
        beside.all(),
        [
            (DocumentType, "to_khai_dang_ky_ket_hon"),
            (OwnerName, "Đỗ Thị Hồng Nhung"),
            (PersonalId, "027196004518"),
            (BirthDate, "1996-03-02"),
        ]
    );
    // Labels of both in one row, as on the certificate.
    let certificate = Sheet::new()
        .centre(105.0, 42.0, "GIẤY CHỨNG NHẬN KẾT HÔN")
        .row(64.0, &[(24.0, "Họ, chữ đệm, tên vợ: ĐỖ THỊ NHUNG"), (112.0, "Họ, chữ đệm, tên chồng: LÊ AN")])
        .row(74.0, &[(24.0, "Ngày sinh: 02/03/1996"), (112.0, "Ngày sinh: 14/06/1994")])
        .row(84.0, &[(24.0, "Giới tính:"), (112.0, "Số định danh cá nhân: 027094001287")])
        .read();
    assert_eq!(
        certificate.all(),
        [(DocumentType, "giay_chung_nhan_ket_hon"), (OwnerName, "ĐỖ THỊ NHUNG"), (BirthDate, "1996-03-02"),]
    );
}

#[test]
fn who_asks_owns_the_application() {
    let found = Sheet::new()
        .centre(105.0, 42.0, "TỜ KHAI ĐĂNG KÝ KHAI SINH")
        .centre(105.0, 52.0, "Kính gửi: Ủy ban nhân dân phường Võ Cường")
        .down(
            24.0,
            62.0,
            &[
                "Họ, chữ đệm, tên người yêu cầu: TRẦN THU HÀ",
                "Nơi cư trú: Số 18 đường Lê Quang Đạo, khu phố Khả Lễ, phường Võ Cường,",
                "tỉnh Bắc Ninh",
                "Giấy tờ tùy thân: CCCD số 027196000123 cấp ngày 10/05/2021",
                "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:",
                "Họ, chữ đệm, tên: NGUYỄN MINH KHÔI",
                "Ngày, tháng, năm sinh: 02/01/2026",
                "Giới tính: Nam",
            ],
        )
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "to_khai"),
            (Subject, "ĐĂNG KÝ KHAI SINH"),
            (OwnerName, "TRẦN THU HÀ"),
            (PersonalId, "027196000123"),
            (Address, "Số 18 đường Lê Quang Đạo, khu phố Khả Lễ, phường Võ Cường, tỉnh Bắc Ninh"),
        ]
    );
}

#[test]
fn dots_and_slips_do_not_hide_a_label() {
    let found = Sheet::new()
        .centre(105.0, 42.0, "ĐƠN ĐỀ NGHỊ")
        .centre(105.0, 48.0, "Xác nhận tình trạng nhà ở")
        .centre(105.0, 58.0, "Kính gửi: UBND phường Võ Cường")
        .down(
            28.0,
            70.0,
            &[
                "Tôi tên lả:.....Lê Thị Thu Thủy......Giới tính: Nữ",
                "Ngày, thảng, năm sinth: ....21/11/1985....",
                "Số dinh danh cá nhăn: ...O27185004321...",
                "Nơi cư trú: ..... Khu phố Khả Lễ, phường Võ Cường, tỉnh Bắc Ninh .....",
            ],
        )
        .left(115.0, 140.0, "Võ Cường, ngày 20 tháng 01 năm 2026")
        .centre(150.0, 170.0, "Lê Thị Thu Thủy")
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "don_de_nghi"),
            (IssuedDate, "2026-01-20"),
            (Subject, "Xác nhận tình trạng nhà ở"),
            (OwnerName, "Lê Thị Thu Thủy"),
            (PersonalId, "027185004321"),
            (BirthDate, "1985-11-21"),
            (Sex, "Nữ"),
            (Address, "Khu phố Khả Lễ, phường Võ Cường, tỉnh Bắc Ninh"),
        ]
    );
}

#[test]
fn a_contract_is_the_first_partys_and_has_no_agency() {
    let found = Sheet::new()
        .row(18.0, &[(60.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .centre(105.0, 42.0, "HỢP ĐỒNG CHO THUÊ NHÀ Ở")
        .centre(105.0, 48.0, "Số: 05/2026/HĐTN")
        .left(28.0, 56.0, "Hôm nay, ngày 05 tháng 02 năm 2026, tại phường Võ Cường, chúng tôi gồm:")
        .down(
            28.0,
            64.0,
            &[
                "BÊN CHO THUÊ (BÊN A)",
                "Họ và tên: Trần Quốc Bình, sinh ngày 09/09/1979",
                "Số định danh cá nhân: 027079003355",
                "Địa chỉ: Khu phố Hòa Đình, phường Võ Cường, tỉnh Bắc Ninh",
                "BÊN THUÊ (BÊN B)",
                "Họ và tên: Ngô Đức Hạnh",
                "Số định danh cá nhân: 027090008846",
                "Giới tính: Nam",
            ],
        )
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "hop_dong"),
            (Number, "05"),
            (Symbol, "2026/HĐTN"),
            (IssuedDate, "2026-02-05"),
            (Subject, "CHO THUÊ NHÀ Ở"),
            (OwnerName, "Trần Quốc Bình"),
            (PersonalId, "027079003355"),
            (BirthDate, "1979-09-09"),
            (Address, "Khu phố Hòa Đình, phường Võ Cường, tỉnh Bắc Ninh"),
        ]
    );
}

#[test]
fn nobody_owns_a_list() {
    let found = Sheet::new()
        .head("Số: 31/DS-UBND", "Võ Cường, ngày 22 tháng 01 năm 2026")
        .centre(105.0, 52.0, "DANH SÁCH")
        .centre(105.0, 58.0, "Hộ gia đình được hỗ trợ sửa chữa nhà ở năm 2026")
        .row(70.0, &[(24.0, "STT"), (40.0, "Họ và tên"), (95.0, "Ngày sinh"), (140.0, "Số CCCD")])
        .row(78.0, &[(24.0, "1"), (40.0, "Lê Thị Thu Thủy"), (95.0, "21/11/1985"), (140.0, "027185006732")])
        .row(86.0, &[(24.0, "2"), (40.0, "Ngô Đức Hạnh"), (95.0, "30/04/1990"), (140.0, "027090008846")])
        .read();
    assert_eq!(
        found.all(),
        [
            (DocumentType, "danh_sach"),
            (Number, "31"),
            (Symbol, "DS-UBND"),
            (IssuedDate, "2026-01-22"),
            (Agency, "ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"),
            (Subject, "Hộ gia đình được hỗ trợ sửa chữa nhà ở năm 2026"),
        ]
    );
}

const CARD: &str = "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021||x";

fn qr(text: &str) -> [Barcode; 1] {
    [Barcode { kind: "qr".into(), text: text.into(), bounds: [1200, 100, 150, 150] }]
}

fn card(id: &str) -> Sheet {
    Sheet::new()
        .centre(105.0, 53.0, "CĂN CƯỚC CÔNG DÂN")
        .down(
            76.0,
            63.0,
            &[
                &format!("Số / No.: {id}"),
                "Họ và tên / Full name:",
                "ĐỖ THỊ HỒNG NHUNG",
                "Ngày sinh / Date of birth: 02/03/1994",
                "Giới tính / Sex: Nữ Quốc tịch / Nationality: Việt Nam",
                "Quê quán / Place of origin: Phú Lâm, Tiên Du, Bắc Ninh",
                "Nơi thường trú / Place of residence: Khu Xuân Ổ A,",
                "Võ Cường, Bắc Ninh",
            ],
        )
        .left(46.0, 150.0, "Ngày, tháng, năm / Date, month, year: 10/05/2021")
}

#[test]
fn a_card_is_read_by_its_code_or_else_by_its_text() {
    let expected = |name| {
        [
            (DocumentType, "can_cuoc"),
            (OwnerName, name),
            (PersonalId, "027194000123"),
            (BirthDate, "1994-03-02"),
            (Sex, "Nữ"),
            (Address, "Khu Xuân Ổ A, Võ Cường, Bắc Ninh"),
            (CardIssuedDate, "2021-05-10"),
        ]
    };
    let text = card("027194000123").read();
    assert_eq!(text.all(), expected("ĐỖ THỊ HỒNG NHUNG"));
    assert!(text.0.iter().all(|f| f.source == Source::Text && f.confidence < 99.0));
    let code = card("027194000123").read_with(&qr(CARD));
    assert_eq!(code.all(), expected("Đỗ Thị Hồng Nhung"));
    for field in &code.0 {
        assert_eq!((field.source, field.confidence, field.bounds), (Source::Code, 99.0, Some([1200, 100, 150, 150])));
    }
    // A code that says something else than the print may belong to another paper.
    let other = card("027194000128").read_with(&qr(CARD));
    assert_eq!((other.get(PersonalId), other.field(PersonalId).confidence), (Some("027194000123"), 80.0));
    assert_eq!(other.field(OwnerName).confidence, 99.0);
}

#[test]
fn the_receipt_opens_its_dossier() {
    let sheet = |code: &str| {
        Sheet::new()
            .row(18.0, &[(45.0, "UBND PHƯỜNG VÕ CƯỜNG"), (115.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
            .row(24.0, &[(48.0, "TRUNG TÂM PHỤC VỤ"), (122.0, "Độc lập - Tự do - Hạnh phúc")])
            .centre(70.0, 30.0, "HÀNH CHÍNH CÔNG")
            .centre(105.0, 50.0, "GIẤY TIẾP NHẬN HỒ SƠ")
            .centre(105.0, 56.0, "VÀ HẸN TRẢ KẾT QUẢ")
            .centre(105.0, 63.0, code)
            .down(
                26.0,
                72.0,
                &[
                    "Tiếp nhận hồ sơ của: Ông/Bà Đỗ Thị Hồng Nhung",
                    "Số định danh cá nhân: 027194000123",
                    "Mã thủ tục: 2.000635",
                    "Thời gian nhận hồ sơ: 08 giờ 30 phút, ngày 10/02/2026",
                ],
            )
            .row(150.0, &[(40.0, "NGƯỜI NỘP HỒ SƠ"), (125.0, "NGƯỜI TIẾP NHẬN HỒ SƠ")])
            .row(180.0, &[(42.0, "Đỗ Thị Hồng Nhung"), (130.0, "Đào Thị Thanh Mai")])
    };
    let expected = [
        (DossierCode, "H05.16-260210-0001"),
        (DocumentType, "giay_tiep_nhan"),
        (Agency, "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"),
        (OwnerName, "Đỗ Thị Hồng Nhung"),
        (PersonalId, "027194000123"),
        (Procedure, "2.000635"),
    ];
    let right = sheet("Mã hồ sơ: H05.16-260210-0001").read();
    assert_eq!(right.all(), expected);
    let slips = sheet("Mã hô sơ: HO5.16–260210–0001").read();
    assert_eq!(slips.all(), expected);
    assert!(slips.field(DossierCode).confidence < right.field(DossierCode).confidence);
    let coded = sheet("Mã hồ sơ: H05.16-260210-0001").read_with(&qr("H05.16-260210-0001|2.000635|027194000123"));
    assert_eq!(coded.all(), expected);
    assert_eq!((coded.field(DossierCode).source, coded.field(DossierCode).confidence), (Source::Code, 99.0));
    let torn = sheet("Mã hồ sơ: H05.16-260210-0007").read_with(&qr("H05.16-260210-0001|2.000635|027194000123"));
    assert_eq!((torn.get(DossierCode), torn.field(DossierCode).confidence), (Some("H05.16-260210-0001"), 80.0));
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
    assert!(found.field(Number).confidence < 60.0 && sure > 90.0);
    assert!(found.field(IssuedDate).confidence > 80.0);
}

#[test]
fn nothing_is_made_up() {
    assert_eq!(run(&[], &Params::default()), []);
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
fn a_document_of_many_pages_is_told_by_the_first_that_says_something() {
    let blank = Sheet::new();
    let first = Sheet::new()
        .head("Số: 15/QĐ-UBND", "Võ Cường, ngày 05 tháng 02 năm 2026")
        .centre(105.0, 52.0, "QUYẾT ĐỊNH")
        .centre(105.0, 58.0, "Về việc hỗ trợ sửa chữa nhà ở");
    let second =
        Sheet::new().head("Số: 99/DS-UBND", "Võ Cường, ngày 06 tháng 02 năm 2026").centre(105.0, 52.0, "DANH SÁCH");
    let sheets = [&blank, &first, &second];
    let pages: Vec<Page> = (1..)
        .zip(sheets)
        .map(|(number, s)| Page { number, width: 1654, height: 2339, words: &s.words, codes: &[] })
        .collect();
    let found = Found(run(&pages, &Params::default()));
    assert_eq!((found.get(DocumentType), found.get(Number)), (Some("quyet_dinh"), Some("15")));
    assert!(found.0.iter().all(|f| f.page == Some(2)), "{:?}", found.0);
}

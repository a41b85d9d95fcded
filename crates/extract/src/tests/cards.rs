//! Both sides of citizen cards, on one page or on two, alone or with somebody else's.

use super::*;
use sohoa_model::{Difference, Stranger, Witness};

const QR: &str = "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021";
const NHUNG: [&str; 3] =
    ["IDVNM1940001234027194000123<<7", "9403028F3403026VNM<<<<<<<<<<<2", "DO<<THI<HONG<NHUNG<<<<<<<<<<<<"];
const AN: [&str; 3] =
    ["IDVNM0940001237027094000123<<0", "9406144M3406142VNM<<<<<<<<<<<8", "NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<"];

/// The face of a card with its corner at `x`, `y`.
fn face(sheet: Sheet, x: f32, y: f32, [id, name, birth, sex]: [&str; 4]) -> Sheet {
    let lines = [
        format!("Số / No.: {id}"),
        "Họ và tên / Full name:".into(),
        name.into(),
        format!("Ngày sinh / Date of birth: {birth}"),
        format!("Giới tính / Sex: {sex}"),
    ];
    let sheet = sheet.left(x, y, "CĂN CƯỚC CÔNG DÂN");
    sheet.down(x, y + 9.0, &lines.each_ref().map(|line| line.as_str()))
}

fn back(sheet: Sheet, x: f32, y: f32, issued: &str, zone: [&str; 3]) -> Sheet {
    sheet
        .left(x, y, "Đặc điểm nhận dạng / Personal identification:")
        .left(x, y + 9.0, &format!("Ngày, tháng, năm / Date, month, year: {issued}"))
        .down(x, y + 30.0, &zone)
}

fn nhung() -> Sheet {
    face(Sheet::new(), 60.0, 50.0, ["027194000123", "ĐỖ THỊ HỒNG NHUNG", "02/03/1994", "Nữ"])
}

fn an() -> Sheet {
    face(Sheet::new(), 60.0, 50.0, ["027094000123", "NGUYỄN VĂN AN", "14/06/1994", "Nam"])
}

fn nhung_back() -> Sheet {
    back(Sheet::new(), 40.0, 50.0, "10/05/2021", NHUNG)
}

fn an_back() -> Sheet {
    back(Sheet::new(), 40.0, 50.0, "27/07/2022", AN)
}

fn said(difference: &Difference) -> Vec<(Witness, &str, u32)> {
    difference.values.iter().map(|v| (v.source, v.value.as_str(), v.page)).collect()
}

fn who(strangers: &[Stranger]) -> Vec<(Option<&str>, Option<&str>, Witness, u32)> {
    strangers.iter().map(|s| (s.name.as_deref(), s.personal_id.as_deref(), s.source, s.page)).collect()
}

#[test]
fn the_zone_on_the_back_gives_number_birth_date_and_sex_but_no_name() {
    let (found, all) = read_all(&[(&nhung_back(), &[])]);
    let expected = [
        (DocumentType, "can_cuoc"),
        (PersonalId, "027194000123"),
        (BirthDate, "1994-03-02"),
        (Sex, "Nữ"),
        (CardIssuedDate, "2021-05-10"),
    ];
    assert_eq!(found.all(), expected);
    let id = found.field(PersonalId);
    assert_eq!((id.source, id.confidence, id.page), (Source::Code, 97.0, Some(1)));
    assert!(id.bounds.is_some_and(|[_, y, ..]| y == (80.0 * DOT) as u32));
    assert!(all.differences.is_empty() && all.strangers.is_empty());
}

#[test]
fn a_zone_is_read_through_what_recognition_makes_of_it() {
    let read = |zone: [&str; 3]| {
        let (found, _) = read_all(&[(&back(Sheet::new(), 40.0, 50.0, "10/05/2021", zone), &[])]);
        found.0.into_iter().filter(|f| f.source == Source::Code && f.name != DocumentType).collect::<Vec<Field>>()
    };
    let clean = read(NHUNG);
    assert_eq!(clean.len(), 3);
    for [first, second] in [
        // Fillers as other signs, too many and too few of them, apart.
        ["IDVNM1940001234027194000123KK7", "9403028F3403026VNMKKKCKKKKKCKKKK2"],
        ["IDVNM1940001234027194000123««7", "9403028F3403026VNM««««« 2"],
        ["IDVNM 1940001234 027194000123 << 7", "9403028F3403026 VNM<<< <<<< 2"],
        ["IDVNM1940001234027194000123<7", "9403028F3403026VNM2"],
        // Marks, small letters, dirt before and within.
        ["- ÍDVNM1940001234027194000123<<7", "9403028F3403026vnm<<<<c<ee<<<<2"],
        ["IDVNM19400`01234.027194000123<<7", "9403028F3403026VNM<<<<<<<<<<<2"],
    ] {
        let found = read([first, second, "DO<<THI<HONG<NHUNG"]);
        let values = |fields: &[Field]| fields.iter().map(|f| (f.name, f.value.clone())).collect::<Vec<_>>();
        assert_eq!(values(&found), values(&clean), "{first}");
        assert!(found.iter().all(|f| f.confidence == 97.0), "{first}");
    }
    // Letters for digits are taken back, and the reading is a little less sure.
    let repaired = read(["1DVNMI94OOOI234O27I94000123<<7", "94O3O28F34O3O26VNM<<<<<<<<<<<Z", ""]);
    assert!(repaired.len() == 3 && repaired.iter().all(|f| f.confidence == 93.0), "{repaired:?}");
    // As Tesseract reads OCR-B: a 3 is a 5 or twice there, a 6 a letter with a mark, an I doubled.
    let threes = ["I1DVNM0790033554027079003355<<7", "7909098M3909090VNM<<<<<<<<<<<8", "TRAN<<QUOC<BINH"];
    let expected = read(threes);
    assert_eq!(expected[0].value, "027079003355");
    for [first, second] in [
        ["1DVNM07900535554027079003555<<7", "7909098M5909090VNM<<<<<<<<<<<8"],
        ["T1DVNM0790033554027079003555<<7", "7909098M35909090VWNM<<<<<<<<<<<8"],
    ] {
        let found = read([first, second, "TRAN<<QU0C<BTINH<<<"]);
        assert_eq!(found.len(), 3, "{first}");
        assert!(found.iter().zip(&expected).all(|(a, b)| a.value == b.value && a.confidence == 93.0), "{found:?}");
    }
    // Where two choices hold, neither is taken.
    assert_eq!(read(["IDVNM0790055554027079005555<<7", "7909098M3909090VNM<<<<<<<<<<<8", ""]), []);
    let six = read(["IDVNM19ó0045180027196004518<<3", "9ó05024F3ó03022VNM<<<<<<<<<<<0", ""]);
    assert_eq!(six[1].value, "1996-03-02");
    // One digit wrong anywhere, or the lines of two cards, is no zone.
    for (line, at) in [(0, 6), (0, 14), (0, 20), (0, 29), (1, 2), (1, 6), (1, 10), (1, 14), (1, 29)] {
        let mut zone = NHUNG.map(str::to_owned);
        let digit = zone[line].as_bytes()[at] - b'0';
        zone[line].replace_range(at..=at, &((digit + 1) % 10).to_string());
        assert_eq!(read(zone.each_ref().map(|line| line.as_str())), [], "{zone:?}");
    }
    assert_eq!(read([NHUNG[0], AN[1], NHUNG[2]]), []);
    assert_eq!(read([NHUNG[0], "", ""]), []);
}

#[test]
fn front_and_back_on_two_pages_are_one_card() {
    let expected = |name| {
        [
            (DocumentType, "can_cuoc"),
            (OwnerName, name),
            (PersonalId, "027194000123"),
            (BirthDate, "1994-03-02"),
            (Sex, "Nữ"),
            (CardIssuedDate, "2021-05-10"),
        ]
    };
    let (found, all) = read_all(&[(&nhung(), &[]), (&nhung_back(), &[])]);
    assert_eq!(found.all(), expected("ĐỖ THỊ HỒNG NHUNG"));
    let sources = [OwnerName, PersonalId, CardIssuedDate].map(|n| (found.field(n).source, found.field(n).page));
    assert_eq!(sources, [(Source::Text, Some(1)), (Source::Code, Some(2)), (Source::Text, Some(2))]);
    assert!(all.differences.is_empty() && all.strangers.is_empty(), "{all:?}");
    // The zone says the same name, if without marks.
    let (alone, _) = read_all(&[(&nhung(), &[])]);
    assert!(found.field(OwnerName).confidence > alone.field(OwnerName).confidence);
    // The back first; the code of the older card in front, of the newer one behind.
    let (turned, _) = read_all(&[(&nhung_back(), &[]), (&nhung(), &[])]);
    assert_eq!(turned.all(), expected("ĐỖ THỊ HỒNG NHUNG"));
    let code = qr(QR);
    for sheets in [[(&nhung(), &code[..]), (&nhung_back(), &[][..])], [(&nhung(), &[]), (&nhung_back(), &code)]] {
        let (found, all) = read_all(&sheets);
        assert_eq!(found.get(OwnerName), Some("Đỗ Thị Hồng Nhung"));
        let coded = [OwnerName, PersonalId, BirthDate, Sex, Address, CardIssuedDate];
        assert!(coded.iter().all(|n| found.field(*n).confidence == SURE), "{:?}", found.0);
        assert!(all.differences.is_empty() && all.strangers.is_empty(), "{all:?}");
    }
}

#[test]
fn what_print_code_and_zone_say_differently_is_shown() {
    // A digit of the number and the day of birth misread, a mark lost from the name.
    let wrong = face(Sheet::new(), 60.0, 50.0, ["027194000128", "ĐỖ THỊ HÔNG NHUNG", "03/03/1994", "Nữ"]);
    let code = qr(QR);
    let (found, all) = read_all(&[(&wrong, &code), (&nhung_back(), &[])]);
    assert_eq!((found.get(PersonalId), found.get(BirthDate)), (Some("027194000123"), Some("1994-03-02")));
    assert_eq!(found.field(PersonalId).confidence, 80.0);
    let differences: Vec<_> = all.differences.iter().map(|d| (d.field, said(d))).collect();
    let (code, text) = (Witness::Code, Witness::Text);
    let expected = [
        (OwnerName, vec![(code, "Đỗ Thị Hồng Nhung", 1), (text, "ĐỖ THỊ HÔNG NHUNG", 1)]),
        (PersonalId, vec![(code, "027194000123", 1), (text, "027194000128", 1)]),
        (BirthDate, vec![(code, "1994-03-02", 1), (text, "1994-03-03", 1)]),
    ];
    assert_eq!(differences, expected);
    assert!(all.differences.iter().all(|d| d.values.iter().all(|v| v.bounds.is_some())));
    // Without the code the zone is what print is held against.
    let (found, all) = read_all(&[(&wrong, &[]), (&nhung_back(), &[])]);
    assert_eq!(found.field(BirthDate).value, "1994-03-02");
    assert_eq!(said(&all.differences[0]), [(Witness::Mrz, "027194000123", 2), (text, "027194000128", 1)]);
    assert_eq!(all.differences.len(), 2, "a mark that the zone cannot have is no difference");
}

#[test]
fn a_name_in_the_zone_never_takes_the_place_of_one_with_marks() {
    let other = back(Sheet::new(), 40.0, 50.0, "10/05/2021", [NHUNG[0], NHUNG[1], "DO<<THI<HONG<NGOC<<<<<<<<<<<<<"]);
    for codes in [&qr(QR)[..], &[]] {
        let (found, all) = read_all(&[(&nhung(), codes), (&other, &[])]);
        assert_eq!(found.get(OwnerName).map(fold).as_deref(), Some("do thi hong nhung"));
        let names = all.differences.iter().find(|d| d.field == OwnerName).map(said).unwrap();
        assert_eq!((names.len(), names[1].1), (2, "DO THI HONG NGOC"), "{names:?}");
    }
    // Fillers read as letters, and a name too long for the line, are the same name.
    for line in
        ["DOKKTHIKHONGKNHUNGKCKKKKKCKKK", "DO<<THI<HONG<NHUNG", "D0<<THTI<H0NG<NHUN6<<<<<<E<<<", "DO<<THI<HONG<NHU"]
    {
        let same = back(Sheet::new(), 40.0, 50.0, "10/05/2021", [NHUNG[0], NHUNG[1], line]);
        let (_, all) = read_all(&[(&nhung(), &[]), (&same, &[])]);
        assert_eq!(all.differences, [], "{line}");
    }
}

#[test]
fn another_persons_card_in_the_document_is_said_and_not_mixed() {
    let nhungs = [
        (DocumentType, "can_cuoc"),
        (OwnerName, "ĐỖ THỊ HỒNG NHUNG"),
        (PersonalId, "027194000123"),
        (BirthDate, "1994-03-02"),
        (Sex, "Nữ"),
    ];
    let someone = |source, page| (Some("NGUYỄN VĂN AN"), Some("027094000123"), source, page);
    // Both faces, then both backs: each back is known by its zone.
    let sheets = [nhung(), an(), an_back(), nhung_back()];
    let (found, all) = read_all(&sheets.each_ref().map(|s| (s, &[][..])));
    assert_eq!(found.all()[..5], nhungs);
    assert_eq!(found.get(CardIssuedDate), None, "print without a name beside two cards is nobody's");
    assert_eq!(who(&all.strangers), [someone(Witness::Mrz, 3)]);
    assert_eq!(all.differences, []);
    // Two faces on one page, side by side and one below the other, without any code.
    let below = face(nhung(), 60.0, 150.0, ["027094000123", "NGUYỄN VĂN AN", "14/06/1994", "Nam"]);
    for sheet in [face_row(), below] {
        let (found, all) = read_all(&[(&sheet, &[])]);
        assert_eq!(found.all(), nhungs);
        assert_eq!(who(&all.strangers), [someone(Witness::Text, 1)]);
    }
    // Only the back of another's: the number there is not the face's.
    let (found, all) = read_all(&[(&nhung(), &[]), (&an_back(), &[])]);
    assert_eq!(found.all(), nhungs);
    assert_eq!(who(&all.strangers), [(Some("NGUYEN VAN AN"), Some("027094000123"), Witness::Mrz, 2)]);
    // Two codes.
    let other = "027094000123||Nguyễn Văn An|14061994|Nam|Hòa Đình, Võ Cường, Bắc Ninh|27072022";
    let short = QR.replace("|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021", "");
    let (found, all) = read_all(&[(&Sheet::new(), &qr(&short)), (&Sheet::new(), &qr(other))]);
    assert_eq!((found.get(OwnerName), found.get(Address)), (Some("Đỗ Thị Hồng Nhung"), None));
    assert_eq!(who(&all.strangers), [(Some("Nguyễn Văn An"), Some("027094000123"), Witness::Code, 2)]);
}

/// Two cards side by side, their lines level.
fn face_row() -> Sheet {
    let mut sheet = Sheet::new().row(50.0, &[(20.0, "CĂN CƯỚC CÔNG DÂN"), (120.0, "CĂN CƯỚC CÔNG DÂN")]);
    for (i, cells) in [
        ["Số / No.: 027194000123", "Số / No.: 027094000123"],
        ["Họ và tên / Full name:", "Họ và tên / Full name:"],
        ["ĐỖ THỊ HỒNG NHUNG", "NGUYỄN VĂN AN"],
        ["Ngày sinh / Date: 02/03/1994", "Ngày sinh / Date: 14/06/1994"],
        ["Giới tính / Sex: Nữ", "Giới tính / Sex: Nam"],
    ]
    .iter()
    .enumerate()
    {
        sheet = sheet.row(60.0 + 9.0 * i as f32, &[(20.0, cells[0]), (120.0, cells[1])]);
    }
    sheet
}

#[test]
fn a_card_copied_behind_a_form_is_the_applicants_or_a_strangers() {
    let form = |name: &str, id: &str| {
        Sheet::new().centre(105.0, 42.0, "ĐƠN ĐỀ NGHỊ").down(
            28.0,
            60.0,
            &[&format!("Tôi tên là: {name}"), &format!("Số định danh cá nhân: {id}"), "Giới tính: Nữ"],
        )
    };
    let code = qr(QR);
    let (found, all) = read_all(&[(&form("Đỗ Thị Hồng Nhung", "027194000123"), &[]), (&nhung(), &code)]);
    assert_eq!(
        (found.get(DocumentType), found.get(Address)),
        (Some("don_de_nghi"), Some("Khu Xuân Ổ A, Võ Cường, Bắc Ninh"))
    );
    assert_eq!((found.field(OwnerName).source, all.strangers.len()), (Source::Code, 0));
    // Whoever lends a card to another's request gives nothing to it.
    let (found, all) = read_all(&[(&form("Lê Thị Thu Thủy", "027185006732"), &[]), (&nhung(), &code)]);
    let expected =
        [(DocumentType, "don_de_nghi"), (OwnerName, "Lê Thị Thu Thủy"), (PersonalId, "027185006732"), (Sex, "Nữ")];
    assert_eq!(found.all(), expected);
    assert!(found.0.iter().all(|f| f.source == Source::Text));
    assert_eq!(who(&all.strangers), [(Some("Đỗ Thị Hồng Nhung"), Some("027194000123"), Witness::Code, 2)]);
}

#[test]
fn the_card_of_2024_gives_its_day_of_issue_and_not_that_of_expiry() {
    let front = Sheet::new().centre(105.0, 50.0, "CĂN CƯỚC").down(
        60.0,
        59.0,
        &[
            "Số định danh cá nhân / Personal identification number:",
            "027194000123",
            "Họ, chữ đệm và tên khai sinh / Full name:",
            "ĐỖ THỊ HỒNG NHUNG",
            "Ngày, tháng, năm sinh / Date of birth:",
            "02/03/1994",
            "Giới tính / Sex: Nữ",
        ],
    );
    let back = Sheet::new()
        .down(
            40.0,
            50.0,
            &[
                "Nơi cư trú / Place of residence:",
                "Khu Xuân Ổ A, Võ Cường, Bắc Ninh",
                "Nơi đăng ký khai sinh / Place of birth:",
                "Võ Cường, Bắc Ninh",
                "Ngày, tháng, năm cấp / Date of issue:",
                "15/08/2024",
                "Ngày, tháng, năm hết hạn / Date of expiry:",
                "02/03/2034",
            ],
        )
        .down(40.0, 150.0, &NHUNG);
    let (found, all) = read_all(&[(&front, &[]), (&back, &[])]);
    let expected = [
        (DocumentType, "can_cuoc"),
        (OwnerName, "ĐỖ THỊ HỒNG NHUNG"),
        (PersonalId, "027194000123"),
        (BirthDate, "1994-03-02"),
        (Sex, "Nữ"),
        (Address, "Khu Xuân Ổ A, Võ Cường, Bắc Ninh"),
        (CardIssuedDate, "2024-08-15"),
    ];
    assert_eq!(found.all(), expected);
    assert!(all.differences.is_empty() && all.strangers.is_empty(), "{all:?}");
}

#[test]
fn a_number_that_no_rule_explains_is_shown_and_doubted() {
    let sheet = face(Sheet::new(), 60.0, 50.0, ["028194000123", "ĐỖ THỊ HỒNG NHUNG", "02/03/1994", "Nữ"]);
    let found = sheet.read();
    assert_eq!((found.get(PersonalId), found.field(PersonalId).confidence), (Some("028194000123"), 50.0));
    assert!(found.field(BirthDate).confidence > 80.0);
}

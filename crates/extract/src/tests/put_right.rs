//! What was put right, with what was read beside it.

use super::*;

/// The value of a field, and what it was read as.
fn both(found: &Found, name: FieldName) -> (&str, Option<&str>) {
    let field = found.field(name);
    (&field.value, field.read.as_deref())
}

fn decision(number: &str, date: &str, subject: &str) -> Found {
    Sheet::new().head(number, date).centre(105.0, 52.0, "QUYẾT ĐỊNH").centre(105.0, 58.0, subject).read()
}

fn form(lines: &[&str]) -> Found {
    let sheet = Sheet::new().centre(105.0, 42.0, "BẢN CAM KẾT").left(28.0, 60.0, "Họ và tên: Ngô Thị Đạt");
    sheet.down(28.0, 69.0, lines).read()
}

const DATE: &str = "Võ Cường, ngày 05 tháng 02 năm 2026";
const NUMBER: &str = "Số: 15/QĐ-UBND";
const SUBJECT: &str = "Về việc công nhận tổ hòa giải";

#[test]
fn what_stands_as_it_was_read_has_no_other_reading() {
    let found = decision(NUMBER, DATE, SUBJECT);
    assert!(found.0.len() > 5 && found.0.iter().all(|f| f.read.is_none()), "{:#?}", found.0);
    let found = form(&[
        "Ngày sinh: ....30/04/1990....",
        "Giới tính: NỮ",
        "Số định danh cá nhân: 027 190 008846.",
        "Nơi thường trú: ...Tổ dân phố Hoà Đình, phường Võ Cường, tỉnh Bắc Ninh",
        "Mã hồ sơ: H05.16–260210-0001",
    ]);
    assert!(found.0.len() > 5 && found.0.iter().all(|f| f.read.is_none()), "{:#?}", found.0);
    // A space, a dash, and a letter that looks the same are no other reading.
    assert_eq!(both(&decision("Số: 15/QÐ – UBND", DATE, SUBJECT), Symbol), ("QĐ-UBND", None));
}

#[test]
fn the_head_keeps_what_was_read() {
    let found = decision("Số: 1l2/QD-UBND", "Võ Cường, ngày O5 tháng 02 năm 2026", "Vê việc cấp Giây phép xây dựng");
    assert_eq!(both(&found, Number), ("112", Some("1l2")));
    assert_eq!(both(&found, Symbol), ("QĐ-UBND", Some("QD-UBND")));
    assert_eq!(both(&found, IssuedDate), ("2026-02-05", Some("ngày O5 tháng 02 năm 2026")));
    let subject = ("Về việc cấp Giấy phép xây dựng", Some("Vê việc cấp Giây phép xây dựng"));
    assert_eq!(both(&found, Subject), subject);
    // A number that was put right is never as sure as one that was read.
    let read = decision(NUMBER, DATE, SUBJECT);
    for name in [Number, IssuedDate] {
        assert!(found.field(name).confidence < read.field(name).confidence - 5.0, "{name:?}");
    }
    assert_eq!(both(&decision("Số: III/QĐ-UBND", DATE, SUBJECT), Number), ("111", Some("III")));
    assert_eq!(both(&decision("Số: 15/QĐÐ-UBND", DATE, SUBJECT), Symbol), ("QĐ-UBND", Some("QĐĐ-UBND")));
    let agency = Sheet::new().row(24.0, &[(40.0, "ÚY BAN NHÂN DÂN")]).centre(60.0, 30.0, "PHƯỜNG VÕ CƯỜNG");
    let found = agency.row(38.0, &[(45.0, NUMBER), (112.0, DATE)]).centre(105.0, 52.0, "QUYẾT ĐỊNH").read();
    let expected = ("ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG", Some("ÚY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"));
    assert_eq!(both(&found, Agency), expected);
}

#[test]
fn an_address_keeps_what_was_read() {
    let address = |text: &str| form(&[&format!("Nơi thường trú: {text}")]);
    for (read, right) in [
        ("Thôn Hạ, xã Ý Thượng, tinh Phú Thọ", "Thôn Hạ, xã Ý Thượng, tỉnh Phú Thọ"),
        ("Thôn Hạ xã Ý Thượng, tỉnh Phú Thọ", "Thôn Hạ, xã Ý Thượng, tỉnh Phú Thọ"),
        ("Số: 27 đường Tô Hiệu, xã Ý Yên, tỉnh Phú Thọ", "Số 27 đường Tô Hiệu, xã Ý Yên, tỉnh Phú Thọ"),
        ("Số 2O đường Tô Hiệu, xã Ý Yên, tỉnh Phú Thọ", "Số 20 đường Tô Hiệu, xã Ý Yên, tỉnh Phú Thọ"),
    ] {
        assert_eq!(both(&address(read), Address), (right, Some(read)));
    }
    // What stands past the province is no part of it.
    let found = address("Thôn Hạ, xã Ý Thượng, tinh Phú Thọ Điện thoại");
    assert_eq!(both(&found, Address).1, Some("Thôn Hạ, xã Ý Thượng, tinh Phú Thọ"));
}

#[test]
fn numbers_and_codes_of_a_form_keep_what_was_read() {
    let found = form(&[
        "Ngày sinh: 30/04/199",
        "Giới tính: Nử",
        "Số định danh cá nhân: O2719OOO8846",
        "Mã hồ sơ: H05.16-26O210-0001",
    ]);
    assert_eq!(both(&found, PersonalId), ("027190008846", Some("O2719OOO8846")));
    assert_eq!(both(&found, BirthDate), ("1990-04-30", Some("30/04/199")));
    assert_eq!(both(&found, Sex), ("Nữ", Some("Nử")));
    assert_eq!(both(&found, DossierCode), ("H05.16-260210-0001", Some("H05.16-26O210-0001")));
    for name in [PersonalId, BirthDate, DossierCode] {
        assert!(found.field(name).confidence < 90.0, "{name:?}");
    }
    let beheaded = form(&["Số định danh cá nhân: 27190008846"]);
    assert_eq!(both(&beheaded, PersonalId), ("027190008846", Some("27190008846")));
}

#[test]
fn a_name_keeps_what_was_read() {
    let paper = |name: &str, below: &str| {
        let sheet = Sheet::new().centre(105.0, 42.0, "BẢN CAM KẾT").left(28.0, 60.0, &format!("Họ và tên: {name}"));
        sheet.left(120.0, 200.0, below).read()
    };
    assert_eq!(both(&paper("PHAM VĂN TOÀN", "x"), OwnerName), ("PHẠM VĂN TOÀN", Some("PHAM VĂN TOÀN")));
    assert_eq!(both(&paper("Ngô Thi Đat", "Ngô Thị Đạt"), OwnerName), ("Ngô Thị Đạt", Some("Ngô Thi Đat")));
    assert_eq!(both(&paper("Ngô Thị Ÿ", "x"), OwnerName), ("Ngô Thị Ỷ", Some("Ngô Thị Ÿ")));
}

#[test]
fn a_code_was_read_as_it_says() {
    let card = qr("027190008846||Đỗ Thị Hồng Nhung|30041990|Nữ|xã Ý Thượng, tinh Phú Thọ|10052021");
    let sheet = Sheet::new().centre(105.0, 42.0, "CĂN CƯỚC CÔNG DÂN").left(28.0, 60.0, "Số / No.: O2719OOO8846");
    let found = sheet.read_with(&card);
    assert_eq!(both(&found, PersonalId), ("027190008846", None));
    assert!(found.0.iter().all(|f| f.read.is_none()), "{:#?}", found.0);
}

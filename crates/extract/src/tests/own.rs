//! Forms that an office has added.

use super::*;

/// The one that the README shows.
fn stay() -> &'static str {
    include_str!("../../../../tests/fixtures/forms/tam-tru.toml")
}

fn read_with_forms(sheet: &Sheet, texts: &[&str]) -> (Found, Option<String>) {
    let form = |(n, text): (usize, &&str)| Form::parse(&format!("{n}.toml"), text).unwrap();
    let forms = texts.iter().enumerate().map(form).collect();
    let page = Page { number: 1, width: 1654, height: 2339, words: &sheet.words, codes: &[] };
    let all = run(&[page], &Params { today: "2026-11-24".into(), forms });
    (Found(all.fields), all.form)
}

/// The form filled in, under what stands at its head.
fn filled_in(head: Sheet) -> Sheet {
    head.centre(105.0, 52.0, "Kính gửi: Ủy ban nhân dân xã Mẫu Sơn")
        .down(
            24.0,
            62.0,
            &[
                "Người khai báo tạm trú: TRẦN THỊ MẪU",
                "Chào đời ngày: 02/01/1996 Giới tính: Nữ Nghề nghiệp: Công nhân",
                "Mang thẻ số: 027196000123",
                "Đang trọ tại: Nhà số 5, thôn Đông, xã Mẫu Sơn, tỉnh Bắc Ninh",
                "Lý do tạm trú: Làm việc tại khu công nghiệp",
                "Chủ nhà trọ: NGÔ ĐỨC HẠNH",
                "Mang thẻ số: 027090008846",
                "Địa chỉ: Thôn Tây, xã Mẫu Sơn, tỉnh Bắc Ninh",
            ],
        )
        .left(115.0, 150.0, "Mẫu Sơn, ngày 12 tháng 01 năm 2026")
}

const OF_THE_STAY: [(FieldName, &str); 9] = [
    (DocumentType, "don_de_nghi"),
    (IssuedDate, "2026-01-12"),
    (Agency, "Ủy ban nhân dân xã Mẫu Sơn"),
    (Subject, "Làm việc tại khu công nghiệp"),
    (OwnerName, "TRẦN THỊ MẪU"),
    (PersonalId, "027196000123"),
    (BirthDate, "1996-01-02"),
    (Sex, "Nữ"),
    (Address, "Nhà số 5, thôn Đông, xã Mẫu Sơn, tỉnh Bắc Ninh"),
];

#[test]
fn its_labels_are_read_though_nobody_else_knows_them() {
    let sheet = filled_in(Sheet::new().centre(105.0, 42.0, "ĐƠN XIN XÁC NHẬN TẠM TRÚ"));
    let unknown = sheet.read();
    assert_eq!((unknown.get(OwnerName), unknown.get(PersonalId), unknown.get(BirthDate)), (None, None, None));
    let (found, form) = read_with_forms(&sheet, &[stay()]);
    assert_eq!(form.as_deref(), Some("0"));
    assert_eq!(found.all(), OF_THE_STAY);
}

#[test]
fn it_is_known_by_its_own_words_when_the_title_is_lost() {
    let bare = filled_in(Sheet::new());
    assert_eq!(read_with_forms(&bare, &[stay()]).1, None);
    let foot = "Mẫu TT-05 của xã Mẫu Sơn";
    let (found, form) = read_with_forms(&bare.left(24.0, 280.0, foot), &[stay()]);
    assert_eq!((form.as_deref(), found.all()), (Some("0"), OF_THE_STAY.to_vec()));
    // A title that says less than the form's.
    let short = filled_in(Sheet::new().centre(105.0, 42.0, "ĐƠN XIN")).left(24.0, 280.0, foot);
    assert_eq!(read_with_forms(&short, &[stay()]).1.as_deref(), Some("0"));
    // On a paper that calls itself something else they are only cited.
    let other = filled_in(Sheet::new().centre(105.0, 42.0, "GIẤY XÁC NHẬN")).left(24.0, 280.0, foot);
    assert_eq!(read_with_forms(&other, &[stay()]).1, None);
}

#[test]
fn its_labels_count_on_it_alone() {
    let sheet = filled_in(Sheet::new().centre(105.0, 42.0, "ĐƠN XIN CẤP LẠI GIẤY TỜ"));
    let (found, form) = read_with_forms(&sheet, &[stay()]);
    assert_eq!((form, found.all()), (None, sheet.read().all()));
}

#[test]
fn of_equal_labels_its_own_says_what_follows() {
    let sheet = Sheet::new().centre(105.0, 42.0, "ĐƠN XIN ĐỔI ĐỊA CHỈ").down(
        24.0,
        62.0,
        &[
            "Họ và tên: TRẦN THỊ MẪU",
            "Địa chỉ: Thôn Tây, xã Mẫu Sơn, tỉnh Bắc Ninh",
            "Nơi ở mới: Thôn Đông, xã Mẫu Sơn",
        ],
    );
    let form = "type = \"don_de_nghi\"\ntitles = [\"Đơn xin đổi địa chỉ\"]\n[labels]\n\"Nơi ở mới\" = \"address\"\n";
    assert_eq!(read_with_forms(&sheet, &[form]).0.get(Address), Some("Thôn Tây, xã Mẫu Sơn, tỉnh Bắc Ninh"));
    let form = format!("{form}\"Địa chỉ\" = \"end\"\n");
    assert_eq!(read_with_forms(&sheet, &[&form]).0.get(Address), Some("Thôn Đông, xã Mẫu Sơn"));
}

#[test]
fn the_longest_title_tells_and_may_go_on_in_small_letters() {
    let sheet = Sheet::new().centre(105.0, 42.0, "ĐƠN ĐỀ NGHỊ").centre(105.0, 48.0, "Xác nhận tạm trú cho con").left(
        28.0,
        70.0,
        "Tôi tên là: Trần Thị Mẫu",
    );
    let forms = ["Đơn", "Đơn đề nghị xác nhận tạm trú", "Đơn đề nghị xác nhận nhà ở"]
        .map(|title| format!("type = \"don_de_nghi\"\ntitles = [\"{title}\"]"));
    let (found, form) = read_with_forms(&sheet, &forms.each_ref().map(String::as_str));
    assert_eq!(form.as_deref(), Some("1"));
    assert_eq!(found.all(), sheet.read().all());
    assert_eq!(found.get(Subject), Some("Xác nhận tạm trú cho con"));
}

#[test]
fn a_title_that_no_type_has_says_what_the_paper_is_about() {
    let sheet = Sheet::new().centre(105.0, 42.0, "PHIẾU KHAI NHÂN KHẨU").left(28.0, 70.0, "Họ và tên: Trần Thị Mẫu");
    assert_eq!(sheet.read().get(DocumentType), None);
    let (found, _) = read_with_forms(&sheet, &["type = \"to_khai\"\ntitles = [\"Phiếu khai nhân khẩu\"]"]);
    assert_eq!(
        found.all(),
        [(DocumentType, "to_khai"), (Subject, "PHIẾU KHAI NHÂN KHẨU"), (OwnerName, "Trần Thị Mẫu")]
    );
}

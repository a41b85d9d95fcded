//! Papers of agencies, by their heads.

use super::*;

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
    let found = Found(run(&pages, &Params::default()).fields);
    assert_eq!((found.get(DocumentType), found.get(Number)), (Some("quyet_dinh"), Some("15")));
    assert!(found.0.iter().all(|f| f.page == Some(2)), "{:?}", found.0);
}

#[test]
fn a_subject_ends_where_a_note_or_a_label_begins() {
    let list = Sheet::new()
        .row(18.0, &[(38.0, "UBND PHƯỜNG VÕ CƯỜNG"), (110.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
        .centre(105.0, 42.0, "DANH SÁCH")
        .centre(105.0, 48.0, "Hộ gia đình được hỗ trợ sửa chữa nhà ở")
        .centre(105.0, 54.0, "(Kèm theo Quyết định số 28/QĐ-UBND ngày 06 tháng 02 năm 2026)")
        .read();
    assert_eq!(list.get(Subject), Some("Hộ gia đình được hỗ trợ sửa chữa nhà ở"));
    assert_eq!(list.get(IssuedDate), None, "the decision's date is not the list's");
    let invitation = Sheet::new()
        .head("Số: 15/GM-UBND", "Võ Cường, ngày 05 tháng 02 năm 2026")
        .centre(105.0, 52.0, "GIẤY MỜI")
        .centre(105.0, 58.0, "Dự hội nghị đối thoại với nhân dân")
        .centre(105.0, 64.0, "Kính mời: Bà Nguyễn Thị Hạnh, khu phố Hòa Đình")
        .read();
    assert_eq!(invitation.get(Subject), Some("Dự hội nghị đối thoại với nhân dân"));
}

#[test]
fn fixed_words_of_agencies_are_put_right_and_names_are_not() {
    let head = |lines: &[&str]| {
        let mut sheet = Sheet::new();
        for (i, line) in lines.iter().enumerate() {
            sheet = sheet.left(38.0, 18.0 + 6.0 * i as f32, line);
        }
        sheet.left(112.0, 38.0, "Bắc Ninh, ngày 05 tháng 02 năm 2026").centre(105.0, 52.0, "THÔNG BÁO").read()
    };
    let agency = |lines| head(lines).get(Agency).map(str::to_owned);
    let right = Some("ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG".to_owned());
    assert_eq!(agency(&["UY BẠN NHÂN DÁN", "PHƯƠNG VÕ CƯỜNG"]), right);
    assert_eq!(agency(&["ỦY BAN NHÂN DÂN", "PHƯỜNG VÕ CƯỜNG", "Số: I12/TB-UBND"]), right, "a number is no agency");
    assert_eq!(agency(&["HỌI ĐÔNG NHÂN DÂN", "XÃ PHU LÀM"]).as_deref(), Some("HỘI ĐỒNG NHÂN DÂN XÃ PHU LÀM"));
    assert_eq!(agency(&["UBND TÍNH LANG SƠN"]).as_deref(), Some("UBND TỈNH LẠNG SƠN"), "there is no other province");
    // `Uỷ` is `Ủy` written otherwise.
    assert_eq!(agency(&["UỶ BAN NHÂN DÂN", "XÃ XA LA"]).as_deref(), Some("UỶ BAN NHÂN DÂN XÃ XA LA"));
    // Whose it is was lost, which nobody could call sure.
    assert!(head(&["ỦY BAN NHÂN DÂN"]).field(Agency).confidence < 50.0);
}

#[test]
fn figures_are_mended_where_nothing_else_can_be_meant() {
    let head = |number: &str| {
        let sheet = Sheet::new().head(number, "Võ Cường, ngày 05 tháng 02 năm 2026");
        sheet.centre(105.0, 52.0, "NGHỊ QUYẾT").centre(105.0, 58.0, "Về việc quyết toán ngân sách").read()
    };
    let said = |number: &str| {
        let found = head(number);
        (found.get(Number).map(str::to_owned), found.get(Symbol).map(str::to_owned))
    };
    let symbol = || Some("NQ-HĐND".to_owned());
    assert_eq!(said("Số: 5§3/NQ-HĐND"), (Some("583".into()), symbol()));
    assert_eq!(said("Số: 1l2/NQ-HDND"), (Some("112".into()), symbol()), "known abbreviations have their marks");
    assert_eq!(said("Số: 5Š3/NQ-HĐND"), (None, symbol()), "rather missing than wrong");
    assert_eq!(said("Số: I12/NQ-HĐND"), (None, symbol()), "the stroke may be the form's");
    assert!(head("Số: 5§3/NQ-HĐND").field(Number).confidence < 80.0);
}

#[test]
fn a_symbol_that_does_not_fit_the_paper_makes_both_doubtful() {
    let head = |number: &str| {
        let sheet = Sheet::new().head(number, "Võ Cường, ngày 05 tháng 02 năm 2026");
        sheet.centre(105.0, 52.0, "QUYẾT ĐỊNH").centre(105.0, 58.0, "Về việc công nhận tổ hòa giải").read()
    };
    let (right, wrong) = (head("Số: 15/QĐ-UBND"), head("Số: 15/TB-UBND"));
    for name in [DocumentType, Symbol] {
        assert!(right.field(name).confidence > 95.0 && wrong.field(name).confidence < 85.0, "{name:?}");
    }
    let contract = |number: &str| {
        Sheet::new()
            .centre(105.0, 42.0, "HỢP ĐỒNG THUÊ NHÀ")
            .centre(105.0, 50.0, number)
            .left(28.0, 60.0, "Hôm nay, ngày 05 tháng 02 năm 2026, chúng tôi gồm có:")
            .read()
    };
    assert_eq!(contract("Số: 05/2026/HĐÐĐTN").get(Symbol), Some("2026/HĐTN"), "one letter read three times");
    let (right, wrong) = (contract("Số: 05/2026/HDTN"), contract("Số: 05/2028/HDTN"));
    assert_eq!((right.get(Number), right.get(Symbol)), (Some("05"), Some("2026/HĐTN")));
    assert!(right.field(IssuedDate).confidence > wrong.field(IssuedDate).confidence + 10.0);
}

#[test]
fn strokes_before_the_symbol_are_ones_and_a_figure_alone_is_doubtful() {
    let head = |number: &str| Sheet::new().head(number, "Võ Cường, ngày 05 tháng 02 năm 2026").read();
    let found = head("Số: III/NQ-HĐND");
    assert_eq!((found.get(Number), found.get(Symbol)), (Some("111"), Some("NQ-HĐND")));
    assert!(found.field(Number).confidence < 80.0);
    assert_eq!(head("Số: I/NQ-HĐND").get(Number), None, "the form's line");
    // Below 10 a nought is written before it.
    assert!(head("Số: 1/NQ-HĐND").field(Number).confidence < 90.0);
    assert!(head("Số: 01/NQ-HĐND").field(Number).confidence > 95.0);
    let dated = |date: &str| Sheet::new().head("Số: 15/NQ-HĐND", date).read().field(IssuedDate).confidence;
    assert!(dated("Võ Cường, ngày 5 tháng 3 năm 2026") < 90.0 && dated("Võ Cường, ngày 15 tháng 1 năm 2026") < 90.0);
    assert!(dated("Võ Cường, ngày 05 tháng 3 năm 2026") > 95.0 && dated("Võ Cường, ngày 15 tháng 01 năm 2026") > 95.0);
}

#[test]
fn a_subject_begins_and_names_papers_as_the_law_has_it() {
    let subject = |first: &str, second: &str| {
        let sheet = Sheet::new().head("Số: 15/TTr-UBND", "Võ Cường, ngày 05 tháng 02 năm 2026");
        let sheet = sheet.centre(105.0, 52.0, "TỜ TRÌNH").centre(100.0, 58.0, first).centre(105.0, 64.0, second);
        sheet.read().get(Subject).map(str::to_owned)
    };
    let expected = Some("Về việc cấp Giấy chứng nhận quyền sử dụng đất".to_owned());
    assert_eq!(subject("10/12/2025 Và việc cấp Giấy chúng nhận", "quyền sử dụng đất"), expected);
    assert_eq!(subject("Về việc cấp Giấy chứng nhận", "quyền sử dụng đất"), expected);
    // What may be other words stays.
    let other = Some("Về việc làm đủ ăn và để ăn của chúng nhân dân".to_owned());
    assert_eq!(subject("Về việc làm đủ ăn và để ăn", "của chúng nhân dân"), other);
}

//! Papers with codes on them, and the same without.

use super::*;

const CARD: &str = "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021||x";

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
    assert!(text.0.iter().all(|f| f.source == Source::Text && f.confidence < SURE));
    let code = card("027194000123").read_with(&qr(CARD));
    assert_eq!(code.all(), expected("Đỗ Thị Hồng Nhung"));
    for field in &code.0 {
        assert_eq!((field.source, field.confidence, field.bounds), (Source::Code, SURE, Some([1200, 100, 150, 150])));
    }
    // A day to come is nobody's: one of a code is worth a look.
    let ahead = card("027194000123").read_with(&qr(&CARD.replace("10052021", "10052091")));
    let issued = ahead.field(CardIssuedDate);
    assert!(issued.confidence < 95.0, "{issued:?}");
    // A code that says something else than the print may belong to another paper.
    let other = card("027194000128").read_with(&qr(CARD));
    assert_eq!((other.get(PersonalId), other.field(PersonalId).confidence), (Some("027194000123"), 80.0));
    assert_eq!(other.field(OwnerName).confidence, SURE);
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
    assert_eq!((coded.field(DossierCode).source, coded.field(DossierCode).confidence), (Source::Code, SURE));
    let torn = sheet("Mã hồ sơ: H05.16-260210-0007").read_with(&qr("H05.16-260210-0001|2.000635|027194000123"));
    assert_eq!((torn.get(DossierCode), torn.field(DossierCode).confidence), (Some("H05.16-260210-0001"), 80.0));
}

use super::*;

/// A page of 1000 × 1414 with lines at given places: (x, y, text). A letter is 9 wide.
fn page(lines: &[(u32, u32, &str)]) -> Vec<Word> {
    let mut words = Vec::new();
    for (line, (x, y, text)) in lines.iter().enumerate() {
        let mut at = *x;
        for word in text.split(' ') {
            let width = 9 * word.chars().count() as u32;
            words.push(Word {
                text: word.into(),
                confidence: 95.0,
                bounds: [at, *y, width, 18],
                line: line as u32,
                block: 0,
            });
            at += width + 6;
        }
    }
    words
}

fn extract(lines: &[(u32, u32, &str)], codes: &[Barcode]) -> Vec<Field> {
    let words = page(lines);
    run(&[Page { number: 1, width: 1000, height: 1414, words: &words, codes }], &Params { today: "2026-11-24".into() })
}

fn value(fields: &[Field], name: FieldName) -> Option<&str> {
    fields.iter().find(|f| f.name == name).map(|f| f.value.as_str())
}

#[test]
fn a_decision_gives_what_its_head_says_and_nothing_that_it_cites() {
    let fields = extract(
        &[
            (90, 80, "ỦY BAN NHÂN DÂN TỈNH BẮC NINH"),
            (520, 80, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (120, 105, "ỦY BAN NHÂN DÂN"),
            (110, 130, "PHƯỜNG VÕ CƯỜNG"),
            (560, 105, "Độc lập - Tự do - Hạnh phúc"),
            (110, 170, "Số: 15/QĐ-UBND"),
            (540, 170, "Võ Cường, ngày 05 tháng 02 năm 2026"),
            (410, 230, "QUYẾT ĐỊNH"),
            (300, 260, "Về việc công nhận tổ hòa giải cơ sở"),
            (140, 320, "Căn cứ Luật số 72/2025/QH15 ngày 16 tháng 6 năm 2025;"),
        ],
        &[],
    );
    assert_eq!(value(&fields, FieldName::DocumentType), Some("quyet_dinh"));
    assert_eq!(value(&fields, FieldName::Number), Some("15"));
    assert_eq!(value(&fields, FieldName::Symbol), Some("QĐ-UBND"));
    assert_eq!(value(&fields, FieldName::IssuedDate), Some("2026-02-05"));
    assert_eq!(value(&fields, FieldName::Agency), Some("ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG"));
    assert_eq!(value(&fields, FieldName::Subject), Some("Về việc công nhận tổ hòa giải cơ sở"));
    let number = fields.iter().find(|f| f.name == FieldName::Number).unwrap();
    assert!(number.page == Some(1) && number.bounds.unwrap()[1] == 170 && number.confidence > 80.0);
}

#[test]
fn a_letter_without_a_name_is_told_by_its_v_v() {
    let fields = extract(
        &[
            (120, 80, "UBND PHƯỜNG VÕ CƯỜNG"),
            (120, 120, "Số: 112/UBND-VHXH"),
            (560, 120, "Võ Cường, ngày 10 tháng 3 năm 2026"),
            (110, 145, "V/v phối hợp xác minh"),
            (130, 165, "nơi cư trú của công dân"),
            (300, 210, "Kính gửi: Công an phường Kinh Bắc"),
        ],
        &[],
    );
    assert_eq!(value(&fields, FieldName::DocumentType), Some("cong_van"));
    assert_eq!(value(&fields, FieldName::Symbol), Some("UBND-VHXH"));
    assert_eq!(value(&fields, FieldName::Subject), Some("phối hợp xác minh nơi cư trú của công dân"));
}

#[test]
fn a_form_gives_its_first_person() {
    let fields = extract(
        &[
            (330, 200, "GIẤY KHAI SINH"),
            (420, 240, "Số: 45/2026"),
            (100, 320, "Họ, chữ đệm, tên: NGUYỄN MINH KHÔI"),
            (100, 360, "Ngày, tháng, năm sinh: 02/03/2026 ghi bằng chữ"),
            (100, 400, "Giới tính: Nam"),
            (400, 400, "Dân tộc: Kinh"),
            (100, 440, "Số định danh cá nhân: 027226000123"),
            (100, 480, "Họ, chữ đệm, tên người mẹ: TRẦN THU HÀ"),
        ],
        &[],
    );
    assert_eq!(value(&fields, FieldName::DocumentType), Some("giay_khai_sinh"));
    assert_eq!(value(&fields, FieldName::OwnerName), Some("NGUYỄN MINH KHÔI"));
    assert_eq!(value(&fields, FieldName::BirthDate), Some("2026-03-02"));
    assert_eq!(value(&fields, FieldName::Sex), Some("Nam"));
    assert_eq!(value(&fields, FieldName::PersonalId), Some("027226000123"));
    // 2026, male: the number agrees with both.
    assert!(fields.iter().find(|f| f.name == FieldName::PersonalId).unwrap().confidence > 95.0);
}

#[test]
fn dots_and_slips_do_not_hide_a_label() {
    let fields = extract(
        &[
            (350, 200, "ĐƠN ĐỀ NGHỊ"),
            (300, 230, "Xác nhận tình trạng nhà ở"),
            (100, 320, "Tôi tên là: .....Lê Thị Thu Thủy......"),
            (100, 360, "Số dinh danh cá nhăn: ...027185004321..."),
            (100, 400, "Nơi cư trú: ..... Khu phố Khả Lễ, phường Võ Cường, tỉnh Bắc Ninh ....."),
        ],
        &[],
    );
    assert_eq!(value(&fields, FieldName::DocumentType), Some("don_de_nghi"));
    assert_eq!(value(&fields, FieldName::OwnerName), Some("Lê Thị Thu Thủy"));
    assert_eq!(value(&fields, FieldName::PersonalId), Some("027185004321"));
    assert_eq!(value(&fields, FieldName::Address), Some("Khu phố Khả Lễ, phường Võ Cường, tỉnh Bắc Ninh"));
    assert_eq!(value(&fields, FieldName::Agency), None);
}

#[test]
fn the_card_beats_what_was_read_and_extra_fields_do_no_harm() {
    let code = Barcode {
        kind: "qr".into(),
        text: "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh|10052021||x"
            .into(),
        bounds: [700, 100, 90, 90],
    };
    let fields = extract(&[(300, 100, "CĂN CƯỚC CÔNG DÂN"), (300, 140, "Số / No.: 027194000128")], &[code]);
    assert_eq!(value(&fields, FieldName::DocumentType), Some("can_cuoc"));
    assert_eq!(value(&fields, FieldName::PersonalId), Some("027194000123"));
    assert_eq!(value(&fields, FieldName::OwnerName), Some("Đỗ Thị Hồng Nhung"));
    assert_eq!(value(&fields, FieldName::CardIssuedDate), Some("2021-05-10"));
    assert!(
        fields
            .iter()
            .filter(|f| f.name != FieldName::DocumentType)
            .all(|f| f.source == Source::Code && f.bounds.is_some())
    );
}

#[test]
fn the_receipt_opens_its_dossier() {
    let code = Barcode {
        kind: "qr".into(),
        text: "H05.16-260210-0001|2.000635|027194000123".into(),
        bounds: [60, 60, 90, 90],
    };
    let fields = extract(
        &[(300, 200, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"), (300, 230, "Mã hồ sơ: H05.16-260210-0001")],
        &[code],
    );
    assert_eq!(value(&fields, FieldName::DocumentType), Some("giay_tiep_nhan"));
    assert_eq!(value(&fields, FieldName::DossierCode), Some("H05.16-260210-0001"));
    assert_eq!(value(&fields, FieldName::Procedure), Some("2.000635"));
}

#[test]
fn nothing_is_made_up() {
    assert!(extract(&[], &[]).is_empty());
    let fields = extract(&[(100, 700, "một đoạn văn bình thường, ngày 31 tháng 12 năm 2030, số 5/ABC")], &[]);
    assert_eq!(fields, []);
    // A date to come is not a date of issue.
    let fields = extract(&[(540, 120, "Võ Cường, ngày 05 tháng 02 năm 2031")], &[]);
    assert_eq!(value(&fields, FieldName::IssuedDate), None);
}

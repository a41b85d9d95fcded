//! What is known of a document, where from, and how surely.

use serde::{Deserialize, Serialize};

use crate::Box4;

/// The fields that TT 01/2023/TT-VPCP and TT 05/2025/TT-BNV ask for, as far as Sohoa fills them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldName {
    /// Mã hồ sơ.
    DossierCode,
    /// Loại giấy tờ; the value is a [`DocumentType::key`].
    DocumentType,
    /// Số giấy tờ: `15` of `15/QĐ-UBND`.
    Number,
    /// Ký hiệu: `QĐ-UBND` of `15/QĐ-UBND`.
    Symbol,
    /// Ngày, tháng, năm ban hành; `YYYY-MM-DD`.
    IssuedDate,
    /// Cơ quan ban hành.
    Agency,
    /// Trích yếu nội dung.
    Subject,
    /// Họ và tên chủ hồ sơ.
    OwnerName,
    /// Số định danh cá nhân, 12 digits.
    PersonalId,
    /// Ngày sinh; `YYYY-MM-DD`.
    BirthDate,
    /// Giới tính: `Nam` or `Nữ`.
    Sex,
    /// Nơi thường trú.
    Address,
    /// Ngày cấp thẻ; `YYYY-MM-DD`.
    CardIssuedDate,
    /// Mã thủ tục hành chính, as `2.000635`.
    Procedure,
}

impl FieldName {
    pub const ALL: [FieldName; 14] = [
        FieldName::DossierCode,
        FieldName::DocumentType,
        FieldName::Number,
        FieldName::Symbol,
        FieldName::IssuedDate,
        FieldName::Agency,
        FieldName::Subject,
        FieldName::OwnerName,
        FieldName::PersonalId,
        FieldName::BirthDate,
        FieldName::Sex,
        FieldName::Address,
        FieldName::CardIssuedDate,
        FieldName::Procedure,
    ];

    /// The `snake_case` name of the wire format.
    pub fn key(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub fn from_key(key: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(key.to_owned())).ok()
    }
}

/// Where a value came from. What the clerk says stands above all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Read as text on the page.
    Text,
    /// A QR code, or the machine-readable zone of a card.
    Code,
    /// Typed or corrected by the clerk.
    Clerk,
}

/// One proposed or confirmed value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: FieldName,
    pub value: String,
    /// What the page was read to say, where the value was put right; none where they agree, or say the same in another
    /// form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    pub source: Source,
    /// Percent, 0 to 100.
    pub confidence: f32,
    /// Page number within the document, from 1; `None` for what no page shows.
    pub page: Option<u32>,
    #[serde(rename = "box")]
    pub bounds: Option<Box4>,
}

/// Who on a paper says a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// A QR code.
    Code,
    /// The machine-readable zone on the back of a card.
    Mrz,
    /// Print or handwriting.
    Text,
}

/// A value, who says it, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub source: Witness,
    pub value: String,
    /// Page number within the document, from 1.
    pub page: u32,
    #[serde(rename = "box")]
    pub bounds: Option<Box4>,
}

/// A field of which one paper says several things about one person; what is proposed stands first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub field: FieldName,
    pub values: Vec<Said>,
}

/// Another person whose card lies in the document. Nothing of it is proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stranger {
    pub name: Option<String>,
    pub personal_id: Option<String>,
    pub source: Witness,
    pub page: u32,
    #[serde(rename = "box")]
    pub bounds: Option<Box4>,
}

/// What is wrong with a page number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No page bears it.
    Missing,
    /// A page before bears it, too.
    Twice,
    /// It stands behind a higher one.
    Astray,
}

/// Printed page numbers, the first to the last of them, that do not go with the pages there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageFault {
    pub fault: Fault,
    pub first: u32,
    pub last: u32,
    /// Where that shows: page number within the document, from 1.
    pub page: u32,
    #[serde(rename = "box")]
    pub bounds: Option<Box4>,
}

/// What one document says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// At most one of each name.
    pub fields: Vec<Field>,
    pub differences: Vec<Difference>,
    pub strangers: Vec<Stranger>,
    pub page_faults: Vec<PageFault>,
    /// The office's own form as which the paper was known.
    pub form: Option<String>,
}

/// The kinds of document of TT 05/2025/TT-BNV (`typeName` 01–32) and those of civil status that fall under 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DocumentType {
    /// ASCII key used in code and data: `quyet_dinh`.
    pub key: &'static str,
    /// `typeName` of TT 05/2025/TT-BNV, `01` to `32`.
    pub archive_code: &'static str,
    /// Name in Vietnamese.
    pub name: &'static str,
    /// Abbreviation of NĐ 30/2020/NĐ-CP, Phụ lục III; empty where there is none.
    pub abbreviation: &'static str,
}

const fn kind(
    key: &'static str,
    archive_code: &'static str,
    name: &'static str,
    abbreviation: &'static str,
) -> DocumentType {
    DocumentType { key, archive_code, name, abbreviation }
}

impl DocumentType {
    pub const ALL: [DocumentType; 43] = [
        kind("nghi_quyet", "01", "Nghị quyết", "NQ"),
        kind("quyet_dinh", "02", "Quyết định", "QĐ"),
        kind("chi_thi", "03", "Chỉ thị", "CT"),
        kind("quy_che", "04", "Quy chế", "QC"),
        kind("quy_dinh", "05", "Quy định", "QyĐ"),
        kind("thong_cao", "06", "Thông cáo", "TC"),
        kind("thong_bao", "07", "Thông báo", "TB"),
        kind("huong_dan", "08", "Hướng dẫn", "HD"),
        kind("chuong_trinh", "09", "Chương trình", "CTr"),
        kind("ke_hoach", "10", "Kế hoạch", "KH"),
        kind("phuong_an", "11", "Phương án", "PA"),
        kind("de_an", "12", "Đề án", "ĐA"),
        kind("du_an", "13", "Dự án", "DA"),
        kind("bao_cao", "14", "Báo cáo", "BC"),
        kind("to_trinh", "15", "Tờ trình", "TTr"),
        kind("giay_uy_quyen", "16", "Giấy ủy quyền", "GUQ"),
        kind("phieu_gui", "17", "Phiếu gửi", "PG"),
        kind("phieu_chuyen", "18", "Phiếu chuyển", "PC"),
        kind("phieu_bao", "19", "Phiếu báo", "PB"),
        kind("bien_ban", "20", "Biên bản", "BB"),
        kind("hop_dong", "21", "Hợp đồng", "HĐ"),
        kind("cong_van", "22", "Công văn", ""),
        kind("cong_dien", "23", "Công điện", "CĐ"),
        kind("ban_ghi_nho", "24", "Bản ghi nhớ", "BGN"),
        kind("ban_thoa_thuan", "25", "Bản thỏa thuận", "BTT"),
        kind("giay_moi", "26", "Giấy mời", "GM"),
        kind("giay_gioi_thieu", "27", "Giấy giới thiệu", "GGT"),
        kind("giay_nghi_phep", "28", "Giấy nghỉ phép", "GNP"),
        kind("thu_cong", "29", "Thư công", ""),
        kind("ban_do", "30", "Bản đồ", ""),
        kind("ban_ve", "31", "Bản vẽ kỹ thuật", ""),
        kind("giay_khai_sinh", "32", "Giấy khai sinh", ""),
        kind("giay_chung_nhan_ket_hon", "32", "Giấy chứng nhận kết hôn", ""),
        kind("to_khai_dang_ky_ket_hon", "32", "Tờ khai đăng ký kết hôn", ""),
        kind("to_khai", "32", "Tờ khai", ""),
        kind("don_de_nghi", "32", "Đơn đề nghị", ""),
        kind("giay_xac_nhan", "32", "Giấy xác nhận", ""),
        kind("giay_tiep_nhan", "32", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", ""),
        kind("can_cuoc", "32", "Thẻ căn cước", ""),
        kind("danh_sach", "32", "Danh sách", ""),
        kind("so_yeu_ly_lich", "32", "Sơ yếu lý lịch", ""),
        kind("trich_luc", "32", "Trích lục hộ tịch", ""),
        kind("khac", "32", "Khác", ""),
    ];

    pub fn from_key(key: &str) -> Option<&'static DocumentType> {
        Self::ALL.iter().find(|t| t.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_out_and_come_back() {
        for name in FieldName::ALL {
            assert_eq!(FieldName::from_key(&name.key()), Some(name));
        }
        assert_eq!(FieldName::PersonalId.key(), "personal_id");
    }

    #[test]
    fn the_clerk_stands_above_code_and_text() {
        assert!(Source::Clerk > Source::Code && Source::Code > Source::Text);
    }
}

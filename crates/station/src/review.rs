//! The clerk's word: fields corrected and confirmed, pages read again. Nothing is final before it, and
//! nothing changes after sealing.

use sohoa_model::{
    Code, DocumentType, Error, FieldName, Result, job::Stage, state::DocumentState, state::DossierState, text::nfc,
};
use sohoa_store::Transaction;
use sohoa_store::table::{document, dossier, event, field, job, page};

use crate::Station;
use crate::desk::actor;
use crate::view::Dossier;
use crate::work::Priority;

/// Errors: `NotAllowed` for a dossier that is sealed.
pub(crate) fn open(dossier: &dossier::Dossier) -> Result<()> {
    match dossier.state {
        DossierState::Working | DossierState::Review | DossierState::Confirmed | DossierState::Rejected => Ok(()),
        _ => Err(Error::new(Code::NotAllowed, format!("Hồ sơ {} đã đóng, không sửa được nữa", dossier.code))
            .hint("Nếu lưu trữ trả lại, hồ sơ sẽ mở ra để sửa.")),
    }
}

/// As [`open`]; a dossier that the archive has sent back is the clerk's again from its first change on.
pub(crate) fn reopen(tx: &Transaction, dossier: &dossier::Dossier) -> Result<()> {
    open(dossier)?;
    if dossier.state == DossierState::Rejected { dossier::reopen(tx, dossier.id) } else { Ok(()) }
}

impl Station {
    /// Corrects a field of a document. An empty value says that the document has no such field.
    ///
    /// Errors: `NotFound`, `NotAllowed` once sealed, `InvalidValue` with what would be right.
    pub fn set_field(&self, code: &str, document: u32, name: &str, value: &str) -> Result<Dossier> {
        let name = FieldName::from_key(name).ok_or_else(|| {
            let names = FieldName::ALL.map(FieldName::key).join(", ");
            Error::new(Code::Usage, format!("Không có trường «{name}»")).hint(format!("Các trường: {names}."))
        })?;
        let value = checked(name, &nfc(value.trim()))?;
        self.change(code, "set", |tx, dossier| {
            let row = document::get(tx, dossier.id, document)?;
            field::set(tx, row.id, name, &value)?;
            document::set_confirmed(tx, row.id, false)?;
            Ok(serde_json::json!({ "document": document, "field": name }))
        })
    }

    /// Confirms all fields of one document.
    ///
    /// Errors: `NotAllowed` while it is being read or when a page of it failed.
    pub fn confirm_document(&self, code: &str, document: u32) -> Result<Dossier> {
        self.change(code, "confirm", |tx, dossier| {
            confirm(tx, &document::get(tx, dossier.id, document)?)?;
            Ok(serde_json::json!({ "document": document }))
        })
    }

    /// Confirms every document of a dossier.
    pub fn confirm(&self, code: &str) -> Result<Dossier> {
        self.change(code, "confirm", |tx, dossier| {
            let documents = document::of_dossier(tx, dossier.id)?;
            if documents.is_empty() {
                return Err(Error::new(Code::NotAllowed, "Hồ sơ chưa có giấy tờ nào").hint("Nhập giấy tờ trước."));
            }
            documents.iter().try_for_each(|d| confirm(tx, d))?;
            Ok(serde_json::json!({ "documents": documents.len() }))
        })
    }

    /// Reads a page again: it, its document's PDF and fields are made again.
    pub fn retry_page(&self, id: u32) -> Result<()> {
        let settings = self.settings()?;
        self.store.write(|tx| {
            let row = page::get(tx, id.into())?;
            if row.number == 0 {
                return Err(Error::new(Code::NotFound, "Trang này đã xóa").hint("Lấy lại trang rồi đọc lại."));
            }
            let dossier = dossier::by_id(tx, document::by_id(tx, row.document)?.dossier)?;
            reopen(tx, &dossier)?;
            page::set_queued(tx, row.id)?;
            document::set_stale(tx, row.document)?;
            job::enqueue(tx, Stage::Read, row.id, Priority::Counter as i32)?;
            dossier::touch(tx, dossier.id)?;
            event::append(tx, &actor(&settings), "retry", dossier.code.as_str(), &serde_json::json!({ "page": id }))
        })
    }

    fn change(
        &self,
        code: &str,
        action: &str,
        change: impl FnOnce(&Transaction, &dossier::Dossier) -> Result<serde_json::Value>,
    ) -> Result<Dossier> {
        let settings = self.settings()?;
        self.store.write(|tx| {
            let dossier = dossier::get(tx, code)?;
            reopen(tx, &dossier)?;
            let detail = change(tx, &dossier)?;
            dossier::touch(tx, dossier.id)?;
            event::append(tx, &actor(&settings), action, code, &detail)
        })?;
        self.dossier(code)
    }
}

fn confirm(tx: &Transaction, document: &document::Document) -> Result<()> {
    match document.state {
        DocumentState::Review | DocumentState::Confirmed => document::set_confirmed(tx, document.id, true),
        DocumentState::Working => {
            Err(Error::new(Code::NotAllowed, format!("Giấy tờ {} còn đang được đọc", document.number))
                .hint("Đợi đọc xong, hoặc chạy sohoa work."))
        }
        DocumentState::Failed => {
            Err(Error::new(Code::NotAllowed, format!("Giấy tờ {} có trang chưa đọc được", document.number))
                .hint("Xem lỗi của trang, quét lại hoặc đọc lại trang đó."))
        }
    }
}

/// The value, if it can be right for its field.
fn checked(name: FieldName, value: &str) -> Result<String> {
    let wrong = |message: String, hint: &str| Err(Error::new(Code::InvalidValue, message).hint(hint));
    if value.is_empty() {
        return Ok(String::new());
    }
    match name {
        FieldName::IssuedDate | FieldName::BirthDate | FieldName::CardIssuedDate => {
            if value.len() == 10 && format!("{value}T00:00:00+07:00").parse::<sohoa_model::Timestamp>().is_ok() {
                return Ok(value.to_owned());
            }
            wrong(format!("«{value}» không phải ngày"), "Viết ngày theo dạng 2026-02-10.")
        }
        FieldName::PersonalId if value.len() != 12 || !value.bytes().all(|b| b.is_ascii_digit()) => {
            wrong(format!("«{value}» không phải số định danh cá nhân"), "Số định danh cá nhân có đúng 12 chữ số.")
        }
        FieldName::DocumentType if DocumentType::from_key(value).is_none() => {
            wrong(format!("Không có loại giấy tờ «{value}»"), "Dùng mã loại như quyet_dinh, giay_khai_sinh, khac.")
        }
        FieldName::DossierCode => Ok(value.parse::<sohoa_model::DossierCode>()?.to_string()),
        FieldName::Sex if !matches!(value, "Nam" | "Nữ") => {
            wrong(format!("«{value}» không phải giới tính"), "Nam hoặc Nữ.")
        }
        _ => Ok(value.to_owned()),
    }
}

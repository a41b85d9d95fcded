//! The clerk's word on fields.

use sohoa_model::{DocumentType, Result};
use sohoa_station::view::Dossier;

use super::{State, at};

#[tauri::command]
pub async fn set_field(state: State<'_>, code: String, document: u32, field: String, value: String) -> Result<Dossier> {
    at(&state, move |s| s.set_field(&code, document, &field, &value)).await
}

#[tauri::command]
pub async fn confirm_document(state: State<'_>, code: String, document: u32) -> Result<Dossier> {
    at(&state, move |s| s.confirm_document(&code, document)).await
}

#[tauri::command]
pub fn document_types() -> Vec<DocumentType> {
    DocumentType::ALL.to_vec()
}

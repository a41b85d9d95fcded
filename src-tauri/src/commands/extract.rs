//! The clerk's word on fields.

use sohoa_model::Result;
use sohoa_station::view::{self, DocumentKind, Dossier};

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
pub fn document_kinds() -> Vec<DocumentKind> {
    view::document_kinds()
}

//! The clerk's word on fields, and the forms they are read by.

use sohoa_model::Result;
use sohoa_station::view::{self, Checked, DocumentKind, Dossier, Forms};
use std::path::PathBuf;

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

#[tauri::command]
pub async fn forms(state: State<'_>) -> Result<Forms> {
    at(&state, |s| Ok(s.forms())).await
}

/// Reads the form's example page.
#[tauri::command]
pub async fn check_form(state: State<'_>, file: PathBuf) -> Result<Checked> {
    at(&state, move |s| Ok(s.check_form(&file))).await
}

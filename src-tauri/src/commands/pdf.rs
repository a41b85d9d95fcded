//! A copy of a document's PDF/A where the clerk wants it.

use sohoa_model::Result;
use std::path::PathBuf;

use super::{State, at};

#[tauri::command]
pub async fn save_pdf(state: State<'_>, code: String, document: u32, path: PathBuf) -> Result<()> {
    at(&state, move |s| s.save_pdf(&code, document, &path)).await
}

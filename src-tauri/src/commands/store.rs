//! Looking things up: the desk, a dossier, a page's words, search; where pages and documents lie; settings and verification.

use sohoa_model::Result;
use sohoa_station::Station;
use sohoa_station::view::{Desk, Dossier, Edit, Found, PageWords, Settings, Verified};

use super::{State, at};

#[tauri::command]
pub async fn desk(state: State<'_>) -> Result<Desk> {
    at(&state, |s| s.desk()).await
}

#[tauri::command]
pub async fn dossier(state: State<'_>, code: String) -> Result<Dossier> {
    at(&state, move |s| s.dossier(&code)).await
}

#[tauri::command]
pub async fn page_words(state: State<'_>, page: u32) -> Result<PageWords> {
    at(&state, move |s| s.page_words(page)).await
}

#[tauri::command]
pub async fn search(state: State<'_>, query: String, limit: usize, offset: usize, typing: bool) -> Result<Found> {
    at(&state, move |s| s.search(&query, limit, offset, typing)).await
}

#[tauri::command]
pub async fn settings(state: State<'_>) -> Result<Settings> {
    at(&state, |s| s.settings()).await
}

#[tauri::command]
pub async fn save_settings(state: State<'_>, settings: Settings) -> Result<Settings> {
    at(&state, move |s| s.save_settings(settings)).await
}

#[tauri::command]
pub async fn verify(state: State<'_>) -> Result<Verified> {
    at(&state, |s| s.verify(true)).await
}

#[tauri::command]
pub async fn edit(state: State<'_>, code: String, edit: Edit) -> Result<Dossier> {
    changed(&state, move |s| s.edit(&code, &edit)).await
}

#[tauri::command]
pub async fn undo(state: State<'_>, code: String) -> Result<Dossier> {
    changed(&state, move |s| s.undo(&code)).await
}

#[tauri::command]
pub async fn redo(state: State<'_>, code: String) -> Result<Dossier> {
    changed(&state, move |s| s.redo(&code)).await
}

#[tauri::command]
pub async fn move_document(state: State<'_>, code: String, document: u32, to: String) -> Result<Dossier> {
    changed(&state, move |s| s.move_document(&code, document, &to)).await
}

#[tauri::command]
pub async fn set_code(state: State<'_>, code: String, new_code: String, merge: bool) -> Result<Dossier> {
    changed(&state, move |s| s.set_code(&code, &new_code, merge)).await
}

/// After an edit there are PDFs to make and pages to read again.
async fn changed(
    state: &State<'_>,
    change: impl FnOnce(&Station) -> Result<Dossier> + Send + 'static,
) -> Result<Dossier> {
    let dossier = at(state, change).await?;
    state.ring();
    Ok(dossier)
}

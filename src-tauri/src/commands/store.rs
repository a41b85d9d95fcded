//! Looking things up: the desk, a dossier, a page's words, search; settings and verification.

use sohoa_model::Result;
use sohoa_station::view::{Desk, Dossier, Found, PageWords, Settings, Verified};

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

//! Sealing a dossier.

use sohoa_model::Result;
use sohoa_station::view::Dossier;

use super::{State, at};

#[tauri::command]
pub async fn seal(state: State<'_>, code: String) -> Result<Dossier> {
    at(&state, move |s| s.seal(&code)).await
}

//! Reading again.

use sohoa_model::Result;

use super::{State, at};

#[tauri::command]
pub async fn retry_page(state: State<'_>, page: u32) -> Result<()> {
    at(&state, move |s| s.retry_page(page)).await?;
    state.ring();
    Ok(())
}

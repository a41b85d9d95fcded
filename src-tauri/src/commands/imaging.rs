//! Turning a page; undoable until the dossier is sealed.

use sohoa_model::{Result, Turn};

use super::{State, at};

#[tauri::command]
pub async fn turn_page(state: State<'_>, page: u32, degrees: i32) -> Result<()> {
    at(&state, move |s| s.turn_page(page, Turn::from_degrees(degrees))).await?;
    state.ring();
    Ok(())
}

#[tauri::command]
pub async fn undo_turn(state: State<'_>, page: u32) -> Result<()> {
    at(&state, move |s| s.undo_turn(page)).await?;
    state.ring();
    Ok(())
}

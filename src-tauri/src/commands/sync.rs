//! Sending what is sealed, and the receipts.

use sohoa_model::{Code, Error, Result};
use sohoa_station::{
    Watch,
    view::{Batch, Progress},
};
use std::sync::atomic::AtomicBool;
use tauri::ipc::Channel;

use super::{State, at};

#[tauri::command]
pub async fn send(state: State<'_>, on_progress: Channel<Progress>) -> Result<Vec<Batch>> {
    at(&state, move |s| {
        let target = s.settings()?.archive;
        if target.is_empty() {
            return Err(Error::new(Code::NotFound, "Chưa chọn nơi nhận lô")
                .hint("Vào Cài đặt, chọn thư mục của lưu trữ trung tâm."));
        }
        // A window that was closed in the meantime hears nothing; the sending goes on.
        let tell = |progress| drop(on_progress.send(progress));
        s.sync(&target, &Watch { progress: &tell, cancel: &AtomicBool::new(false) })
    })
    .await
}

#[tauri::command]
pub async fn batches(state: State<'_>) -> Result<Vec<Batch>> {
    at(&state, |s| s.batches()).await
}

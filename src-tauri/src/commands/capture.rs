//! Files in, and the queue that reads them.

use sohoa_model::Result;
use sohoa_station::{
    intake,
    view::{Imported, Progress},
};
use std::path::PathBuf;
use tauri::ipc::Channel;

use super::{State, aside, at};

/// Writes down what is to be taken in, lets the crew take it, and answers when all files are in (reading goes on).
#[tauri::command]
pub async fn import_paths(
    state: State<'_>,
    paths: Vec<String>,
    dossier: Option<String>,
    on_progress: Channel<Progress>,
) -> Result<Imported> {
    let options = intake::Options { dossier: dossier.map(|c| c.parse()).transpose()?, split: intake::Split::Folder };
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
    state.listen(on_progress);
    let intake = at(&state, move |s| s.import(&paths, &options)).await?;
    state.ring();
    at(&state, move |s| s.await_intake(intake)).await
}

/// Tells of the queue now and whenever it moves, as long as the window listens.
#[tauri::command]
pub async fn watch_work(state: State<'_>, on_progress: Channel<Progress>) -> Result<()> {
    let desktop = state.inner().clone();
    aside(move || {
        let work = desktop.station()?.progress()?;
        // The first word comes at once; a listener that cannot take it has gone already.
        if on_progress.send(Progress::Working { work }).is_ok() {
            desktop.listen(on_progress);
        }
        Ok(())
    })
    .await
}

#[tauri::command]
pub async fn cancel_work(state: State<'_>) -> Result<()> {
    state.cancel();
    at(&state, |s| s.cancel_queued()).await
}

#[tauri::command]
pub async fn resume_work(state: State<'_>) -> Result<()> {
    at(&state, |s| s.resume()).await?;
    state.ring();
    Ok(())
}

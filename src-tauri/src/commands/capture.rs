//! Files in, the queue that reads them, and the cover sheets that part them on paper.

use sohoa_model::Result;
use sohoa_station::{
    Watch, intake, stack,
    view::{Capabilities, CoverRequest, Devices, Dossier, Imported, Progress, ScanRequest, Scanned},
};
use std::path::PathBuf;
use tauri::ipc::Channel;

use super::{State, aside, at};
use crate::clipboard::{self, Copied};

#[tauri::command]
pub async fn import_paths(
    state: State<'_>,
    paths: Vec<String>,
    dossier: Option<String>,
    on_progress: Channel<Progress>,
) -> Result<Imported> {
    take_in(&state, Copied::Files(paths), dossier, on_progress).await
}

/// Takes in what was copied in another program: files, or a picture.
#[tauri::command]
pub async fn import_clipboard(
    state: State<'_>,
    dossier: Option<String>,
    on_progress: Channel<Progress>,
) -> Result<Imported> {
    take_in(&state, aside(clipboard::copied).await?, dossier, on_progress).await
}

/// Writes down what is to be taken in, lets the crew take it, and answers when all files are in (reading goes on).
async fn take_in(
    state: &State<'_>,
    what: Copied,
    dossier: Option<String>,
    on_progress: Channel<Progress>,
) -> Result<Imported> {
    let options = intake::Options { dossier: dossier.map(|c| c.parse()).transpose()?, split: intake::Split::Folder };
    state.listen(on_progress);
    let intake = at(state, move |s| match what {
        Copied::Files(paths) => s.import(&paths.into_iter().map(PathBuf::from).collect::<Vec<_>>(), &options),
        Copied::Picture { width, height, pixels } => s.import_pasted(width, height, pixels, &options),
    });
    let intake = intake.await?;
    state.ring();
    at(state, move |s| s.await_intake(intake)).await
}

#[tauri::command]
pub async fn devices(state: State<'_>) -> Result<Devices> {
    at(&state, |s| Ok(s.devices())).await
}

#[tauri::command]
pub async fn capabilities(state: State<'_>, device: String) -> Result<Capabilities> {
    at(&state, move |s| s.capabilities(&device)).await
}

/// Scans a stack, telling of each page; reading begins with the first.
#[tauri::command]
pub async fn scan(state: State<'_>, request: ScanRequest, on_progress: Channel<Progress>) -> Result<Scanned> {
    let desktop = state.inner().clone();
    desktop.begin_scan();
    at(&state, move |s| {
        let onto = request.onto;
        let tell = |progress| {
            desktop.ring();
            // A window that was closed in the meantime sees nothing; the pages are kept.
            drop(on_progress.send(progress));
        };
        let scanned =
            s.scan(&stack::Request::try_from(request)?, onto, &Watch { progress: &tell, cancel: desktop.scanning() });
        desktop.ring();
        scanned
    })
    .await
}

/// Scans one sheet in the place of a page.
#[tauri::command]
pub async fn rescan(state: State<'_>, page: u32, request: ScanRequest) -> Result<Dossier> {
    let desktop = state.inner().clone();
    desktop.begin_scan();
    at(&state, move |s| {
        let watch = Watch { progress: &|_| {}, cancel: desktop.scanning() };
        let dossier = s.rescan(page, &stack::Request::try_from(request)?, &watch);
        desktop.ring();
        dossier
    })
    .await
}

#[tauri::command]
pub fn cancel_scan(state: State<'_>) {
    state.cancel_scan();
}

/// What there is of a stack by now.
#[tauri::command]
pub async fn scanned(state: State<'_>, stack: u32) -> Result<Scanned> {
    at(&state, move |s| s.scanned(stack.into())).await
}

/// The stack is whole as it is.
#[tauri::command]
pub async fn finish_stack(state: State<'_>, stack: u32) -> Result<Scanned> {
    let scanned = at(&state, move |s| s.finish_stack(stack)).await?;
    state.ring();
    Ok(scanned)
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

#[tauri::command]
pub async fn save_covers(state: State<'_>, covers: Vec<CoverRequest>, path: PathBuf) -> Result<()> {
    at(&state, move |s| s.save_covers(&covers, &path)).await
}

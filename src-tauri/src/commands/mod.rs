//! What the UI may ask, one module per stage. Each command forwards to the station and answers at once or off the
//! window's thread; none of them decides anything.

pub mod capture;
pub mod door;
pub mod extract;
pub mod ocr;
pub mod package;
pub mod pdf;
pub mod store;
pub mod sync;

use sohoa_model::{Error, Result};
use sohoa_station::Station;
use std::sync::Arc;

use crate::desktop::Desktop;

pub type State<'a> = tauri::State<'a, Arc<Desktop>>;

/// Runs `f` on the open station, off the window's thread.
async fn at<T: Send + 'static>(state: &State<'_>, f: impl FnOnce(&Station) -> Result<T> + Send + 'static) -> Result<T> {
    let station = state.station()?;
    aside(move || f(&station)).await
}

async fn aside<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tauri::async_runtime::spawn_blocking(f).await.map_err(|e| Error::internal("Việc đang làm bị dừng đột ngột", e))?
}

//! Opening the station.

use sohoa_model::Result;
use sohoa_station::{Station, view::Door};

use super::{State, aside};

/// Whether the station can be worked at; `SOHOA_PASSPHRASE` or the keyring opens it without asking.
#[tauri::command]
pub async fn door(state: State<'_>) -> Result<Door> {
    if state.is_open() {
        return Ok(Door::Open);
    }
    let desktop = state.inner().clone();
    aside(move || {
        let passphrase = std::env::var("SOHOA_PASSPHRASE").ok();
        let door = Station::door(&desktop.dir);
        if door == Door::New && passphrase.is_none() {
            return Ok(door);
        }
        match Station::unlock(&desktop.dir, passphrase.as_deref(), false) {
            Ok(station) => {
                desktop.take(station);
                Ok(Door::Open)
            }
            Err(error) if error.code == sohoa_model::Code::Locked => Ok(Door::Locked),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Opens the station, making it when it is new.
#[tauri::command]
pub async fn unlock(state: State<'_>, passphrase: String, remember: bool) -> Result<()> {
    let desktop = state.inner().clone();
    aside(move || {
        desktop.take(Station::unlock(&desktop.dir, Some(&passphrase), remember)?);
        Ok(())
    })
    .await
}

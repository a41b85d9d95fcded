//! Whose station it is: the passphrase, or a secret that the system's keyring keeps for this station.
//!
//! A keyring that does not answer is never taken for a first run: whether a station exists is told by its own
//! file alone, so that no second key can come into being beside the first.

use sohoa_model::{Code, Error, Result};
use std::{env, sync::Once};

const SERVICE: &str = "vn.sohoa.station";

fn entry(station_id: &str) -> Result<keyring_core::Entry> {
    static STORE: Once = Once::new();
    STORE.call_once(|| {
        #[cfg(target_os = "linux")]
        if env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
            && let Ok(store) = zbus_secret_service_keyring_store::Store::new()
        {
            keyring_core::set_default_store(store);
        }
    });
    keyring_core::Entry::new(SERVICE, station_id).map_err(unavailable)
}

fn unavailable(source: keyring_core::Error) -> Error {
    Error::new(Code::Locked, "Máy này không có kho khóa của hệ thống đang mở")
        .hint("Nhập mật khẩu của trạm, hoặc đặt biến SOHOA_PASSPHRASE.")
        .source(source)
}

/// The secret that the keyring keeps for this station, if it keeps one and can be asked now.
pub fn remembered(station_id: &str) -> Option<Vec<u8>> {
    entry(station_id).ok()?.get_secret().ok()
}

/// Gives the keyring a secret to keep for this station.
pub fn remember(station_id: &str, secret: &[u8]) -> Result<()> {
    entry(station_id)?.set_secret(secret).map_err(unavailable)
}

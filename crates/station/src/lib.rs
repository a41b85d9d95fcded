//! The only crate that knows the order: paper in, pages read, documents made, fields proposed, the clerk's word, the
//! dossier sealed, the batch sent, the receipt filed.
//!
//! A [`Station`] is an unlocked store with the stages composed over it. Files come in through [`Station::import`], which
//! only writes down what is wanted; [`Station::work`] does it, in jobs that survive a crash at any instruction. Both
//! the window and the command line are thin faces of this crate.

mod cover;
mod desk;
mod doctor;
pub mod edit;
pub mod forms;
mod inbox;
pub mod intake;
mod key;
mod models;
mod owner;
mod pictures;
pub mod reading;
mod review;
mod seal;
mod secret;
pub mod stack;
mod stages;
mod transfer;
pub mod trial;
pub mod view;
pub mod words;
mod work;

pub mod centre;

pub use doctor::{Check, doctor};
/// A folder that is watched.
pub use sohoa_capture::inbox::Inbox;
/// How to scan.
pub use sohoa_capture::scan;
pub use work::Watch;

use sohoa_model::{Code, Error, Result};
use sohoa_store::{Store, keys::Lock};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use view::Door;

/// The hidden sub-command by which the program starts itself as the child that opens foreign files.
pub const WORKER: &str = "capture-worker";

/// What the child does; see `sohoa_capture::isolate`.
pub fn serve_capture() -> ExitCode {
    sohoa_capture::isolate::serve()
}

/// The hidden sub-command by which the program starts itself as the child in which a scanner's driver lives.
pub const SCAN_WORKER: &str = "scan-worker";

/// What that child does; see `sohoa_capture::scan::worker`.
pub fn serve_scanner() -> ExitCode {
    sohoa_capture::scan::worker::serve()
}

/// Where the station lies unless said otherwise: `SOHOA_STATION`, else the user's data folder.
pub fn home() -> Result<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("SOHOA_STATION")
        .or_else(|| var("APPDATA").map(|d| d.join("Sohoa")))
        .or_else(|| var("XDG_DATA_HOME").map(|d| d.join("sohoa")))
        .or_else(|| var("HOME").map(|d| d.join(".local/share/sohoa")))
        .ok_or_else(|| Error::new(Code::Usage, "Không biết đặt trạm ở đâu").hint("Dùng --station THƯ_MỤC."))
}

/// An open station.
pub struct Station {
    store: Store,
    /// The program that opens foreign files as a child; this one.
    worker: PathBuf,
    /// The last pages shown, ready to be shown again.
    shown: Mutex<pictures::Shown>,
    /// Reads stamps on pages as they come out of the scanner; loaded with the first.
    stamp_reader: Mutex<Option<sohoa_ocr::Reader>>,
    /// What the files were called that were refused as secret; on disk that stands nowhere.
    refused: Mutex<secret::Refused>,
}

impl Station {
    /// Whether there is a station in `dir`.
    pub fn door(dir: &Path) -> Door {
        if Lock::exists(dir) { Door::Locked } else { Door::New }
    }

    /// Opens the station in `dir` by passphrase, or by the keyring without one; makes it when it is new. With
    /// `remember` the keyring keeps a secret for next time.
    ///
    /// Errors: `Locked` for a wrong passphrase or when there is nothing to open it with.
    pub fn unlock(dir: &Path, passphrase: Option<&str>, remember: bool) -> Result<Self> {
        if !Lock::exists(dir) {
            let passphrase = passphrase.ok_or_else(locked)?;
            let store = Store::create(dir, passphrase)?;
            store.write(|tx| {
                sohoa_store::table::event::append(tx, "station", "create", store.station(), &serde_json::json!({}))
            })?;
            if !remember {
                return Self::over(store);
            }
        }
        let mut lock = Lock::read(dir)?;
        let key = match passphrase {
            Some(passphrase) => lock.open(passphrase)?,
            None => {
                let secret = key::remembered(&lock.station).ok_or_else(locked)?;
                lock.open_with_secret(&secret)?
            }
        };
        if remember {
            let secret = lock.add_secret(&key)?;
            key::remember(&lock.station, &*secret)?;
        }
        Self::over(Store::open(dir, &lock, &key)?)
    }

    fn over(store: Store) -> Result<Self> {
        let worker = std::env::current_exe().map_err(|e| Error::internal("Không biết chương trình nằm ở đâu", e))?;
        Ok(Self { store, worker, shown: Mutex::default(), stamp_reader: Mutex::default(), refused: Mutex::default() })
    }

    /// A consistent copy while at work, into a new or empty folder.
    pub fn backup(&self, dir: &Path) -> Result<PathBuf> {
        self.store.backup(dir)?;
        let forms = forms::folder(self.store.dir());
        if forms.is_dir() {
            copy(&forms, &forms::folder(dir))?;
        }
        let words = words::file(self.store.dir());
        if words.is_file() {
            std::fs::copy(&words, words::file(dir)).map_err(|e| Error::io("chép", &words, e))?;
        }
        Ok(dir.to_owned())
    }

    /// A backup brought back to where there is no station.
    pub fn restore(from: &Path, to: &Path) -> Result<PathBuf> {
        if !Lock::exists(from) {
            return Err(Error::new(Code::NotFound, format!("{} không phải bản sao lưu của trạm", from.display())));
        }
        if Lock::exists(to) {
            return Err(Error::new(Code::NotAllowed, format!("{} đã có trạm", to.display()))
                .hint("Chọn thư mục khác bằng --station; không ghi đè."));
        }
        copy(from, to)?;
        Ok(to.to_owned())
    }
}

fn locked() -> Error {
    Error::new(Code::Locked, "Trạm đang khóa").hint("Nhập mật khẩu của trạm, hoặc đặt biến SOHOA_PASSPHRASE.")
}

/// Copies a folder, `station.json` last: without it a folder is no station.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let fail = |e| Error::io("chép", from, e);
    std::fs::create_dir_all(to).map_err(fail)?;
    let mut entries: Vec<PathBuf> = std::fs::read_dir(from)
        .map_err(fail)?
        .map(|e| e.map(|e| e.path()))
        .collect::<std::io::Result<_>>()
        .map_err(fail)?;
    entries.sort_by_key(|path| path.ends_with("station.json"));
    for entry in entries {
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy(&entry, &target)?;
        } else {
            std::fs::copy(&entry, &target).and_then(|_| std::fs::File::open(&target)?.sync_all()).map_err(fail)?;
        }
    }
    Ok(())
}

//! The centre over a folder: takes in what stations sent, verifies every digest, keeps or refuses, answers.
//!
//! Beside what stations write (`v1/…`, see `sohoa-sync`), which it never moves or alters, the centre keeps:
//!
//! | path | what |
//! | --- | --- |
//! | `archive.json` | whose archive it is: one kept by a centre, or one that the station's own process tends |
//! | `accepted/<objid>.zip` and `.json` | packages as received, with whose and when; the `.json` comes last and counts |
//! | `quarantine/<manifest>/<n>.zip` and `.json` | what was refused, and why |
//! | `log.jsonl` | every answer, each line chained to the one before |
//!
//! Packages are kept as they came; making archival packages (AIP) of them is work yet to come.

mod holdings;
mod ingest;
mod judge;
mod log;
mod verify;

pub use ingest::{Ingested, ingest};
pub use verify::{Problem, Verified, verify};

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result, Timestamp, time};
use sohoa_sync::{Folder, wire};

/// Grows when the same package would be judged another way.
pub const VERSION: u32 = 1;

/// Who answers for what arrives in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// A centre, which runs `sohoa archive ingest`.
    Centre,
    /// Nobody else: the station's own process takes in what it sent.
    Embedded,
}

#[derive(Serialize, Deserialize)]
struct About {
    format: String,
    keeper: Keeper,
    created: Timestamp,
}

const ABOUT: &str = "archive.json";

/// Makes an archive of a folder. Doing it again changes nothing; a centre may take over an embedded one.
pub fn init(root: &Folder, keeper: Keeper) -> Result<()> {
    std::fs::create_dir_all(root.root()).map_err(|e| Error::io("tạo", root.root(), e))?;
    if self::keeper(root)?.is_some_and(|now| now == keeper || keeper == Keeper::Embedded) {
        return Ok(());
    }
    let about = About { format: "sohoa-archive/1".into(), keeper, created: time::now() };
    root.put(ABOUT, wire::canonical(&about)?.as_bytes())
}

/// Who keeps this archive; `None` for a folder that is none yet.
pub fn keeper(root: &Folder) -> Result<Option<Keeper>> {
    let Some(bytes) = root.get(ABOUT)? else { return Ok(None) };
    Ok(Some(wire::parse::<About>(&bytes)?.keeper))
}

fn exists(root: &Folder) -> Result<()> {
    root.present()?;
    if keeper(root)?.is_none() {
        return Err(Error::new(Code::NotFound, format!("{} chưa phải là kho lưu trữ", root.root().display()))
            .hint("Chạy sohoa archive init trước."));
    }
    Ok(())
}

/// What lies in the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Sent, and how many of them answered.
    pub batches: u32,
    pub answered: u32,
    /// Packages.
    pub accepted: u32,
    pub refused: u32,
}

/// Errors: `NotFound` for a folder that is no archive, `Unreachable`.
pub fn status(root: &Folder) -> Result<Status> {
    exists(root)?;
    let batches = ingest::batches(root)?;
    let mut status = Status { batches: batches.len() as u32, ..Status::default() };
    for batch in &batches {
        status.answered += u32::from(batch.reply(root)?.is_some());
    }
    status.accepted = count(&root.list("accepted")?);
    for batch in root.list("quarantine")? {
        status.refused += count(&root.list(&format!("quarantine/{batch}"))?);
    }
    Ok(status)
}

/// Records among names.
fn count(names: &[String]) -> u32 {
    names.iter().filter(|name| name.ends_with(".json")).count() as u32
}

#[cfg(test)]
mod tests;

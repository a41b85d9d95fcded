//! Whether what was accepted is still what was accepted.

use serde::Serialize;
use sohoa_model::{Digest, Result};
use sohoa_sync::Folder;

use crate::{exists, ingest, log};

#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    pub ok: bool,
    pub packages: u32,
    pub answers: u64,
    /// Each with file and reason.
    pub problems: Vec<String>,
}

pub fn verify(root: &Folder) -> Result<Verified> {
    exists(root)?;
    let mut problems = Vec::new();
    let accepted = ingest::accepted(root)?;
    for (objid, _, digest) in &accepted {
        let path = format!("accepted/{objid}.zip");
        match root.get(&path)? {
            None => problems.push(format!("{path}: không còn trong kho")),
            Some(bytes) if Digest::of(&bytes) != *digest => {
                problems.push(format!("{path}: mã băm không khớp, tệp đã bị thay đổi"))
            }
            Some(bytes) => problems.extend(
                sohoa_package::check(&bytes)
                    .into_iter()
                    .map(|p| format!("{path}/{}: {} ({})", p.path, p.message, p.rule)),
            ),
        }
    }
    let answers = match log::read(root) {
        Ok((seq, ..)) => seq,
        Err(error) => {
            problems.push(error.message);
            0
        }
    };
    Ok(Verified { ok: problems.is_empty(), packages: accepted.len() as u32, answers, problems })
}

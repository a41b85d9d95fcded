//! Batches carried out and receipts brought back, over a folder (USB disk, network share); the protocol is made to work
//! the same over an object store.
//!
//! ```text
//! v1/<office>/<station>/blobs/sha256/<aa>/<sha256>      packages, named by what they are
//! v1/<office>/<station>/batches/<batch>/<sha256>.json   the manifest: written last, it commits the batch
//! v1/<office>/<station>/acks/<sha256>.json              the centre: all of it has arrived
//! v1/<office>/<station>/replies/<sha256>/<n>.json       the centre: what became of each package
//! ```
//!
//! Every step may be repeated at any time: names follow from content, and what is there already is left alone. Names
//! are lower-case ASCII, so that file systems which fold case (exFAT, NTFS) agree.

mod folder;
pub mod wire;

pub use folder::Folder;

use sohoa_model::{Code, Digest, Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use wire::{Ack, Manifest, Reply};

/// Grows when the protocol changes.
pub const VERSION: u32 = 1;

/// Where one station's things lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    prefix: String,
}

impl Place {
    pub fn new(office: &str, station: &str) -> Self {
        Self { prefix: format!("v1/{}/{}", safe(office), safe(station)) }
    }

    pub fn blob(&self, digest: &Digest) -> String {
        let digest = digest.to_string();
        format!("{}/blobs/sha256/{}/{digest}", self.prefix, &digest[..2])
    }

    pub fn batches(&self) -> String {
        format!("{}/batches", self.prefix)
    }

    pub fn manifest(&self, batch: &str, digest: &Digest) -> String {
        format!("{}/{}/{digest}.json", self.batches(), safe(batch))
    }

    pub fn ack(&self, manifest: &Digest) -> String {
        format!("{}/acks/{manifest}.json", self.prefix)
    }

    pub fn replies(&self, manifest: &Digest) -> String {
        format!("{}/replies/{manifest}", self.prefix)
    }

    pub fn reply(&self, manifest: &Digest, n: u32) -> String {
        format!("{}/{n}.json", self.replies(manifest))
    }
}

/// A name that every file system takes.
fn safe(name: &str) -> String {
    name.to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect()
}

/// Carries a batch out: each package that is not there yet, then the manifest, whose exact bytes are `manifest`.
/// `blob` gives a package by its digest. A batch that was interrupted is taken up where it stopped.
///
/// Errors: `Unreachable`, `DiskFull`, `Integrity` when what was written reads back differently, `Cancelled`.
pub fn send(
    target: &Folder,
    manifest: &str,
    blob: &dyn Fn(&Digest) -> Result<Vec<u8>>,
    progress: &dyn Fn(usize, usize),
    cancel: &AtomicBool,
) -> Result<()> {
    let parsed = Manifest::parse(manifest)?;
    let place = Place::new(&parsed.office, &parsed.station);
    let total = parsed.packages.len();
    for (done, package) in parsed.packages.iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "Đã dừng gửi theo yêu cầu")
                .hint("Gửi lại bất cứ lúc nào; phần đã chép được giữ."));
        }
        progress(done, total);
        let key = place.blob(&package.sha256);
        if target.size(&key)? != Some(package.size) {
            target.put(&key, &blob(&package.sha256)?)?;
        }
    }
    target.put(&place.manifest(&parsed.batch_id, &Digest::of(manifest.as_bytes())), manifest.as_bytes())?;
    progress(total, total);
    Ok(())
}

/// What the centre has said to a batch so far.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub ack: Option<Ack>,
    /// The latest.
    pub reply: Option<Reply>,
}

/// Looks for the centre's answer to a manifest.
///
/// Errors: `Integrity` for an answer that is not to this manifest.
pub fn poll(target: &Folder, manifest: &str) -> Result<Answer> {
    let parsed = Manifest::parse(manifest)?;
    let (place, digest) = (Place::new(&parsed.office, &parsed.station), Digest::of(manifest.as_bytes()));
    let mut answer = Answer::default();
    let meant = |to: Digest| {
        if to == digest {
            return Ok(());
        }
        Err(Error::new(Code::Integrity, "Biên nhận không phải của lô này")
            .hint("Báo lưu trữ trung tâm kiểm tra thư mục nhận."))
    };
    if let Some(bytes) = target.get(&place.ack(&digest))? {
        let ack: Ack = wire::parse(&bytes)?;
        meant(ack.manifest_sha256)?;
        answer.ack = Some(ack);
    }
    for n in 1.. {
        let Some(bytes) = target.get(&place.reply(&digest, n))? else { break };
        let reply: Reply = wire::parse(&bytes)?;
        meant(reply.manifest_sha256)?;
        answer.reply = Some(reply);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;

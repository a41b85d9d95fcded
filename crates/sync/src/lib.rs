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

/// A name that every file system takes: lower-case ASCII, no dot in front or behind, none of Windows' devices.
fn safe(name: &str) -> String {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = name.to_lowercase().chars().map(fit).collect();
    let device = name.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    if name.is_empty() || name.starts_with('.') || name.ends_with('.') || DEVICES.contains(&device) {
        return format!("_{}_", name.trim_matches('.'));
    }
    name
}

/// Carries a batch out: each package that is not there yet, then the manifest, whose exact bytes are `manifest`.
/// `blob` gives a package by its digest; `progress` is told how many of how many packages are there. A batch that was
/// interrupted is taken up where it stopped, and what does not belong under a package's name is replaced.
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
    target.present()?;
    room(target, &place, &parsed)?;
    let total = parsed.packages.len();
    for (done, package) in parsed.packages.iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "Đã dừng gửi theo yêu cầu")
                .hint("Gửi lại bất cứ lúc nào; phần đã chép được giữ."));
        }
        progress(done, total);
        let key = place.blob(&package.sha256);
        if target.size(&key)? == Some(package.size) && holds(target, &key, &package.sha256)? {
            continue;
        }
        let bytes = blob(&package.sha256)?;
        if Digest::of(&bytes) != package.sha256 {
            return Err(Error::new(Code::Integrity, format!("Gói tin của hồ sơ {} ở trạm đã hỏng", package.file_code))
                .hint("Chạy sohoa verify, rồi đóng gói lại hồ sơ này."));
        }
        target.put(&key, &bytes)?;
    }
    let digest = Digest::of(manifest.as_bytes());
    let key = place.manifest(&parsed.batch_id, &digest);
    if !holds(target, &key, &digest)? {
        target.put(&key, manifest.as_bytes())?;
    }
    progress(total, total);
    Ok(())
}

fn holds(target: &Folder, key: &str, digest: &Digest) -> Result<bool> {
    Ok(target.get(key)?.is_some_and(|bytes| Digest::of(&bytes) == *digest))
}

/// Errors: `DiskFull` when what is still to be copied will not fit; better said before than half-way.
fn room(target: &Folder, place: &Place, manifest: &Manifest) -> Result<()> {
    let mut needed = manifest.packages.len() as u64 * 4096;
    for package in &manifest.packages {
        let there = target.size(&place.blob(&package.sha256))?;
        needed += if there == Some(package.size) { 0 } else { package.size };
    }
    match target.free() {
        Some(free) if free < needed => {
            let mebibytes = |bytes: u64| bytes.div_ceil(1 << 20);
            let (needed, free) = (mebibytes(needed), mebibytes(free));
            Err(Error::new(Code::DiskFull, format!("Nơi nhận còn {free} MiB, lô cần {needed} MiB"))
                .hint("Giải phóng dung lượng hoặc dùng ổ khác rồi gửi lại."))
        }
        _ => Ok(()),
    }
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
/// Errors: `Unreachable`; `Integrity` for an answer that is not to this manifest or not whole.
pub fn poll(target: &Folder, manifest: &str) -> Result<Answer> {
    let parsed = Manifest::parse(manifest)?;
    let (place, digest) = (Place::new(&parsed.office, &parsed.station), Digest::of(manifest.as_bytes()));
    let mut answer = Answer::default();
    if let Some(bytes) = target.get(&place.ack(&digest))? {
        let ack: Ack = receipt(&bytes)?;
        ack.verify(&digest)?;
        answer.ack = Some(ack);
    }
    for n in 1.. {
        let Some(bytes) = target.get(&place.reply(&digest, n))? else { break };
        let reply: Reply = receipt(&bytes)?;
        reply.verify(&parsed, &digest)?;
        answer.reply = Some(reply);
    }
    Ok(answer)
}

fn receipt<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    wire::parse(bytes).map_err(|e| Error { code: Code::Integrity, ..e })
}

#[cfg(test)]
mod tests;

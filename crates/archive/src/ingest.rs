//! Taking in: every batch that has no reply yet is looked at whole, package by package. A bad package does not block
//! the others, a bad batch not the next; every package ends in exactly one state, and its station is told which.

use serde::Serialize;
use sohoa_model::{Code, Digest, Error, Result, time};
use sohoa_sync::wire::{self, Ack, Manifest, Reply};
use sohoa_sync::{Folder, Place};
use std::fs::File;

use crate::exists;
use crate::holdings::Holdings;
use crate::judge::Delivery;
use crate::log::Log;

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ingested {
    /// Batches answered now.
    pub batches: u32,
    /// Packages in them that are in the archive, and those that are not.
    pub accepted: u32,
    pub rejected: u32,
    /// Batches that could not be read and so have no answer yet, each with why.
    pub unreadable: Vec<String>,
}

/// A committed batch as found in the folder.
pub struct Batch {
    pub place: Place,
    key: String,
    /// The name of the manifest, which is to be its digest.
    name: String,
}

impl Batch {
    /// The manifest and its digest, if it is what its name and its place say.
    ///
    /// Errors: `PackageRefused`.
    pub fn manifest(&self, root: &Folder) -> Result<(Manifest, Digest)> {
        let refused = |why: &str| Error::new(Code::PackageRefused, why).hint("Yêu cầu trạm gửi lại lô này.");
        let bytes = root.get(&self.key)?.ok_or_else(|| refused("Không đọc được bản kê"))?;
        let digest = Digest::of(&bytes);
        if self.name != digest.to_string() {
            return Err(refused("Bản kê không khớp với tên của nó: đã bị thay đổi"));
        }
        let manifest = Manifest::parse(std::str::from_utf8(&bytes).map_err(|_| refused("Bản kê không phải UTF-8"))?)?;
        let place = Place::new(&manifest.office, &manifest.station);
        if place != self.place || place.manifest(&manifest.batch_id, &digest) != self.key {
            return Err(refused("Bản kê nằm không đúng chỗ của đơn vị, trạm hoặc lô của nó"));
        }
        Ok((manifest, digest))
    }

    /// The first reply, if there is one.
    pub fn reply(&self, root: &Folder) -> Result<Option<Vec<u8>>> {
        match self.name.parse() {
            Ok(digest) => root.get(&self.place.reply(&digest, 1)),
            Err(_) => Ok(None),
        }
    }
}

/// Every manifest under `v1/`, in the order of its name.
pub fn batches(root: &Folder) -> Result<Vec<Batch>> {
    let mut found = Vec::new();
    for office in root.list("v1")? {
        for station in root.list(&format!("v1/{office}"))? {
            let place = Place::new(&office, &station);
            for batch in root.list(&place.batches())? {
                let folder = format!("{}/{batch}", place.batches());
                for file in root.list(&folder)? {
                    if let Some(name) = file.strip_suffix(".json") {
                        let key = format!("{folder}/{file}");
                        found.push(Batch { place: place.clone(), key, name: name.to_owned() });
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Answers every batch that waits. Doing it again, or twice at once, changes nothing.
///
/// Errors: `NotFound` for a folder that is no archive, `Unreachable`, `DiskFull`, `Integrity` for a broken log. What is
/// wrong with a package is in the reply.
pub fn ingest(root: &Folder) -> Result<Ingested> {
    exists(root)?;
    let _held = lock(root)?;
    let mut holdings = Holdings::read(root)?;
    let mut log = Log::open(root)?;
    let mut ingested = Ingested::default();
    for batch in batches(root)? {
        if batch.reply(root)?.is_some() {
            continue;
        }
        match answer(root, &batch, &mut holdings, &mut log) {
            Ok(reply) => {
                let kept = reply.packages.iter().filter(|p| p.is_kept()).count();
                ingested.batches += 1;
                ingested.accepted += kept as u32;
                ingested.rejected += (reply.packages.len() - kept) as u32;
            }
            // A sector that cannot be read is this batch's trouble; a disk that is gone or full is everybody's.
            Err(error) if error.code != Code::DiskFull && root.present().is_ok() => {
                ingested.unreadable.push(format!("{}: {error}", batch.key));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(ingested)
}

/// One at a time: the lock goes with the process that holds it, however that ends.
fn lock(root: &Folder) -> Result<File> {
    let path = root.root().join(".lock");
    let file = File::create(&path).map_err(|e| Error::io("ghi", &path, e))?;
    file.lock().map_err(|e| {
        Error::new(Code::Unreachable, format!("Không khóa được {}", root.root().display()))
            .hint("Ổ mạng này không hỗ trợ khóa tệp; chạy sohoa archive ingest trên máy chủ có ổ đĩa đó.")
            .source(e)
    })?;
    Ok(file)
}

fn answer(root: &Folder, batch: &Batch, holdings: &mut Holdings, log: &mut Log) -> Result<Reply> {
    let (manifest, digest) = batch.manifest(root)?;
    let place = &batch.place;
    let delivery = Delivery { root, place, manifest: &manifest, digest };
    let mut whole = true;
    for package in &manifest.packages {
        whole &= delivery.arrived(package)?.is_ok();
    }
    if whole {
        let ack = Ack { format: wire::ACK_FORMAT.into(), manifest_sha256: digest, at: time::now() };
        root.put_new(&place.ack(&digest), wire::canonical(&ack)?.as_bytes())?;
    }
    let mut packages = Vec::new();
    for (n, package) in manifest.packages.iter().enumerate() {
        packages.push(delivery.judge(n, package, holdings)?);
    }
    let log = log.append(root, &manifest, digest, &packages)?;
    let (format, status) = (wire::REPLY_FORMAT.into(), Reply::status_of(&packages).into());
    let reply = Reply { format, manifest_sha256: digest, at: time::now(), status, packages, log };
    root.put_new(&place.reply(&digest, 1), wire::canonical(&reply)?.as_bytes())?;
    Ok(reply)
}

//! Taking in: every batch that has no reply yet is looked at whole, package by package; a bad package does not block
//! the others, and every package ends in exactly one state that its station is told.

use serde::Serialize;
use sohoa_model::{Code, Digest, Error, Result, time};
use sohoa_sync::wire::{self, Ack, Manifest, Package, Reply, ReplyPackage, ReplyProblem};
use sohoa_sync::{Folder, Place};
use std::fs::File;

use crate::{exists, log};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ingested {
    /// Batches answered now.
    pub batches: u32,
    pub accepted: u32,
    pub rejected: u32,
    /// Manifests that could not even be read, with why.
    pub unreadable: Vec<String>,
}

/// A committed batch as found in the folder.
pub struct Batch {
    place: Place,
    /// As the folders name them.
    office: String,
    station: String,
    key: String,
    digest: Digest,
}

impl Batch {
    pub fn answered(&self, root: &Folder) -> Result<bool> {
        Ok(root.size(&self.place.reply(&self.digest, 1))?.is_some())
    }
}

/// Every manifest under `v1/`, in the order of its name.
pub fn batches(root: &Folder) -> Result<Vec<Batch>> {
    let mut found = Vec::new();
    for office in root.list("v1")? {
        for station in root.list(&format!("v1/{office}"))? {
            let place = Place::new(&office, &station);
            for batch in root.list(&place.batches())? {
                for name in root.list(&format!("{}/{batch}", place.batches()))? {
                    let Some(digest) = name.strip_suffix(".json").and_then(|d| d.parse().ok()) else { continue };
                    let key = format!("{}/{batch}/{name}", place.batches());
                    found.push(Batch {
                        place: place.clone(),
                        office: office.clone(),
                        station: station.clone(),
                        key,
                        digest,
                    });
                }
            }
        }
    }
    Ok(found)
}

/// Answers every batch that waits. Doing it again, or twice at once, changes nothing.
///
/// Errors: `NotFound` for a folder that is no archive, `Unreachable`; what is wrong with a batch is in its reply.
pub fn ingest(root: &Folder) -> Result<Ingested> {
    exists(root)?;
    let path = root.root().join(".lock");
    let lock = File::create(&path).map_err(|e| Error::io("ghi", &path, e))?;
    // File systems without locks (some shares) rely on names: a reply is only ever put once.
    let _held = lock.lock();
    let mut ingested = Ingested::default();
    for batch in batches(root)? {
        if batch.answered(root)? {
            continue;
        }
        match manifest(root, &batch) {
            Ok(manifest) => answer(root, &batch, &manifest, &mut ingested)?,
            Err(error) => ingested.unreadable.push(format!("{}: {error}", batch.key)),
        }
    }
    Ok(ingested)
}

fn manifest(root: &Folder, batch: &Batch) -> Result<Manifest> {
    let refused = |why: &str| Error::new(Code::PackageRefused, why.to_owned()).hint("Yêu cầu trạm gửi lại lô này.");
    let bytes = root.get(&batch.key)?.ok_or_else(|| refused("Không đọc được bản kê"))?;
    if Digest::of(&bytes) != batch.digest {
        return Err(refused("Bản kê không khớp với tên của nó: đã bị thay đổi"));
    }
    let manifest = Manifest::parse(std::str::from_utf8(&bytes).map_err(|_| refused("Bản kê không phải UTF-8"))?)?;
    if Place::new(&manifest.office, &manifest.station) != batch.place {
        return Err(refused(&format!("Bản kê không thuộc về {}/{}", batch.office, batch.station)));
    }
    Ok(manifest)
}

fn answer(root: &Folder, batch: &Batch, manifest: &Manifest, ingested: &mut Ingested) -> Result<()> {
    let ack = Ack { format: wire::REPLY_FORMAT.into(), manifest_sha256: batch.digest, at: time::now() };
    root.put_new(&batch.place.ack(&batch.digest), wire::canonical(&ack)?.as_bytes())?;
    let mut packages = Vec::new();
    for package in &manifest.packages {
        let (status, problems) = judge(root, batch, manifest, package)?;
        let objid = package.objid.clone();
        packages.push(ReplyPackage { objid, file_code: package.file_code.clone(), status: status.into(), problems });
    }
    let good = packages.iter().filter(|p| matches!(p.status.as_str(), "accepted" | "duplicate")).count();
    let status = match good {
        n if n == packages.len() => "accepted",
        0 => "rejected",
        _ => "partly",
    };
    ingested.batches += 1;
    ingested.accepted += good as u32;
    ingested.rejected += (packages.len() - good) as u32;
    let log = log::append(root, batch.digest, status, &manifest.station, &manifest.audit)?;
    let format = wire::REPLY_FORMAT.into();
    let reply = Reply { format, manifest_sha256: batch.digest, at: time::now(), status: status.into(), packages, log };
    root.put(&batch.place.reply(&batch.digest, 1), wire::canonical(&reply)?.as_bytes())
}

/// What to do with a package; what is wrong with it.
fn judge(
    root: &Folder,
    batch: &Batch,
    manifest: &Manifest,
    package: &Package,
) -> Result<(&'static str, Vec<ReplyProblem>)> {
    let key = batch.place.blob(&package.sha256);
    let Some(bytes) = root.get(&key)? else {
        return refuse(root, package, vec![problem("FIX-002", &key, "sohoa-sync/1", "Gói tin chưa đến nơi")]);
    };
    if Digest::of(&bytes) != package.sha256 || bytes.len() as u64 != package.size {
        let problem = problem(
            "FIX-001",
            &key,
            "sohoa-sync/1",
            "Mã băm của gói tin không khớp bản kê: gói đã bị thay đổi trên đường đi",
        );
        return refuse(root, package, vec![problem]);
    }
    let found = sohoa_package::check(&bytes);
    if !found.is_empty() {
        let found = found.into_iter().map(|p| ReplyProblem {
            code: p.code,
            path: p.path,
            rule: p.rule,
            message: p.message,
            fix: p.fix,
        });
        return refuse(root, package, found.collect());
    }
    for (known, code, digest) in accepted(root)? {
        if digest == package.sha256 {
            return Ok((if known == package.objid { "accepted" } else { "duplicate" }, Vec::new()));
        }
        if code == package.file_code && package.record_status == "NEW" {
            let problem = problem(
                "DUP-001",
                &package.file_code,
                "TT 05/2025",
                "Hồ sơ mang mã này đã có trong kho với nội dung khác",
            );
            refuse(root, package, vec![problem.clone()])?;
            return Ok(("conflict", vec![problem]));
        }
    }
    root.put(&format!("accepted/{}.zip", package.objid), &bytes)?;
    let record = serde_json::json!({
        "objid": package.objid, "file_code": package.file_code, "sha256": package.sha256, "office": manifest.office,
        "station": manifest.station, "batch_id": manifest.batch_id, "received": time::now(),
    });
    root.put_new(&format!("accepted/{}.json", package.objid), wire::canonical(&record)?.as_bytes())?;
    Ok(("accepted", Vec::new()))
}

fn problem(code: &str, path: &str, rule: &str, message: &str) -> ReplyProblem {
    let fix = "Gửi lại lô này từ trạm; nếu vẫn lỗi, đóng gói lại hồ sơ.";
    ReplyProblem { code: code.into(), path: path.into(), rule: rule.into(), message: message.into(), fix: fix.into() }
}

fn refuse(root: &Folder, package: &Package, problems: Vec<ReplyProblem>) -> Result<(&'static str, Vec<ReplyProblem>)> {
    let record = serde_json::json!({ "file_code": package.file_code, "objid": package.objid, "problems": problems });
    root.put(&format!("quarantine/{}.json", package.sha256), wire::canonical(&record)?.as_bytes())?;
    Ok(("rejected", problems))
}

/// Identifier, dossier code and digest of every package kept.
pub fn accepted(root: &Folder) -> Result<Vec<(String, String, Digest)>> {
    #[derive(serde::Deserialize)]
    struct Record {
        objid: String,
        file_code: String,
        sha256: Digest,
    }
    let mut known = Vec::new();
    for name in root.list("accepted")?.iter().filter(|n| n.ends_with(".json")) {
        if let Some(bytes) = root.get(&format!("accepted/{name}"))? {
            let Record { objid, file_code, sha256 } = wire::parse(&bytes)?;
            known.push((objid, file_code, sha256));
        }
    }
    Ok(known)
}

//! Batches out, receipts back.

use sohoa_archive::Keeper;
use sohoa_model::{Error, Result, state::BatchState, state::DossierState, time};
use sohoa_store::table::{batch, dossier, event};
use sohoa_sync::{Folder, wire};

use crate::desk::{actor, key, problems};
use crate::view::{self, Progress};
use crate::{Station, Watch};

impl Station {
    /// Sends what is sealed and waits, takes up what was interrupted, and files the receipts that have come. For a
    /// folder that nobody keeps (see `sohoa archive init`) the archive runs here and answers at once.
    ///
    /// Gives every batch that went to `url`, newest first.
    ///
    /// Errors: `Usage` for a URL that is no folder, `Unreachable`, `DiskFull`, `Integrity`. Repeating it is safe.
    pub fn sync(&self, url: &str, watch: &Watch) -> Result<Vec<view::Batch>> {
        let target = Folder::from_url(url)?;
        // A batch is bound to its place, so none is made for a place that is not there.
        if !target.root().parent().is_some_and(std::path::Path::is_dir) {
            target.present()?;
        }
        self.make_batch(url)?;
        let open: Vec<batch::Batch> = self.open_batches(url)?;
        for row in open.iter().filter(|b| b.state == BatchState::Sending) {
            self.send(row, &target, watch)?;
        }
        if !open.is_empty() && target.root().is_dir() && sohoa_archive::keeper(&target)? != Some(Keeper::Centre) {
            sohoa_archive::init(&target, Keeper::Embedded)?;
            sohoa_archive::ingest(&target)?;
        }
        for row in self.open_batches(url)? {
            self.file_answer(&row, &target)?;
        }
        Ok(self.batches()?.into_iter().filter(|b| b.target == url).collect())
    }

    /// Every batch, newest first.
    pub fn batches(&self) -> Result<Vec<view::Batch>> {
        self.store.read(|db| {
            batch::list(db)?
                .into_iter()
                .map(|row| {
                    let packages = batch::packages(db, &row.id)?.into_iter().map(|p| {
                        let dossier = dossier::by_id(db, p.dossier)?.code.to_string();
                        Ok(view::BatchPackage { dossier, status: p.status, problems: problems(&p.problems) })
                    });
                    let packages = packages.collect::<Result<_>>()?;
                    Ok(view::Batch {
                        id: row.id,
                        state: key(&row.state),
                        created: row.created.to_string(),
                        target: row.target,
                        packages,
                    })
                })
                .collect()
        })
    }

    fn open_batches(&self, url: &str) -> Result<Vec<batch::Batch>> {
        let waiting =
            |b: &batch::Batch| matches!(b.state, BatchState::Sending | BatchState::Committed | BatchState::Acked);
        Ok(self.store.read(batch::list)?.into_iter().filter(|b| b.target == url && waiting(b)).collect())
    }

    /// Puts what is sealed and in no batch into one; its manifest never changes from here on.
    fn make_batch(&self, url: &str) -> Result<()> {
        let settings = self.settings()?;
        self.store.write(|tx| {
            let packages = batch::waiting(tx)?;
            if packages.is_empty() {
                return Ok(());
            }
            let now = time::now();
            let prefix = format!("LO-{}-{}-", settings.office_code, now.day());
            let id = format!("{prefix}{:04}", batch::count(tx, &prefix)? + 1);
            event::append(tx, &actor(&settings), "batch", &id, &serde_json::json!({ "packages": packages.len() }))?;
            let head = event::head(tx)?;
            let listed = packages.iter().enumerate().map(|(n, p)| {
                let earlier = batch::earlier(tx, p.dossier, p.id)?;
                Ok(wire::Package {
                    n: n as u32 + 1,
                    objid: p.objid.clone(),
                    file_code: dossier::by_id(tx, p.dossier)?.code.to_string(),
                    record_status: if earlier { "REPLACEMENT".into() } else { "NEW".into() },
                    size: p.size,
                    sha256: p.blob,
                    mets_sha256: p.mets,
                    documents: p.documents,
                    pages: p.pages,
                })
            });
            let manifest = wire::Manifest {
                format: wire::MANIFEST_FORMAT.into(),
                batch_id: id.clone(),
                office: settings.office_code.clone(),
                fonds: settings.fonds.clone(),
                station: self.store.station().to_owned(),
                created: now,
                profile: "tt05-2025/SIP_hoso".into(),
                software: env!("CARGO_PKG_VERSION").into(),
                packages: listed.collect::<Result<_>>()?,
                audit: wire::Audit { seq: head.seq, head: head.hash },
            };
            let manifest = wire::canonical(&manifest)?;
            let digest = sohoa_model::Digest::of(manifest.as_bytes());
            let row =
                batch::Batch { id, state: BatchState::Sending, created: now, target: url.to_owned(), manifest, digest };
            batch::add(tx, &row, &packages.iter().map(|p| p.id).collect::<Vec<_>>())
        })
    }

    fn send(&self, row: &batch::Batch, target: &Folder, watch: &Watch) -> Result<()> {
        let tell =
            |done: usize, total: usize| (watch.progress)(Progress::Sending { done: done as u32, total: total as u32 });
        // The folder itself may be new; the disk that it lies on may not be missing.
        if let Some(parent) = target.root().parent().filter(|p| p.is_dir() && !target.root().exists()) {
            std::fs::create_dir(target.root()).map_err(|e| Error::io("tạo", parent, e))?;
        }
        sohoa_sync::send(target, &row.manifest, &|digest| self.store.blobs.get(digest), &tell, watch.cancel)?;
        self.store.write(|tx| {
            batch::set_state(tx, &row.id, BatchState::Committed)?;
            for package in batch::packages(tx, &row.id)? {
                dossier::set_sealed(tx, package.dossier, DossierState::Sent)?;
            }
            event::append(tx, "station", "commit", &row.id, &serde_json::json!({ "manifest": row.digest }))
        })
    }

    /// Files what the archive has answered, if anything.
    fn file_answer(&self, row: &batch::Batch, target: &Folder) -> Result<()> {
        let answer = sohoa_sync::poll(target, &row.manifest)?;
        self.store.write(|tx| {
            let Some(reply) = answer.reply else {
                return if answer.ack.is_some() { batch::set_state(tx, &row.id, BatchState::Acked) } else { Ok(()) };
            };
            let state = match reply.status.as_str() {
                "accepted" => BatchState::Accepted,
                "partly" => BatchState::Partly,
                _ => BatchState::Rejected,
            };
            batch::set_state(tx, &row.id, state)?;
            for package in batch::packages(tx, &row.id)? {
                let Some(told) = reply.packages.iter().find(|p| p.objid == package.objid) else { continue };
                let problems = serde_json::to_value(&told.problems)
                    .map_err(|e| Error::internal("Không viết được biên nhận", e))?;
                batch::set_status(tx, package.id, &told.status, &problems)?;
                let good = matches!(told.status.as_str(), "accepted" | "duplicate");
                dossier::set_sealed(
                    tx,
                    package.dossier,
                    if good { DossierState::Accepted } else { DossierState::Rejected },
                )?;
            }
            // The archive's word goes into our log, as our head went into its.
            let log = serde_json::json!({ "status": reply.status, "archive_log": reply.log });
            event::append(tx, "archive", "receipt", &row.id, &log)
        })
    }
}

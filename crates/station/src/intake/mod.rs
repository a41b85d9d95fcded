//! Taking files in. An import is written down whole before the first file is touched; then each file is taken, known,
//! or refused, in order, each in a transaction of its own, so that it can be taken up anywhere.

mod pasted;
mod plan;

pub use plan::Split;

use plan::{Owner, Place, plan};
use serde::{Deserialize, Serialize};
use sohoa_capture::{CapturedPage, Kind, isolate};
use sohoa_model::{Code, Digest, DossierCode, Error, Result, Timestamp, job::Stage};
use sohoa_store::table::{document, dossier, event, intake, job, page, stack};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::stack::Look;
use crate::view::{Duplicate, Imported, Progress, Refused};
use crate::work::{Priority, Watch};
use crate::{Station, WORKER};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Options {
    /// All files go into this dossier.
    pub dossier: Option<DossierCode>,
    pub split: Split,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) options: Options,
}

impl Station {
    /// Writes down what is to be taken in; [`Station::work`] takes it. Gives the intake's number.
    pub fn import(&self, paths: &[PathBuf], options: &Options) -> Result<i64> {
        let paths = paths.iter().map(|p| std::path::absolute(p).unwrap_or_else(|_| p.clone())).collect();
        if let Some(code) = &options.dossier {
            self.store.read(|db| match dossier::find(db, code.as_str())? {
                Some(dossier) => crate::review::open(&dossier),
                None => Ok(()),
            })?;
        }
        self.store.write(|tx| {
            let id = intake::add(tx, &Request { paths, options: options.clone() })?;
            job::enqueue(tx, Stage::Capture, id, Priority::Counter as i32)?;
            job::resume(tx)?;
            Ok(id)
        })
    }

    /// Waits until every file of an intake has been looked at, or taking in was stopped; reading may still go on.
    ///
    /// Errors: what brought the taking in down.
    pub fn await_intake(&self, id: i64) -> Result<Imported> {
        let waiting = |db: &_| Ok(!intake::is_done(db, id)? && job::is_open(db, Stage::Capture, id)?);
        while self.store.read(waiting)? {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        self.imported(id)
    }

    /// What an intake took in, knew already, and refused.
    ///
    /// Errors: what brought the taking in down.
    pub fn imported(&self, id: i64) -> Result<Imported> {
        self.store.read(|db| {
            if let Some(error) = job::failure(db, Stage::Capture, id)? {
                return Err(error);
            }
            let mut imported = Imported::default();
            let mut documents = std::collections::BTreeSet::new();
            for (path, outcome) in intake::outcomes(db, id)? {
                let path = self.name_of_refused(id, path);
                match outcome {
                    intake::Outcome::Taken { document } => drop(documents.insert(document)),
                    intake::Outcome::LeftOut => {}
                    intake::Outcome::Duplicate { document } => {
                        let (dossier, document) = document::found_at(db, document)?;
                        let dossier = dossier::by_id(db, dossier)?.code.to_string();
                        imported.duplicates.push(Duplicate { path, dossier, document });
                    }
                    intake::Outcome::Refused { error } => {
                        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
                        imported.refused.push(Refused {
                            path,
                            code: text("code"),
                            message: text("message"),
                            hint: text("hint"),
                        });
                    }
                }
            }
            if let Some(stack) = stack::of_device(db, &format!("intake:{id}"))? {
                documents.extend(stack::documents(db, stack.id)?);
            }
            for id in documents {
                let document = document::by_id(db, id)?;
                let code = dossier::by_id(db, document.dossier)?.code.to_string();
                if !imported.dossiers.contains(&code) {
                    imported.dossiers.push(code);
                }
                imported.documents += 1;
                imported.pages += document.pages;
            }
            imported.dossiers.sort();
            Ok(imported)
        })
    }

    /// The job of an intake: every file that has not been looked at yet.
    pub(crate) fn take_in(&self, id: i64, watch: &Watch) -> Result<()> {
        let request: Request = self.store.read(|db| intake::request(db, id))?;
        let walked = sohoa_capture::walk(&request.paths);
        for (path, error) in &walked.refused {
            self.store.write(|tx| once(tx, id, path, &Err(error)))?;
        }
        let stack = match request.options.split {
            Split::Cover => Some(self.store.write(|tx| stack_of(tx, id, &request.options))?),
            _ => None,
        };
        let places = plan(&walked.files, request.options.split, request.options.dossier.as_ref());
        self.store.write(|tx| intake::set_total(tx, id, places.len()))?;
        for (done, place) in places.iter().enumerate() {
            if watch.cancel.load(Ordering::Relaxed) {
                return Err(Error::new(Code::Cancelled, "Đã dừng theo yêu cầu"));
            }
            let name = place.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (watch.progress)(Progress::Taking { done: done as u32, total: places.len() as u32, name });
            let known = self.store.read(|db| intake::is_recorded(db, id, &place.path.to_string_lossy()))?;
            if !known {
                self.take(id, place, stack, watch.cancel)?;
            }
            if place.last && stack.is_none() {
                self.close_group(id, place)?;
            }
        }
        if let Some(stack) = stack {
            self.close_stack(stack)?;
        }
        self.take_pasted_away(&request.paths)?;
        self.store.write(|tx| intake::set_done(tx, id))
    }

    /// Takes one file, or writes down why not. Only what is wrong with the station itself is an error here.
    fn take(&self, id: i64, place: &Place, stack: Option<i64>, cancel: &AtomicBool) -> Result<()> {
        let taken = self.capture(&place.path, cancel).and_then(|file| {
            let looks = match stack {
                Some(_) => file.pages.iter().map(|page| self.look_at_file(page)).collect::<Result<_>>()?,
                None => Vec::new(),
            };
            self.store.write(|tx| {
                if let Some(known) = document::find_source(tx, &file.digest)? {
                    return once(tx, id, &place.path, &Ok(intake::Outcome::Duplicate { document: known.document }));
                }
                let outcome = match stack {
                    Some(stack) => file.keep_as_stack(tx, stack, looks)?,
                    None => intake::Outcome::Taken { document: file.keep(tx, id, place)? },
                };
                once(tx, id, &place.path, &Ok(outcome))
            })
        });
        match taken {
            Err(error)
                if !matches!(error.code, Code::Cancelled | Code::DiskFull | Code::Integrity | Code::Internal) =>
            {
                self.store.write(|tx| once(tx, id, &place.path, &Err(&error)))
            }
            other => other,
        }
    }

    /// Reads a file and keeps its bytes and pages; rows come afterwards.
    fn capture(&self, path: &Path, cancel: &AtomicBool) -> Result<File> {
        let fail = |e| Error::io("đọc", path, e);
        let meta = std::fs::metadata(path).map_err(fail)?;
        let params = sohoa_capture::Params::default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if meta.len() > params.max_bytes {
            return Err(
                Error::new(Code::TooLarge, format!("{name}: tệp lớn hơn 1 GB")).hint("Chia thành các tệp nhỏ hơn.")
            );
        }
        let bytes = std::fs::read(path).map_err(fail)?;
        let kind = Kind::of(&bytes, &name)?;
        let captured = Timestamp::from_system(meta.modified().map_err(fail)?);
        let mut file = File {
            digest: Digest::of(&bytes),
            name,
            size: meta.len(),
            kind,
            signed: false,
            captured,
            pages: Vec::new(),
        };
        if self.store.read(|db| document::find_source(db, &file.digest))?.is_some() {
            return Ok(file);
        }
        let mut pages = Vec::new();
        let mut keep = |page: CapturedPage| {
            let blob = self.store.blobs.put(&page.bytes)?;
            pages.push((page, blob));
            // The picture is on disk; only its measures are needed from here on.
            if let Some((page, _)) = pages.last_mut() {
                page.bytes = Vec::new();
            }
            Ok(())
        };
        let told = match kind {
            Kind::Pdf => isolate::run(&self.worker, WORKER, &bytes, &file.name, &params, cancel, &mut keep)?,
            _ => sohoa_capture::run(&bytes, &file.name, &params, &mut keep)?,
        };
        self.store.blobs.put(&bytes)?;
        file.signed = told.signed;
        file.pages = pages;
        Ok(file)
    }

    /// A page of a file that holds a stack, looked at as if it came out of the feeder.
    fn look_at_file(&self, (page, blob): &(CapturedPage, Digest)) -> Result<(Look, Digest)> {
        let image = sohoa_imaging::decode(&self.store.blobs.get(blob)?)?;
        let thumbnail = self.store.blobs.put(&crate::stack::thumbnail(&image, page.turn)?)?;
        Ok((Look::at(&image, page.dpi, page.turn)?, thumbnail))
    }

    /// All files of a document are in: it can be made as soon as its pages are read.
    fn close_group(&self, id: i64, place: &Place) -> Result<()> {
        self.store.write(|tx| {
            // A group of which no file was good has no document.
            let Some(document) = document::of_group(tx, &grouped(id, place))? else { return Ok(()) };
            if !document::by_id(tx, document)?.complete {
                crate::stages::all_files_are_in(tx, document)?;
            }
            Ok(())
        })
    }
}

/// A file read and kept, not yet in any row.
struct File {
    digest: Digest,
    name: String,
    size: u64,
    kind: Kind,
    signed: bool,
    captured: Timestamp,
    pages: Vec<(CapturedPage, Digest)>,
}

impl File {
    /// Its rows, and a job for each of its pages. Gives its document.
    fn keep(&self, tx: &sohoa_store::Transaction, intake: i64, place: &Place) -> Result<i64> {
        let group = grouped(intake, place);
        let dossier = match (document::of_group(tx, &group)?, &place.owner) {
            // The clerk may have moved it to another dossier, or given its dossier another code.
            (Some(known), _) => document::found_at(tx, known)?.0,
            (None, Owner::Code(code)) => dossier::ensure(tx, code)?,
            (None, Owner::Folder(folder)) => {
                dossier::ensure_provisional(tx, &format!("{intake}:{}", folder.display()))?
            }
        };
        let row = dossier::by_id(tx, dossier)?;
        crate::review::reopen(tx, &row)?;
        let received_as = place.group.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let document = document::ensure(tx, dossier, &group, &received_as, self.captured)?;
        self.keep_source(tx, document)?;
        for (captured, blob) in &self.pages {
            let id = page::add(
                tx,
                &page::New {
                    document,
                    blob: *blob,
                    format: captured.format.name(),
                    width: captured.width,
                    height: captured.height,
                    dpi: captured.dpi,
                    hint: captured.turn,
                },
            )?;
            page::came_from(tx, id, &self.digest)?;
            job::enqueue(tx, Stage::Read, id, Priority::Page as i32)?;
        }
        dossier::touch(tx, dossier)?;
        event::append(
            tx,
            "station",
            "receive",
            row.code.as_str(),
            &serde_json::json!({ "source": event::veiled(tx, &self.digest)?, "pages": self.pages.len() }),
        )?;
        Ok(document)
    }

    /// Its pages behind those of a stack, each to its place. The file stands with the document of its first page.
    fn keep_as_stack(
        &self,
        tx: &sohoa_store::Transaction,
        stack: i64,
        looks: Vec<(Look, Digest)>,
    ) -> Result<intake::Outcome> {
        let mut filed = Vec::new();
        for ((captured, blob), (look, thumbnail)) in self.pages.iter().zip(looks) {
            let new = stack::New {
                blob: *blob,
                format: captured.format.name(),
                width: captured.width,
                height: captured.height,
                dpi: captured.dpi,
                hint: captured.turn,
            };
            let (id, _) = stack::add_page(tx, stack, &new)?;
            stack::set_thumbnail(tx, id, &thumbnail)?;
            crate::stack::place(tx, &stack::page_by_id(tx, id)?, look)?;
            filed.extend(stack::page_by_id(tx, id)?.page);
        }
        let Some(first) = filed.first() else { return Ok(intake::Outcome::LeftOut) };
        let document = page::get(tx, *first)?.document;
        self.keep_source(tx, document)?;
        for page in filed {
            page::came_from(tx, page, &self.digest)?;
        }
        Ok(intake::Outcome::Taken { document })
    }

    fn keep_source(&self, tx: &sohoa_store::Transaction, document: i64) -> Result<()> {
        let number = document::sources(tx, document)?.len() as u32 + 1;
        document::add_source(
            tx,
            &document::Source {
                digest: self.digest,
                document,
                number,
                name: self.name.clone(),
                size: self.size,
                kind: format!("{:?}", self.kind).to_lowercase(),
                signed: self.signed,
            },
        )
    }
}

/// The stack of an intake, made with the first file.
fn stack_of(tx: &sohoa_store::Transaction, intake: i64, options: &Options) -> Result<i64> {
    let device = format!("intake:{intake}");
    match stack::of_device(tx, &device)? {
        Some(known) => Ok(known.id),
        None => stack::add(tx, &device, options, &sohoa_capture::split::Splitter::new(options.dossier.clone())),
    }
}

/// Which files belong together, unique over all imports.
fn grouped(intake: i64, place: &Place) -> String {
    format!("{intake}:{}", place.group.display())
}

fn once(tx: &sohoa_store::Transaction, id: i64, path: &Path, outcome: &Result<intake::Outcome, &Error>) -> Result<()> {
    let path = path.to_string_lossy();
    if intake::is_recorded(tx, id, &path)? { Ok(()) } else { intake::record(tx, id, &path, outcome) }
}

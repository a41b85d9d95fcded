//! Paper in at the counter: a stack goes through the scanner, each page is kept the moment it is whole, and falls into
//! its dossier and document by the codes on the paper.
//!
//! Two things happen at once. The page that the driver gives is made durable, given a number and shown; behind it the
//! pages are looked at in order: whether they may be here, codes, what is wrong with them, where they belong. Whatever
//! ends the scan (a jam, a crash, the clerk) the pages before it stand, and the next scan goes on behind them.
//!
//! Files that hold a stack (`import --split cover`) go the same way.

use image::DynamicImage;
use serde::{Deserialize, Serialize};
use sohoa_capture::scan::{self, recording::Recorder, worker::Worker};
use sohoa_capture::split::{Reconciled, Role, Seen, Splitter, Step};
use sohoa_capture::{codes, patch};
use sohoa_imaging::{Fingerprint, Sketch};
use sohoa_model::{Code, DossierCode, Error, Mark, Result, Turn, job::Stage};
use sohoa_store::table::{document, dossier, event, job, page, stack};
use sohoa_store::{Transaction, table::stack::StackPage};
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use crate::desk::{actor, key};
use crate::reading::THUMBNAIL;
use crate::view::{Capabilities, Device, Devices, Imported, Note, Progress, ScanPage, ScanRequest, Scanned};
use crate::work::{Priority, Watch};
use crate::{SCAN_WORKER, Station, models, secret};

/// What the clerk asks of the scanner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Request {
    /// As `devices` names it.
    pub device: String,
    pub settings: scan::Settings,
    /// Where pages go until a code on the paper says otherwise.
    pub dossier: Option<DossierCode>,
    /// Writes the session down, for a report of what went wrong.
    #[serde(skip)]
    pub record: Option<Record>,
}

impl TryFrom<ScanRequest> for Request {
    type Error = Error;

    /// Errors: `InvalidValue` for a source, colour or paper that there is not.
    fn try_from(asked: ScanRequest) -> Result<Self> {
        let unknown = |e: serde_json::Error| {
            Error::new(Code::InvalidValue, "Cấu hình quét không hợp lệ").hint("Chọn lại cấu hình quét.").source(e)
        };
        let settings = serde_json::to_value(&asked.settings).and_then(serde_json::from_value).map_err(unknown)?;
        let dossier = asked.dossier.map(|code| code.parse()).transpose()?;
        Ok(Self { device: asked.device, settings, dossier, record: None })
    }
}

/// Where a session is written down.
#[derive(Clone, Debug)]
pub struct Record {
    pub folder: PathBuf,
    /// With the pictures, which are somebody's papers.
    pub pictures: bool,
}

impl Station {
    /// The scanners that can be found, and why a driver found none.
    pub fn devices(&self) -> Devices {
        let (found, failed) = self.scanners().devices();
        let device = |d: scan::Device| Device { id: d.id, name: d.name, place: d.place };
        Devices { devices: found.into_iter().map(device).collect(), problems: failed.iter().map(problem).collect() }
    }

    /// What a scanner has.
    pub fn capabilities(&self, device: &str) -> Result<Capabilities> {
        let has = self.scanners().capabilities(device)?;
        Ok(Capabilities {
            sources: has.sources.iter().map(key).collect(),
            dpi: has.dpi,
            colors: has.colors.iter().map(key).collect(),
            brightness: has.brightness,
        })
    }

    /// Scans a stack. With `onto` it goes on behind the pages of that stack.
    ///
    /// Errors: those of [`scan::fault`], said with what is kept and where to go on; `NotAllowed` for a dossier that is
    /// sealed. The pages that came before the error are kept.
    pub fn scan(&self, request: &Request, onto: Option<u32>, watch: &Watch) -> Result<Scanned> {
        let _lock = self.scan_lock()?;
        if let Some(code) = &request.dossier {
            self.store.read(|db| match dossier::find(db, code.as_str())? {
                Some(dossier) => crate::review::open(&dossier),
                None => Ok(()),
            })?;
        }
        let id = match onto {
            Some(id) => self.store.write(|tx| {
                stack::get(tx, id.into())?;
                stack::set_done(tx, id.into(), false)?;
                stack::set_refused(tx, id.into(), false)?;
                Ok(i64::from(id))
            })?,
            None => {
                self.close_stacks()?;
                let splitter = Splitter::new(request.dossier.clone());
                self.store.write(|tx| stack::add(tx, &request.device, request, &splitter))?
            }
        };
        let outcome = self.run_scanner(id, request, watch);
        // Whatever happened, what was kept is looked at.
        self.look_at_rest(id, watch)?;
        match outcome {
            Ok(()) => {
                self.close_stack(id)?;
                self.scanned(id)
            }
            Err(error) => {
                let kept = self.store.read(|db| stack::count(db, id))?;
                if kept == 0 {
                    self.store.write(|tx| stack::set_done(tx, id, true))?;
                }
                Err(interrupted(error, kept))
            }
        }
    }

    /// Scans one sheet and puts it in the place of a page that came out badly. Undoable like any edit.
    ///
    /// Errors: as [`Station::scan`]; the old page stays then.
    pub fn rescan(&self, page: u32, request: &Request, watch: &Watch) -> Result<crate::view::Dossier> {
        let _lock = self.scan_lock()?;
        let old = self.store.read(|db| page::get(db, page.into()))?;
        // A feeder is stopped after the first sheet.
        let (enough, done) = (AtomicBool::new(false), AtomicBool::new(false));
        let mut first = None;
        let scanners = self.scanners();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if watch.cancel.load(Ordering::Relaxed) {
                        enough.store(true, Ordering::Relaxed);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
            });
            let outcome = scanners.scan(&request.device, &request.settings, &enough, None, &mut |head, bytes| {
                first.get_or_insert((head, bytes));
                enough.store(true, Ordering::Relaxed);
                Ok(())
            });
            done.store(true, Ordering::Relaxed);
            outcome
        });
        let Some((head, bytes)) = first else {
            return Err(outcome.err().unwrap_or_else(|| scan::fault(Code::ScannerFailed)));
        };
        let image = sohoa_imaging::decode(&bytes).map_err(|e| scan::fault(Code::ScannerFailed).source(e))?;
        if self.is_secret(&image, Turn::None, head.dpi)? {
            self.store.write(|tx| {
                event::append(tx, "station", "refuse_by_rule", self.store.station(), &serde_json::json!({}))
            })?;
            return Err(secret::refusal());
        }
        let marks = Look::at(&image, head.dpi, Turn::None)?.marks;
        let new = page::New {
            document: old.document,
            blob: self.store.blobs.put(&bytes)?,
            format: head.format.name(),
            width: head.width,
            height: head.height,
            dpi: head.dpi,
            hint: Turn::None,
        };
        self.put_in_place(old.id, &crate::edit::Scanned { page: new, marks })
    }

    /// No further page is expected: every document of the stack is whole.
    pub fn finish_stack(&self, id: u32) -> Result<Scanned> {
        let _lock = self.scan_lock()?;
        self.close_stack(id.into())?;
        self.scanned(id.into())
    }

    /// The stack that was scanned last with a device, to go on with.
    pub fn last_stack(&self, device: &str) -> Result<Option<u32>> {
        self.store.read(|db| Ok(stack::of_device(db, device)?.map(|s| s.id as u32)))
    }

    /// What came of a stack.
    pub fn scanned(&self, id: i64) -> Result<Scanned> {
        self.store.read(|db| {
            let row = stack::get(db, id)?;
            let pages: Vec<ScanPage> = stack::pages(db, id)?.iter().map(|p| shown(db, p)).collect::<Result<_>>()?;
            let mut imported = Imported::default();
            for document in stack::documents(db, id)? {
                let code = dossier::by_id(db, document::by_id(db, document)?.dossier)?.code.to_string();
                if !imported.dossiers.contains(&code) {
                    imported.dossiers.push(code);
                }
                imported.documents += 1;
            }
            imported.dossiers.sort();
            imported.pages = pages.iter().filter(|p| p.page.is_some()).count() as u32;
            Ok(Scanned { stack: id as u32, open: !row.done, imported, scanned: pages, notes: stack::notes(db, id)? })
        })
    }

    /// The small picture of a page as it came out of the scanner.
    pub fn stack_thumbnail(&self, id: u32) -> Result<(&'static str, Vec<u8>)> {
        let row = self.store.read(|db| stack::page_by_id(db, id.into()))?;
        let thumbnail = row.thumbnail.ok_or_else(|| Error::new(Code::NotFound, "Trang chưa được xem qua"))?;
        Ok(("image/jpeg", self.store.blobs.get(&thumbnail)?))
    }

    /// Looks at what was scanned before a crash, and takes every stack for whole that nobody is scanning.
    pub fn finish_stacks_left_open(&self) -> Result<()> {
        match self.scan_lock() {
            Ok(_lock) => self.close_stacks(),
            Err(error) if error.code == Code::ScannerBusy => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn close_stacks(&self) -> Result<()> {
        let quiet = Watch { progress: &|_| {}, cancel: &AtomicBool::new(false) };
        for row in self.store.read(stack::open)? {
            self.look_at_rest(row.id, &quiet)?;
            self.close_stack(row.id)?;
        }
        Ok(())
    }

    fn scanners(&self) -> Worker<'_> {
        Worker { program: &self.worker, argument: SCAN_WORKER }
    }

    /// One scan at a time, whichever window or command line asks for it.
    fn scan_lock(&self) -> Result<File> {
        let path = self.store.dir().join("scan.lock");
        let file = File::create(&path).map_err(|e| Error::io("ghi", &path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::new(Code::ScannerBusy, "Trạm đang quét ở một cửa sổ khác")
                .hint("Đợi lượt quét đó xong rồi quét lại.")),
            Err(TryLockError::Error(e)) => Err(Error::io("khóa", &path, e)),
        }
    }

    fn run_scanner(&self, id: i64, request: &Request, watch: &Watch) -> Result<()> {
        let mut recorder = match &request.record {
            Some(r) => Some(Recorder::new(&r.folder, &request.device, &request.settings, r.pictures)?),
            None => None,
        };
        // One page may wait to be looked at, since it waits with all its pixels; then the feeder waits.
        let (tell, pages) = mpsc::sync_channel::<(StackPage, DynamicImage)>(1);
        std::thread::scope(|scope| {
            let looker = scope.spawn(move || pages.iter().try_for_each(|(row, image)| self.look(&row, &image, watch)));
            let scanned = self.scanners().scan(
                &request.device,
                &request.settings,
                watch.cancel,
                recorder.as_mut(),
                &mut |head, bytes| {
                    let row = self.receive(id, &head, &bytes)?;
                    let image = self.decoded(&row, &bytes)?;
                    drop(bytes);
                    self.show(&row, &image, Some(head.received), watch)?;
                    // Nobody looks any more when one could not be looked at; that error is told below.
                    tell.send((row, image)).map_err(|_| scan::fault(Code::ScannerFailed))
                },
            );
            drop(tell);
            let looked =
                looker.join().unwrap_or_else(|_| Err(Error::internal("Bước xem trang dừng giữa chừng", "panic")));
            looked.and(scanned)
        })
    }

    /// Keeps a page that came in.
    fn receive(&self, stack: i64, head: &scan::Head, bytes: &[u8]) -> Result<StackPage> {
        let new = stack::New {
            blob: self.store.blobs.put(bytes)?,
            format: head.format.name(),
            width: head.width,
            height: head.height,
            dpi: head.dpi,
            hint: Turn::None,
        };
        let (row, refused) = self.store.write(|tx| {
            let (page, _) = stack::add_page(tx, stack, &new)?;
            Ok((stack::page_by_id(tx, page)?, stack::get(tx, stack)?.refused))
        })?;
        // A page before it was found, meanwhile, to be one that may not be here.
        if refused { Err(secret::refusal()) } else { Ok(row) }
    }

    /// Whether a stamp on the page says that it may not be here. What a stamp does not say, the words do: those are
    /// looked at when the page is read.
    fn is_secret(&self, image: &DynamicImage, turn: Turn, dpi: f32) -> Result<bool> {
        let stamps = sohoa_imaging::stamps(image, turn, 0.0, dpi);
        if stamps.is_empty() {
            return Ok(false);
        }
        let mut reader = self.stamp_reader.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = match &mut *reader {
            Some(reader) => reader,
            none => none.insert(sohoa_ocr::Reader::new(&models::folder()?, models::LANGUAGE)?),
        };
        let nobody = AtomicBool::new(false);
        let deadline = sohoa_ocr::Deadline::new(&sohoa_ocr::Params::default(), &nobody);
        secret::is_stamped(reader, &stamps, &deadline)
    }

    /// Looks at what nobody has looked at yet.
    fn look_at_rest(&self, id: i64, watch: &Watch) -> Result<()> {
        while let Some(row) = self.store.read(|db| stack::next_unseen(db, id))? {
            let image = self.decoded(&row, &self.store.blobs.get(&row.blob)?)?;
            if row.thumbnail.is_none() {
                self.show(&row, &image, None, watch)?;
            }
            self.look(&row, &image, watch)?;
        }
        Ok(())
    }

    fn decoded(&self, row: &StackPage, bytes: &[u8]) -> Result<DynamicImage> {
        sohoa_imaging::decode(bytes).or_else(|error| {
            self.store.write(|tx| {
                let seen = stack::Seen { role: "broken", marks: &[], fingerprint: None, sketch: None, page: None };
                stack::set_seen(tx, row.id, &seen)
            })?;
            Err(scan::fault(Code::ScannerFailed).source(error))
        })
    }

    /// Makes the small picture of a page, which tells the clerk that the page is kept.
    fn show(&self, row: &StackPage, image: &DynamicImage, received: Option<u64>, watch: &Watch) -> Result<()> {
        let thumbnail = self.store.blobs.put(&thumbnail(image, row.hint)?)?;
        self.store.write(|tx| stack::set_thumbnail(tx, row.id, &thumbnail))?;
        let delay = received.map(|at| (now_in_micros().saturating_sub(at) / 1000) as u32);
        self.tell(row, delay, watch)
    }

    fn tell(&self, row: &StackPage, delay: Option<u32>, watch: &Watch) -> Result<()> {
        let page = self.store.read(|db| shown(db, &stack::page_by_id(db, row.id)?))?;
        (watch.progress)(Progress::Scanned { stack: row.stack as u32, page: ScanPage { delay, ..page } });
        Ok(())
    }

    /// One page: whether it may be here, what is on it, what is wrong with it, and its place.
    fn look(&self, row: &StackPage, image: &DynamicImage, watch: &Watch) -> Result<()> {
        if self.is_secret(image, row.hint, row.dpi)? {
            self.purge_scanned(row.id)?;
            return Err(secret::refusal());
        }
        let look = Look::at(image, row.dpi, row.hint)?;
        self.store.write(|tx| place(tx, row, look))?;
        self.tell(row, None, watch)
    }

    pub(crate) fn close_stack(&self, id: i64) -> Result<()> {
        let settings = self.settings()?;
        self.store.write(|tx| {
            if stack::get(tx, id)?.done {
                return Ok(());
            }
            let mut splitter: Splitter = stack::splitter(tx, id)?;
            if let Some(account) = splitter.close() {
                settle(tx, id, &account)?;
            }
            stack::set_splitter(tx, id, &splitter)?;
            complete(tx, id)?;
            stack::set_done(tx, id, true)?;
            let pages = stack::count(tx, id)?;
            event::append(tx, &actor(&settings), "scan", &format!("stack {id}"), &serde_json::json!({ "pages": pages }))
        })
    }
}

/// What is on a page and what is wrong with it, before anything of it is written.
pub(crate) struct Look {
    seen: Seen,
    marks: Vec<Mark>,
    print: Option<Fingerprint>,
}

impl Look {
    pub(crate) fn at(image: &DynamicImage, dpi: f32, hint: Turn) -> Result<Self> {
        let checks = sohoa_imaging::check(image, dpi, &sohoa_imaging::check::Params::default());
        let blank = checks.marks.contains(&Mark::Blank);
        let gray = sohoa_imaging::upright_gray(image, hint);
        let mut marks = checks.marks;
        if !blank && sohoa_ocr::orientation_by_letters(&gray, dpi).is_some_and(|(turn, _)| turn == Turn::Half) {
            marks.push(Mark::UpsideDown);
        }
        let seen = Seen { codes: codes::read(&gray)?, patch: patch::find(&gray, dpi), blank };
        Ok(Self { seen, marks, print: checks.fingerprint })
    }
}

pub(crate) fn thumbnail(image: &DynamicImage, hint: Turn) -> Result<Vec<u8>> {
    sohoa_imaging::thumbnail(image, hint, 0.0, THUMBNAIL)
}

/// Puts a page where it belongs, in one transaction with the state that says where the next one goes.
pub(crate) fn place(tx: &Transaction, row: &StackPage, look: Look) -> Result<()> {
    let Look { seen, mut marks, print } = look;
    if !seen.blank && came_before(tx, row, print.as_ref())? {
        marks.push(Mark::Duplicate);
    }
    let sketch = print.as_ref().map(|print| serde_json::to_string(&print.sketch)).transpose();
    let sketch = sketch.map_err(|e| Error::internal("Không ghi được dấu của trang", e))?;
    let mut splitter: Splitter = stack::splitter(tx, row.stack)?;
    let step = splitter.next(&seen);
    if let Some(account) = &step.ended {
        settle(tx, row.stack, account)?;
    }
    let (role, page) = match step.role {
        Role::Page => ("page", Some(file(tx, row, &step, &marks)?)),
        Role::Cover(_) => ("cover", None),
        Role::Separator => ("separator", None),
        Role::CoverBack => ("cover_back", None),
    };
    stack::set_splitter(tx, row.stack, &splitter)?;
    let (fingerprint, sketch) = (print.as_ref().map(|print| &*print.ink), sketch.as_deref());
    stack::set_seen(tx, row.id, &stack::Seen { role, marks: &marks, fingerprint, sketch, page })
}

/// Whether the same sheet lay in the stack before.
fn came_before(tx: &Transaction, row: &StackPage, print: Option<&Fingerprint>) -> Result<bool> {
    for before in stack::sketches(tx, row.stack, row.number)? {
        if before.blob == row.blob {
            return Ok(true);
        }
        let Some((print, text)) = print.zip(before.sketch) else { continue };
        let sketch: Sketch =
            serde_json::from_str(&text).map_err(|e| Error::internal("Không đọc được dấu của trang", e))?;
        if print.sketch.near(&sketch)
            && let Some(ink) = stack::fingerprint(tx, before.id)?
            && sohoa_imaging::same(print, &Fingerprint { sketch, ink })
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The page's row in its document, and its reading in the queue.
fn file(tx: &Transaction, row: &StackPage, step: &Step, marks: &[Mark]) -> Result<i64> {
    let provisional = || dossier::ensure_provisional(tx, &format!("stack:{}", row.stack));
    let group = format!("stack:{}:{}", row.stack, step.place.group);
    let known = document::of_group(tx, &group)?;
    let mut home = match (known, &step.place.dossier) {
        // The clerk may have moved it to another dossier, or given its dossier another code.
        (Some(known), _) => document::found_at(tx, known)?.0,
        (None, Some(code)) => dossier::ensure(tx, code)?,
        (None, None) => provisional()?,
    };
    // A code on paper may name a dossier that is sealed; its paper is kept where the clerk can see it.
    if crate::review::open(&dossier::by_id(tx, home)?).is_err() {
        home = provisional()?;
    }
    crate::review::reopen(tx, &dossier::by_id(tx, home)?)?;
    if known.is_none() {
        complete(tx, row.stack)?;
    }
    let received_as = format!("Quét {}", &row.received.to_string()[..16].replace('T', " "));
    let document = document::ensure(tx, home, &group, &received_as, row.received)?;
    if document::by_id(tx, document)?.complete {
        document::reopen(tx, document)?;
    }
    if let Some(component) = &step.place.component {
        document::set_component(tx, document, component)?;
    }
    let new = page::New {
        document,
        blob: row.blob,
        format: &row.format,
        width: row.width,
        height: row.height,
        dpi: row.dpi,
        hint: row.hint,
    };
    let page = page::add(tx, &new)?;
    page::set_marks(tx, page, marks)?;
    job::enqueue(tx, Stage::Read, page, Priority::Page as i32)?;
    dossier::touch(tx, home)?;
    Ok(page)
}

/// Every document of the stack is whole.
fn complete(tx: &Transaction, stack: i64) -> Result<()> {
    for id in document::incomplete(tx, &format!("stack:{stack}:"))? {
        crate::stages::all_files_are_in(tx, id)?;
    }
    Ok(())
}

/// The account of a cover sheet: what it said stands with the document, and what does not add up is told.
fn settle(tx: &Transaction, stack: i64, account: &Reconciled) -> Result<()> {
    if let (Some(document), Some(declared)) =
        (document::of_group(tx, &format!("stack:{stack}:{}", account.group))?, account.declared)
    {
        document::set_declared(tx, document, declared)?;
    }
    if account.fits() {
        return Ok(());
    }
    stack::add_note(
        tx,
        stack,
        &Note {
            dossier: account.dossier.to_string(),
            component: account.component.clone(),
            declared: account.declared,
            came: account.came,
        },
    )
}

/// The fault as the clerk hears it in the middle of a stack: what is kept, where to go on.
fn interrupted(error: Error, kept: u32) -> Error {
    if error.code == Code::StateSecret {
        return error;
    }
    if kept == 0 || matches!(error.code, Code::DiskFull | Code::Integrity | Code::Internal) {
        return error;
    }
    let Error { code, message, hint, source } = error;
    let next = kept + 1;
    Error {
        code,
        message: format!("{message} ở trang {next}. Đã giữ {kept} trang"),
        hint: format!("{hint} Đặt lại giấy từ trang {next}, rồi quét tiếp.").trim_start().to_owned(),
        source,
    }
}

fn now_in_micros() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_micros() as u64)
}

fn problem(error: &Error) -> crate::view::Problem {
    crate::view::Problem {
        code: error.code.to_string(),
        subject: String::new(),
        message: error.message.clone(),
        hint: error.hint.clone(),
    }
}

fn shown(db: &sohoa_store::Connection, row: &StackPage) -> Result<ScanPage> {
    let place = match row.page {
        Some(id) => {
            let document = document::by_id(db, page::get(db, id)?.document)?;
            Some((dossier::by_id(db, document.dossier)?.code.to_string(), document.number))
        }
        None => None,
    };
    let (dossier, document) = place.unzip();
    Ok(ScanPage {
        id: row.id as u32,
        number: row.number,
        role: row.role.clone(),
        marks: row.marks.iter().map(key).collect(),
        width: row.width,
        height: row.height,
        dpi: row.dpi,
        page: row.page.map(|p| p as u32),
        dossier,
        document,
        delay: None,
    })
}

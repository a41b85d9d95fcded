//! The queue worked off: one worker per core as far as memory goes, each with its own recogniser, each job one
//! transaction. Who holds the work lock works; anybody else waits for the queue to empty.

use sohoa_model::{Code, Error, Result, job::Stage, time};
use sohoa_store::table::{document, dossier, job, page, setting};
use std::fs::{File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::view::{Progress, Work};
use crate::{Station, models};

/// Lower goes first.
#[derive(Clone, Copy)]
pub(crate) enum Priority {
    /// What the clerk asked for just now.
    Counter = 0,
    /// What finishes a document.
    Document = 1,
    Page = 2,
}

/// Who is told of progress, and how to be stopped.
pub struct Watch<'a> {
    pub progress: &'a (dyn Fn(Progress) + Sync),
    pub cancel: &'a AtomicBool,
}

/// Memory that one reading page may want.
const PER_WORKER: u64 = 400 << 20;

impl Station {
    /// Works until nothing is left, or until cancelled. Starting is resuming: what a crash interrupted is in the queue.
    pub fn work(&self, workers: Option<usize>, watch: &Watch) -> Result<Work> {
        let Some(_lock) = self.work_lock(watch)? else { return self.progress() };
        self.store.write(|tx| job::recover(tx))?;
        self.store.finish_purges()?;
        // Checked once here, so that a missing model is one clear error and not one per page.
        sohoa_ocr::Reader::new(&models::folder()?, models::LANGUAGE)?;
        let count = workers.filter(|n| *n > 0).unwrap_or_else(|| self.default_workers());
        let busy = AtomicUsize::new(0);
        let failure: Mutex<Option<Error>> = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| {
                    if let Err(error) = self.worker(&busy, &failure, watch) {
                        failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
        });
        if let Some(error) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            return Err(error);
        }
        let work = self.progress()?;
        if !watch.cancel.load(Ordering::Relaxed) {
            // The next bar starts from nothing.
            self.store.write(|tx| setting::set(tx, "work_since", &(time::now().0 + 1)))?;
        }
        Ok(work)
    }

    /// The lock, or `None` when another process has emptied the queue meanwhile.
    fn work_lock(&self, watch: &Watch) -> Result<Option<File>> {
        let path = self.store.dir().join("work.lock");
        let file = File::create(&path).map_err(|e| Error::io("ghi", &path, e))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(Error::io("khóa", &path, e)),
            }
            let work = self.progress()?;
            if !work.running || watch.cancel.load(Ordering::Relaxed) {
                return Ok(None);
            }
            (watch.progress)(Progress::Working { work });
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn worker(&self, busy: &AtomicUsize, failure: &Mutex<Option<Error>>, watch: &Watch) -> Result<()> {
        let mut reader = None;
        loop {
            let failed = failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_some();
            if failed || watch.cancel.load(Ordering::Relaxed) {
                return Ok(());
            }
            busy.fetch_add(1, Ordering::SeqCst);
            let Some(claim) = self.store.write(|tx| job::claim(tx))? else {
                // Whoever still works may add to the queue.
                if busy.fetch_sub(1, Ordering::SeqCst) == 1 {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            // Foreign bytes may bring a stage down where nobody thought of it; that must not cost the other pages.
            let result = catch_unwind(AssertUnwindSafe(|| self.run(&claim, &mut reader, watch))).unwrap_or_else(|_| {
                reader = None;
                Err(Error::internal("Bước xử lý này dừng giữa chừng", format!("panic in {:?}", claim.stage)))
            });
            busy.fetch_sub(1, Ordering::SeqCst);
            self.settle(&claim, result)?;
            if let Ok(mut work) = self.progress() {
                work.stage = Some(format!("{:?}", claim.stage).to_lowercase());
                work.dossier = self.dossier_of(&claim).ok();
                (watch.progress)(Progress::Working { work });
            }
        }
    }

    pub(crate) fn run(&self, claim: &job::Claim, reader: &mut Option<sohoa_ocr::Reader>, watch: &Watch) -> Result<()> {
        match claim.stage {
            Stage::Capture => {
                self.take_in(claim.subject, watch)?;
                self.store.write(|tx| job::finish(tx, claim).map(drop))
            }
            Stage::Read => {
                if reader.is_none() {
                    *reader = Some(sohoa_ocr::Reader::new(&models::folder()?, models::LANGUAGE)?);
                }
                self.read_page(claim, reader.as_mut().expect("just loaded"), watch.cancel)
            }
            Stage::Pdf => self.make_pdf(claim),
            Stage::Extract => self.extract_fields(claim),
        }
    }

    /// What becomes of a job that did not finish. A full disk or a broken store ends the work; a bad page only itself.
    fn settle(&self, claim: &job::Claim, result: Result<()>) -> Result<()> {
        let Err(error) = result else { return Ok(()) };
        match error.code {
            Code::Cancelled => return self.store.write(|tx| job::cancel(tx, claim)),
            Code::DiskFull | Code::Missing => {
                self.store.write(|tx| job::release(tx, claim))?;
                return Err(error);
            }
            _ => {}
        }
        self.store.write(|tx| {
            if job::fail(tx, claim, &error)? {
                match claim.stage {
                    Stage::Capture => {}
                    Stage::Read => page::set_failed(tx, claim.subject, &error)?,
                    Stage::Pdf | Stage::Extract => document::set_error(tx, claim.subject, &error)?,
                }
            }
            Ok(())
        })
    }

    fn dossier_of(&self, claim: &job::Claim) -> Result<String> {
        self.store.read(|db| {
            let document = match claim.stage {
                Stage::Capture => return Err(Error::new(Code::NotFound, "an intake is of no one dossier")),
                Stage::Read => page::get(db, claim.subject)?.document,
                Stage::Pdf | Stage::Extract => claim.subject,
            };
            Ok(dossier::by_id(db, document::by_id(db, document)?.dossier)?.code.to_string())
        })
    }

    /// How far the queue is.
    pub fn progress(&self) -> Result<Work> {
        self.store.read(|db| {
            let since: i64 = setting::get(db, "work_since")?.unwrap_or(0);
            let counts = job::counts(db, since)?;
            let left = counts.queued + counts.running;
            Ok(Work {
                running: left > 0,
                done: counts.done + counts.failed,
                total: left + counts.done + counts.failed,
                failed: counts.failed,
                stopped: counts.cancelled,
                stage: None,
                dossier: None,
            })
        })
    }

    /// Takes back what waits, until [`Station::resume`] or the next import. What runs now stops by its `Watch`.
    pub fn cancel_queued(&self) -> Result<()> {
        self.store.write(|tx| job::cancel_queued(tx).map(drop))
    }

    /// Puts back what was cancelled.
    pub fn resume(&self) -> Result<()> {
        self.store.write(|tx| job::resume(tx).map(drop))
    }

    fn default_workers(&self) -> usize {
        let asked = self.settings().map_or(0, |s| s.workers as usize);
        if asked > 0 {
            return asked;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let room = memory().map_or(cores, |free| (free / PER_WORKER) as usize);
        cores.min(room).max(1)
    }
}

/// Memory that can be had, in bytes.
fn memory() -> Option<u64> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find(|l| l.starts_with("MemAvailable:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

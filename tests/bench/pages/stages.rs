//! What each stage takes, in one thread, on the same files, into a real store. Pages are read by the station itself
//! (`sohoa_station::reading`), which tells each step; around that is its order of calls (`intake`, `stages`) with a
//! stopwatch between them. The sum is held against the time of `sohoa import --workers 1` in the report, so an order that
//! is no longer the station's shows.

use serde::Serialize;
use sohoa_capture::{CapturedPage, Kind, PageFormat, isolate};
use sohoa_model::{Digest, Reading, Timestamp, job::Stage};
use sohoa_station::reading::{self, Params};
use sohoa_store::Store;
use sohoa_store::table::{document, dossier, event, field, job, page};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::{Result, place};

#[derive(Default, Serialize)]
pub struct Stages {
    pages: usize,
    documents: usize,
    laps: Laps,
    a4: A4,
}

/// Of reading printed A4 pages at 300 dpi alone.
#[derive(Default, Serialize)]
struct A4 {
    pages: usize,
    laps: Laps,
}

/// Stage, or part of one (`imaging: decode`), to what it took.
type Laps = BTreeMap<&'static str, Lap>;

#[derive(Clone, Copy, Default, Serialize)]
struct Lap {
    seconds: f64,
    /// Processor time, of children too.
    cpu: f64,
}

impl std::ops::AddAssign for Lap {
    fn add_assign(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.cpu += other.cpu;
    }
}

struct Watch {
    laps: Laps,
    wall: Instant,
    cpu: f64,
}

impl Watch {
    /// What passed since the last lap was spent on this.
    fn lap(&mut self, stage: &'static str) -> Lap {
        let (wall, cpu) = (Instant::now(), processor_time());
        let lap = Lap { seconds: (wall - self.wall).as_secs_f64(), cpu: cpu - self.cpu };
        *self.laps.entry(stage).or_default() += lap;
        (self.wall, self.cpu) = (wall, cpu);
        lap
    }
}

/// Seconds of processor time of this process and the children it has waited for.
fn processor_time() -> f64 {
    let mut own = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both are plain data that the calls fill.
    let children = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut own);
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        [usage.ru_utime, usage.ru_stime].map(|t| t.tv_sec as f64 + t.tv_usec as f64 / 1e6).iter().sum::<f64>()
    };
    own.tv_sec as f64 + own.tv_nsec as f64 / 1e9 + children
}

struct Read {
    bytes: Vec<u8>,
    format: PageFormat,
    dpi: f32,
    read: reading::Read,
}

pub fn run(sohoa: &Path, dir: &Path, files: &[PathBuf]) -> Result<Stages> {
    let cancel = AtomicBool::new(false);
    let mut watch = Watch { laps: BTreeMap::new(), wall: Instant::now(), cpu: processor_time() };
    let store = Store::create(dir, "đo thời gian")?;
    watch.lap("start: open the store");
    let tessdata = std::env::var_os("TESSDATA_PREFIX").unwrap_or("/usr/share/tesseract-ocr/5/tessdata".into());
    let mut reader = sohoa_ocr::Reader::new(Path::new(&tessdata), "vie")?;
    watch.lap("start: load the model");

    // Files in, as `intake` does.
    let mut documents: Vec<i64> = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(path)?;
        let kind = Kind::of(&bytes, &name)?;
        let digest = Digest::of(&bytes);
        watch.lap("capture: files");
        store.read(|db| document::find_source(db, &digest))?;
        watch.lap("store: rows");
        let params = sohoa_capture::Params::default();
        let mut captured: Vec<(CapturedPage, Digest)> = Vec::new();
        let mut keep = |mut page: CapturedPage| {
            watch.lap("capture: files");
            let blob = store.blobs.put(&page.bytes)?;
            watch.lap("store: blobs");
            page.bytes = Vec::new();
            captured.push((page, blob));
            Ok(())
        };
        match kind {
            Kind::Pdf => isolate::run(sohoa, sohoa_station::WORKER, &bytes, &name, &params, &cancel, &mut keep)?,
            _ => sohoa_capture::run(&bytes, &name, &params, &mut keep)?,
        };
        watch.lap("capture: files");
        store.blobs.put(&bytes)?;
        watch.lap("store: blobs");
        let (code, group) = place(path);
        let code = code.ok_or("a dossier has a code")?.parse()?;
        let captured_at = Timestamp::from_system(std::fs::metadata(path)?.modified()?);
        let id = store.write(|tx| {
            let owner = dossier::ensure(tx, &code)?;
            let id = document::ensure(tx, owner, &group.to_string_lossy(), &name, captured_at)?;
            for (page, blob) in &captured {
                let new = page::New {
                    document: id,
                    blob: *blob,
                    format: page.format.name(),
                    width: page.width,
                    height: page.height,
                    dpi: page.dpi,
                    hint: page.turn,
                };
                job::enqueue(tx, Stage::Read, page::add(tx, &new)?, 2)?;
            }
            event::append(tx, "station", "receive", code.as_str(), &serde_json::json!({ "source": digest }))?;
            Ok(id)
        })?;
        store.write(|tx| document::set_complete(tx, id))?;
        watch.lap("store: rows");
        if documents.last() != Some(&id) {
            documents.push(id);
        }
    }

    let mut out = Stages { documents: documents.len(), ..Stages::default() };
    for id in documents {
        let mut read = Vec::new();
        for row in store.read(|db| page::of_document(db, id))? {
            let claim = store.write(|tx| job::claim(tx))?.ok_or("a job for each page")?;
            watch.lap("store: rows");
            read.push(read_page(&store, &mut reader, &mut watch, &mut out.a4, &row, &claim)?);
        }
        out.pages += read.len();
        make(&store, &mut watch, id, &read)?;
    }
    out.laps = watch.laps;
    Ok(out)
}

/// As `Station::read_page` does.
fn read_page(
    store: &Store,
    reader: &mut sohoa_ocr::Reader,
    watch: &mut Watch,
    a4: &mut A4,
    row: &page::Page,
    claim: &job::Claim,
) -> Result<Read> {
    let params = Params::default();
    let key = params.key(&row.blob, row.dpi, row.hint)?;
    watch.lap("store: rows");
    let bytes = store.blobs.get(&row.blob)?;
    watch.lap("store: blobs");
    let mut steps = Vec::new();
    let mut lap = |step| steps.push((step, watch.lap(step)));
    let read = reading::run(reader, &bytes, row.dpi, row.hint, &params, &AtomicBool::new(false), &mut lap)?;
    if is_a4(&read.reading) {
        a4.pages += 1;
        steps.into_iter().for_each(|(step, lap)| *a4.laps.entry(step).or_default() += lap);
    }
    let output = page::Output {
        reading: store.blobs.put(&serde_json::to_vec(&read.reading)?)?,
        thumbnail: store.blobs.put(&read.thumbnail)?,
        orientation: read.reading.orientation,
        skew: read.reading.skew,
        blank: read.reading.blank,
        words: read.reading.words.len() as u32,
        confidence: read.reading.confidence,
        codes: read.codes.clone(),
    };
    watch.lap("store: blobs");
    store.write(|tx| {
        job::finish(tx, claim)?;
        page::remember(tx, &key, &row.blob, &output)?;
        page::set_read(tx, row.id, &output)
    })?;
    watch.lap("store: rows");
    store.write(|tx| sohoa_store::search::index(tx, row.id, &read.reading.words))?;
    watch.lap("store: search index");
    let format = if row.format == "jpeg" { PageFormat::Jpeg } else { PageFormat::Png };
    Ok(Read { bytes, format, dpi: row.dpi, read })
}

/// Printed, and at 300 dpi.
fn is_a4(reading: &Reading) -> bool {
    let mut sides = [reading.width, reading.height];
    sides.sort_unstable();
    !reading.blank && reading.dpi == 300.0 && sides[0].abs_diff(2480) < 60 && sides[1].abs_diff(3508) < 60
}

/// As `Station::make_pdf` and `Station::extract_fields` do.
fn make(store: &Store, watch: &mut Watch, id: i64, read: &[Read]) -> Result {
    for page in read {
        store.blobs.get(&Digest::of(&page.bytes))?;
    }
    watch.lap("store: blobs");
    let pages: Vec<sohoa_pdf::Page> = read
        .iter()
        .map(|page| sohoa_pdf::Page {
            image: &page.bytes,
            format: match page.format {
                PageFormat::Jpeg => sohoa_pdf::PageFormat::Jpeg,
                PageFormat::Png => sohoa_pdf::PageFormat::Png,
            },
            dpi: page.dpi,
            turn: page.read.reading.orientation,
            skew: page.read.reading.skew,
            words: &page.read.reading.words,
        })
        .collect();
    let meta = sohoa_pdf::Meta {
        title: "giấy tờ".into(),
        author: "UBND phường Võ Cường".into(),
        created: sohoa_model::time::now(),
        record_code: "H05.16-260210-0001.1".into(),
    };
    let pdf = sohoa_pdf::run(&pages, &meta)?;
    watch.lap("pdf: write");
    let violations = sohoa_pdf::check(&pdf)?;
    watch.lap("pdf: check");
    if let Some(violation) = violations.first() {
        return Err(format!("not PDF/A: {}", violation.message).into());
    }
    let digest = store.blobs.put(&pdf)?;
    watch.lap("store: blobs");
    let inputs: Vec<sohoa_extract::Page> = (1..)
        .zip(read)
        .map(|(number, page)| sohoa_extract::Page {
            number,
            width: page.read.reading.width,
            height: page.read.reading.height,
            words: &page.read.reading.words,
            codes: &page.read.codes,
        })
        .collect();
    let today = sohoa_model::time::now().to_string()[..10].to_owned();
    let found = sohoa_extract::run(&inputs, &sohoa_extract::Params { today, ..Default::default() });
    watch.lap("extract");
    let next = |stage| -> Result<job::Claim> {
        store.write(|tx| job::enqueue(tx, stage, id, 1))?;
        Ok(store.write(|tx| job::claim(tx))?.ok_or("the job just queued goes first")?)
    };
    let claim = next(Stage::Pdf)?;
    store.write(|tx| {
        job::finish(tx, &claim)?;
        document::set_pdf(tx, id, &digest, pdf.len() as u64)?;
        event::append(tx, "station", "convert", "", &serde_json::json!({ "pdf": digest }))
    })?;
    let claim = next(Stage::Extract)?;
    store.write(|tx| {
        job::finish(tx, &claim)?;
        field::propose(tx, id, &found.fields)?;
        field::contradict(tx, id, &found)?;
        document::set_extracted(tx, id)
    })?;
    watch.lap("store: rows");
    Ok(())
}

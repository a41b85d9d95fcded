//! How surely codes on paper are read, and what it costs: cover sheets and identity cards over every kind of scan, and
//! pages without codes, on which nothing may be found.
//!
//!     codes PAGES PATH…     with PAGES pages without codes, made from those in PATH… and from drawn ones; about as many with
//!
//! Covers are printed by our own PDF writer, cards are drawn at their true size; all are scanned by
//! `crates/capture/tests/paper`. Prints JSON. Times are the processor time of the reading thread.

#[path = "../../crates/capture/tests/paper/mod.rs"]
mod paper;

use image::GrayImage;
use paper::{Card, Look, Scan, Sheet, form};
use qrcode::EcLevel;
use serde::Serialize;
use sohoa_capture::{Params, codes, patch};
use sohoa_model::Cover;
use sohoa_tests::{files, fixture};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Degrees askew and quarter turns.
const WAYS: [(f32, u32); 6] = [(0.0, 0), (5.0, 0), (-5.0, 2), (2.0, 1), (-1.0, 3), (0.4, 2)];
/// Of cards. In black and white nothing is left of a code of 10 mm, so nobody scans them so.
const LOOKS: [Look; 3] = [Look::CLEAN, Look::TYPICAL, Look::POOR];
/// Millimetres of a card's code. The draft of Thông tư 16/2024/TT-BCA has 11 on the card and 18 on the certificate of
/// identity; of the card of 2021 the size is not written anywhere. The smaller ones are copies that came out smaller.
const SIDES: [f32; 6] = [18.0, 15.0, 12.0, 11.0, 10.0, 9.0];
/// The aim is for cards as they are.
const TRUE_SIDE: f32 = 11.0;
/// Drawn pages without codes, each scanned in many ways.
const FORMS: u64 = 24;

#[derive(Serialize)]
struct Report {
    covers: Tables,
    cards: Tables,
    without: Tables,
    /// Codes that were read and are not there, pages taken for separator sheets, codes that were not read.
    wrong: Vec<String>,
    patches: Vec<String>,
    missed: Vec<String>,
}

/// Rows by what tells them apart: `scan` (paper, dpi, look), `way` (askew, turned), `size` of the code, `dpi` alone,
/// `all` that an aim is for.
type Tables = BTreeMap<&'static str, Vec<Row>>;

#[derive(Serialize)]
struct Row {
    what: String,
    pages: usize,
    read: usize,
    /// Codes that say anything but what is on the page.
    wrong: usize,
    /// Milliseconds a page, that of nineteen in twenty, and the most that one took.
    mean: f64,
    p95: f64,
    most: f64,
}

/// A page to be made and read.
struct Job<'a> {
    name: String,
    sheet: &'a Sheet,
    scan: Scan,
    /// The text that must be read, if any, and others that may be.
    text: Option<&'a str>,
    also: &'a [&'a str],
    /// In which table it counts in which row.
    rows: Vec<(&'static str, String)>,
}

struct Done {
    name: String,
    rows: Vec<(&'static str, String)>,
    read: bool,
    missed: bool,
    wrong: Vec<String>,
    patch: bool,
    took: f64,
}

fn main() -> Result {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [pages, paths @ ..] = &args[..] else { return Err("codes PAGES PATH…".into()) };
    let pages: usize = pages.parse()?;
    // So that a quick run has some of every kind.
    let step = 1000 / pages.clamp(1, 1000);
    let (covers, cards, without) = (covers(step)?, cards(step)?, without(pages, paths)?);
    let all = || covers.iter().chain(&cards).chain(&without);
    let names = |chosen: fn(&Done) -> bool| all().filter(|done| chosen(done)).map(|done| done.name.clone()).collect();
    let report = Report {
        covers: tables(&covers),
        cards: tables(&cards),
        without: tables(&without),
        wrong: all().flat_map(|done| done.wrong.iter().map(|code| format!("{}: {code}", done.name))).collect(),
        patches: names(|done| done.patch),
        missed: names(|done| done.missed),
    };
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

/// Milliseconds of processor time of this thread.
fn clock() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call fills plain data.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Makes and reads the pages on as many threads as there are cores.
fn run(jobs: &[Job]) -> Result<Vec<Done>> {
    let next = AtomicUsize::new(0);
    let work = || -> sohoa_model::Result<Vec<Done>> {
        let mut done = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(read(job, &job.sheet.scan(job.scan))?);
        }
        Ok(done)
    };
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a page brought down its thread")??);
        }
        Ok(all)
    })
}

fn read(job: &Job, page: &GrayImage) -> sohoa_model::Result<Done> {
    let start = clock();
    let found = codes::read(page)?;
    let took = clock() - start;
    let says = |text: &str| Some(text) == job.text;
    let wrong = found.iter().filter(|code| !says(&code.text) && !job.also.contains(&code.text.as_str()));
    let read = found.iter().any(|code| says(&code.text));
    Ok(Done {
        name: job.name.clone(),
        rows: job.rows.clone(),
        read,
        missed: job.text.is_some() && !read,
        wrong: wrong.map(|code| format!("{} {}", code.kind, code.text)).collect(),
        patch: patch::find(page, job.scan.dpi),
        took,
    })
}

fn tables(all: &[Done]) -> Tables {
    let mut sorted: BTreeMap<(&'static str, &str), Vec<&Done>> = BTreeMap::new();
    for done in all {
        for (table, row) in &done.rows {
            sorted.entry((table, row)).or_default().push(done);
        }
    }
    let mut tables = Tables::new();
    for ((table, what), done) in sorted {
        let mut took: Vec<f64> = done.iter().map(|d| d.took).collect();
        took.sort_by(f64::total_cmp);
        tables.entry(table).or_default().push(Row {
            what: what.to_owned(),
            pages: done.len(),
            read: done.iter().filter(|d| d.read).count(),
            wrong: done.iter().map(|d| d.wrong.len()).sum(),
            mean: took.iter().sum::<f64>() / took.len() as f64,
            p95: took[(took.len() - 1) * 19 / 20],
            most: took[took.len() - 1],
        });
    }
    tables
}

fn way((lean, turns): (f32, u32)) -> String {
    format!("{lean:+}°{}", ["", ", on its side", ", upside down", ", on its other side"][turns as usize % 4])
}

fn covers(step: usize) -> Result<Vec<Done>> {
    let cover = |dossier: &str, component, pages| Cover::new(dossier.parse()?, Some(component), pages);
    let covers = [
        cover("H05.16-260210-0001", "", None)?,
        cover("H05.16-260210-0002", "Tờ khai đăng ký khai sinh", Some(3))?,
        cover("000.00.16.H05-250703-001234", "Giấy xác nhận tình trạng hôn nhân của bên nam, bản sao chứng", Some(12))?,
    ];
    let pdf = sohoa_pdf::cover::run(&covers, "UBND phường Võ Cường")?;
    let mut sheets = Vec::new();
    sohoa_capture::run(&pdf, "tờ bìa.pdf", &Params { render_dpi: 600.0, ..Params::default() }, &mut |page| {
        sheets.push(Sheet::whole(sohoa_imaging::decode(&page.bytes)?.to_luma8(), page.dpi));
        Ok(())
    })?;
    let mut all = Vec::new();
    for ((sheet, cover), seed) in sheets.iter().zip(&covers).zip(0..) {
        let (copy, text, also) = (sheet.photocopied(seed), cover.to_string(), [cover.dossier.as_str()]);
        let mut jobs = Vec::new();
        for (paper, sheet) in [("printed", sheet), ("photocopied", &copy)] {
            for (dpi, look) in [150.0, 200.0, 300.0].into_iter().flat_map(|dpi| Look::ALL.map(|look| (dpi, look))) {
                for (lean, turns) in WAYS {
                    let what = format!("{paper}, {dpi} dpi, {}", look.name);
                    jobs.push(Job {
                        name: format!("{cover}, {what}, {}", way((lean, turns))),
                        sheet,
                        scan: Scan { dpi, lean, turns, look, seed: jobs.len() as u64 },
                        text: Some(&text),
                        also: &also,
                        rows: vec![("scan", what), ("way", way((lean, turns))), ("all", "all".into())],
                    });
                }
            }
        }
        all.extend(run(&jobs.into_iter().step_by(step).collect::<Vec<_>>())?);
    }
    Ok(all)
}

fn cards(step: usize) -> Result<Vec<Done>> {
    let first =
        "027194000123|125000111|Đỗ Thị Hồng Nhung|02031994|Nữ|Khu Xuân Ổ A, Võ Cường, Bắc Ninh, Bắc Ninh|10052021";
    // Nobody outside has seen what follows the first seven fields on the newer card; that it is longer is known.
    let second = format!("{first}||Đỗ Văn Hùng|Nguyễn Thị Ánh Tuyết|");
    let mut all = Vec::new();
    for (card, text) in [(Card::Of2021, first), (Card::Of2024, second.as_str())] {
        for level in [EcLevel::L, EcLevel::M] {
            for side in SIDES {
                let sheet = card.drawn(text, level, side);
                let copy = sheet.photocopied(side as u64);
                let mut jobs = Vec::new();
                for (paper, sheet) in [("card", &sheet), ("photocopied card", &copy)] {
                    for (dpi, look) in [200.0, 300.0, 400.0].into_iter().flat_map(|dpi| LOOKS.map(|look| (dpi, look))) {
                        // The aim is for 300 dpi.
                        let ways = if dpi == 300.0 { 4 } else { 1 };
                        for _ in 0..ways {
                            let (lean, turns) = WAYS[jobs.len() % WAYS.len()];
                            let what = format!("{paper}, {dpi} dpi, {}", look.name);
                            let name = format!("{what}, {card:?} {level:?} {side} mm, {}", way((lean, turns)));
                            let mut rows = vec![("scan", what)];
                            if dpi == 300.0 {
                                rows.push(("size", format!("{paper}, {side:02} mm")));
                                rows.push(("way", way((lean, turns))));
                                rows.extend((side >= TRUE_SIDE).then(|| ("all", paper.into())));
                            }
                            let scan = Scan { dpi, lean, turns, look, seed: jobs.len() as u64 };
                            jobs.push(Job { name, sheet, scan, text: Some(text), also: &[], rows });
                        }
                    }
                }
                all.extend(run(&jobs.into_iter().step_by(step).collect::<Vec<_>>())?);
            }
        }
    }
    Ok(all)
}

/// Pages without codes, scanned again in one way after another.
fn without(pages: usize, paths: &[String]) -> Result<Vec<Done>> {
    let bearing = bearing()?;
    let walked = sohoa_capture::walk(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
    let mut sheets = Vec::new();
    for (file, _) in walked.files {
        let page = file.extension().is_some_and(|e| ["jpg", "png", "tif", "tiff", "pdf"].iter().any(|kind| *kind == e));
        if !page || bearing.iter().any(|(dossier, name)| is_of(&file, dossier, name)) {
            continue;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        sohoa_capture::run(&std::fs::read(&file)?, &name, &Params::default(), &mut |page| {
            let picture = sohoa_imaging::decode(&page.bytes)?.to_luma8();
            sheets.push((name.to_string(), Sheet::whole(picture, page.dpi)));
            Ok(())
        })?;
    }
    sheets.extend((0..FORMS).map(|seed| (format!("drawn {seed}"), form(seed))));
    let jobs = (0..pages).map(|i| {
        let ((name, sheet), round) = (&sheets[i % sheets.len()], i / sheets.len());
        let (look, (lean, turns)) = (Look::ALL[round % Look::ALL.len()], WAYS[(i + round) % WAYS.len()]);
        let dpi = [sheet.dpi, 300.0, 200.0, 150.0][round % 4].min(sheet.dpi).round();
        Job {
            name: format!("{name}, {dpi} dpi, {}, {}", look.name, way((lean, turns))),
            sheet,
            scan: Scan { dpi, lean, turns, look, seed: i as u64 },
            text: None,
            also: &[],
            rows: vec![("scan", format!("{dpi} dpi, {}", look.name)), ("dpi", format!("{dpi} dpi"))],
        }
    });
    run(&jobs.collect::<Vec<_>>())
}

/// The bundled documents with a code on them: dossier and name.
fn bearing() -> Result<Vec<(String, String)>> {
    let mut bearing = Vec::new();
    for path in files(&fixture("fixtures/truth")) {
        let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        if truth["codes"].as_array().is_some_and(|codes| !codes.is_empty()) {
            let text = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
            bearing.push((text(path.parent().and_then(Path::file_name)), text(path.file_stem())));
        }
    }
    Ok(bearing)
}

fn is_of(file: &Path, dossier: &str, name: &str) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with(dossier)) && file.file_stem().is_some_and(|stem| stem == name)
}

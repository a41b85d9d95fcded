//! Sohoa, the `tesseract` command and ocrmypdf on the same pages, turn about, so that whatever else the machine does
//! falls on all of them.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::measure::{Cost, Spread, measure};
use super::{Options, Place, dossiers, import, parsed};
use crate::run::{Result, root, run};

/// Everything that runs, each on 1 and on 2 workers. `often` ones run in every round, the others once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `sohoa import`: captured, read, made PDF/A, fields, indexed, encrypted.
    Sohoa,
    /// One `tesseract` for each page, OpenMP off; text only.
    Tesseract,
    /// One `tesseract` for each worker, with a list of pages, so that the model is loaded once.
    TesseractList,
    /// As it comes, four OpenMP threads for each page.
    TesseractOpenMp,
    /// All pages as one PDF, as little as it can do: text layer added, nothing optimised, no PDF/A.
    OcrmypdfLean,
    /// All pages as one PDF, as it comes: PDF/A.
    Ocrmypdf,
    /// As it comes, one PDF for each document, as Sohoa gives them.
    OcrmypdfEach,
}

impl Kind {
    const ALL: [Kind; 7] = [
        Kind::Sohoa,
        Kind::Tesseract,
        Kind::TesseractList,
        Kind::OcrmypdfLean,
        Kind::Ocrmypdf,
        Kind::OcrmypdfEach,
        Kind::TesseractOpenMp,
    ];

    fn key(self) -> &'static str {
        match self {
            Kind::Sohoa => "sohoa",
            Kind::Tesseract => "tesseract",
            Kind::TesseractList => "tesseract_list",
            Kind::TesseractOpenMp => "tesseract_openmp",
            Kind::OcrmypdfLean => "ocrmypdf_lean",
            Kind::Ocrmypdf => "ocrmypdf",
            Kind::OcrmypdfEach => "ocrmypdf_each",
        }
    }

    fn often(self) -> bool {
        !matches!(self, Kind::TesseractOpenMp | Kind::OcrmypdfEach)
    }
}

pub struct Contest<'a> {
    place: &'a Place,
    options: &'a Options,
    /// Folder of the unpacked pages.
    folder: PathBuf,
    pages: Vec<Page>,
    /// One PDF for each document, and one of all.
    documents: Vec<PathBuf>,
    all: PathBuf,
}

struct Page {
    file: PathBuf,
    dpi: u64,
}

impl<'a> Contest<'a> {
    /// Unpacks the very page images, and wraps them in PDFs for ocrmypdf, unaltered.
    pub fn prepare(place: &'a Place, options: &'a Options) -> Result<Self> {
        let folder = place.fresh("pages")?;
        parsed(place.bench("pages")?.arg("unpack").args([&folder, &dossiers()]))?;
        let pages = pages(&folder)?;
        let pdfs = place.fresh("pdf")?;
        let wrap = root().join("tests/bench/wrap.py");
        run(Command::new(place.venv.join("bin/python")).arg(wrap).args([&folder, &pdfs]))?;
        let mut documents: Vec<PathBuf> = list(&pdfs)?;
        documents.sort();
        let all = pdfs.join("all.pdf");
        documents.retain(|d| *d != all);
        Ok(Self { place, options, folder, pages, documents, all })
    }

    pub fn run(&self) -> Result<Value> {
        let mut costs: Vec<(Kind, usize, Vec<Cost>)> = Vec::new();
        for round in 0..self.options.runs {
            for kind in Kind::ALL.into_iter().filter(|k| k.often() || (round == 0 && !self.options.quick)) {
                for workers in [1, 2] {
                    let cost = self.one(kind, workers)?;
                    eprintln!(
                        "round {}: {:16} on {workers}: {:6.1} s, {:6.1} s of processor time, {:4} MB (load before: {:.1})",
                        round + 1,
                        kind.key(),
                        cost.seconds,
                        cost.cpu,
                        cost.memory >> 20,
                        cost.load
                    );
                    match costs.iter_mut().find(|(k, w, _)| (*k, *w) == (kind, workers)) {
                        Some((_, _, all)) => all.push(cost),
                        None => costs.push((kind, workers, vec![cost])),
                    }
                }
            }
        }
        let of = |kind, workers| costs.iter().find(|(k, w, _)| (*k, *w) == (kind, workers)).map(|(_, _, c)| c);
        let runs = costs.iter().map(|(kind, workers, all)| {
            let spread = |f: fn(&Cost) -> f64| Spread::of(all.iter().map(f)).json();
            // Both of a pair ran within the same minutes, so ratios are taken round by round.
            let against = |peer: Kind, f: fn(&Cost) -> f64| {
                let peers = of(peer, *workers).filter(|p| p.len() == all.len());
                peers.map(|peers| Spread::of(all.iter().zip(peers).map(|(a, b)| f(a) / f(b))).json())
            };
            json!({
                "what": kind.key(),
                "workers": workers,
                "runs": all.iter().map(Cost::json).collect::<Vec<_>>(),
                "seconds": spread(|c| c.seconds),
                "cpu": spread(|c| c.cpu),
                "memory": spread(|c| c.memory as f64),
                "largest": spread(|c| c.largest as f64),
                "pages_per_minute": Spread::of(all.iter().map(|c| 60.0 * self.pages.len() as f64 / c.seconds)).json(),
                "time_to_tesseract": against(Kind::Tesseract, |c| c.seconds),
                "cpu_to_tesseract": against(Kind::Tesseract, |c| c.cpu),
                "time_to_tesseract_list": against(Kind::TesseractList, |c| c.seconds),
                "cpu_to_tesseract_list": against(Kind::TesseractList, |c| c.cpu),
                "time_to_ocrmypdf": against(Kind::Ocrmypdf, |c| c.seconds),
                "time_to_ocrmypdf_lean": against(Kind::OcrmypdfLean, |c| c.seconds),
            })
        });
        Ok(json!({
            "pages": self.pages.len(),
            "documents": self.documents.len(),
            "runs": runs.collect::<Vec<_>>(),
            "accuracy": self.accuracy()?,
        }))
    }

    fn one(&self, kind: Kind, workers: usize) -> Result<Cost> {
        let out = self.place.fresh(if kind == Kind::Sohoa { "desk" } else { kind.key() })?;
        match kind {
            Kind::Sohoa => {
                let mut imported = Value::Null;
                let cost = measure(|| {
                    imported = import(self.place, &out, workers, &[dossiers()])?;
                    Ok(())
                })?;
                let taken = imported["pages"].as_u64().unwrap_or(0) as usize;
                if taken != self.pages.len() {
                    return Err(format!("sohoa took {taken} pages, unpacked were {}", self.pages.len()));
                }
                Ok(cost)
            }
            Kind::Tesseract | Kind::TesseractOpenMp => measure(|| {
                at_once(workers, &self.pages, |page| {
                    let mut command = tesseract(&page.file, &named(&out, &page.file));
                    command.args(["--dpi", &page.dpi.to_string()]);
                    if kind == Kind::Tesseract {
                        command.env("OMP_THREAD_LIMIT", "1");
                    }
                    quiet(&mut command)
                })
            }),
            Kind::TesseractList => {
                // Dealt out like cards: neighbours are alike, so every worker gets as much.
                let lists: Vec<PathBuf> = (0..workers)
                    .map(|worker| {
                        let list = out.join(format!("list{worker}.txt"));
                        let pages = self.pages.iter().skip(worker).step_by(workers);
                        let text: String = pages.map(|p| format!("{}\n", p.file.display())).collect();
                        fs::write(&list, text).map(|()| list).map_err(|e| e.to_string())
                    })
                    .collect::<Result<_>>()?;
                measure(|| {
                    at_once(workers, &lists, |list| {
                        quiet(tesseract(list, &list.with_extension("out")).env("OMP_THREAD_LIMIT", "1"))
                    })
                })
            }
            Kind::OcrmypdfLean => {
                measure(|| self.ocrmypdf(workers, &["--output-type", "pdf", "-O0"], &self.all, &out.join("all.pdf")))
            }
            Kind::Ocrmypdf => measure(|| self.ocrmypdf(workers, &[], &self.all, &out.join("all.pdf"))),
            Kind::OcrmypdfEach => {
                measure(|| at_once(workers, &self.documents, |pdf| self.ocrmypdf(1, &[], pdf, &named(&out, pdf))))
            }
        }
    }

    fn ocrmypdf(&self, jobs: usize, options: &[&str], from: &Path, to: &Path) -> Result {
        let mut command = Command::new(self.place.venv.join("bin/ocrmypdf"));
        command.args(["--quiet", "-l", "vie", "--jobs", &jobs.to_string()]).args(options);
        command.arg("--sidecar").arg(to.with_extension("txt"));
        // It bounds OpenMP by itself, as its users have it.
        quiet(command.args([from, to]).env_remove("OMP_THREAD_LIMIT"))
    }

    /// Everyone's text against what is printed: on the bundled dossiers, and on other pages with known text where
    /// there are any.
    fn accuracy(&self) -> Result<Value> {
        let mut sets = vec![];
        sets.push(self.scored("bundled dossiers", &self.folder, &self.place.dir.join("desk"))?);
        let others = super::others();
        if others.is_dir() {
            let folder = self.place.fresh("other-pages")?;
            parsed(self.place.bench("pages")?.arg("unpack").args([&folder, &others]))?;
            let station = self.place.fresh("other-desk")?;
            let images: Vec<PathBuf> =
                list(&others)?.into_iter().filter(|p| p.extension().is_none_or(|e| e != "txt")).collect();
            import(self.place, &station, 2, &images)?;
            sets.push(self.scored("other pages with known text", &folder, &station)?);
        }
        Ok(json!({ "sets": sets, "others": others.is_dir() }))
    }

    fn scored(&self, name: &str, folder: &Path, station: &Path) -> Result<Value> {
        eprintln!("Accuracy on the {name} …");
        let pages = pages(folder)?;
        let mut scores = serde_json::Map::new();
        let mut score = |who: &str, read: &Path| -> Result {
            let told = parsed(self.place.bench("pages")?.arg("score").args([folder, read]))?;
            scores.insert(who.to_owned(), told);
            Ok(())
        };

        let read = self.place.fresh("read-sohoa")?;
        parsed(self.place.bench("pages")?.arg("take").args([station, folder, &read]))?;
        score("sohoa", &read)?;

        // As it comes, and with the page turned upright first (mode 1), which Sohoa always does.
        for (who, mode) in [("tesseract", "3"), ("tesseract_turning", "1")] {
            let read = self.place.fresh("read-tesseract")?;
            at_once(2, &pages, |page| {
                let mut command = tesseract(&page.file, &named(&read, &page.file));
                command.args(["--dpi", &page.dpi.to_string(), "--psm", mode]);
                // A blank page with nothing to tell up from down is an error in mode 1; it counts as empty.
                let _ = quiet(command.env("OMP_THREAD_LIMIT", "1"));
                Ok(())
            })?;
            score(who, &read)?;
        }

        let pdfs = self.place.fresh("read-pdf")?;
        let wrap = root().join("tests/bench/wrap.py");
        run(Command::new(self.place.venv.join("bin/python")).arg(wrap).args([folder, &pdfs]))?;
        let turning = ["--output-type", "pdf", "-O0", "--rotate-pages", "--deskew"];
        for (who, options) in [("ocrmypdf", &turning[..3]), ("ocrmypdf_turning", &turning[..])] {
            let read = self.place.fresh("read-ocrmypdf")?;
            self.ocrmypdf(2, options, &pdfs.join("all.pdf"), &read.join("all.pdf"))?;
            let text = fs::read_to_string(read.join("all.txt")).map_err(|e| format!("ocrmypdf's text: {e}"))?;
            // Its text has a form feed between pages.
            for (page, text) in pages.iter().zip(text.split('\u{c}')) {
                let path = named(&read, &page.file).with_extension("txt");
                fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
            }
            score(who, &read)?;
        }
        Ok(json!({ "name": name, "pages": pages.len(), "scores": scores }))
    }
}

fn pages(folder: &Path) -> Result<Vec<Page>> {
    let path = folder.join("pages.json");
    let text = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let list: Vec<Value> = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let page = |v: &Value| Page {
        file: folder.join(v["file"].as_str().unwrap_or_default()),
        dpi: v["dpi"].as_f64().unwrap_or(300.0).round() as u64,
    };
    Ok(list.iter().map(page).collect())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    entries.map(|e| e.map(|e| e.path()).map_err(|e| e.to_string())).collect()
}

/// Where the result for `file` goes, without the extension that programs put on by themselves.
fn named(folder: &Path, file: &Path) -> PathBuf {
    let keep = file.extension().is_some_and(|e| e == "pdf");
    folder.join(if keep { file.file_name() } else { file.file_stem() }.unwrap_or_default())
}

fn tesseract(input: &Path, out: &Path) -> Command {
    let mut command = Command::new("tesseract");
    command.args([input, out]).args(["-l", "vie"]).env_remove("OMP_THREAD_LIMIT");
    command
}

fn quiet(command: &mut Command) -> Result {
    let out = command.stdin(Stdio::null()).output().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} ended with {}:\n{}", out.status, String::from_utf8_lossy(&out.stderr)))
}

/// `workers` threads, each taking the next item as soon as it is free.
fn at_once<T: Sync>(workers: usize, items: &[T], work: impl Fn(&T) -> Result + Sync) -> Result {
    let queue = Mutex::new(items.iter());
    let failure = Mutex::new(Ok(()));
    let next = || queue.lock().expect("nobody panics while holding it").next();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = next() {
                    if let Err(error) = work(item) {
                        *failure.lock().expect("nobody panics while holding it") = Err(error);
                    }
                }
            });
        }
    });
    failure.into_inner().expect("nobody panics while holding it")
}

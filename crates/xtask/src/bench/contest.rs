//! Sohoa, the `tesseract` command and ocrmypdf on the same pages, turn about, so that whatever else the machine does
//! falls on all of them.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

use super::measure::{Cost, Spread, measure};
use super::peers::{self, Page, at_once, list, named, pages, quiet, tesseract};
use super::{Options, Place, dossiers, import, parsed};
use crate::run::Result;

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
    pages: Vec<Page>,
    /// One PDF for each document, and one of all.
    documents: Vec<PathBuf>,
    all: PathBuf,
}

impl<'a> Contest<'a> {
    /// Unpacks the very page images, and wraps them in PDFs for ocrmypdf, unaltered.
    pub fn prepare(place: &'a Place, options: &'a Options) -> Result<Self> {
        let folder = place.fresh("pages")?;
        parsed(place.bench("pages")?.arg("unpack").args([&folder, &dossiers()]))?;
        let pages = pages(&folder)?;
        let pdfs = peers::wrapped(place, &folder)?;
        let mut documents: Vec<PathBuf> = list(&pdfs)?;
        documents.sort();
        let all = pdfs.join("all.pdf");
        documents.retain(|d| *d != all);
        Ok(Self { place, options, pages, documents, all })
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
            Kind::OcrmypdfLean => measure(|| {
                peers::ocrmypdf(self.place, workers, &["--output-type", "pdf", "-O0"], &self.all, &out.join("all.pdf"))
            }),
            Kind::Ocrmypdf => measure(|| peers::ocrmypdf(self.place, workers, &[], &self.all, &out.join("all.pdf"))),
            Kind::OcrmypdfEach => measure(|| {
                at_once(workers, &self.documents, |pdf| peers::ocrmypdf(self.place, 1, &[], pdf, &named(&out, pdf)))
            }),
        }
    }
}

//! How well pages are read, by Sohoa and by its peers: the bundled ones, others with known text where there are any, and
//! unseen ones that are drawn anew for every run.

use serde_json::{Value, json};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::measure;
use super::peers::{Page, at_once, list, named, ocrmypdf, pages, quiet, tesseract, wrapped};
use super::{Options, Place, dossiers, import, others, parsed};
use crate::run::{Result, output, root, run};
use crate::setup;

struct Set {
    key: &'static str,
    name: String,
    files: Vec<PathBuf>,
    engines: &'static [Engine],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    /// `sohoa import`: the whole job.
    Sohoa,
    /// `sohoa read`, a page at a time, which is what the others do, by the plan of every day and by the two others.
    SohoaRead,
    SohoaFast,
    SohoaAccurate,
    /// The last of them with the optional second engine, where that is installed.
    SohoaSecond,
    /// `tesseract`, a page at a time, OpenMP off.
    Tesseract,
    /// The same, turning the page upright first.
    TesseractTurning,
    Ocrmypdf,
    /// With all that it can do for a page before reading it.
    OcrmypdfCleaning,
}

impl Engine {
    const ALL: [Engine; 9] = [
        Engine::Sohoa,
        Engine::SohoaRead,
        Engine::SohoaFast,
        Engine::SohoaAccurate,
        Engine::SohoaSecond,
        Engine::Tesseract,
        Engine::TesseractTurning,
        Engine::Ocrmypdf,
        Engine::OcrmypdfCleaning,
    ];

    fn key(self) -> &'static str {
        match self {
            Engine::Sohoa => "sohoa",
            Engine::SohoaRead => "sohoa_read",
            Engine::SohoaFast => "sohoa_fast",
            Engine::SohoaAccurate => "sohoa_accurate",
            Engine::SohoaSecond => "sohoa_second",
            Engine::Tesseract => "tesseract",
            Engine::TesseractTurning => "tesseract_turning",
            Engine::Ocrmypdf => "ocrmypdf",
            Engine::OcrmypdfCleaning => "ocrmypdf_cleaning",
        }
    }
}

/// Of everything that is read and of ocrmypdf, which does it itself.
const WORKERS: usize = 2;

/// Of the unseen pages that all read; the further draws follow it.
const SEED: u32 = 30;

/// What is rare shows only among many: 232 fields of one draw cannot tell 0.5 % from none.
const FURTHER: u32 = 5;

/// Of the pages on which not all is print. Nobody looks at these: 401 and 402 are for that.
const UNREAD: u32 = 40;

pub fn bench(place: &Place, options: &Options) -> Result<Value> {
    // The report, with what Sohoa read of each set in a folder of its own.
    let out = place.fresh("read")?;
    let mut show = place.bench("pages")?;
    show.arg("show").arg(&out);
    let mut sets = Vec::new();
    for set in all_sets(place, options)? {
        let folder = place.fresh(&format!("read-{}", set.key))?;
        parsed(place.bench("pages")?.arg("unpack").arg(&folder).args(&set.files))?;
        sets.push(score(place, &set, &folder, &out)?);
        show.arg(&set.name).args([&folder, &out.join(set.key)]);
    }
    let shown = parsed(&mut show)?;
    for (set, shown) in sets.iter_mut().zip(shown["sets"].as_array().into_iter().flatten()) {
        set["calibration"] = shown["calibration"].clone();
        set["fields"] = shown["fields"].clone();
    }
    let second = setup::second_engine()?.is_some();
    Ok(json!({ "sets": sets, "pictures": out.join("index.html"), "unread": unread(place)?, "second": second }))
}

fn all_sets(place: &Place, options: &Options) -> Result<Vec<Set>> {
    let all = |key, name: &str, files| Set { key, name: name.to_owned(), files, engines: &Engine::ALL };
    let mut sets = vec![all("bundled", "bundled dossiers", vec![dossiers()])];
    let others = others();
    if others.is_dir() {
        sets.push(all("others", "other pages with known text", pictures(&others)?));
    }
    let seed = options.seed.unwrap_or(SEED);
    sets.push(all("unseen", "unseen pages", drawn(place, "unseen", "unseen-pages", seed..=seed)?));
    if !options.quick {
        let files = drawn(place, "unseen", "further-pages", seed + 1..=seed + FURTHER)?;
        let name = format!("{FURTHER} further draws of unseen pages");
        sets.push(Set { key: "further", name, files, engines: &[Engine::Sohoa] });
    }
    Ok(sets)
}

fn drawn(place: &Place, generator: &str, folder: &str, seeds: RangeInclusive<u32>) -> Result<Vec<PathBuf>> {
    let folder = place.fresh(folder)?;
    eprintln!("Drawing the {} …", folder.display());
    let generator = root().join("tests/fixtures/generate").join(generator).with_extension("py");
    // Nothing is left in the source folder.
    let mut draw = Command::new(place.venv.join("bin/python"));
    run(draw.arg("-B").arg(generator).arg(&folder).args(seeds.map(|seed| seed.to_string())))?;
    pictures(&folder)
}

/// What lies in a folder beside the truth.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = list(folder)?;
    files.retain(|file| file.extension().is_none_or(|e| e != "txt" && e != "json"));
    files.sort();
    Ok(files)
}

fn score(place: &Place, set: &Set, folder: &Path, out: &Path) -> Result<Value> {
    let pages = pages(folder)?;
    // All in one, for those that take PDFs.
    let pdf = match set.engines {
        [Engine::Sohoa] => PathBuf::new(),
        _ => wrapped(place, folder)?.join("all.pdf"),
    };
    let mut engines = serde_json::Map::new();
    let second = setup::second_engine()?.is_some();
    for &engine in set.engines.iter().filter(|engine| second || **engine != Engine::SohoaSecond) {
        eprintln!("{} reads the {} …", engine.key(), set.name);
        let read = match engine {
            Engine::Sohoa => out.join(set.key),
            _ => place.fresh(&format!("read-by-{}", engine.key()))?,
        };
        let cost = measure(|| engine.read(place, set, &pages, &pdf, &read))?;
        let mut told = json!({
            "cpu_per_page": cost.cpu / pages.len().max(1) as f64,
            "memory": cost.memory,
            "largest": cost.largest,
        });
        match engine {
            Engine::Sohoa => {
                let station = place.dir.join("read-desk");
                parsed(place.bench("pages")?.arg("take").args([&station, folder, &read]))?;
            }
            Engine::Ocrmypdf | Engine::OcrmypdfCleaning => split(&read, &pages)?,
            _ => {}
        }
        told["score"] = parsed(place.bench("pages")?.arg("score").args([folder, &read]))?;
        engines.insert(engine.key().to_owned(), told);
    }
    Ok(json!({ "key": set.key, "name": set.name, "pages": pages.len(), "engines": engines }))
}

/// What is told of what is no print, and what is made of it.
fn unread(place: &Place) -> Result<Value> {
    let files = drawn(place, "unread", "unread-pages", UNREAD..=UNREAD)?;
    let pages: Vec<Page> = files.into_iter().map(|file| Page { file, dpi: 300 }).collect();
    let mut told = json!({ "pages": pages.len() });
    for engine in [Engine::SohoaRead, Engine::Tesseract] {
        eprintln!("{} reads pages on which not all is print …", engine.key());
        let read = place.fresh(&format!("unread-by-{}", engine.key()))?;
        match engine {
            Engine::SohoaRead => by_read(["--format", "json"], None, place, &pages, &read)?,
            _ => by_tesseract(&["--psm", "3", "tsv"], &pages, &read)?,
        }
        let folder = place.dir.join("unread-pages");
        told[engine.key()] = parsed(place.bench("pages")?.arg("unread").args([&folder, &read]))?;
    }
    Ok(told)
}

/// What `sohoa read` says of the pages, with the models of another folder than usual, if one is named.
fn by_read(options: [&str; 2], models: Option<&Path>, place: &Place, pages: &[Page], out: &Path) -> Result {
    let extension = if options.contains(&"json") { "json" } else { "txt" };
    at_once(WORKERS, pages, |page| {
        let mut read = Command::new(&place.sohoa);
        read.envs(models.map(|models| ("TESSDATA_PREFIX", models)));
        let text = output(read.arg("read").args(options).arg(&page.file))?;
        let path = named(out, &page.file).with_extension(extension);
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    })
}

fn by_tesseract(options: &[&str], pages: &[Page], out: &Path) -> Result {
    at_once(WORKERS, pages, |page| {
        let mut command = tesseract(&page.file, &named(out, &page.file));
        command.args(["--dpi", &page.dpi.to_string()]).args(options).env("OMP_THREAD_LIMIT", "1");
        match quiet(&mut command) {
            // A blank page with nothing to tell up from down is an error in mode 1; it counts as empty.
            Err(_) if options.contains(&"1") => Ok(()),
            result => result,
        }
    })
}

impl Engine {
    fn read(self, place: &Place, set: &Set, pages: &[Page], pdf: &Path, out: &Path) -> Result {
        match self {
            Engine::Sohoa => import(place, &place.fresh("read-desk")?, WORKERS, &set.files).map(|_| ()),
            Engine::SohoaRead => by_read(["--plan", "balanced"], None, place, pages, out),
            Engine::SohoaFast => by_read(["--plan", "fast"], None, place, pages, out),
            Engine::SohoaAccurate => {
                // Where the second engine is installed, too, it is measured without it.
                let models = place.fresh("models")?;
                setup::copy_models(&models)?;
                by_read(["--plan", "accurate"], Some(&models), place, pages, out)
            }
            Engine::SohoaSecond => by_read(["--plan", "accurate"], None, place, pages, out),
            Engine::Tesseract => by_tesseract(&["--psm", "3"], pages, out),
            Engine::TesseractTurning => by_tesseract(&["--psm", "1"], pages, out),
            Engine::Ocrmypdf => ocrmypdf(place, WORKERS, &[], pdf, &out.join("all.pdf")),
            Engine::OcrmypdfCleaning => {
                let cleaning = ["--rotate-pages", "--deskew", "--clean"];
                ocrmypdf(place, WORKERS, &cleaning, pdf, &out.join("all.pdf"))
            }
        }
    }
}

/// ocrmypdf's text of all pages, which has a form feed between them, page by page.
fn split(read: &Path, pages: &[Page]) -> Result {
    let text = fs::read_to_string(read.join("all.txt")).map_err(|e| format!("ocrmypdf's text: {e}"))?;
    for (page, text) in pages.iter().zip(text.split('\u{c}')) {
        let path = named(read, &page.file).with_extension("txt");
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

//! What `cargo xtask bench` needs to know of pages: which ones there are and what is on them, what was read of them,
//! how far that is from the truth, and what each stage took.
//!
//!     pages unpack OUT PATH…            page pictures as received, with their truth: OUT/001.jpg …, OUT/pages.json
//!     pages take STATION PAGES OUT      what the station in STATION read of them: OUT/001.txt …, OUT/fields.json, and for
//!                                       `show` OUT/001.json with the words, OUT/001.jpg, the page as it was read, and
//!                                       OUT/sure.json with how sure the fields are said to be and where they are from
//!     pages score PAGES READ            how far READ/001.txt … and READ/fields.json are from the truth, as JSON
//!     pages show OUT (NAME PAGES READ)… OUT/index.html: each page with its errors, how far what `take` took says
//!                                       truly how sure it is; READ lies in OUT. The latter as JSON, too
//!     pages fit (PAGES READ)…           the weights for crates/ocr/src/calibration.rs by what `take` took: of other pages
//!                                       than are scored, such as `unseen.py` draws from another seed, by a build whose plan
//!                                       `balanced` looks once (`doubtful` in crates/station/src/reading.rs): what was
//!                                       looked at twice is weighed in `again.rs`
//!     pages hand FOLDER…                the trees for crates/ocr/src/hand.txt, by which writing is told from print, on
//!                                       standard output: from pages of other seeds than are scored that `unread.py` and
//!                                       `unseen.py` drew; on those all is print
//!     pages marks OUT PAGES…            the letters that may bear marks on pages of other seeds than are scored, for
//!                                       `marks.py`, which learns crates/ocr/src/marks.bin from them
//!     pages unread DRAWN READ           how READ/NAME.json (`sohoa read --format json`) or READ/NAME.tsv
//!                                       (`tesseract … tsv`) deals with what is no print on the pages that `unread.py`
//!                                       drew into DRAWN, as JSON
//!     pages stages SOHOA STATION PATH…  the seconds that each stage takes for PATH…, into a new station, as JSON

#[path = "pages/fit.rs"]
mod fit;
#[path = "pages/hand.rs"]
mod hand;
#[path = "pages/marks.rs"]
mod marks;
#[path = "pages/score.rs"]
mod score;
#[path = "pages/show.rs"]
mod show;
#[path = "pages/stages.rs"]
mod stages;
#[path = "pages/unread.rs"]
mod unread;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sohoa_station::{Station, view};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// One page picture, unpacked.
#[derive(Serialize, Deserialize)]
struct Page {
    /// In the folder of `pages.json`.
    file: String,
    dpi: f32,
    /// Name of the file or folder that is its document.
    document: String,
    /// Code of the dossier, where there is one.
    dossier: Option<String>,
    /// Within the document, from 1.
    number: u32,
    /// What was done to it, where that is known: `clean`, `photocopy`, …
    grade: Option<String>,
    /// What is printed on it, line by line.
    lines: Vec<String>,
    /// The fields of the whole document, on its first page.
    fields: BTreeMap<String, String>,
}

/// Fields by page and name, as `take` writes them: what they are, and what is said of them.
type Values = BTreeMap<String, BTreeMap<String, String>>;
type Sure = BTreeMap<String, BTreeMap<String, Said>>;

#[derive(Serialize, Deserialize)]
struct Said {
    /// Percent.
    confidence: f32,
    /// `code` or `text`.
    source: String,
}

fn main() -> Result {
    // Cargo adds its own flag when it runs a benchmark.
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["unpack", out, ref paths @ ..] if !paths.is_empty() => unpack(Path::new(out), paths),
        ["take", station, pages, out] => take(Path::new(station), Path::new(pages), Path::new(out)),
        ["score", pages, read] => print(&score::run(&load(Path::new(pages))?, Path::new(read))?),
        ["show", out, ref sets @ ..] if !sets.is_empty() && sets.len() % 3 == 0 => {
            print(&show::run(Path::new(out), sets)?)
        }
        ["fit", ref sets @ ..] if !sets.is_empty() && sets.len() % 2 == 0 => fit::run(sets),
        ["unread", drawn, read] => print(&unread::run(Path::new(drawn), Path::new(read))?),
        ["marks", out, ref folders @ ..] if !folders.is_empty() => marks::run(Path::new(out), folders),
        ["hand", ref folders @ ..] if !folders.is_empty() => hand::run(folders),
        ["stages", sohoa, station, ref paths @ ..] if !paths.is_empty() => {
            print(&stages::run(Path::new(sohoa), Path::new(station), &walk(paths)?)?)
        }
        _ => Err("see the head of tests/bench/pages.rs".into()),
    }
}

fn print(value: &impl Serialize) -> Result {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

fn load(pages: &Path) -> Result<Vec<Page>> {
    Ok(serde_json::from_slice(&std::fs::read(pages.join("pages.json"))?)?)
}

/// Files of a kind that has pages, in the order in which the station takes them.
fn walk(paths: &[&str]) -> Result<Vec<PathBuf>> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let walked = sohoa_capture::walk(&paths);
    let known = ["jpg", "jpeg", "png", "tif", "tiff", "pdf", "webp", "bmp"];
    let paged = |p: &Path| p.extension().is_some_and(|e| known.contains(&e.to_string_lossy().to_lowercase().as_str()));
    Ok(walked.files.into_iter().map(|(path, _)| path).filter(|p| paged(p)).collect())
}

/// The dossier's code from the nearest folder that bears one, and the name of the document: the file, or the folder of
/// page images below the dossier's.
fn place(path: &Path) -> (Option<String>, PathBuf) {
    let coded =
        |folder: &Path| sohoa_model::DossierCode::find(folder.file_name()?.to_str()?).map(|(c, _)| c.to_string());
    let code = path.ancestors().skip(1).find_map(coded);
    let folder = path.parent().unwrap_or(Path::new(""));
    let document = if code.is_some() && coded(folder).is_none() { folder } else { path };
    (code, document.to_owned())
}

fn unpack(out: &Path, paths: &[&str]) -> Result {
    std::fs::create_dir_all(out)?;
    let mut pages: Vec<Page> = Vec::new();
    for path in walk(paths)? {
        let (dossier, document) = place(&path);
        let document = document.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let truth = truth(&path, dossier.as_deref(), &document)?;
        let bytes = std::fs::read(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // The bundled PDFs are our own, so they need no child process here.
        sohoa_capture::run(&bytes, &name, &sohoa_capture::Params::default(), &mut |captured| {
            let extension = if captured.format == sohoa_capture::PageFormat::Jpeg { "jpg" } else { "png" };
            let same = |p: &&Page| (&p.dossier, &p.document) == (&dossier, &document);
            let number = pages.iter().filter(same).count() as u32 + 1;
            // A page of which nobody wrote down what is on it says nothing.
            let Some(lines) = truth.pages.get(number as usize - 1).cloned() else { return Ok(()) };
            let file = format!("{:03}.{extension}", pages.len() + 1);
            std::fs::write(out.join(&file), &captured.bytes)
                .map_err(|e| sohoa_model::Error::io("ghi", &out.join(&file), e))?;
            pages.push(Page {
                file,
                dpi: captured.dpi,
                document: document.clone(),
                dossier: dossier.clone(),
                number,
                grade: truth.grade.clone(),
                lines,
                fields: if number == 1 { truth.fields.clone() } else { BTreeMap::new() },
            });
            Ok(())
        })
        .map_err(|e| format!("{}: {e}", path.display()))?;
    }
    std::fs::write(out.join("pages.json"), serde_json::to_vec_pretty(&pages)?)?;
    print(&serde_json::json!({ "pages": pages.len() }))
}

#[derive(Default)]
struct Truth {
    grade: Option<String>,
    pages: Vec<Vec<String>>,
    fields: BTreeMap<String, String>,
}

/// `truth/DOSSIER/DOCUMENT.json` for the bundled dossiers; beside any other picture `NAME.json` of the same shape, or
/// `NAME.gt.txt`.
fn truth(path: &Path, dossier: Option<&str>, document: &str) -> Result<Truth> {
    let beside = path.with_extension("json");
    let file = match dossier {
        Some(dossier) => {
            let stem = Path::new(document).file_stem().unwrap_or_default();
            // The folder's name may hold a dot, which is no extension then.
            let names = [document.to_owned(), stem.to_string_lossy().into_owned()];
            let folder = sohoa_tests::fixture("fixtures/truth").join(dossier);
            let file = names.iter().map(|n| folder.join(format!("{n}.json"))).find(|f| f.is_file());
            file.ok_or_else(|| format!("no truth for {} in {}", path.display(), folder.display()))?
        }
        None if beside.is_file() => beside,
        None => return plain_truth(path),
    };
    let json: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let lines = |page: &Value| sohoa_tests::list(&page["lines"]).iter().map(text).collect();
    let fields = json["fields"].as_object().into_iter().flatten();
    Ok(Truth {
        grade: json["grade"].as_str().map(str::to_owned),
        pages: sohoa_tests::list(&json["pages"]).iter().map(lines).collect(),
        fields: fields.map(|(name, value)| (name.clone(), text(value))).collect(),
    })
}

/// Lines of text only; the ending of the name tells the grade (`_a` an office scan, `_b` a photocopy, `rNN_` a real page).
fn plain_truth(path: &Path) -> Result<Truth> {
    let beside = path.with_extension("gt.txt");
    let text = std::fs::read_to_string(&beside).map_err(|e| format!("{}: {e}", beside.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let real = name.strip_prefix('r').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    let grade = match &*name {
        _ if real => "real",
        n if n.ends_with("_a") => "office scan",
        n if n.ends_with("_b") => "photocopy",
        _ => "clean",
    };
    Ok(Truth {
        grade: Some(grade.to_owned()),
        pages: vec![text.lines().map(str::to_owned).collect()],
        fields: BTreeMap::new(),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a station read, page by page, under the names of the unpacked pictures.
fn take(dir: &Path, pages: &Path, out: &Path) -> Result {
    std::fs::create_dir_all(out)?;
    let station = Station::unlock(dir, std::env::var("SOHOA_PASSPHRASE").ok().as_deref(), false)?;
    let mut words = BTreeMap::new();
    let mut fields: BTreeMap<_, Vec<view::Field>> = BTreeMap::new();
    for row in station.desk()?.dossiers {
        for document in station.dossier(&row.code)?.documents {
            for page in &document.pages {
                words.insert((document.received_as.clone(), row.code.clone(), page.number), page.id);
                if page.number == 1 {
                    fields.insert((document.received_as.clone(), row.code.clone()), document.fields.clone());
                }
            }
        }
    }
    let (mut by_page, mut sure) = (Values::new(), Sure::new());
    for page in load(pages)? {
        // Without a code of its own the station gave the dossier one; file names are unique there.
        let same = |name: &str, code: &str| name == page.document && page.dossier.as_deref().is_none_or(|d| d == code);
        let id = words.iter().find(|((name, code, number), _)| same(name, code) && *number == page.number);
        let (_, id) = id.ok_or_else(|| format!("{} page {} is not in the station", page.document, page.number))?;
        let read = station.page_words(*id)?;
        let mut text = String::new();
        let mut last = 0;
        for word in &read.words {
            text.push(if word.line == last { ' ' } else { '\n' });
            text.push_str(&word.text);
            last = word.line;
        }
        let named = |extension: &str| out.join(&page.file).with_extension(extension);
        std::fs::write(named("txt"), text.trim_start())?;
        std::fs::write(named("json"), serde_json::to_vec(&read)?)?;
        std::fs::write(named("jpg"), small(&station.page_image(*id)?.1)?)?;
        if page.number == 1 {
            let found = fields.iter().find(|((name, code), _)| same(name, code)).map_or(&[][..], |(_, f)| f);
            let said = |f: &view::Field| Said { confidence: f.confidence, source: f.source.clone() };
            sure.insert(page.file.clone(), found.iter().map(|f| (f.name.clone(), said(f))).collect());
            by_page.insert(page.file, found.iter().map(|f| (f.name.clone(), f.value.clone())).collect());
        }
    }
    std::fs::write(out.join("fields.json"), serde_json::to_vec_pretty(&by_page)?)?;
    std::fs::write(out.join("sure.json"), serde_json::to_vec_pretty(&sure)?)?;
    print(&serde_json::json!({ "pages": by_page.len() }))
}

/// Large enough to see what is wrong with a word, small enough for a report of a hundred pages.
fn small(picture: &[u8]) -> Result<Vec<u8>> {
    let picture = image::load_from_memory(picture)?.thumbnail(1100, 1600).into_rgb8();
    let mut out = Vec::new();
    picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 55))?;
    Ok(out)
}

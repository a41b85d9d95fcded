//! The programs that Sohoa is measured against, and the pages that they are given.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::Place;
use crate::run::{Result, root, run};

pub struct Page {
    pub file: PathBuf,
    pub dpi: u64,
}

/// The unpacked pages of a folder.
pub fn pages(folder: &Path) -> Result<Vec<Page>> {
    let path = folder.join("pages.json");
    let text = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let list: Vec<Value> = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let page = |v: &Value| Page {
        file: folder.join(v["file"].as_str().unwrap_or_default()),
        dpi: v["dpi"].as_f64().unwrap_or(300.0).round() as u64,
    };
    Ok(list.iter().map(page).collect())
}

/// The unpacked pages of `folder` as PDFs for ocrmypdf, unaltered: one of each document, and `all.pdf`.
pub fn wrapped(place: &Place, folder: &Path) -> Result<PathBuf> {
    let pdfs = place.fresh("pdf")?;
    let wrap = root().join("tests/bench/wrap.py");
    run(Command::new(place.venv.join("bin/python")).arg(wrap).args([folder, &pdfs]))?;
    Ok(pdfs)
}

pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    entries.map(|e| e.map(|e| e.path()).map_err(|e| e.to_string())).collect()
}

/// Where the result for `file` goes, without the extension that programs put on by themselves.
pub fn named(folder: &Path, file: &Path) -> PathBuf {
    let keep = file.extension().is_some_and(|e| e == "pdf");
    folder.join(if keep { file.file_name() } else { file.file_stem() }.unwrap_or_default())
}

pub fn tesseract(input: &Path, out: &Path) -> Command {
    let mut command = Command::new("tesseract");
    command.args([input, out]).args(["-l", "vie"]).env_remove("OMP_THREAD_LIMIT");
    command
}

/// Its text goes beside the PDF.
pub fn ocrmypdf(place: &Place, jobs: usize, options: &[&str], from: &Path, to: &Path) -> Result {
    let mut command = Command::new(place.venv.join("bin/ocrmypdf"));
    command.args(["--quiet", "-l", "vie", "--jobs", &jobs.to_string()]).args(options);
    command.arg("--sidecar").arg(to.with_extension("txt"));
    // It bounds OpenMP by itself, as its users have it.
    quiet(command.args([from, to]).env_remove("OMP_THREAD_LIMIT"))
}

pub fn quiet(command: &mut Command) -> Result {
    let out = command.stdin(Stdio::null()).output().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} ended with {}:\n{}", out.status, String::from_utf8_lossy(&out.stderr)))
}

/// `workers` threads, each taking the next item as soon as it is free.
pub fn at_once<T: Sync>(workers: usize, items: &[T], work: impl Fn(&T) -> Result + Sync) -> Result {
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

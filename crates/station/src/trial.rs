//! One file through capture, imaging and recognition alone, nothing kept: for trying and measuring.

use serde::Serialize;
use sohoa_capture::{CapturedPage, Kind, isolate};
use sohoa_model::{Care, Error, Extracted, Reading, Result, page::Barcode, time};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::desk::{shown_difference, shown_field, shown_stranger};
use crate::{WORKER, forms, models, reading, view};

/// A page as read, with its text.
#[derive(Serialize)]
pub struct Page {
    #[serde(flatten)]
    pub reading: Reading,
    pub codes: Vec<Barcode>,
    pub text: String,
}

/// Errors: whatever is wrong with the file, as when importing it.
pub fn read(path: &Path, care: Care) -> Result<Vec<Page>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("đọc", path, e))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (params, cancel) = (sohoa_capture::Params::default(), AtomicBool::new(false));
    let mut captured: Vec<CapturedPage> = Vec::new();
    let mut keep = |page| {
        captured.push(page);
        Ok(())
    };
    if Kind::of(&bytes, &name)? == Kind::Pdf {
        let worker = std::env::current_exe().map_err(|e| Error::internal("Không biết chương trình nằm ở đâu", e))?;
        isolate::run(&worker, WORKER, &bytes, &name, &params, &cancel, &mut keep)?;
    } else {
        sohoa_capture::run(&bytes, &name, &params, &mut keep)?;
    }
    let reading = reading::Params::of(care);
    let mut reader = sohoa_ocr::Reader::new(&models::folder()?, models::LANGUAGE)?;
    captured
        .into_iter()
        .map(|page| {
            let read = reading::run(&mut reader, &page.bytes, page.dpi, page.turn, &reading, &cancel)?;
            Ok(Page { text: read.reading.text(), reading: read.reading, codes: read.codes })
        })
        .collect()
}

/// What would be proposed of a file.
#[derive(Serialize)]
pub struct Proposed {
    /// As which of the office's own forms it is known.
    pub form: Option<String>,
    pub fields: Vec<view::Field>,
    pub differences: Vec<view::Difference>,
    pub strangers: Vec<view::Stranger>,
}

/// With the forms of the station in `dir`, if there is one.
///
/// Errors: as [`read`].
pub fn extract(path: &Path, dir: &Path) -> Result<Proposed> {
    let found = extracted(path, forms::usable(dir))?;
    Ok(Proposed {
        form: found.form,
        fields: found.fields.iter().map(|f| shown_field(f, false)).collect(),
        differences: found.differences.into_iter().map(shown_difference).collect(),
        strangers: found.strangers.into_iter().map(shown_stranger).collect(),
    })
}

pub(crate) fn extracted(path: &Path, forms: Vec<sohoa_extract::Form>) -> Result<Extracted> {
    let pages = read(path, Care::default())?;
    let inputs: Vec<sohoa_extract::Page> = pages
        .iter()
        .enumerate()
        .map(|(i, p)| sohoa_extract::Page {
            number: i as u32 + 1,
            width: p.reading.width,
            height: p.reading.height,
            words: &p.reading.words,
            codes: &p.codes,
        })
        .collect();
    let today = time::now().to_string()[..10].to_owned();
    Ok(sohoa_extract::run(&inputs, &sohoa_extract::Params { today, forms }))
}

fn readings(pages: &[Page]) -> Vec<Reading> {
    pages.iter().map(|p| p.reading.clone()).collect()
}

pub fn text(pages: &[Page]) -> String {
    sohoa_ocr::output::text(&readings(pages))
}

pub fn tsv(pages: &[Page]) -> String {
    sohoa_ocr::output::tsv(&readings(pages))
}

pub fn hocr(pages: &[Page]) -> String {
    sohoa_ocr::output::hocr(&readings(pages))
}

pub fn alto(pages: &[Page]) -> String {
    sohoa_ocr::output::alto(&readings(pages))
}

//! One file through capture, imaging and recognition alone, nothing kept: for trying and measuring.

use serde::Serialize;
use sohoa_capture::{CapturedPage, Kind, isolate};
use sohoa_model::{Care, Error, Extracted, Reading, Result, page::Barcode, time};
use sohoa_ocr::Suggestion;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::desk::{shown_difference, shown_field, shown_page_fault, shown_stranger};
use crate::{WORKER, forms, models, reading, view, words};

/// A page as read, with its text.
#[derive(Serialize)]
pub struct Page {
    #[serde(flatten)]
    pub reading: Reading,
    pub codes: Vec<Barcode>,
    pub text: String,
    /// What words probably are that cannot be Vietnamese as they were read; `word` counts in `words`.
    pub suggestions: Vec<Suggestion>,
}

/// With the words of the station in `dir`, if there is one.
///
/// Errors: whatever is wrong with the file, as when importing it.
pub fn read(path: &Path, dir: &Path, care: Care) -> Result<Vec<Page>> {
    let lexicon = words::lexicon(dir);
    let page = |(reading, codes): (Reading, Vec<Barcode>)| {
        let suggestions = sohoa_ocr::suggest(&reading.words, &lexicon);
        Page { text: reading.text(), reading, codes, suggestions }
    };
    Ok(pages(path, dir, care)?.into_iter().map(page).collect())
}

fn pages(path: &Path, dir: &Path, care: Care) -> Result<Vec<(Reading, Vec<Barcode>)>> {
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
    let mut reader = sohoa_ocr::Reader::new(&models::folder()?, models::LANGUAGE)?;
    reader.know(words::lexicon(dir));
    let reading = reading::Params::of(care).with_second(&reader);
    captured
        .into_iter()
        .map(|page| {
            let read = reading::run(&mut reader, &page.bytes, page.dpi, page.turn, &reading, &cancel, &mut |_| ())?;
            Ok((read.reading, read.codes))
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
    pub page_faults: Vec<view::PageFault>,
}

/// With the forms and words of the station in `dir`, if there is one.
///
/// Errors: as [`read`].
pub fn extract(path: &Path, dir: &Path) -> Result<Proposed> {
    let (found, lexicon) = (extracted(path, dir, forms::usable(dir))?, words::lexicon(dir));
    Ok(Proposed {
        form: found.form,
        fields: found.fields.iter().map(|f| shown_field(f, false, &lexicon)).collect(),
        differences: found.differences.into_iter().map(shown_difference).collect(),
        strangers: found.strangers.into_iter().map(shown_stranger).collect(),
        page_faults: found.page_faults.into_iter().map(shown_page_fault).collect(),
    })
}

pub(crate) fn extracted(path: &Path, dir: &Path, forms: Vec<sohoa_extract::Form>) -> Result<Extracted> {
    let pages = pages(path, dir, Care::default())?;
    let inputs: Vec<sohoa_extract::Page> = pages
        .iter()
        .enumerate()
        .map(|(i, (reading, codes))| sohoa_extract::Page {
            number: i as u32 + 1,
            width: reading.width,
            height: reading.height,
            words: &reading.words,
            codes,
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

//! A page made words: decoded, looked at, turned, straightened, read, its codes found.

use image::DynamicImage;
use serde::{Deserialize, Serialize};
use sohoa_model::{Care, Digest, Reading, Result, Turn, Word, page::Barcode};
use std::sync::atomic::AtomicBool;

use crate::secret;

/// All that decides how a page is read; part of the key under which the result is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Params {
    /// The clerk's own turn, which overrules what the page looks like.
    pub turn: Option<Turn>,
    /// How stamps are looked for. What was read before they were is read again.
    pub stamps: u32,
    pub imaging: sohoa_imaging::Params,
    pub ocr: sohoa_ocr::Params,
    /// Lines that were read with doubt are read again.
    pub again: bool,
}

impl Params {
    pub fn of(care: Care) -> Self {
        let (mut imaging, mut ocr) = (sohoa_imaging::Params::default(), sohoa_ocr::Params::default());
        if care == Care::Fast {
            (imaging.reading_dpi, imaging.letter) = FAST;
            ocr.invert = false;
        }
        Self { turn: None, stamps: secret::VERSION, imaging, ocr, again: care == Care::Accurate }
    }

    /// The name of the result of reading `page` this way. The same picture may come at another resolution or the other
    /// way up from another file.
    pub fn key(&self, page: &Digest, dpi: f32, hint: Turn) -> Result<Digest> {
        let params = serde_json::to_vec(&(self, dpi, hint))
            .map_err(|e| sohoa_model::Error::internal("Không viết được tham số đọc", e))?;
        let versions = [sohoa_imaging::VERSION.to_be_bytes(), sohoa_ocr::VERSION.to_be_bytes()].concat();
        Ok(Digest::of_parts([&page.0[..], &params, &versions]))
    }
}

impl Default for Params {
    fn default() -> Self {
        Self::of(Care::default())
    }
}

/// Resolution of the copy and height of letters in it, for good print.
const FAST: (f32, f32) = (125.0, 11.5);

/// What reading gave, with the picture kept for the next step.
pub struct Read {
    pub reading: Reading,
    pub codes: Vec<Barcode>,
    /// JPEG of the upright page, at most 320 px on its longer side.
    pub thumbnail: Vec<u8>,
}

pub(crate) const THUMBNAIL: u32 = 320;

/// Errors: `StateSecret` for a page that may not be kept; of what it says nothing comes out.
pub fn run(
    reader: &mut sohoa_ocr::Reader,
    bytes: &[u8],
    dpi: f32,
    hint: Turn,
    params: &Params,
    cancel: &AtomicBool,
) -> Result<Read> {
    let image = sohoa_imaging::decode(bytes)?;
    let mut turn = params.turn.unwrap_or(hint);
    let mut clean = sohoa_imaging::run(&image, turn, dpi, &params.imaging)?;
    let mut words = None;
    if params.turn.is_none() && !clean.blank {
        // Most pages are upright, so the page is prepared as it came and prepared again only when it is not. Where the
        // letters say nothing it is read as it came, too: looking longer for the way up costs half as much as reading.
        let mut found = sohoa_ocr::orientation_by_letters(&clean.gray, clean.dpi);
        if found.is_none() {
            let read = reader.run(&clean.gray, clean.dpi, &params.ocr, cancel)?;
            if !sohoa_ocr::reads_well(&read) {
                found = reader.orientation_at_length(&clean.gray, clean.dpi)?;
            }
            words = Some(read);
        }
        if let Some((more, _)) = found.filter(|(more, _)| *more != Turn::None) {
            turn = turn.then(more);
            clean = sohoa_imaging::run(&image, turn, dpi, &params.imaging)?;
            words = None;
        }
    }
    let words = match words {
        _ if clean.blank => Vec::new(),
        Some(words) => words,
        None => reader.run(&clean.gray, clean.dpi, &params.ocr, cancel)?,
    };
    let words: Vec<Word> = words.into_iter().map(|w| Word { bounds: clean.to_frame(w.bounds), ..w }).collect();
    let mut words = sohoa_ocr::arrange(words, &clean.rules, (clean.width, clean.height));
    if params.again && !words.is_empty() {
        words = again(reader, words, &image, turn, dpi, params, cancel)?;
    }
    if !clean.blank && secret::is_marked(reader, &image, turn, &clean, &words, dpi, cancel)? {
        return Err(secret::refusal());
    }
    let codes = if clean.blank { Vec::new() } else { codes(&image, turn)? };
    let (words, mut unread) = sohoa_ocr::apart(words);
    let words = sohoa_ocr::calibration::run(words);
    unread.extend(clean.pens);
    let confidence = sohoa_ocr::mean(&words);
    let thumbnail = sohoa_imaging::thumbnail(&image, turn, clean.skew, THUMBNAIL)?;
    let reading = Reading {
        width: clean.width,
        height: clean.height,
        dpi,
        orientation: turn,
        skew: clean.skew,
        blank: clean.blank,
        plan: clean.plan,
        words,
        rules: clean.rules,
        unread,
        confidence,
    };
    Ok(Read { reading, codes, thumbnail })
}

/// Lines read with doubt, read again from a copy that is not reduced.
fn again(
    reader: &mut sohoa_ocr::Reader,
    words: Vec<Word>,
    image: &DynamicImage,
    turn: Turn,
    dpi: f32,
    params: &Params,
    cancel: &AtomicBool,
) -> Result<Vec<Word>> {
    let finer = sohoa_imaging::Params { reading_dpi: dpi, ..params.imaging.clone() };
    let copy = sohoa_imaging::run(image, turn, dpi, &finer)?;
    reader.again(words, (&copy.gray, copy.dpi), (copy.width, copy.height), &params.ocr, cancel)
}

/// Codes, with boxes on the turned page (a lean of a few degrees does not matter to them).
fn codes(image: &DynamicImage, turn: Turn) -> Result<Vec<Barcode>> {
    sohoa_capture::codes::read(&sohoa_imaging::upright_gray(image, turn))
}

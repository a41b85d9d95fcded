//! A page made words: decoded, looked at, turned, straightened, read, its codes found.

use image::{DynamicImage, imageops};
use serde::{Deserialize, Serialize};
use sohoa_imaging::{Clean, Plain};
use sohoa_model::{Box4, Care, Digest, Reading, Result, Turn, Word, page::Barcode};
use sohoa_ocr::{Eye, Look};
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
    pub again: Option<Again>,
    /// Whether the letters are asked for the way up before reading: in a coarse copy they say nothing.
    pub by_letters: bool,
}

/// Which words are looked at a second time: those less sure than this, in percent, and those that go with none beside them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Again {
    /// By the same model, in another copy.
    pub doubtful: f32,
    /// After that by the larger model.
    pub dubious: f32,
    /// By the larger model, too, what goes into fields and is less sure than this: what is recorded must be right. Of
    /// 2,300 words that were surer, on pages drawn for it, the larger model changed two, and neither for the better.
    pub recorded: f32,
}

impl Again {
    fn of(care: Care) -> Option<Self> {
        match care {
            Care::Fast => None,
            Care::Balanced => Some(Self { doubtful: 80.0, dubious: 0.0, recorded: 97.0 }),
            Care::Accurate => Some(Self { doubtful: 93.0, dubious: 93.0, recorded: 97.0 }),
        }
    }
}

impl Params {
    pub fn of(care: Care) -> Self {
        let (mut imaging, mut ocr) = (sohoa_imaging::Params::default(), sohoa_ocr::Params::default());
        if care == Care::Fast {
            (imaging.reading_dpi, imaging.letter) = FAST;
            ocr.invert = false;
        }
        Self {
            turn: None,
            stamps: secret::VERSION,
            imaging,
            ocr,
            again: Again::of(care),
            by_letters: care != Care::Fast,
        }
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

/// Resolution of the copy for a second look. A finer one is read no better.
const PLAIN: f32 = 220.0;

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
        let mut found = params.by_letters.then(|| sohoa_ocr::orientation_by_letters(&clean.gray, clean.dpi)).flatten();
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
    let words = sohoa_ocr::arrange(words, &clean.rules, (clean.width, clean.height));
    if !clean.blank && secret::is_marked(reader, &image, turn, &clean, &words, dpi, cancel)? {
        return Err(secret::refusal());
    }
    let codes = if clean.blank { Vec::new() } else { codes(&image, turn)? };
    let (words, mut unread) = sohoa_ocr::apart(words);
    let words = again(reader, sohoa_ocr::calibration::run(words), &clean, params, cancel)?;
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

/// The words after a second look at what was read with doubt and at what goes into fields.
fn again(
    reader: &mut sohoa_ocr::Reader,
    mut words: Vec<Word>,
    clean: &Clean,
    params: &Params,
    cancel: &AtomicBool,
) -> Result<Vec<Word>> {
    let Some(Again { doubtful, dubious, recorded }) = params.again else { return Ok(words) };
    let frame = (clean.width, clean.height);
    let wanted = sohoa_ocr::doubtful(&words, doubtful);
    if wanted.contains(&true) {
        let plain = Plain::of(clean, PLAIN);
        let (copy, size) = (|area| plain.piece(area), (plain.width, plain.height));
        let look = Look { eye: Eye::Same, copy: &copy, size, dpi: plain.dpi, frame };
        words = reader.again(&words, &wanted, &look, &params.ocr, cancel)?;
    }
    let fields = places(&words, frame);
    let in_field = |word: &Word| fields.iter().any(|field| lies_in(word, *field));
    let wanted: Vec<bool> = words
        .iter()
        .zip(sohoa_ocr::doubtful(&words, dubious))
        .map(|(word, doubtful)| doubtful || word.confidence < recorded && in_field(word))
        .collect();
    if wanted.contains(&true) {
        let copy = |[x, y, w, h]: Box4| Ok(imageops::crop_imm(&clean.gray, x, y, w, h).to_image());
        let look = Look { eye: Eye::Larger, copy: &copy, size: clean.gray.dimensions(), dpi: clean.dpi, frame };
        words = reader.again(&words, &wanted, &look, &params.ocr, cancel)?;
    }
    Ok(words)
}

/// Where on the page there are fields, as far as it can be told from this page alone.
fn places(words: &[Word], (width, height): (u32, u32)) -> Vec<Box4> {
    let page = sohoa_extract::Page { number: 1, width, height, words, codes: &[] };
    let found = sohoa_extract::run(&[page], &sohoa_extract::Params::default());
    found.fields.iter().filter_map(|field| field.bounds).collect()
}

fn lies_in(word: &Word, [x, y, w, h]: Box4) -> bool {
    let [left, top, wide, tall] = word.bounds;
    (x..=x + w).contains(&(left + wide / 2)) && (y..=y + h).contains(&(top + tall / 2))
}

/// Codes, with boxes on the turned page (a lean of a few degrees does not matter to them).
fn codes(image: &DynamicImage, turn: Turn) -> Result<Vec<Barcode>> {
    sohoa_capture::codes::read(&sohoa_imaging::upright_gray(image, turn))
}

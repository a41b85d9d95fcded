//! A page made words: decoded, looked at, turned, straightened, read, its codes found.

use image::{DynamicImage, GrayImage};
use serde::{Deserialize, Serialize};
use sohoa_imaging::{Clean, Kind, Plain};
use sohoa_model::{Box4, Care, Digest, Reading, Result, Turn, Word, page::Barcode};
use sohoa_ocr::{Deadline, Found, Look};
use std::sync::atomic::AtomicBool;

use crate::{models, secret};

/// All that decides how a page is read; part of the key under which the result is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Params {
    /// The clerk's own turn, which overrules what the page looks like.
    pub turn: Option<Turn>,
    /// How stamps are looked for. What was read before they were is read again.
    pub stamps: u32,
    pub imaging: sohoa_imaging::Params,
    pub ocr: sohoa_ocr::Params,
    /// Words less sure than this, in percent, are looked at a second time.
    pub again: Option<f32>,
    /// An office's own words, which speak for what is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Digest>,
    /// Whether the letters are asked for the way up before reading: in a coarse copy they say nothing.
    pub by_letters: bool,
}

/// Words less sure than this, in percent, are looked at a second time, and those that go with none beside them; beyond 100
/// all of them.
fn doubtful(care: Care) -> Option<f32> {
    match care {
        Care::Fast => None,
        Care::Balanced => Some(98.0),
        Care::Accurate => Some(101.0),
    }
}

impl Params {
    pub fn of(care: Care) -> Self {
        let (mut imaging, mut ocr) = (sohoa_imaging::Params::default(), sohoa_ocr::Params::default());
        if care == Care::Fast {
            (imaging.reading_dpi, imaging.letter) = FAST;
            (ocr.both, ocr.invert) = (false, false);
        }
        Self {
            turn: None,
            stamps: secret::VERSION,
            imaging,
            ocr,
            again: doubtful(care),
            words: None,
            by_letters: care != Care::Fast,
        }
    }

    /// With the engine of another kind that `reader` has beside it, where every word is looked at twice: it has its price.
    pub fn with_second(mut self, reader: &sohoa_ocr::Reader) -> Self {
        self.ocr.second = self.again.filter(|least| *least > 100.0).and_then(|_| reader.second());
        self
    }

    /// How a page of this kind is read.
    fn reading(&self, kind: Option<Kind>) -> sohoa_ocr::Params {
        let mut ocr = self.ocr.clone();
        if kind == Some(Kind::Table) {
            ocr.segmentation = ocr.tables;
        }
        ocr
    }

    /// What reads it, for the archive: `vie+Vietnamese,again98`, and behind it what else has its say.
    fn by(&self) -> String {
        let larger = if self.ocr.both { format!("+{}", sohoa_ocr::LARGER) } else { String::new() };
        let again = match self.again {
            None => String::new(),
            Some(least) if least > 100.0 => ",again".to_owned(),
            Some(least) => format!(",again{least:.0}"),
        };
        let second = self.ocr.second.as_ref().map(|second| format!(",{second}")).unwrap_or_default();
        format!("{}{larger}{again}{second}", models::LANGUAGE)
    }

    /// With a page left as it lies, or set straight as usual.
    pub fn leaning(mut self, leaning: bool) -> Self {
        /// No page leans so far.
        const NEVER: f32 = 90.0;
        if leaning {
            self.imaging.least_skew = NEVER;
        }
        self
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

/// Told at the end of each step what was done since the last: `stage: step`. Who measures looks at the clock then.
pub type Lap<'a> = &'a mut dyn FnMut(&'static str);

/// What is seen of a page, before it is told what of it is print.
pub struct Seen {
    pub clean: Clean,
    pub words: Vec<Word>,
    /// All parts of ink, in the frame of the words.
    pub ink: Vec<Box4>,
    turn: Turn,
    codes: Vec<Barcode>,
    noise: Vec<Box4>,
}

/// Errors: `StateSecret` for a page that may not be kept; of what it says nothing comes out.
pub fn see(
    reader: &mut sohoa_ocr::Reader,
    image: &DynamicImage,
    dpi: f32,
    hint: Turn,
    params: &Params,
    cancel: &AtomicBool,
    lap: Lap,
) -> Result<Seen> {
    let deadline = &Deadline::new(&params.ocr, cancel);
    let prepared = |turn| sohoa_imaging::run(image, turn, dpi, &params.imaging);
    let mut turn = params.turn.unwrap_or(hint);
    let mut clean = prepared(turn)?;
    lap("imaging: clean");
    let mut found = None;
    if params.turn.is_none() && !clean.blank {
        (turn, clean, found) = upright(reader, prepared, clean, hint, params, deadline, lap)?;
    }
    let found = match found {
        _ if clean.blank => Found::default(),
        Some(found) => found,
        None => read(reader, &clean, params, deadline, lap)?,
    };
    let ink = found.ink.into_iter().map(|area| clean.to_frame(area)).collect();
    let words = found.words;
    let words: Vec<Word> = words.into_iter().map(|w| Word { bounds: clean.to_frame(w.bounds), ..w }).collect();
    let words = sohoa_ocr::arrange(words, &clean.rules, (clean.width, clean.height));
    lap("ocr: words");
    let stamps = if clean.blank { Vec::new() } else { sohoa_imaging::stamps(image, turn, clean.skew, dpi) };
    lap("imaging: stamps");
    if secret::is_marked(reader, &words, (clean.width, clean.height), &stamps, deadline)? {
        return Err(secret::refusal());
    }
    lap("ocr: marks of secrets");
    let codes = if clean.blank { Vec::new() } else { codes(image, turn)? };
    lap("capture: codes");
    let (words, noise) = sohoa_ocr::apart(words);
    let words = again(reader, sohoa_ocr::calibration::run(words), &clean, params, deadline)?;
    lap("ocr: second look");
    Ok(Seen { clean, words, ink, turn, codes, noise })
}

/// Errors: as [`see`].
pub fn run(
    reader: &mut sohoa_ocr::Reader,
    bytes: &[u8],
    dpi: f32,
    hint: Turn,
    params: &Params,
    cancel: &AtomicBool,
    lap: Lap,
) -> Result<Read> {
    let image = sohoa_imaging::decode(bytes)?;
    lap("imaging: decode");
    let Seen { clean, words, ink, turn, codes, noise } = see(reader, &image, dpi, hint, params, cancel, lap)?;
    let pictures = clean.pictures.iter().map(|area| clean.to_frame(*area)).collect();
    let (words, pictures) = sohoa_ocr::in_pictures(words, pictures);
    let scale = clean.gray.width() as f32 / clean.width as f32;
    let (words, hand) = sohoa_ocr::by_hand(words, &ink, &clean.pens, &clean.gray, scale);
    let known = [noise, pictures, hand].concat();
    let mut told: Vec<Box4> = words.iter().map(|word| word.bounds).collect();
    // A code may be larger than where it was found, and lies where it lay before the page was set straight.
    told.extend(codes.iter().map(|code| around(code.bounds)));
    let unread = sohoa_ocr::unread(&ink, &clean.pens, &told, &known, (clean.width, clean.height), dpi);
    let confidence = sohoa_ocr::mean(&words);
    lap("ocr: what is not read");
    let thumbnail = sohoa_imaging::thumbnail(&image, turn, clean.skew, THUMBNAIL)?;
    lap("imaging: thumbnail");
    let reading = Reading {
        width: clean.width,
        height: clean.height,
        dpi,
        orientation: turn,
        skew: clean.skew,
        blank: clean.blank,
        plan: [clean.plan, params.by()].join(","),
        words,
        rules: clean.rules,
        unread,
        confidence,
    };
    Ok(Read { reading, codes, thumbnail })
}

/// A box with a fifth of it more on each side.
fn around([x, y, w, h]: Box4) -> Box4 {
    let (across, down) = (w / 5, h / 5);
    let (left, top) = (x.saturating_sub(across), y.saturating_sub(down));
    [left, top, x + w + across - left, y + h + down - top]
}

/// The turn that makes a page upright, and the page prepared so; read, too, where that was the way to tell. Most pages are
/// upright, so the page comes prepared as it was received.
fn upright(
    reader: &mut sohoa_ocr::Reader,
    prepared: impl Fn(Turn) -> Result<Clean>,
    clean: Clean,
    hint: Turn,
    params: &Params,
    deadline: &Deadline,
    lap: Lap,
) -> Result<(Turn, Clean, Option<Found>)> {
    let by_letters = params.by_letters.then(|| sohoa_ocr::orientation_by_letters(&clean.gray, clean.dpi)).flatten();
    lap("ocr: way up");
    let mut here = None;
    let more = match by_letters {
        Some((more, _)) => more,
        // Where the letters say nothing it is read as it came: looking longer for the way up costs as much as reading.
        None => {
            let here = here.insert(read(reader, &clean, params, deadline, lap)?);
            let well = sohoa_ocr::reads_well(&here.words);
            let found = if well { None } else { reader.orientation_at_length(&clean.gray, clean.dpi)? };
            lap("ocr: way up");
            found.map_or(Turn::None, |(more, _)| more)
        }
    };
    if more == Turn::None {
        return Ok((hint, clean, here));
    }
    let turn = hint.then(more);
    let turned = prepared(turn)?;
    lap("imaging: clean");
    let there = read(reader, &turned, params, deadline, lap)?;
    if !sohoa_ocr::reads_well(&there.words) {
        // Handwriting and pictures turn pages for no reason: it must make more sense than as it came.
        let here = match here {
            Some(here) => here,
            None => read(reader, &clean, params, deadline, lap)?,
        };
        if sohoa_ocr::sense(&there.words) <= sohoa_ocr::sense(&here.words) {
            return Ok((hint, clean, Some(here)));
        }
    }
    Ok((turn, turned, Some(there)))
}

fn read(
    reader: &mut sohoa_ocr::Reader,
    clean: &Clean,
    params: &Params,
    deadline: &Deadline,
    lap: Lap,
) -> Result<Found> {
    let found = reader.run(&clean.gray, clean.dpi, &clean.pictures, &params.reading(clean.kind), deadline)?;
    lap("ocr: words");
    Ok(found)
}

/// The words after a second look at what was read with doubt, and after another engine's, where one is asked.
fn again(
    reader: &mut sohoa_ocr::Reader,
    words: Vec<Word>,
    clean: &Clean,
    params: &Params,
    deadline: &Deadline,
) -> Result<Vec<Word>> {
    let Some(least) = params.again else { return Ok(words) };
    let wanted = reader.doubtful(&words, least);
    if !wanted.contains(&true) {
        return Ok(words);
    }
    let plain = Plain::of(clean, PLAIN);
    let words =
        reader.again(&words, &wanted, &look(&|area| plain.piece(area), &plain, clean), &params.ocr, deadline)?;
    // This one makes its own size of what is there.
    let plain = Plain::of(clean, f32::INFINITY);
    reader.other(&words, &look(&|area| plain.piece(area), &plain, clean), &params.ocr, deadline)
}

fn look<'a>(copy: &'a dyn Fn(Box4) -> Result<GrayImage>, plain: &Plain, clean: &Clean) -> Look<'a> {
    Look { copy, size: (plain.width, plain.height), dpi: plain.dpi, frame: (clean.width, clean.height) }
}

/// Codes, with boxes on the turned page (a lean of a few degrees does not matter to them).
fn codes(image: &DynamicImage, turn: Turn) -> Result<Vec<Barcode>> {
    sohoa_capture::codes::read(&sohoa_imaging::upright_gray(image, turn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_ocr::{Models, Reader};

    #[test]
    fn a_second_engine_is_asked_by_the_accurate_plan_alone_and_named_in_what_it_read() {
        let (models, dir) = (models::folder().unwrap(), tempfile::tempdir().unwrap());
        std::fs::copy(models.join("vie.traineddata"), dir.path().join("vie.traineddata")).unwrap();
        let vie = Digest::of(&std::fs::read(models.join("vie.traineddata")).unwrap());
        let list = serde_json::json!({
            "models": [{ "name": "vie", "file": "vie.traineddata", "package": "", "sha256": vie }],
            "optional": [{ "name": "second", "file": "second.onnx", "sha256": Digest([0xab; 32]), "letters": "ab " }],
        });
        let reader = || Reader::with(Models::parse(&list.to_string()).unwrap(), dir.path(), "vie").unwrap();
        let key = |params: &Params| params.key(&Digest::of(b"page"), 300.0, Turn::None).unwrap();
        let params = |care| Params::of(care).with_second(&reader());
        let without = params(Care::Accurate);
        assert_eq!((without.by(), key(&without)), (Params::of(Care::Accurate).by(), key(&Params::of(Care::Accurate))));

        std::fs::write(dir.path().join("second.onnx"), b"a network").unwrap();
        let with = params(Care::Accurate);
        assert_eq!(with.by(), "vie+Vietnamese,again,second-abababab");
        assert_ne!(key(&with), key(&without));
        for care in [Care::Fast, Care::Balanced] {
            assert_eq!((params(care).by(), key(&params(care))), (Params::of(care).by(), key(&Params::of(care))));
        }
    }
}

//! A page made words, with boxes and confidence: where its lines are by Tesseract's layout analysis through leptess, what
//! they say by the networks of Tesseract's models, which `lstm/` calculates in a quarter of Tesseract's own time.
//!
//! A [`Reader`] holds what is loaded and belongs to one thread; page-level workers, each with its own reader, use the
//! cores better than threads within a page would.

mod again;
pub mod beside;
pub mod calibration;
mod deadline;
mod engine;
pub mod hand;
mod layout;
mod lexicon;
mod lstm;
pub mod marks;
mod missed;
mod model;
mod noise;
mod order;
mod orientation;
pub mod output;
mod read;
mod second;
pub mod strokes;
mod suggest;
mod syllable;
mod unread;

use image::GrayImage;
use serde::{Deserialize, Serialize};
use sohoa_model::{Box4, Result, Turn, Word};
use std::path::{Path, PathBuf};

use again::Anew;
pub use again::Look;
pub use deadline::Deadline;
use engine::Engine;
pub use hand::by_hand;
use layout::Layout;
pub use lexicon::Lexicon;
use lstm::Recogniser;
pub use model::Models;
pub use noise::apart;
pub use order::arrange;
use read::Eyes;
pub use read::Found;
use second::{Asked, Second};
pub use suggest::{Suggestion, suggest, suggest_value};
pub use unread::{in_pictures, unread};

/// Grows when the same reading copy would give other words.
pub const VERSION: u32 = 14;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Tesseract's page segmentation mode. 4, one column of lines of any size, reads running text as well as any and forms
    /// best (line errors of 0.33 %, with 3, 6, 11 and 12 of 0.41, 0.35, 0.78 and 0.97); which columns there are is found
    /// out from the rules and the letterhead ([`arrange`]). 7 is for a single line.
    pub segmentation: u32,
    /// The same for a page that is a table: 11, text wherever there is some, has line errors of 0.58 % instead of 0.90.
    pub tables: u32,
    /// Whether poor lines are tried as light print on dark ground, too.
    pub invert: bool,
    /// Whether the larger model has its say as well: on clean print a quarter fewer errors, a third more time.
    pub both: bool,
    /// Whether marks are told by their look, too ([`marks`]): of words that are looked at a second time.
    #[serde(default)]
    pub marks: bool,
    /// Which engine of another kind has its say on doubtful words, as [`Reader::second`] tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// A page that takes longer than this is given up, in seconds.
    pub deadline: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self { segmentation: 4, tables: 11, invert: true, both: true, marks: false, second: None, deadline: 120 }
    }
}

pub struct Reader {
    layout: Layout,
    words: Recogniser,
    tessdata: PathBuf,
    models: Models,
    /// What is usual where the pages come from.
    lexicon: Lexicon,
    /// Loaded when the first page is met whose orientation the cheap way cannot tell.
    orientation: Option<Engine>,
    /// Loaded when the first doubtful word is met that it is asked about.
    second: Option<Second>,
}

/// Three times as large as the first model, as sure on clean print, surer on poor one.
pub const LARGER: &str = "Vietnamese";

impl Reader {
    /// Loads `<language>.traineddata` from `tessdata`, if it is the pinned one. Takes about 0.01 s.
    ///
    /// Errors: `Missing` when the model is not there or another than pinned.
    pub fn new(tessdata: &Path, language: &str) -> Result<Self> {
        Self::with(Models::pinned()?, tessdata, language)
    }

    /// The same with another list of models than the pinned one.
    pub fn with(models: Models, tessdata: &Path, language: &str) -> Result<Self> {
        let words = Recogniser::new(&models.load(tessdata, language)?)?;
        Ok(Self {
            layout: Layout::new()?,
            words,
            tessdata: tessdata.to_owned(),
            models,
            lexicon: Lexicon::default(),
            orientation: None,
            second: None,
        })
    }

    /// The engine of another kind that is there to have its say: its name and the beginning of its digest.
    pub fn second(&self) -> Option<String> {
        self.models.second(&self.tessdata).map(|model| model.id())
    }

    /// The same after its file was held against its digest.
    ///
    /// Errors: `Missing` when it is another than pinned.
    pub fn check_second(&self) -> Result<Option<String>> {
        let model = self.models.second(&self.tessdata);
        model.map(|model| model.load(&self.tessdata).map(|_| model.id())).transpose()
    }

    /// Has the words of an office speak for what is read, beside those built in.
    pub fn know(&mut self, lexicon: Lexicon) {
        self.lexicon = lexicon;
    }

    /// Which words a second look may put right: those less sure than `least`, in percent, and those that go with nothing
    /// beside them.
    pub fn doubtful(&self, words: &[Word], least: f32) -> Vec<bool> {
        again::doubtful(words, least, &self.lexicon)
    }

    /// The turn that makes the page upright, with how sure that is; `None` where nothing tells (a blank, a picture).
    pub fn orientation(&mut self, gray: &GrayImage, dpi: f32) -> Result<Option<(Turn, f32)>> {
        match orientation_by_letters(gray, dpi) {
            Some(found) => Ok(Some(found)),
            None => self.orientation_at_length(gray, dpi),
        }
    }

    /// The same by Tesseract's own detection, which takes as long as reading the page does.
    pub fn orientation_at_length(&mut self, gray: &GrayImage, dpi: f32) -> Result<Option<(Turn, f32)>> {
        if self.orientation.is_none() {
            self.orientation = Some(Engine::with_model(&self.models.load(&self.tessdata, "osd")?, "osd")?);
        }
        let engine = self.orientation.as_mut().expect("just loaded");
        Ok(engine.orientation(gray, dpi))
    }

    /// Has a second look at the words that are `wanted` and at those beside them, and keeps what is likelier right.
    ///
    /// Errors: as [`Reader::run`].
    pub fn again(
        &mut self,
        words: &[Word],
        wanted: &[bool],
        look: &Look,
        params: &Params,
        deadline: &Deadline,
    ) -> Result<Vec<Word>> {
        self.prepare(params)?;
        // Light print on dark ground was tried the first time.
        let params = Params { segmentation: again::ONE_LINE, invert: false, marks: true, ..params.clone() };
        let mut eyes = Eyes {
            layout: &mut self.layout,
            recogniser: &self.words,
            params: &params,
            lexicon: &self.lexicon,
            deadline,
        };
        let mut anew = Anew(|copies: &[GrayImage]| eyes.lines(copies, look.dpi));
        again::run(words, wanted, look, &self.lexicon, &mut anew)
    }

    /// Has the engine of another kind have its say on doubtful words, if there is one and `params` ask for it.
    ///
    /// Errors: `Missing` when its file is another than pinned; `Cancelled` and `Unreadable` as the deadline says.
    pub fn other(&mut self, words: &[Word], look: &Look, params: &Params, deadline: &Deadline) -> Result<Vec<Word>> {
        let wanted: Vec<bool> = words.iter().map(|word| word.confidence < second::DOUBTFUL).collect();
        let model = self.models.second(&self.tessdata).filter(|_| params.second.is_some() && wanted.contains(&true));
        let Some(model) = model else { return Ok(words.to_vec()) };
        if self.second.is_none() {
            self.second = Some(Second::new(model.load(&self.tessdata)?, &model.letters)?);
        }
        let mut asked = Asked { second: self.second.as_ref().expect("just loaded"), deadline };
        again::run(words, &wanted, look, &self.lexicon, &mut asked)
    }

    /// What is on a reading copy, boxes in its own pixels, words in reading order. In `pictures` it is read until it is clear
    /// that there is no print in them ([`in_pictures`] drops what was).
    ///
    /// Errors: `Cancelled` and `Unreadable` as the deadline says; `Missing` when both models are asked for and the larger
    /// one is not there.
    pub fn run(
        &mut self,
        gray: &GrayImage,
        dpi: f32,
        pictures: &[Box4],
        params: &Params,
        deadline: &Deadline,
    ) -> Result<Found> {
        self.prepare(params)?;
        let (layout, recogniser, lexicon) = (&mut self.layout, &self.words, &self.lexicon);
        Eyes { layout, recogniser, params, lexicon, deadline }.run(gray, dpi, pictures)
    }

    /// What is seen of the letters on a copy, line by line: for learning [`marks`] from them.
    ///
    /// Errors: `Missing` as [`Reader::run`].
    pub fn letters(&mut self, gray: &GrayImage, dpi: f32, params: &Params) -> Result<Vec<Vec<marks::Seen>>> {
        self.prepare(params)?;
        read::letters(&mut self.layout, &self.words, (gray, dpi), params)
    }

    /// Loads what is asked for and not there yet.
    fn prepare(&mut self, params: &Params) -> Result<()> {
        if params.both && !self.words.is_joined() {
            self.words.join(&self.models.load(&self.tessdata, LARGER)?)?;
        }
        Ok(())
    }
}

/// The turn that makes the page upright, told from its letters alone: quick, but silent on nearly half of real pages.
pub fn orientation_by_letters(gray: &GrayImage, dpi: f32) -> Option<(Turn, f32)> {
    orientation::by_letters(gray, dpi)
}

/// Whether these can only be the words of an upright page: some, sure, and wider than they are high. What is read off
/// a page upside down is unsure; words found up and down a page that lies on its side are higher than wide.
pub fn reads_well(words: &[Word]) -> bool {
    let long = words.iter().filter(|w| w.text.chars().count() >= 3);
    let (all, lying) = long.fold((0, 0), |(all, lying), w| (all + 1, lying + u32::from(w.bounds[2] > w.bounds[3])));
    all >= 8 && lying * 10 >= all * 8 && mean(words) >= 65.0
}

/// How many letters there are in words that make sense and that the reader is rather sure of.
pub fn sense(words: &[Word]) -> usize {
    const SURE: f32 = 65.0;
    let sound = words.iter().filter(|w| w.confidence >= SURE && noise::makes_sense(w));
    sound.map(|w| w.text.chars().filter(|c| c.is_alphabetic()).count()).sum()
}

/// How sure the letters of some words are, in the mean, percent.
fn sure(words: &[Word]) -> f32 {
    let (sum, count) = words.iter().fold((0.0, 0.0), |(sum, count), w| {
        let letters = w.text.chars().count() as f32;
        (sum + letters * w.confidence, count + letters)
    });
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The smallest box round some words.
fn bounds(words: &[Word]) -> Box4 {
    let left = words.iter().map(|w| w.bounds[0]).min().unwrap_or(0);
    let top = words.iter().map(|w| w.bounds[1]).min().unwrap_or(0);
    let right = words.iter().map(|w| w.bounds[0] + w.bounds[2]).max().unwrap_or(0);
    let bottom = words.iter().map(|w| w.bounds[1] + w.bounds[3]).max().unwrap_or(0);
    [left, top, right - left, bottom - top]
}

/// The mean of the words' confidences, percent.
pub fn mean(words: &[Word]) -> f32 {
    if words.is_empty() { 0.0 } else { words.iter().map(|w| w.confidence).sum::<f32>() / words.len() as f32 }
}

//! A page made words, with boxes and confidence, by Tesseract through leptess.
//!
//! A [`Reader`] holds one loaded engine and belongs to one thread; page-level workers, each with its own reader, use
//! the cores far better than OpenMP inside the engine does, so that is switched off in each of them.

mod engine;
mod model;
mod orientation;
pub mod output;

use image::GrayImage;
use serde::{Deserialize, Serialize};
use sohoa_model::{Result, Turn, Word};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use engine::Engine;

/// Grows when the same reading copy would give other words.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Tesseract's page segmentation mode; 3 is a whole page, fully automatic.
    pub segmentation: u32,
    /// A page that takes longer than this is given up, in seconds.
    pub deadline: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self { segmentation: 3, deadline: 120 }
    }
}

pub struct Reader {
    words: Engine,
    tessdata: PathBuf,
    /// Loaded when the first page is met whose orientation the cheap way cannot tell.
    orientation: Option<Engine>,
}

impl Reader {
    /// Loads `<language>.traineddata` from `tessdata`, if it is the pinned one. Takes about 0.1 s.
    ///
    /// Errors: `Missing` when the model is not there or another than pinned.
    pub fn new(tessdata: &Path, language: &str) -> Result<Self> {
        let words = Engine::new(&model::load(tessdata, language)?, language, engine::Mode::Lstm)?;
        Ok(Self { words, tessdata: tessdata.to_owned(), orientation: None })
    }

    /// The turn that makes the page upright, with how sure that is; `None` where nothing tells (a blank, a picture).
    pub fn orientation(&mut self, gray: &GrayImage, dpi: f32) -> Result<Option<(Turn, f32)>> {
        if let Some(found) = orientation::by_letters(gray, dpi) {
            return Ok(Some(found));
        }
        if self.orientation.is_none() {
            self.orientation = Some(Engine::new(&model::load(&self.tessdata, "osd")?, "osd", engine::Mode::Legacy)?);
        }
        let engine = self.orientation.as_mut().expect("just loaded");
        Ok(engine.orientation(gray, dpi))
    }

    /// The words of a reading copy, boxes in its own pixels, in reading order.
    ///
    /// Errors: `Cancelled` soon after `cancel` is set; `Unreadable` beyond the deadline or when the engine gives up.
    pub fn run(&mut self, gray: &GrayImage, dpi: f32, params: &Params, cancel: &AtomicBool) -> Result<Vec<Word>> {
        self.words.recognise(gray, dpi, params, cancel)
    }
}

/// The mean of the words' confidences, percent.
pub fn mean(words: &[Word]) -> f32 {
    if words.is_empty() { 0.0 } else { words.iter().map(|w| w.confidence).sum::<f32>() / words.len() as f32 }
}

//! One Tesseract engine, owned.

use image::GrayImage;
use leptess::capi::*;
use sohoa_model::{Code, Error, Result, Turn};
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;

pub struct Engine(*mut TessBaseAPI);

fn failed() -> Error {
    Error::new(Code::Missing, "Không khởi động được bộ nhận dạng Tesseract")
        .hint("Cài lại gói tesseract-ocr-vie và libtesseract5.")
}

// SAFETY: the engine has no ties to the thread that made it; it is used by one thread at a time (`&mut self`).
unsafe impl Send for Engine {}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: made in `new`, ended only here.
        unsafe {
            TessBaseAPIEnd(self.0);
            TessBaseAPIDelete(self.0);
        }
    }
}

impl Engine {
    /// For what needs no model: where lines are.
    pub fn new() -> Result<Self> {
        let engine = Self::empty()?;
        // SAFETY: the engine is live.
        unsafe { TessBaseAPIInitForAnalysePage(engine.0) };
        Ok(engine)
    }

    /// With a model of Tesseract's older kind, which alone knows orientations.
    pub fn with_model(model: &[u8], language: &str) -> Result<Self> {
        const LEGACY: u32 = 0;
        let language = CString::new(language).map_err(|_| failed())?;
        let engine = Self::empty()?;
        // SAFETY: pointers and lengths are those of live slices; the engine copies what it keeps.
        let code = unsafe {
            let (data, length, none) = (model.as_ptr().cast(), model.len() as c_int, ptr::null_mut());
            TessBaseAPIInit5(
                engine.0,
                data,
                length,
                language.as_ptr(),
                LEGACY,
                ptr::null_mut(),
                0,
                none,
                ptr::null_mut(),
                0,
                0,
            )
        };
        if code == 0 { Ok(engine) } else { Err(failed()) }
    }

    fn empty() -> Result<Self> {
        // SAFETY: made here, ended when dropped.
        let engine = unsafe {
            setMsgSeverity(L_SEVERITY_NONE as c_int);
            TessBaseAPICreate()
        };
        if engine.is_null() {
            return Err(failed());
        }
        let engine = Self(engine);
        // What the engine has to say goes to nobody's terminal.
        engine.set(c"debug_file", c"/dev/null");
        Ok(engine)
    }

    pub fn api(&self) -> *mut TessBaseAPI {
        self.0
    }

    /// Frees the page and what was found on it; the model stays.
    pub fn clear(&mut self) {
        // SAFETY: the engine is live.
        unsafe { TessBaseAPIClear(self.0) };
    }

    pub fn set(&self, name: &CStr, value: &CStr) {
        // SAFETY: both are NUL-terminated and live through the call.
        unsafe { TessBaseAPISetVariable(self.0, name.as_ptr(), value.as_ptr()) };
    }

    pub fn show(&mut self, gray: &GrayImage, dpi: f32) {
        let (width, height) = (gray.width() as c_int, gray.height() as c_int);
        // SAFETY: one byte per pixel, rows without padding; the engine copies the image.
        unsafe {
            TessBaseAPISetImage(self.0, gray.as_raw().as_ptr(), width, height, 1, width);
            TessBaseAPISetSourceResolution(self.0, dpi.round() as c_int);
        }
    }

    /// What Tesseract's own orientation detection says, if it is sure.
    pub fn orientation(&mut self, gray: &GrayImage, dpi: f32) -> Option<(Turn, f32)> {
        /// Right answers on documents have 3 and more.
        const SURE: f32 = 2.0;
        self.show(gray, dpi.max(70.0));
        let (mut degrees, mut confidence, mut script, mut script_confidence) = (0, 0.0, ptr::null::<c_char>(), 0.0);
        // SAFETY: all four are live and of the types asked for.
        let found = unsafe {
            let found = TessBaseAPIDetectOrientationScript(
                self.0,
                &mut degrees,
                &mut confidence,
                &mut script,
                &mut script_confidence,
            );
            found != 0
        };
        self.clear();
        // The engine tells by how much the page was turned clockwise, so as much the other way makes it upright.
        (found && confidence >= SURE).then(|| (Turn::from_degrees(-degrees), confidence))
    }
}

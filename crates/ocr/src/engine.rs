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
    pub fn new(model: &[u8], language: &str) -> Result<Self> {
        /// Tesseract's older kind of recognition, which alone knows orientations.
        const LEGACY: u32 = 0;
        let language = CString::new(language).map_err(|_| failed())?;
        // SAFETY: pointers and lengths are those of live slices; the engine copies what it keeps.
        let engine = unsafe {
            setMsgSeverity(L_SEVERITY_NONE as c_int);
            let engine = TessBaseAPICreate();
            let nothing = ptr::null_mut();
            let code = TessBaseAPIInit5(
                engine,
                model.as_ptr().cast(),
                model.len() as c_int,
                language.as_ptr(),
                LEGACY,
                ptr::null_mut(),
                0,
                nothing,
                ptr::null_mut(),
                0,
                0,
            );
            if code != 0 {
                TessBaseAPIDelete(engine);
                return Err(failed());
            }
            Self(engine)
        };
        engine.set_up();
        Ok(engine)
    }

    /// For what needs no model: where lines are.
    pub fn without_model() -> Result<Self> {
        // SAFETY: made here, ended when dropped.
        let engine = unsafe {
            setMsgSeverity(L_SEVERITY_NONE as c_int);
            let engine = TessBaseAPICreate();
            if engine.is_null() {
                return Err(failed());
            }
            TessBaseAPIInitForAnalysePage(engine);
            Self(engine)
        };
        engine.set_up();
        Ok(engine)
    }

    fn set_up(&self) {
        // It is given no user words or patterns: words changed nothing when it was measured, and its LSTM takes patterns
        // as hints that it may pass over. What an office adds speaks after reading instead (`tessdata/words.txt`).
        // What the engine has to say goes to nobody's terminal.
        self.set(c"debug_file", c"/dev/null");
        // A page comes without its rules, and which cells a table has is known from them; Tesseract's own guess parts and
        // joins lines wrongly. No Vietnamese is written downwards. Copies of small print have letters of this height.
        self.set(c"textord_tabfind_find_tables", c"0");
        self.set(c"textord_tabfind_vertical_text", c"0");
        self.set(c"textord_min_xheight", c"7");
    }

    pub fn api(&self) -> *mut TessBaseAPI {
        self.0
    }

    /// Frees the page and what was found on it; the model stays.
    pub fn clear(&mut self) {
        // SAFETY: the engine is live.
        unsafe { TessBaseAPIClear(self.0) };
    }

    fn set(&self, name: &CStr, value: &CStr) {
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
        without_openmp();
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
            TessBaseAPIClear(self.0);
            found != 0
        };
        // The engine tells by how much the page was turned clockwise, so as much the other way makes it upright.
        (found && confidence >= SURE).then(|| (Turn::from_degrees(-degrees), confidence))
    }
}

/// Debian's libtesseract asks OpenMP for four threads per page, which costs 3.5 times the processor time of one. Its
/// limit is per thread, so it is set in the thread that reads; the environment is read too early to help from here.
fn without_openmp() {
    #[cfg(unix)]
    // SAFETY: libtesseract has loaded libgomp; the function takes an int and returns nothing (OpenMP 5.0, 3.2.16).
    unsafe {
        let levels = libc::dlsym(libc::RTLD_DEFAULT, c"omp_set_max_active_levels".as_ptr());
        if !levels.is_null() {
            let levels: extern "C" fn(c_int) = std::mem::transmute(levels);
            levels(0);
        }
    }
}

//! One Tesseract engine, owned.

use image::GrayImage;
use leptess::capi::*;
use sohoa_model::{Code, Error, Result, Turn, Word, text::nfc};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Params;

pub enum Mode {
    Legacy = 0,
    Lstm = 1,
}

pub struct Engine(*mut TessBaseAPI);

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
    pub fn new(model: &[u8], language: &str, mode: Mode) -> Result<Self> {
        let failed = || {
            Error::new(Code::Missing, "Không khởi động được bộ nhận dạng Tesseract")
                .hint("Cài lại gói tesseract-ocr-vie và libtesseract5.")
        };
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
                mode as u32,
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
        // It is given no user words or patterns: words changed nothing when it was measured, and its LSTM takes patterns
        // as hints that it may pass over. What an office adds speaks after reading instead (`tessdata/words.txt`).
        // What the engine has to say goes to nobody's terminal.
        engine.set(c"debug_file", c"/dev/null");
        // A page comes without its rules, and which cells a table has is known from them; Tesseract's own guess parts and
        // joins lines wrongly. No Vietnamese is written downwards. Copies of small print have letters of this height.
        engine.set(c"textord_tabfind_find_tables", c"0");
        engine.set(c"textord_tabfind_vertical_text", c"0");
        engine.set(c"textord_min_xheight", c"7");
        Ok(engine)
    }

    fn set(&self, name: &CStr, value: &CStr) {
        // SAFETY: both are NUL-terminated and live through the call.
        unsafe { TessBaseAPISetVariable(self.0, name.as_ptr(), value.as_ptr()) };
    }

    fn show(&mut self, gray: &GrayImage, dpi: f32) {
        let (width, height) = (gray.width() as c_int, gray.height() as c_int);
        // SAFETY: one byte per pixel, rows without padding; the engine copies the image.
        unsafe {
            TessBaseAPISetImage(self.0, gray.as_raw().as_ptr(), width, height, 1, width);
            TessBaseAPISetSourceResolution(self.0, dpi.round() as c_int);
        }
    }

    pub fn recognise(&mut self, gray: &GrayImage, dpi: f32, params: &Params, cancel: &AtomicBool) -> Result<Vec<Word>> {
        without_openmp();
        self.set(c"tessedit_do_invert", if params.invert { c"1" } else { c"0" });
        // SAFETY: the monitor lives until it is deleted below, and so does what `cancel` points to.
        let code = unsafe {
            TessBaseAPISetPageSegMode(self.0, params.segmentation);
            self.show(gray, dpi);
            let monitor = TessMonitorCreate();
            TessMonitorSetCancelFunc(monitor, Some(asked_to_stop));
            TessMonitorSetCancelThis(monitor, ptr::from_ref(cancel).cast_mut().cast());
            TessMonitorSetDeadlineMSecs(monitor, params.deadline.saturating_mul(1000).min(c_int::MAX as u32) as c_int);
            let started = std::time::Instant::now();
            let code = TessBaseAPIRecognize(self.0, monitor);
            TessMonitorDelete(monitor);
            // A monitor that ran out gives what was read so far as if it were all.
            if started.elapsed().as_secs() >= u64::from(params.deadline) { -1 } else { code }
        };
        // SAFETY: frees the page and what was read of it; the model stays.
        let clear = || unsafe { TessBaseAPIClear(self.0) };
        if cancel.load(Ordering::Relaxed) {
            clear();
            return Err(Error::new(Code::Cancelled, "Đã dừng theo yêu cầu"));
        }
        if code != 0 {
            clear();
            return Err(Error::new(Code::Unreadable, "Không đọc được trang này trong thời gian cho phép")
                .hint("Quét lại trang rõ hơn rồi thử lại."));
        }
        let words = self.words();
        clear();
        Ok(words)
    }

    fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        // SAFETY: the iterator is of this engine, which is not touched until it is deleted.
        unsafe {
            let results = TessBaseAPIGetIterator(self.0);
            if results.is_null() {
                return words;
            }
            let pages = TessResultIteratorGetPageIterator(results);
            let (mut line, mut block) = (-1i64, -1i64);
            loop {
                let begins = |level| TessPageIteratorIsAtBeginningOf(pages, level) != 0;
                line += i64::from(begins(TessPageIteratorLevel_RIL_TEXTLINE));
                block += i64::from(begins(TessPageIteratorLevel_RIL_PARA));
                let raw = TessResultIteratorGetUTF8Text(results, TessPageIteratorLevel_RIL_WORD);
                if let Some(text) = owned(raw) {
                    let confidence =
                        TessResultIteratorConfidence(results, TessPageIteratorLevel_RIL_WORD).clamp(0.0, 100.0);
                    let (mut left, mut top, mut right, mut bottom) = (0, 0, 0, 0);
                    let level = TessPageIteratorLevel_RIL_WORD;
                    let found =
                        TessPageIteratorBoundingBox(pages, level, &mut left, &mut top, &mut right, &mut bottom) != 0;
                    let text: String = nfc(&text).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
                    if found && !text.is_empty() && right > left && bottom > top {
                        let bounds =
                            [left.max(0) as u32, top.max(0) as u32, (right - left) as u32, (bottom - top) as u32];
                        words.push(Word {
                            text,
                            confidence,
                            bounds,
                            line: line.max(0) as u32,
                            block: block.max(0) as u32,
                        });
                    }
                }
                if TessResultIteratorNext(results, TessPageIteratorLevel_RIL_WORD) == 0 {
                    break;
                }
            }
            TessResultIteratorDelete(results);
        }
        renumber(&mut words);
        words
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

/// Lines and blocks that turned out empty leave no gap in the numbers.
fn renumber(words: &mut [Word]) {
    let mut last = (0, 0);
    let (mut line, mut block) = (0, 0);
    for (i, word) in words.iter_mut().enumerate() {
        let here = (word.line, word.block);
        if i > 0 {
            line += u32::from(here.0 != last.0);
            block += u32::from(here.1 != last.1);
        }
        last = here;
        (word.line, word.block) = (line, block);
    }
}

/// SAFETY: `text` is NULL or a string that the engine gave to be deleted.
unsafe fn owned(text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    unsafe {
        let string = CStr::from_ptr(text).to_string_lossy().into_owned();
        TessDeleteText(text);
        Some(string)
    }
}

unsafe extern "C" fn asked_to_stop(cancel: *mut c_void, _words: c_int) -> bool {
    // SAFETY: set by `recognise` to an AtomicBool that outlives the call.
    unsafe { (*cancel.cast::<AtomicBool>()).load(Ordering::Relaxed) }
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

//! A scanner for tests, as a backend of SANE: the folder `$SANE_FOLDER` is the feeder (and the glass), its files in the
//! order of their names are the paper. Whoever scans does so through the real libsane.
//!
//! | file | what happens at its place |
//! | --- | --- |
//! | `*.ppm`, `*.pgm` | a sheet, at 300 dpi |
//! | `*.jam`, `*.cover`, `*.busy`, `*.error` | the device says so; somebody puts it right |
//! | `*.gone` | the plug is pulled |
//! | `*.cut` | the sheet ends half-way (the file is a PNM) |
//! | `*.slow` | a sheet that takes a minute (the file is a PNM) |
//! | `*.hang`, `*.crash`, `*.greedy` | the driver hangs, dies, eats memory, in the middle of a sheet (the file is a PNM) |
//!
//! What was taken in lies in `$SANE_FOLDER/out` afterwards. With `$SANE_FOLDER_PACE` a sheet takes that many milliseconds
//! on its way through.

// What each call may be given is said by the SANE standard.
#![allow(clippy::missing_safety_doc)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::null;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

// SANE_Status and SANE_Action.
const GOOD: c_int = 0;
const UNSUPPORTED: c_int = 1;
const CANCELLED: c_int = 2;
const BUSY: c_int = 3;
const INVAL: c_int = 4;
const EOF: c_int = 5;
const JAMMED: c_int = 6;
const NO_DOCS: c_int = 7;
const COVER_OPEN: c_int = 8;
const IO_ERROR: c_int = 9;
const GET: c_int = 0;
const SET: c_int = 1;

#[repr(C)]
struct Device {
    name: *const c_char,
    vendor: *const c_char,
    model: *const c_char,
    kind: *const c_char,
}

#[repr(C)]
struct Range {
    min: i32,
    max: i32,
    quant: i32,
}

#[repr(C)]
struct Opt {
    name: *const c_char,
    title: *const c_char,
    description: *const c_char,
    kind: c_int,
    unit: c_int,
    size: i32,
    capabilities: i32,
    constraint_kind: c_int,
    constraint: *const c_void,
}

#[repr(C)]
pub struct Parameters {
    format: c_int,
    last_frame: i32,
    bytes_per_line: i32,
    pixels_per_line: i32,
    lines: i32,
    depth: i32,
}

/// Constant tables of pointers to constants.
struct Table<T>(T);
// SAFETY: nothing in them ever changes.
unsafe impl<T> Sync for Table<T> {}

/// `SANE_Fixed`.
const FIXED: i32 = 65536;

static DEVICE: Table<Device> = Table(Device {
    name: c"feeder".as_ptr(),
    vendor: c"Sohoa".as_ptr(),
    model: c"Folder".as_ptr(),
    kind: c"virtual device".as_ptr(),
});
static DEVICES: Table<[*const Device; 2]> = Table([&DEVICE.0, null()]);
static NO_DEVICES: Table<[*const Device; 1]> = Table([null()]);
static SOURCES: Table<[*const c_char; 4]> =
    Table([c"Flatbed".as_ptr(), c"ADF".as_ptr(), c"ADF Duplex".as_ptr(), null()]);
static MODES: Table<[*const c_char; 4]> = Table([c"Color".as_ptr(), c"Gray".as_ptr(), c"Lineart".as_ptr(), null()]);
static RESOLUTIONS: [i32; 5] = [4, 150, 200, 300, 600];
static WIDTH: Range = Range { min: 0, max: 216 * FIXED, quant: 0 };
static HEIGHT: Range = Range { min: 0, max: 356 * FIXED, quant: 0 };

const fn option(
    name: &CStr,
    kind: c_int,
    unit: c_int,
    size: i32,
    constraint_kind: c_int,
    constraint: *const c_void,
) -> Opt {
    let text = name.as_ptr();
    // Can be set by software, can be read.
    Opt {
        name: text,
        title: text,
        description: text,
        kind,
        unit,
        size,
        capabilities: 1 | 4,
        constraint_kind,
        constraint,
    }
}

static OPTIONS: Table<[Opt; 8]> = Table([
    Opt { capabilities: 4, ..option(c"", 1, 0, 4, 0, null()) },
    option(c"source", 3, 0, 16, 3, (&raw const SOURCES.0).cast()),
    option(c"mode", 3, 0, 16, 3, (&raw const MODES.0).cast()),
    option(c"resolution", 1, 4, 4, 2, (&raw const RESOLUTIONS).cast()),
    option(c"tl-x", 2, 3, 4, 1, (&raw const WIDTH).cast()),
    option(c"tl-y", 2, 3, 4, 1, (&raw const HEIGHT).cast()),
    option(c"br-x", 2, 3, 4, 1, (&raw const WIDTH).cast()),
    option(c"br-y", 2, 3, 4, 1, (&raw const HEIGHT).cast()),
]);

/// A sheet on its way.
struct Sheet {
    width: usize,
    height: usize,
    bytes_per_line: usize,
    data: Vec<u8>,
    at: usize,
    started: Instant,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    Cut,
    Slow,
    Hang,
    Crash,
    Greedy,
}

struct State {
    source: usize,
    mode: usize,
    dpi: i32,
    /// Left, top, right, bottom.
    area: [i32; 4],
    sheet: Option<Sheet>,
    gone: bool,
}

static STATE: Mutex<State> = Mutex::new(State {
    source: 0,
    mode: 0,
    dpi: 300,
    area: [0, 0, 100 * FIXED, 100 * FIXED],
    sheet: None,
    gone: false,
});

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder() -> PathBuf {
    std::env::var_os("SANE_FOLDER").map_or_else(|| "no-folder".into(), PathBuf::from)
}

/// How long a sheet takes.
fn pace() -> Duration {
    let given = std::env::var("SANE_FOLDER_PACE").ok().and_then(|p| p.parse().ok());
    Duration::from_millis(given.unwrap_or(0))
}

/// The next sheet or mishap in the feeder.
fn next() -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder()).ok()?;
    entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_file()).min()
}

/// Width, height, samples per pixel, samples.
fn pnm(bytes: &[u8]) -> Option<(usize, usize, usize, &[u8])> {
    let samples = match bytes.get(..2)? {
        b"P6" => 3,
        b"P5" => 1,
        _ => return None,
    };
    let mut at = 2;
    let mut numbers = [0; 3];
    for number in &mut numbers {
        while bytes.get(at)?.is_ascii_whitespace() {
            at += 1;
        }
        while bytes.get(at)?.is_ascii_digit() {
            *number = *number * 10 + usize::from(bytes[at] - b'0');
            at += 1;
        }
    }
    let [width, height, _] = numbers;
    Some((width, height, samples, bytes.get(at + 1..at + 1 + width * height * samples)?))
}

impl State {
    fn pixels(&self, length: i32) -> usize {
        (f64::from(length) / f64::from(FIXED) / 25.4 * f64::from(self.dpi)).round() as usize
    }

    /// Width, height and bytes per line of what will come.
    fn size(&self) -> (usize, usize, usize) {
        let [left, top, right, bottom] = self.area.map(|l| self.pixels(l));
        let (width, height) = (right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1));
        (width, height, [3 * width, width, width.div_ceil(8)][self.mode])
    }

    /// What lies under the asked-for area, at the asked-for resolution and mode; white where there is no paper.
    fn cut_out(&self, bytes: &[u8]) -> Option<Sheet> {
        let (paper_width, paper_height, samples, paper) = pnm(bytes)?;
        let (left, top) = (self.pixels(self.area[0]), self.pixels(self.area[1]));
        let (width, height, bytes_per_line) = self.size();
        let mut data = vec![0; bytes_per_line * height];
        for y in 0..height {
            let from_y = (y + top) * 300 / self.dpi as usize;
            for x in 0..width {
                let from_x = (x + left) * 300 / self.dpi as usize;
                let inside = from_x < paper_width && from_y < paper_height;
                let at = (from_y * paper_width + from_x) * samples;
                let color: [u8; 3] = match samples {
                    _ if !inside => [255; 3],
                    3 => [paper[at], paper[at + 1], paper[at + 2]],
                    _ => [paper[at]; 3],
                };
                let gray = (color.iter().map(|c| u32::from(*c)).sum::<u32>() / 3) as u8;
                let line = &mut data[y * bytes_per_line..(y + 1) * bytes_per_line];
                match self.mode {
                    0 => line[3 * x..3 * x + 3].copy_from_slice(&color),
                    1 => line[x] = gray,
                    _ => line[x / 8] |= u8::from(gray < 128) << (7 - x % 8),
                }
            }
        }
        Some(Sheet { width, height, bytes_per_line, data, at: 0, started: Instant::now(), trouble: None })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_init(version: *mut i32, _: *const c_void) -> c_int {
    if !version.is_null() {
        // SAFETY: the caller's.
        unsafe { *version = 1 << 24 };
    }
    GOOD
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_exit() {}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_get_devices(list: *mut *const c_void, _: i32) -> c_int {
    // SAFETY: the caller's.
    unsafe { *list = if state().gone { (&raw const NO_DEVICES.0).cast() } else { (&raw const DEVICES.0).cast() } };
    GOOD
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_open(_: *const c_char, handle: *mut *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe { *handle = std::ptr::without_provenance_mut(1) };
    state().sheet = None;
    GOOD
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_close(_: *mut c_void) {}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_get_option_descriptor(_: *mut c_void, index: i32) -> *const c_void {
    OPTIONS.0.get(index as usize).map_or(null(), |o| (&raw const *o).cast())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_control_option(
    _: *mut c_void,
    index: i32,
    action: c_int,
    value: *mut c_void,
    info: *mut i32,
) -> c_int {
    let mut state = state();
    let word = value.cast::<i32>();
    // SAFETY: SANE's contract: the value is as large as the descriptor says, strings end with a null.
    unsafe {
        if !info.is_null() {
            *info = 0;
        }
        let put = |text: *const c_char| {
            let bytes = CStr::from_ptr(text).to_bytes_with_nul();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), value.cast(), bytes.len());
        };
        let find = |list: &[*const c_char]| {
            list.iter().position(|t| !t.is_null() && CStr::from_ptr(*t) == CStr::from_ptr(value.cast()))
        };
        match (action, index) {
            (GET, 0) => *word = OPTIONS.0.len() as i32,
            (GET, 1) => put(SOURCES.0[state.source]),
            (GET, 2) => put(MODES.0[state.mode]),
            (GET, 3) => *word = state.dpi,
            (GET, 4..=7) => *word = state.area[index as usize - 4],
            (SET, 1) => match find(&SOURCES.0) {
                Some(i) => state.source = i,
                None => return INVAL,
            },
            (SET, 2) => match find(&MODES.0) {
                Some(i) => state.mode = i,
                None => return INVAL,
            },
            (SET, 3) if RESOLUTIONS[1..].contains(&*word) => state.dpi = *word,
            (SET, 4..=7) => state.area[index as usize - 4] = *word,
            _ => return INVAL,
        }
    }
    GOOD
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_get_parameters(_: *mut c_void, parameters: *mut Parameters) -> c_int {
    let state = state();
    let (width, height, bytes_per_line) = match &state.sheet {
        Some(sheet) => (sheet.width, sheet.height, sheet.bytes_per_line),
        None => state.size(),
    };
    // SAFETY: the caller's.
    unsafe {
        *parameters = Parameters {
            format: i32::from(state.mode == 0),
            last_frame: 1,
            bytes_per_line: bytes_per_line as i32,
            pixels_per_line: width as i32,
            lines: height as i32,
            depth: if state.mode == 2 { 1 } else { 8 },
        };
    }
    GOOD
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_start(_: *mut c_void) -> c_int {
    let mut state = state();
    if state.gone {
        return IO_ERROR;
    }
    let Some(path) = next() else { return NO_DOCS };
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let mishap = match extension {
        "jam" => Some(JAMMED),
        "cover" => Some(COVER_OPEN),
        "busy" => Some(BUSY),
        "error" | "gone" => Some(IO_ERROR),
        _ => None,
    };
    if let Some(status) = mishap {
        state.gone = extension == "gone";
        // Put right, so that the next attempt goes on.
        let removed = std::fs::remove_file(&path);
        return if removed.is_ok() { status } else { INVAL };
    }
    let trouble = match extension {
        "cut" => Some(Trouble::Cut),
        "slow" => Some(Trouble::Slow),
        "hang" => Some(Trouble::Hang),
        "crash" => Some(Trouble::Crash),
        "greedy" => Some(Trouble::Greedy),
        _ => None,
    };
    let Some(sheet) = std::fs::read(&path).ok().and_then(|bytes| state.cut_out(&bytes)) else { return INVAL };
    state.sheet = Some(Sheet { trouble, ..sheet });
    taken(&path)
}

/// A sheet that went through lies in the tray behind. One that brings the driver down is put back as a good one: the
/// clerk lays it in again.
fn taken(path: &Path) -> c_int {
    let (folder, name) = (folder(), path.file_name().unwrap_or_default());
    let good = matches!(path.extension().and_then(|e| e.to_str()), Some("ppm" | "pgm"));
    let target = if good { folder.join("out").join(name) } else { path.with_extension("ppm") };
    let moved = std::fs::create_dir_all(folder.join("out")).and_then(|()| std::fs::rename(path, target));
    if moved.is_ok() { GOOD } else { IO_ERROR }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sane_folder_read(_: *mut c_void, buffer: *mut u8, room: i32, got: *mut i32) -> c_int {
    let mut state = state();
    // SAFETY: the caller's.
    unsafe { *got = 0 };
    let Some(sheet) = &mut state.sheet else { return CANCELLED };
    let half = sheet.at > sheet.data.len() / 2;
    match sheet.trouble {
        Some(Trouble::Cut) if half => sheet.at = sheet.data.len(),
        Some(Trouble::Slow) => std::thread::sleep(Duration::from_millis(300)),
        Some(Trouble::Hang) if half => std::thread::sleep(Duration::from_secs(3600)),
        Some(Trouble::Crash) if half => std::process::abort(),
        Some(Trouble::Greedy) if half => {
            let mut all = Vec::new();
            loop {
                all.push(vec![1u8; 64 << 20]);
            }
        }
        _ => {}
    }
    // The paper moves at its own speed.
    let due = pace().mul_f64(sheet.at as f64 / sheet.data.len() as f64);
    std::thread::sleep(due.saturating_sub(sheet.started.elapsed()));
    let left = &sheet.data[sheet.at..];
    if left.is_empty() {
        state.sheet = None;
        return EOF;
    }
    let n = left.len().min(room as usize).min(128 << 10);
    // SAFETY: the caller's buffer has that much room.
    unsafe {
        std::ptr::copy_nonoverlapping(left.as_ptr(), buffer, n);
        *got = n as i32;
    }
    sheet.at += n;
    GOOD
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_cancel(_: *mut c_void) {
    state().sheet = None;
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_set_io_mode(_: *mut c_void, non_blocking: i32) -> c_int {
    if non_blocking == 0 { GOOD } else { UNSUPPORTED }
}

#[unsafe(no_mangle)]
pub extern "C" fn sane_folder_get_select_fd(_: *mut c_void, _: *mut c_int) -> c_int {
    UNSUPPORTED
}

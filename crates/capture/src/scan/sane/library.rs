//! The eleven calls of libsane that scanning takes (SANE standard 1.06), loaded at run time.
//!
//! SANE is not thread-safe: everything happens on one thread of a process that does nothing else.

use sohoa_model::{Code, Error};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fmt;

use crate::scan::Device;

/// SANE_Status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(c_int);

impl Status {
    pub const UNSUPPORTED: Status = Status(1);
    pub const CANCELLED: Status = Status(2);
    pub const BUSY: Status = Status(3);
    pub const INVAL: Status = Status(4);
    pub const EOF: Status = Status(5);
    pub const JAMMED: Status = Status(6);
    pub const NO_DOCS: Status = Status(7);
    pub const COVER_OPEN: Status = Status(8);
    pub const IO_ERROR: Status = Status(9);
    pub const DENIED: Status = Status(11);
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SANE status {}", self.0)
    }
}

fn ok(status: c_int) -> Result<(), Status> {
    if status == 0 { Ok(()) } else { Err(Status(status)) }
}

// SANE_Frame.
pub const GRAY: c_int = 0;
pub const RGB: c_int = 1;
pub const RED: c_int = 2;
pub const BLUE: c_int = 4;

type RawHandle = *mut c_void;

#[repr(C)]
struct RawDevice {
    name: *const c_char,
    vendor: *const c_char,
    model: *const c_char,
    kind: *const c_char,
}

#[repr(C)]
struct RawRange {
    min: i32,
    max: i32,
    quant: i32,
}

#[repr(C)]
struct RawOption {
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
#[derive(Default)]
struct RawParameters {
    format: c_int,
    last_frame: i32,
    bytes_per_line: i32,
    pixels_per_line: i32,
    lines: i32,
    depth: i32,
}

struct Calls {
    exit: unsafe extern "C" fn(),
    get_devices: unsafe extern "C" fn(*mut *const *const RawDevice, i32) -> c_int,
    open: unsafe extern "C" fn(*const c_char, *mut RawHandle) -> c_int,
    close: unsafe extern "C" fn(RawHandle),
    describe: unsafe extern "C" fn(RawHandle, i32) -> *const RawOption,
    control: unsafe extern "C" fn(RawHandle, i32, c_int, *mut c_void, *mut i32) -> c_int,
    parameters: unsafe extern "C" fn(RawHandle, *mut RawParameters) -> c_int,
    start: unsafe extern "C" fn(RawHandle) -> c_int,
    read: unsafe extern "C" fn(RawHandle, *mut u8, i32, *mut i32) -> c_int,
    cancel: unsafe extern "C" fn(RawHandle),
}

/// libsane, initialised; one per process.
pub struct Library {
    calls: Calls,
    _library: libloading::Library,
}

impl Library {
    /// Errors: `Missing` when libsane is not installed.
    pub fn load() -> Result<Self, Error> {
        let missing = |e: libloading::Error| {
            Error::new(Code::Missing, "Chưa cài SANE (libsane), thư viện dùng máy quét USB")
                .hint("Cài gói libsane1; máy quét mạng (eSCL/AirScan) không cần gói này.")
                .source(e)
        };
        // SAFETY: libsane runs nothing of ours when it is loaded, and the types below are those of sane.h.
        unsafe {
            let library = libloading::Library::new("libsane.so.1").map_err(missing)?;
            macro_rules! call {
                ($name:literal) => {
                    *library.get($name).map_err(missing)?
                };
            }
            let init: unsafe extern "C" fn(*mut i32, *const c_void) -> c_int = call!(b"sane_init\0");
            let calls = Calls {
                exit: call!(b"sane_exit\0"),
                get_devices: call!(b"sane_get_devices\0"),
                open: call!(b"sane_open\0"),
                close: call!(b"sane_close\0"),
                describe: call!(b"sane_get_option_descriptor\0"),
                control: call!(b"sane_control_option\0"),
                parameters: call!(b"sane_get_parameters\0"),
                start: call!(b"sane_start\0"),
                read: call!(b"sane_read\0"),
                cancel: call!(b"sane_cancel\0"),
            };
            let mut version = 0;
            ok(init(&mut version, std::ptr::null()))
                .map_err(|s| Error::new(Code::ScannerFailed, "SANE không khởi động được").source(s.to_string()))?;
            Ok(Self { calls, _library: library })
        }
    }

    pub fn devices(&self) -> Result<Vec<Device>, Status> {
        let mut list = std::ptr::null();
        // SAFETY: the list is libsane's until the next call and ends with a null.
        unsafe {
            ok((self.calls.get_devices)(&mut list, 0))?;
            let mut found = Vec::new();
            while let Some(device) = list.as_ref().and_then(|d| d.as_ref()) {
                let (vendor, model) = (text(device.vendor), text(device.model));
                let name = text(device.name);
                let shown = format!("{vendor} {model}").trim().to_owned();
                let place = name.split_once(':').map_or(String::new(), |(_, place)| place.to_owned());
                found.push(Device { id: format!("sane:{name}"), name: shown, place });
                list = list.add(1);
            }
            Ok(found)
        }
    }

    pub fn open(&self, name: &str) -> Result<Handle<'_>, Status> {
        let name = CString::new(name).map_err(|_| Status::INVAL)?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: both pointers are good for the call.
        ok(unsafe { (self.calls.open)(name.as_ptr(), &mut raw) })?;
        let mut handle = Handle { calls: &self.calls, raw, options: Vec::new() };
        handle.describe()?;
        Ok(handle)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: every handle borrows the library and is closed by now.
        unsafe { (self.calls.exit)() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    /// In 65536ths.
    Fixed,
    Text,
    /// A button or a heading.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Pixel,
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    None,
    Range { min: f64, max: f64 },
    Words(Vec<f64>),
    Strings(Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// An option of a device.
#[derive(Clone, Debug)]
pub struct Opt {
    index: i32,
    name: String,
    pub kind: Kind,
    pub unit: Unit,
    size: usize,
    capabilities: i32,
    pub constraint: Constraint,
}

impl Opt {
    /// Can be set by software and is not switched off by another option.
    pub fn usable(&self) -> bool {
        const SOFT_SELECT: i32 = 1;
        const INACTIVE: i32 = 32;
        self.capabilities & SOFT_SELECT != 0 && self.capabilities & INACTIVE == 0
    }
}

/// What one frame will be.
#[derive(Clone, Debug)]
pub struct Frame {
    pub kind: c_int,
    pub last: bool,
    pub bytes_per_line: u32,
    pub pixels_per_line: u32,
    /// Absent where the device does not know before the end.
    pub lines: Option<u32>,
    pub depth: u32,
}

/// An open device.
pub struct Handle<'a> {
    calls: &'a Calls,
    raw: RawHandle,
    options: Vec<Opt>,
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is open.
        unsafe { (self.calls.close)(self.raw) }
    }
}

impl Handle<'_> {
    /// Asks for all options; setting one may change the others.
    fn describe(&mut self) -> Result<(), Status> {
        self.options.clear();
        let mut count = 0i32;
        // SAFETY: option 0 is the number of options, a word; descriptors are libsane's as long as the handle is open.
        unsafe {
            ok((self.calls.control)(self.raw, 0, GET, (&raw mut count).cast(), std::ptr::null_mut()))?;
            for index in 1..count {
                let Some(raw) = (self.calls.describe)(self.raw, index).as_ref() else { continue };
                let kind = [Kind::Bool, Kind::Int, Kind::Fixed, Kind::Text].get(raw.kind as usize).copied();
                let kind = kind.unwrap_or(Kind::Other);
                self.options.push(Opt {
                    index,
                    name: text(raw.name),
                    kind,
                    unit: if raw.unit == 1 { Unit::Pixel } else { Unit::Other },
                    size: raw.size.max(0) as usize,
                    capabilities: raw.capabilities,
                    constraint: constraint(raw, kind),
                });
            }
        }
        Ok(())
    }

    pub fn option(&self, name: &str) -> Option<&Opt> {
        self.options.iter().find(|o| o.name == name)
    }

    /// The first string that a usable option may take and that fits.
    pub fn choice(&self, name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        match &self.option(name).filter(|o| o.usable())?.constraint {
            Constraint::Strings(list) => list.iter().find(|s| fits(s)).cloned(),
            _ => None,
        }
    }

    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Status> {
        const RELOAD_OPTIONS: i32 = 2;
        let option = self.option(name).filter(|o| o.usable()).ok_or(Status::UNSUPPORTED)?;
        // Always as large as the descriptor says: backends write back into it.
        let mut buffer = vec![0u32; option.size.div_ceil(4).max(1)];
        match (option.kind, value) {
            (Kind::Bool, Value::Bool(on)) => buffer[0] = on.into(),
            (Kind::Int, Value::Number(n)) => buffer[0] = n.round() as i32 as u32,
            (Kind::Fixed, Value::Number(n)) => buffer[0] = (n * 65536.0).round() as i32 as u32,
            (Kind::Text, Value::Text(text)) if text.len() < option.size => {
                for (i, byte) in text.bytes().enumerate() {
                    let word = buffer[i / 4].to_ne_bytes();
                    let mut word = word;
                    word[i % 4] = byte;
                    buffer[i / 4] = u32::from_ne_bytes(word);
                }
            }
            _ => return Err(Status::INVAL),
        }
        let mut info = 0;
        // SAFETY: the buffer has the size that the descriptor asks for.
        ok(unsafe { (self.calls.control)(self.raw, option.index, SET, buffer.as_mut_ptr().cast(), &mut info) })?;
        if info & RELOAD_OPTIONS != 0 { self.describe() } else { Ok(()) }
    }

    /// Sets what would be nice to have; a device that refuses goes on as it is.
    pub fn try_set(&mut self, name: &str, value: &Value) {
        if self.option(name).is_some_and(Opt::usable) {
            let _ = self.set(name, value.clone());
        }
    }

    /// The resolution that the device really scans at.
    pub fn resolution(&self) -> Option<f32> {
        let option = self.option("resolution").or_else(|| self.option("x-resolution"))?;
        let mut buffer = vec![0u32; option.size.div_ceil(4).max(1)];
        // SAFETY: as in `set`.
        let got = unsafe {
            (self.calls.control)(self.raw, option.index, GET, buffer.as_mut_ptr().cast(), std::ptr::null_mut())
        };
        ok(got).ok()?;
        match option.kind {
            Kind::Int => Some(buffer[0] as i32 as f32),
            Kind::Fixed => Some(buffer[0] as i32 as f32 / 65536.0),
            _ => None,
        }
    }

    /// Begins the next frame. `NO_DOCS` is the regular end of a feeder's stack.
    pub fn start(&mut self) -> Result<(), Status> {
        // SAFETY: the handle is open.
        ok(unsafe { (self.calls.start)(self.raw) })
    }

    pub fn frame(&self) -> Result<Frame, Status> {
        let mut raw = RawParameters::default();
        // SAFETY: the pointer is good for the call.
        ok(unsafe { (self.calls.parameters)(self.raw, &mut raw) })?;
        Ok(Frame {
            kind: raw.format,
            last: raw.last_frame != 0,
            bytes_per_line: raw.bytes_per_line.max(0) as u32,
            pixels_per_line: raw.pixels_per_line.max(0) as u32,
            lines: u32::try_from(raw.lines).ok().filter(|n| *n > 0),
            depth: raw.depth.max(0) as u32,
        })
    }

    /// The next piece of the frame; `EOF` after the last.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Status> {
        let mut got = 0;
        // SAFETY: the buffer is as long as is said.
        ok(unsafe { (self.calls.read)(self.raw, buffer.as_mut_ptr(), buffer.len() as i32, &mut got) })?;
        Ok((got.max(0) as usize).min(buffer.len()))
    }

    /// Ends the page, and with it the batch.
    pub fn cancel(&mut self) {
        // SAFETY: the handle is open.
        unsafe { (self.calls.cancel)(self.raw) }
    }
}

const GET: c_int = 0;
const SET: c_int = 1;

/// # Safety
/// The descriptor is one that libsane gave, so its constraint is of the kind that it says.
unsafe fn constraint(raw: &RawOption, kind: Kind) -> Constraint {
    let number = |word: i32| if kind == Kind::Fixed { f64::from(word) / 65536.0 } else { f64::from(word) };
    if raw.constraint.is_null() {
        return Constraint::None;
    }
    // SAFETY: as promised by the caller.
    unsafe {
        match raw.constraint_kind {
            1 => {
                let range = &*raw.constraint.cast::<RawRange>();
                Constraint::Range { min: number(range.min), max: number(range.max) }
            }
            2 => {
                let words = raw.constraint.cast::<i32>();
                let count = (*words).clamp(0, 10_000) as usize;
                Constraint::Words((1..=count).map(|i| number(*words.add(i))).collect())
            }
            3 => {
                let mut list = raw.constraint.cast::<*const c_char>();
                let mut strings = Vec::new();
                while !(*list).is_null() {
                    strings.push(text(*list));
                    list = list.add(1);
                }
                Constraint::Strings(strings)
            }
            _ => Constraint::None,
        }
    }
}

/// # Safety
/// `pointer` is null or a C string.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: as promised by the caller.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

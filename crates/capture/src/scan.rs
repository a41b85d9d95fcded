//! Paper in from a device: what can scan, how it is asked to, what it answers.
//!
//! A driver is foreign code that may crash, hang or eat memory, so it runs in a child process of the same program
//! ([`worker`]) and costs at most the page that is in the scanner. The same messages can be written down and played
//! back ([`recording`]), which is how tests, training and bug reports have scanners.
//!
//! | device id | driver |
//! | --- | --- |
//! | `sane:<name>` | `sane`: the scanners of Linux by libsane, loaded when it is first asked for |
//! | `wia:<device id>` | `wia`: the scanners of Windows |
//! | `escl:<url>` | [`escl`]: eSCL/AirScan over the network |
//! | `replay:<folder>` | a recording |

pub mod escl;
mod fault;
mod picture;
pub mod recording;
#[cfg(unix)]
pub mod sane;
#[cfg(any(windows, test))]
mod wia;
pub mod worker;

pub use fault::fault;

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{CapturedPage, PageFormat};

/// Something that can scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Names it in a request; means the same tomorrow.
    pub id: String,
    /// For the clerk: maker and model.
    pub name: String,
    /// Where it is: an address, a USB port; may be empty.
    pub place: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Flatbed,
    Adf,
    AdfDuplex,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    #[default]
    Color,
    Gray,
    /// One bit per pixel.
    Lineart,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    #[default]
    A4,
    A5,
    A3,
    /// As large as the device can.
    Largest,
}

impl Paper {
    /// Width and height in millimetres.
    pub fn size(self) -> Option<(f32, f32)> {
        match self {
            Paper::A4 => Some((210.0, 297.0)),
            Paper::A5 => Some((148.0, 210.0)),
            Paper::A3 => Some((297.0, 420.0)),
            Paper::Largest => None,
        }
    }
}

/// How to scan. What a device does not have is left as it is there; what it does instead stands with each page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Absent: the feeder where there is one, else the flatbed.
    pub source: Option<Source>,
    pub dpi: u32,
    pub color: Color,
    pub paper: Paper,
    /// Percent, -100 to 100; 0 is as the device thinks best.
    pub brightness: i32,
}

/// TT 05/2025/TT-BNV, Điều 8 wants colour and at least 200 dpi; at 300 the text is read best.
impl Default for Settings {
    fn default() -> Self {
        Self { source: None, dpi: 300, color: Color::Color, paper: Paper::A4, brightness: 0 }
    }
}

/// The least resolution of a record (TT 05/2025/TT-BNV, Điều 8).
pub const LEAST_DPI: u32 = 200;

impl Settings {
    /// Errors: `InvalidValue` for what no record may be scanned at.
    pub fn check(&self) -> Result<()> {
        if !(LEAST_DPI..=1200).contains(&self.dpi) {
            return Err(Error::new(Code::InvalidValue, format!("Không quét được ở {} dpi", self.dpi))
                .hint("Chọn từ 200 đến 1200 dpi; nên dùng 300 dpi."));
        }
        if !(-100..=100).contains(&self.brightness) {
            return Err(Error::new(Code::InvalidValue, "Độ sáng ngoài khoảng").hint("Chọn từ -100 đến 100."));
        }
        Ok(())
    }
}

/// What a device has; empty lists where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    pub sources: Vec<Source>,
    pub dpi: Vec<u32>,
    pub colors: Vec<Color>,
    pub brightness: bool,
}

/// One kind of scanner. Lives in the child process.
pub trait Driver {
    /// Errors: `Missing` where the driver itself is not installed.
    fn devices(&self) -> Result<Vec<Device>>;

    /// `device` is what follows the driver's name in the id.
    fn capabilities(&self, device: &str) -> Result<Capabilities>;

    /// Scans one page from a flatbed, or pages until the feeder is empty, and gives each to `line` when it is whole.
    ///
    /// Errors: one of [`fault`]; `FeederEmpty` when not even one page came. A page that was cut off is never given.
    fn scan(&self, device: &str, settings: &Settings, line: &mut Line) -> Result<()>;
}

/// The driver with that name.
fn driver(name: &str) -> Option<Box<dyn Driver>> {
    match name {
        #[cfg(unix)]
        "sane" => Some(Box::new(sane::Sane)),
        #[cfg(windows)]
        "wia" => Some(Box::new(wia::Wia)),
        "escl" => Some(Box::<escl::Escl>::default()),
        "replay" => Some(Box::new(recording::Replay)),
        _ => None,
    }
}

/// The drivers that can look round for devices.
const DRIVERS: &[&str] = &["escl", if cfg!(windows) { "wia" } else { "sane" }];

/// What the child asks of a driver and tells its parent. The recording holds the same words.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Devices(Vec<Device>),
    Capabilities(Capabilities),
    /// The driver moves: data of a page is coming in.
    Alive,
    /// A whole page, its picture in the body.
    Page(Head),
    /// The feeder is empty after at least one page, or the flatbed has given its page.
    End,
    Fault(Error),
}

/// All of a scanned page but its picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// From 1 within one run.
    pub number: u32,
    pub format: PageFormat,
    pub width: u32,
    pub height: u32,
    /// What the device gave, not what it was asked for.
    pub dpi: f32,
    /// When the last byte of it came from the device; microseconds since 1970.
    pub received: u64,
}

/// The driver's line to its parent.
pub struct Line<'a> {
    cancel: &'a AtomicBool,
    tell: &'a mut dyn FnMut(&Said, &[u8]) -> io::Result<()>,
    pages: u32,
}

impl<'a> Line<'a> {
    pub fn new(cancel: &'a AtomicBool, tell: &'a mut dyn FnMut(&Said, &[u8]) -> io::Result<()>) -> Self {
        Self { cancel, tell, pages: 0 }
    }

    /// To be called whenever data came in, at least once a second while there is some: says that the driver is alive and
    /// learns whether to stop.
    ///
    /// Errors: `Cancelled`.
    pub fn alive(&mut self) -> Result<()> {
        self.say(&Said::Alive, &[])?;
        if self.cancel.load(Ordering::Relaxed) { Err(fault(Code::Cancelled)) } else { Ok(()) }
    }

    /// Hands over a whole page. Returns when the parent has taken it from the pipe, so that a fast feeder fills no
    /// memory.
    pub fn page(&mut self, page: CapturedPage, received: std::time::SystemTime) -> Result<()> {
        let received = received.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_micros() as u64);
        let CapturedPage { format, bytes, width, height, dpi, .. } = page;
        self.pages += 1;
        self.say(&Said::Page(Head { number: self.pages, format, width, height, dpi, received }), &bytes)
    }

    /// How many pages were handed over.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    fn say(&mut self, said: &Said, body: &[u8]) -> Result<()> {
        (self.tell)(said, body).map_err(|e| fault(Code::Cancelled).source(e))
    }
}

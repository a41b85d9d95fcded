//! A scan written down and played back: for tests, for training without a scanner, for reports of what went wrong.
//!
//! A recording is a folder. `session.jsonl` holds what was asked and then each message with its time; the pictures lie
//! beside it as `0001.jpg` only if that was asked for, since they are somebody's papers. Without them a page of the
//! same size with nothing but bars on it stands in.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::picture::{self, Pixels};
use super::{Capabilities, Device, Driver, Head, Line, Said, Settings, fault};
use crate::{CapturedPage, PageFormat};

const SESSION: &str = "session.jsonl";

/// The first line of a session.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    /// Shape of what follows.
    sohoa_scan: u32,
    device: String,
    settings: Settings,
    software: String,
}

/// Each further line.
#[derive(Debug, Serialize, Deserialize)]
struct Moment {
    /// Milliseconds since the scan began.
    ms: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Said(Said),
    /// The child said nothing more: it died, hung, or was stopped.
    Broke(Error),
}

/// Writes a session down while it runs.
pub struct Recorder {
    folder: PathBuf,
    file: File,
    start: Instant,
    pictures: bool,
}

impl Recorder {
    /// Begins a recording in `folder`, which must be new or empty.
    pub fn new(folder: &Path, device: &str, settings: &Settings, pictures: bool) -> Result<Self> {
        if std::fs::read_dir(folder).is_ok_and(|mut d| d.next().is_some()) {
            return Err(Error::new(Code::NotAllowed, format!("{} không trống", folder.display()))
                .hint("Chọn thư mục trống để ghi lại phiên quét."));
        }
        std::fs::create_dir_all(folder).map_err(|e| Error::io("tạo", folder, e))?;
        let path = folder.join(SESSION);
        let file = File::create_new(&path).map_err(|e| Error::io("tạo", &path, e))?;
        let mut recorder = Self { folder: folder.to_owned(), file, start: Instant::now(), pictures };
        recorder.line(&Asked {
            sohoa_scan: 1,
            device: device.to_owned(),
            settings: settings.clone(),
            software: env!("CARGO_PKG_VERSION").to_owned(),
        })?;
        Ok(recorder)
    }

    pub(super) fn said(&mut self, said: &Said, picture: &[u8]) -> Result<()> {
        if let (Said::Page(head), true) = (said, self.pictures) {
            let path = self.folder.join(picture_name(head));
            std::fs::write(&path, picture).map_err(|e| Error::io("ghi", &path, e))?;
        }
        // A line for every piece of data would say no more than one now and then.
        match said {
            Said::Alive => Ok(()),
            said => self.moment(&serde_json::json!({ "said": said })),
        }
    }

    pub(super) fn broke(&mut self, error: &Error) -> Result<()> {
        self.moment(&serde_json::json!({ "broke": error }))
    }

    fn moment(&mut self, what: &serde_json::Value) -> Result<()> {
        let mut moment = what.clone();
        moment["ms"] = (self.start.elapsed().as_millis() as u64).into();
        self.line(&moment)
    }

    fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string(line).map_err(|e| Error::internal("Không ghi được phiên quét", e))?;
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(|e| Error::io("ghi", &self.folder, e))
    }
}

fn picture_name(head: &Head) -> String {
    format!("{:04}.{}", head.number, if head.format == PageFormat::Jpeg { "jpg" } else { "png" })
}

/// Plays a recording: the device is its folder.
pub struct Replay;

/// Longer pauses than this tell nobody anything.
const PAUSE: Duration = Duration::from_secs(2);

impl Driver for Replay {
    fn devices(&self) -> Result<Vec<Device>> {
        Ok(Vec::new())
    }

    fn capabilities(&self, _: &str) -> Result<Capabilities> {
        Ok(Capabilities::default())
    }

    fn scan(&self, device: &str, _: &Settings, line: &mut Line) -> Result<()> {
        let folder = Path::new(device);
        let path = folder.join(SESSION);
        let spoilt = |e: String| {
            Error::new(Code::Unreadable, format!("{} không phải bản ghi phiên quét", path.display()))
                .hint("Chọn thư mục do «sohoa scan --record» tạo ra.")
                .source(e)
        };
        let file = File::open(&path).map_err(|e| Error::io("mở", &path, e))?;
        let mut lines = BufReader::new(file).lines();
        let first = lines.next().ok_or_else(|| spoilt("no line".into()))?.map_err(|e| spoilt(e.to_string()))?;
        let asked: Asked = serde_json::from_str(&first).map_err(|e| spoilt(e.to_string()))?;
        if asked.sohoa_scan != 1 {
            return Err(spoilt("made by a newer version".into()));
        }
        let mut before = 0;
        for text in lines {
            let text = text.map_err(|e| spoilt(e.to_string()))?;
            let moment: Moment = serde_json::from_str(&text).map_err(|e| spoilt(e.to_string()))?;
            pause(Duration::from_millis(moment.ms.saturating_sub(before)).min(PAUSE), line)?;
            before = moment.ms;
            match moment.what {
                What::Said(Said::Page(head)) => line.page(page(folder, &head)?, SystemTime::now())?,
                What::Said(Said::End) => return Ok(()),
                What::Said(Said::Fault(error)) => return Err(error),
                What::Said(_) => {}
                // What brought the driver down then brings this process down now.
                What::Broke(_) => std::process::abort(),
            }
        }
        Err(fault(Code::ScannerFailed).source("the recording ends in the middle"))
    }
}

fn pause(length: Duration, line: &mut Line) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < length {
        line.alive()?;
        std::thread::sleep(Duration::from_millis(20).min(length - start.elapsed().min(length)));
    }
    line.alive()
}

fn page(folder: &Path, head: &Head) -> Result<CapturedPage> {
    let path = folder.join(picture_name(head));
    if path.exists() {
        let bytes = std::fs::read(&path).map_err(|e| Error::io("đọc", &path, e))?;
        let (format, turn) = (head.format, sohoa_model::Turn::None);
        return Ok(CapturedPage {
            number: head.number,
            format,
            bytes,
            width: head.width,
            height: head.height,
            dpi: head.dpi,
            turn,
        });
    }
    let (width, height) = (head.width as usize, head.height as usize);
    let bar = (height / 40).max(1);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        // As many bars as the page's number, between broad margins.
        let inked = y / bar % 2 == 1 && y / bar / 2 >= 2 && y / bar / 2 < 2 + head.number as usize % 15;
        pixels.extend((0..width).map(|x| if inked && x > width / 5 && x < width * 4 / 5 { 60 } else { 250 }));
    }
    picture::page(&Pixels::Gray(pixels), head.width, head.height, head.dpi)
}

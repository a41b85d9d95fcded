//! SANE: the scanners of Linux. libsane is loaded when it is first asked for, so the program starts without it.
//!
//! Option names, sources and modes differ from backend to backend; they are matched by what they contain. Everything
//! is set anew before each scan, since a device keeps its options from one to the next, and read back, since it may do
//! something else than it was asked to.

mod library;

use sohoa_model::{Code, Error, Result};
use std::time::SystemTime;

use super::picture::{self, Pixels};
use super::{Capabilities, Color, Device, Driver, Line, Settings, Source, fault};
use library::{Constraint, Frame, Handle, Kind, Library, Opt, Status, Unit, Value};

pub struct Sane;

impl Driver for Sane {
    fn devices(&self) -> Result<Vec<Device>> {
        Library::load()?.devices().map_err(|s| told(s, None))
    }

    fn capabilities(&self, device: &str) -> Result<Capabilities> {
        let library = Library::load()?;
        let handle = library.open(device).map_err(|s| told(s, None))?;
        let strings = |name: &str| match handle.option(name).map(|o| &o.constraint) {
            Some(Constraint::Strings(list)) => list.clone(),
            _ => Vec::new(),
        };
        let mut sources: Vec<Source> = strings("source").iter().filter_map(|s| source(s)).collect();
        if sources.is_empty() {
            sources.push(Source::Flatbed);
        }
        if sources.contains(&Source::Adf) && separate_duplex(&handle).is_some() {
            sources.push(Source::AdfDuplex);
        }
        sources.dedup();
        let mut colors: Vec<Color> = strings("mode").iter().filter_map(|m| color(m)).collect();
        colors.dedup();
        let dpi = match handle.option("resolution").map(|o| &o.constraint) {
            Some(Constraint::Words(words)) => words.iter().map(|w| *w as u32).collect(),
            Some(Constraint::Range { min, max, .. }) => [75, 100, 150, 200, 240, 300, 400, 600, 1200]
                .into_iter()
                .filter(|d| (*min..=*max).contains(&f64::from(*d)))
                .collect(),
            _ => Vec::new(),
        };
        Ok(Capabilities { sources, dpi, colors, brightness: handle.option("brightness").is_some_and(Opt::usable) })
    }

    fn scan(&self, device: &str, settings: &Settings, line: &mut Line) -> Result<()> {
        let library = Library::load()?;
        line.alive()?;
        let mut handle = library.open(device).map_err(|s| told(s, Some((&library, device))))?;
        let feeder = set_up(&mut handle, settings).map_err(|s| told(s, Some((&library, device))))?;
        loop {
            let outcome = one_page(&mut handle, settings, line);
            match outcome {
                Ok(()) if feeder => {}
                Ok(()) => break,
                Err(Stopped::Device(Status::NO_DOCS)) if line.pages() > 0 => break,
                Err(Stopped::Device(status)) => {
                    handle.cancel();
                    return Err(told(status, Some((&library, device))));
                }
                Err(Stopped::Here(error)) => {
                    handle.cancel();
                    return Err(error);
                }
            }
        }
        // Ends the batch; more often would end it too early on some devices.
        handle.cancel();
        Ok(())
    }
}

/// Why a page did not come.
enum Stopped {
    Device(Status),
    Here(Error),
}

impl From<Status> for Stopped {
    fn from(status: Status) -> Self {
        Stopped::Device(status)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Stopped::Here(error)
    }
}

/// A status as the clerk hears it. An input error with `of` a device that is no longer there is a device lost.
fn told(status: Status, of: Option<(&Library, &str)>) -> Error {
    let code = match status {
        Status::NO_DOCS => Code::FeederEmpty,
        Status::JAMMED => Code::PaperJam,
        Status::COVER_OPEN => Code::CoverOpen,
        Status::BUSY => Code::ScannerBusy,
        Status::CANCELLED => Code::Cancelled,
        Status::DENIED => {
            return Error::new(Code::Unreachable, "Không có quyền dùng máy quét")
                .hint("Thêm người dùng này vào nhóm «scanner» rồi đăng nhập lại.")
                .source(status.to_string());
        }
        Status::IO_ERROR | Status::INVAL => {
            let there = of.is_none_or(|(library, name)| {
                library.devices().is_ok_and(|found| found.iter().any(|d| d.id.strip_prefix("sane:") == Some(name)))
            });
            if there { Code::ScannerFailed } else { Code::ScannerLost }
        }
        _ => Code::ScannerFailed,
    };
    fault(code).source(status.to_string())
}

fn source(name: &str) -> Option<Source> {
    let name = name.to_lowercase();
    let feeder = ["adf", "feeder"].iter().any(|w| name.contains(w));
    match (feeder, name.contains("duplex")) {
        (_, true) => Some(Source::AdfDuplex),
        (true, false) if name.contains("back") => None,
        (true, false) => Some(Source::Adf),
        (false, false) if ["flatbed", "platen", "normal", "fb"].iter().any(|w| name.contains(w)) => {
            Some(Source::Flatbed)
        }
        _ => None,
    }
}

fn color(name: &str) -> Option<Color> {
    let name = name.to_lowercase();
    if name.contains("color") || name.contains("colour") {
        Some(Color::Color)
    } else if name.contains("gray") || name.contains("grey") {
        Some(Color::Gray)
    } else if ["lineart", "black", "binary", "mono"].iter().any(|w| name.contains(w)) {
        Some(Color::Lineart)
    } else {
        None
    }
}

/// Where both sides are not a source of their own: the option that asks for them, and its two values.
fn separate_duplex(handle: &Handle) -> Option<(&'static str, Value, Value)> {
    let usable = |name| handle.option(name).filter(|o| o.usable());
    if usable("duplex").is_some_and(|o| o.kind == Kind::Bool) {
        return Some(("duplex", Value::Bool(false), Value::Bool(true)));
    }
    let option = usable("adf-mode")?;
    let Constraint::Strings(list) = &option.constraint else { return None };
    let named = |word: &str| list.iter().find(|s| s.to_lowercase().contains(word)).cloned();
    Some(("adf-mode", Value::Text(named("simplex")?), Value::Text(named("duplex")?)))
}

/// Sets everything; whether the paper comes from a feeder.
fn set_up(handle: &mut Handle, settings: &Settings) -> Result<bool, Status> {
    let feeder = set_source(handle, settings.source)?;
    if let Some(mode) = handle.choice("mode", |m| color(m) == Some(settings.color)) {
        handle.set("mode", Value::Text(mode))?;
    }
    // Sixteen bits a channel are twice the data for nothing that a reader sees.
    if settings.color != Color::Lineart {
        handle.try_set("depth", &Value::Number(8.0));
    }
    handle.try_set("preview", &Value::Bool(false));
    for name in ["resolution", "x-resolution", "y-resolution"] {
        if handle.option(name).is_some_and(Opt::usable) {
            let dpi = nearest(&handle.option(name).expect("just seen").constraint, settings.dpi.into());
            handle.set(name, Value::Number(dpi))?;
        }
    }
    if handle.option("brightness").is_some_and(Opt::usable) {
        let value = match &handle.option("brightness").expect("just seen").constraint {
            Constraint::Range { min, max, .. } if settings.brightness < 0 => {
                min.min(0.0) * -f64::from(settings.brightness) / 100.0
            }
            Constraint::Range { max, .. } => max * f64::from(settings.brightness) / 100.0,
            _ => 0.0,
        };
        handle.try_set("brightness", &Value::Number(value));
    }
    set_area(handle, settings);
    Ok(feeder)
}

fn set_source(handle: &mut Handle, wanted: Option<Source>) -> Result<bool, Status> {
    let has = |handle: &Handle, s: Source| handle.choice("source", |name| source(name) == Some(s));
    let (adf, duplex) = (has(handle, Source::Adf), has(handle, Source::AdfDuplex));
    let wanted = wanted.unwrap_or(if adf.is_some() || duplex.is_some() { Source::Adf } else { Source::Flatbed });
    let named = match wanted {
        Source::Flatbed => has(handle, Source::Flatbed),
        Source::Adf => adf.clone(),
        Source::AdfDuplex => duplex.clone().or(adf.clone()),
    };
    match named {
        Some(name) => drop(handle.set("source", Value::Text(name))?),
        // A device of one source has no such option; it cannot be asked for the other.
        None if wanted != Source::Flatbed => return Err(Status::UNSUPPORTED),
        None => {}
    }
    if let Some((name, one, both)) = separate_duplex(handle).filter(|_| duplex.is_none()) {
        handle.set(name, if wanted == Source::AdfDuplex { both } else { one })?;
    } else if wanted == Source::AdfDuplex && duplex.is_none() {
        return Err(Status::UNSUPPORTED);
    }
    Ok(wanted != Source::Flatbed)
}

/// The paper's rectangle. Many backends scan a small corner unless told otherwise.
fn set_area(handle: &mut Handle, settings: &Settings) {
    let size = settings.paper.size();
    for (name, wanted) in [
        ("page-width", size.map(|s| s.0)),
        ("page-height", size.map(|s| s.1)),
        ("tl-x", Some(0.0)),
        ("tl-y", Some(0.0)),
        ("br-x", size.map(|s| s.0)),
        ("br-y", size.map(|s| s.1)),
    ] {
        let Some(option) = handle.option(name).filter(|o| o.usable()) else { continue };
        let Constraint::Range { min, max, .. } = option.constraint else { continue };
        let scale = if option.unit == Unit::Pixel { f64::from(settings.dpi) / 25.4 } else { 1.0 };
        let value = wanted.map_or(max, |mm| (f64::from(mm) * scale).clamp(min, max));
        handle.try_set(name, &Value::Number(value));
    }
}

fn nearest(constraint: &Constraint, wanted: f64) -> f64 {
    match constraint {
        // Rather finer than asked than coarser.
        Constraint::Words(words) => {
            let finer = words.iter().copied().filter(|w| *w >= wanted).min_by(f64::total_cmp);
            finer.or_else(|| words.iter().copied().max_by(f64::total_cmp)).unwrap_or(wanted)
        }
        Constraint::Range { min, max, .. } => wanted.clamp(*min, *max),
        _ => wanted,
    }
}

/// One page, whole, to the parent.
fn one_page(handle: &mut Handle, settings: &Settings, line: &mut Line) -> Result<(), Stopped> {
    let mut frames: Vec<(Frame, Vec<u8>)> = Vec::new();
    let mut buffer = vec![0; 256 * 1024];
    // One turn per frame: three-pass devices give red, green and blue one after the other.
    loop {
        line.alive()?;
        handle.start()?;
        let frame = handle.frame()?;
        let mut data = Vec::with_capacity((frame.bytes_per_line * frame.lines.unwrap_or(0)) as usize);
        let mut told = std::time::Instant::now();
        loop {
            match handle.read(&mut buffer) {
                Ok(n) => data.extend_from_slice(&buffer[..n]),
                Err(Status::EOF) => break,
                Err(status) => return Err(status.into()),
            }
            if told.elapsed().as_millis() > 100 {
                line.alive()?;
                told = std::time::Instant::now();
            }
        }
        let last = frame.last;
        frames.push((frame, data));
        if last {
            break;
        }
    }
    let received = SystemTime::now();
    let dpi = handle.resolution().unwrap_or(settings.dpi as f32);
    line.page(assemble(&frames, dpi)?, received)?;
    Ok(())
}

/// Frames made a picture.
///
/// Errors: `ScannerFailed` when lines are missing, or for a format that is none.
fn assemble(frames: &[(Frame, Vec<u8>)], dpi: f32) -> Result<crate::CapturedPage> {
    let cut = |why: &str| Err(fault(Code::ScannerFailed).source(why.to_owned()));
    let Some((first, data)) = frames.first() else { return cut("no frame") };
    let height = first.lines.unwrap_or(data.len() as u32 / first.bytes_per_line.max(1));
    let width = first.pixels_per_line;
    let channels = if first.kind == library::RGB { 3 } else { 1 };
    for (frame, data) in frames {
        let need = frame.bytes_per_line as usize * height as usize;
        let row = (width as usize * channels * frame.depth as usize).div_ceil(8);
        if need == 0 || data.len() < need || (frame.bytes_per_line as usize) < row || frame.pixels_per_line != width {
            return cut("the page is cut off");
        }
    }
    let pixels = match (first.kind, first.depth, frames.len()) {
        (library::GRAY, 1, 1) => {
            let (stride, row) = (first.bytes_per_line as usize, (width as usize).div_ceil(8));
            Pixels::Bits(data.chunks_exact(stride).take(height as usize).flat_map(|r| &r[..row]).copied().collect())
        }
        (library::GRAY, 8 | 16, 1) => Pixels::Gray(bytes(first, data, width as usize, height as usize)),
        (library::RGB, 8 | 16, 1) => Pixels::Rgb(bytes(first, data, 3 * width as usize, height as usize)),
        (library::RED..=library::BLUE, 8 | 16, 3) => {
            let mut pixels = vec![0; 3 * width as usize * height as usize];
            for (frame, data) in frames {
                let channel = (frame.kind - library::RED) as usize;
                let plane = bytes(frame, data, width as usize, height as usize);
                pixels.iter_mut().skip(channel).step_by(3).zip(plane).for_each(|(to, from)| *to = from);
            }
            Pixels::Rgb(pixels)
        }
        _ => return cut("a picture of no known kind"),
    };
    picture::page(&pixels, width, height, dpi)
}

/// The samples of a frame at one byte each, the padding of its lines cut off.
fn bytes(frame: &Frame, data: &[u8], samples: usize, lines: usize) -> Vec<u8> {
    let rows = data.chunks_exact(frame.bytes_per_line as usize).take(lines);
    if frame.depth == 8 {
        let mut all = Vec::with_capacity(samples * lines);
        rows.for_each(|row| all.extend_from_slice(&row[..samples]));
        return all;
    }
    // Sixteen bits come in the machine's own order; the upper eight are kept.
    rows.flat_map(|row| row[..2 * samples].chunks_exact(2).map(|s| (u16::from_ne_bytes([s[0], s[1]]) >> 8) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_modes_are_known_by_whatever_name() {
        for (name, is) in [
            ("Flatbed", Some(Source::Flatbed)),
            ("Normal", Some(Source::Flatbed)),
            ("ADF", Some(Source::Adf)),
            ("Automatic Document Feeder", Some(Source::Adf)),
            ("Automatic Document Feeder(left aligned,Duplex)", Some(Source::AdfDuplex)),
            ("ADF Front", Some(Source::Adf)),
            ("ADF Back", None),
            ("ADF Duplex", Some(Source::AdfDuplex)),
            ("Transparency Unit", None),
        ] {
            assert_eq!(source(name), is, "{name}");
        }
        for (name, is) in [
            ("24bit Color", Some(Color::Color)),
            ("True Gray", Some(Color::Gray)),
            ("Black & White", Some(Color::Lineart)),
            ("Halftone", None),
        ] {
            assert_eq!(color(name), is, "{name}");
        }
    }

    #[test]
    fn rather_finer_than_coarser() {
        let words = Constraint::Words(vec![75.0, 150.0, 400.0, 600.0]);
        assert_eq!((nearest(&words, 300.0), nearest(&words, 1200.0)), (400.0, 600.0));
        assert_eq!(nearest(&Constraint::Range { min: 50.0, max: 200.0 }, 300.0), 200.0);
    }

    fn frame(kind: i32, depth: u32, bytes_per_line: u32, lines: Option<u32>) -> Frame {
        Frame { kind, last: true, bytes_per_line, pixels_per_line: 4, lines, depth }
    }

    #[test]
    fn frames_of_every_kind_become_a_page_and_half_a_one_none() {
        let ok = |frames: &[(Frame, Vec<u8>)]| assemble(frames, 300.0).map(|p| (p.width, p.height));
        // Padding at the end of each line; sixteen bits; three passes; a hand scanner that does not know its length.
        assert_eq!(ok(&[(frame(library::GRAY, 8, 6, Some(2)), vec![9; 12])]).unwrap(), (4, 2));
        assert_eq!(ok(&[(frame(library::RGB, 16, 24, Some(1)), vec![9; 24])]).unwrap(), (4, 1));
        assert_eq!(ok(&[(frame(library::GRAY, 1, 1, None), vec![9; 3])]).unwrap(), (4, 3));
        let planes = [library::RED, library::RED + 1, library::BLUE].map(|k| (frame(k, 8, 4, Some(2)), vec![7; 8]));
        assert_eq!(ok(&planes).unwrap(), (4, 2));
        for short in [vec![9; 11], vec![]] {
            assert_eq!(ok(&[(frame(library::GRAY, 8, 6, Some(2)), short)]).unwrap_err().code, Code::ScannerFailed);
        }
        assert!(ok(&planes[..2]).is_err() && ok(&[]).is_err());
    }
}

//! The driver: which item to scan from, and what is asked of it.

use sohoa_model::{Code, Error, Result};
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use windows::Win32::Devices::ImageAcquisition::*;
use windows::Win32::System::Com::TYMED_FILE;

use super::library::{Item, Library, Properties};
use super::property::{Allowed, Part, colors, data_type, extent, sources};
use super::status::Status;
use super::{Event, receive};
use crate::scan::fault::{fault, no_such};
use crate::scan::{Capabilities, Color, Device, Driver, Line, Paper, Settings, Source};

/// How long a driver may take to put its device to rest; less than [`crate::scan::worker`] grants us.
const GRACE: Duration = Duration::from_secs(3);

pub struct Wia;

impl Driver for Wia {
    fn devices(&self) -> Result<Vec<Device>> {
        Library::load().and_then(|library| library.devices()).map_err(Status::told)
    }

    fn capabilities(&self, device: &str) -> Result<Capabilities> {
        let library = Library::load().map_err(Status::told)?;
        let scanner = Scanner::open(&library, device).map_err(|s| told(s, &library, device))?;
        let sources = scanner.sources();
        let item = scanner.item(sources.contains(&Source::Adf));
        let allowed = |id| item.properties.allowed(id).unwrap_or(Allowed::Anything);
        Ok(Capabilities {
            sources,
            dpi: allowed(WIA_IPS_XRES).resolutions(),
            colors: colors(&allowed(WIA_IPA_DATATYPE)),
            brightness: allowed(WIA_IPS_BRIGHTNESS).towards(0).is_some(),
        })
    }

    fn scan(&self, device: &str, settings: &Settings, line: &mut Line) -> Result<()> {
        line.alive()?;
        let (tell, events) = mpsc::sync_channel(0);
        let (ended, end) = mpsc::channel();
        let (device, settings) = (device.to_owned(), settings.clone());
        std::thread::spawn(move || {
            let outcome = transfer(&device, &settings, tell.clone());
            let _ = ended.send(outcome);
            let _ = tell.send(Event::End);
        });
        if let Err(error) = receive(events, line) {
            // What there is to tell is told even if the driver does not come back.
            let _ = end.recv_timeout(GRACE);
            return Err(error);
        }
        let (feeder, end) = end.recv().map_err(|e| fault(Code::ScannerFailed).source(e))??;
        end.ended(feeder, line.pages())
    }
}

/// WIA's side of a scan, on a thread of its own: whether it was from the feeder, and how it ended.
fn transfer(device: &str, settings: &Settings, tell: SyncSender<Event>) -> Result<(bool, Status)> {
    let library = Library::load().map_err(Status::told)?;
    let told = |status| told(status, &library, device);
    let scanner = Scanner::open(&library, device).map_err(told)?;
    let sources = scanner.sources();
    let usual = if sources.contains(&Source::Adf) { Source::Adf } else { Source::Flatbed };
    let source = settings.source.unwrap_or(usual);
    if !sources.contains(&source) {
        return Err(no_such(source));
    }
    let feeder = source != Source::Flatbed;
    let item = scanner.item(feeder);
    let dpi = set_up(&scanner, item, source, settings);
    match item.transfer(dpi, tell).map_err(told)? {
        Status::PAPER_EMPTY => Ok((feeder, Status::PAPER_EMPTY)),
        failed @ Status(..0) => Err(told(failed)),
        end => Ok((feeder, end)),
    }
}

/// A status as the clerk hears it. One that says nothing, of a device that is no longer there, is a device lost.
fn told(status: Status, library: &Library, device: &str) -> Error {
    let error = status.told();
    let gone = || library.devices().is_ok_and(|all| all.iter().all(|d| d.id.strip_prefix("wia:") != Some(device)));
    if error.code == Code::ScannerFailed && gone() {
        return fault(Code::ScannerLost).source(status.to_string());
    }
    error
}

/// A device and its parts.
struct Scanner<'a> {
    root: Item<'a>,
    items: Vec<Item<'a>>,
    parts: Vec<Part>,
}

impl<'a> Scanner<'a> {
    fn open(library: &'a Library, device: &str) -> Result<Self, Status> {
        let root = library.open(device)?;
        let items = root.parts()?;
        let parts = items.iter().map(Item::part).collect();
        // A device without parts cannot be scanned from.
        if items.is_empty() { Err(Status::OFFLINE) } else { Ok(Self { root, items, parts }) }
    }

    fn sources(&self) -> Vec<Source> {
        sources(&self.parts, self.root.properties.number(WIA_DPS_DOCUMENT_HANDLING_CAPABILITIES).unwrap_or(0))
    }

    fn item(&self, feeder: bool) -> &Item<'a> {
        &self.items[if feeder { Part::Feeder } else { Part::Flatbed }.choose(&self.parts)]
    }
}

/// Sets everything as far as the device lets us; the resolution that it will scan at.
fn set_up(scanner: &Scanner, item: &Item, source: Source, settings: &Settings) -> f32 {
    let (root, item) = (&scanner.root.properties, &item.properties);
    // Where feeder and glass are one item, the root says which of them it is.
    let (from, sides) = match source {
        Source::Flatbed => (FLATBED, None),
        Source::Adf => (FEEDER, Some(FRONT_ONLY)),
        Source::AdfDuplex => (FEEDER | DUPLEX, Some(DUPLEX)),
    };
    root.try_set(WIA_DPS_DOCUMENT_HANDLING_SELECT, from as i32);
    if let Some(sides) = sides {
        item.try_set(WIA_IPS_DOCUMENT_HANDLING_SELECT, sides as i32);
        // All there are.
        item.try_set(WIA_IPS_PAGES, 0);
    }
    item.try_set_format(&WiaImgFmt_BMP);
    item.try_set(WIA_IPA_TYMED, TYMED_FILE.0);
    item.try_set(WIA_IPA_COMPRESSION, WIA_COMPRESSION_NONE as i32);
    item.try_set(WIA_IPA_DATATYPE, data_type(settings.color));
    // Sixteen bits a channel are twice the data for nothing that a reader sees.
    let depth = match settings.color {
        Color::Color => 24,
        Color::Gray => 8,
        Color::Lineart => 1,
    };
    item.try_set(WIA_IPA_DEPTH, depth);
    let mut dpi = [settings.dpi as i32; 2];
    for (dpi, id) in dpi.iter_mut().zip([WIA_IPS_XRES, WIA_IPS_YRES]) {
        let wanted = item.allowed(id).map_or(*dpi, |allowed| allowed.nearest(*dpi));
        *dpi = item.try_set(id, wanted).filter(|d| *d > 0).unwrap_or(wanted);
    }
    set_area(item, source, settings.paper, dpi);
    if settings.brightness != 0 {
        let allowed = item.allowed(WIA_IPS_BRIGHTNESS);
        if let Some(value) = allowed.and_then(|allowed| allowed.towards(settings.brightness)) {
            item.try_set(WIA_IPS_BRIGHTNESS, value);
        }
    }
    dpi[0] as f32
}

/// The paper's rectangle.
fn set_area(item: &Properties, source: Source, paper: Paper, dpi: [i32; 2]) {
    let feeder = source != Source::Flatbed;
    // A driver that knows the paper by name knows how it lies in the feeder, too.
    let named = match paper {
        Paper::A4 => Some(WIA_PAGE_A4 as i32),
        Paper::A5 => Some(WIA_PAGE_ISO_A5 as i32),
        Paper::A3 => Some(WIA_PAGE_ISO_A3 as i32),
        Paper::Largest => None,
    };
    let known = feeder && named.is_some_and(|named| item.try_set(WIA_IPS_PAGE_SIZE, named) == Some(named));
    // Where sheets do not lie at the left, which side is meant differs from driver to driver: all of it is scanned.
    let left = !feeder || item.number(WIA_IPS_SHEET_FEEDER_REGISTRATION).unwrap_or(0) == LEFT_JUSTIFIED as i32;
    let (width, height) = paper.size().unzip();
    for (wanted, certain, dpi, length, position, most) in [
        (width, left, dpi[0], WIA_IPS_XEXTENT, WIA_IPS_XPOS, WIA_IPS_MAX_HORIZONTAL_SIZE),
        (height, true, dpi[1], WIA_IPS_YEXTENT, WIA_IPS_YPOS, WIA_IPS_MAX_VERTICAL_SIZE),
    ] {
        let exact = extent(wanted, dpi, None, &Allowed::Anything);
        let near = |(is, wanted): (i32, i32)| (is - wanted).abs() <= wanted / 100;
        if known && item.number(length).zip(exact).is_some_and(near) {
            continue;
        }
        // The room depends on where it begins.
        item.try_set(position, 0);
        let allowed = item.allowed(length).unwrap_or(Allowed::Anything);
        if let Some(pixels) = extent(wanted.filter(|_| certain), dpi, item.number(most), &allowed) {
            item.try_set(length, pixels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_device_that_is_not_there_is_lost_and_a_windows_without_wia_says_so() {
        let expected = match Wia.devices() {
            Ok(_) => Code::ScannerLost,
            Err(error) => {
                assert_eq!(error.code, Code::Missing, "{error:?}");
                Code::Missing
            }
        };
        let nobody = "{6BDD1FC6-810F-11D0-BEC7-08002BE2092F}\\9999";
        assert_eq!(Wia.capabilities(nobody).unwrap_err().code, expected);
        let (cancel, mut hear) = (AtomicBool::new(false), |_: &_, _: &_| Ok(()));
        let scanned = Wia.scan(nobody, &Settings::default(), &mut Line::new(&cancel, &mut hear));
        assert_eq!(scanned.unwrap_err().code, expected);
    }
}

//! The eSCL driver against the simulated scanner: every way in which a batch of paper can go, and go wrong.

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use sohoa_capture::scan::escl::Escl;
use sohoa_capture::scan::{Color, Driver, Head, Line, Said, Settings, Source};
use sohoa_model::{Code, Error};
use sohoa_tests::simulator::escl::{Framing, Model, Sheet, Simulator, UUID, discrete};
use sohoa_tests::{Station, fixture, list};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A small sheet, told apart by its number.
fn jpeg(number: u8, dpi: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, 90);
    encoder.set_pixel_density(PixelDensity::dpi(dpi));
    let sheet = image::RgbImage::from_fn(240, 320, |x, y| image::Rgb([number.wrapping_mul(40), x as u8, y as u8]));
    encoder.encode_image(&sheet).unwrap();
    out
}

fn page(number: u8) -> Vec<u8> {
    jpeg(number, 300)
}

fn sheets(numbers: std::ops::RangeInclusive<u8>) -> Vec<Sheet> {
    numbers.map(|n| Sheet::Page(page(n))).collect()
}

struct Batch {
    pages: Vec<(Head, Vec<u8>)>,
    end: Result<(), Error>,
}

impl Batch {
    fn code(&self) -> Option<Code> {
        self.end.as_ref().err().map(|e| e.code)
    }

    /// Which sheets came, byte for byte.
    fn are(&self, numbers: std::ops::RangeInclusive<u8>) -> bool {
        let wanted: Vec<Vec<u8>> = numbers.map(page).collect();
        self.pages.iter().map(|p| &p.1).eq(&wanted)
    }
}

/// Long enough never to run out in a test that does not mean it to.
const PATIENT: Duration = Duration::from_secs(60);
/// Runs out, though not while a busy computer answers.
const HASTY: Duration = Duration::from_secs(3);

fn scan_with(patience: Duration, device: &str, settings: &Settings, cancel: &AtomicBool) -> Batch {
    let mut pages = Vec::new();
    let mut tell = |said: &Said, body: &[u8]| {
        if let Said::Page(head) = said {
            pages.push((head.clone(), body.to_vec()));
        }
        Ok(())
    };
    let end = Escl { patience }.scan(device, settings, &mut Line::new(cancel, &mut tell));
    if let Err(error) = &end {
        assert!(!error.message.is_empty(), "{error:?}");
    }
    Batch { pages, end }
}

fn scan(device: &Simulator) -> Batch {
    scan_with(PATIENT, &device.url(), &Settings::default(), &AtomicBool::new(false))
}

fn hasty(device: &Simulator) -> Batch {
    scan_with(HASTY, &device.url(), &Settings::default(), &AtomicBool::new(false))
}

fn model(change: impl FnOnce(&mut Model)) -> Simulator {
    let mut model = Model::default();
    change(&mut model);
    Simulator::new(model)
}

fn named(name: &str) -> Simulator {
    model(|m| m.name = name.into())
}

#[test]
fn a_tray_of_paper_comes_byte_for_byte() {
    let device = model(|_| ());
    device.load([
        Sheet::Page(page(1)),
        Sheet::Framed(page(2), Framing::Chunked),
        Sheet::Framed(page(3), Framing::Close),
    ]);
    let batch = scan(&device);
    batch.end.as_ref().unwrap();
    assert!(batch.are(1..=3));
    let heads: Vec<_> = batch.pages.iter().map(|(h, _)| (h.number, h.width, h.height, h.dpi)).collect();
    assert_eq!(heads, [(1, 240, 320, 300.0), (2, 240, 320, 300.0), (3, 240, 320, 300.0)]);
    let next = ["GET NextDocument"; 4];
    let before = ["GET ScannerCapabilities", "GET ScannerStatus", "POST ScanJobs"];
    assert_eq!(device.log(), [&before[..], &next, &["GET ScannerStatus", "DELETE job"]].concat());
    let asked = device.seen().remove(2).body;
    for part in [">Feeder<", ">RGB24<", "XResolution>300<", "Width>2480<", "Height>3508<", "Duplex>false<"] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
}

#[test]
fn the_glass_gives_one_page() {
    let device = model(|_| ());
    device.lay(Sheet::Page(page(1)));
    let settings = Settings { source: Some(Source::Flatbed), dpi: 400, color: Color::Gray, ..Settings::default() };
    let batch = scan_with(PATIENT, &device.url(), &settings, &AtomicBool::new(false));
    batch.end.as_ref().unwrap();
    assert!(batch.are(1..=1));
    assert_eq!(device.log()[1..], ["POST ScanJobs", "GET NextDocument", "DELETE job"]);
    let asked = device.seen().remove(1).body;
    for part in [">Platen<", ">Grayscale8<", "XResolution>600<"] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
}

#[test]
fn both_sides_where_the_device_can() {
    let settings = Settings { source: Some(Source::AdfDuplex), ..Settings::default() };
    let device = model(|_| ());
    device.load(sheets(1..=2));
    assert!(scan_with(PATIENT, &device.url(), &settings, &AtomicBool::new(false)).are(1..=2));
    assert!(device.seen()[2].body.contains("Duplex>true<"));
    let device = model(|m| m.duplex = false);
    device.load(sheets(1..=2));
    let batch = scan_with(PATIENT, &device.url(), &settings, &AtomicBool::new(false));
    assert_eq!(batch.code(), Some(Code::InvalidValue));
    assert!(!device.asked("POST ScanJobs"));
}

#[test]
fn the_tray_runs_empty_in_every_dialect() {
    for (status, job) in [(404, "Completed"), (409, "Aborted"), (410, "Completed"), (500, "Aborted")] {
        let device = model(|m| m.end = (status, "ScannerAdfEmpty".into(), job.into()));
        device.load(sheets(1..=2));
        let batch = scan(&device);
        assert!(batch.are(1..=2) && batch.end.is_ok(), "{status}: {:?}", batch.end);
    }
}

#[test]
fn what_stops_a_batch_is_told_apart_and_the_rest_is_scanned_next_time() {
    for (status, adf, job, code) in [
        (404, "ScannerAdfJam", "Aborted", Code::PaperJam),
        (409, "ScannerAdfJam", "Processing", Code::PaperJam),
        (503, "ScannerAdfJam", "Processing", Code::PaperJam),
        (409, "ScannerAdfMispick", "Aborted", Code::PaperJam),
        (410, "ScannerAdfMultipickDetected", "Aborted", Code::DoubleFeed),
        (404, "ScannerAdfHatchOpen", "Aborted", Code::CoverOpen),
        (500, "ScannerAdfDoorOpen", "Aborted", Code::CoverOpen),
        (404, "ScannerAdfLoaded", "Canceled", Code::Cancelled),
        (410, "ScannerAdfLoaded", "Canceled", Code::Cancelled),
        (500, "ScannerAdfLoaded", "Aborted", Code::ScannerFailed),
    ] {
        let device = model(|_| ());
        device.load(sheets(1..=2)).load([Sheet::Refuse(status, adf, job)]).load(sheets(3..=4));
        let batch = scan(&device);
        assert_eq!(batch.code(), Some(code), "{status} {adf}: {:?}", batch.end);
        assert!(batch.are(1..=2), "{status} {adf}");
        // The device forgets why when the job is deleted.
        let log = device.log();
        assert_eq!(log[log.len() - 2..], ["GET ScannerStatus", "DELETE job"]);
        device.load([]);
        let rest = scan(&device);
        assert!(rest.are(3..=4) && rest.end.is_ok(), "{status} {adf}: {:?}", rest.end);
    }
}

#[test]
fn a_page_that_was_cut_off_is_never_given() {
    let whole = page(2);
    let without_end = whole[..whole.len() - 2].to_vec();
    let padded = [whole.clone(), vec![0; 100]].concat();
    for (name, sheet) in [
        ("length", Sheet::Cut(whole.clone(), whole.len() - 2, Framing::Length)),
        ("chunked", Sheet::Cut(whole.clone(), whole.len() / 2, Framing::Chunked)),
        ("chunked, only the last byte missing", Sheet::Cut(whole.clone(), whole.len() - 1, Framing::Chunked)),
        ("close", Sheet::Cut(whole.clone(), whole.len() - 2, Framing::Close)),
        ("after the end marker", Sheet::Cut(padded, whole.len() + 50, Framing::Length)),
        ("no end marker", Sheet::Page(without_end)),
        ("nothing", Sheet::Page(Vec::new())),
        ("no picture", Sheet::Page(b"<html>please log in</html>".to_vec())),
    ] {
        let device = model(|_| ());
        device.load(sheets(1..=1)).load([sheet]).load(sheets(3..=3));
        let batch = scan(&device);
        assert_eq!(batch.code(), Some(Code::ScannerFailed), "{name}: {:?}", batch.end);
        assert!(batch.end.as_ref().unwrap_err().message.contains("Trang 2"), "{name}");
        assert!(batch.are(1..=1), "{name}");
        assert!(device.asked("DELETE job"), "{name}");
    }
}

#[test]
fn a_jam_that_cuts_a_page_off_is_a_jam() {
    let device = model(|m| m.adf_says = Some("ScannerAdfJam".into()));
    device.load([Sheet::Cut(page(1), 100, Framing::Length)]);
    assert_eq!(scan(&device).code(), Some(Code::PaperJam));
}

#[test]
fn a_network_that_is_gone_is_no_fault_of_the_paper() {
    let device = model(|_| ());
    device.load(sheets(1..=1)).load([Sheet::Gone(page(2))]);
    let batch = scan(&device);
    assert_eq!(batch.code(), Some(Code::ScannerLost));
    assert!(batch.are(1..=1));
    // And now nobody is there at all.
    assert_eq!(scan(&device).code(), Some(Code::ScannerLost));
}

#[test]
fn a_device_that_says_come_again_is_asked_again_but_not_for_ever() {
    let later = || Sheet::Refuse(503, "ScannerAdfLoaded", "Processing");
    let device = model(|_| ());
    device.refuse_jobs([(503, "ScannerAdfLoaded"); 2]);
    device.load([later(), Sheet::Page(page(1)), later(), later(), Sheet::Page(page(2))]);
    let batch = scan(&device);
    assert!(batch.are(1..=2) && batch.end.is_ok(), "{:?}", batch.end);

    let device = model(|_| ());
    device.load(sheets(1..=1)).load(std::iter::repeat_n(later(), 100));
    let batch = hasty(&device);
    assert_eq!(batch.code(), Some(Code::ScannerBusy));
    assert!(batch.are(1..=1));

    let device = model(|_| ());
    device.load(sheets(1..=1)).refuse_jobs([(503, "ScannerAdfLoaded"); 100]);
    assert_eq!(hasty(&device).code(), Some(Code::ScannerBusy));
    assert!(!device.asked("DELETE job"));
}

#[test]
fn a_job_that_is_refused_says_why() {
    for (status, adf, code) in [
        (409, "ScannerAdfEmpty", Code::FeederEmpty),
        (503, "ScannerAdfJam", Code::PaperJam),
        (409, "ScannerAdfHatchOpen", Code::CoverOpen),
        (500, "ScannerAdfLoaded", Code::ScannerFailed),
        (401, "ScannerAdfLoaded", Code::Unreachable),
    ] {
        let device = model(|_| ());
        device.load(sheets(1..=1)).refuse_jobs([(status, adf)]);
        assert_eq!(scan(&device).code(), Some(code), "{status} {adf}");
    }
}

#[test]
fn a_silent_device_is_given_up() {
    let device = model(|_| ());
    device.load(sheets(1..=1)).load([Sheet::Stall(page(2), 500)]);
    let batch = hasty(&device);
    assert_eq!(batch.code(), Some(Code::ScannerFailed));
    assert!(batch.are(1..=1));
}

#[test]
fn whatever_the_job_is_called_it_is_found() {
    for location in [
        "{}/",
        "http://scanner.invalid{}",
        "https://BRN001122334455.local.:443{}/",
        "http://[fe80{}",
        "http://[fe80::1%25eth0]:80{}",
    ] {
        let device = model(|m| m.location = location.into());
        device.load(sheets(1..=1));
        let batch = scan(&device);
        assert!(batch.are(1..=1) && batch.end.is_ok(), "{location}: {:?}", batch.end);
    }
    let device = model(|m| m.location = "http://scanner.invalid".into());
    device.load(sheets(1..=1));
    assert_eq!(scan(&device).code(), Some(Code::ScannerFailed));
}

#[test]
fn an_empty_feeder_is_told_before_anything_moves() {
    let device = model(|_| ());
    assert_eq!(scan(&device).code(), Some(Code::FeederEmpty));
    assert!(!device.asked("POST ScanJobs"));
    // Where the sensor does not count, the job tells.
    let device = model(|m| m.detects_paper = false);
    assert_eq!(scan(&device).code(), Some(Code::FeederEmpty));
    assert!(device.asked("POST ScanJobs"));
    // And a sensor that nobody vouches for stops nobody.
    let device = model(|m| (m.detects_paper, m.adf_says) = (false, Some("ScannerAdfEmpty".into())));
    device.load(sheets(1..=2));
    assert!(scan(&device).are(1..=2));
}

#[test]
fn devices_with_ways_of_their_own() {
    // Jam is what this one says of an empty feeder.
    let device = named("WorkCentre 3345");
    device.load([Sheet::Refuse(409, "ScannerAdfJam", "Aborted")]);
    scan(&device);
    assert_eq!(scan(&device).code(), Some(Code::FeederEmpty));
    let device =
        model(|m| (m.name, m.adf_says) = ("Kyocera ECOSYS M6526cdn".into(), Some("ScannerAdfProcessing".into())));
    assert_eq!(scan(&device).code(), Some(Code::FeederEmpty));
    assert!(!device.asked("POST ScanJobs"));
    let device = model(|m| (m.name, m.detects_paper) = ("Canon MF410 Series".into(), false));
    assert_eq!(scan(&device).code(), Some(Code::FeederEmpty));
    assert!(!device.asked("POST ScanJobs"));

    // 404 is "not yet" here, and a job that has ended must be left alone.
    let device = named("Xerox B215");
    let later = |status| Sheet::Refuse(status, "ScannerAdfLoaded", "Processing");
    device.load([later(410), Sheet::Page(page(1)), later(404), Sheet::Page(page(2))]);
    let batch = hasty(&device);
    assert!(batch.are(1..=2) && batch.end.is_ok(), "{:?}", batch.end);
    assert!(!device.asked("DELETE job"));

    let device = model(|m| (m.name, m.host) = ("HP LaserJet MFP M630".into(), Some("localhost".into())));
    device.load(sheets(1..=1));
    assert!(scan(&device).are(1..=1));
    assert_ne!(device.seen()[3].host, "localhost");
    let device = model(|m| (m.server, m.host) = ("HP_Compact_Server".into(), Some("localhost".into())));
    device.load(sheets(1..=1));
    assert!(scan(&device).are(1..=1));

    let device = named("Canon iR2625/2630");
    device.load(sheets(1..=1));
    let settings = Settings { dpi: 600, ..Settings::default() };
    assert!(scan_with(PATIENT, &device.url(), &settings, &AtomicBool::new(false)).are(1..=1));
    assert!(device.seen()[2].body.contains("XResolution>300<"));

    for name in ["EPSON ET-4850", "Brother MFC-L2710DW series"] {
        let device = named(name);
        device.load(sheets(1..=2));
        assert!(scan(&device).are(1..=2), "{name}");
    }
}

#[test]
fn encrypted_with_whatever_certificate() {
    let device = model(|m| (m.tls, m.drops_created) = (true, true));
    device.load(sheets(1..=2));
    let batch = scan(&device);
    assert!(batch.are(1..=2) && batch.end.is_ok(), "{:?}", batch.end);
}

#[test]
fn an_address_typed_in_by_hand_is_enough() {
    for tls in [false, true] {
        let device = model(|m| m.tls = tls);
        let (scheme, port) = (if tls { "https" } else { "http" }, device.port());
        for address in [
            format!("127.0.0.1:{port}"),
            format!("localhost:{port}/eSCL/"),
            format!("{scheme}://127.0.0.1:{port}"),
            format!("{scheme}://127.0.0.1:{port}/eSCL#{UUID}"),
        ] {
            device.load(sheets(1..=1));
            let batch = scan_with(PATIENT, &address, &Settings::default(), &AtomicBool::new(false));
            assert!(batch.are(1..=1), "{address}: {:?}", batch.end);
        }
    }
}

#[test]
fn another_scanner_at_the_remembered_address_is_not_scanned_from() {
    let device = model(|_| ());
    device.load(sheets(1..=1));
    let remembered = format!("{}#00000000-0000-0000-0000-000000000001", device.url());
    let batch = scan_with(PATIENT, &remembered, &Settings::default(), &AtomicBool::new(false));
    // Where mDNS itself cannot run that is told instead.
    assert!(matches!(batch.code(), Some(Code::ScannerLost | Code::Unreachable)), "{:?}", batch.end);
    assert!(!device.asked("POST ScanJobs"));
}

#[test]
fn a_device_tells_what_it_has() {
    let device = model(|m| {
        m.resolutions = "<scan:XResolution>200</scan:XResolution><scan:XResolution>x</scan:XResolution>".into()
    });
    let told = Escl::default().capabilities(&device.url()).unwrap();
    assert_eq!(told.sources, [Source::Flatbed, Source::Adf, Source::AdfDuplex]);
    assert_eq!((told.dpi, told.colors), (vec![200], vec![Color::Color, Color::Gray]));
    let device = model(|m| (m.adf, m.resolutions) = (false, discrete(&[600, 100])));
    let told = Escl::default().capabilities(&device.url()).unwrap();
    assert_eq!((told.sources, told.dpi), (vec![Source::Flatbed], vec![100, 600]));
}

#[test]
fn a_device_of_pdfs_alone_is_told_apart() {
    let device = model(|m| m.formats = vec!["application/pdf".into()]);
    device.load(sheets(1..=1));
    assert_eq!(scan(&device).code(), Some(Code::Missing));
    assert!(!device.asked("POST ScanJobs"));
    let device = model(|_| ());
    device.load([Sheet::Page(b"%PDF-1.7 whatever was asked for".to_vec())]);
    assert_eq!(scan(&device).code(), Some(Code::Missing));
}

#[test]
fn a_page_is_believed_its_resolution_unless_it_cannot_be() {
    let device = model(|_| ());
    device.load([200, 72].map(|dpi| Sheet::Page(jpeg(1, dpi))));
    // At 72 dpi the small sheet would still fit the glass; a whole A4 page is tried beside the code.
    let dpi: Vec<f32> = scan(&device).pages.iter().map(|(h, _)| h.dpi).collect();
    assert_eq!(dpi, [200.0, 72.0]);
}

/// Cancels as soon as the device was asked that.
fn cancelled_at(device: &Simulator, request: &str) -> Batch {
    let cancel = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !device.asked(request) {
                std::thread::sleep(Duration::from_millis(5));
            }
            cancel.store(true, Ordering::Relaxed);
        });
        scan_with(PATIENT, &device.url(), &Settings::default(), &cancel)
    })
}

#[test]
fn a_scan_is_cancelled_while_the_device_keeps_us_waiting() {
    for sheet in [Sheet::Hang, Sheet::Stall(page(1), 500), Sheet::Refuse(503, "ScannerAdfLoaded", "Processing")] {
        let comes_again = matches!(sheet, Sheet::Refuse(..));
        let device = model(|_| ());
        device.load(std::iter::repeat_n(sheet, 1000));
        let batch = cancelled_at(&device, "GET NextDocument");
        assert_eq!(batch.code(), Some(Code::Cancelled));
        assert!(batch.pages.is_empty());
        // How it is doing may have been asked by somebody who did not know yet.
        let log: Vec<String> = device.log().into_iter().filter(|asked| asked != "GET ScannerStatus").collect();
        assert_eq!(log.last().map(String::as_str), Some("DELETE job"));
        // Not only when the wait for an answer was over.
        assert!(comes_again || log[log.len() - 2] == "GET NextDocument", "{log:?}");
    }
}

#[test]
fn a_job_that_is_cancelled_before_it_has_begun_is_called_off_too() {
    let device = model(|m| m.slow_start = true);
    device.load(sheets(1..=2));
    let batch = cancelled_at(&device, "POST ScanJobs");
    assert_eq!(batch.code(), Some(Code::Cancelled));
    assert!(batch.pages.is_empty() && device.asked("DELETE job"));
}

/// The simulated scanner makes itself known as real ones do, on this computer alone.
fn announce(device: &Simulator) -> mdns_sd::ServiceDaemon {
    let daemon = mdns_sd::ServiceDaemon::new().unwrap();
    let text = [("rs", "eSCL"), ("ty", "Acme OfficeScan 900"), ("uuid", UUID), ("is", "platen,adf")];
    let service = mdns_sd::ServiceInfo::new(
        "_uscan._tcp.local.",
        "Acme OfficeScan 900",
        "sohoa-test-scanner.local.",
        "127.0.0.1",
        device.port(),
        &text[..],
    );
    daemon.register(service.unwrap()).unwrap();
    daemon
}

#[test]
fn a_scanner_that_makes_itself_known_is_found_and_found_again() {
    let device = model(|_| ());
    let daemon = announce(&device);
    let found = Escl::default().devices().unwrap();
    let id = format!("escl:{}#{UUID}", device.url());
    let listed = found.iter().find(|d| d.id == id).unwrap_or_else(|| panic!("{id} is not in {found:?}"));
    assert_eq!((listed.name.as_str(), listed.place.as_str()), ("Acme OfficeScan 900", "127.0.0.1"));
    // Yesterday it had another address, where nobody is now.
    device.load(sheets(1..=1));
    let remembered = format!("http://127.0.0.1:1/eSCL#{UUID}");
    let batch = scan_with(PATIENT, &remembered, &Settings::default(), &AtomicBool::new(false));
    assert!(batch.are(1..=1) && batch.end.is_ok(), "{:?}", batch.end);
    daemon.shutdown().unwrap();
}

/// A page that a client of another make can be measured by: smooth, so that packing it again changes little.
fn picture(number: u8) -> image::RgbImage {
    let (width, height) = (620, 877);
    image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, number * 60])
    })
}

/// In a process of its own, since libsane reads its configuration once: scans from the only device that it finds.
#[test]
#[ignore = "the other half of `another_client_gets_the_same_pages`, which runs it"]
fn sane_in_its_own_process() {
    let folder = std::path::PathBuf::from(std::env::var_os("SOHOA_TEST_PAGES").expect("set by the other half"));
    let found = sohoa_capture::scan::sane::Sane.devices().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let cancel = AtomicBool::new(false);
    let mut tell = |said: &Said, body: &[u8]| match said {
        Said::Page(head) => std::fs::write(folder.join(format!("{}.jpg", head.number)), body),
        _ => Ok(()),
    };
    let settings = Settings { dpi: 75, ..Settings::default() };
    let device = found[0].id.strip_prefix("sane:").unwrap();
    sohoa_capture::scan::sane::Sane.scan(device, &settings, &mut Line::new(&cancel, &mut tell)).unwrap();
}

#[test]
fn another_client_gets_the_same_pages() {
    // A device that has sent all before sane-airscan asks for the first page is empty to it.
    let device = model(|m| m.pace = Duration::from_millis(200));
    let fill = || {
        device.load([1, 2, 3].map(|number| {
            let mut out = Vec::new();
            let mut encoder = JpegEncoder::new_with_quality(&mut out, 95);
            encoder.set_pixel_density(PixelDensity::dpi(75));
            encoder.encode_image(&picture(number)).unwrap();
            Sheet::Page(out)
        }));
    };
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("dll.conf", "airscan\n");
    let url = device.url();
    write("airscan.conf", &format!("[devices]\n\"Sim\" = {url}, eSCL\n[options]\ndiscovery = disable\n"));
    fill();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "sane_in_its_own_process", "--nocapture"])
        .env("SANE_CONFIG_DIR", dir.path())
        .env("SOHOA_TEST_PAGES", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "sane-airscan (packages libsane1, sane-airscan): {said}\n{:?}", device.log());
    let theirs: Vec<Vec<u8>> = (1..=3).map(|n| std::fs::read(dir.path().join(format!("{n}.jpg"))).unwrap()).collect();
    assert!(!dir.path().join("4.jpg").exists());

    fill();
    let settings = Settings { dpi: 75, ..Settings::default() };
    let ours = scan_with(PATIENT, &device.url(), &settings, &AtomicBool::new(false));
    ours.end.unwrap();
    assert_eq!(ours.pages.len(), 3);
    for (number, (theirs, (_, ours))) in (1..).zip(theirs.iter().zip(&ours.pages)) {
        let [theirs, ours] = [theirs, ours].map(|bytes| image::load_from_memory(bytes).unwrap().to_rgb8());
        for (who, seen) in [("theirs", theirs), ("ours", ours)] {
            assert_eq!(seen.dimensions(), picture(number).dimensions(), "{who}");
            let far: u64 = seen.iter().zip(picture(number).iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(far / (seen.len() as u64) < 3, "{who}: page {number}");
        }
    }
}

#[test]
fn the_program_scans_from_a_printer_and_goes_on_after_a_jam() {
    const CODE: &str = "H05.16-261126-0011";
    let papers = ["02 tờ khai đăng ký kết hôn.jpg", "04 giấy xác nhận.jpg"]
        .map(|name| std::fs::read(fixture("fixtures/dossiers/H05.16-260112-0001").join(name)).unwrap());
    let [first, second] = papers.clone().map(Sheet::Page);
    let (station, device) = (Station::new(), model(|_| ()));
    device.load([first, Sheet::Refuse(409, "ScannerAdfJam", "Processing"), second]);
    let from = format!("escl:{}", device.url());
    let scan = ["scan", "--device", &from, "--source", "adf"];

    let stopped = station.json(6, &[&scan[..], &["--dossier", CODE]].concat());
    assert_eq!(stopped["error"]["code"], "paper_jam", "{stopped:#}");
    device.load([]);
    let whole = station.ok(&[&scan[..], &["--continue"]].concat());
    assert_eq!((&whole["documents"], &whole["pages"]), (&1.into(), &2.into()), "{whole:#}");
    let shown = station.ok(&["show", CODE]);
    let kept: Vec<&str> = list(&shown["documents"][0]["pages"]).iter().map(|p| p["sha256"].as_str().unwrap()).collect();
    assert_eq!(kept, papers.map(|bytes| sohoa_model::Digest::of(&bytes).to_string()), "byte for byte, in order");
    assert_eq!(station.ok(&["verify", "--deep"])["ok"], true);
}

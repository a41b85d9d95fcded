//! Scanning through the real libsane, from a feeder that is a folder: pages, mishaps, drivers that fail, and where the
//! paper falls apart into dossiers.

use serde_json::Value;
use sohoa_tests::{Station, files, fixture, json, list};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A station with a scanner whose feeder is a folder.
struct Desk {
    station: Station,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { station: Station::new() };
        let sane = desk.home().join("sane");
        std::fs::create_dir_all(&sane).unwrap();
        std::fs::create_dir_all(desk.feeder()).unwrap();
        std::fs::write(sane.join("dll.conf"), "folder\ntest\n").unwrap();
        let test = "number_of_devices 1\nmode Color\nresolution 300\ngeometry_max 300\nbr_x 210\nbr_y 297\n";
        std::fs::write(sane.join("test.conf"), test).unwrap();
        std::fs::copy(backend(), sane.join("libsane-folder.so.1")).unwrap();
        desk
    }

    fn home(&self) -> &Path {
        self.station.home.path()
    }

    fn feeder(&self) -> PathBuf {
        self.home().join("feeder")
    }

    /// `sohoa` with no other scanner on the machine.
    fn sohoa(&self) -> Command {
        let mut command = self.station.sohoa();
        let sane = self.home().join("sane");
        command.env("SANE_CONFIG_DIR", &sane).env("LD_LIBRARY_PATH", &sane).env("SANE_FOLDER", self.feeder());
        command
    }

    fn run(&self, status: i32, args: &[&str]) -> Value {
        json(status, self.sohoa().args(args))
    }

    fn scan(&self, status: i32, more: &[&str]) -> Value {
        self.run(status, &[&["scan", "--device", "sane:folder:feeder", "--source", "adf"], more].concat())
    }

    /// Lays a sheet (or a mishap) behind those that lie in the feeder.
    fn lay(&self, sheet: &[u8], kind: &str) -> PathBuf {
        let feeder = self.feeder();
        let last = files(&feeder).iter().filter_map(|p| p.file_stem()?.to_str()?.parse::<u32>().ok()).max();
        let path = feeder.join(format!("{:04}.{kind}", last.unwrap_or(0) + 1));
        std::fs::write(&path, sheet).unwrap();
        path
    }
}

/// The backend, an example of this crate, which `cargo test` builds.
fn backend() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples/libsane_folder.so");
    assert!(path.is_file(), "{} is not built; run `cargo xtask test`", path.display());
    path
}

/// Bundled papers without a code on them, as they lie in the feeder.
fn paper(count: usize) -> Vec<Vec<u8>> {
    const PLAIN: [&str; 4] = [
        "H05.16-260112-0001/02 tờ khai đăng ký kết hôn.jpg",
        "H05.16-260112-0001/04 giấy xác nhận.jpg",
        "H05.16-260120-0002/01 đơn đề nghị.jpg",
        "H05.16-260120-0002/04 công văn.jpg",
    ];
    PLAIN[..count].iter().map(|name| sheet(name)).collect()
}

/// A bundled paper as a PNM.
fn sheet(name: &str) -> Vec<u8> {
    pnm(&std::fs::read(fixture("fixtures/dossiers").join(name)).unwrap())
}

fn pnm(picture: &[u8]) -> Vec<u8> {
    let image = sohoa_imaging::decode(picture).unwrap().to_rgb8();
    let mut out = format!("P6\n{} {}\n255\n", image.width(), image.height()).into_bytes();
    out.extend_from_slice(image.as_raw());
    out
}

/// The pages of every dossier, by their digests.
fn pages(desk: &Desk) -> Vec<String> {
    let mut codes: Vec<String> =
        list(&desk.station.ok(&["list"])["dossiers"]).iter().map(|d| d["code"].as_str().unwrap().to_owned()).collect();
    codes.sort();
    let shown: Vec<Value> = codes.iter().map(|c| desk.station.ok(&["show", c])).collect();
    let documents = shown.iter().flat_map(|d| list(&d["documents"]));
    documents.flat_map(|d| list(&d["pages"])).map(|p| p["sha256"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_stack_through_the_feeder_becomes_a_dossier() {
    let desk = Desk::new();
    let found = desk.run(0, &["devices"]);
    let ids: Vec<&str> = list(&found["devices"]).iter().map(|d| d["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"sane:folder:feeder") && ids.contains(&"sane:test:0"), "{found:#}");

    for sheet in paper(3) {
        desk.lay(&sheet, "ppm");
    }
    let scanned = desk.scan(0, &["--dossier", "H05.16-261126-0001"]);
    assert_eq!(scanned["dossiers"], serde_json::json!(["H05.16-261126-0001"]), "{scanned:#}");
    assert_eq!((&scanned["documents"], &scanned["pages"]), (&1.into(), &3.into()));
    let shown = desk.station.ok(&["show", "H05.16-261126-0001"]);
    let first = &shown["documents"][0]["pages"][0];
    assert_eq!((&first["width"], &first["height"], &first["dpi"]), (&2480.into(), &3508.into(), &300.0.into()));
    assert!(first["words"].as_u64().unwrap() > 20, "{first:#}");
    assert_eq!(shown["state"], "review");
    assert_eq!(files(&desk.feeder().join("out")).len(), 3);
    assert_eq!(desk.station.ok(&["verify", "--deep"])["ok"], true);

    // What the scanner gave is what is given out as original.
    let out = desk.home().join("originals");
    desk.station.ok(&["export", "H05.16-261126-0001", out.to_str().unwrap(), "--originals"]);
    let originals: Vec<Vec<u8>> = files(&out).iter().map(|p| std::fs::read(p).unwrap()).collect();
    assert_eq!(originals.len(), 3);
    let digests: Vec<String> = originals.iter().map(|bytes| sohoa_model::Digest::of(bytes).to_string()).collect();
    for page in list(&shown["documents"][0]["pages"]) {
        assert!(digests.iter().any(|d| page["sha256"] == *d), "{page:#} is not among {digests:?}");
    }

    // Nothing lies in the feeder now, and that is said.
    let empty = desk.scan(6, &[]);
    assert_eq!(empty["error"]["code"], "feeder_empty");
}

/// Cover sheets as they come out of the printer.
fn covers(desk: &Desk, args: &[&str]) -> Vec<Vec<u8>> {
    let pdf = desk.home().join("covers.pdf");
    desk.run(0, &[&["cover"], args, &["-o", pdf.to_str().unwrap()]].concat());
    let out = Command::new("pdftoppm").args(["-r", "300"]).arg(&pdf).arg(desk.home().join("cover")).status().unwrap();
    assert!(out.success());
    let mut sheets: Vec<PathBuf> = files(desk.home());
    sheets.retain(|p| p.extension().is_some_and(|e| e == "ppm") && p.parent() == Some(desk.home()));
    sheets.sort();
    sheets.iter().map(|p| std::fs::read(p).unwrap()).collect()
}

#[test]
fn cover_sheets_part_the_stack_are_left_out_and_hold_it_to_their_word() {
    const CODES: [&str; 2] = ["H05.16-261126-0003", "H05.16-261126-0004"];
    let desk = Desk::new();
    let (papers, sheets) = (paper(3), covers(&desk, &[CODES[0], CODES[1], "--component", "Tờ khai", "--pages", "2"]));
    for sheet in [&sheets[0], &papers[0], &papers[1], &sheets[1], &papers[2]] {
        desk.lay(sheet, "ppm");
    }
    let scanned = desk.scan(0, &[]);
    assert_eq!(scanned["dossiers"], serde_json::json!(CODES), "{scanned:#}");
    assert_eq!((&scanned["documents"], &scanned["pages"]), (&2.into(), &3.into()));
    let roles: Vec<&str> = list(&scanned["scanned"]).iter().map(|p| p["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["cover", "page", "page", "cover", "page"]);
    let note = serde_json::json!([{ "dossier": CODES[1], "component": "Tờ khai", "declared": 2, "came": 1 }]);
    assert_eq!(scanned["notes"], note);
    let shown = desk.station.ok(&["show", CODES[1]]);
    assert_eq!(
        (&shown["documents"][0]["component"], &shown["documents"][0]["declared"]),
        (&"Tờ khai".into(), &2.into())
    );
    assert_eq!(desk.station.ok(&["verify", "--deep"])["ok"], true);
}

#[test]
fn files_fall_apart_by_cover_sheets_as_paper_does_and_a_watched_folder_takes_each_once() {
    const CODE: &str = "H05.16-261126-0005";
    let desk = Desk::new();
    let folder = desk.home().join("từ máy in");
    std::fs::create_dir_all(&folder).unwrap();
    let pdf = desk.home().join("bìa.pdf");
    desk.run(0, &["cover", CODE, "--pages", "1", "-o", pdf.to_str().unwrap()]);
    std::fs::copy(&pdf, folder.join("scan0001.pdf")).unwrap();
    let paper = fixture("fixtures/dossiers/H05.16-260112-0001/04 giấy xác nhận.jpg");
    let whole = std::fs::read(&paper).unwrap();
    std::fs::write(folder.join("scan0002.jpg"), &whole).unwrap();
    // The printer is still at this one.
    std::fs::write(folder.join("scan0003.jpg"), &whole[..whole.len() / 2]).unwrap();
    let watch = || {
        let out = desk.sohoa().args(["watch", "--once"]).arg(&folder).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    watch();
    let shown = desk.station.ok(&["show", CODE]);
    assert_eq!((&shown["state"], list(&shown["documents"]).len()), (&"review".into(), 1), "{shown:#}");
    assert_eq!(list(&shown["documents"][0]["pages"]).len(), 1);
    let before = desk.station.ok(&["list"]);
    watch();
    assert_eq!(list(&desk.station.ok(&["list"])["dossiers"]).len(), list(&before["dossiers"]).len());
    assert_eq!(desk.station.ok(&["show", CODE])["updated"], shown["updated"], "nothing was taken twice");
}

#[test]
fn one_page_is_scanned_again_in_its_place_and_can_be_taken_back() {
    const CODE: &str = "H05.16-261126-0002";
    let desk = Desk::new();
    let papers = paper(3);
    desk.lay(&papers[0], "ppm");
    desk.lay(&papers[1], "ppm");
    desk.scan(0, &["--dossier", CODE]);
    let before = pages(&desk);
    desk.lay(&papers[2], "ppm");
    let shown = desk.scan(0, &["--dossier", CODE, "--replace", "1.1"]);
    assert_eq!((&shown["state"], &shown["can_undo"]), (&"review".into(), &"rescan".into()), "{shown:#}");
    let after = pages(&desk);
    assert_eq!((after.len(), &after[1]), (2, &before[1]));
    assert_ne!(after[0], before[0]);
    desk.station.ok(&["undo", CODE]);
    assert_eq!(pages(&desk), before);
    // Nothing in the feeder, nothing changed.
    assert_eq!(desk.scan(6, &["--dossier", CODE, "--replace", "1.2"])["error"]["code"], "feeder_empty");
    assert_eq!(pages(&desk), before);
}

#[test]
fn the_code_on_a_receipt_opens_its_dossier() {
    let desk = Desk::new();
    desk.lay(&paper(1)[0], "ppm");
    desk.lay(&sheet("H05.16-260112-0001/01 giấy tiếp nhận.jpg"), "ppm");
    desk.lay(&sheet("H05.16-260112-0001/04 giấy xác nhận.jpg"), "ppm");
    let scanned = desk.scan(0, &[]);
    let codes: Vec<&str> = list(&scanned["dossiers"]).iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!((codes.len(), codes[0]), (2, "H05.16-260112-0001"), "{scanned:#}");
    assert!(codes[1].starts_with("X00-"), "what came before it is nobody's yet: {codes:?}");
    let shown = desk.station.ok(&["show", codes[0]]);
    assert_eq!(list(&shown["documents"][0]["pages"]).len(), 2);
}

/// A letter with a red stamp on it that says that it may not be here.
fn secret() -> Vec<u8> {
    let read =
        |name: &str| sohoa_imaging::decode(&std::fs::read(fixture("fixtures/secret").join(name)).unwrap()).unwrap();
    let (mut letter, stamp) = (read("plain.jpg").into_rgb8(), read("mat.png").into_luma8());
    for (x, y, _) in stamp.enumerate_pixels().filter(|(_, _, ink)| ink.0[0] < 128) {
        letter.get_pixel_mut(456 + x, 660 + y).0 = [206, 42, 50];
    }
    let mut out = format!("P6\n{} {}\n255\n", letter.width(), letter.height()).into_bytes();
    out.extend_from_slice(letter.as_raw());
    out
}

#[test]
fn a_state_secret_stops_the_stack_and_nothing_of_it_stays() {
    let desk = Desk::new();
    let plain = paper(4);
    desk.lay(&plain[0], "ppm");
    desk.lay(&secret(), "ppm");
    // Those that follow closely may be through before anybody has seen it.
    for sheet in plain.iter().chain(&plain) {
        desk.lay(sheet, "ppm");
    }
    let refused = desk.scan(3, &[]);
    assert_eq!(refused["error"]["code"], "state_secret", "{refused:#}");
    assert!(!refused.to_string().contains("trang 2"), "no word of which page it was");
    assert!(files(&desk.feeder()).len() > files(&desk.feeder().join("out")).len(), "the stack went on");
    let whole = desk.scan(0, &["--continue"]);
    assert_eq!(whole["pages"].as_u64(), Some(9), "{whole:#}");
    assert_eq!(desk.station.ok(&["search", "không gian mạng"])["total"], 0);
    assert_eq!(desk.station.ok(&["verify", "--deep"])["ok"], true);
    // Four papers, each as scanned, its thumbnails from the scanner and as read, and what was read; one PDF.
    assert_eq!(files(&desk.station.dir().join("objects")).len(), 4 * 4 + 1);
}

#[test]
fn every_mishap_is_told_apart_keeps_what_came_and_the_stack_goes_on() {
    let sheet = paper(1).remove(0);
    for (kind, code) in [
        ("jam", "paper_jam"),
        ("cover", "cover_open"),
        ("busy", "scanner_busy"),
        ("error", "scanner_failed"),
        ("gone", "scanner_lost"),
        ("cut", "scanner_failed"),
        ("crash", "scanner_failed"),
        ("greedy", "scanner_failed"),
    ] {
        let desk = Desk::new();
        desk.lay(&sheet, "ppm");
        desk.lay(&sheet, kind);
        // A mishap with a sheet in it puts the sheet back; one without leaves the next to come.
        if !matches!(kind, "cut" | "crash" | "greedy") {
            desk.lay(&sheet, "ppm");
        }
        let broken = desk.scan(6, &[]);
        assert_eq!(broken["error"]["code"], code, "{kind}: {broken:#}");
        let (message, hint) = (broken["error"]["message"].as_str().unwrap(), broken["error"]["hint"].as_str().unwrap());
        assert!(message.ends_with("ở trang 2. Đã giữ 1 trang"), "{kind}: {message}");
        assert!(hint.ends_with("Đặt lại giấy từ trang 2, rồi quét tiếp."), "{kind}: {hint}");
        let whole = desk.scan(0, &["--continue"]);
        assert_eq!((&whole["documents"], &whole["pages"]), (&1.into(), &2.into()), "{kind}: {whole:#}");
        let sizes: Vec<u64> = list(&whole["scanned"]).iter().map(|p| p["height"].as_u64().unwrap()).collect();
        assert_eq!(sizes, [3508, 3508], "{kind}: no half page");
        assert_eq!(desk.station.ok(&["verify"])["ok"], true);
    }
}

#[test]
fn colours_resolutions_and_sides_are_what_was_asked_for() {
    let desk = Desk::new();
    let sheet = paper(1).remove(0);
    for (args, size) in [
        (["--color", "gray", "--dpi", "200", "--paper", "a4"], [1654, 2339]),
        (["--color", "lineart", "--dpi", "300", "--paper", "a5"], [1748, 2480]),
        // Not to be had: rather finer.
        (["--color", "color", "--dpi", "250", "--paper", "a4"], [2480, 3508]),
    ] {
        desk.lay(&sheet, "ppm");
        let scanned = desk.scan(0, &args);
        let page = &scanned["scanned"][0];
        assert_eq!([page["width"].as_u64(), page["height"].as_u64()], size.map(Some), "{args:?}");
    }
    let low = desk.scan(3, &["--dpi", "150"]);
    assert_eq!(low["error"]["code"], "invalid_value");
    // A glass has one page, however much paper there is.
    desk.lay(&sheet, "ppm");
    desk.lay(&sheet, "ppm");
    let glass = desk.run(0, &["scan", "--device", "sane:folder:feeder", "--source", "flatbed"]);
    assert_eq!(glass["pages"], 1);
}

#[test]
fn the_test_backend_of_sane_scans_ten_pages() {
    let desk = Desk::new();
    let scanned = desk.run(0, &["scan", "--device", "sane:test:0", "--source", "adf", "--color", "gray"]);
    assert_eq!(list(&scanned["scanned"]).len(), 10, "{scanned:#}");
}

#[test]
fn a_driver_killed_or_frozen_in_the_middle_of_a_page_costs_that_page() {
    let desk = Desk::new();
    let sheet = paper(1).remove(0);
    for signal in [libc::SIGKILL, libc::SIGSTOP] {
        desk.lay(&sheet, "ppm");
        let slow = desk.lay(&sheet, "slow");
        let mut command = desk.sohoa();
        command.args(["scan", "--device", "sane:folder:feeder", "--source", "adf"]);
        command.env("SOHOA_SCANNER_PATIENCE", "15");
        let scanning = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        // The first sheet is through and the second begun.
        let start = Instant::now();
        while slow.exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "the second sheet never came");
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(500));
        let driver = child_of(scanning.id());
        // SAFETY: a plain system call on a process that our own child started.
        unsafe { libc::kill(driver, signal) };
        let out = scanning.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(6));
        let said: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(said["error"]["code"], "scanner_failed", "{said:#}");
        assert!(said["error"]["message"].as_str().unwrap().ends_with("Đã giữ 1 trang"), "{said:#}");
        assert!(!Path::new(&format!("/proc/{driver}")).exists(), "the driver is gone");
        let whole = desk.scan(0, &["--continue"]);
        assert_eq!(whole["pages"], 2, "{whole:#}");
    }
}

/// The one process that `parent` started.
fn child_of(parent: u32) -> i32 {
    let ids = std::fs::read_dir("/proc").unwrap().filter_map(|e| e.unwrap().file_name().to_str()?.parse().ok());
    let is_child = |id: &i32| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|p| p.trim() == parent.to_string()))
    };
    ids.into_iter().find(is_child).expect("a driver runs")
}

#[test]
fn a_station_killed_in_the_middle_of_a_stack_has_every_page_that_came() {
    let desk = Desk::new();
    let sheets = paper(4);
    for sheet in &sheets {
        desk.lay(sheet, "ppm");
    }
    let mut scanning =
        desk.sohoa().args(["scan", "--device", "sane:folder:feeder", "--source", "adf"]).spawn().unwrap();
    let out = desk.feeder().join("out");
    let start = Instant::now();
    while !out.is_dir() || files(&out).len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is scanned");
        std::thread::sleep(Duration::from_millis(5));
    }
    scanning.kill().unwrap();
    scanning.wait().unwrap();
    desk.station.ok(&["work"]);
    let kept = pages(&desk);
    // The third may have been in the pipe, not yet in the station's hands.
    assert!(kept.len() >= 2, "{kept:?}");
    assert_eq!(desk.station.ok(&["verify", "--deep"])["ok"], true);
    // What is still in the feeder goes on behind it.
    let left = files(&desk.feeder()).len() - files(&out).len();
    if left > 0 {
        let whole = desk.scan(0, &["--continue"]);
        assert_eq!(whole["pages"].as_u64(), Some((kept.len() + left) as u64), "{whole:#}");
        assert_eq!(whole["documents"], 1);
    }
}

#[test]
fn a_session_written_down_plays_again() {
    let desk = Desk::new();
    let sheet = paper(1).remove(0);
    desk.lay(&sheet, "ppm");
    desk.lay(b"", "jam");
    for (name, with_pages) in [("bare", false), ("whole", true)] {
        let folder = desk.home().join(name);
        let record = folder.to_str().unwrap();
        let mut args = vec!["--record", record];
        args.extend(with_pages.then_some("--record-pages"));
        if with_pages {
            desk.lay(&sheet, "ppm");
            desk.lay(b"", "jam");
        }
        let first = desk.scan(6, &args);
        assert_eq!(first["error"]["code"], "paper_jam");
        assert_eq!(files(&folder).len(), if with_pages { 2 } else { 1 }, "pictures only when asked for");
        let text = std::fs::read_to_string(folder.join("session.jsonl")).unwrap();
        assert!(!text.contains("sha256"), "nothing that tells what was on the page: {text}");
        let again = desk.run(6, &["scan", "--device", &format!("replay:{record}")]);
        assert_eq!(again["error"], first["error"]);
    }
    // The same picture came twice: from the scanner and from its recording.
    let kept = pages(&desk);
    assert_eq!(kept.len(), 4);
    assert_eq!(kept.iter().collect::<std::collections::BTreeSet<_>>().len(), 2, "{kept:?}");
}

#[test]
fn a_station_without_libsane_says_what_to_do() {
    let desk = Desk::new();
    let unknown = desk.run(4, &["scan", "--device", "telepathy:x"]);
    assert_eq!(unknown["error"]["code"], "not_found");
    let lost = desk.run(6, &["scan", "--device", "sane:nowhere:1"]);
    assert!(["scanner_lost", "scanner_failed"].contains(&lost["error"]["code"].as_str().unwrap()), "{lost:#}");
}

//! The command line's contract: the shape of every JSON document and every exit status.

use serde_json::Value;
use sohoa_tests::{Station, files, fixture, json, list, url};
use std::path::{Path, PathBuf};

const DOSSIER: &str = "H05.16-260209-0007";

/// The named keys are there, whatever stands beside them.
fn has(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "no «{key}» in {value:#}");
    }
}

fn is_hex(value: &Value) -> bool {
    value.as_str().is_some_and(|s| s.len() == 64 && s.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|s| s.len() >= 25 && s.as_bytes()[10] == b'T' && s.ends_with("+07:00"))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the folders of tests have plain names")
}

#[test]
fn every_document_has_the_shape_that_others_build_on() {
    let station = Station::new();
    let folder = fixture("fixtures/dossiers").join(DOSSIER);
    let imported = station.ok(&["import", path(&folder)]);
    assert_eq!(imported["dossiers"], serde_json::json!([DOSSIER]), "{imported:#}");
    assert!(imported["documents"].as_u64() > Some(0) && imported["pages"].as_u64() > Some(0));
    let again = station.ok(&["import", path(&folder), path(&fixture("fixtures/refused/text.txt"))]);
    has(&again["duplicates"][0], &["path", "dossier", "document"]);
    has(&again["refused"][0], &["path", "code", "message", "hint"]);

    let row = &station.ok(&["list"])["dossiers"][0];
    has(row, &["code", "state", "owner", "documents", "pages"]);
    assert!(is_time(&row["created"]) && is_time(&row["updated"]), "{row:#}");

    let dossier = station.ok(&["show", DOSSIER]);
    has(&dossier, &["code", "state", "owner", "documents", "events"]);
    for document in list(&dossier["documents"]) {
        has(document, &["id", "type", "state", "file", "sha256", "pages", "fields"]);
        assert!(is_hex(&document["sha256"]));
        for page in list(&document["pages"]) {
            has(page, &["number", "sha256", "blank", "orientation", "skew", "words", "confidence"]);
            assert!(is_hex(&page["sha256"]));
        }
        for field in list(&document["fields"]) {
            has(field, &["name", "value", "source", "confidence", "page", "box", "confirmed"]);
            assert!(matches!(field["source"].as_str(), Some("code" | "text")), "{field:#}");
        }
        for source in list(&document["sources"]) {
            assert!(is_hex(&source["sha256"]), "{source:#}");
        }
    }

    let found = station.ok(&["search", "cộng hòa", "--limit", "1", "--offset", "1"]);
    assert!(found["total"].as_u64() > Some(1) && list(&found["hits"]).len() == 1, "{found:#}");
    has(&found["hits"][0], &["dossier", "document", "page", "snippet", "score", "boxes"]);
    assert_eq!(list(&found["hits"][0]["boxes"][0]).len(), 4);

    let set = station.ok(&["set", DOSSIER, "1", "subject", "Xin xác nhận"]);
    let clerk = list(&set["documents"][0]["fields"]).iter().find(|f| f["source"] == "clerk").expect("the clerk's word");
    assert_eq!((&clerk["name"], &clerk["value"]), (&"subject".into(), &"Xin xác nhận".into()));
    assert_eq!(station.ok(&["confirm", DOSSIER])["state"], "confirmed");
    let sealed = station.ok(&["seal", DOSSIER]);
    assert_eq!(sealed["state"], "sealed");
    assert!(sealed["package"].as_str().is_some_and(|p| p.starts_with("uuid-")));

    let usb = url(&station.home.path().join("usb"));
    let sent = station.ok(&["sync", "--to", &usb]);
    has(&sent["batches"][0], &["id", "state", "packages"]);
    has(&sent["batches"][0]["packages"][0], &["dossier", "status", "problems"]);
    let told = station.ok(&["archive", "status", &usb]);
    assert_eq!((&told["batches"], &told["accepted"], &told["refused"]), (&1.into(), &1.into(), &0.into()), "{told:#}");
    assert_eq!(station.ok(&["archive", "verify", &usb])["ok"], true);

    let verified = station.ok(&["verify"]);
    has(&verified, &["ok", "blobs", "pages", "events", "problems"]);
    let day = row["created"].as_str().unwrap()[..10].to_owned();
    let stats = station.ok(&["stats", "--from", &day, "--to", &day]);
    assert_eq!((&stats["dossiers"], &stats["digitised"], &stats["accepted"]), (&1.into(), &1.into(), &1.into()));
    assert_eq!((&stats["documents"], &stats["pages"]), (&imported["documents"], &imported["pages"]));
    assert_eq!(station.ok(&["stats", "--from", "2020-01-01", "--to", "2020-12-31"])["dossiers"], 0);
    assert_eq!(station.ok(&["work"])["running"], false);
    assert_eq!(station.ok(&["settings", "clerk=Lê Văn Mẫu"])["clerk"], "Lê Văn Mẫu");
    let doctor = station.ok(&["doctor"]);
    list(&doctor["checks"]).iter().for_each(|c| has(c, &["name", "ok", "found", "remedy"]));
}

#[test]
fn one_file_can_be_tried_and_nothing_is_kept() {
    let station = Station::new();
    let page = fixture("fixtures/dossiers").join(DOSSIER).join("02 giấy xác nhận.jpg");
    let read = station.ok(&["read", path(&page)]);
    let first = &read["pages"][0];
    has(first, &["width", "height", "dpi", "orientation", "skew", "blank", "plan", "words", "text", "suggestions"]);
    has(&first["words"][0], &["text", "confidence", "box"]);
    assert!(first["text"].as_str().unwrap().contains("XÁC NHẬN"), "{}", first["text"]);
    let fields = station.ok(&["extract", path(&page)]);
    let kind = list(&fields["fields"]).iter().find(|f| f["name"] == "document_type").expect("what kind of paper it is");
    assert_eq!(kind["value"], "giay_xac_nhan");
    for (format, sign) in [("text", "XÁC NHẬN"), ("tsv", "\t"), ("hocr", "ocrx_word"), ("alto", "<alto"), ("json", "{")]
    {
        let out = sohoa_tests::sohoa().args(["read", path(&page), "--format", format]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(out.status.success() && text.contains(sign), "{format}: {text}");
    }
    assert!(!station.dir().exists(), "a try leaves no station behind");
}

#[test]
fn a_copy_made_while_at_work_comes_back_whole() {
    let station = Station::new();
    station.ok(&["import", path(&fixture("fixtures/dossiers").join(DOSSIER))]);
    let copy = station.home.path().join("copy");
    station.ok(&["backup", path(&copy)]);
    assert_eq!(station.json(3, &["backup", path(&copy)])["error"]["code"], "not_allowed");
    assert_eq!(station.json(3, &["restore", path(&copy)])["error"]["code"], "not_allowed", "never over a station");

    // One byte of the station goes bad: it is found, and the copy brings all of it back.
    let blob = largest(&station.dir().join("objects"));
    let mut bytes = std::fs::read(&blob).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&blob, bytes).unwrap();
    let broken = station.json(5, &["verify"]);
    assert_eq!(broken["ok"], false);
    has(&broken["problems"][0], &["code", "subject", "message", "hint"]);

    let rows = std::fs::read(copy.join("store.db")).unwrap();
    assert!(!rows.starts_with(b"SQLite format 3"), "the copy is encrypted as the station is");
    let other = Station::new();
    other.ok(&["restore", path(&copy)]);
    assert_eq!(other.ok(&["verify", "--deep"])["ok"], true);
    let show = |station: &Station| station.ok(&["show", DOSSIER]);
    assert_eq!(show(&other), show(&station));
}

#[test]
fn errors_carry_code_message_hint_and_their_exit_status() {
    let station = Station::new();
    let missing = url(Path::new("/no/such/disk/usb"));
    let empty = fixture("fixtures/refused/empty.jpg");
    let cases: [(i32, &str, &[&str]); 10] = [
        (2, "usage", &["no-such-command"]),
        (2, "usage", &["sync", "--to", "ftp://example.vn/usb"]),
        (2, "usage", &["stats", "--from", "hôm qua", "--to", "2026-01-01"]),
        (2, "usage", &["settings", "no_such_setting=1"]),
        (3, "not_allowed", &["seal", DOSSIER]),
        (3, "file_empty", &["read", path(&empty)]),
        (4, "not_found", &["show", "H05.16-260210-0001"]),
        (4, "not_found", &["read", "/no/such/file.jpg"]),
        (4, "not_found", &["restore", "/no/such/copy", "--station", "/no/such/station"]),
        (6, "unreachable", &["sync", "--to", &missing]),
    ];
    let page = fixture("fixtures/dossiers").join(DOSSIER).join("02 giấy xác nhận.jpg");
    station.ok(&["import", path(&page)]);
    for (status, code, args) in cases {
        let told = station.json(status, args);
        has(&told["error"], &["code", "message", "hint"]);
        assert_eq!(told["error"]["code"], code, "{args:?}: {told:#}");
        assert!(told["error"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{args:?}: {told:#}");
    }
    let refused = station.json(3, &["import", path(&empty)]);
    assert_eq!(refused["refused"][0]["code"], "file_empty");
    let gone = station.json(4, &["import", "/no/such/folder"]);
    assert_eq!(gone["refused"][0]["code"], "not_found");
    let wrong = json(1, station.sohoa().env("SOHOA_PASSPHRASE", "khác").arg("list"));
    assert_eq!(wrong["error"]["code"], "locked");
}

#[test]
fn a_file_for_a_sealed_dossier_is_refused_and_the_others_are_taken() {
    let station = Station::new();
    let folder = fixture("fixtures/dossiers").join(DOSSIER);
    station.ok(&["import", path(&folder.join("01 đơn đề nghị.jpg"))]);
    station.ok(&["confirm", DOSSIER]);
    station.ok(&["seal", DOSSIER]);
    let late = station.home.path().join("in");
    copied(&folder.join("02 giấy xác nhận.jpg"), &late.join(DOSSIER).join("2.jpg"));
    let other = fixture("fixtures/dossiers/H05.16-260120-0002/01 đơn đề nghị.jpg");
    copied(&other, &late.join("H05.16-260120-0002/1.jpg"));
    let imported = station.ok(&["import", path(&late)]);
    assert_eq!(imported["dossiers"], serde_json::json!(["H05.16-260120-0002"]), "{imported:#}");
    assert_eq!(list(&imported["refused"]).len(), 1, "{imported:#}");
    assert_eq!(imported["refused"][0]["code"], "not_allowed");
    assert_eq!(list(&station.ok(&["show", DOSSIER])["documents"]).len(), 1);
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(from, to).unwrap();
}

fn largest(folder: &Path) -> PathBuf {
    files(folder).into_iter().max_by_key(|p| p.metadata().unwrap().len()).unwrap()
}

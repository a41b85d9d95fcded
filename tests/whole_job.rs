//! The main job through the built `sohoa`: a folder of scanned paper in, a receipted batch out.

use serde_json::Value;
use sohoa_tests::reading::lay;
use sohoa_tests::{Station, files, fixture, list, url};
use std::path::Path;
use std::process::Command;

#[test]
fn from_a_folder_of_paper_to_a_receipted_batch() {
    let station = Station::new();
    let archive = station.home.path().join("archive");
    let dossiers = fixture("fixtures/dossiers");

    station.ok(&["settings", "office=UBND phường Võ Cường", "office_code=H05.16", "fonds=H05.16"]);
    let imported = station.ok(&["import", dossiers.to_str().unwrap()]);
    let index: Value = serde_json::from_slice(&std::fs::read(fixture("fixtures/dossiers.json")).unwrap()).unwrap();
    let expected = list(&index["dossiers"]);
    assert_eq!(list(&imported["dossiers"]).len(), expected.len());
    assert!(list(&imported["refused"]).is_empty() && list(&imported["duplicates"]).is_empty(), "{imported:#}");

    // Every page is there once, read, with a PDF/A that an independent reader can search.
    let mut pages = 0;
    for code in list(&imported["dossiers"]).iter().map(|c| c.as_str().unwrap()) {
        let dossier = station.ok(&["show", code]);
        assert_eq!(dossier["state"], "review", "{dossier:#}");
        let out = station.home.path().join("pdf");
        station.ok(&["export", code, out.to_str().unwrap()]);
        for document in list(&dossier["documents"]) {
            pages += list(&document["pages"]).len();
            assert_eq!(document["state"], "review", "{document:#}");
            assert!(
                list(&document["fields"]).iter().all(|f| f["confirmed"] == false),
                "nothing is final before the clerk confirms"
            );
            let file = out.join(document["file"].as_str().unwrap());
            assert_eq!(document["file"], format!("{code}.{}.pdf", document["id"]));
            as_it_is_known(code, document, &copies_out(&file, document));
            let checked = Command::new("qpdf").arg("--check").arg(&file).output().expect("qpdf (apt: qpdf)");
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
        }
    }
    assert_eq!(pages as u64, imported["pages"].as_u64().unwrap());
    assert!(pages >= 25, "{pages}");

    // Taking the same folder in again finds everything there already.
    let again = station.ok(&["import", dossiers.to_str().unwrap()]);
    assert_eq!(again["documents"], 0);
    assert!(list(&again["duplicates"]).len() >= list(&imported["dossiers"]).len());

    // The clerk's search.
    let strict = station.ok(&["search", "giấy khai sinh"]);
    let hurried = station.ok(&["search", "giay khai sinh"]);
    assert!(strict["total"].as_u64().unwrap() > 0);
    assert!(hurried["total"].as_u64() >= strict["total"].as_u64());
    let hit = &list(&strict["hits"])[0];
    assert!(!list(&hit["boxes"]).is_empty() && hit["snippet"].as_str().unwrap().contains('\u{2068}'), "{hit:#}");

    // Unconfirmed dossiers cannot be sealed; confirmed ones can, and then nothing in them changes any more.
    let codes: Vec<&str> = list(&imported["dossiers"]).iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(station.json(3, &["seal", codes[0]])["error"]["code"], "not_allowed");
    station.ok(&["set", codes[0], "1", "subject", "Trích yếu do cán bộ sửa"]);
    for code in &codes {
        let confirmed = station.ok(&["confirm", code]);
        assert_eq!(confirmed["state"], "confirmed");
        assert_eq!(station.ok(&["seal", code])["state"], "sealed");
    }
    let sealed = station.ok(&["show", codes[0]]);
    let subject = list(&sealed["documents"][0]["fields"]).iter().find(|f| f["name"] == "subject").unwrap();
    assert_eq!((&subject["value"], &subject["source"]), (&"Trích yếu do cán bộ sửa".into(), &"clerk".into()));
    assert_eq!(station.json(3, &["set", codes[0], "1", "subject", "muộn rồi"])["error"]["code"], "not_allowed");

    // To a centre of its own: committed first, accepted once the centre has looked.
    station.ok(&["archive", "init", &url(&archive)]);
    let sent = station.ok(&["sync", "--to", &url(&archive)]);
    assert_eq!(sent["batches"][0]["state"], "committed", "{sent:#}");
    station.ok(&["archive", "ingest", &url(&archive)]);
    let received = station.ok(&["sync", "--to", &url(&archive)]);
    assert_eq!(received["batches"][0]["state"], "accepted", "{received:#}");
    assert_eq!(list(&received["batches"][0]["packages"]).len(), codes.len());
    assert_eq!(station.ok(&["show", codes[0]])["state"], "accepted");

    // Both sides are sound, and every step may be repeated.
    let verified = station.ok(&["verify", "--deep"]);
    assert_eq!(verified["ok"], true, "{verified:#}");
    assert_eq!(verified["pages"].as_u64().unwrap(), pages as u64);
    station.ok(&["archive", "verify", &url(&archive)]);
    station.ok(&["archive", "ingest", &url(&archive)]);
    assert_eq!(station.ok(&["sync", "--to", &url(&archive)])["batches"], received["batches"]);
}

#[test]
fn a_folder_that_nobody_keeps_answers_at_once() {
    let station = Station::new();
    let code = first_dossier(&station);
    station.ok(&["confirm", &code]);
    station.ok(&["seal", &code]);
    let usb = station.home.path().join("usb");
    std::fs::create_dir(&usb).unwrap();
    let sent = station.ok(&["sync", "--to", &url(&usb)]);
    assert_eq!(sent["batches"][0]["state"], "accepted", "{sent:#}");
    assert_eq!(station.ok(&["show", &code])["state"], "accepted");
}

#[test]
fn a_package_altered_on_the_way_is_refused_by_name() {
    let station = Station::new();
    let code = first_dossier(&station);
    station.ok(&["confirm", &code]);
    station.ok(&["seal", &code]);
    let archive = station.home.path().join("archive");
    station.ok(&["archive", "init", &url(&archive)]);
    station.ok(&["sync", "--to", &url(&archive)]);
    let blob = files(&archive).into_iter().max_by_key(|p| p.metadata().unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&blob).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&blob, bytes).unwrap();
    station.ok(&["archive", "ingest", &url(&archive)]);
    let received = station.ok(&["sync", "--to", &url(&archive)]);
    let package = &received["batches"][0]["packages"][0];
    assert_eq!((&package["dossier"], &package["status"]), (&code.clone().into(), &"rejected".into()), "{received:#}");
    let problem = &package["problems"][0];
    assert!(!problem["code"].as_str().unwrap().is_empty() && !problem["message"].as_str().unwrap().is_empty());
    assert_eq!(station.ok(&["show", &code])["state"], "rejected");
}

#[test]
fn the_package_is_valid_to_independent_eyes() {
    let station = Station::new();
    let code = first_dossier(&station);
    station.ok(&["confirm", &code]);
    station.ok(&["seal", &code]);
    let usb = station.home.path().join("usb");
    station.ok(&["archive", "init", &url(&usb)]);
    station.ok(&["sync", "--to", &url(&usb)]);
    let zip = files(&usb).into_iter().max_by_key(|p| p.metadata().unwrap().len()).unwrap();
    let folder = station.home.path().join("sip");
    let python = sohoa_tests::program("sohoa").parent().unwrap().join("../conformance/bin/python");
    assert!(python.is_file(), "{} is missing; run `cargo xtask setup`", python.display());
    let unzip = Command::new(&python).args(["-m", "zipfile", "-e"]).arg(&zip).arg(&folder).status().unwrap();
    assert!(unzip.success());
    let package = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let checked = Command::new(&python).arg(fixture("conformance/sip.py")).arg(&package).output().unwrap();
    assert!(
        checked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}

/// An independent reader copies each page's words out of the PDF, none run together, none torn, in NFC.
fn copies_out(file: &Path, document: &Value) -> Vec<String> {
    let copied = |page: &Value| {
        let n = page["number"].to_string();
        let told = Command::new("pdftotext").args(["-raw", "-f", &n, "-l", &n]).arg(file).arg("-").output();
        let text = String::from_utf8(told.expect("pdftotext (apt: poppler-utils)").stdout).unwrap();
        assert_eq!(
            text.split_whitespace().count() as u64,
            page["words"].as_u64().unwrap(),
            "{file:?}, page {n}:\n{text}"
        );
        let combining = |c: char| matches!(c, '\u{300}'..='\u{36F}');
        assert!(!text.contains(combining), "{file:?}, page {n}: not NFC");
        text
    };
    list(&document["pages"]).iter().map(copied).collect()
}

/// Fields of the bundled papers that are not read to the letter: «Ổ A» is taken for one word.
const AMISS: [(&str, &str, &str); 1] = [("H05.16-260112-0001", "01 giấy tiếp nhận.json", "address")];

/// The document has the pages that its paper has, blanks flagged, each turned upright, and is of the kind that it is; it says
/// what is printed, and its fields what is true. How well other pages are read is for the benchmark.
fn as_it_is_known(code: &str, document: &Value, texts: &[String]) {
    let name = Path::new(document["received_as"].as_str().unwrap()).with_extension("json");
    let truth = std::fs::read(fixture("fixtures/truth").join(code).join(&name)).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let (pages, known) = (list(&document["pages"]), list(&truth["pages"]));
    assert_eq!(pages.len(), known.len(), "{code} {name:?}");
    for (page, known) in pages.iter().zip(known) {
        assert_eq!(page["blank"], known["blank"], "{code} {name:?}, page {}", known["number"]);
        assert_eq!(page["orientation"], known["orientation"], "{code} {name:?}, page {}", known["number"]);
    }
    for (text, known) in texts.iter().zip(known) {
        says_what_is_printed(text, known, &format!("{code} {name:?}, page {}", known["number"]));
    }
    for (field, value) in truth["fields"].as_object().into_iter().flatten() {
        if AMISS.contains(&(code, &name.to_string_lossy(), field)) {
            continue;
        }
        let found = list(&document["fields"]).iter().find(|found| found["name"] == **field);
        assert_eq!(found.map(|found| &found["value"]), Some(value), "{code} {name:?}: {field}");
    }
    assert_eq!(document["type"], truth["document_type"], "{code} {name:?}");
}

/// Of each printed line something is read, and of all words of the page nearly all, to the letter.
fn says_what_is_printed(text: &str, page: &Value, place: &str) {
    let words = |line: &str| -> Vec<String> {
        let leads = |word: &&str| !word.chars().all(|c| matches!(c, '.' | '…' | '_'));
        line.split_whitespace().filter(leads).map(str::to_owned).collect()
    };
    let printed: Vec<Vec<String>> = list(&page["lines"]).iter().map(|line| words(line.as_str().unwrap())).collect();
    let read = words(text);
    let laid = lay(&printed, &read);
    let (mut all, mut right) = (0, 0);
    for (line, found) in printed.iter().zip(&laid.printed).filter(|(line, _)| !line.is_empty()) {
        let same = line.iter().zip(found).filter(|(word, found)| found.is_some_and(|at| read[at] == **word)).count();
        assert!(same > 0, "{place}: nothing of «{}» in\n{text}", line.join(" "));
        (all, right) = (all + line.len(), right + same);
    }
    assert!(right * 100 >= all * 95, "{place}: {right} of {all} words in\n{text}");
}

/// Takes in the first bundled dossier and gives its code.
fn first_dossier(station: &Station) -> String {
    let mut folders: Vec<_> =
        std::fs::read_dir(fixture("fixtures/dossiers")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    let imported = station.ok(&["import", folders[0].to_str().unwrap()]);
    imported["dossiers"][0].as_str().unwrap().to_owned()
}

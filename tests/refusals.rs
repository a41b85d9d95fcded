//! What is not a readable document is refused with its reason and remedy, and the rest is carried on.

use serde_json::Value;
use sohoa_tests::{Station, fixture, list};
use std::path::Path;

#[test]
fn each_bad_file_is_refused_for_its_own_reason_and_the_good_one_beside_it_is_taken() {
    let station = Station::new();
    let folder = station.home.path().join("in/H05.16-260210-0099");
    std::fs::create_dir_all(&folder).unwrap();
    let expected: Value =
        serde_json::from_slice(&std::fs::read(fixture("fixtures/refused/expected.json")).unwrap()).unwrap();
    let expected = expected.as_object().unwrap();
    for name in expected.keys() {
        std::fs::copy(fixture("fixtures/refused").join(name), folder.join(name)).unwrap();
    }
    let good = good_page();
    std::fs::copy(&good, folder.join("zz good.jpg")).unwrap();

    let imported = station.ok(&["import", folder.to_str().unwrap()]);
    assert_eq!(imported["documents"], 1, "{imported:#}");
    let refused = list(&imported["refused"]);
    assert_eq!(refused.len(), expected.len(), "{imported:#}");
    for (name, code) in expected {
        let found = refused
            .iter()
            .find(|r| Path::new(r["path"].as_str().unwrap()).file_name().unwrap() == name.as_str())
            .unwrap_or_else(|| panic!("{name} was not refused"));
        assert_eq!(&found["code"], code, "{found:#}");
        assert!(
            !found["message"].as_str().unwrap().is_empty() && !found["hint"].as_str().unwrap().is_empty(),
            "{found:#}"
        );
    }
    let dossier = station.ok(&["show", "H05.16-260210-0099"]);
    assert_eq!(list(&dossier["documents"]).len(), 1);
    assert_eq!(station.ok(&["verify", "--deep"])["ok"], true);
}

#[test]
fn nothing_of_a_page_can_be_read_off_the_disk() {
    let station = Station::new();
    let good = good_page();
    station.ok(&["import", good.to_str().unwrap(), "--dossier", "H05.16-260210-0001"]);
    let text = station.ok(&["search", "cộng hòa"]);
    assert!(text["total"].as_u64().unwrap() > 0, "the page is there to be found");
    let picture = std::fs::read(&good).unwrap();
    let needles: [&[u8]; 3] = [&picture[picture.len() / 2..picture.len() / 2 + 64], "VIỆT NAM".as_bytes(), b"viet"];
    let mut folders = vec![station.dir()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let bytes = std::fs::read(&entry).unwrap();
            for needle in needles {
                assert!(
                    !bytes.windows(needle.len()).any(|w| w == needle),
                    "{} shows what is on the page",
                    entry.display()
                );
            }
        }
    }
}

/// A bundled JPEG page.
fn good_page() -> std::path::PathBuf {
    let mut folders = vec![fixture("fixtures/dossiers")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.extension() {
                _ if entry.is_dir() => folders.push(entry),
                Some(e) if e == "jpg" => found.push(entry),
                _ => {}
            }
        }
    }
    found.sort();
    found.swap_remove(0)
}

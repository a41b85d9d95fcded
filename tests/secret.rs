//! A page with the mark of a state secret is refused with the whole file that it came in, and nothing of it stays.

use serde_json::Value;
use sohoa_store::{Connection, Store, keys::Lock};
use sohoa_tests::{PASSPHRASE, Station, files, fixture, list};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

const CODE: &str = "H05.16-260210-0077";
const NAME: &str = "báo cáo quân sự";

/// A folder with a good page and a file whose second page is marked.
fn folder(station: &Station) -> PathBuf {
    let folder = station.home.path().join("in").join(CODE);
    std::fs::create_dir_all(&folder).unwrap();
    let good = fixture("fixtures/dossiers/H05.16-260209-0007/01 đơn đề nghị.jpg");
    std::fs::copy(good, folder.join("01 đơn.jpg")).unwrap();
    std::fs::copy(fixture("fixtures/secret/two pages.pdf"), folder.join(format!("02 {NAME}.pdf"))).unwrap();
    folder
}

/// Only the good page is there, whichever way it is asked for.
fn nothing_is_left(station: &Station) {
    let dossier = station.ok(&["show", CODE]);
    let documents = list(&dossier["documents"]);
    assert_eq!(documents.len(), 1, "{dossier:#}");
    assert_eq!((&documents[0]["received_as"], list(&documents[0]["pages"]).len()), (&"01 đơn.jpg".into(), 1));
    assert_eq!(station.ok(&["search", "xác nhận"])["total"], 1);
    for said in ["không gian mạng", "Lan Phương", "UBND-NC"] {
        assert_eq!(station.ok(&["search", said])["total"], 0, "{said}");
    }
    let verified = station.ok(&["verify", "--deep"]);
    assert_eq!(verified["ok"], true, "{verified:#}");

    let lock = Lock::read(&station.dir()).unwrap();
    let store = Store::open(&station.dir(), &lock, &lock.open(PASSPHRASE).unwrap()).unwrap();
    let source = sohoa_model::Digest::of(&std::fs::read(fixture("fixtures/secret/two pages.pdf")).unwrap());
    let rows = store.read(|db| Ok(everything(db))).unwrap();
    assert!(rows.contains("01 đơn.jpg"), "the rows are seen");
    for needle in [NAME, "quân sự", &source.to_string(), "không gian", "Phương"] {
        assert!(!rows.contains(needle), "«{needle}» stands in the database");
    }
    assert!(rows.contains("refuse_by_rule"));
    assert!(!store.blobs.has(&source));
    // The file as received, the page, what was read of it, its thumbnail and its PDF: the first two are one.
    assert_eq!(files(&station.dir().join("objects")).len(), 4);
}

/// Every value of every table, those behind the indexes too.
fn everything(db: &Connection) -> String {
    let text = |sql: &str| -> Vec<Vec<u8>> {
        let mut statement = db.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut out = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            out.extend(
                (0..columns)
                    .filter_map(|i| row.get_ref(i).unwrap().as_bytes_or_null().unwrap_or(None).map(<[u8]>::to_vec)),
            );
        }
        out
    };
    let tables = text("SELECT name FROM sqlite_schema WHERE type = 'table'");
    let names = tables.iter().map(|t| String::from_utf8_lossy(t).into_owned());
    let values = names.flat_map(|table| text(&format!("SELECT * FROM \"{table}\"")));
    values.map(|v| String::from_utf8_lossy(&v).into_owned() + "\n").collect()
}

#[test]
fn the_file_is_refused_by_rule_and_the_page_beside_it_is_taken() {
    let station = Station::new();
    let folder = folder(&station);
    let out = station.sohoa().args(["import", folder.to_str().unwrap()]).output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    let imported: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&imported["documents"], &imported["pages"]), (&1.into(), &1.into()));
    let refused = list(&imported["refused"]);
    assert_eq!((refused.len(), &refused[0]["code"]), (1, &"state_secret".into()), "{imported:#}");
    // Whoever is at the station is told which file to take away; nobody is told what it says.
    assert!(refused[0]["path"].as_str().unwrap().contains(NAME));
    assert!(!refused[0]["message"].as_str().unwrap().is_empty() && !refused[0]["hint"].as_str().unwrap().is_empty());
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!said.contains("không gian") && !said.contains(NAME), "{said}");
    nothing_is_left(&station);
    assert!(files(&station.dir().join("tmp")).is_empty());

    // Alone it is refused alike, and no dossier stays behind.
    let file = folder.join(format!("02 {NAME}.pdf"));
    let again = station.json(3, &["import", file.to_str().unwrap(), "--dossier", "H05.16-260210-0078"]);
    assert_eq!(again["documents"], 0, "{again:#}");
    station.json(4, &["show", "H05.16-260210-0078"]);
    nothing_is_left(&station);
    let read = station.json(3, &["read", file.to_str().unwrap()]);
    assert_eq!(read["error"]["code"], "state_secret", "{read:#}");
}

#[test]
fn a_kill_in_the_midst_leaves_nothing_either() {
    let undisturbed = Station::new();
    let start = Instant::now();
    undisturbed.json(3, &["import", folder(&undisturbed).to_str().unwrap()]);
    let whole = start.elapsed();
    for part in [3, 6, 7, 8, 9] {
        let station = Station::new();
        let folder = folder(&station);
        killed(&station, &folder, whole * part / 10);
        // Once the request is written down, carrying on is all it takes.
        let begun = station.ok(&["list"]);
        if begun["work"]["running"] == true || !list(&begun["dossiers"]).is_empty() {
            station.ok(&["work"]);
        } else {
            station.json(3, &["import", folder.to_str().unwrap()]);
        }
        nothing_is_left(&station);
    }
}

fn killed(station: &Station, folder: &Path, after: Duration) {
    let mut import = station.sohoa();
    import.arg("import").arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = import.spawn().unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

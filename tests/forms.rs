//! Forms that an office adds: listed, tried on their example page, counting from the next document on.

use serde_json::Value;
use sohoa_tests::{Station, fixture, list};
use std::path::{Path, PathBuf};

const DOSSIER: &str = "H05.16-260209-0007";

const FORM: &str = r#"
type = "don_de_nghi"
titles = ["Đơn đề nghị xác nhận tình trạng hôn nhân"]

[labels]
"Kính gửi" = "agency"
"Nơi cư trú" = "end"

[example]
page = "hon-nhan.jpg"
fields.agency = "Ủy ban nhân dân phường Võ Cường"
fields.owner_name = "Ngô Đức Hạnh"
fields.birth_date = "1990-04-30"
"#;

fn page() -> PathBuf {
    fixture("fixtures/dossiers").join(DOSSIER).join("01 đơn đề nghị.jpg")
}

/// The form and its page in a folder.
fn put(folder: &Path, form: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("hon-nhan.toml"), form).unwrap();
    std::fs::copy(page(), folder.join("hon-nhan.jpg")).unwrap();
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the folders of tests have plain names")
}

/// A field's value among those of a document.
fn value<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    list(&document["fields"]).iter().find(|f| f["name"] == name)?["value"].as_str()
}

#[test]
fn a_form_counts_from_the_next_document_on_and_changes_nothing_confirmed() {
    let station = Station::new();
    let page = page();
    let before = station.ok(&["extract", path(&page)]);
    assert_eq!((&before["form"], value(&before, "agency")), (&Value::Null, None), "{before:#}");
    assert!(value(&before, "address").is_some());

    // Tried where it was written, before it counts.
    let draft = station.home.path().join("draft");
    put(&draft, FORM);
    let tried = station.ok(&["forms", "--check", path(&draft.join("hon-nhan.toml"))]);
    assert_eq!((&tried["forms"][0]["score"]["right"], list(&tried["forms"]).len()), (&3.into(), 1), "{tried:#}");
    assert!(list(&station.ok(&["forms"])["forms"]).iter().all(|f| f["file"].is_null()));

    let other = fixture("fixtures/dossiers/H05.16-260120-0002/01 đơn đề nghị.jpg");
    station.ok(&["import", path(&other), "--dossier", "H05.16-260210-0001"]);
    let earlier = station.ok(&["confirm", "H05.16-260210-0001"]);
    let forms = station.dir().join("forms");
    put(&forms, FORM);
    let listed = station.ok(&["forms"]);
    let own = &listed["forms"][0];
    assert_eq!((&own["name"], &own["type"], &own["error"]), (&"hon-nhan".into(), &"don_de_nghi".into(), &Value::Null));
    assert!(own["file"].as_str().unwrap().ends_with("hon-nhan.toml"));
    assert_eq!(station.ok(&["extract", path(&page)])["form"], "hon-nhan");
    let unknown = station.ok(&["extract", path(&other)]);
    assert_eq!((&unknown["form"], value(&unknown, "agency")), (&Value::Null, None), "{unknown:#}");

    // Now it would be a form for both.
    put(&forms, &FORM.replace(" xác nhận tình trạng hôn nhân", ""));
    station.ok(&["import", path(&page), "--dossier", DOSSIER]);
    let dossier = station.ok(&["show", DOSSIER]);
    let later = &dossier["documents"][0];
    assert_eq!(value(later, "agency"), Some("Ủy ban nhân dân phường Võ Cường"), "{later:#}");
    assert_eq!((value(later, "address"), value(later, "owner_name")), (None, Some("Ngô Đức Hạnh")));
    assert_eq!(station.ok(&["show", "H05.16-260210-0001"]), earlier);
    assert_eq!(value(&earlier["documents"][0], "agency"), None);

    let copy = station.home.path().join("copy");
    station.ok(&["backup", path(&copy)]);
    assert!(copy.join("forms/hon-nhan.toml").is_file());
}

#[test]
fn the_form_of_the_readme_is_true() {
    let station = Station::new();
    let forms = station.dir().join("forms");
    std::fs::create_dir_all(&forms).unwrap();
    for file in ["tam-tru.toml", "tam-tru.jpg"] {
        std::fs::copy(fixture("fixtures/forms").join(file), forms.join(file)).unwrap();
    }
    let checked = station.ok(&["forms", "--check"]);
    let score = &checked["forms"][0]["score"];
    assert_eq!((&score["known_as"], &score["right"]), (&"tam-tru".into(), &6.into()), "{score:#}");
    assert_eq!(list(&score["fields"]).len(), 6);

    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let (readme, form) = (read(fixture("../README.md")), read(forms.join("tam-tru.toml")));
    assert!(
        readme.contains(&format!("```toml\n{form}```\n")),
        "README.md and tests/fixtures/forms/tam-tru.toml differ"
    );
    assert!(readme.contains("finds 6 of 6 fields right"));
}

#[test]
fn what_a_form_misses_is_named() {
    let station = Station::new();
    let forms = station.dir().join("forms");
    let form = FORM.replace("1990-04-30", "1990-04-03") + "fields.address = \"Khu phố Bồ Sơn\"\n";
    put(&forms, &form);
    let checked = station.json(3, &["forms", "--check"]);
    let score = &checked["forms"][0]["score"];
    assert_eq!((&score["right"], &score["wrong"], &score["missing"]), (&2.into(), &1.into(), &1.into()), "{score:#}");
    assert_eq!(score["known_as"], "hon-nhan");
    let field = |name: &str| list(&score["fields"]).iter().find(|f| f["name"] == name).unwrap();
    assert_eq!(field("birth_date")["found"], "1990-04-30");
    assert_eq!(field("address")["found"], Value::Null);

    // Right by the labels of all papers, but not by this form.
    put(&forms, &FORM.replace("tình trạng hôn nhân", "nơi ở").replace("fields.agency", "# "));
    let checked = station.json(3, &["forms", "--check"]);
    let score = &checked["forms"][0]["score"];
    assert_eq!((&score["known_as"], &score["right"], &score["wrong"]), (&Value::Null, &2.into(), &0.into()));

    std::fs::remove_file(forms.join("hon-nhan.jpg")).unwrap();
    assert_eq!(station.json(4, &["forms", "--check"])["forms"][0]["error"]["code"], "not_found");
    let gone = station.json(4, &["forms", "--check", "/no/such/form.toml"]);
    assert_eq!(gone["forms"][0]["error"]["code"], "not_found");
    assert!(!station.dir().join("store.db").exists(), "trying forms makes no station");
}

#[test]
fn a_file_with_a_mistake_is_shown_and_costs_the_others_nothing() {
    let station = Station::new();
    let forms = station.dir().join("forms");
    put(&forms, FORM);
    assert_eq!(station.ok(&["doctor"])["checks"].as_array().unwrap().last().unwrap()["found"], "1 mẫu");
    std::fs::write(forms.join("sai.toml"), FORM.replace("\"end\"", "\"het\"")).unwrap();
    std::fs::write(forms.join("thừa đuôi.toml.txt"), FORM).unwrap();
    std::fs::write(forms.join("bảng mã cũ.toml"), b"titles = [\"\xD0on\"]").unwrap();
    let listed = station.json(3, &["forms"]);
    let problem = |name: &str| {
        let mut files = list(&listed["forms"]).iter().filter(|f| f["file"].as_str().is_some_and(|f| f.ends_with(name)));
        let error = &files.next().unwrap_or_else(|| panic!("no {name} in {listed:#}"))["error"];
        assert!(!error["hint"].as_str().unwrap().is_empty());
        error["message"].as_str().unwrap()
    };
    assert!(problem("sai.toml").contains("dòng 7") && problem("sai.toml").contains("«het»"), "{listed:#}");
    assert!(problem("bảng mã cũ.toml").contains("UTF-8"));
    assert!(problem("thừa đuôi.toml.txt").contains(".toml"));
    let doctor = station.json(1, &["doctor"]);
    assert_eq!(list(&doctor["checks"]).iter().filter(|c| c["ok"] == false).count(), 3, "{doctor:#}");

    station.ok(&["import", path(&page()), "--dossier", DOSSIER]);
    let dossier = station.ok(&["show", DOSSIER]);
    assert_eq!(value(&dossier["documents"][0], "agency"), Some("Ủy ban nhân dân phường Võ Cường"));
}

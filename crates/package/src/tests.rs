use super::*;
use std::io::{Cursor, Read, Write};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

fn dossier() -> Dossier {
    Dossier {
        code: "H05.16-260210-0001".into(),
        title: "Hồ sơ đăng ký khai sinh <Nguyễn & con>".into(),
        start: "01/02/2026".into(),
        end: "10/02/2026".into(),
        keyword: "khai sinh".into(),
        paper_code: "BN.1.2".into(),
        description: "Nguyễn Văn Cán".into(),
        office: "UBND phường Võ Cường".into(),
        office_code: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-1".into(),
        software: "0.1.0".into(),
        created: "2026-02-10T08:30:00+07:00".parse().unwrap(),
        status: "NEW".into(),
    }
}

fn document(number: u32, pdf: &[u8]) -> Document<'_> {
    Document {
        number,
        kind: "32".into(),
        code_number: "12".into(),
        code_notation: "/TLKS".into(),
        issued: "10/02/2026".into(),
        agency: "UBND phường Võ Cường".into(),
        subject: "Giấy khai sinh".into(),
        pages: 2,
        pdf,
    }
}

fn sip(profile: Profile) -> Sip {
    run(&dossier(), &[document(1, b"%PDF-1.7 one"), document(2, b"%PDF-1.7 two")], &Params { profile }).unwrap()
}

/// The package with one file changed, or taken away by `None`.
fn with(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let sip = sip(Profile::Tt05);
    let mut old = ZipArchive::new(Cursor::new(&sip.zip)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..old.len() {
        let mut file = old.by_index(i).unwrap();
        let (mut bytes, name) = (Vec::new(), file.name().unwrap().into_owned());
        file.read_to_end(&mut bytes).unwrap();
        if let Some(bytes) = change(&name, bytes) {
            new.start_file(
                name.as_str(),
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
            )
            .unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

fn rules(zip: &[u8]) -> Vec<(String, String)> {
    check(zip).into_iter().map(|p| (p.code, p.rule)).collect()
}

#[test]
fn what_is_written_is_sound_in_both_profiles_and_always_the_same() {
    for profile in [Profile::Tt05, Profile::Eark] {
        assert_eq!(check(&sip(profile).zip), []);
    }
    assert_eq!(sip(Profile::Tt05).zip, sip(Profile::Tt05).zip);
    assert!(sip(Profile::Tt05).objid.starts_with("uuid-"));
    let other = run(&dossier(), &[document(1, b"%PDF-1.7 other")], &Params::default()).unwrap();
    assert_ne!(other.objid, sip(Profile::Tt05).objid);
}

#[test]
fn one_changed_byte_is_named_by_file_and_rule() {
    let zip = with(|name, mut bytes| {
        if name.ends_with(".2.pdf") {
            bytes[9] ^= 1;
        }
        Some(bytes)
    });
    let problems = check(&zip);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code.as_str(), problems[0].rule.as_str()), ("FIX-001", "CSIP71"));
    assert_eq!(problems[0].path, "representations/rep1/data/H05.16-260210-0001.2.pdf");
    let zip = with(|name, mut bytes| {
        if name.ends_with(".2.pdf") {
            bytes.push(b'x');
        }
        Some(bytes)
    });
    assert!(rules(&zip).contains(&("FIX-003".into(), "CSIP69".into())));
}

#[test]
fn missing_and_added_files_are_named() {
    let zip = with(|name, bytes| (!name.ends_with(".2.pdf")).then_some(bytes));
    assert!(rules(&zip).contains(&("FIX-002".into(), "CSIP78".into())));
    let sip = sip(Profile::Tt05);
    let mut zip = ZipWriter::new_append(Cursor::new(sip.zip.clone())).unwrap();
    zip.start_file(format!("{}/extra.exe", sip.objid), SimpleFileOptions::default()).unwrap();
    assert!(rules(&zip.finish().unwrap().into_inner()).contains(&("STR-006".into(), "CSIP60".into())));
}

#[test]
fn a_cut_or_strange_zip_is_a_problem_not_a_panic() {
    let zip = sip(Profile::Tt05).zip;
    for cut in [0, 10, zip.len() / 2, zip.len() - 5] {
        assert_eq!(rules(&zip[..cut])[0].0, "ZIP-001", "{cut}");
    }
    let mut flipped = zip.clone();
    let at = zip.windows(8).position(|w| w == b"%PDF-1.7").unwrap();
    flipped[at + 9] ^= 1;
    assert!(!check(&flipped).is_empty());
}

#[test]
fn a_package_that_would_write_elsewhere_is_refused() {
    for name in ["../evil.xml", "/etc/evil", "a/../../b", "uuid-1\\b", "C:evil"] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
        assert_eq!(rules(&zip.finish().unwrap().into_inner())[0].0, "ZIP-002", "{name}");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a/METS.xml", "b/METS.xml"] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(rules(&zip.finish().unwrap().into_inner())[0].0, "STR-001");
}

#[test]
fn descriptions_are_held_to_the_circular() {
    let spoil = |from: &'static str, to: &'static str| {
        move |name: &str, bytes: Vec<u8>| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Some(if name.contains("EAD") { text.replace(from, to).into_bytes() } else { bytes })
        }
    };
    for (from, to, code) in [
        ("<totalDoc>2", "<totalDoc>3", "EAD-003"),
        ("<mode>02", "<mode>9", "EAD-002"),
        ("<typeName>32", "<typeName>99", "EAD-002"),
        ("<issuedDate>10/02/2026", "<issuedDate>2026-02-10", "EAD-002"),
        ("<docCode>H05.16-260210-0001", "<docCode>X", "EAD-005"),
        ("<process>0</process>", "", "EAD-001"),
    ] {
        assert!(rules(&with(spoil(from, to))).iter().any(|(c, _)| c == code), "{from}");
    }
}

#[test]
fn a_dossier_without_documents_is_not_packed() {
    assert!(run(&dossier(), &[], &Params::default()).is_err());
}

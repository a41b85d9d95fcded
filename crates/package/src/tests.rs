use super::*;
use sohoa_model::Code;
use std::io::{Cursor, Read, Write};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

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

fn files(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    let count = archive.len();
    let each = |i| {
        let mut file = archive.by_index(i).unwrap();
        let (mut bytes, name) = (Vec::new(), file.name().unwrap().into_owned());
        file.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    };
    (0..count).map(each).collect()
}

fn zipped(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, stored()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// The sample with every file changed, or taken away by `None`.
fn with(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    zipped(
        files(&sip(Profile::Tt05).zip)
            .into_iter()
            .filter_map(|(name, bytes)| Some((name.clone(), change(&name, bytes)?))),
    )
}

/// The sample with a text replaced in the files whose names end so, and the digests in METS made to agree, as a
/// forger would.
fn forged(ending: &str, from: &str, to: &str) -> Vec<u8> {
    let mut files = files(&sip(Profile::Tt05).zip);
    let mut replace = |ending: &str, pairs: &[(String, String)]| {
        let digest = |bytes: &[u8]| Digest::of(bytes).to_string().to_uppercase();
        let mut digests = Vec::new();
        for (_, bytes) in files.iter_mut().filter(|(name, _)| name.ends_with(ending)) {
            let old = digest(bytes);
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = pairs.iter().fold(text, |text, (from, to)| text.replace(from, to)).into_bytes();
            digests.push((old, digest(bytes)));
        }
        digests
    };
    let forged = replace(ending, &[(from.to_owned(), to.to_owned())]);
    assert!(forged.iter().any(|(old, new)| old != new), "nothing replaced");
    let representation = replace("rep1/METS.xml", &forged);
    replace("/METS.xml", &[forged, representation].concat());
    zipped(files)
}

fn rules(zip: &[u8]) -> Vec<(String, String)> {
    check(zip).into_iter().map(|p| (p.code, p.rule)).collect()
}

fn has(zip: &[u8], code: &str, rule: &str) -> bool {
    rules(zip).contains(&(code.into(), rule.into()))
}

#[test]
fn what_is_written_is_sound_in_both_profiles_and_says_so() {
    for profile in [Profile::Tt05, Profile::Eark] {
        let sip = sip(profile);
        assert_eq!(check(&sip.zip), []);
        let contents = read(&sip.zip).unwrap();
        let expected = Contents {
            objid: sip.objid,
            file_code: "H05.16-260210-0001".into(),
            record_status: "NEW".into(),
            mets: sip.mets,
            documents: 2,
            pages: 4,
        };
        assert_eq!(contents, expected);
    }
}

#[test]
fn the_same_dossier_gives_the_same_bytes_and_any_other_another_objid() {
    assert_eq!(sip(Profile::Tt05).zip, sip(Profile::Tt05).zip);
    let pdf = document(1, b"%PDF-1.7 one");
    let objid = |dossier: &Dossier, documents: &[Document]| run(dossier, documents, &Params::default()).unwrap().objid;
    let first = objid(&dossier(), std::slice::from_ref(&pdf));
    let again = Dossier { status: "REPLACEMENT".into(), ..dossier() };
    let later = Dossier { created: "2026-02-11T08:30:00+07:00".parse().unwrap(), ..dossier() };
    let others = [
        objid(&dossier(), &[document(1, b"%PDF-1.7 other")]),
        objid(&again, std::slice::from_ref(&pdf)),
        objid(&later, std::slice::from_ref(&pdf)),
        objid(&Dossier { station: "st-2".into(), ..dossier() }, std::slice::from_ref(&pdf)),
        run(&dossier(), &[pdf], &Params { profile: Profile::Eark }).unwrap().objid,
    ];
    assert!(!others.contains(&first));
}

#[test]
fn names_are_ascii_lines_end_in_lf_and_text_is_nfc() {
    let decomposed = Dossier { title: "Hồ sơ\u{0} hộ\ntịch".into(), ..dossier() };
    let sip = run(&decomposed, &[document(1, b"%PDF-1.7")], &Params::default()).unwrap();
    for (name, bytes) in files(&sip.zip) {
        assert!(name.is_ascii() && name.starts_with(&sip.objid), "{name}");
        assert!(name.ends_with(".pdf") || name.contains("schemas/") || !bytes.contains(&b'\r'), "{name}");
    }
    let ead = files(&sip.zip).into_iter().find(|(name, _)| name.ends_with("/EAD.xml")).unwrap().1;
    assert!(String::from_utf8(ead).unwrap().contains("<title>Hồ sơ  hộ tịch</title>"));
    assert_eq!(check(&sip.zip), []);
}

#[test]
fn a_value_that_the_circular_does_not_allow_is_refused_by_the_name_of_its_field() {
    let good = document(1, b"%PDF-1.7");
    let refused = |dossier: Dossier, documents: &[Document]| {
        let error = run(&dossier, documents, &Params::default()).unwrap_err();
        assert!(!error.hint.is_empty());
        (error.code, error.message)
    };
    let long = Document { subject: "dài ".repeat(200), ..good.clone() };
    let (code, message) = refused(dossier(), &[long]);
    assert_eq!(code, Code::InvalidValue);
    assert!(message.contains("H05.16-260210-0001.1") && message.contains("Trích yếu"), "{message}");
    assert!(refused(dossier(), &[Document { issued: "2026-02-10".into(), ..good.clone() }]).1.contains("Ngày"));
    assert!(refused(dossier(), &[Document { kind: "khac".into(), ..good.clone() }]).1.contains("loại"));
    assert!(refused(Dossier { title: " ".into(), ..dossier() }, std::slice::from_ref(&good)).1.contains("Tiêu đề"));
    assert!(refused(Dossier { code: "../x".into(), ..dossier() }, std::slice::from_ref(&good)).1.contains("../x"));
    assert!(refused(Dossier { status: "OLD".into(), ..dossier() }, std::slice::from_ref(&good)).1.contains("OLD"));
    assert!(refused(dossier(), &[good.clone(), good.clone()]).1.contains("cùng số 1"));
    assert_eq!(refused(dossier(), &[]).0, Code::NotAllowed);
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
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].code.as_str(), problems[0].rule.as_str()), ("FIX-001", "CSIP71"));
    assert_eq!(problems[0].path, "representations/rep1/data/H05.16-260210-0001.2.pdf");
    let longer = |ending: &'static str| {
        with(move |name, mut bytes| {
            bytes.extend(name.ends_with(ending).then_some(b' '));
            Some(bytes)
        })
    };
    let found = |ending| rules(&longer(ending)).into_iter().map(|(_, rule)| rule).collect::<Vec<_>>();
    assert_eq!(found(".2.pdf"), ["CSIP69", "CSIP71"], "a file of data");
    assert_eq!(found("/EAD.xml"), ["CSIP27", "CSIP29"], "a description");
}

#[test]
fn a_byte_flipped_in_any_file_is_found_and_anywhere_else_does_no_harm() {
    let zip = sip(Profile::Tt05).zip;
    let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
    let inside: Vec<std::ops::Range<u64>> = (0..archive.len())
        .map(|i| {
            let file = archive.by_index(i).unwrap();
            let start = file.data_start().unwrap();
            start..start + file.size()
        })
        .collect();
    // Schemas are most of the bytes; a stride keeps to a few in each file, and to most of the ZIP's own.
    let data = inside.iter().flat_map(|r| r.clone().step_by(usize::max(1, (r.end - r.start) as usize / 20)));
    let own = (0..zip.len() as u64).filter(|at| !inside.iter().any(|r| r.contains(at))).step_by(3);
    for at in data {
        let mut spoiled = zip.clone();
        spoiled[at as usize] ^= 0x20;
        assert_ne!(check(&spoiled), [], "byte {at}");
    }
    for at in own {
        for bit in [0x01, 0x80] {
            let mut spoiled = zip.clone();
            spoiled[at as usize] ^= bit;
            check(&spoiled);
        }
    }
}

#[test]
fn missing_and_added_files_are_named() {
    assert!(has(&with(|name, bytes| (!name.ends_with(".2.pdf")).then_some(bytes)), "FIX-002", "CSIP79"));
    assert!(has(&with(|name, bytes| (!name.ends_with("rep1/METS.xml")).then_some(bytes)), "STR-003", "CSIPSTR4"));
    let sip = sip(Profile::Tt05);
    let add = |name: &str| {
        let mut files = files(&sip.zip);
        files.push((format!("{}/{name}", sip.objid), b"%PDF-1.7".to_vec()));
        zipped(files)
    };
    assert!(has(&add("extra.exe"), "STR-006", "CSIP58"));
    assert!(has(&add("representations/rep1/data/H05.16-260210-0001.3.pdf"), "EAD-010", "docId"));
}

#[test]
fn a_cut_zip_is_a_problem_not_a_panic() {
    let zip = sip(Profile::Tt05).zip;
    for cut in [0, 1, 10, zip.len() / 2, zip.len() - 5, zip.len() - 1] {
        assert_eq!(rules(&zip[..cut])[0].0, "ZIP-001", "{cut}");
    }
}

#[test]
fn a_package_that_would_write_elsewhere_is_refused() {
    for name in ["../evil.xml", "/etc/evil", "a/../../b", "uuid-1\\b", "C:evil", "a//b", "./a", "a/tệp.xml", "a/b?"] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, stored()).unwrap();
        assert_eq!(rules(&zip.finish().unwrap().into_inner())[0].0, "ZIP-002", "{name}");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("a/METS.xml", "/etc/passwd", stored()).unwrap();
    assert_eq!(rules(&zip.finish().unwrap().into_inner())[0].0, "ZIP-002");
}

#[test]
fn a_package_unfolds_to_no_more_than_its_own_size() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a/1", stored()).unwrap();
    zip.write_all(&[0; 1 << 20]).unwrap();
    zip.shallow_copy_file("a/1", "a/2").unwrap();
    assert_eq!(rules(&zip.finish().unwrap().into_inner())[0].0, "ZIP-003", "files that share their bytes");

    // 8 is DEFLATE: at offset 8 of the local header and 10 of the central one.
    let mut zip = sip(Profile::Tt05).zip;
    zip[8] = 8;
    let central = zip.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    zip[central + 10] = 8;
    assert_eq!(rules(&zip)[0].0, "ZIP-005", "compressed");

    let many = zipped((0..20_001).map(|i| (format!("a/{i}"), Vec::new())));
    assert_eq!(rules(&many)[0].0, "ZIP-003", "too many files");
}

#[test]
fn names_that_a_usb_disk_takes_for_one_are_refused() {
    let mut files = files(&sip(Profile::Tt05).zip);
    let name = files[0].0.replace("METS.xml", "mets.XML");
    files.push((name, b"<a/>".to_vec()));
    assert_eq!(rules(&zipped(files))[0].0, "ZIP-004");
}

#[test]
fn the_one_root_is_the_objid() {
    let two = zipped(["a/METS.xml", "b/METS.xml"].map(|name| (name.to_owned(), Vec::new())));
    assert!(has(&two, "STR-001", "CSIPSTR1"));
    assert!(has(&zipped([]), "STR-001", "CSIPSTR1"));
    let moved = files(&sip(Profile::Tt05).zip).into_iter();
    let moved = zipped(moved.map(|(name, bytes)| (name.replacen("uuid-", "uuid-0", 1), bytes)));
    assert!(has(&moved, "STR-004", "CSIP1"));
}

#[test]
fn hostile_xml_is_refused_at_no_cost() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;&b;&b;\">]><simpledc><title>&c;</title></simpledc>";
    let deep = "<a>".repeat(300_000) + &"</a>".repeat(300_000);
    for text in [bomb, &deep, "", "<simpledc", "\u{FEFF}<x/>"] {
        let zip = with(|name, bytes| Some(if name.ends_with("/EAD.xml") { text.as_bytes().to_vec() } else { bytes }));
        assert!(rules(&zip).iter().any(|(code, _)| code == "STR-002" || code == "EAD-001"), "{:.20}", text);
    }
    let latin = with(|name, bytes| Some(if name.ends_with("/EAD.xml") { b"<a>\xE9</a>".to_vec() } else { bytes }));
    assert!(has(&latin, "STR-002", "XML 1.0"));
}

#[test]
fn descriptions_are_held_to_the_circular_even_when_fixity_agrees() {
    for (file, from, to, code, rule) in [
        ("/EAD.xml", "<totalDoc>2", "<totalDoc>3", "EAD-003", "totalDoc"),
        ("/EAD.xml", "<numberOfPage>4", "<numberOfPage>5", "EAD-003", "numberOfPage"),
        ("/EAD.xml", "<mode>02", "<mode>09", "EAD-002", "mode"),
        ("/EAD.xml", "<riskRecovery>0</riskRecovery>", "", "EAD-001", "riskRecovery"),
        ("/EAD.xml", "<keyword>", "<mode>02</mode><keyword>", "EAD-001", "mode"),
        ("/EAD.xml", "<keyword>", "<strange/><keyword>", "EAD-001", "strange"),
        ("/EAD.xml", "<fileCode>H05", "<fileCode>H06", "EAD-005", "docCode"),
        (".1.xml", "<typeName>32", "<typeName>99", "EAD-002", "typeName"),
        (".1.xml", "<issuedDate>10/02/2026", "<issuedDate>30/02/2026", "EAD-002", "issuedDate"),
        (".1.xml", "0001.0000001", "0001.0000002", "EAD-007", "docCode"),
        (".1.xml", "<docId>H05.16-260210-0001.1", "<docId>H05.16-260210-0001.9", "EAD-008", "docId"),
    ] {
        let problems = check(&forged(file, from, to));
        assert!(
            problems.iter().any(|p| p.code == code && p.rule == rule && !p.fix.is_empty()),
            "{from}: {problems:#?}"
        );
        assert!(problems.iter().all(|p| !p.code.starts_with("FIX-001")), "{from}: {problems:#?}");
    }
    let word = with(|name, bytes| Some(if name.ends_with(".1.pdf") { b"PK\x03\x04 docx".to_vec() } else { bytes }));
    assert!(has(&word, "PDF-001", "TT 05/2025 Điều 8"));
}

#[test]
fn structure_is_held_to_e_ark() {
    for (file, from, to, rule) in [
        ("/METS.xml", "http://www.loc.gov/METS/\" xmlns:xsi", "http://x/\" xmlns:xsi", "CSIP1000"),
        ("/METS.xml", " TYPE=\"Mixed\"", "", "CSIP2"),
        ("/METS.xml", "https://earkcsip.dilcis.eu", "https://x", "CSIP6"),
        ("/METS.xml", "csip:OAISPACKAGETYPE=\"SIP\"", "", "CSIP9"),
        ("/METS.xml", "SOFTWARE VERSION", "VERSION", "CSIP10"),
        ("/METS.xml", "RECORDSTATUS=\"NEW\"", "RECORDSTATUS=\"OLD\"", "SIP3"),
        ("/METS.xml", "<mdRef LOCTYPE=\"URL\"", "<mdRef", "CSIP22"),
        ("/METS.xml", "CHECKSUMTYPE=\"SHA-256\"", "CHECKSUMTYPE=\"MD5\"", "CSIP72"),
        ("/METS.xml", "xlink:href=\"data/", "xlink:href=\"../../../data/", "CSIP79"),
        ("/METS.xml", "USE=\"Schemas\"", "USE=\"Other\"", "CSIP113"),
        ("/METS.xml", "LABEL=\"CSIP\"", "LABEL=\"x\"", "CSIP82"),
        ("/METS.xml", "DMDID=\"uuid-", "DMDID=\"uuid-x", "XML IDREF"),
        ("/METS.xml", "<mptr LOCTYPE=\"URL\"", "<mptr", "CSIP109"),
    ] {
        let problems = check(&with(|name, bytes| {
            Some(if name.ends_with(file) {
                String::from_utf8(bytes).unwrap().replace(from, to).into_bytes()
            } else {
                bytes
            })
        }));
        assert!(problems.iter().any(|p| p.rule == rule), "{from}: {problems:#?}");
    }
}

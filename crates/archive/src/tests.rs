use super::*;
use sohoa_model::Digest;
use sohoa_package::{Document, Dossier, Params, Sip};
use sohoa_sync::{Place, wire::Manifest};
use std::sync::atomic::AtomicBool;

fn sip(code: &str, text: &str) -> Sip {
    let dossier = Dossier {
        code: code.into(),
        title: "Hồ sơ".into(),
        start: "01/02/2026".into(),
        end: "10/02/2026".into(),
        keyword: String::new(),
        paper_code: "BN.1".into(),
        description: String::new(),
        office: "UBND phường Võ Cường".into(),
        office_code: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-1".into(),
        software: "0.1.0".into(),
        created: "2026-02-10T08:00:00+07:00".parse().unwrap(),
        status: "NEW".into(),
    };
    let pdf = format!("%PDF-1.7 {text}");
    let document = Document {
        number: 1,
        kind: "32".into(),
        code_number: String::new(),
        code_notation: String::new(),
        issued: String::new(),
        agency: String::new(),
        subject: String::new(),
        pages: 1,
        pdf: pdf.as_bytes(),
    };
    sohoa_package::run(&dossier, &[document], &Params::default()).unwrap()
}

/// Sends packages as one batch; gives the manifest's text.
fn sent(root: &Folder, batch: &str, sips: &[(&str, &Sip)]) -> String {
    let packages = sips.iter().enumerate().map(|(n, (code, sip))| wire::Package {
        n: n as u32 + 1,
        objid: sip.objid.clone(),
        file_code: (*code).into(),
        record_status: "NEW".into(),
        size: sip.zip.len() as u64,
        sha256: sip.digest,
        mets_sha256: sip.mets,
        documents: 1,
        pages: 1,
    });
    let manifest = Manifest {
        format: wire::MANIFEST_FORMAT.into(),
        batch_id: batch.into(),
        office: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-1".into(),
        created: "2026-02-10T08:00:00+07:00".parse().unwrap(),
        profile: "tt05-2025/SIP_hoso".into(),
        software: "0.1.0".into(),
        packages: packages.collect(),
        audit: wire::Audit { seq: 3, head: Digest::of(b"head") },
    };
    let text = wire::canonical(&manifest).unwrap();
    let blob = |d: &Digest| Ok(sips.iter().find(|(_, s)| s.digest == *d).unwrap().1.zip.clone());
    sohoa_sync::send(root, &text, &blob, &|_, _| {}, &AtomicBool::new(false)).unwrap();
    text
}

fn archive() -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let root = Folder::new(dir.path().join("archive"));
    init(&root, Keeper::Centre).unwrap();
    (dir, root)
}

fn statuses(root: &Folder, text: &str) -> (String, Vec<String>) {
    let reply = sohoa_sync::poll(root, text).unwrap().reply.unwrap();
    (reply.status, reply.packages.into_iter().map(|p| p.status).collect())
}

#[test]
fn a_sound_batch_is_accepted_once_however_often_it_is_looked_at() {
    let (_dir, root) = archive();
    let (a, b) = (sip("H05.16-260210-0001", "a"), sip("H05.16-260210-0002", "b"));
    let text = sent(&root, "LO-1", &[("H05.16-260210-0001", &a), ("H05.16-260210-0002", &b)]);
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_none());
    assert_eq!(ingest(&root).unwrap().accepted, 2);
    assert_eq!(ingest(&root).unwrap(), Ingested::default());
    assert_eq!(statuses(&root, &text), ("accepted".into(), vec!["accepted".into(), "accepted".into()]));
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_some());
    let verified = verify(&root).unwrap();
    assert!(verified.ok && verified.packages == 2 && verified.answers == 1, "{verified:?}");
    assert_eq!(status(&root).unwrap(), Status { batches: 1, answered: 1, accepted: 2, refused: 0 });
}

#[test]
fn a_tampered_package_is_refused_by_name_and_rule_and_the_other_accepted() {
    let (_dir, root) = archive();
    let (a, b) = (sip("H05.16-260210-0001", "a"), sip("H05.16-260210-0002", "b"));
    let text = sent(&root, "LO-1", &[("H05.16-260210-0001", &a), ("H05.16-260210-0002", &b)]);
    let path = root.root().join(Place::new("H05.16", "st-1").blob(&b.digest));
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text), ("partly".into(), vec!["accepted".into(), "rejected".into()]));
    let reply = sohoa_sync::poll(&root, &text).unwrap().reply.unwrap();
    let refused = &reply.packages[1];
    assert_eq!((refused.file_code.as_str(), refused.problems[0].code.as_str()), ("H05.16-260210-0002", "FIX-001"));
    assert!(!refused.problems[0].fix.is_empty());
}

#[test]
fn a_package_that_was_wrong_before_it_left_is_refused_by_its_rule() {
    let (_dir, root) = archive();
    let mut bad = sip("H05.16-260210-0001", "a");
    let at = bad.zip.windows(8).position(|w| w == b"%PDF-1.7").unwrap();
    bad.zip[at + 9] ^= 1;
    bad.digest = Digest::of(&bad.zip);
    let text = sent(&root, "LO-1", &[("H05.16-260210-0001", &bad)]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text).0, "rejected");
    assert_eq!(sohoa_sync::poll(&root, &text).unwrap().reply.unwrap().packages[0].problems[0].rule, "CSIP71");
}

#[test]
fn the_same_again_is_a_duplicate_and_another_content_a_conflict() {
    let (_dir, root) = archive();
    let code = "H05.16-260210-0001";
    let first = sip(code, "a");
    sent(&root, "LO-1", &[(code, &first)]);
    ingest(&root).unwrap();
    let again = sent(&root, "LO-2", &[(code, &first)]);
    let other = sent(&root, "LO-3", &[(code, &sip(code, "b"))]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &again).0, "accepted");
    assert_eq!(statuses(&root, &other), ("rejected".into(), vec!["conflict".into()]));
}

#[test]
fn a_forged_manifest_is_not_read() {
    let (_dir, root) = archive();
    let text = sent(&root, "LO-1", &[("H05.16-260210-0001", &sip("H05.16-260210-0001", "a"))]);
    let key = Place::new("H05.16", "st-1").manifest("LO-1", &Digest::of(text.as_bytes()));
    std::fs::write(root.root().join(&key), text.replace("0001", "0009")).unwrap();
    let ingested = ingest(&root).unwrap();
    assert_eq!((ingested.batches, ingested.unreadable.len()), (0, 1));
}

#[test]
fn what_is_altered_in_the_archive_is_found() {
    let (_dir, root) = archive();
    let a = sip("H05.16-260210-0001", "a");
    sent(&root, "LO-1", &[("H05.16-260210-0001", &a)]);
    ingest(&root).unwrap();
    let log = root.root().join("log.jsonl");
    let told = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, format!("{told}{told}")).unwrap();
    assert!(!verify(&root).unwrap().ok);
    std::fs::write(&log, told).unwrap();
    assert!(verify(&root).unwrap().ok);
    std::fs::write(root.root().join(format!("accepted/{}.zip", a.objid)), b"x").unwrap();
    assert!(!verify(&root).unwrap().ok);
}

#[test]
fn two_at_once_give_one_answer() {
    let (_dir, root) = archive();
    sent(&root, "LO-1", &[("H05.16-260210-0001", &sip("H05.16-260210-0001", "a"))]);
    let total: u32 = std::thread::scope(|s| {
        let runs: Vec<_> = (0..4).map(|_| s.spawn(|| ingest(&root).unwrap().batches)).collect();
        runs.into_iter().map(|r| r.join().unwrap()).sum()
    });
    assert_eq!(total, 1);
    assert_eq!(verify(&root).unwrap().answers, 1);
}

#[test]
fn a_folder_that_is_no_archive_is_not_ingested() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(ingest(&Folder::new(dir.path())).unwrap_err().code, Code::NotFound);
    assert_eq!(ingest(&Folder::new(dir.path().join("gone"))).unwrap_err().code, Code::Unreachable);
}

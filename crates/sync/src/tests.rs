use super::*;
use std::cell::RefCell;
use std::collections::HashMap;

fn manifest(blobs: &HashMap<Digest, Vec<u8>>) -> String {
    let packages = blobs.iter().enumerate().map(|(n, (sha256, bytes))| wire::Package {
        n: n as u32 + 1,
        objid: format!("uuid-{n}"),
        file_code: format!("H05.16-260210-000{n}"),
        record_status: "NEW".into(),
        size: bytes.len() as u64,
        sha256: *sha256,
        mets_sha256: *sha256,
        documents: 1,
        pages: 1,
    });
    let manifest = Manifest {
        format: wire::MANIFEST_FORMAT.into(),
        batch_id: "LO-H05.16-20260210-0001".into(),
        office: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-1".into(),
        created: "2026-02-10T08:00:00+07:00".parse().unwrap(),
        profile: "tt05-2025/SIP_hoso".into(),
        software: "0.1.0".into(),
        packages: packages.collect(),
        audit: wire::Audit { seq: 1, head: Digest::of(b"") },
    };
    wire::canonical(&manifest).unwrap()
}

fn blobs() -> HashMap<Digest, Vec<u8>> {
    (0..3u8).map(|i| vec![i; 1000]).map(|b| (Digest::of(&b), b)).collect()
}

#[test]
fn a_batch_interrupted_anywhere_is_taken_up_and_the_manifest_comes_last() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let text = manifest(&blobs);
    for stop in 0..3 {
        let given = RefCell::new(0);
        let failing = |d: &Digest| {
            *given.borrow_mut() += 1;
            if *given.borrow() > 1 { Err(Error::new(Code::Unreachable, "cable")) } else { Ok(blobs[d].clone()) }
        };
        let result = send(&target, &text, &failing, &|_, _| {}, &AtomicBool::new(false));
        assert_eq!(result.is_ok(), stop == 2, "one more blob arrives each time");
        let committed = target
            .size(&Place::new("H05.16", "st-1").manifest("LO-H05.16-20260210-0001", &Digest::of(text.as_bytes())))
            .unwrap();
        assert_eq!(committed.is_some(), stop == 2);
    }
    let never = |_: &Digest| -> Result<Vec<u8>> { panic!("all is there already") };
    send(&target, &text, &never, &|_, _| {}, &AtomicBool::new(false)).unwrap();
}

#[test]
fn a_torn_file_of_an_earlier_try_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let (digest, bytes) = blobs.iter().next().unwrap();
    let key = Place::new("H05.16", "st-1").blob(digest);
    target.put(&key, &bytes[..10]).unwrap();
    send(&target, &manifest(&blobs), &|d| Ok(blobs[d].clone()), &|_, _| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!(target.get(&key).unwrap().unwrap(), *bytes);
}

#[test]
fn a_pulled_disk_and_a_cancel_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let (gone, blobs) = (Folder::new(dir.path().join("pulled")), blobs());
    let send = |target: &Folder, cancel| {
        send(target, &manifest(&blobs), &|d| Ok(blobs[d].clone()), &|_, _| {}, &AtomicBool::new(cancel))
            .unwrap_err()
            .code
    };
    assert_eq!(send(&gone, false), Code::Unreachable);
    assert_eq!(send(&Folder::new(dir.path()), true), Code::Cancelled);
}

#[test]
fn an_answer_to_something_else_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let target = Folder::new(dir.path());
    let text = manifest(&blobs());
    assert!(poll(&target, &text).unwrap().ack.is_none());
    let digest = Digest::of(text.as_bytes());
    let place = Place::new("H05.16", "st-1");
    let mut ack = Ack {
        format: wire::REPLY_FORMAT.into(),
        manifest_sha256: digest,
        at: "2026-02-10T08:00:00+07:00".parse().unwrap(),
    };
    target.put(&place.ack(&digest), wire::canonical(&ack).unwrap().as_bytes()).unwrap();
    assert_eq!(poll(&target, &text).unwrap().ack, Some(ack.clone()));
    ack.manifest_sha256 = Digest::of(b"another");
    target.put(&place.ack(&digest), wire::canonical(&ack).unwrap().as_bytes()).unwrap();
    assert_eq!(poll(&target, &text).unwrap_err().code, Code::Integrity);
}

#[test]
fn names_survive_file_systems_that_fold_case() {
    let place = Place::new("H05.16:A", "ST/..\\x");
    let key = place.manifest("LÔ 1", &Digest::of(b""));
    assert_eq!(key, key.to_lowercase());
    assert!(key.is_ascii() && !key.contains(':') && !key.contains('\\') && !key.contains("/../"), "{key}");
}

#[test]
fn urls_are_decoded() {
    assert_eq!(
        Folder::from_url("file:///media/usb%20%C4%91en").unwrap().root(),
        std::path::Path::new("/media/usb đen")
    );
    assert_eq!(Folder::from_url("s3://x").unwrap_err().code, Code::Usage);
}

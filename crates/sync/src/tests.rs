use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

type Blobs = BTreeMap<Digest, Vec<u8>>;

fn blobs() -> Blobs {
    (0..3u8).map(|i| vec![i; 1000]).map(|b| (Digest::of(&b), b)).collect()
}

fn batch(blobs: &Blobs) -> Manifest {
    let packages = blobs.iter().zip(1..).map(|((sha256, bytes), n)| wire::Package {
        n,
        objid: format!("uuid-{n}"),
        file_code: format!("H05.16-260210-000{n}"),
        record_status: "NEW".into(),
        size: bytes.len() as u64,
        sha256: *sha256,
        mets_sha256: *sha256,
        documents: 1,
        pages: 1,
    });
    Manifest {
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
    }
}

fn manifest(blobs: &Blobs) -> String {
    wire::canonical(&batch(blobs)).unwrap()
}

/// Sends with all blobs at hand.
fn sent(target: &Folder, text: &str, blobs: &Blobs) -> Result<()> {
    send(target, text, &|d| Ok(blobs[d].clone()), &|_, _| {}, &AtomicBool::new(false))
}

fn place() -> Place {
    Place::new("H05.16", "st-1")
}

fn committed(target: &Folder, text: &str) -> bool {
    let key = place().manifest("LO-H05.16-20260210-0001", &Digest::of(text.as_bytes()));
    target.get(&key).unwrap().is_some_and(|bytes| bytes == text.as_bytes())
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
        assert_eq!(committed(&target, &text), stop == 2);
    }
    let never = |_: &Digest| -> Result<Vec<u8>> { panic!("all is there already") };
    send(&target, &text, &never, &|_, _| {}, &AtomicBool::new(false)).unwrap();
}

#[test]
fn progress_counts_packages() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs, seen) = (Folder::new(dir.path()), blobs(), RefCell::new(Vec::new()));
    let tell = |done, total| seen.borrow_mut().push((done, total));
    send(&target, &manifest(&blobs), &|d| Ok(blobs[d].clone()), &tell, &AtomicBool::new(false)).unwrap();
    assert_eq!(seen.into_inner(), [(0, 3), (1, 3), (2, 3), (3, 3)]);
}

#[test]
fn what_is_torn_or_tampered_with_is_replaced_when_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let (digest, bytes) = blobs.iter().next().unwrap();
    let (key, text) = (place().blob(digest), manifest(&blobs));
    for spoiled in [&bytes[..10], &[9; 1000]] {
        target.put(&key, spoiled).unwrap();
        sent(&target, &text, &blobs).unwrap();
        assert_eq!(target.get(&key).unwrap().unwrap(), *bytes);
    }
    let key = place().manifest("LO-H05.16-20260210-0001", &Digest::of(text.as_bytes()));
    target.put(&key, b"{").unwrap();
    sent(&target, &text, &blobs).unwrap();
    assert!(committed(&target, &text));
}

#[test]
fn a_package_that_went_bad_at_the_station_does_not_leave_it() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let text = manifest(&blobs);
    let bad = |_: &Digest| Ok(b"bad".to_vec());
    let error = send(&target, &text, &bad, &|_, _| {}, &AtomicBool::new(false)).unwrap_err();
    assert_eq!(error.code, Code::Integrity);
    assert!(error.message.contains("H05.16-260210-000"), "{error}");
    assert!(target.list("v1").unwrap().is_empty());
}

#[test]
fn what_stands_in_the_way_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = blobs();
    let text = manifest(&blobs);
    let pulled = Folder::new(dir.path().join("pulled"));
    assert_eq!(sent(&pulled, &text, &blobs).unwrap_err().code, Code::Unreachable);
    let target = Folder::new(dir.path());
    let cancelled = send(&target, &text, &|d| Ok(blobs[d].clone()), &|_, _| {}, &AtomicBool::new(true));
    assert_eq!(cancelled.unwrap_err().code, Code::Cancelled);
    std::fs::write(dir.path().join("v1"), "in the way").unwrap();
    let error = sent(&target, &text, &blobs).unwrap_err();
    assert_eq!(error.code, Code::Unreachable);
    assert!(!error.hint.is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_too_small_is_said_before_anything_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let mut large = batch(&blobs);
    large.packages[2].size = 1 << 60;
    let error = sent(&target, &wire::canonical(&large).unwrap(), &blobs).unwrap_err();
    assert_eq!(error.code, Code::DiskFull);
    assert!(error.message.contains("MiB"), "{error}");
    assert!(target.list("v1").unwrap().is_empty());
}

#[test]
fn only_a_whole_manifest_of_this_format_is_sent() {
    let blobs = blobs();
    let parse = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = batch(&blobs);
        change(&mut manifest);
        Manifest::parse(&wire::canonical(&manifest).unwrap()).map_err(|e| e.code)
    };
    assert_eq!(parse(&|_| {}).unwrap(), batch(&blobs));
    assert_eq!(parse(&|m| m.format = "sohoa-sync/2".into()).unwrap_err(), Code::PackageRefused);
    assert_eq!(parse(&|m| m.packages.clear()).unwrap_err(), Code::PackageRefused);
    assert_eq!(parse(&|m| m.packages[1] = m.packages[0].clone()).unwrap_err(), Code::PackageRefused);
    assert_eq!(Manifest::parse("{}").unwrap_err().code, Code::PackageRefused);
}

/// A reply that says of each package what `statuses` says.
fn reply(blobs: &Blobs, statuses: [&str; 3]) -> Reply {
    let packages = batch(blobs).packages.into_iter().zip(statuses).map(|(p, status)| wire::ReplyPackage {
        objid: p.objid,
        file_code: p.file_code,
        status: status.into(),
        first_sent: None,
        problems: Vec::new(),
    });
    let packages: Vec<_> = packages.collect();
    Reply {
        format: wire::REPLY_FORMAT.into(),
        manifest_sha256: Digest::of(manifest(blobs).as_bytes()),
        at: "2026-02-10T09:00:00+07:00".parse().unwrap(),
        status: Reply::status_of(&packages).into(),
        packages,
        log: wire::Audit { seq: 1, head: Digest::of(b"log") },
    }
}

#[test]
fn the_latest_reply_is_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let text = manifest(&blobs);
    let digest = Digest::of(text.as_bytes());
    assert!(poll(&target, &text).unwrap().reply.is_none());
    for (n, statuses) in [(1, ["accepted", "conflict", "duplicate"]), (2, ["accepted"; 3])] {
        let reply = reply(&blobs, statuses);
        target.put(&place().reply(&digest, n), wire::canonical(&reply).unwrap().as_bytes()).unwrap();
        assert_eq!(poll(&target, &text).unwrap().reply, Some(reply));
    }
}

#[test]
fn an_answer_that_does_not_fit_the_batch_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (target, blobs) = (Folder::new(dir.path()), blobs());
    let text = manifest(&blobs);
    let digest = Digest::of(text.as_bytes());
    let ack = Ack {
        format: wire::ACK_FORMAT.into(),
        manifest_sha256: digest,
        at: "2026-02-10T08:00:00+07:00".parse().unwrap(),
    };
    let answered = |key: &str, text_of_answer: &str| {
        target.put(key, text_of_answer.as_bytes()).unwrap();
        poll(&target, &text).map(|answer| (answer.ack, answer.reply)).map_err(|e| e.code)
    };
    let key = place().ack(&digest);
    let other = Ack { manifest_sha256: Digest::of(b"another"), ..ack.clone() };
    assert_eq!(answered(&key, &wire::canonical(&other).unwrap()), Err(Code::Integrity));
    assert_eq!(answered(&key, "{\"format\":\"sohoa-ack/1\""), Err(Code::Integrity));
    assert_eq!(answered(&key, &wire::canonical(&ack).unwrap()), Ok((Some(ack), None)));

    let key = place().reply(&digest, 1);
    let good = reply(&blobs, ["accepted", "rejected", "accepted"]);
    let spoil = |change: &dyn Fn(&mut Reply)| {
        let mut reply = good.clone();
        change(&mut reply);
        answered(&key, &wire::canonical(&reply).unwrap()).unwrap_err()
    };
    assert_eq!(spoil(&|r| r.manifest_sha256 = Digest::of(b"another")), Code::Integrity);
    assert_eq!(spoil(&|r| r.format = "x".into()), Code::Integrity);
    assert_eq!(spoil(&|r| drop(r.packages.pop())), Code::Integrity);
    assert_eq!(spoil(&|r| r.packages[0].objid = "uuid-9".into()), Code::Integrity);
    assert_eq!(spoil(&|r| r.packages[0].status = "perhaps".into()), Code::Integrity);
    assert_eq!(spoil(&|r| r.status = "accepted".into()), Code::Integrity);
    assert!(answered(&key, &wire::canonical(&good).unwrap()).is_ok());
}

#[test]
fn names_survive_every_file_system() {
    for name in ["H05.16", "h05.16", "LÔ 1", "ST:/..\\x", "..", ".", "", ".hidden", "end.", "CON", "com1.txt", "a\0b"]
    {
        let safe = safe(name);
        assert!(!safe.is_empty() && !safe.starts_with('.') && !safe.ends_with('.'), "{name}: {safe}");
        assert!(safe.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_')), "{name}: {safe}");
        assert_ne!(safe.split('.').next(), Some("con"));
        assert_eq!(safe, super::safe(&safe), "what a folder is called, it is called by");
    }
    assert_eq!(safe("H05.16"), "h05.16");
}

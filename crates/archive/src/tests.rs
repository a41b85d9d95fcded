use super::*;
use sohoa_model::Digest;
use sohoa_package::{Document, Dossier, Params, Sip};
use sohoa_sync::{Place, wire::Manifest, wire::Reply};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const ONE: &str = "H05.16-260210-0001";
const TWO: &str = "H05.16-260210-0002";

struct Packed {
    code: String,
    status: String,
    sip: Sip,
}

fn packed(code: &str, status: &str, text: &str) -> Packed {
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
        status: status.into(),
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
    let sip = sohoa_package::run(&dossier, &[document], &Params::default()).unwrap();
    Packed { code: code.into(), status: status.into(), sip }
}

fn new(code: &str, text: &str) -> Packed {
    packed(code, "NEW", text)
}

fn manifest(batch: &str, packages: &[&Packed]) -> Manifest {
    let listed = packages.iter().zip(1..).map(|(p, n)| wire::Package {
        n,
        objid: p.sip.objid.clone(),
        file_code: p.code.clone(),
        record_status: p.status.clone(),
        size: p.sip.zip.len() as u64,
        sha256: p.sip.digest,
        mets_sha256: p.sip.mets,
        documents: 1,
        pages: 1,
    });
    Manifest {
        format: wire::MANIFEST_FORMAT.into(),
        batch_id: batch.into(),
        office: "H05.16".into(),
        fonds: "H05.16".into(),
        station: "st-1".into(),
        created: "2026-02-10T08:00:00+07:00".parse().unwrap(),
        profile: "tt05-2025/SIP_hoso".into(),
        software: "0.1.0".into(),
        packages: listed.collect(),
        audit: wire::Audit { seq: 3, head: Digest::of(b"head") },
    }
}

/// Sends a manifest with its packages; gives its text.
fn carried(root: &Folder, manifest: &Manifest, packages: &[&Packed]) -> String {
    let text = wire::canonical(manifest).unwrap();
    let blob = |d: &Digest| Ok(packages.iter().find(|p| p.sip.digest == *d).unwrap().sip.zip.clone());
    sohoa_sync::send(root, &text, &blob, &|_, _| {}, &AtomicBool::new(false)).unwrap();
    text
}

fn sent(root: &Folder, batch: &str, packages: &[&Packed]) -> String {
    carried(root, &manifest(batch, packages), packages)
}

fn archive() -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let root = Folder::new(dir.path().join("archive"));
    init(&root, Keeper::Centre).unwrap();
    (dir, root)
}

fn reply(root: &Folder, text: &str) -> Reply {
    sohoa_sync::poll(root, text).unwrap().reply.unwrap()
}

fn statuses(root: &Folder, text: &str) -> (String, Vec<String>) {
    let reply = reply(root, text);
    (reply.status, reply.packages.into_iter().map(|p| p.status).collect())
}

fn told(status: &str, packages: &[&str]) -> (String, Vec<String>) {
    (status.into(), packages.iter().map(|p| (*p).into()).collect())
}

fn place() -> Place {
    Place::new("H05.16", "st-1")
}

fn blob(root: &Folder, packed: &Packed) -> std::path::PathBuf {
    root.root().join(place().blob(&packed.sip.digest))
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Every file under a folder, with its content.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(tree(&entry.path()).into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn codes(root: &Folder) -> Vec<String> {
    verify(root).unwrap().problems.into_iter().map(|p| p.code).collect()
}

#[test]
fn a_sound_batch_is_accepted_once_however_often_it_is_looked_at() {
    let (_dir, root) = archive();
    let text = sent(&root, "LO-1", &[&new(ONE, "a"), &new(TWO, "b")]);
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_none());
    assert_eq!(ingest(&root).unwrap(), Ingested { batches: 1, accepted: 2, ..Ingested::default() });
    assert_eq!(ingest(&root).unwrap(), Ingested::default());
    assert_eq!(statuses(&root, &text), told("accepted", &["accepted", "accepted"]));
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_some());
    let verified = verify(&root).unwrap();
    assert_eq!(verified, Verified { ok: true, packages: 2, answers: 1, problems: Vec::new() });
    assert_eq!(status(&root).unwrap(), Status { batches: 1, answered: 1, accepted: 2, refused: 0 });
}

#[test]
fn a_package_altered_on_the_way_is_refused_by_name_and_rule_and_the_other_accepted() {
    let (_dir, root) = archive();
    let (a, b) = (new(ONE, "a"), new(TWO, "b"));
    let text = sent(&root, "LO-1", &[&a, &b]);
    flip(&blob(&root, &b));
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text), told("partly", &["accepted", "rejected"]));
    let refused = &reply(&root, &text).packages[1];
    let problem = &refused.problems[0];
    assert_eq!((refused.file_code.as_str(), problem.code.as_str()), (TWO, "FIX-001"));
    assert!(problem.path.contains(&b.sip.digest.to_string()) && !problem.message.is_empty() && !problem.fix.is_empty());
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_none(), "not all of it has arrived");
    let kept = format!("quarantine/{}/2", Digest::of(text.as_bytes()));
    assert!(
        root.size(&format!("{kept}.zip")).unwrap().is_some() && root.size(&format!("{kept}.json")).unwrap().is_some()
    );
    assert_eq!(status(&root).unwrap(), Status { batches: 1, answered: 1, accepted: 1, refused: 1 });

    // Sent again, it replaces what was spoiled on the way.
    let again = sent(&root, "LO-2", &[&b]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &again), told("accepted", &["accepted"]));
    assert!(verify(&root).unwrap().ok);
}

#[test]
fn a_package_cut_short_or_left_behind_is_refused() {
    let (_dir, root) = archive();
    let (a, b, c) = (new(ONE, "a"), new(TWO, "b"), new("H05.16-260210-0003", "c"));
    let text = sent(&root, "LO-1", &[&a, &b, &c]);
    fs::remove_file(blob(&root, &a)).unwrap();
    fs::write(blob(&root, &b), &b.sip.zip[..100]).unwrap();
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text), told("partly", &["rejected", "rejected", "accepted"]));
    let codes: Vec<String> =
        reply(&root, &text).packages.iter().flat_map(|p| &p.problems).map(|p| p.code.clone()).collect();
    assert_eq!(codes, ["BAT-001", "FIX-003"]);
}

#[test]
fn a_package_that_was_wrong_before_it_left_is_refused_by_its_rule() {
    let (_dir, root) = archive();
    let mut bad = new(ONE, "a");
    let at = bad.sip.zip.windows(8).position(|w| w == b"%PDF-1.7").unwrap();
    bad.sip.zip[at + 9] ^= 1;
    bad.sip.digest = Digest::of(&bad.sip.zip);
    let text = sent(&root, "LO-1", &[&bad]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text), told("rejected", &["rejected"]));
    let problem = &reply(&root, &text).packages[0].problems[0];
    assert_eq!((problem.rule.as_str(), problem.path.ends_with(".1.pdf")), ("CSIP71", true));
    assert!(sohoa_sync::poll(&root, &text).unwrap().ack.is_some(), "it has arrived as it was sent");
}

#[test]
fn a_manifest_that_says_other_than_its_package_is_not_believed() {
    let (dir, root) = archive();
    type Lie = fn(&mut wire::Package);
    let lies: [(&str, Lie); 5] = [
        ("objid", |p| p.objid = "../../../evil".into()),
        ("file_code", |p| p.file_code = TWO.into()),
        ("record_status", |p| p.record_status = "REPLACEMENT".into()),
        ("mets_sha256", |p| p.mets_sha256 = Digest::of(b"other")),
        ("documents", |p| p.documents = 9),
    ];
    let package = new(ONE, "a");
    for (name, lie) in lies {
        let mut manifest = manifest(&format!("LO-{name}"), &[&package]);
        lie(&mut manifest.packages[0]);
        let text = carried(&root, &manifest, &[&package]);
        ingest(&root).unwrap();
        let refused = &reply(&root, &text).packages[0];
        assert_eq!((refused.status.as_str(), refused.problems[0].code.as_str()), ("rejected", "BAT-002"), "{name}");
        assert!(refused.problems[0].message.contains(name), "{name}");
    }
    assert!(root.list("accepted").unwrap().is_empty());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing beside the archive");
}

#[test]
fn the_same_again_is_a_duplicate_another_content_a_conflict_and_a_replacement_welcome() {
    let (_dir, root) = archive();
    let first = new(ONE, "a");
    let text = sent(&root, "LO-1", &[&first]);
    ingest(&root).unwrap();
    let again = sent(&root, "LO-2", &[&first]);
    let other = sent(&root, "LO-3", &[&new(ONE, "b")]);
    let better = sent(&root, "LO-4", &[&packed(ONE, "REPLACEMENT", "b")]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &again), told("accepted", &["duplicate"]));
    assert_eq!(reply(&root, &again).packages[0].first_sent, Some(Digest::of(text.as_bytes())));
    assert_eq!(statuses(&root, &other), told("rejected", &["conflict"]));
    assert!(reply(&root, &other).packages[0].problems[0].message.contains(&first.sip.objid));
    assert_eq!(statuses(&root, &better), told("accepted", &["accepted"]));
    assert_eq!(status(&root).unwrap(), Status { batches: 4, answered: 4, accepted: 2, refused: 1 });
    assert!(verify(&root).unwrap().ok);
}

#[test]
fn a_batch_that_cannot_be_read_waits_and_the_others_are_answered() {
    let (_dir, root) = archive();
    let (a, b) = (new(ONE, "a"), new(TWO, "b"));
    let path = |batch: &str, text: &str| root.root().join(place().manifest(batch, &Digest::of(text.as_bytes())));
    let forged = sent(&root, "LO-1", &[&a]);
    fs::write(path("LO-1", &forged), forged.replace("0001", "0009")).unwrap();
    let moved = sent(&root, "LO-2", &[&a]);
    fs::create_dir_all(root.root().join("v1/h05.16/st-1/batches/elsewhere")).unwrap();
    let away = root.root().join("v1/h05.16/st-1/batches/elsewhere").join(path("LO-2", &moved).file_name().unwrap());
    fs::rename(path("LO-2", &moved), away).unwrap();
    let unreadable = sent(&root, "LO-3", &[&a]);
    fs::remove_file(blob(&root, &a)).unwrap();
    fs::create_dir(blob(&root, &a)).unwrap();
    fs::write(root.root().join("v1/desktop.ini"), "").unwrap();
    fs::write(root.root().join("v1/h05.16/st-1/batches/lo-1/notes.json"), "{}").unwrap();
    let good = sent(&root, "LO-9", &[&b]);
    let ingested = ingest(&root).unwrap();
    assert_eq!((ingested.batches, ingested.unreadable.len()), (1, 4), "{ingested:#?}");
    assert_eq!(statuses(&root, &good), told("accepted", &["accepted"]));
    assert!(sohoa_sync::poll(&root, &unreadable).unwrap().reply.is_none());
    fs::remove_dir(blob(&root, &a)).unwrap();
    let mended = sent(&root, "LO-3", &[&a]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &mended), told("accepted", &["accepted"]));
}

#[test]
fn a_crash_anywhere_on_the_way_to_the_reply_changes_nothing() {
    let (_dir, root) = archive();
    let (a, b) = (new(ONE, "a"), new(TWO, "b"));
    let text = sent(&root, "LO-1", &[&a, &b]);
    ingest(&root).unwrap();
    let first = reply(&root, &text);
    let undo = |key: String| fs::remove_file(root.root().join(key)).unwrap();
    let answer = place().reply(&Digest::of(text.as_bytes()), 1);
    let again = || {
        ingest(&root).unwrap();
        let now = reply(&root, &text);
        assert_eq!((&now.packages, &now.log), (&first.packages, &first.log));
        assert!(verify(&root).unwrap().ok);
    };
    // Logged, not answered.
    undo(answer.clone());
    again();
    // The second package on the shelf without its record; the log's line cut off.
    undo(answer);
    undo(format!("accepted/{}.json", b.sip.objid));
    let log = root.root().join("log.jsonl");
    let line = fs::read(&log).unwrap();
    fs::write(&log, &line[..line.len() - 20]).unwrap();
    assert_eq!(codes(&root), ["package_unrecorded"]);
    ingest(&root).unwrap();
    assert_eq!(reply(&root, &text).packages, first.packages);
    assert_eq!(verify(&root).unwrap(), Verified { ok: true, packages: 2, answers: 1, problems: Vec::new() });
}

#[test]
fn what_the_sender_wrote_is_never_altered() {
    let (_dir, root) = archive();
    let (a, b) = (new(ONE, "a"), new(TWO, "b"));
    sent(&root, "LO-1", &[&a, &b]);
    flip(&blob(&root, &b));
    let before = tree(&root.root().join("v1"));
    ingest(&root).unwrap();
    let after = tree(&root.root().join("v1"));
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
    let added: Vec<&String> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert!(added.iter().all(|path| path.starts_with("h05.16/st-1/replies/")), "{added:?}");
}

#[test]
fn names_survive_disks_that_fold_case() {
    let (_dir, root) = archive();
    let lower = ONE.to_lowercase();
    let text = sent(&root, "LO-1", &[&new(ONE, "a"), &new(&lower, "a")]);
    ingest(&root).unwrap();
    assert_eq!(statuses(&root, &text), told("accepted", &["accepted", "accepted"]));
    let paths = tree(root.root());
    let folded: BTreeSet<String> = paths.keys().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), paths.len());
    for path in paths.keys() {
        assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/')), "{path}");
    }
}

#[test]
fn what_is_altered_in_the_archive_is_found() {
    let (_dir, root) = archive();
    let a = new(ONE, "a");
    sent(&root, "LO-1", &[&a]);
    ingest(&root).unwrap();
    let text = sent(&root, "LO-2", &[&new(TWO, "b")]);
    ingest(&root).unwrap();
    assert!(codes(&root).is_empty());
    let with = |key: &str, change: &dyn Fn(String) -> Option<String>| {
        let path = root.root().join(key);
        let old = fs::read(&path).unwrap();
        match change(String::from_utf8_lossy(&old).into_owned()) {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let found = codes(&root);
        fs::write(&path, old).unwrap();
        found
    };
    let log = "log.jsonl";
    assert_eq!(with(log, &|t| Some(t.clone() + &t)), ["log_broken"], "told twice");
    assert_eq!(with(log, &|t| Some(t.replace("accepted", "rejected"))), ["log_broken",], "edited");
    assert_eq!(with(log, &|t| Some(t.lines().skip(1).map(|l| format!("{l}\n")).collect())), ["log_broken"], "gap");
    let cut = |t: String| Some(t.lines().take(1).map(|l| format!("{l}\n")).collect());
    assert_eq!(with(log, &cut), ["reply_unlogged"], "cut short");
    assert_eq!(with(log, &|_| None), ["reply_unlogged", "reply_unlogged"], "gone");
    let answer = place().reply(&Digest::of(text.as_bytes()), 1);
    assert_eq!(with(&answer, &|t| Some(t.replace(TWO, ONE))), ["reply_broken"], "a reply to other packages");
    let softened = |t: String| Some(t.replace("\"accepted\"", "\"rejected\""));
    assert_eq!(with(&answer, &softened), ["reply_unlogged"], "another verdict");
    let package = format!("accepted/{}", a.sip.objid);
    assert_eq!(with(&format!("{package}.zip"), &|t| Some(t + "x")), ["package_altered"]);
    assert_eq!(with(&format!("{package}.zip"), &|_| None), ["package_missing"]);
    assert_eq!(with(&format!("{package}.json"), &|_| None), ["package_unrecorded"]);
    assert_eq!(with(&format!("{package}.json"), &|_| Some("{".into())), ["record_broken"]);
    assert!(codes(&root).is_empty());
}

#[test]
fn a_station_that_rewrites_its_log_is_found_out() {
    let (_dir, root) = archive();
    for (batch, package, head) in [("LO-1", new(ONE, "a"), "head"), ("LO-2", new(TWO, "b"), "another head")] {
        let mut manifest = manifest(batch, &[&package]);
        manifest.audit.head = Digest::of(head.as_bytes());
        carried(&root, &manifest, &[&package]);
    }
    ingest(&root).unwrap();
    assert_eq!(codes(&root), ["station_log_rewritten"]);
}

#[test]
fn two_at_once_give_one_answer() {
    let (_dir, root) = archive();
    sent(&root, "LO-1", &[&new(ONE, "a")]);
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

#[test]
fn a_centre_takes_over_what_a_station_kept_and_never_the_other_way() {
    let dir = tempfile::tempdir().unwrap();
    let root = Folder::new(dir.path());
    assert_eq!(keeper(&root).unwrap(), None);
    for (asked, kept) in
        [(Keeper::Embedded, Keeper::Embedded), (Keeper::Centre, Keeper::Centre), (Keeper::Embedded, Keeper::Centre)]
    {
        init(&root, asked).unwrap();
        assert_eq!(keeper(&root).unwrap(), Some(kept));
    }
}

//! The centre's own log: one JSON line per answer, each with the digest of the line before.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Digest, Error, Result, Timestamp, time};
use sohoa_sync::{Folder, wire};
use std::fs::OpenOptions;
use std::io::Write;

const LOG: &str = "log.jsonl";

#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    previous: Digest,
    at: Timestamp,
    manifest_sha256: Digest,
    status: String,
    /// The head of the station's audit log, as its manifest told it.
    station: String,
    station_audit: wire::Audit,
}

/// Adds an answer; gives the log's new head. Call it under the archive's lock.
pub fn append(
    root: &Folder,
    manifest: Digest,
    status: &str,
    station: &str,
    audit: &wire::Audit,
) -> Result<wire::Audit> {
    let (seq, previous, known) = read(root)?;
    // The answer may have been logged before a crash kept it from being given.
    if let Some(head) = known.iter().find(|(m, _)| *m == manifest).map(|(_, head)| head.clone()) {
        return Ok(head);
    }
    let line = Line {
        seq: seq + 1,
        previous,
        at: time::now(),
        manifest_sha256: manifest,
        status: status.to_owned(),
        station: station.to_owned(),
        station_audit: audit.clone(),
    };
    let text = wire::canonical(&line)?;
    let path = root.root().join(LOG);
    let fail = |e| Error::io("ghi", &path, e);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?;
    file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
    Ok(wire::Audit { seq: line.seq, head: Digest::of(text.as_bytes()) })
}

type Known = Vec<(Digest, wire::Audit)>;

/// Walks the chain: last number, last digest, every answer with the head after it.
///
/// Errors: `Integrity` where a line does not follow from the one before.
pub fn read(root: &Folder) -> Result<(u64, Digest, Known)> {
    let bytes = root.get(LOG)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let (mut seq, mut previous, mut known) = (0, Digest([0; 32]), Vec::new());
    // A line that a crash cut off has no end and was never answered for.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for text in whole.lines() {
        let line: Line = wire::parse(text.as_bytes())?;
        if line.seq != seq + 1 || line.previous != previous {
            return Err(Error::new(Code::Integrity, format!("Nhật ký của kho bị đứt ở dòng {}", seq + 1))
                .hint("Giữ nguyên kho, đối chiếu với biên nhận ở các trạm."));
        }
        (seq, previous) = (line.seq, Digest::of(text.as_bytes()));
        known.push((line.manifest_sha256, wire::Audit { seq, head: previous }));
    }
    Ok((seq, previous, known))
}

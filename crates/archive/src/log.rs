//! The centre's own log: one JSON line per answer, each with the digest of the line before. Each reply carries its
//! line's place, and each line the head of the station's audit log, so that neither side can tell another story later.

use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Digest, Error, Result, Timestamp, time};
use sohoa_sync::wire::{Audit, Manifest, Reply, ReplyPackage};
use sohoa_sync::{Folder, wire};
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};

const LOG: &str = "log.jsonl";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub seq: u64,
    previous: Digest,
    at: Timestamp,
    pub manifest_sha256: Digest,
    status: String,
    /// Digest of what the reply says of each package.
    pub verdict: Digest,
    pub office: String,
    pub station: String,
    /// The head of the station's audit log, as its manifest told it.
    pub station_audit: Audit,
}

/// The log, read and found sound.
pub struct Log {
    lines: Vec<(Line, Digest)>,
    /// Bytes up to the end of the last whole line; after it lies at most what a crash cut off.
    end: u64,
}

/// Digest of what a reply says of each package.
pub fn verdict(packages: &[ReplyPackage]) -> Result<Digest> {
    Ok(Digest::of(wire::canonical(&packages)?.as_bytes()))
}

impl Log {
    /// Errors: `Integrity` where a line does not follow from the one before.
    pub fn open(root: &Folder) -> Result<Self> {
        let bytes = root.get(LOG)?.unwrap_or_default();
        // A line that a crash cut off has no end and was never answered for.
        let end = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |last| last + 1);
        let mut log = Self { lines: Vec::new(), end: end as u64 };
        for text in bytes[..end].split_inclusive(|b| *b == b'\n').map(|line| &line[..line.len() - 1]) {
            let Audit { seq, head } = log.head();
            let follows = |line: &Line| line.seq == seq + 1 && line.previous == head;
            let line = wire::parse(text).ok().filter(follows).ok_or_else(|| {
                Error::new(Code::Integrity, format!("Nhật ký của kho bị sửa ở dòng {}", seq + 1))
                    .hint("Giữ nguyên kho, đối chiếu với biên nhận ở các trạm.")
            })?;
            log.lines.push((line, Digest::of(text)));
        }
        Ok(log)
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().map(|(line, _)| line)
    }

    /// Where the log stands; number 0 and an empty digest before the first line.
    pub fn head(&self) -> Audit {
        let last = self.lines.last();
        last.map_or(Audit { seq: 0, head: Digest([0; 32]) }, |(line, head)| Audit { seq: line.seq, head: *head })
    }

    /// Whether this reply was logged as it reads.
    pub fn vouches(&self, reply: &Reply) -> Result<bool> {
        let verdict = verdict(&reply.packages)?;
        Ok(self.lines.iter().any(|(line, head)| {
            (line.seq, head) == (reply.log.seq, &reply.log.head)
                && (line.manifest_sha256, line.verdict) == (reply.manifest_sha256, verdict)
        }))
    }

    /// Adds an answer; gives the log's new head. Needs the archive's lock.
    pub fn append(
        &mut self,
        root: &Folder,
        manifest: &Manifest,
        digest: Digest,
        packages: &[ReplyPackage],
    ) -> Result<Audit> {
        let verdict = verdict(packages)?;
        // It may have been logged before a crash kept it from being given.
        let known = |line: &Line| (line.manifest_sha256, line.verdict) == (digest, verdict);
        if let Some((line, head)) = self.lines.iter().find(|(line, _)| known(line)) {
            return Ok(Audit { seq: line.seq, head: *head });
        }
        let Audit { seq, head } = self.head();
        let line = Line {
            seq: seq + 1,
            previous: head,
            at: time::now(),
            manifest_sha256: digest,
            status: Reply::status_of(packages).into(),
            verdict,
            office: manifest.office.clone(),
            station: manifest.station.clone(),
            station_audit: manifest.audit.clone(),
        };
        let text = wire::canonical(&line)?;
        let path = root.root().join(LOG);
        let fail = |e| Error::io("ghi", &path, e);
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        file.set_len(self.end).and_then(|()| file.seek(SeekFrom::End(0))).map_err(fail)?;
        file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
        self.end += text.len() as u64 + 1;
        self.lines.push((line, Digest::of(text.as_bytes())));
        Ok(self.head())
    }
}

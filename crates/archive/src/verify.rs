//! Whether what was accepted is still what was accepted, and what was answered still what was answered.

use serde::Serialize;
use sohoa_model::{Digest, Error, Result};
use sohoa_sync::{Folder, wire};
use std::collections::HashMap;

use crate::holdings::Holdings;
use crate::log::Log;
use crate::{exists, ingest};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub ok: bool,
    /// Accepted, and answers given.
    pub packages: u32,
    pub answers: u64,
    pub problems: Vec<Problem>,
}

/// One thing found wrong, in Vietnamese.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: String,
    /// The file in the archive.
    pub subject: String,
    pub message: String,
    pub hint: String,
}

const RESTORE: &str = "Lấy lại từ bản sao lưu, hoặc yêu cầu trạm gửi lại.";
const KEEP: &str = "Giữ nguyên kho, đối chiếu với biên nhận ở các trạm.";

fn problem(code: &str, subject: &str, message: impl Into<String>, hint: &str) -> Problem {
    Problem { code: code.into(), subject: subject.into(), message: message.into(), hint: hint.into() }
}

/// Every accepted package against its digest and its own METS, the log's chain, every reply against the log.
///
/// Errors: `NotFound` for a folder that is no archive, `Unreachable`; what is wrong in it is in the answer.
pub fn verify(root: &Folder) -> Result<Verified> {
    exists(root)?;
    let mut problems = Vec::new();
    let packages = packages(root, &mut problems)?;
    let answers = answers(root, &mut problems)?;
    Ok(Verified { ok: problems.is_empty(), packages, answers, problems })
}

fn packages(root: &Folder, problems: &mut Vec<Problem>) -> Result<u32> {
    let holdings = match Holdings::read(root) {
        Ok(holdings) => holdings,
        Err(Error { message, .. }) => {
            problems.push(problem("record_broken", "accepted", message, RESTORE));
            return Ok(0);
        }
    };
    for record in holdings.records() {
        let path = record.path();
        match root.get(&path)? {
            None => problems.push(problem("package_missing", &path, "Gói tin không còn trong kho", RESTORE)),
            Some(bytes) if Digest::of(&bytes) != record.sha256 => {
                problems.push(problem("package_altered", &path, "Gói tin đã bị thay đổi: mã băm không khớp", RESTORE));
            }
            Some(bytes) => problems.extend(sohoa_package::check(&bytes).into_iter().map(|p| {
                let message = format!("{} ({})", p.message, p.rule);
                problem("package_invalid", &format!("{path}/{}", p.path), message, &p.fix)
            })),
        }
    }
    for path in holdings.unrecorded(root)? {
        let hint = "Chạy sohoa archive ingest; nếu vẫn còn, xem lại nguồn gốc của tệp.";
        problems.push(problem("package_unrecorded", &path, "Gói tin không có phiếu nhận", hint));
    }
    Ok(holdings.records().len() as u32)
}

fn answers(root: &Folder, problems: &mut Vec<Problem>) -> Result<u64> {
    let log = match Log::open(root) {
        Ok(log) => log,
        Err(Error { message, .. }) => {
            problems.push(problem("log_broken", "log.jsonl", message, KEEP));
            return Ok(0);
        }
    };
    // A station that shows two heads for one place in its log has rewritten it.
    let mut heads = HashMap::new();
    for line in log.lines() {
        let (place, head) = ((&line.office, &line.station, line.station_audit.seq), line.station_audit.head);
        if *heads.entry(place).or_insert(head) != head {
            let message = format!("Trạm {} gửi hai nhật ký khác nhau ở dòng {}", line.station, place.2);
            problems.push(problem("station_log_rewritten", "log.jsonl", message, KEEP));
        }
    }
    // Replies have left for the stations: a log cut short or written anew cannot take them back.
    for batch in ingest::batches(root)? {
        let Some(bytes) = batch.reply(root)? else { continue };
        let reply = batch.manifest(root).and_then(|(manifest, digest)| {
            let reply: wire::Reply = wire::parse(&bytes)?;
            reply.verify(&manifest, &digest)?;
            Ok((log.vouches(&reply)?, digest))
        });
        match reply {
            Ok((true, _)) => {}
            Ok((false, digest)) => {
                let message = "Biên nhận đã gửi không khớp nhật ký của kho";
                problems.push(problem("reply_unlogged", &batch.place.reply(&digest, 1), message, KEEP));
            }
            Err(error) => problems.push(problem("reply_broken", &batch.place.batches(), error.to_string(), KEEP)),
        }
    }
    Ok(log.head().seq)
}

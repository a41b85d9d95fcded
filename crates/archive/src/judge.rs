//! One package judged: has it arrived whole, is it sound, is it what its manifest says, is it new.

use sohoa_model::{Digest, Result, time};
use sohoa_package::Contents;
use sohoa_sync::wire::{self, Manifest, Package, ReplyPackage, ReplyProblem};
use sohoa_sync::{Folder, Place};

use crate::holdings::{Holdings, Record};

/// The rule that a batch keeps or breaks, beside those of the package.
const RULE: &str = wire::MANIFEST_FORMAT;
const SEND_AGAIN: &str = "Đóng gói lại hồ sơ này ở trạm và gửi lại.";

/// A batch as it lies in the folder.
pub struct Delivery<'a> {
    pub root: &'a Folder,
    pub place: &'a Place,
    pub manifest: &'a Manifest,
    pub digest: Digest,
}

impl Delivery<'_> {
    /// The package's bytes, if they are those that the station sent.
    pub fn arrived(&self, package: &Package) -> Result<std::result::Result<Vec<u8>, ReplyProblem>> {
        let key = self.place.blob(&package.sha256);
        let Some(bytes) = self.root.get(&key)? else {
            return Ok(Err(problem("BAT-001", &key, "Gói tin chưa đến nơi")));
        };
        if bytes.len() as u64 != package.size {
            let message = format!("Gói tin dài {} byte, bản kê ghi {}", bytes.len(), package.size);
            return Ok(Err(problem("FIX-003", &key, message)));
        }
        if Digest::of(&bytes) != package.sha256 {
            return Ok(Err(problem("FIX-001", &key, "Gói tin đã bị thay đổi trên đường đi: mã băm không khớp bản kê")));
        }
        Ok(Ok(bytes))
    }

    /// What becomes of the package; it lies where it belongs when this returns. Doing it again gives the same.
    pub fn judge(&self, n: usize, package: &Package, holdings: &mut Holdings) -> Result<ReplyPackage> {
        let answer = |status: &str, first_sent, problems| ReplyPackage {
            objid: package.objid.clone(),
            file_code: package.file_code.clone(),
            status: status.into(),
            first_sent,
            problems,
        };
        let bytes = match self.arrived(package)? {
            Ok(bytes) => bytes,
            Err(problem) => {
                let spoiled = self.root.get(&self.place.blob(&package.sha256))?;
                return self.refuse(n, answer("rejected", None, vec![problem]), spoiled.as_deref());
            }
        };
        let contents = match sohoa_package::read(&bytes) {
            Ok(contents) => contents,
            Err(found) => {
                let problems = found.into_iter().map(told).collect();
                return self.refuse(n, answer("rejected", None, problems), Some(&bytes));
            }
        };
        let differences = differences(package, &contents);
        if !differences.is_empty() {
            return self.refuse(n, answer("rejected", None, differences), Some(&bytes));
        }
        if let Some(same) = holdings.find(|r| r.sha256 == package.sha256) {
            // It may have been taken in just before a crash kept this reply from being given.
            let ours = same.manifest_sha256 == self.digest;
            return Ok(if ours {
                answer("accepted", None, Vec::new())
            } else {
                answer("duplicate", Some(same.manifest_sha256), Vec::new())
            });
        }
        let earlier = holdings.find(|r| r.objid == contents.objid || r.file_code == contents.file_code);
        if let Some(earlier) = earlier.filter(|e| e.objid == contents.objid || contents.record_status == "NEW") {
            let message = format!(
                "Hồ sơ {} đã có trong kho với nội dung khác (gói {}, nhận {})",
                earlier.file_code, earlier.objid, earlier.received
            );
            let conflict = ReplyProblem {
                fix: "Nếu đây là bản thay thế hoặc bổ sung, đóng gói lại với tình trạng đó; nếu không, kiểm tra mã hồ sơ."
                    .into(),
                ..problem("BAT-003", &package.file_code, message)
            };
            return self.refuse(n, answer("conflict", None, vec![conflict]), Some(&bytes));
        }
        let record = Record {
            objid: contents.objid,
            file_code: contents.file_code,
            record_status: contents.record_status,
            sha256: package.sha256,
            size: package.size,
            documents: contents.documents,
            pages: contents.pages,
            office: self.manifest.office.clone(),
            station: self.manifest.station.clone(),
            batch_id: self.manifest.batch_id.clone(),
            manifest_sha256: self.digest,
            received: time::now(),
        };
        holdings.add(self.root, record, &bytes)?;
        Ok(answer("accepted", None, Vec::new()))
    }

    /// Puts what was refused, and why, where a person can look at it.
    fn refuse(&self, n: usize, answer: ReplyPackage, bytes: Option<&[u8]>) -> Result<ReplyPackage> {
        let place = format!("quarantine/{}/{}", self.digest, n + 1);
        if let Some(bytes) = bytes {
            self.root.put(&format!("{place}.zip"), bytes)?;
        }
        self.root.put(&format!("{place}.json"), wire::canonical(&answer)?.as_bytes())?;
        Ok(answer)
    }
}

/// Where a sound package is not the one that the manifest announces.
fn differences(package: &Package, contents: &Contents) -> Vec<ReplyProblem> {
    let pairs = [
        ("objid", package.objid.clone(), contents.objid.clone()),
        ("file_code", package.file_code.clone(), contents.file_code.clone()),
        ("record_status", package.record_status.clone(), contents.record_status.clone()),
        ("mets_sha256", package.mets_sha256.to_string(), contents.mets.to_string()),
        ("documents", package.documents.to_string(), contents.documents.to_string()),
        ("pages", package.pages.to_string(), contents.pages.to_string()),
    ];
    let differ = pairs.into_iter().filter(|(_, announced, found)| announced != found);
    differ
        .map(|(name, announced, found)| {
            problem("BAT-002", "METS.xml", format!("Bản kê ghi {name} là {announced}, trong gói là {found}"))
        })
        .collect()
}

fn problem(code: &str, path: &str, message: impl Into<String>) -> ReplyProblem {
    let (code, path, rule, fix) = (code.into(), path.into(), RULE.into(), SEND_AGAIN.into());
    ReplyProblem { code, path, rule, message: message.into(), fix }
}

fn told(p: sohoa_package::Problem) -> ReplyProblem {
    ReplyProblem { code: p.code, path: p.path, rule: p.rule, message: p.message, fix: p.fix }
}

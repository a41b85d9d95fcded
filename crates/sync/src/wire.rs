//! What travels between station and centre, as canonical JSON: keys sorted, no spaces, no fractions, UTF-8, so that a
//! digest of the text is a digest of the meaning.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sohoa_model::{Code, Digest, Error, Result, Timestamp};
use std::collections::BTreeSet;

pub const MANIFEST_FORMAT: &str = "sohoa-sync/1";
pub const ACK_FORMAT: &str = "sohoa-ack/1";
pub const REPLY_FORMAT: &str = "sohoa-reply/1";

/// A batch: which packages belong to it, and the head of the station's audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    pub batch_id: String,
    pub office: String,
    pub fonds: String,
    pub station: String,
    pub created: Timestamp,
    pub profile: String,
    pub software: String,
    pub packages: Vec<Package>,
    pub audit: Audit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    pub n: u32,
    pub objid: String,
    /// Mã hồ sơ.
    pub file_code: String,
    /// `NEW`, `REPLACEMENT`, `SUPPLEMENT`.
    pub record_status: String,
    pub size: u64,
    pub sha256: Digest,
    pub mets_sha256: Digest,
    pub documents: u32,
    pub pages: u32,
}

/// A place in a hash-chained log: the number of its last line and that line's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub seq: u64,
    pub head: Digest,
}

impl Manifest {
    /// Errors: `PackageRefused` for anything but a manifest of this format that lists each package once.
    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self = parse(text.as_bytes())?;
        let refused = |why: String| Err(Error::new(Code::PackageRefused, why).hint("Cập nhật Sohoa rồi tạo lại lô."));
        if manifest.format != MANIFEST_FORMAT {
            return refused(format!("Không hiểu định dạng lô «{}»", manifest.format));
        }
        let objids: BTreeSet<&str> = manifest.packages.iter().map(|p| p.objid.as_str()).collect();
        if objids.is_empty() || objids.len() != manifest.packages.len() {
            return refused(format!("Lô {} không có gói tin nào hoặc kê một gói hai lần", manifest.batch_id));
        }
        Ok(manifest)
    }
}

/// All of a batch has arrived and is what the manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    pub format: String,
    pub manifest_sha256: Digest,
    pub at: Timestamp,
}

/// What became of each package: the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub format: String,
    pub manifest_sha256: Digest,
    pub at: Timestamp,
    /// `accepted`, `partly`, `rejected`: all, some, none of the packages are in the archive.
    pub status: String,
    /// In the order of the manifest.
    pub packages: Vec<ReplyPackage>,
    /// The centre's own log after this reply, so that each side holds the other to account.
    pub log: Audit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyPackage {
    pub objid: String,
    pub file_code: String,
    /// `accepted`; `duplicate`: accepted earlier; `conflict`: another package of this dossier was; `rejected`.
    pub status: String,
    /// Where status is `duplicate`, the manifest with which the package came first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent: Option<Digest>,
    pub problems: Vec<ReplyProblem>,
}

impl ReplyPackage {
    /// Whether the package is in the archive.
    pub fn is_kept(&self) -> bool {
        matches!(self.status.as_str(), "accepted" | "duplicate")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyProblem {
    pub code: String,
    pub path: String,
    pub rule: String,
    pub message: String,
    pub fix: String,
}

impl Ack {
    /// Errors: `Integrity` for anything but an acknowledgement of this manifest.
    pub fn verify(&self, manifest: &Digest) -> Result<()> {
        expect(self.format == ACK_FORMAT, "không đúng định dạng")?;
        expect(self.manifest_sha256 == *manifest, "không phải của lô này")
    }
}

impl Reply {
    /// Errors: `Integrity` for anything but a reply to this manifest that says of each package what became of it.
    pub fn verify(&self, manifest: &Manifest, digest: &Digest) -> Result<()> {
        expect(self.format == REPLY_FORMAT, "không đúng định dạng")?;
        expect(self.manifest_sha256 == *digest, "không phải của lô này")?;
        let told = self.packages.iter().map(|p| (&p.objid, &p.file_code));
        let sent = manifest.packages.iter().map(|p| (&p.objid, &p.file_code));
        expect(told.eq(sent), "không trả lời đúng các gói tin của lô")?;
        let known = |p: &ReplyPackage| matches!(p.status.as_str(), "accepted" | "duplicate" | "conflict" | "rejected");
        expect(self.packages.iter().all(known), "có kết quả không hiểu được")?;
        expect(self.status == Self::status_of(&self.packages), "ghi kết quả chung không khớp từng gói tin")
    }

    /// What `status` is for these packages.
    pub fn status_of(packages: &[ReplyPackage]) -> &'static str {
        match packages.iter().filter(|p| p.is_kept()).count() {
            n if n == packages.len() => "accepted",
            0 => "rejected",
            _ => "partly",
        }
    }
}

fn expect(holds: bool, why: &str) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::new(Code::Integrity, format!("Biên nhận {why}"))
        .hint("Không dùng biên nhận này; báo lưu trữ kiểm tra thư mục nhận."))
}

/// Canonical JSON.
///
/// Errors: `Internal` for a number with a fraction.
pub fn canonical(value: &impl Serialize) -> Result<String> {
    let value = serde_json::to_value(value).map_err(|e| Error::internal("Không viết được bản kê", e))?;
    let mut out = String::new();
    write(&value, &mut out)?;
    Ok(out)
}

/// Sorts by itself: whether the maps of serde_json are sorted depends on who else is built with it.
fn write(value: &Value, out: &mut String) -> Result<()> {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write(&Value::String(key.clone()), out)?;
                out.push(':');
                write(&map[key], out)?;
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Number(n) if n.is_f64() => return Err(Error::internal("Không viết được bản kê", format!("{n}"))),
        scalar => out.push_str(&scalar.to_string()),
    }
    Ok(())
}

/// Errors: `PackageRefused` for anything that is not the JSON of a `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        Error::new(Code::PackageRefused, "Bản kê hoặc biên nhận bị hỏng").hint("Yêu cầu bên gửi gửi lại.").source(e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_json_is_sorted_compact_and_whole() {
        #[derive(Serialize)]
        struct Unsorted {
            z: u32,
            a: Value,
        }
        let value = Unsorted { z: 1, a: json!({"ngày": [true, null, "«\n\""], "b": {}, "B": []}) };
        assert_eq!(canonical(&value).unwrap(), r#"{"a":{"B":[],"b":{},"ngày":[true,null,"«\n\""]},"z":1}"#);
        assert_eq!(canonical(&json!(0.5)).unwrap_err().code, Code::Internal);
    }
}

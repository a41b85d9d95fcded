//! What travels between station and centre, as canonical JSON: keys sorted, no spaces, no fractions, UTF-8, so that a
//! digest of the text is a digest of the meaning.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sohoa_model::{Code, Digest, Error, Result, Timestamp};

pub const MANIFEST_FORMAT: &str = "sohoa-sync/1";
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub seq: u64,
    pub head: Digest,
}

impl Manifest {
    /// Errors: `PackageRefused` for anything but a manifest of this format.
    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self = parse(text.as_bytes())?;
        if manifest.format != MANIFEST_FORMAT {
            return Err(Error::new(Code::PackageRefused, format!("Không hiểu định dạng lô «{}»", manifest.format))
                .hint("Cập nhật Sohoa."));
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
    /// `accepted`, `partly`, `rejected`.
    pub status: String,
    pub packages: Vec<ReplyPackage>,
    /// The centre's own log after this reply, so that each side holds the other to account.
    pub log: Audit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyPackage {
    pub objid: String,
    pub file_code: String,
    /// `accepted`, `rejected`, `duplicate`, `conflict`.
    pub status: String,
    pub problems: Vec<ReplyProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyProblem {
    pub code: String,
    pub path: String,
    pub rule: String,
    pub message: String,
    pub fix: String,
}

/// Canonical JSON: serde_json's maps are sorted by key.
pub fn canonical(value: &impl Serialize) -> Result<String> {
    let broken = |e| Error::internal("Không viết được bản kê", e);
    let sorted: serde_json::Value = serde_json::to_value(value).map_err(broken)?;
    serde_json::to_string(&sorted).map_err(broken)
}

pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        Error::new(Code::PackageRefused, "Bản kê hoặc biên nhận bị hỏng").hint("Yêu cầu bên gửi gửi lại.").source(e)
    })
}

//! What the archive has accepted: a package as it came, and a record of whose it is.

use serde::{Deserialize, Serialize};
use sohoa_model::{Digest, Result, Timestamp};
use sohoa_sync::{Folder, wire};

const SHELF: &str = "accepted";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub objid: String,
    /// Mã hồ sơ.
    pub file_code: String,
    pub record_status: String,
    pub sha256: Digest,
    pub size: u64,
    pub documents: u32,
    pub pages: u32,
    pub office: String,
    pub station: String,
    pub batch_id: String,
    /// The batch with which it came.
    pub manifest_sha256: Digest,
    pub received: Timestamp,
}

impl Record {
    /// Where the package lies.
    pub fn path(&self) -> String {
        format!("{SHELF}/{}.zip", self.objid)
    }
}

/// Every record, read once.
pub struct Holdings {
    records: Vec<Record>,
}

impl Holdings {
    pub fn read(root: &Folder) -> Result<Self> {
        let mut records = Vec::new();
        for name in root.list(SHELF)?.iter().filter(|name| name.ends_with(".json")) {
            if let Some(bytes) = root.get(&format!("{SHELF}/{name}"))? {
                records.push(wire::parse(&bytes)?);
            }
        }
        Ok(Self { records })
    }

    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub fn find(&self, is: impl Fn(&Record) -> bool) -> Option<&Record> {
        self.records.iter().find(|record| is(record))
    }

    /// The package first, then the record, by which it counts as accepted.
    pub fn add(&mut self, root: &Folder, record: Record, package: &[u8]) -> Result<()> {
        root.put(&record.path(), package)?;
        root.put(&format!("{SHELF}/{}.json", record.objid), wire::canonical(&record)?.as_bytes())?;
        self.records.push(record);
        Ok(())
    }

    /// Packages on the shelf that no record speaks of.
    pub fn unrecorded(&self, root: &Folder) -> Result<Vec<String>> {
        let mut names = root.list(SHELF)?;
        names.retain(|name| name.ends_with(".zip"));
        let mut paths: Vec<String> = names.iter().map(|name| format!("{SHELF}/{name}")).collect();
        paths.retain(|path| self.find(|r| r.path() == *path).is_none());
        Ok(paths)
    }
}

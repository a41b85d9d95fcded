//! Whether all is whole: every blob against its digest, every row against its blobs, the audit chain, the database.

use rusqlite::Connection;
use serde::Serialize;
use sohoa_model::{Digest, Result};

use crate::{
    Db, Store,
    table::{event, purge::REFERENCES},
};

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub code: &'static str,
    pub subject: String,
    pub message: String,
    pub hint: String,
}

#[derive(Clone, Debug, Default)]
pub struct Verified {
    pub blobs: u32,
    pub pages: u32,
    pub events: u32,
    pub findings: Vec<Finding>,
}

impl Store {
    /// Reads everything once. Blobs that no row refers to (left by a crash between the two) are no finding: they are
    /// found again when the same bytes come.
    pub fn verify(&self) -> Result<Verified> {
        self.read(|db| {
            let mut verified = Verified { blobs: self.blobs.names()?.len() as u32, ..Verified::default() };
            let mut checked = std::collections::HashMap::new();
            for (table, column, subject) in REFERENCES {
                let sql = format!("SELECT {column}, {subject} FROM {table} WHERE {column} IS NOT NULL");
                for (digest, subject) in references(db, &sql)? {
                    let state = checked.entry(digest).or_insert_with(|| self.blobs.get(&digest).map(drop).err().map(|e| (e.message, e.hint)));
                    if let Some((message, hint)) = state {
                        verified.findings.push(Finding { code: "blob_damaged", subject: subject.clone(), message: message.clone(), hint: hint.clone() });
                    }
                    verified.pages += u32::from((*table, *column) == ("page", "blob"));
                }
            }
            match event::verify(db)? {
                Ok(events) => verified.events = events,
                Err(at) => verified.findings.push(Finding {
                    code: "audit_broken",
                    subject: format!("nhật ký, dòng {at}"),
                    message: "Chuỗi nhật ký bị đứt: có dòng đã bị sửa, xóa hoặc chèn".into(),
                    hint: "Giữ nguyên máy, báo người phụ trách an toàn thông tin; đối chiếu với nhật ký ở lưu trữ trung tâm.".into(),
                }),
            }
            for (code, sql) in [("database_damaged", "PRAGMA cipher_integrity_check"), ("row_without_parent", "PRAGMA foreign_key_check")] {
                let mut statement = db.prepare(sql).db()?;
                let mut rows = statement.query([]).db()?;
                while let Some(row) = rows.next().db()? {
                    verified.findings.push(Finding {
                        code,
                        subject: row.get::<_, rusqlite::types::Value>(0).map(|v| format!("{v:?}")).db()?,
                        message: "Cơ sở dữ liệu của trạm bị hỏng".into(),
                        hint: "Khôi phục từ bản sao lưu (sohoa restore).".into(),
                    });
                }
            }
            Ok(verified)
        })
    }
}

fn references(db: &Connection, sql: &str) -> Result<Vec<(Digest, String)>> {
    let mut statement = db.prepare(sql).db()?;
    statement.query_map([], |r| Ok((crate::table::digest_at(r, 0)?, r.get(1)?))).and_then(Iterator::collect).db()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Lock;
    use rusqlite::params;
    use sohoa_model::{DossierCode, Timestamp, Turn};

    fn store(dir: &std::path::Path) -> Store {
        let store = Store::create(dir, "a").unwrap();
        let picture = store.blobs.put(b"Nguyen Van Bi Mat on a picture").unwrap();
        store
            .write(|tx| {
                use crate::table::{document, dossier, page};
                let code: DossierCode = "H05.16-260210-0001".parse()?;
                let dossier = dossier::ensure(tx, &code)?;
                let document = document::ensure(tx, dossier, "1:/a.jpg", "a.jpg", Timestamp(0))?;
                let page = page::add(
                    tx,
                    &page::New {
                        document,
                        blob: picture,
                        format: "jpeg",
                        width: 1,
                        height: 1,
                        dpi: 300.0,
                        hint: Turn::None,
                    },
                )?;
                crate::search::index(
                    tx,
                    page,
                    &[sohoa_model::Word {
                        text: "Nguyễn-Bí-Mật".into(),
                        confidence: 1.0,
                        bounds: [0; 4],
                        line: 0,
                        block: 0,
                    }],
                )?;
                event::append(tx, "clerk", "import", code.as_str(), &serde_json::json!({}))
            })
            .unwrap();
        store
    }

    fn reopen(dir: &std::path::Path) -> Result<Store> {
        let lock = Lock::read(dir)?;
        let key = lock.open("a")?;
        Store::open(dir, &lock, &key)
    }

    #[test]
    fn a_sound_store_verifies_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path()));
        let verified = reopen(dir.path()).unwrap().verify().unwrap();
        assert_eq!((verified.findings, verified.blobs, verified.pages, verified.events), (vec![], 1, 1, 1));
    }

    #[test]
    fn a_damaged_blob_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let name = store.blobs.names().unwrap().pop_first().unwrap();
        let path = dir.path().join("objects").join(&name[..2]).join(&name);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[40] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let findings = store.verify().unwrap().findings;
        assert_eq!((findings[0].code, findings[0].subject.as_str()), ("blob_damaged", "trang 1"));
    }

    #[test]
    fn a_damaged_database_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path()));
        let path = dir.path().join("store.db");
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let found = reopen(dir.path()).and_then(|s| s.verify());
        assert!(
            found.is_err_and(|e| e.code == sohoa_model::Code::Integrity)
                || !reopen(dir.path()).unwrap().verify().unwrap().findings.is_empty()
        );
    }

    #[test]
    fn a_rewritten_log_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        store
            .write(|tx| {
                tx.execute_batch("DROP TRIGGER event_no_update")
                    .and_then(|()| tx.execute("UPDATE event SET actor = ?1", params!["x"]))
                    .db()
            })
            .unwrap();
        assert_eq!(store.verify().unwrap().findings[0].code, "audit_broken");
    }

    #[test]
    fn nothing_of_it_can_be_read_off_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let _open = store(dir.path());
        let mut folders = vec![dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let bytes = std::fs::read(&entry).unwrap();
                for needle in ["Nguyen Van", "Nguyễn-Bí", "nguyen", "H05.16-260210", "a.jpg", "CREATE TABLE"] {
                    assert!(
                        !bytes.windows(needle.len()).any(|w| w == needle.as_bytes()),
                        "{} shows «{needle}»",
                        entry.display()
                    );
                }
            }
        }
    }

    #[test]
    fn a_wrong_passphrase_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path()));
        assert_eq!(Lock::read(dir.path()).unwrap().open("b").err().unwrap().code, sohoa_model::Code::Locked);
    }

    #[test]
    fn a_backup_taken_at_work_is_a_whole_store() {
        let dir = tempfile::tempdir().unwrap();
        let copy = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        store.backup(copy.path()).unwrap();
        let verified = reopen(copy.path()).unwrap().verify().unwrap();
        assert_eq!((verified.findings, verified.pages), (vec![], 1));
        assert!(store.backup(copy.path()).is_err(), "a copy is never written over");
    }
}

//! Migrations: each table's steps in order, each remembered with its digest.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sohoa_model::{Code, Digest, Error, Result};

use crate::connection::Db;
use crate::{search, table};

/// Never edit a step that has been released; add one.
const STEPS: &[(&str, &str)] = &[
    ("event", table::event::SCHEMA),
    ("setting", table::setting::SCHEMA),
    ("dossier", table::dossier::SCHEMA),
    ("document", table::document::SCHEMA),
    ("intake", table::intake::SCHEMA),
    ("page", table::page::SCHEMA),
    ("document_state", table::document::STATE_VIEW),
    ("field", table::field::SCHEMA),
    ("job", table::job::SCHEMA),
    ("batch", table::batch::SCHEMA),
    ("search", search::SCHEMA),
    ("document_state_by_document", table::document::STATE_VIEW_BY_DOCUMENT),
    ("purge", table::purge::SCHEMA),
];

pub fn migrate(db: &mut Connection) -> Result<()> {
    let version = |db: &Connection| db.query_row("PRAGMA user_version", [], |r| r.get::<_, usize>(0)).db();
    if version(db)? == STEPS.len() {
        return Ok(());
    }
    // Two processes may start together; the second waits here and finds it done.
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate).db()?;
    let done = version(&tx)?;
    if done > STEPS.len() {
        return Err(Error::new(Code::NotAllowed, "Dữ liệu của trạm do một bản Sohoa mới hơn tạo")
            .hint("Cập nhật Sohoa trên máy này."));
    }
    tx.execute_batch("CREATE TABLE IF NOT EXISTS migration (step INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT").db()?;
    for (i, (name, sql)) in STEPS.iter().enumerate() {
        let digest = Digest::of(sql.as_bytes()).to_string();
        if i < done {
            let known: Option<String> =
                tx.query_row("SELECT digest FROM migration WHERE step = ?1", [i + 1], |r| r.get(0)).optional().db()?;
            if known.as_deref() != Some(&*digest) {
                return Err(Error::new(
                    Code::Integrity,
                    format!("Bước chuyển đổi dữ liệu «{name}» khác với khi nó đã chạy"),
                )
                .hint("Cài lại đúng bản Sohoa."));
            }
            continue;
        }
        tx.execute_batch(sql).db()?;
        tx.execute("INSERT INTO migration VALUES (?1, ?2, ?3)", params![i + 1, name, digest]).db()?;
    }
    tx.pragma_update(None, "user_version", STEPS.len()).db()?;
    tx.commit().db()
}

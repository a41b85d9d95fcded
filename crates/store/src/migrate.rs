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
    ("stack", table::stack::SCHEMA),
    ("inbox", table::inbox::SCHEMA),
    ("edit", table::edit::SCHEMA),
    ("document_state_as_edited", table::document::STATE_VIEW_AS_EDITED),
    ("contradiction", table::field::CONTRADICTION),
    ("purge", table::purge::SCHEMA),
    ("sketch", table::stack::SKETCH),
    ("stack_print", table::stack::PRINT),
    ("leaning", table::page::LEANING),
    ("page_faults", table::field::PAGE_FAULTS),
];

pub fn migrate(db: &mut Connection) -> Result<()> {
    upto(db, STEPS)
}

fn upto(db: &mut Connection, steps: &[(&str, &str)]) -> Result<()> {
    let version = |db: &Connection| db.query_row("PRAGMA user_version", [], |r| r.get::<_, usize>(0)).db();
    if version(db)? == steps.len() {
        return Ok(());
    }
    // Two processes may start together; the second waits here and finds it done.
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate).db()?;
    let done = version(&tx)?;
    if done > steps.len() {
        return Err(Error::new(Code::NotAllowed, "Dữ liệu của trạm do một bản Sohoa mới hơn tạo")
            .hint("Cập nhật Sohoa trên máy này."));
    }
    tx.execute_batch("CREATE TABLE IF NOT EXISTS migration (step INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT").db()?;
    for (i, (name, sql)) in steps.iter().enumerate() {
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
    tx.pragma_update(None, "user_version", steps.len()).db()?;
    tx.commit().db()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{document, edit, page, stack};

    /// A store from before edits were a history.
    #[test]
    fn turns_of_old_can_still_be_taken_back() {
        let mut db = Connection::open_in_memory().unwrap();
        let before = STEPS.iter().position(|(name, _)| *name == "edit").unwrap();
        upto(&mut db, &STEPS[..before]).unwrap();
        db.execute_batch(
            "INSERT INTO dossier (id, code, created, updated) VALUES (1, 'H05.16-260210-0001', 0, 0);
             INSERT INTO document (id, dossier, number, grouped, received_as, captured, complete) VALUES (4, 1, 1, 'a', 'a', 7, 1);
             INSERT INTO page (id, document, number, blob, format, width, height, dpi, hint, turn)
             VALUES (9, 4, 1, '0000000000000000000000000000000000000000000000000000000000000000', 'png', 1, 1, 1, 0, 180);
             INSERT INTO page_edit (page, turn_before, turn_after, at) VALUES (9, NULL, 90, 0), (9, 90, 180, 1);",
        )
        .unwrap();
        migrate(&mut db).unwrap();
        for turn in [Some(90), None] {
            let last = edit::last_done(&db, 1).unwrap().unwrap();
            assert_eq!(last.action, "turn");
            let changed = edit::apply(&db, &last.after, &last.before).unwrap();
            edit::set_undone(&db, last.id, true).unwrap();
            assert_eq!((changed.turned, changed.documents), ([9].into(), [4].into()));
            assert_eq!(page::get(&db, 9).unwrap().turn.map(|t| t.degrees()), turn);
        }
        assert!(edit::last_done(&db, 1).unwrap().is_none());
        let document = document::get(&db, 1, 1).unwrap();
        assert_eq!((document.pages, document.complete, document.captured.0), (1, true, 7));
    }

    #[test]
    fn scanned_pages_of_before_are_known_again() {
        let mut db = Connection::open_in_memory().unwrap();
        let before = STEPS.iter().position(|(name, _)| *name == "stack_print").unwrap();
        upto(&mut db, &STEPS[..before]).unwrap();
        db.execute_batch(
            "INSERT INTO stack (id, device, request, splitter, created) VALUES (1, 'd', '{}', '{}', 0);
             INSERT INTO stack_page (id, stack, number, blob, format, width, height, dpi, hint, received, fingerprint)
             VALUES (5, 1, 1, '0000000000000000000000000000000000000000000000000000000000000000', 'png', 1, 1, 300, 0, 0, x'0102'),
                    (6, 1, 2, '0000000000000000000000000000000000000000000000000000000000000000', 'png', 1, 1, 300, 0, 0, NULL);",
        )
        .unwrap();
        migrate(&mut db).unwrap();
        assert_eq!(stack::fingerprint(&db, 5).unwrap(), Some(vec![1, 2]));
        assert_eq!(stack::fingerprint(&db, 6).unwrap(), None);
        assert_eq!(stack::pages(&db, 1).unwrap().len(), 2);
    }
}

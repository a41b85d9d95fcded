//! One file per table: its schema, its row, its queries. Functions take a connection or the transaction that they are
//! part of; digests are kept as hex, times as milliseconds, boxes and lists as JSON.

pub mod batch;
pub mod document;
pub mod dossier;
pub mod edit;
pub mod event;
pub mod field;
pub mod inbox;
pub mod intake;
pub mod job;
pub mod page;
pub mod purge;
pub mod setting;
pub mod stack;

use serde::{Serialize, de::DeserializeOwned};
use sohoa_model::{Code, Digest, Error, Result};

pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::internal("Không viết được dữ liệu", e))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| {
        Error::new(Code::Integrity, "Một dòng dữ liệu của trạm bị hỏng").hint("Khôi phục từ bản sao lưu.").source(e)
    })
}

/// A column that holds a digest.
pub(crate) fn digest(row: &rusqlite::Row, column: &str) -> rusqlite::Result<Digest> {
    parse(row.get::<_, String>(column)?)
}

pub(crate) fn digest_at(row: &rusqlite::Row, column: usize) -> rusqlite::Result<Digest> {
    parse(row.get(column)?)
}

pub(crate) fn maybe_digest(row: &rusqlite::Row, column: &str) -> rusqlite::Result<Option<Digest>> {
    row.get::<_, Option<String>>(column)?.map(parse).transpose()
}

fn parse(text: String) -> rusqlite::Result<Digest> {
    text.parse().map_err(|e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, StatementStatus};

    /// Every hit of a search and every job asks these; they must not become slower with the store.
    #[test]
    fn a_question_about_one_dossier_walks_over_no_others() {
        let mut db = Connection::open_in_memory().unwrap();
        crate::migrate::migrate(&mut db).unwrap();
        for i in 1..=200 {
            db.execute(
                "INSERT INTO dossier (id, code, created, updated) VALUES (?1, 'H05.16-260210-' || (1000 + ?1), 0, 0)",
                [i],
            )
            .unwrap();
            db.execute(
                "INSERT INTO document (id, dossier, number, grouped, received_as, captured) VALUES (?1, ?1, 1, ?1, 'a', 0)",
                [i],
            )
            .unwrap();
            db.execute(
                "INSERT INTO page (document, number, blob, format, width, height, dpi, hint) VALUES (?1, 1, '', 'png', 1, 1, 1, 0)",
                [i],
            )
            .unwrap();
            db.execute("INSERT INTO proposal VALUES (?1, 'subject', '{}')", [i]).unwrap();
            db.execute("INSERT INTO word VALUES (?1, 'number', '5', 0)", [i]).unwrap();
        }
        for sql in [
            &*dossier::select("WHERE d.id = ?1"),
            &*dossier::select("WHERE d.code = 'H05.16-260210-' || (1000 + ?1)"),
            "SELECT * FROM document_state WHERE id = ?1",
            "SELECT * FROM document_state WHERE dossier = ?1 ORDER BY number",
            field::OF_DOCUMENT,
        ] {
            let mut statement = db.prepare(sql).unwrap();
            let rows = statement.query_map([7], |_| Ok(())).unwrap().count();
            assert!(rows > 0, "{sql}");
            let walked = statement.get_status(StatementStatus::FullscanStep);
            assert!(walked < 5, "{walked} rows walked over by {sql}");
        }
        assert_eq!(dossier::by_id(&db, 7).unwrap().pages, 1);
        assert_eq!(dossier::get(&db, "H05.16-260210-1007").unwrap().id, 7);
        assert_eq!(dossier::list(&db).unwrap().len(), 200);
    }
}

//! One file per table: its schema, its row, its queries. Functions take a connection or the transaction that they are
//! part of; digests are kept as hex, times as milliseconds, boxes and lists as JSON.

pub mod batch;
pub mod document;
pub mod dossier;
pub mod event;
pub mod field;
pub mod intake;
pub mod job;
pub mod page;
pub mod setting;

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

//! Settings of the station, one JSON value per name.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use sohoa_model::Result;

use super::{from_json, to_json};
use crate::Db;

pub const SCHEMA: &str = "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;";

pub fn get<T: DeserializeOwned>(db: &Connection, name: &str) -> Result<Option<T>> {
    let value: Option<String> = db
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")
        .and_then(|mut s| s.query_row([name], |r| r.get(0)).optional())
        .db()?;
    value.map(|v| from_json(&v)).transpose()
}

pub fn set(db: &Connection, name: &str, value: &impl Serialize) -> Result<()> {
    db.execute(
        "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        params![name, to_json(value)?],
    )
    .db()?;
    Ok(())
}

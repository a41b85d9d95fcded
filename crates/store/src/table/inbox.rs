//! Files of the watched folder that were taken in. The same name with another size or time is another file.

use rusqlite::{Connection, params};
use sohoa_model::{Result, Timestamp};

use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE inbox (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL
) STRICT;
";

pub fn is_known(db: &Connection, path: &str, size: u64, modified: Timestamp) -> Result<bool> {
    db.query_row(
        "SELECT count(*) > 0 FROM inbox WHERE path = ?1 AND size = ?2 AND modified = ?3",
        params![path, size, modified.0],
        |r| r.get(0),
    )
    .db()
}

pub fn remember(db: &Connection, path: &str, size: u64, modified: Timestamp) -> Result<()> {
    db.execute("INSERT OR REPLACE INTO inbox VALUES (?1, ?2, ?3)", params![path, size, modified.0]).db()?;
    Ok(())
}

//! Files of the watched folder that were taken in. The same name with another size or time is another file. Only a digest
//! of them is kept: a file that had to be refused must be known again without being named.

use rusqlite::{Connection, params};
use sohoa_model::{Digest, Result, Timestamp};

use crate::Db;

pub const SCHEMA: &str = "CREATE TABLE inbox (arrival TEXT PRIMARY KEY) STRICT;";

fn name(path: &str, size: u64, modified: Timestamp) -> String {
    Digest::of_parts([path.as_bytes(), &size.to_be_bytes(), &modified.0.to_be_bytes()]).to_string()
}

pub fn is_known(db: &Connection, path: &str, size: u64, modified: Timestamp) -> Result<bool> {
    let arrival = name(path, size, modified);
    db.query_row("SELECT count(*) > 0 FROM inbox WHERE arrival = ?1", [arrival], |r| r.get(0)).db()
}

pub fn remember(db: &Connection, path: &str, size: u64, modified: Timestamp) -> Result<()> {
    db.execute("INSERT OR IGNORE INTO inbox VALUES (?1)", params![name(path, size, modified)]).db()?;
    Ok(())
}

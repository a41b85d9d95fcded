//! Intakes: what an import was asked to take in, and what became of each file. Written down before the first file is
//! touched, so that a crash loses nothing that was asked for.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use sohoa_model::{Error, Result, time};

use super::{from_json, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE intake (
  id INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  created INTEGER NOT NULL,
  total INTEGER,
  done INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE intake_file (
  intake INTEGER NOT NULL REFERENCES intake,
  path TEXT NOT NULL,
  -- The document that it became, or that it was already part of; none when it was refused.
  document INTEGER REFERENCES document,
  duplicate INTEGER NOT NULL,
  error TEXT,
  PRIMARY KEY (intake, path)
) STRICT;
";

/// What became of a file.
#[derive(Clone, Debug)]
pub enum Outcome {
    Taken {
        document: i64,
    },
    /// Nothing but cover sheets.
    LeftOut,
    Duplicate {
        document: i64,
    },
    Refused {
        error: serde_json::Value,
    },
}

pub fn add(db: &Connection, request: &impl Serialize) -> Result<i64> {
    db.execute("INSERT INTO intake (request, created) VALUES (?1, ?2)", params![to_json(request)?, time::now().0])
        .db()?;
    Ok(db.last_insert_rowid())
}

pub fn request<T: DeserializeOwned>(db: &Connection, id: i64) -> Result<T> {
    from_json(&db.query_row("SELECT request FROM intake WHERE id = ?1", [id], |r| r.get::<_, String>(0)).db()?)
}

pub fn set_total(db: &Connection, id: i64, total: usize) -> Result<()> {
    db.execute("UPDATE intake SET total = ?2 WHERE id = ?1", params![id, total]).db()?;
    Ok(())
}

pub fn set_done(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE intake SET done = 1 WHERE id = ?1", [id]).db()?;
    Ok(())
}

pub fn is_done(db: &Connection, id: i64) -> Result<bool> {
    db.query_row("SELECT done FROM intake WHERE id = ?1", [id], |r| r.get(0)).db()
}

pub fn record(db: &Connection, id: i64, path: &str, outcome: &Result<Outcome, &Error>) -> Result<()> {
    let (document, duplicate, error) = match outcome {
        Ok(Outcome::Taken { document }) => (Some(*document), false, None),
        Ok(Outcome::Duplicate { document }) => (Some(*document), true, None),
        Ok(Outcome::LeftOut) => (None, false, None),
        Ok(Outcome::Refused { error }) => (None, false, Some(error.to_string())),
        Err(error) => (None, false, Some(to_json(error)?)),
    };
    db.execute("INSERT INTO intake_file VALUES (?1, ?2, ?3, ?4, ?5)", params![id, path, document, duplicate, error])
        .db()?;
    Ok(())
}

pub fn is_recorded(db: &Connection, id: i64, path: &str) -> Result<bool> {
    let found: Option<i64> = db
        .query_row("SELECT 1 FROM intake_file WHERE intake = ?1 AND path = ?2", params![id, path], |r| r.get(0))
        .optional()
        .db()?;
    Ok(found.is_some())
}

/// Every file with what became of it, in the order of their paths.
pub fn outcomes(db: &Connection, id: i64) -> Result<Vec<(String, Outcome)>> {
    let mut statement = db
        .prepare_cached("SELECT path, document, duplicate, error FROM intake_file WHERE intake = ?1 ORDER BY rowid")
        .db()?;
    let mut rows = statement.query([id]).db()?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().db()? {
        let outcome = match (
            row.get::<_, Option<i64>>(1).db()?,
            row.get::<_, bool>(2).db()?,
            row.get::<_, Option<String>>(3).db()?,
        ) {
            (Some(document), true, _) => Outcome::Duplicate { document },
            (Some(document), false, _) => Outcome::Taken { document },
            (None, _, None) => Outcome::LeftOut,
            (None, _, Some(error)) => Outcome::Refused { error: from_json(&error)? },
        };
        out.push((row.get(0).db()?, outcome));
    }
    Ok(out)
}

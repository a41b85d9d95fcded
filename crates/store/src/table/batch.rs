//! Packages (sealed dossiers) and the batches in which they leave.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;
use sohoa_model::{Digest, Error, Result, Timestamp, state::BatchState, time};

use super::{digest, from_json, maybe_digest, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE batch (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  target TEXT NOT NULL,
  -- The manifest's exact bytes, in JSON; they never change once written.
  manifest TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE package (
  id INTEGER PRIMARY KEY,
  dossier INTEGER NOT NULL REFERENCES dossier,
  objid TEXT NOT NULL,
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  mets TEXT NOT NULL,
  documents INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  created INTEGER NOT NULL,
  batch TEXT REFERENCES batch,
  -- pending | accepted | rejected | duplicate | conflict
  status TEXT NOT NULL DEFAULT 'pending',
  problems TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX package_dossier ON package (dossier);
CREATE INDEX package_batch ON package (batch);
";

#[derive(Clone, Debug)]
pub struct Batch {
    pub id: String,
    pub state: BatchState,
    pub created: Timestamp,
    pub target: String,
    pub manifest: String,
    pub digest: Digest,
}

#[derive(Clone, Debug)]
pub struct Package {
    pub id: i64,
    pub dossier: i64,
    pub objid: String,
    pub blob: Digest,
    pub size: u64,
    pub mets: Digest,
    pub documents: u32,
    pub pages: u32,
    pub batch: Option<String>,
    pub status: String,
    pub problems: Value,
}

/// A package to add.
pub struct New {
    pub dossier: i64,
    pub objid: String,
    pub blob: Digest,
    pub size: u64,
    pub mets: Digest,
    pub documents: u32,
    pub pages: u32,
}

pub fn add_package(db: &Connection, new: &New) -> Result<()> {
    db.execute(
        "INSERT INTO package (dossier, objid, blob, size, mets, documents, pages, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![new.dossier, new.objid, new.blob.to_string(), new.size, new.mets.to_string(), new.documents, new.pages, time::now().0],
    )
    .db()?;
    Ok(())
}

fn package(row: &Row) -> rusqlite::Result<Package> {
    let bad = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    Ok(Package {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        objid: row.get("objid")?,
        blob: digest(row, "blob")?,
        size: row.get("size")?,
        mets: digest(row, "mets")?,
        documents: row.get("documents")?,
        pages: row.get("pages")?,
        batch: row.get("batch")?,
        status: row.get("status")?,
        problems: from_json(&row.get::<_, String>("problems")?).map_err(bad)?,
    })
}

/// The newest package of a dossier.
pub fn package_of(db: &Connection, dossier: i64) -> Result<Option<Package>> {
    let mut statement = db.prepare_cached("SELECT * FROM package WHERE dossier = ?1 ORDER BY id DESC LIMIT 1").db()?;
    statement.query_row([dossier], package).optional().db()
}

/// Sealed and in no batch yet.
pub fn waiting(db: &Connection) -> Result<Vec<Package>> {
    let mut statement = db.prepare_cached("SELECT * FROM package WHERE batch IS NULL ORDER BY id").db()?;
    statement.query_map([], package).and_then(Iterator::collect).db()
}

pub fn packages(db: &Connection, batch: &str) -> Result<Vec<Package>> {
    let mut statement = db.prepare_cached("SELECT * FROM package WHERE batch = ?1 ORDER BY id").db()?;
    statement.query_map([batch], package).and_then(Iterator::collect).db()
}

pub fn set_status(db: &Connection, package: i64, status: &str, problems: &Value) -> Result<()> {
    db.execute(
        "UPDATE package SET status = ?2, problems = ?3 WHERE id = ?1",
        params![package, status, problems.to_string()],
    )
    .db()?;
    Ok(())
}

/// A new batch of these packages.
pub fn add(db: &Connection, batch: &Batch, packages: &[i64]) -> Result<()> {
    db.execute(
        "INSERT INTO batch VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            batch.id,
            state_name(batch.state)?,
            batch.created.0,
            batch.target,
            batch.manifest,
            batch.digest.to_string()
        ],
    )
    .db()?;
    for package in packages {
        db.execute("UPDATE package SET batch = ?2 WHERE id = ?1", params![package, batch.id]).db()?;
    }
    Ok(())
}

pub fn set_state(db: &Connection, id: &str, state: BatchState) -> Result<()> {
    db.execute("UPDATE batch SET state = ?2 WHERE id = ?1", params![id, state_name(state)?]).db()?;
    Ok(())
}

/// Newest first.
pub fn list(db: &Connection) -> Result<Vec<Batch>> {
    let mut statement = db.prepare_cached("SELECT * FROM batch ORDER BY created DESC, id DESC").db()?;
    statement.query_map([], batch).and_then(Iterator::collect).db()
}

/// How many batches bear ids with this beginning.
pub fn count(db: &Connection, prefix: &str) -> Result<u32> {
    db.query_row("SELECT count(*) FROM batch WHERE substr(id, 1, length(?1)) = ?1", [prefix], |r| r.get(0)).db()
}

fn batch(row: &Row) -> rusqlite::Result<Batch> {
    let bad =
        |e: serde_json::Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    Ok(Batch {
        id: row.get("id")?,
        state: serde_json::from_value(row.get::<_, String>("state")?.into()).map_err(bad)?,
        created: Timestamp(row.get("created")?),
        target: row.get("target")?,
        manifest: row.get("manifest")?,
        digest: maybe_digest(row, "digest")?.ok_or(rusqlite::Error::InvalidQuery)?,
    })
}

fn state_name(state: BatchState) -> Result<String> {
    Ok(to_json(&state)?.trim_matches('"').to_owned())
}

/// Whether the dossier was packaged before this package.
pub fn earlier(db: &Connection, dossier: i64, package: i64) -> Result<bool> {
    db.query_row("SELECT count(*) > 0 FROM package WHERE dossier = ?1 AND id < ?2", params![dossier, package], |r| {
        r.get(0)
    })
    .db()
}

//! Documents: one paper each, one or more pages, one PDF/A; and the received files that they came from.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sohoa_model::{Code, Digest, Error, Result, Timestamp, state::DocumentState};

use super::{digest, from_json, maybe_digest};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  dossier INTEGER NOT NULL REFERENCES dossier,
  number INTEGER NOT NULL,
  -- Which files belong to it, within its intake.
  grouped TEXT NOT NULL UNIQUE,
  received_as TEXT NOT NULL,
  -- When the paper was copied: the time of the newest file.
  captured INTEGER NOT NULL,
  -- All its files are in.
  complete INTEGER NOT NULL DEFAULT 0,
  pdf TEXT,
  size INTEGER,
  extracted INTEGER NOT NULL DEFAULT 0,
  confirmed INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  UNIQUE (dossier, number)
) STRICT;

-- A file as it was received, byte for byte.
CREATE TABLE source (
  digest TEXT PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  kind TEXT NOT NULL,
  -- Bears a digital signature of its own.
  signed INTEGER NOT NULL
) STRICT;
CREATE INDEX source_document ON source (document);
";

/// What state a document is in follows from its pages; needs their table.
pub(crate) const STATE_VIEW: &str = "
CREATE VIEW document_state AS
SELECT c.*, count(p.id) AS pages, coalesce(sum(p.state = 'done'), 0) AS pages_read,
  CASE
    WHEN c.error IS NOT NULL OR coalesce(sum(p.state = 'failed'), 0) > 0 THEN 'failed'
    WHEN c.complete = 0 OR c.extracted = 0 OR coalesce(sum(p.state <> 'done'), 0) > 0 THEN 'working'
    WHEN c.confirmed = 0 THEN 'review'
    ELSE 'confirmed' END AS state
FROM document c LEFT JOIN page p ON p.document = c.id GROUP BY c.id;
";

/// The same without a GROUP BY, so that a question about one document or one dossier looks at its own pages only.
pub(crate) const STATE_VIEW_BY_DOCUMENT: &str = "
DROP VIEW document_state;
CREATE VIEW document_state AS
SELECT c.*,
  (SELECT count(*) FROM page p WHERE p.document = c.id) AS pages,
  (SELECT count(*) FROM page p WHERE p.document = c.id AND p.state = 'done') AS pages_read,
  CASE
    WHEN c.error IS NOT NULL OR EXISTS (SELECT 1 FROM page p WHERE p.document = c.id AND p.state = 'failed') THEN 'failed'
    WHEN c.complete = 0 OR c.extracted = 0
      OR EXISTS (SELECT 1 FROM page p WHERE p.document = c.id AND p.state <> 'done') THEN 'working'
    WHEN c.confirmed = 0 THEN 'review'
    ELSE 'confirmed' END AS state
FROM document c;
";

/// The same over what the clerk's edits have left: dropped pages count nowhere, and a document that holds a page of
/// files that are still arriving is not read through yet.
pub(crate) const STATE_VIEW_AS_EDITED: &str = "
DROP VIEW document_state;
CREATE VIEW document_state AS
SELECT c.*,
  (SELECT count(*) FROM page p WHERE p.document = c.id AND p.number > 0) AS pages,
  (SELECT count(*) FROM page p WHERE p.document = c.id AND p.number > 0 AND p.state = 'done') AS pages_read,
  CASE
    WHEN c.error IS NOT NULL
      OR EXISTS (SELECT 1 FROM page p WHERE p.document = c.id AND p.number > 0 AND p.state = 'failed') THEN 'failed'
    WHEN c.complete = 0 OR c.extracted = 0
      OR EXISTS (
        SELECT 1 FROM page p WHERE p.document = c.id AND p.number > 0 AND (p.state <> 'done'
          OR (p.origin <> c.id AND EXISTS (SELECT 1 FROM document o WHERE o.id = p.origin AND o.complete = 0)))
      ) THEN 'working'
    WHEN c.confirmed = 0 THEN 'review'
    ELSE 'confirmed' END AS state
FROM document c;
";

/// With what follows from the files that a document's pages came with.
const SELECT: &str = "
SELECT c.*,
  (SELECT max(o.captured) FROM page p JOIN document o ON o.id = p.origin WHERE p.document = c.id AND p.number > 0) AS copied,
  EXISTS (
    SELECT 1 FROM page p JOIN document o ON o.id = p.origin WHERE p.document = c.id AND p.number > 0 AND o.complete = 0
  ) AS growing
FROM document_state c ";

#[derive(Clone, Debug)]
pub struct Document {
    pub id: i64,
    pub dossier: i64,
    /// From 1; 0 for a document that the clerk's edits left without a page.
    pub number: u32,
    pub received_as: String,
    /// When the paper was copied: the time of the newest file of which it has a page.
    pub captured: Timestamp,
    /// No more pages will come by themselves.
    pub complete: bool,
    pub pdf: Option<Digest>,
    pub size: Option<u64>,
    pub confirmed: bool,
    pub state: DocumentState,
    pub pages: u32,
    pub error: Option<serde_json::Value>,
    /// What its cover sheet says.
    pub component: Option<String>,
    pub declared: Option<u32>,
}

/// A received file.
#[derive(Clone, Debug)]
pub struct Source {
    pub digest: Digest,
    pub document: i64,
    pub number: u32,
    pub name: String,
    pub size: u64,
    pub kind: String,
    pub signed: bool,
}

fn document(row: &Row) -> rusqlite::Result<Document> {
    let bad = |e: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e)
    };
    Ok(Document {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        number: row.get::<_, i64>("number")?.max(0) as u32,
        received_as: row.get("received_as")?,
        captured: Timestamp(row.get::<_, Option<i64>>("copied")?.map_or_else(|| row.get("captured"), Ok)?),
        complete: row.get("complete")? && !row.get::<_, bool>("growing")?,
        pdf: maybe_digest(row, "pdf")?,
        size: row.get("size")?,
        confirmed: row.get("confirmed")?,
        state: serde_json::from_value(row.get::<_, String>("state")?.into()).map_err(|e| bad(e.into()))?,
        pages: row.get("pages")?,
        error: row.get::<_, Option<String>>("error")?.map(|e| from_json(&e)).transpose().map_err(|e| bad(e.into()))?,
        component: row.get("component")?,
        declared: row.get("declared")?,
    })
}

pub fn of_dossier(db: &Connection, dossier: i64) -> Result<Vec<Document>> {
    let condition = "WHERE c.dossier = ?1 AND c.number > 0 ORDER BY c.number";
    let mut statement = db.prepare_cached(&format!("{SELECT}{condition}")).db()?;
    statement.query_map([dossier], document).and_then(Iterator::collect).db()
}

pub fn by_id(db: &Connection, id: i64) -> Result<Document> {
    let mut statement = db.prepare_cached(&format!("{SELECT}WHERE c.id = ?1")).db()?;
    statement.query_row([id], document).db()
}

pub fn get(db: &Connection, dossier: i64, number: u32) -> Result<Document> {
    let mut statement = db.prepare_cached(&format!("{SELECT}WHERE c.dossier = ?1 AND c.number = ?2")).db()?;
    // 0 is what a dropped document is shown with.
    let found = statement.query_row(params![dossier, number.max(1)], document).optional().db()?.filter(|_| number > 0);
    found.ok_or_else(|| {
        Error::new(Code::NotFound, format!("Hồ sơ không có giấy tờ số {number}")).hint("Xem số thứ tự: sohoa show.")
    })
}

/// The document to which the files of this group belong, made after the others of its dossier if it is new.
pub fn ensure(db: &Connection, dossier: i64, group: &str, received_as: &str, captured: Timestamp) -> Result<i64> {
    let known = db.query_row("SELECT id FROM document WHERE grouped = ?1", [group], |r| r.get(0)).optional().db()?;
    if let Some(id) = known {
        db.execute("UPDATE document SET captured = max(captured, ?2) WHERE id = ?1", params![id, captured.0]).db()?;
        return Ok(id);
    }
    db.execute(
        "INSERT INTO document (dossier, number, grouped, received_as, captured)
         VALUES (?1, 1 + (SELECT max(0, coalesce(max(number), 0)) FROM document WHERE dossier = ?1), ?2, ?3, ?4)",
        params![dossier, group, received_as, captured.0],
    )
    .db()?;
    Ok(db.last_insert_rowid())
}

/// A document without a page or a place, for an edit to fill: made of the same paper as `like`.
pub fn add_dropped(db: &Connection, like: i64) -> Result<i64> {
    db.execute(
        "INSERT INTO document (id, dossier, number, grouped, received_as, captured, complete)
         SELECT n.id, c.dossier, -n.id, 'edit:' || n.id, c.received_as, c.captured, 1
         FROM document c, (SELECT max(id) + 1 AS id FROM document) n WHERE c.id = ?1",
        [like],
    )
    .db()?;
    Ok(db.last_insert_rowid())
}

/// The document to which the next page goes that comes with this one's files: the last one that has such a page, given
/// a place again if the clerk's edits have left none.
pub(crate) fn growing(db: &Connection, id: i64) -> Result<i64> {
    let holding: Option<i64> = db
        .prepare_cached(
            "SELECT c.id FROM document c
             WHERE c.number > 0 AND c.id IN (SELECT document FROM page WHERE origin = ?1 AND number > 0)
             ORDER BY c.dossier = (SELECT dossier FROM document WHERE id = ?1) DESC, c.number DESC LIMIT 1",
        )
        .and_then(|mut s| s.query_row([id], |r| r.get(0)).optional())
        .db()?;
    let target = holding.unwrap_or(id);
    let (number, dossier): (i64, i64) = db
        .query_row("SELECT number, dossier FROM document WHERE id = ?1", [target], |r| Ok((r.get(0)?, r.get(1)?)))
        .db()?;
    let dossier = super::dossier::now(db, dossier)?;
    if number < 0 {
        db.execute(
            "UPDATE document SET dossier = ?2,
             number = 1 + (SELECT max(0, coalesce(max(number), 0)) FROM document WHERE dossier = ?2) WHERE id = ?1",
            params![target, dossier],
        )
        .db()?;
    }
    super::dossier::still_open(db, dossier)?;
    Ok(target)
}

/// The documents that hold pages of this one's files.
pub fn holding(db: &Connection, id: i64) -> Result<Vec<i64>> {
    let mut statement =
        db.prepare_cached("SELECT DISTINCT document FROM page WHERE origin = ?1 AND number > 0").db()?;
    statement.query_map([id], |r| r.get(0)).and_then(Iterator::collect).db()
}

/// Where what came with this document's files is found now: dossier and number; number 0 when all of it was deleted.
pub fn found_at(db: &Connection, id: i64) -> Result<(i64, u32)> {
    let document = by_id(db, id)?;
    let holding = holding(db, id)?;
    match holding.first() {
        Some(first) if !holding.contains(&id) => by_id(db, *first).map(|d| (d.dossier, d.number)),
        _ => Ok((super::dossier::now(db, document.dossier)?, document.number)),
    }
}

/// The document of this group, if any file of it was taken in.
pub fn of_group(db: &Connection, group: &str) -> Result<Option<i64>> {
    db.query_row("SELECT id FROM document WHERE grouped = ?1", [group], |r| r.get(0)).optional().db()
}

/// Documents of groups with this beginning that wait for more pages.
pub fn incomplete(db: &Connection, prefix: &str) -> Result<Vec<i64>> {
    let mut statement = db
        .prepare_cached(
            "SELECT id FROM document WHERE complete = 0 AND substr(grouped, 1, length(?1)) = ?1 ORDER BY id",
        )
        .db()?;
    statement.query_map([prefix], |r| r.get(0)).and_then(Iterator::collect).db()
}

pub fn set_complete(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE document SET complete = 1 WHERE id = ?1", [id]).db()?;
    Ok(())
}

/// More pages come after all.
pub fn reopen(db: &Connection, id: i64) -> Result<()> {
    set_stale(db, id)?;
    db.execute("UPDATE document SET complete = 0 WHERE id = ?1", [id]).db()?;
    Ok(())
}

pub fn set_component(db: &Connection, id: i64, component: &str) -> Result<()> {
    db.execute("UPDATE document SET component = ?2 WHERE id = ?1", params![id, component]).db()?;
    Ok(())
}

pub fn set_declared(db: &Connection, id: i64, pages: u32) -> Result<()> {
    db.execute("UPDATE document SET declared = ?2 WHERE id = ?1", params![id, pages]).db()?;
    Ok(())
}

/// A PDF/A was made; what is known of the fields is to be looked at afresh.
pub fn set_pdf(db: &Connection, id: i64, pdf: &Digest, size: u64) -> Result<()> {
    db.execute(
        "UPDATE document SET pdf = ?2, size = ?3, error = NULL WHERE id = ?1",
        params![id, pdf.to_string(), size],
    )
    .db()?;
    Ok(())
}

pub fn set_extracted(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE document SET extracted = 1, error = NULL WHERE id = ?1", [id]).db()?;
    Ok(())
}

/// Its pages changed: its PDF and fields must be made again and confirmed again.
pub fn set_stale(db: &Connection, id: i64) -> Result<()> {
    db.execute(
        "UPDATE document SET pdf = NULL, size = NULL, extracted = 0, confirmed = 0, error = NULL WHERE id = ?1",
        [id],
    )
    .db()?;
    Ok(())
}

/// It is called by another number or code: its PDF, which bears it, must be made again. The clerk's word stands.
pub fn set_renamed(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE document SET pdf = NULL, size = NULL, extracted = 0, error = NULL WHERE id = ?1", [id]).db()?;
    Ok(())
}

pub fn set_confirmed(db: &Connection, id: i64, confirmed: bool) -> Result<()> {
    db.execute("UPDATE document SET confirmed = ?2 WHERE id = ?1", params![id, confirmed]).db()?;
    Ok(())
}

pub fn set_error(db: &Connection, id: i64, error: &Error) -> Result<()> {
    db.execute("UPDATE document SET error = ?2 WHERE id = ?1", params![id, super::to_json(error)?]).db()?;
    Ok(())
}

pub fn add_source(db: &Connection, source: &Source) -> Result<()> {
    db.execute(
        "INSERT INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            source.digest.to_string(),
            source.document,
            source.number,
            source.name,
            source.size,
            source.kind,
            source.signed
        ],
    )
    .db()?;
    Ok(())
}

/// The received file with these bytes, if it is known.
pub fn find_source(db: &Connection, bytes: &Digest) -> Result<Option<Source>> {
    let mut statement = db.prepare_cached("SELECT * FROM source WHERE digest = ?1").db()?;
    statement.query_row([bytes.to_string()], source).optional().db()
}

/// The files that came in as this document.
pub fn sources(db: &Connection, document: i64) -> Result<Vec<Source>> {
    let mut statement = db.prepare_cached("SELECT * FROM source WHERE document = ?1 ORDER BY number").db()?;
    statement.query_map([document], source).and_then(Iterator::collect).db()
}

/// The files of which the document has a page.
pub fn came_from(db: &Connection, document: i64) -> Result<Vec<Source>> {
    let mut statement = db
        .prepare_cached(
            "SELECT * FROM source WHERE document IN (SELECT origin FROM page WHERE document = ?1 AND number > 0)
             ORDER BY document, number",
        )
        .db()?;
    statement.query_map([document], source).and_then(Iterator::collect).db()
}

/// The files of which nothing is in any document of the dossier any more.
pub fn unused_sources(db: &Connection, dossier: i64) -> Result<Vec<Source>> {
    let mut statement = db
        .prepare_cached(
            "SELECT s.* FROM source s JOIN document c ON c.id = s.document
             WHERE (c.dossier = ?1 OR c.dossier IN (SELECT id FROM dossier WHERE merged = ?1))
               AND NOT EXISTS (SELECT 1 FROM page p WHERE p.origin = c.id AND p.number > 0) ORDER BY s.document, s.number",
        )
        .db()?;
    statement.query_map([dossier], source).and_then(Iterator::collect).db()
}

fn source(row: &Row) -> rusqlite::Result<Source> {
    Ok(Source {
        digest: digest(row, "digest")?,
        document: row.get("document")?,
        number: row.get("number")?,
        name: row.get("name")?,
        size: row.get("size")?,
        kind: row.get("kind")?,
        signed: row.get("signed")?,
    })
}

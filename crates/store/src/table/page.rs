//! Pages: the picture as received, and how it was read. Where it lies is the clerk's to say: see [`super::edit`].

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Digest, Error, Mark, Result, Turn, page::Barcode};

use super::{digest, document, from_json, maybe_digest, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE page (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document,
  number INTEGER NOT NULL,
  -- The picture: a JPEG as received, or a lossless PNG.
  blob TEXT NOT NULL,
  format TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  dpi REAL NOT NULL,
  -- Degrees clockwise that the file itself asked for.
  hint INTEGER NOT NULL,
  -- The clerk's own turn, if any.
  turn INTEGER,
  -- queued | done | failed
  state TEXT NOT NULL DEFAULT 'queued',
  reading TEXT,
  thumbnail TEXT,
  orientation INTEGER NOT NULL DEFAULT 0,
  skew REAL NOT NULL DEFAULT 0,
  blank INTEGER NOT NULL DEFAULT 0,
  words INTEGER NOT NULL DEFAULT 0,
  confidence REAL NOT NULL DEFAULT 0,
  codes TEXT NOT NULL DEFAULT '[]',
  version INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  UNIQUE (document, number)
) STRICT;

CREATE TABLE page_edit (
  id INTEGER PRIMARY KEY,
  page INTEGER NOT NULL REFERENCES page,
  turn_before INTEGER,
  turn_after INTEGER,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX page_edit_page ON page_edit (page);

-- What reading gave, under the digest of the picture, the parameters and the versions of the stages.
CREATE TABLE result (key TEXT PRIMARY KEY, output TEXT NOT NULL) STRICT;
";

/// A page that the clerk wants left as it lies is not set straight.
pub const LEANING: &str = "ALTER TABLE page ADD COLUMN leaning INTEGER NOT NULL DEFAULT 0;";

#[derive(Clone, Debug)]
pub struct Page {
    pub id: i64,
    pub document: i64,
    /// From 1; 0 for a page that the clerk deleted.
    pub number: u32,
    pub blob: Digest,
    pub format: String,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub hint: Turn,
    pub turn: Option<Turn>,
    /// Whether it is left as it lies, however it leans.
    pub leaning: bool,
    pub state: String,
    pub reading: Option<Digest>,
    pub thumbnail: Option<Digest>,
    pub orientation: Turn,
    pub skew: f32,
    pub blank: bool,
    pub words: u32,
    pub confidence: f32,
    pub codes: Vec<Barcode>,
    pub version: u32,
    pub error: Option<serde_json::Value>,
    /// What the look at the counter found.
    pub marks: Vec<Mark>,
}

/// A page to add.
#[derive(Clone, Copy)]
pub struct New<'a> {
    pub document: i64,
    pub blob: Digest,
    pub format: &'a str,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub hint: Turn,
}

/// What reading gave, as it is kept and found again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    pub reading: Digest,
    pub thumbnail: Digest,
    pub orientation: Turn,
    pub skew: f32,
    pub blank: bool,
    pub words: u32,
    pub confidence: f32,
    pub codes: Vec<Barcode>,
}

fn page(row: &Row) -> rusqlite::Result<Page> {
    let bad = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    Ok(Page {
        id: row.get("id")?,
        document: row.get("document")?,
        number: row.get::<_, i64>("number")?.max(0) as u32,
        blob: digest(row, "blob")?,
        format: row.get("format")?,
        width: row.get("width")?,
        height: row.get("height")?,
        dpi: row.get("dpi")?,
        hint: Turn::from_degrees(row.get("hint")?),
        turn: row.get::<_, Option<i32>>("turn")?.map(Turn::from_degrees),
        leaning: row.get("leaning")?,
        state: row.get("state")?,
        reading: maybe_digest(row, "reading")?,
        thumbnail: maybe_digest(row, "thumbnail")?,
        orientation: Turn::from_degrees(row.get("orientation")?),
        skew: row.get("skew")?,
        blank: row.get("blank")?,
        words: row.get("words")?,
        confidence: row.get("confidence")?,
        codes: from_json(&row.get::<_, String>("codes")?).map_err(bad)?,
        version: row.get("version")?,
        error: row.get::<_, Option<String>>("error")?.map(|e| from_json(&e)).transpose().map_err(bad)?,
        marks: from_json(&row.get::<_, String>("marks")?).map_err(bad)?,
    })
}

/// Adds a page after those that its document has; or, where the clerk has split or merged that one in the meantime,
/// after those that came before it, wherever they are now. No id is given twice, not even that of a page purged since:
/// the window may still hold its picture.
///
/// Errors: `NotAllowed` for a dossier that is sealed.
pub fn add(db: &Connection, new: &New) -> Result<i64> {
    let document = document::growing(db, new.document)?;
    document::set_stale(db, document)?;
    db.prepare_cached(
        "INSERT INTO page (id, document, origin, number, blob, format, width, height, dpi, hint)
         VALUES (1 + max((SELECT coalesce(max(id), 0) FROM page), (SELECT coalesce(max(subject), 0) FROM job WHERE stage = 'read')),
         ?1, ?2, 1 + (SELECT max(0, coalesce(max(number), 0)) FROM page WHERE document = ?1), ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .and_then(|mut s| {
        s.insert(params![
            document,
            new.document,
            new.blob.to_string(),
            new.format,
            new.width,
            new.height,
            new.dpi,
            new.hint.degrees()
        ])
    })
    .db()
}

pub fn get(db: &Connection, id: i64) -> Result<Page> {
    let mut statement = db.prepare_cached("SELECT * FROM page WHERE id = ?1").db()?;
    let found = statement.query_row([id], page).optional().db()?;
    found.ok_or_else(|| Error::new(Code::NotFound, "Không có trang này"))
}

pub fn of_document(db: &Connection, document: i64) -> Result<Vec<Page>> {
    let mut statement =
        db.prepare_cached("SELECT * FROM page WHERE document = ?1 AND number > 0 ORDER BY number").db()?;
    statement.query_map([document], page).and_then(Iterator::collect).db()
}

/// The pages of a document that came in no file: the scanner gave them.
pub fn scanned(db: &Connection, document: i64) -> Result<Vec<Page>> {
    let mut statement = db
        .prepare_cached(
            "SELECT * FROM page p WHERE document = ?1 AND number > 0
             AND NOT EXISTS (SELECT 1 FROM page_source s WHERE s.page = p.id) ORDER BY number",
        )
        .db()?;
    statement.query_map([document], page).and_then(Iterator::collect).db()
}

/// What the clerk deleted from a dossier, and from those that became part of it.
pub fn deleted(db: &Connection, dossier: i64) -> Result<Vec<Page>> {
    let mut statement = db
        .prepare_cached(
            "SELECT p.* FROM page p JOIN document c ON c.id = p.document
             WHERE (c.dossier = ?1 OR c.dossier IN (SELECT id FROM dossier WHERE merged = ?1)) AND p.number < 0 ORDER BY p.id",
        )
        .db()?;
    statement.query_map([dossier], page).and_then(Iterator::collect).db()
}

/// Notes which received file a page was taken out of.
pub fn came_from(db: &Connection, id: i64, source: &Digest) -> Result<()> {
    db.prepare_cached("INSERT INTO page_source VALUES (?1, ?2)")
        .and_then(|mut s| s.execute(params![id, source.to_string()]))
        .db()?;
    Ok(())
}

/// Whether every page of the document has been read.
pub fn all_done(db: &Connection, document: i64) -> Result<bool> {
    db.query_row(
        "SELECT count(*) = 0 FROM page WHERE document = ?1 AND number > 0 AND state <> 'done'",
        [document],
        |r| r.get(0),
    )
    .db()
}

pub fn set_read(db: &Connection, id: i64, output: &Output) -> Result<()> {
    db.prepare_cached(
        "UPDATE page SET state = 'done', reading = ?2, thumbnail = ?3, orientation = ?4, skew = ?5, blank = ?6, words = ?7,
         confidence = ?8, codes = ?9, version = version + 1, error = NULL WHERE id = ?1",
    )
    .and_then(|mut s| {
        s.execute(params![
            id,
            output.reading.to_string(),
            output.thumbnail.to_string(),
            output.orientation.degrees(),
            output.skew,
            output.blank,
            output.words,
            output.confidence,
            serde_json::to_string(&output.codes).unwrap_or_else(|_| "[]".into()),
        ])
    })
    .db()?;
    Ok(())
}

pub fn set_failed(db: &Connection, id: i64, error: &Error) -> Result<()> {
    db.execute(
        "UPDATE page SET state = 'failed', error = ?2, version = version + 1 WHERE id = ?1",
        params![id, to_json(error)?],
    )
    .db()?;
    Ok(())
}

pub fn set_marks(db: &Connection, id: i64, marks: &[Mark]) -> Result<()> {
    db.execute("UPDATE page SET marks = ?2 WHERE id = ?1", params![id, to_json(&marks)?]).db()?;
    Ok(())
}

pub fn set_queued(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE page SET state = 'queued', error = NULL WHERE id = ?1", [id]).db()?;
    Ok(())
}

/// A result reached before under the same key.
pub fn known(db: &Connection, key: &Digest) -> Result<Option<Output>> {
    let output: Option<String> = db
        .prepare_cached("SELECT output FROM result WHERE key = ?1")
        .and_then(|mut s| s.query_row([key.to_string()], |r| r.get(0)).optional())
        .db()?;
    output.map(|o| from_json(&o)).transpose()
}

/// `picture` is the blob that was read.
pub fn remember(db: &Connection, key: &Digest, picture: &Digest, output: &Output) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO result (key, output, page) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| {
            s.execute(params![key.to_string(), serde_json::to_string(output).unwrap_or_default(), picture.to_string()])
        })
        .db()?;
    Ok(())
}

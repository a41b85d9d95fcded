//! Pages: the picture as received, how it was read, and the clerk's edits as data over it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sohoa_model::{Code, Digest, Error, Result, Turn, page::Barcode, time};

use super::{digest, from_json, maybe_digest, to_json};
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

#[derive(Clone, Debug)]
pub struct Page {
    pub id: i64,
    pub document: i64,
    pub number: u32,
    pub blob: Digest,
    pub format: String,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub hint: Turn,
    pub turn: Option<Turn>,
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
}

/// A page to add.
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
        number: row.get("number")?,
        blob: digest(row, "blob")?,
        format: row.get("format")?,
        width: row.get("width")?,
        height: row.get("height")?,
        dpi: row.get("dpi")?,
        hint: Turn::from_degrees(row.get("hint")?),
        turn: row.get::<_, Option<i32>>("turn")?.map(Turn::from_degrees),
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
    })
}

/// Adds a page after those that its document has. No number is given twice, not even that of a page purged since: the
/// window may still hold its picture.
pub fn add(db: &Connection, new: &New) -> Result<i64> {
    db.prepare_cached(
        "INSERT INTO page (id, document, number, blob, format, width, height, dpi, hint)
         VALUES (1 + max((SELECT coalesce(max(id), 0) FROM page), (SELECT coalesce(max(subject), 0) FROM job WHERE stage = 'read')),
         ?1, (SELECT coalesce(max(number), 0) + 1 FROM page WHERE document = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .and_then(|mut s| {
        s.insert(params![
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
    let mut statement = db.prepare_cached("SELECT * FROM page WHERE document = ?1 ORDER BY number").db()?;
    statement.query_map([document], page).and_then(Iterator::collect).db()
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
    db.query_row("SELECT count(*) = 0 FROM page WHERE document = ?1 AND state <> 'done'", [document], |r| r.get(0)).db()
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

pub fn set_queued(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE page SET state = 'queued', error = NULL WHERE id = ?1", [id]).db()?;
    Ok(())
}

/// The clerk turns the page; undoable.
pub fn turn(db: &Connection, id: i64, turn: Turn) -> Result<()> {
    db.execute(
        "INSERT INTO page_edit (page, turn_before, turn_after, at) SELECT id, turn, ?2, ?3 FROM page WHERE id = ?1",
        params![id, turn.degrees(), time::now().0],
    )
    .db()?;
    db.execute("UPDATE page SET turn = ?2 WHERE id = ?1", params![id, turn.degrees()]).db()?;
    Ok(())
}

/// Takes back the clerk's latest turn; false when there is none.
pub fn undo_turn(db: &Connection, id: i64) -> Result<bool> {
    let last: Option<(i64, Option<u32>)> = db
        .query_row("SELECT id, turn_before FROM page_edit WHERE page = ?1 ORDER BY id DESC LIMIT 1", [id], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .optional()
        .db()?;
    let Some((edit, before)) = last else { return Ok(false) };
    db.execute("UPDATE page SET turn = ?2 WHERE id = ?1", params![id, before]).db()?;
    db.execute("DELETE FROM page_edit WHERE id = ?1", [edit]).db()?;
    Ok(true)
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

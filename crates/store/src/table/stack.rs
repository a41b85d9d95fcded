//! Stacks: what lay in the feeder in one go, page by page in the order in which it came. A page is here, durable, before
//! anybody has looked at it; where it belongs is found out afterwards and never asked of the scanner again.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Serialize, de::DeserializeOwned};
use sohoa_model::{Code, Digest, Error, Mark, Result, Timestamp, Turn, time};

use super::{digest, from_json, maybe_digest, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE stack (
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  -- How it was asked for, in JSON.
  request TEXT NOT NULL,
  -- Where the next page goes, in JSON.
  splitter TEXT NOT NULL,
  -- What does not add up, in JSON.
  notes TEXT NOT NULL DEFAULT '[]',
  created INTEGER NOT NULL,
  -- A page of it was refused by rule, so that whoever scans it stops.
  refused INTEGER NOT NULL DEFAULT 0,
  -- No further page is expected, and every document of it is whole.
  done INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE stack_page (
  id INTEGER PRIMARY KEY,
  stack INTEGER NOT NULL REFERENCES stack,
  number INTEGER NOT NULL,
  blob TEXT NOT NULL,
  format TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  dpi REAL NOT NULL,
  -- Degrees clockwise that the file itself asked for.
  hint INTEGER NOT NULL,
  received INTEGER NOT NULL,
  thumbnail TEXT,
  -- page | cover | separator | cover_back; absent until it was looked at.
  role TEXT,
  marks TEXT NOT NULL DEFAULT '[]',
  fingerprint BLOB,
  -- What it became; absent for what is left out.
  page INTEGER REFERENCES page,
  UNIQUE (stack, number)
) STRICT;
CREATE INDEX stack_page_page ON stack_page (page);

ALTER TABLE page ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';

-- What a cover sheet said of the document behind it.
ALTER TABLE document ADD COLUMN component TEXT;
ALTER TABLE document ADD COLUMN declared INTEGER;
";

/// What is enough of a fingerprint to find the pages for which the whole of it is needed. Fingerprints from before had
/// another form.
pub const SKETCH: &str = "
ALTER TABLE stack_page ADD COLUMN sketch TEXT;
UPDATE stack_page SET fingerprint = NULL;
";

/// Fingerprints by themselves: SQLite reads through all of a long value to come to what stands behind it in its row.
pub const PRINT: &str = "
CREATE TABLE stack_print (
  page INTEGER PRIMARY KEY REFERENCES stack_page,
  ink BLOB NOT NULL
) STRICT;
INSERT INTO stack_print SELECT id, fingerprint FROM stack_page WHERE fingerprint IS NOT NULL;
ALTER TABLE stack_page DROP COLUMN fingerprint;
";

#[derive(Clone, Debug)]
pub struct Stack {
    pub id: i64,
    pub device: String,
    pub refused: bool,
    pub done: bool,
}

#[derive(Clone, Debug)]
pub struct StackPage {
    pub id: i64,
    pub stack: i64,
    pub number: u32,
    pub blob: Digest,
    pub format: String,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub hint: Turn,
    pub received: Timestamp,
    pub thumbnail: Option<Digest>,
    pub role: Option<String>,
    pub marks: Vec<Mark>,
    pub page: Option<i64>,
}

/// A page to add, its picture already a blob.
pub struct New<'a> {
    pub blob: Digest,
    pub format: &'a str,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub hint: Turn,
}

/// What a look at a page gave.
pub struct Seen<'a> {
    pub role: &'a str,
    pub marks: &'a [Mark],
    /// To know the page by if it comes again, and what is enough to look for it.
    pub fingerprint: Option<&'a [u8]>,
    pub sketch: Option<&'a str>,
    pub page: Option<i64>,
}

pub fn add(db: &Connection, device: &str, request: &impl Serialize, splitter: &impl Serialize) -> Result<i64> {
    db.execute(
        "INSERT INTO stack (device, request, splitter, created) VALUES (?1, ?2, ?3, ?4)",
        params![device, to_json(request)?, to_json(splitter)?, time::now().0],
    )
    .db()?;
    Ok(db.last_insert_rowid())
}

fn stack(row: &Row) -> rusqlite::Result<Stack> {
    Ok(Stack { id: row.get("id")?, device: row.get("device")?, refused: row.get("refused")?, done: row.get("done")? })
}

pub fn get(db: &Connection, id: i64) -> Result<Stack> {
    let found = db.query_row("SELECT * FROM stack WHERE id = ?1", [id], stack).optional().db()?;
    found.ok_or_else(|| Error::new(Code::NotFound, "Không có xấp giấy này"))
}

/// Those that may still be gone on with, oldest first.
pub fn open(db: &Connection) -> Result<Vec<Stack>> {
    let mut statement = db.prepare_cached("SELECT * FROM stack WHERE done = 0 ORDER BY id").db()?;
    statement.query_map([], stack).and_then(Iterator::collect).db()
}

/// The newest one of that device.
pub fn of_device(db: &Connection, device: &str) -> Result<Option<Stack>> {
    db.query_row("SELECT * FROM stack WHERE device = ?1 ORDER BY id DESC LIMIT 1", [device], stack).optional().db()
}

pub fn splitter<T: DeserializeOwned>(db: &Connection, id: i64) -> Result<T> {
    from_json(&db.query_row("SELECT splitter FROM stack WHERE id = ?1", [id], |r| r.get::<_, String>(0)).db()?)
}

pub fn set_splitter(db: &Connection, id: i64, splitter: &impl Serialize) -> Result<()> {
    db.execute("UPDATE stack SET splitter = ?2 WHERE id = ?1", params![id, to_json(splitter)?]).db()?;
    Ok(())
}

pub fn notes<T: DeserializeOwned>(db: &Connection, id: i64) -> Result<Vec<T>> {
    from_json(&db.query_row("SELECT notes FROM stack WHERE id = ?1", [id], |r| r.get::<_, String>(0)).db()?)
}

pub fn add_note(db: &Connection, id: i64, note: &impl Serialize) -> Result<()> {
    db.execute(
        "UPDATE stack SET notes = json_insert(notes, '$[#]', json(?2)) WHERE id = ?1",
        params![id, to_json(note)?],
    )
    .db()?;
    Ok(())
}

pub fn set_refused(db: &Connection, id: i64, refused: bool) -> Result<()> {
    db.execute("UPDATE stack SET refused = ?2 WHERE id = ?1", params![id, refused]).db()?;
    Ok(())
}

/// The stack that a page came in, if it was scanned.
pub fn of_page(db: &Connection, page: i64) -> Result<Option<i64>> {
    db.query_row("SELECT stack FROM stack_page WHERE page = ?1", [page], |r| r.get(0)).optional().db()
}

pub fn set_done(db: &Connection, id: i64, done: bool) -> Result<()> {
    db.execute("UPDATE stack SET done = ?2 WHERE id = ?1", params![id, done]).db()?;
    Ok(())
}

/// Adds a page behind those that the stack has; gives its id and number.
pub fn add_page(db: &Connection, stack: i64, new: &New) -> Result<(i64, u32)> {
    db.query_row(
        "INSERT INTO stack_page (stack, number, blob, format, width, height, dpi, hint, received)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM stack_page WHERE stack = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         RETURNING id, number",
        params![
            stack,
            new.blob.to_string(),
            new.format,
            new.width,
            new.height,
            new.dpi,
            new.hint.degrees(),
            time::now().0
        ],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )
    .db()
}

pub fn set_thumbnail(db: &Connection, id: i64, thumbnail: &Digest) -> Result<()> {
    db.execute("UPDATE stack_page SET thumbnail = ?2 WHERE id = ?1", params![id, thumbnail.to_string()]).db()?;
    Ok(())
}

pub fn set_seen(db: &Connection, id: i64, seen: &Seen) -> Result<()> {
    db.execute(
        "UPDATE stack_page SET role = ?2, marks = ?3, sketch = ?4, page = ?5 WHERE id = ?1",
        params![id, seen.role, to_json(&seen.marks)?, seen.sketch, seen.page],
    )
    .db()?;
    db.execute("DELETE FROM stack_print WHERE page = ?1", [id]).db()?;
    if let Some(ink) = seen.fingerprint {
        db.execute("INSERT INTO stack_print VALUES (?1, ?2)", params![id, ink]).db()?;
    }
    Ok(())
}

fn page(row: &Row) -> rusqlite::Result<StackPage> {
    let bad = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    Ok(StackPage {
        id: row.get("id")?,
        stack: row.get("stack")?,
        number: row.get("number")?,
        blob: digest(row, "blob")?,
        format: row.get("format")?,
        width: row.get("width")?,
        height: row.get("height")?,
        dpi: row.get("dpi")?,
        hint: Turn::from_degrees(row.get("hint")?),
        received: Timestamp(row.get("received")?),
        thumbnail: maybe_digest(row, "thumbnail")?,
        role: row.get("role")?,
        marks: from_json(&row.get::<_, String>("marks")?).map_err(bad)?,
        page: row.get("page")?,
    })
}

pub fn page_by_id(db: &Connection, id: i64) -> Result<StackPage> {
    let found = db.query_row("SELECT * FROM stack_page WHERE id = ?1", [id], page).optional().db()?;
    found.ok_or_else(|| Error::new(Code::NotFound, "Không có trang này"))
}

pub fn pages(db: &Connection, stack: i64) -> Result<Vec<StackPage>> {
    let mut statement = db.prepare_cached("SELECT * FROM stack_page WHERE stack = ?1 ORDER BY number").db()?;
    statement.query_map([stack], page).and_then(Iterator::collect).db()
}

/// The first page that nobody has looked at.
pub fn next_unseen(db: &Connection, stack: i64) -> Result<Option<StackPage>> {
    let mut statement =
        db.prepare_cached("SELECT * FROM stack_page WHERE stack = ?1 AND role IS NULL ORDER BY number LIMIT 1").db()?;
    statement.query_row([stack], page).optional().db()
}

pub fn count(db: &Connection, stack: i64) -> Result<u32> {
    db.query_row("SELECT count(*) FROM stack_page WHERE stack = ?1", [stack], |r| r.get(0)).db()
}

/// A page by what it is known again.
pub struct Sketched {
    pub id: i64,
    pub blob: Digest,
    pub sketch: Option<String>,
}

/// The pages before `number`, newest first.
pub fn sketches(db: &Connection, stack: i64, number: u32) -> Result<Vec<Sketched>> {
    let mut statement = db
        .prepare_cached("SELECT id, blob, sketch FROM stack_page WHERE stack = ?1 AND number < ?2 ORDER BY number DESC")
        .db()?;
    let rows = statement.query_map(params![stack, number], |r| {
        Ok(Sketched { id: r.get(0)?, blob: digest(r, "blob")?, sketch: r.get(2)? })
    });
    rows.and_then(Iterator::collect).db()
}

pub fn fingerprint(db: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    db.query_row("SELECT ink FROM stack_print WHERE page = ?1", [id], |r| r.get(0)).optional().db()
}

/// The documents that pages of the stack went to.
pub fn documents(db: &Connection, stack: i64) -> Result<Vec<i64>> {
    let mut statement = db
        .prepare_cached(
            "SELECT DISTINCT p.document FROM stack_page s JOIN page p ON p.id = s.page WHERE s.stack = ?1 ORDER BY s.number",
        )
        .db()?;
    statement.query_map([stack], |r| r.get(0)).and_then(Iterator::collect).db()
}

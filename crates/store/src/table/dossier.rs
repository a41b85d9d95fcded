//! Dossiers.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sohoa_model::{Code, DossierCode, Error, Result, Timestamp, state::DossierState, time};

use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE dossier (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  -- What a provisional code stands for: the intake and folder that it came from.
  origin TEXT UNIQUE,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  -- working | review | confirmed | sealed | sent | accepted | rejected; the first three follow from the documents.
  sealed TEXT
) STRICT;
";

#[derive(Clone, Debug)]
pub struct Dossier {
    pub id: i64,
    pub code: DossierCode,
    /// The dossier of which it has become part.
    pub merged: Option<i64>,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub state: DossierState,
    pub documents: u32,
    pub pages: u32,
    pub pages_read: u32,
    pub unconfirmed: u32,
    pub failed: u32,
}

/// Dossiers with what follows from their documents and pages. The condition stands where the documents are counted:
/// outside, every dossier's would be.
pub(super) fn select(condition: &str) -> String {
    format!(
        "
SELECT d.*, n.*, coalesce(d.sealed, CASE
    WHEN n.documents = 0 OR n.working > 0 THEN 'working'
    WHEN n.unconfirmed > 0 OR n.failed > 0 THEN 'review'
    ELSE 'confirmed' END) AS state
FROM dossier d JOIN (
  SELECT d.id AS dossier, count(c.id) AS documents,
    coalesce(sum(c.state = 'working'), 0) AS working,
    coalesce(sum(c.state = 'review'), 0) AS unconfirmed,
    coalesce(sum(c.state = 'failed'), 0) AS failed,
    coalesce(sum(c.pages), 0) AS pages, coalesce(sum(c.pages_read), 0) AS pages_read
  FROM dossier d LEFT JOIN document_state c ON c.dossier = d.id AND c.number > 0 {condition} GROUP BY d.id
) n ON n.dossier = d.id ORDER BY d.updated DESC, d.id DESC"
    )
}

fn dossier(row: &Row) -> rusqlite::Result<Dossier> {
    let bad = |e: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e)
    };
    Ok(Dossier {
        id: row.get("id")?,
        code: row.get::<_, String>("code")?.parse().map_err(|e: Error| bad(e.into()))?,
        merged: row.get("merged")?,
        created: Timestamp(row.get("created")?),
        updated: Timestamp(row.get("updated")?),
        state: serde_json::from_value(row.get::<_, String>("state")?.into()).map_err(|e| bad(e.into()))?,
        documents: row.get("documents")?,
        pages: row.get("pages")?,
        pages_read: row.get("pages_read")?,
        unconfirmed: row.get("unconfirmed")?,
        failed: row.get("failed")?,
    })
}

/// Newest work first; none that has become part of another.
pub fn list(db: &Connection) -> Result<Vec<Dossier>> {
    let mut statement = db.prepare_cached(&select("WHERE d.merged IS NULL")).db()?;
    statement.query_map([], dossier).and_then(Iterator::collect).db()
}

pub fn find(db: &Connection, code: &str) -> Result<Option<Dossier>> {
    let mut statement = db.prepare_cached(&select("WHERE d.code = ?1")).db()?;
    statement.query_row([code], dossier).optional().db()
}

pub fn get(db: &Connection, code: &str) -> Result<Dossier> {
    let found = find(db, code)?;
    if let Some(into) = found.as_ref().and_then(|d| d.merged) {
        let into = by_id(db, now(db, into)?)?.code;
        return Err(Error::new(Code::NotFound, format!("Hồ sơ {code} đã gộp vào hồ sơ {into}"))
            .hint(format!("Mở hồ sơ {into}; nếu gộp nhầm thì hoàn tác ở đó.")));
    }
    if let Some(found) = found {
        return Ok(found);
    }
    let missing = Error::new(Code::NotFound, format!("Không có hồ sơ {code}"));
    let renamed: Option<i64> =
        db.query_row("SELECT dossier FROM former_code WHERE code = ?1", [code], |r| r.get(0)).optional().db()?;
    Err(match renamed {
        Some(id) => missing.hint(format!("Hồ sơ này nay mang mã {}.", by_id(db, now(db, id)?)?.code)),
        None => missing.hint("Xem danh sách: sohoa list."),
    })
}

/// The dossier that this one is part of now: mostly itself.
pub fn now(db: &Connection, mut id: i64) -> Result<i64> {
    while let Some(into) = db.query_row("SELECT merged FROM dossier WHERE id = ?1", [id], |r| r.get(0)).db()? {
        id = into;
    }
    Ok(id)
}

/// Errors: `NotAllowed` for a dossier that is sealed.
pub(super) fn still_open(db: &Connection, id: i64) -> Result<()> {
    let (code, sealed): (String, Option<String>) =
        db.query_row("SELECT code, sealed FROM dossier WHERE id = ?1", [id], |r| Ok((r.get(0)?, r.get(1)?))).db()?;
    match sealed {
        None => Ok(()),
        Some(_) => Err(Error::new(Code::NotAllowed, format!("Hồ sơ {code} đã đóng, không thêm trang được nữa"))
            .hint("Nếu lưu trữ trả lại, hồ sơ sẽ mở ra để sửa.")),
    }
}

/// From now on the dossier goes by another code.
pub(super) fn rename(db: &Connection, id: i64, old: &str, new: &str) -> Result<()> {
    if let Some(taken) = find(db, new)? {
        return Err(Error::new(Code::NotAllowed, format!("Mã {new} đã là mã của một hồ sơ khác"))
            .hint(format!("Xem hồ sơ {} trước.", taken.code)));
    }
    db.execute("UPDATE dossier SET code = ?2 WHERE id = ?1", params![id, new]).db()?;
    db.execute("INSERT OR REPLACE INTO former_code VALUES (?1, ?2)", params![old, id]).db()?;
    db.execute("DELETE FROM former_code WHERE code = ?1", [new]).db()?;
    Ok(())
}

pub fn by_id(db: &Connection, id: i64) -> Result<Dossier> {
    let mut statement = db.prepare_cached(&select("WHERE d.id = ?1")).db()?;
    statement.query_row([id], dossier).db()
}

/// The dossier of this code, made if it is new.
pub fn ensure(db: &Connection, code: &DossierCode) -> Result<i64> {
    if let Some(id) =
        db.query_row("SELECT id FROM dossier WHERE code = ?1", [code.as_str()], |r| r.get(0)).optional().db()?
    {
        return now(db, id);
    }
    insert(db, code, None)
}

/// The dossier that came from `origin` without a code, made under a provisional one if it is new.
pub fn ensure_provisional(db: &Connection, origin: &str) -> Result<i64> {
    if let Some(id) =
        db.query_row("SELECT id FROM dossier WHERE origin = ?1", [origin], |r| r.get(0)).optional().db()?
    {
        return now(db, id);
    }
    let day = time::now().day().split_off(2);
    let taken: u32 = db
        .query_row(
            "SELECT coalesce(max(CAST(substr(code, 12) AS INTEGER)), 0)
             FROM (SELECT code FROM dossier UNION ALL SELECT code FROM former_code) WHERE code LIKE ?1",
            [format!("X00-{day}-%")],
            |r| r.get(0),
        )
        .db()?;
    insert(db, &DossierCode::provisional(&day, taken + 1), Some(origin))
}

fn insert(db: &Connection, code: &DossierCode, origin: Option<&str>) -> Result<i64> {
    let now = time::now().0;
    db.execute(
        "INSERT INTO dossier (code, origin, created, updated) VALUES (?1, ?2, ?3, ?3)",
        params![code.as_str(), origin, now],
    )
    .db()?;
    Ok(db.last_insert_rowid())
}

/// Something in it changed.
pub fn touch(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE dossier SET updated = ?2 WHERE id = ?1", params![id, time::now().0]).db()?;
    Ok(())
}

/// From `sealed` on, a dossier's state is its own and nothing in it changes.
pub fn set_sealed(db: &Connection, id: i64, state: DossierState) -> Result<()> {
    let state = serde_json::to_value(state).map_err(|e| Error::internal("Không viết được trạng thái", e))?;
    db.execute(
        "UPDATE dossier SET sealed = ?2, updated = ?3 WHERE id = ?1",
        params![id, state.as_str(), time::now().0],
    )
    .db()?;
    Ok(())
}

/// Refused by the archive: open to the clerk again.
pub fn reopen(db: &Connection, id: i64) -> Result<()> {
    db.execute("UPDATE dossier SET sealed = NULL, updated = ?2 WHERE id = ?1", params![id, time::now().0]).db()?;
    Ok(())
}

//! The audit log: append-only, each line's hash over the one before, so that an edit, a deletion or a gap shows. A
//! rewritten or cut log shows once its head has travelled in a batch. Details carry codes and numbers, no personal data.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use sohoa_model::{Digest, Result, Timestamp, time};

use super::digest;
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX event_subject ON event (subject);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
";

/// The state of the log that a batch carries to the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub hash: Digest,
}

/// The log before its first line.
const START: Digest = Digest([0; 32]);

fn hash(previous: &Digest, seq: u64, at: i64, actor: &str, action: &str, subject: &str, detail: &str) -> Digest {
    Digest::of_parts([
        b"sohoa event 1".as_slice(),
        &previous.0,
        &seq.to_be_bytes(),
        &at.to_be_bytes(),
        actor.as_bytes(),
        action.as_bytes(),
        subject.as_bytes(),
        detail.as_bytes(),
    ])
}

pub fn head(db: &Connection) -> Result<Head> {
    let last = db
        .prepare_cached("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        .and_then(|mut s| s.query_row([], |r| Ok(Head { seq: r.get(0)?, hash: digest(r, "hash")? })).optional())
        .db()?;
    Ok(last.unwrap_or(Head { seq: 0, hash: START }))
}

/// Adds a line; call it in the transaction of what it tells of.
pub fn append(db: &Connection, actor: &str, action: &str, subject: &str, detail: &Value) -> Result<()> {
    let Head { seq, hash: previous } = head(db)?;
    let (seq, Timestamp(at), detail) = (seq + 1, time::now(), detail.to_string());
    let hash = hash(&previous, seq, at, actor, action, subject, &detail);
    db.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .and_then(|mut s| s.execute(params![seq, at, actor, action, subject, detail, hash.to_string()]))
        .db()?;
    Ok(())
}

/// A digest as the log may name it: under a random salt that is kept beside the log, not in it. While the salt is there
/// anybody can tell that the log speaks of these bytes; when it is gone with them, nobody can.
pub fn veiled(db: &Connection, digest: &Digest) -> Result<Digest> {
    let kept = |db: &Connection| {
        let mut statement = db.prepare_cached("SELECT salt FROM veil WHERE digest = ?1")?;
        statement.query_row([digest.to_string()], |r| super::digest_at(r, 0)).optional()
    };
    let salt = match kept(db).db()? {
        Some(salt) => salt,
        None => {
            let salt = Digest(*crate::keys::random::<32>()?);
            db.execute("INSERT INTO veil VALUES (?1, ?2)", params![digest.to_string(), salt.to_string()]).db()?;
            salt
        }
    };
    Ok(Digest::of_parts([&salt.0[..], &digest.0]))
}

pub fn count(db: &Connection, subject: Option<&str>) -> Result<u32> {
    db.query_row("SELECT count(*) FROM event WHERE ?1 IS NULL OR subject = ?1", [subject], |r| r.get(0)).db()
}

/// Walks the whole chain. `Err(seq)` in the inner result is the first line that does not fit.
pub fn verify(db: &Connection) -> Result<std::result::Result<u32, u64>> {
    let mut statement = db.prepare("SELECT * FROM event ORDER BY seq").db()?;
    let mut rows = statement.query([]).db()?;
    let (mut previous, mut count) = (START, 0);
    while let Some(row) = rows.next().db()? {
        let seq: u64 = row.get("seq").db()?;
        let text = |name: &str| row.get::<_, String>(name).db();
        let expected = hash(
            &previous,
            seq,
            row.get("at").db()?,
            &text("actor")?,
            &text("action")?,
            &text("subject")?,
            &text("detail")?,
        );
        if seq != u64::from(count) + 1 || text("hash")? != expected.to_string() {
            return Ok(Err(seq));
        }
        previous = expected;
        count += 1;
    }
    Ok(Ok(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(SCHEMA).unwrap();
        for n in 0..5 {
            append(&db, "clerk", "confirm", "H05.16-260210-0001", &json!({ "document": n })).unwrap();
        }
        db
    }

    #[test]
    fn the_chain_holds_and_cannot_be_edited_by_ordinary_means() {
        let db = log();
        assert_eq!(verify(&db).unwrap(), Ok(5));
        assert_eq!(head(&db).unwrap().seq, 5);
        assert!(db.execute("UPDATE event SET actor = 'x'", []).is_err());
        assert!(db.execute("DELETE FROM event", []).is_err());
    }

    #[test]
    fn whoever_gets_round_the_triggers_is_found_out() {
        for tampering in [
            "UPDATE event SET detail = '{}' WHERE seq = 3",
            "DELETE FROM event WHERE seq = 3",
            "UPDATE event SET at = at + 1 WHERE seq = 3",
        ] {
            let db = log();
            db.execute_batch("DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete").unwrap();
            db.execute(tampering, []).unwrap();
            assert!(verify(&db).unwrap().is_err_and(|at| at == 3 || at == 4), "{tampering}");
        }
    }
}

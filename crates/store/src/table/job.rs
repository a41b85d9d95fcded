//! Jobs: work that survives a crash. One row per stage and subject; starting is claiming, finishing is one transaction
//! with the result and what follows from it.

use rusqlite::{Connection, OptionalExtension, params};
use sohoa_model::{Error, Result, job::Stage, time};

use super::{from_json, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  stage TEXT NOT NULL,
  subject INTEGER NOT NULL,
  -- Lower goes first: the counter before the backlog.
  priority INTEGER NOT NULL,
  -- queued | running | done | failed | cancelled
  state TEXT NOT NULL,
  -- Counts claims, so that a worker whose claim was taken over cannot finish.
  token INTEGER NOT NULL DEFAULT 0,
  queued INTEGER NOT NULL,
  error TEXT,
  UNIQUE (stage, subject)
) STRICT;
CREATE INDEX job_next ON job (priority, id) WHERE state = 'queued';
";

/// A claimed job.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub id: i64,
    pub stage: Stage,
    pub subject: i64,
    token: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub queued: u32,
    pub running: u32,
    pub done: u32,
    pub failed: u32,
    /// Waiting for the clerk's word, whenever they were queued.
    pub cancelled: u32,
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Capture => "capture",
        Stage::Read => "read",
        Stage::Pdf => "pdf",
        Stage::Extract => "extract",
    }
}

fn stage(name: &str) -> Option<Stage> {
    [Stage::Capture, Stage::Read, Stage::Pdf, Stage::Extract].into_iter().find(|s| self::name(*s) == name)
}

/// To be done, again if it was done before; whoever is at it now will not be able to finish.
pub fn enqueue(db: &Connection, stage: Stage, subject: i64, priority: i32) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO job (stage, subject, priority, state, queued) VALUES (?1, ?2, ?3, 'queued', ?4)
         ON CONFLICT (stage, subject) DO UPDATE SET state = 'queued', priority = excluded.priority, token = token + 1,
         queued = excluded.queued, error = NULL",
    )
    .and_then(|mut s| s.execute(params![name(stage), subject, priority, time::now().0]))
    .db()?;
    Ok(())
}

/// The next job, now this worker's.
pub fn claim(db: &Connection) -> Result<Option<Claim>> {
    let mut statement = db
        .prepare_cached(
            "UPDATE job SET state = 'running', token = token + 1
             WHERE id = (SELECT id FROM job WHERE state = 'queued' ORDER BY priority, id LIMIT 1)
             RETURNING id, stage, subject, token",
        )
        .db()?;
    let row = statement
        .query_row([], |r| {
            let stage = stage(&r.get::<_, String>(1)?).ok_or(rusqlite::Error::InvalidQuery)?;
            Ok(Claim { id: r.get(0)?, stage, subject: r.get(2)?, token: r.get(3)? })
        })
        .optional();
    row.db()
}

/// Done, if the claim still holds; put it in the transaction of the result and write nothing when it is false.
pub fn finish(db: &Connection, claim: &Claim) -> Result<bool> {
    let changed = db
        .prepare_cached("UPDATE job SET state = 'done' WHERE id = ?1 AND token = ?2 AND state = 'running'")
        .and_then(|mut s| s.execute(params![claim.id, claim.token]))
        .db()?;
    Ok(changed == 1)
}

/// Failed, with what the clerk is told, if the claim still holds.
pub fn fail(db: &Connection, claim: &Claim, error: &Error) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE job SET state = 'failed', error = ?3 WHERE id = ?1 AND token = ?2 AND state = 'running'",
            params![claim.id, claim.token, to_json(error)?],
        )
        .db()?;
    Ok(changed == 1)
}

/// Whether the job still waits or runs.
pub fn is_open(db: &Connection, stage: Stage, subject: i64) -> Result<bool> {
    db.query_row(
        "SELECT count(*) > 0 FROM job WHERE stage = ?1 AND subject = ?2 AND state IN ('queued', 'running')",
        params![name(stage), subject],
        |r| r.get(0),
    )
    .db()
}

/// Why the job failed, if it did.
pub fn failure(db: &Connection, stage: Stage, subject: i64) -> Result<Option<Error>> {
    let error: Option<String> = db
        .query_row(
            "SELECT error FROM job WHERE stage = ?1 AND subject = ?2 AND state = 'failed'",
            params![name(stage), subject],
            |r| r.get(0),
        )
        .optional()
        .db()?;
    error.map(|e| from_json(&e)).transpose()
}

/// Not wanted any more; whoever is at it will not be able to finish.
pub fn withdraw(db: &Connection, stage: Stage, subject: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE job SET state = 'done', token = token + 1, error = NULL WHERE stage = ?1 AND subject = ?2 AND state <> 'done'",
    )
    .and_then(|mut s| s.execute(params![name(stage), subject]))
    .db()?;
    Ok(())
}

/// Back into the queue, unharmed.
pub fn release(db: &Connection, claim: &Claim) -> Result<()> {
    db.execute(
        "UPDATE job SET state = 'queued' WHERE id = ?1 AND token = ?2 AND state = 'running'",
        params![claim.id, claim.token],
    )
    .db()?;
    Ok(())
}

/// Stopped at the clerk's word; [`resume`] brings it back.
pub fn cancel(db: &Connection, claim: &Claim) -> Result<()> {
    db.execute(
        "UPDATE job SET state = 'cancelled' WHERE id = ?1 AND token = ?2 AND state = 'running'",
        params![claim.id, claim.token],
    )
    .db()?;
    Ok(())
}

/// Puts back what a crashed process was at. Only the holder of the station's work lock may call it: nobody else can be
/// running anything then.
pub fn recover(db: &Connection) -> Result<usize> {
    db.execute("UPDATE job SET state = 'queued' WHERE state = 'running'", []).db()
}

/// Takes back what waits; [`resume`] brings it back.
pub fn cancel_queued(db: &Connection) -> Result<usize> {
    db.execute("UPDATE job SET state = 'cancelled' WHERE state = 'queued'", []).db()
}

/// Puts everything that was cancelled back into the queue, queued as of now.
pub fn resume(db: &Connection) -> Result<usize> {
    db.execute("UPDATE job SET state = 'queued', queued = ?1 WHERE state = 'cancelled'", [time::now().0]).db()
}

/// Counts over the jobs queued since `since` (milliseconds), and all that are cancelled.
pub fn counts(db: &Connection, since: i64) -> Result<Counts> {
    db.query_row(
        "SELECT coalesce(sum(state = 'queued'), 0), coalesce(sum(state = 'running'), 0), coalesce(sum(state = 'done'), 0),
         coalesce(sum(state = 'failed'), 0), (SELECT count(*) FROM job WHERE state = 'cancelled')
         FROM job WHERE queued >= ?1",
        [since],
        |r| {
            Ok(Counts {
                queued: r.get(0)?,
                running: r.get(1)?,
                done: r.get(2)?,
                failed: r.get(3)?,
                cancelled: r.get(4)?,
            })
        },
    )
    .db()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_model::Code;

    fn table() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(SCHEMA).unwrap();
        db
    }

    #[test]
    fn the_counter_goes_before_the_backlog_and_each_job_to_one_worker() {
        let db = table();
        enqueue(&db, Stage::Read, 1, 5).unwrap();
        enqueue(&db, Stage::Read, 2, 5).unwrap();
        enqueue(&db, Stage::Pdf, 9, 1).unwrap();
        let order: Vec<_> = std::iter::from_fn(|| claim(&db).unwrap()).map(|c| (c.stage, c.subject)).collect();
        assert_eq!(order, [(Stage::Pdf, 9), (Stage::Read, 1), (Stage::Read, 2)]);
    }

    #[test]
    fn a_claim_that_was_taken_over_cannot_finish() {
        let db = table();
        enqueue(&db, Stage::Read, 1, 0).unwrap();
        let first = claim(&db).unwrap().unwrap();
        recover(&db).unwrap();
        let second = claim(&db).unwrap().unwrap();
        assert!(!finish(&db, &first).unwrap());
        assert!(finish(&db, &second).unwrap());
        assert!(!finish(&db, &second).unwrap());
    }

    #[test]
    fn queuing_again_while_it_runs_makes_it_run_again() {
        let db = table();
        enqueue(&db, Stage::Read, 1, 0).unwrap();
        let stale = claim(&db).unwrap().unwrap();
        enqueue(&db, Stage::Read, 1, 0).unwrap();
        assert!(!finish(&db, &stale).unwrap());
        let fresh = claim(&db).unwrap().unwrap();
        assert!(finish(&db, &fresh).unwrap());
        assert_eq!(counts(&db, 0).unwrap(), Counts { done: 1, ..Counts::default() });
    }

    #[test]
    fn why_a_job_failed_is_kept() {
        let db = table();
        enqueue(&db, Stage::Capture, 1, 0).unwrap();
        assert!(is_open(&db, Stage::Capture, 1).unwrap() && failure(&db, Stage::Capture, 1).unwrap().is_none());
        let claim = claim(&db).unwrap().unwrap();
        assert!(fail(&db, &claim, &Error::new(Code::Internal, "hỏng").hint("sửa")).unwrap());
        assert!(!is_open(&db, Stage::Capture, 1).unwrap());
        let error = failure(&db, Stage::Capture, 1).unwrap().unwrap();
        assert_eq!((error.code, &*error.message, &*error.hint), (Code::Internal, "hỏng", "sửa"));
    }

    #[test]
    fn what_was_cancelled_can_be_resumed() {
        let db = table();
        enqueue(&db, Stage::Read, 1, 0).unwrap();
        enqueue(&db, Stage::Read, 2, 0).unwrap();
        let running = claim(&db).unwrap().unwrap();
        cancel_queued(&db).unwrap();
        cancel(&db, &running).unwrap();
        assert!(claim(&db).unwrap().is_none());
        recover(&db).unwrap();
        assert!(claim(&db).unwrap().is_none(), "a crash does not undo the clerk's word");
        assert!(!finish(&db, &running).unwrap());
        assert_eq!(counts(&db, i64::MAX).unwrap(), Counts { cancelled: 2, ..Counts::default() });
        resume(&db).unwrap();
        assert!(claim(&db).unwrap().is_some() && claim(&db).unwrap().is_some());
    }
}

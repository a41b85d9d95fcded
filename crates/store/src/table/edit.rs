//! What the clerk did to the order of pages: split, merged, moved, turned, deleted. Pages and received files never
//! change; an edit is a row with the layout before and after it, so that it can be taken back and done again without
//! limit until the dossier is sealed.
//!
//! A document or page that is in no layout is dropped, not gone: it keeps its row and everything that was made of it,
//! under the number `-id`, and counts nowhere.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sohoa_model::{Error, Result, time};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{dossier, from_json, to_json};
use crate::{Db, search};

pub const SCHEMA: &str = "
-- With whose files the page came; stays when the page goes to another document.
ALTER TABLE page ADD COLUMN origin INTEGER REFERENCES document;
UPDATE page SET origin = document;
CREATE INDEX page_origin ON page (origin, document, number);

-- Where the documents of a dossier went that turned out to be part of another one.
ALTER TABLE dossier ADD COLUMN merged INTEGER REFERENCES dossier;

-- Codes that dossiers bore before their present ones; none of them is given out again.
CREATE TABLE former_code (code TEXT PRIMARY KEY, dossier INTEGER NOT NULL REFERENCES dossier) STRICT;

CREATE TABLE edit (
  id INTEGER PRIMARY KEY,
  dossier INTEGER NOT NULL REFERENCES dossier,
  -- The second dossier, if something went from one to the other.
  other INTEGER REFERENCES dossier,
  action TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- done | undone | left (undone, and then something else was done)
  state TEXT NOT NULL DEFAULT 'done'
) STRICT;
CREATE INDEX edit_dossier ON edit (dossier, state);
CREATE INDEX edit_other ON edit (other, state);

INSERT INTO edit (dossier, action, before, after, at)
SELECT c.dossier, 'turn',
  json_object('turns', json_object(CAST(e.page AS TEXT), e.turn_before)),
  json_object('turns', json_object(CAST(e.page AS TEXT), e.turn_after)), e.at
FROM page_edit e JOIN page p ON p.id = e.page JOIN document c ON c.id = p.document ORDER BY e.id;
DROP TABLE page_edit;
";

/// How the pages of one dossier (or of two) lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    pub dossiers: Vec<Dossier>,
    /// The clerk's turns, of the pages that the edit turns.
    pub turns: BTreeMap<i64, Option<u32>>,
    /// Whether the pages of which the edit says so are left as they lie.
    pub leaning: BTreeMap<i64, bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    pub id: i64,
    pub code: String,
    /// The dossier of which it has become part.
    pub merged: Option<i64>,
    pub documents: Vec<Document>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub id: i64,
    pub pages: Vec<i64>,
}

impl Layout {
    fn pages(&self) -> impl Iterator<Item = i64> {
        self.dossiers.iter().flat_map(|d| &d.documents).flat_map(|d| &d.pages).copied()
    }
}

/// One line of the history.
#[derive(Clone, Debug)]
pub struct Edit {
    pub id: i64,
    pub dossier: i64,
    pub other: Option<i64>,
    pub action: String,
    pub before: Layout,
    pub after: Layout,
}

impl Edit {
    /// The dossier at the other end, seen from `dossier`.
    pub fn peer(&self, dossier: i64) -> Option<i64> {
        self.other.map(|other| if other == dossier { self.dossier } else { other })
    }
}

/// What an applied layout changed, by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Documents that hold other pages than before, or the same in another order.
    pub documents: BTreeSet<i64>,
    /// Documents that are only called by another number or code.
    pub renamed: BTreeSet<i64>,
    /// Documents without a page, and so without a place.
    pub dropped: BTreeSet<i64>,
    /// Pages to be read another way up, set straight or not.
    pub turned: BTreeSet<i64>,
}

/// How a dossier lies now.
pub fn layout(db: &Connection, dossier: i64) -> Result<Dossier> {
    let mut layout = db
        .query_row("SELECT id, code, merged FROM dossier WHERE id = ?1", [dossier], |r| {
            Ok(Dossier { id: r.get(0)?, code: r.get(1)?, merged: r.get(2)?, documents: Vec::new() })
        })
        .db()?;
    let mut statement = db
        .prepare_cached(
            "SELECT c.id, p.id FROM document c LEFT JOIN page p ON p.document = c.id AND p.number > 0
             WHERE c.dossier = ?1 AND c.number > 0 ORDER BY c.number, p.number",
        )
        .db()?;
    let mut rows = statement.query([dossier]).db()?;
    while let Some(row) = rows.next().db()? {
        let document = row.get(0).db()?;
        if layout.documents.last().is_none_or(|d| d.id != document) {
            layout.documents.push(Document { id: document, pages: Vec::new() });
        }
        if let (Some(last), Some(page)) = (layout.documents.last_mut(), row.get(1).db()?) {
            last.pages.push(page);
        }
    }
    Ok(layout)
}

/// Lays the pages of `to`'s dossiers as it says. Pages that neither layout knows have arrived in the meantime: they stay
/// in their document, behind the others, or go where the page before them goes.
pub fn apply(db: &Connection, from: &Layout, to: &Layout) -> Result<Changed> {
    let ids: BTreeSet<i64> = from.dossiers.iter().chain(&to.dossiers).map(|d| d.id).collect();
    let now: Vec<Dossier> = ids.iter().map(|id| layout(db, *id)).collect::<Result<_>>()?;
    let known: BTreeSet<i64> = from.pages().chain(to.pages()).collect();
    let wanted = with_arrivals(&now, &known, to.dossiers.clone());
    let mut changed = Changed::default();

    for dossier in &wanted {
        let old = now.iter().find(|d| d.id == dossier.id);
        if let Some(old) = old.filter(|old| old.code != dossier.code) {
            dossier::rename(db, dossier.id, &old.code, &dossier.code)?;
        }
        db.execute("UPDATE dossier SET merged = ?2 WHERE id = ?1", params![dossier.id, dossier.merged]).db()?;
    }

    // Everything steps aside first, so that no two bear one number on the way.
    let mut aside = db.prepare_cached("UPDATE document SET number = -id WHERE id = ?1").db()?;
    for document in now.iter().flat_map(|d| &d.documents) {
        aside.execute([document.id]).db()?;
    }
    let mut aside = db.prepare_cached("UPDATE page SET number = -id WHERE id = ?1").db()?;
    let pages = |layout: &[Dossier]| -> BTreeSet<i64> {
        layout.iter().flat_map(|d| &d.documents).flat_map(|d| d.pages.iter().copied()).collect()
    };
    let (before, after) = (pages(&now), pages(&wanted));
    for page in &before {
        aside.execute([page]).db()?;
    }
    let mut place_document = db.prepare_cached("UPDATE document SET dossier = ?2, number = ?3 WHERE id = ?1").db()?;
    let mut place_page = db.prepare_cached("UPDATE page SET document = ?2, number = ?3 WHERE id = ?1").db()?;
    for dossier in &wanted {
        for (document, number) in dossier.documents.iter().zip(1..) {
            place_document.execute(params![document.id, dossier.id, number]).db()?;
            for (page, number) in document.pages.iter().zip(1..) {
                place_page.execute(params![page, document.id, number]).db()?;
            }
        }
    }
    for page in before.difference(&after) {
        search::hide(db, *page)?;
    }
    for page in after.difference(&before) {
        search::show(db, *page)?;
    }

    for (page, turn) in &to.turns {
        let (document, old): (i64, Option<u32>) = db
            .query_row("SELECT document, turn FROM page WHERE id = ?1", [page], |r| Ok((r.get(0)?, r.get(1)?)))
            .db()?;
        if old != *turn {
            db.execute("UPDATE page SET turn = ?2 WHERE id = ?1", params![page, turn]).db()?;
            changed.turned.insert(*page);
            changed.documents.insert(document);
        }
    }
    for (page, leaning) in &to.leaning {
        let (document, old): (i64, bool) = db
            .query_row("SELECT document, leaning FROM page WHERE id = ?1", [page], |r| Ok((r.get(0)?, r.get(1)?)))
            .db()?;
        if old != *leaning {
            db.execute("UPDATE page SET leaning = ?2 WHERE id = ?1", params![page, leaning]).db()?;
            changed.turned.insert(*page);
            changed.documents.insert(document);
        }
    }
    let lay = |layout: &[Dossier]| -> HashMap<i64, (Vec<i64>, (String, usize))> {
        layout
            .iter()
            .flat_map(|d| {
                d.documents.iter().enumerate().map(move |(i, c)| (c.id, (c.pages.clone(), (d.code.clone(), i))))
            })
            .collect()
    };
    let (old, new) = (lay(&now), lay(&wanted));
    for (id, (pages, name)) in &new {
        match old.get(id) {
            Some((same, named)) if same == pages => drop((named != name).then(|| changed.renamed.insert(*id))),
            _ => drop(changed.documents.insert(*id)),
        }
    }
    changed.renamed.retain(|id| !changed.documents.contains(id));
    changed.dropped = old.into_keys().filter(|id| !new.contains_key(id)).collect();
    changed.documents.retain(|id| !changed.dropped.contains(id));
    Ok(changed)
}

/// `wanted` with a place for every page that lies somewhere now and that the layouts do not know.
fn with_arrivals(now: &[Dossier], known: &BTreeSet<i64>, mut wanted: Vec<Dossier>) -> Vec<Dossier> {
    for dossier in now {
        if !wanted.iter().any(|d| d.id == dossier.id) {
            wanted.push(Dossier { documents: Vec::new(), ..dossier.clone() });
        }
        for document in &dossier.documents {
            let mut before = None;
            for page in &document.pages {
                if known.contains(page) {
                    before = Some(*page);
                    continue;
                }
                let home = document_mut(&mut wanted, |d| d.id == document.id).is_some();
                let target = document_mut(&mut wanted, |d| match before {
                    _ if home => d.id == document.id,
                    Some(before) => d.pages.contains(&before),
                    None => false,
                });
                match target {
                    Some(target) => target.pages.push(*page),
                    None => {
                        // Nothing of a dossier that becomes part of another stays out of sight.
                        let merged = wanted.iter().find(|d| d.id == dossier.id).and_then(|d| d.merged);
                        let home = merged.unwrap_or(dossier.id);
                        let alone = Document { id: document.id, pages: vec![*page] };
                        if let Some(home) = wanted.iter_mut().find(|d| d.id == home) {
                            home.documents.push(alone);
                        }
                    }
                }
            }
        }
    }
    for dossier in &mut wanted {
        dossier.documents.retain(|d| !d.pages.is_empty());
    }
    wanted
}

fn document_mut(layout: &mut [Dossier], is: impl Fn(&Document) -> bool) -> Option<&mut Document> {
    layout.iter_mut().flat_map(|d| &mut d.documents).find(|d| is(d))
}

/// Writes down what was done; what was undone before it cannot be done again.
pub fn add(
    db: &Connection,
    dossier: i64,
    other: Option<i64>,
    action: &str,
    before: &Layout,
    after: &Layout,
) -> Result<i64> {
    for dossier in [Some(dossier), other].into_iter().flatten() {
        db.execute("UPDATE edit SET state = 'left' WHERE (dossier = ?1 OR other = ?1) AND state = 'undone'", [dossier])
            .db()?;
    }
    db.execute(
        "INSERT INTO edit (dossier, other, action, before, after, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![dossier, other, action, to_json(before)?, to_json(after)?, time::now().0],
    )
    .db()?;
    Ok(db.last_insert_rowid())
}

/// The edit that undoing takes back.
pub fn last_done(db: &Connection, dossier: i64) -> Result<Option<Edit>> {
    db.prepare_cached(
        "SELECT * FROM edit WHERE (dossier = ?1 OR other = ?1) AND state = 'done' ORDER BY id DESC LIMIT 1",
    )
    .and_then(|mut s| s.query_row([dossier], edit).optional())
    .db()
}

/// The edit that redoing does again.
pub fn next_undone(db: &Connection, dossier: i64) -> Result<Option<Edit>> {
    db.prepare_cached("SELECT * FROM edit WHERE (dossier = ?1 OR other = ?1) AND state = 'undone' ORDER BY id LIMIT 1")
        .and_then(|mut s| s.query_row([dossier], edit).optional())
        .db()
}

pub fn set_undone(db: &Connection, id: i64, undone: bool) -> Result<()> {
    let state = if undone { "undone" } else { "done" };
    db.execute("UPDATE edit SET state = ?2 WHERE id = ?1", params![id, state]).db()?;
    Ok(())
}

/// The document and its pages as they were when the page was last deleted.
pub fn deleted_from(db: &Connection, dossier: i64, page: i64) -> Result<Option<Document>> {
    let mut statement = db
        .prepare_cached("SELECT * FROM edit WHERE (dossier = ?1 OR other = ?1) AND state = 'done' ORDER BY id DESC")
        .db()?;
    let mut rows = statement.query([dossier]).db()?;
    while let Some(row) = rows.next().db()? {
        let edit = edit(row).db()?;
        if edit.before.pages().any(|p| p == page) && edit.after.pages().all(|p| p != page) {
            let documents = edit.before.dossiers.into_iter().flat_map(|d| d.documents);
            return Ok(documents.into_iter().find(|d| d.pages.contains(&page)));
        }
    }
    Ok(None)
}

fn edit(row: &Row) -> rusqlite::Result<Edit> {
    let bad = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    Ok(Edit {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        other: row.get("other")?,
        action: row.get("action")?,
        before: from_json(&row.get::<_, String>("before")?).map_err(bad)?,
        after: from_json(&row.get::<_, String>("after")?).map_err(bad)?,
    })
}

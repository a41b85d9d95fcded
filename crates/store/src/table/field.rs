//! Fields: what was proposed, where the paper contradicts itself, and beside it the clerk's word, which no later reading
//! overwrites.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sohoa_model::{Error, Extracted, Field, FieldName, Result, Source, time};

use super::{from_json, to_json};
use crate::Db;

pub const SCHEMA: &str = "
CREATE TABLE proposal (
  document INTEGER NOT NULL REFERENCES document,
  name TEXT NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (document, name)
) STRICT;

CREATE TABLE word (
  document INTEGER NOT NULL REFERENCES document,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (document, name)
) STRICT;
";

pub const CONTRADICTION: &str = "
CREATE TABLE contradiction (
  document INTEGER PRIMARY KEY REFERENCES document,
  differences TEXT NOT NULL,
  strangers TEXT NOT NULL
) STRICT;
";

pub const PAGE_FAULTS: &str = "ALTER TABLE contradiction ADD COLUMN page_faults TEXT NOT NULL DEFAULT '[]';";

/// Replaces what was proposed for a document.
pub fn propose(db: &Connection, document: i64, fields: &[Field]) -> Result<()> {
    db.execute("DELETE FROM proposal WHERE document = ?1", [document]).db()?;
    let mut statement = db.prepare_cached("INSERT INTO proposal VALUES (?1, ?2, ?3)").db()?;
    for field in fields {
        statement.execute(params![document, field.name.key(), to_json(field)?]).db()?;
    }
    Ok(())
}

/// Replaces what is known of a document's contradictions. Most have none.
pub fn contradict(db: &Connection, document: i64, found: &Extracted) -> Result<()> {
    db.execute("DELETE FROM contradiction WHERE document = ?1", [document]).db()?;
    if !found.differences.is_empty() || !found.strangers.is_empty() || !found.page_faults.is_empty() {
        let (differences, strangers) = (to_json(&found.differences)?, to_json(&found.strangers)?);
        let row = params![document, differences, strangers, to_json(&found.page_faults)?];
        db.execute("INSERT INTO contradiction VALUES (?1, ?2, ?3, ?4)", row).db()?;
    }
    Ok(())
}

/// Where the sources of a document differ, whose cards lie in it besides, and which of its page numbers do not add up;
/// these alone.
pub fn contradictions(db: &Connection, document: i64) -> Result<Extracted> {
    let mut statement =
        db.prepare_cached("SELECT differences, strangers, page_faults FROM contradiction WHERE document = ?1").db()?;
    let row: Option<[String; 3]> =
        statement.query_row([document], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?])).optional().db()?;
    let Some([differences, strangers, page_faults]) = row else { return Ok(Extracted::default()) };
    Ok(Extracted {
        differences: from_json(&differences)?,
        strangers: from_json(&strangers)?,
        page_faults: from_json(&page_faults)?,
        ..Extracted::default()
    })
}

/// The clerk's word.
pub fn set(db: &Connection, document: i64, name: FieldName, value: &str) -> Result<()> {
    db.execute(
        "INSERT INTO word VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at",
        params![document, name.key(), value, time::now().0],
    )
    .db()?;
    Ok(())
}

/// Each side is narrowed by itself: a condition on the joined rows would walk every document's.
pub(super) const OF_DOCUMENT: &str = "
SELECT coalesce(w.name, p.name) AS name, w.value, p.field
FROM (SELECT * FROM proposal WHERE document = ?1) p FULL JOIN (SELECT * FROM word WHERE document = ?1) w USING (name)
";

/// The fields as they stand: the clerk's word where there is one (at the place where the value was proposed), else the
/// proposal. An empty word of the clerk means that the document has no such field.
pub fn of_document(db: &Connection, document: i64) -> Result<Vec<Field>> {
    let mut statement = db.prepare_cached(OF_DOCUMENT).db()?;
    let mut fields: Vec<Field> = statement.query_map([document], field).and_then(Iterator::collect).db()?;
    fields.retain(|f| !f.value.is_empty());
    fields.sort_by_key(|f| f.name);
    Ok(fields)
}

fn field(row: &Row) -> rusqlite::Result<Field> {
    let bad = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e.into());
    let proposed: Option<Field> =
        row.get::<_, Option<String>>("field")?.map(|f| from_json(&f)).transpose().map_err(bad)?;
    let word: Option<String> = row.get("value")?;
    match (word, proposed) {
        (None, Some(field)) => Ok(field),
        (word, proposed) => Ok(Field {
            name: FieldName::from_key(&row.get::<_, String>("name")?).ok_or(rusqlite::Error::InvalidQuery)?,
            value: word.unwrap_or_default(),
            // Whatever the clerk says, the paper was read so.
            read: proposed.as_ref().and_then(|f| f.read.clone()),
            source: Source::Clerk,
            confidence: 100.0,
            page: proposed.as_ref().and_then(|f| f.page),
            bounds: proposed.and_then(|f| f.bounds),
        }),
    }
}

/// Every field of this name in a dossier, with the number of its document, the clerk's word first, then codes, then
/// text, each by falling confidence.
pub fn of_dossier(db: &Connection, dossier: i64) -> Result<Vec<(u32, Field)>> {
    let mut statement =
        db.prepare_cached("SELECT id, number FROM document WHERE dossier = ?1 AND number > 0 ORDER BY number").db()?;
    let documents: Vec<(i64, u32)> =
        statement.query_map([dossier], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).db()?;
    let mut all = Vec::new();
    for (id, number) in documents {
        all.extend(of_document(db, id)?.into_iter().map(|field| (number, field)));
    }
    all.sort_by(|(_, a), (_, b)| b.source.cmp(&a.source).then(b.confidence.total_cmp(&a.confidence)));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_model::{Difference, Fault, PageFault, Said, Stranger, Witness};

    /// A store with one document.
    fn store() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        crate::migrate::migrate(&mut db).unwrap();
        for sql in [
            "INSERT INTO dossier (id, code, created, updated) VALUES (1, 'H05.16-260210-0001', 0, 0)",
            "INSERT INTO document (id, dossier, number, grouped, received_as, captured) VALUES (1, 1, 1, 1, 'a', 0)",
        ] {
            db.execute(sql, []).unwrap();
        }
        db
    }

    #[test]
    fn what_was_read_stays_beside_what_was_put_right_and_the_clerks_word() {
        let db = store();
        let field = |name, value: &str, read: Option<&str>| Field {
            name,
            value: value.into(),
            read: read.map(str::to_owned),
            source: Source::Text,
            confidence: 90.0,
            page: Some(1),
            bounds: Some([1, 2, 3, 4]),
        };
        let right = field(FieldName::Symbol, "QĐ-UBND", Some("QD-UBND"));
        let fields = [field(FieldName::Number, "15", None), right.clone()];
        propose(&db, 1, &fields).unwrap();
        assert_eq!(of_document(&db, 1).unwrap(), fields);
        set(&db, 1, FieldName::Symbol, "QĐ-HĐND").unwrap();
        set(&db, 1, FieldName::Agency, "Ủy ban").unwrap();
        let [_, symbol, agency] = &of_document(&db, 1).unwrap()[..] else { panic!("three fields") };
        assert_eq!((&*symbol.value, &symbol.read, symbol.source), ("QĐ-HĐND", &right.read, Source::Clerk));
        assert_eq!((&*agency.value, &agency.read), ("Ủy ban", &None));
        // One that an earlier version proposed.
        let before = r#"{"name":"symbol","value":"15","source":"text","confidence":90.0,"page":1,"box":null}"#;
        db.execute("UPDATE proposal SET field = ?1 WHERE name = 'symbol'", [before]).unwrap();
        assert_eq!(of_document(&db, 1).unwrap()[1].read, None);
    }

    #[test]
    fn contradictions_are_those_of_the_latest_reading() {
        let db = store();
        let said = |source, value: &str| Said { source, value: value.into(), page: 2, bounds: Some([1, 2, 3, 4]) };
        let values = vec![said(Witness::Mrz, "1994-03-02"), said(Witness::Text, "1994-03-03")];
        let found = Extracted {
            differences: vec![Difference { field: FieldName::BirthDate, values }],
            strangers: vec![Stranger {
                name: None,
                personal_id: Some("027094000123".into()),
                source: Witness::Code,
                page: 3,
                bounds: None,
            }],
            page_faults: vec![PageFault {
                fault: Fault::Missing,
                first: 3,
                last: 4,
                page: 3,
                bounds: Some([1, 2, 3, 4]),
            }],
            ..Extracted::default()
        };
        contradict(&db, 1, &found).unwrap();
        assert_eq!(contradictions(&db, 1).unwrap(), found);
        let found = Extracted { differences: Vec::new(), strangers: Vec::new(), ..found };
        contradict(&db, 1, &found).unwrap();
        assert_eq!(contradictions(&db, 1).unwrap(), found);
        contradict(&db, 1, &Extracted::default()).unwrap();
        assert_eq!(contradictions(&db, 1).unwrap(), Extracted::default());
    }
}

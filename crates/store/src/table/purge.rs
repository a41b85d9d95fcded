//! What may not be kept, taken out for good: a page with the mark of a state secret, all that was made of it, and the
//! received file that it lay in.
//!
//! The rows go in one transaction, which also writes down the blobs to be destroyed; [`crate::Store::finish_purges`]
//! destroys them, lets no old page of the database stand, and only then forgets what it had to do. Whoever crashes in
//! between carries on at the next start. Rows of jobs and the audit log stay: they hold numbers only, and the log speaks
//! of digests under salts that go with the page ([`super::event::veiled`]).

use rusqlite::{Connection, OptionalExtension, params};
use sohoa_model::{Code, Digest, Error, Result};
use std::collections::BTreeSet;
use std::path::Path;

use super::{digest_at, document, from_json, page, to_json};
use crate::{Db, search};

pub(crate) const SCHEMA: &str = "
-- Blobs being destroyed; the empty one stands for the old pages of the database.
CREATE TABLE purge (blob TEXT PRIMARY KEY) STRICT;

-- The received file that a page was taken out of. Pages of before have none and may be of any file of their document.
CREATE TABLE page_source (
  page INTEGER PRIMARY KEY REFERENCES page,
  source TEXT NOT NULL REFERENCES source
) STRICT;
CREATE INDEX page_source_source ON page_source (source);

-- The picture that was read; none in results of before.
ALTER TABLE result ADD COLUMN page TEXT;
CREATE INDEX result_page ON result (page);

CREATE TABLE veil (digest TEXT PRIMARY KEY, salt TEXT NOT NULL) STRICT;
";

/// Every column that names a blob, and what its row is called to the clerk.
pub(crate) const REFERENCES: &[(&str, &str, &str)] = &[
    ("source", "digest", "'tệp gốc ' || name"),
    ("page", "blob", "'trang ' || id"),
    ("page", "reading", "'bản đọc của trang ' || id"),
    ("page", "thumbnail", "'ảnh nhỏ của trang ' || id"),
    ("stack_page", "blob", "'trang quét ' || id"),
    ("stack_page", "thumbnail", "'ảnh nhỏ của trang quét ' || id"),
    ("document", "pdf", "'PDF/A của giấy tờ ' || id"),
    ("package", "blob", "'gói tin ' || objid"),
];

/// The pages and received files that go together: where one is refused, all are.
#[derive(Debug, Default)]
pub struct Together {
    pub pages: BTreeSet<i64>,
    pub sources: BTreeSet<Digest>,
}

/// A page with the files that hold it, all their pages, and wherever the same pictures came once more: a page cannot be
/// cut out of a file that is kept as received.
pub fn together(db: &Connection, page: i64) -> Result<Together> {
    let mut all = Together::default();
    let mut todo = vec![page];
    while let Some(id) = todo.pop() {
        if !all.pages.insert(id) {
            continue;
        }
        todo.extend(ids(db, "SELECT b.id FROM page a JOIN page b ON b.blob = a.blob WHERE a.id = ?1", params![id])?);
        let known = "SELECT source FROM page_source WHERE page = ?1";
        let mut sources = digests(db, known, params![id])?;
        if sources.is_empty() {
            let any = "SELECT s.digest FROM page p JOIN source s ON s.document = p.origin WHERE p.id = ?1";
            sources = digests(db, any, params![id])?;
        }
        for source in sources {
            if all.sources.insert(source) {
                todo.extend(ids(
                    db,
                    "SELECT page FROM page_source WHERE source = ?1
                     UNION SELECT p.id FROM source s JOIN page p ON p.origin = s.document
                     WHERE s.digest = ?1 AND p.id NOT IN (SELECT page FROM page_source)",
                    params![source.to_string()],
                )?);
            }
        }
    }
    Ok(all)
}

/// Takes a page that has only just come out of the scanner out of its stack. What it became, if anything, goes by
/// [`page`].
pub fn stack_page(db: &Connection, id: i64) -> Result<()> {
    let row = super::stack::page_by_id(db, id)?;
    db.execute("DELETE FROM stack_print WHERE page = ?1", [id]).db()?;
    db.execute("DELETE FROM stack_page WHERE id = ?1", [id]).db()?;
    intend(db, [Some(row.blob), row.thumbnail].into_iter().flatten().collect())
}

/// Takes a page out of every table that holds or derives anything of it, and writes down its blobs for destruction. Its
/// document loses its PDF, its fields and the clerk's words on them, and is to be made anew of the pages that are left;
/// packages of its dossier go, too. What the page was taken out of is not touched: see [`source`].
pub fn page(db: &Connection, id: i64) -> Result<()> {
    let row = page::get(db, id)?;
    let document = document::by_id(db, row.document)?;
    let mut blobs: BTreeSet<Digest> =
        [Some(row.blob), row.reading, row.thumbnail, document.pdf].into_iter().flatten().collect();
    blobs.extend(results(db, &row.blob)?);
    blobs.extend(digests(db, "SELECT blob FROM package WHERE dossier = ?1", params![document.dossier])?);
    // PDFs made before the present one are nobody's; those of other documents go with them.
    let orphans = "SELECT digest FROM veil WHERE digest NOT IN (SELECT pdf FROM document WHERE pdf IS NOT NULL)
        AND digest NOT IN (SELECT digest FROM source)";
    blobs.extend(digests(db, orphans, params![])?);
    let told = "SELECT json_extract(e.detail, '$.pdf') FROM event e JOIN dossier d ON d.code = e.subject
        WHERE d.id = ?1 AND e.action = 'convert'";
    blobs.extend(digests(db, told, params![document.dossier])?);
    search::purge(db, id)?;
    for scanned in ids(db, "SELECT id FROM stack_page WHERE page = ?1", params![id])? {
        stack_page(db, scanned)?;
    }
    // A history that knows the page cannot be gone back through.
    db.execute("DELETE FROM edit WHERE dossier = ?1 OR other = ?1", [document.dossier]).db()?;
    for sql in [
        "DELETE FROM page_source WHERE page = ?1",
        // Job numbers are not given twice while somebody may still be at the old job.
        "UPDATE job SET state = 'done', token = token + 1, error = NULL WHERE stage = 'read' AND subject = ?1",
        "DELETE FROM page WHERE id = ?1",
    ] {
        db.execute(sql, [id]).db()?;
    }
    // Twice, since no two pages may have one number even in passing. What the clerk deleted has none.
    if row.number > 0 {
        for sql in [
            "UPDATE page SET number = number + 1000000 WHERE document = ?1 AND number > ?2",
            "UPDATE page SET number = number - 1000001 WHERE document = ?1 AND number > 1000000 + ?2",
        ] {
            db.execute(sql, params![document.id, row.number]).db()?;
        }
    }
    for sql in [
        "DELETE FROM proposal WHERE document = ?1",
        "DELETE FROM word WHERE document = ?1",
        "DELETE FROM contradiction WHERE document = ?1",
    ] {
        db.execute(sql, [document.id]).db()?;
    }
    db.execute(
        "UPDATE job SET state = 'done', token = token + 1, error = NULL WHERE stage IN ('pdf', 'extract') AND subject = ?1",
        [document.id],
    )
    .db()?;
    document::set_stale(db, document.id)?;
    db.execute("DELETE FROM package WHERE dossier = ?1", [document.dossier]).db()?;
    super::dossier::reopen(db, document.dossier)?;
    intend(db, blobs)
}

/// Takes a received file out, after its pages. Gives the document that it was of.
pub fn source(db: &Connection, source: &Digest) -> Result<i64> {
    let found = document::find_source(db, source)?;
    let found = found.ok_or_else(|| Error::new(Code::NotFound, "Không có tệp gốc này"))?;
    db.execute("DELETE FROM source WHERE digest = ?1", [source.to_string()]).db()?;
    intend(db, [*source].into())?;
    Ok(found.document)
}

/// A file that an intake had taken: which intake, what it is called there now, and what it was called.
pub struct Refused {
    pub intake: i64,
    pub name: String,
    pub path: String,
}

/// Writes down for every intake that took in the file `name` of a document that it was refused, without its path, and
/// takes its path out of what the intakes were asked for.
pub fn refuse(db: &Connection, document: i64, name: &str, error: &Error) -> Result<Vec<Refused>> {
    let mut statement = db.prepare("SELECT rowid, intake, path FROM intake_file WHERE document = ?1").db()?;
    let rows = statement.query_map([document], |r| Ok((r.get::<_, i64>(0)?, r.get(1)?, r.get::<_, String>(2)?)));
    let rows: Vec<_> = rows.and_then(Iterator::collect).db()?;
    let error = to_json(error)?;
    let mut refused = Vec::new();
    for (row, intake, path) in rows {
        // One that was known already may have come under another name.
        let copy: bool =
            db.query_row("SELECT duplicate FROM intake_file WHERE rowid = ?1", [row], |r| r.get(0)).db()?;
        if !copy && Path::new(&path).file_name().is_none_or(|n| n.to_string_lossy() != name) {
            continue;
        }
        let plain = format!("(không nêu tên, {row})");
        db.execute(
            "UPDATE intake_file SET path = ?2, document = NULL, duplicate = 0, error = ?3 WHERE rowid = ?1",
            params![row, plain, error],
        )
        .db()?;
        let request: String = db.query_row("SELECT request FROM intake WHERE id = ?1", [intake], |r| r.get(0)).db()?;
        let mut request: serde_json::Value = from_json(&request)?;
        if let Some(paths) = request.get_mut("paths").and_then(|p| p.as_array_mut()) {
            paths.retain(|p| p.as_str() != Some(&path));
        }
        db.execute("UPDATE intake SET request = ?2 WHERE id = ?1", params![intake, to_json(&request)?]).db()?;
        refused.push(Refused { intake, name: plain, path });
    }
    Ok(refused)
}

/// Removes a document of which nothing is left, and its dossier when that held nothing else. True if the document went.
pub fn if_empty(db: &Connection, document: i64) -> Result<bool> {
    let row = document::by_id(db, document)?;
    let pages = "SELECT count(*) FROM page WHERE document = ?1";
    // What the clerk deleted of it may come back.
    let kept: u32 = db.query_row(pages, [document], |r| r.get(0)).db()?;
    if kept > 0 || !document::sources(db, document)?.is_empty() {
        return Ok(false);
    }
    db.execute("UPDATE page SET origin = document WHERE origin = ?1", [document]).db()?;
    // Copies that were known and are known no more.
    db.execute("DELETE FROM intake_file WHERE document = ?1", [document]).db()?;
    db.execute("DELETE FROM document WHERE id = ?1", [document]).db()?;
    let bare = "SELECT NOT EXISTS (SELECT 1 FROM document WHERE dossier = ?1)";
    if db.query_row(bare, [row.dossier], |r| r.get(0)).db()? {
        match db.execute("DELETE FROM dossier WHERE id = ?1", [row.dossier]) {
            // Something else than papers hangs on it, so it is somebody's still.
            Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {}
            other => drop(other.db()?),
        }
    }
    Ok(true)
}

/// Takes out what reading this picture gave, ever; gives the blobs. Results of before do not say whose they are: those
/// that no page shows go all, since they can be had again.
fn results(db: &Connection, picture: &Digest) -> Result<BTreeSet<Digest>> {
    let mut blobs = BTreeSet::new();
    let which = "page = ?1 OR page IS NULL AND (SELECT count(*) FROM page p WHERE p.blob <> ?1
        AND p.reading = json_extract(output, '$.reading')) = 0";
    let mut statement = db.prepare(&format!("SELECT output FROM result WHERE {which}")).db()?;
    let outputs: Vec<String> =
        statement.query_map([picture.to_string()], |r| r.get(0)).and_then(Iterator::collect).db()?;
    for output in outputs {
        let output: page::Output = from_json(&output)?;
        blobs.extend([output.reading, output.thumbnail]);
    }
    db.execute(&format!("DELETE FROM result WHERE {which}"), [picture.to_string()]).db()?;
    Ok(blobs)
}

/// Writes down what is to be destroyed, and takes away what the audit log could be read with.
fn intend(db: &Connection, blobs: BTreeSet<Digest>) -> Result<()> {
    db.execute("INSERT OR IGNORE INTO purge VALUES ('')", []).db()?;
    for blob in blobs {
        db.execute("INSERT OR IGNORE INTO purge VALUES (?1)", [blob.to_string()]).db()?;
        db.execute("DELETE FROM veil WHERE digest = ?1", [blob.to_string()]).db()?;
    }
    Ok(())
}

/// Whether any purge is unfinished, with the blobs still to be destroyed. One that another row refers to is not among
/// them: the same bytes belong to that row, too.
pub(crate) fn pending(db: &Connection) -> Result<Option<Vec<Digest>>> {
    if db.query_row("SELECT count(*) = 0 FROM purge", [], |r| r.get(0)).db()? {
        return Ok(None);
    }
    let mut free = Vec::new();
    for blob in digests(db, "SELECT blob FROM purge WHERE blob <> ''", params![])? {
        if !is_referred_to(db, &blob)? {
            free.push(blob);
        }
    }
    Ok(Some(free))
}

/// Whether a row names this blob.
pub(crate) fn is_referred_to(db: &Connection, blob: &Digest) -> Result<bool> {
    for (table, column, _) in REFERENCES {
        let sql = format!("SELECT 1 FROM {table} WHERE {column} = ?1 LIMIT 1");
        if db.query_row(&sql, [blob.to_string()], |_| Ok(())).optional().db()?.is_some() {
            return Ok(true);
        }
    }
    let cached = "SELECT 1 FROM result WHERE json_extract(output, '$.reading') = ?1
        OR json_extract(output, '$.thumbnail') = ?1 LIMIT 1";
    Ok(db.query_row(cached, [blob.to_string()], |_| Ok(())).optional().db()?.is_some())
}

fn ids(db: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<i64>> {
    let mut statement = db.prepare(sql).db()?;
    statement.query_map(params, |r| r.get(0)).and_then(Iterator::collect).db()
}

fn digests(db: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<Digest>> {
    let mut statement = db.prepare(sql).db()?;
    statement.query_map(params, |r| digest_at(r, 0)).and_then(Iterator::collect).db()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{document::Source, dossier, event, field, intake, job};
    use sohoa_model::{DossierCode, Field, FieldName, Timestamp, Turn, Word, job::Stage};

    const SAID: &str = "Trường-Sa mười-hai 0987654321 phòng-không zwxqvkj";

    /// A database that is not encrypted, so that what stays in its pages can be seen.
    fn open(path: &Path) -> Connection {
        let mut db = Connection::open(path).unwrap();
        db.execute_batch("PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;").unwrap();
        crate::migrate::migrate(&mut db).unwrap();
        db
    }

    fn digest_of(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// A received file of two pages, read, made and confirmed; gives its pages.
    fn file(db: &Connection, code: &str, name: &str, said: &str) -> Vec<i64> {
        let code: DossierCode = code.parse().unwrap();
        let dossier = dossier::ensure(db, &code).unwrap();
        let path = format!("/in/{name}");
        let intake = intake::add(db, &serde_json::json!({ "paths": ["/in/other", path] })).unwrap();
        let document = document::ensure(db, dossier, &format!("{intake}:{path}"), name, Timestamp(0)).unwrap();
        let digest = digest_of(name);
        let source =
            Source { digest, document, number: 1, name: name.into(), size: 1, kind: "pdf".into(), signed: false };
        document::add_source(db, &source).unwrap();
        document::set_complete(db, document).unwrap();
        let taken = Ok(intake::Outcome::Taken { document });
        intake::record(db, intake, &path, &taken).unwrap();
        let veiled = event::veiled(db, &digest).unwrap();
        event::append(db, "station", "receive", code.as_str(), &serde_json::json!({ "source": veiled })).unwrap();
        let pages = (1..=2).map(|n| {
            let blob = digest_of(&format!("{name} {n}"));
            let new = page::New { document, blob, format: "png", width: 1, height: 1, dpi: 300.0, hint: Turn::None };
            let id = page::add(db, &new).unwrap();
            page::came_from(db, id, &digest).unwrap();
            job::enqueue(db, Stage::Read, id, 0).unwrap();
            let output = page::Output {
                reading: digest_of(&format!("{name} {n} reading")),
                thumbnail: digest_of(&format!("{name} {n} thumbnail")),
                orientation: Turn::None,
                skew: 0.0,
                blank: false,
                words: 4,
                confidence: 90.0,
                codes: vec![],
            };
            page::remember(db, &digest_of(&format!("{name} {n} key")), &blob, &output).unwrap();
            page::set_read(db, id, &output).unwrap();
            let turned = format!(r#"{{"turns":{{"{id}":180}}}}"#);
            let edit = "INSERT INTO edit (dossier, action, before, after, at) VALUES (?1, 'turn', '{}', ?2, 0)";
            db.execute(edit, params![dossier, turned]).unwrap();
            let word = |text: &str| Word { text: text.into(), confidence: 90.0, bounds: [0; 4], line: 0, block: 0 };
            search::index(db, id, &said.split(' ').map(word).collect::<Vec<_>>()).unwrap();
            id
        });
        let pages = pages.collect();
        document::set_pdf(db, document, &digest_of(&format!("{name} pdf")), 1).unwrap();
        event::veiled(db, &digest_of(&format!("{name} pdf"))).unwrap();
        event::veiled(db, &digest_of(&format!("{name} earlier pdf"))).unwrap();
        let source = sohoa_model::Source::Text;
        let (name, value, read) = (FieldName::Subject, said.into(), Some(said.into()));
        let field = Field { name, value, read, source, confidence: 1.0, page: None, bounds: None };
        field::propose(db, document, &[field]).unwrap();
        field::set(db, document, FieldName::Number, said).unwrap();
        pages
    }

    fn refusal() -> Error {
        Error::new(Code::StateSecret, "từ chối")
    }

    fn purge(db: &Connection, id: i64) -> Vec<Refused> {
        let all = together(db, id).unwrap();
        all.pages.iter().for_each(|id| page(db, *id).unwrap());
        let mut refused = Vec::new();
        for s in &all.sources {
            let row = document::find_source(db, s).unwrap().unwrap();
            refused.extend(refuse(db, row.document, &row.name, &refusal()).unwrap());
            let document = source(db, s).unwrap();
            assert!(if_empty(db, document).unwrap());
        }
        refused
    }

    #[test]
    fn nothing_of_a_purged_file_stays_in_the_database_and_all_of_the_others_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plain.db");
        let db = open(&path);
        for n in 0..40 {
            file(
                &db,
                "H05.16-260210-0001",
                &format!("thường {n}.pdf"),
                &format!("giấy-thường số-{n} {}", "chữ ".repeat(200)),
            );
        }
        let pages = file(&db, "H05.16-260210-0077", "bí mật quân sự.pdf", SAID);
        for n in 40..50 {
            file(&db, "H05.16-260210-0001", &format!("thường {n}.pdf"), "giấy-thường");
        }
        let ask = |text: &str| {
            let params = search::Params { limit: 9, offset: 0, typing: false };
            search::query(&db, text, &params).unwrap().total
        };
        let before = ask("giấy-thường");
        assert_eq!((ask("Trường-Sa"), before), (2, 100));

        let refused = purge(&db, pages[1]);
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].path, "/in/bí mật quân sự.pdf");
        assert_eq!((ask("Trường-Sa"), ask("0987654321"), ask("giấy-thường")), (0, 0, before));
        assert!(dossier::find(&db, "H05.16-260210-0077").unwrap().is_none());
        let outcomes = intake::outcomes(&db, refused[0].intake).unwrap();
        assert!(matches!(&outcomes[..], [(name, intake::Outcome::Refused { error })]
            if *name == refused[0].name && error["code"] == "state_secret"));
        assert_eq!(event::verify(&db).unwrap(), Ok(51));
        let broken: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0)).unwrap();
        assert_eq!(broken, 0);

        // What is to be destroyed is written down until it is.
        let name = "bí mật quân sự.pdf";
        let made = ["", " 1", " 2", " 1 reading", " 2 reading", " 1 thumbnail", " 2 thumbnail", " pdf", " earlier pdf"];
        let pending: BTreeSet<Digest> = pending(&db).unwrap().unwrap().into_iter().collect();
        for part in made {
            assert!(pending.contains(&digest_of(&format!("{name}{part}"))), "{part}");
        }
        assert!(!pending.contains(&digest_of("thường 3.pdf pdf")));
        db.execute("DELETE FROM purge", []).unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();

        let mut needles: Vec<String> =
            ["Trường-Sa", "phòng-không", "0987654321", "zwxqvkj", "quân sự"].map(Into::into).to_vec();
        needles.extend(made.map(|part| digest_of(&format!("{name}{part}")).to_string()));
        for file in std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(bytes.windows(5).any(|w| w == b"H05.1") || bytes.is_empty() || !file.ends_with("plain.db"));
            for needle in &needles {
                let at = bytes.windows(needle.len()).position(|w| w == needle.as_bytes());
                assert_eq!(at, None, "{} shows «{needle}»", file.display());
            }
        }
    }

    #[test]
    fn the_same_picture_goes_wherever_it_came_and_no_number_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(&dir.path().join("plain.db"));
        let first = file(&db, "H05.16-260210-0001", "a.pdf", SAID);
        let other = file(&db, "H05.16-260210-0002", "b.pdf", "giấy khác");
        let third = file(&db, "H05.16-260210-0002", "c.pdf", "giấy khác");
        db.execute("UPDATE page SET blob = (SELECT blob FROM page WHERE id = ?1) WHERE id = ?2", [first[0], other[1]])
            .unwrap();
        let all = together(&db, first[1]).unwrap();
        assert_eq!(all.pages, first.iter().chain(&other).copied().collect());
        assert_eq!(all.sources, [digest_of("a.pdf"), digest_of("b.pdf")].into());
        purge(&db, first[1]);
        let next = file(&db, "H05.16-260210-0003", "d.pdf", "giấy");
        assert!(next[0] > third[1]);
    }

    #[test]
    fn a_page_alone_leaves_the_others_of_its_document_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(&dir.path().join("plain.db"));
        let pages = file(&db, "H05.16-260210-0001", "a.pdf", SAID);
        let claim = job::claim(&db).unwrap().unwrap();
        assert_eq!(claim.subject, pages[0]);
        page(&db, pages[0]).unwrap();
        assert!(!job::finish(&db, &claim).unwrap(), "whoever is at it cannot finish");
        let left = page::of_document(&db, page::get(&db, pages[1]).unwrap().document).unwrap();
        assert_eq!(left.iter().map(|p| (p.id, p.number)).collect::<Vec<_>>(), [(pages[1], 1)]);
        let document = document::by_id(&db, left[0].document).unwrap();
        assert!(document.pdf.is_none() && field::of_document(&db, document.id).unwrap().is_empty());
    }

    #[test]
    fn a_page_taken_in_before_its_file_was_noted_goes_with_every_file_of_its_document() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(&dir.path().join("plain.db"));
        let pages = file(&db, "H05.16-260210-0001", "a.pdf", SAID);
        db.execute("DELETE FROM page_source", []).unwrap();
        db.execute("UPDATE result SET page = NULL", []).unwrap();
        let all = together(&db, pages[0]).unwrap();
        assert_eq!((all.pages.len(), all.sources.len()), (2, 1));
        purge(&db, pages[0]);
        let pending: BTreeSet<Digest> = pending(&db).unwrap().unwrap().into_iter().collect();
        assert!(pending.contains(&digest_of("a.pdf 2 reading")));
        assert_eq!(db.query_row("SELECT count(*) FROM result", [], |r| r.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn what_a_crash_interrupted_is_finished_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::Store::create(dir.path(), "a").unwrap();
        let (secret, shared) = (store.blobs.put(b"secret").unwrap(), store.blobs.put(b"shared").unwrap());
        store
            .write(|tx| {
                let pages = file(tx, "H05.16-260210-0001", "a.pdf", SAID);
                let other = file(tx, "H05.16-260210-0002", "b.pdf", "giấy khác");
                let set = "UPDATE page SET blob = ?2, reading = ?3, thumbnail = ?3 WHERE id = ?1";
                tx.execute(set, params![pages[0], secret.to_string(), shared.to_string()]).db()?;
                tx.execute("UPDATE page SET thumbnail = ?2 WHERE id = ?1", params![other[0], shared.to_string()])
                    .db()?;
                purge(tx, pages[0]);
                Ok(())
            })
            .unwrap();
        // Killed here, once before and once in the midst of destroying.
        drop(store);
        // Two of one folder now and then, for the key is drawn anew.
        let folders = std::fs::read_dir(dir.path().join("objects")).unwrap();
        assert_eq!(folders.flat_map(|f| std::fs::read_dir(f.unwrap().path()).unwrap()).count(), 2);
        let lock = crate::keys::Lock::read(dir.path()).unwrap();
        let store = crate::Store::open(dir.path(), &lock, &lock.open("a").unwrap()).unwrap();
        assert!(!store.blobs.has(&secret));
        assert!(store.blobs.has(&shared), "another page needs it");
        let left = |table: &str| -> i64 {
            store.read(|db| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).db()).unwrap()
        };
        assert_eq!((left("purge"), left("page")), (0, 2));
        assert!(store.finish_purges().unwrap(), "nothing left to do");
    }
}

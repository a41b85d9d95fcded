//! What the window and the command line see: rows made views.

use serde::Serialize;
use serde_json::Value;
use sohoa_model::{Code, Difference, DocumentType, Error, Field, FieldName, PageFault, Result, Said, Stranger};
use sohoa_ocr::Lexicon;
use sohoa_store::table::{batch, document, dossier, event, field, page, setting};
use sohoa_store::{Connection, search};

use crate::view::{self, Counts, Desk, DossierRow, Found, Hit, Owner, PageWords, Problem, Settings, Verified};
use crate::{Station, owner, words};

/// A state or other name as it goes over the wire.
pub(crate) fn key(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Station {
    /// The opening screen, newest work first.
    pub fn desk(&self) -> Result<Desk> {
        let settings = self.settings()?;
        let work = self.progress()?;
        self.store.read(|db| {
            let mut counts = Counts::default();
            let mut dossiers = Vec::new();
            for row in dossier::list(db)? {
                let state = key(&row.state);
                counts.dossiers += 1;
                counts.documents += row.documents;
                counts.pages += row.pages;
                *match state.as_str() {
                    "working" => &mut counts.working,
                    "review" => &mut counts.review,
                    "confirmed" => &mut counts.confirmed,
                    "sealed" => &mut counts.sealed,
                    "sent" => &mut counts.sent,
                    "accepted" => &mut counts.accepted,
                    _ => &mut counts.rejected,
                } += 1;
                dossiers.push(DossierRow {
                    code: row.code.to_string(),
                    state,
                    owner: owner(db, row.id)?,
                    documents: row.documents,
                    pages: row.pages,
                    pages_read: row.pages_read,
                    unconfirmed: row.unconfirmed,
                    failed: row.failed,
                    created: row.created.to_string(),
                    updated: row.updated.to_string(),
                });
            }
            Ok(Desk { settings, dossiers, work, counts })
        })
    }

    /// One dossier whole.
    pub fn dossier(&self, code: &str) -> Result<view::Dossier> {
        let lexicon = words::lexicon(self.store.dir());
        self.store.read(|db| {
            let row = dossier::get(db, code)?;
            let package = batch::package_of(db, row.id)?;
            let documents = document::of_dossier(db, row.id)?.into_iter();
            let documents = documents.map(|d| shown(db, &row, d, &lexicon)).collect::<Result<_>>()?;
            let (can_undo, can_redo) = crate::edit::history(db, &row)?;
            Ok(view::Dossier {
                code: row.code.to_string(),
                state: key(&row.state),
                owner: owner(db, row.id)?,
                documents,
                events: event::count(db, Some(row.code.as_str()))?,
                created: row.created.to_string(),
                updated: row.updated.to_string(),
                can_undo,
                can_redo,
                deleted: page::deleted(db, row.id)?.into_iter().map(shown_page).collect(),
                problems: package.as_ref().map(|p| problems(&p.problems)).unwrap_or_default(),
                package: package.map(|p| p.objid),
            })
        })
    }

    pub fn page_words(&self, id: u32) -> Result<PageWords> {
        let row = self.store.read(|db| page::get(db, id.into()))?;
        let Some(digest) = row.reading else {
            let (width, height) = row.turn.unwrap_or(row.hint).size(row.width, row.height);
            return Ok(PageWords { width, height, words: Vec::new(), unread: Vec::new() });
        };
        let reading = self.reading(&digest)?;
        let suggested = sohoa_ocr::suggest(&reading.words, &words::lexicon(self.store.dir()));
        let mut words: Vec<view::Word> = reading
            .words
            .into_iter()
            .map(|w| view::Word {
                text: w.text,
                confidence: w.confidence,
                bounds: w.bounds,
                line: w.line,
                suggestion: None,
            })
            .collect();
        for sohoa_ocr::Suggestion { word, read, proposed, because } in suggested {
            words[word].suggestion = Some(view::Suggestion { read, proposed, because });
        }
        Ok(PageWords { width: reading.width, height: reading.height, words, unread: reading.unread })
    }

    pub fn search(&self, query: &str, limit: usize, offset: usize, typing: bool) -> Result<Found> {
        self.store.read(|db| {
            let found = search::query(db, query, &search::Params { limit, offset, typing })?;
            let hits = found.hits.into_iter().map(|hit| {
                let page = page::get(db, hit.page)?;
                let document = document::by_id(db, page.document)?;
                let dossier = dossier::by_id(db, document.dossier)?;
                let kind = kind_of(&field::of_document(db, document.id)?);
                Ok(Hit {
                    dossier: dossier.code.to_string(),
                    document: document.number,
                    page: page.number,
                    page_id: page.id as u32,
                    page_version: page.version,
                    snippet: hit.snippet,
                    score: hit.score,
                    boxes: hit.boxes,
                    owner: owner(db, dossier.id)?.name,
                    type_name: kind.name.to_owned(),
                })
            });
            Ok(Found { total: found.total, hits: hits.collect::<Result<_>>()? })
        })
    }

    pub fn settings(&self) -> Result<Settings> {
        self.store.read(|db| Ok(setting::get(db, "settings")?.unwrap_or_default()))
    }

    /// Errors: `InvalidValue` for an archive that is no `file://` URL.
    pub fn save_settings(&self, settings: Settings) -> Result<Settings> {
        if !settings.archive.is_empty() {
            sohoa_sync::Folder::from_url(&settings.archive)?;
        }
        self.store.write(|tx| {
            setting::set(tx, "settings", &settings)?;
            event::append(tx, &actor(&settings), "settings", self.store.station(), &serde_json::json!({}))
        })?;
        Ok(settings)
    }

    /// Every blob, row and event; with `deep` every PDF and package is opened again too.
    pub fn verify(&self, deep: bool) -> Result<Verified> {
        let verified = self.store.verify()?;
        let mut problems: Vec<Problem> = verified
            .findings
            .into_iter()
            .map(|f| Problem { code: f.code.into(), subject: f.subject, message: f.message, hint: f.hint })
            .collect();
        if deep {
            problems.extend(self.verify_contents()?);
        }
        Ok(Verified {
            ok: problems.is_empty(),
            blobs: verified.blobs,
            pages: verified.pages,
            events: verified.events,
            problems,
        })
    }

    fn verify_contents(&self) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        let again = "Tạo lại giấy tờ này từ ảnh gốc.";
        for row in self.store.read(dossier::list)? {
            let (documents, package) =
                self.store.read(|db| Ok((document::of_dossier(db, row.id)?, batch::package_of(db, row.id)?)))?;
            for (document, pdf) in documents.iter().filter_map(|d| Some((d, d.pdf?))) {
                // A damaged blob has been told of already.
                let Ok(bytes) = self.store.blobs.get(&pdf) else { continue };
                let subject = format!("{}.{}", row.code, document.number);
                match sohoa_pdf::check(&bytes) {
                    Ok(found) => problems.extend(found.into_iter().map(|v| Problem {
                        code: "pdf_invalid".into(),
                        subject: subject.clone(),
                        message: format!("Không đạt PDF/A-2u, mục {}: {}", v.clause, v.message),
                        hint: again.into(),
                    })),
                    Err(e) => {
                        problems.push(Problem { code: "pdf_invalid".into(), subject, message: e.message, hint: e.hint })
                    }
                }
            }
            let Some(bytes) = package.and_then(|p| self.store.blobs.get(&p.blob).ok()) else { continue };
            problems.extend(sohoa_package::check(&bytes).into_iter().map(|p| Problem {
                code: "package_invalid".into(),
                subject: format!("{}: {}", row.code, p.path),
                message: format!("{} ({})", p.message, p.rule),
                hint: p.fix,
            }));
        }
        Ok(problems)
    }

    /// Dossiers, documents and pages taken in from `from` to `to` (`YYYY-MM-DD`, both included), with the rate of
    /// digitisation as index 4.2 of QĐ 766/QĐ-TTg counts it: dossiers whose documents are all digitised and confirmed.
    pub fn stats(&self, from: &str, to: &str) -> Result<Value> {
        for day in [from, to] {
            if day.len() != 10 || format!("{day}T00:00:00+07:00").parse::<sohoa_model::Timestamp>().is_err() {
                return Err(
                    Error::new(Code::Usage, format!("«{day}» không phải ngày")).hint("Viết ngày theo dạng 2026-02-10.")
                );
            }
        }
        let rows: Vec<_> = self.store.read(dossier::list)?;
        let rows: Vec<_> = rows.into_iter().filter(|r| (from..=to).contains(&&r.created.to_string()[..10])).collect();
        let done = rows.iter().filter(|r| !matches!(key(&r.state).as_str(), "working" | "review")).count();
        let accepted = rows.iter().filter(|r| key(&r.state) == "accepted").count();
        let share =
            |n: usize| if rows.is_empty() { 0.0 } else { (n as f64 * 10_000.0 / rows.len() as f64).round() / 100.0 };
        Ok(serde_json::json!({
            "from": from, "to": to, "dossiers": rows.len(),
            "documents": rows.iter().map(|r| r.documents).sum::<u32>(), "pages": rows.iter().map(|r| r.pages).sum::<u32>(),
            "digitised": done, "digitised_percent": share(done), "accepted": accepted, "accepted_percent": share(accepted),
        }))
    }
}

/// Who acts, for the audit log.
pub(crate) fn actor(settings: &Settings) -> String {
    if settings.clerk.is_empty() { "clerk".into() } else { settings.clerk.clone() }
}

/// Whose dossier it is.
pub(crate) fn owner(db: &Connection, dossier: i64) -> Result<Owner> {
    Ok(owner::of(&field::of_dossier(db, dossier)?))
}

/// What kind of paper the fields say it is.
pub(crate) fn kind_of(fields: &[Field]) -> &'static DocumentType {
    let told = fields.iter().find(|f| f.name == FieldName::DocumentType).and_then(|f| DocumentType::from_key(&f.value));
    told.unwrap_or(&DocumentType::ALL[DocumentType::ALL.len() - 1])
}

fn shown(
    db: &Connection,
    dossier: &dossier::Dossier,
    row: document::Document,
    lexicon: &Lexicon,
) -> Result<view::Document> {
    let fields = field::of_document(db, row.id)?;
    let kind = kind_of(&fields);
    let pages = page::of_document(db, row.id)?;
    let odd = field::contradictions(db, row.id)?;
    Ok(view::Document {
        id: row.number,
        kind: kind.key.into(),
        type_name: kind.name.into(),
        state: key(&row.state),
        file: sohoa_pdf::file_name(&dossier.code, row.number),
        sha256: row.pdf.map(|d| d.to_string()),
        size: row.size.map(|s| s as u32),
        received_as: row.received_as,
        component: row.component,
        declared: row.declared,
        pages: pages.into_iter().map(shown_page).collect(),
        fields: fields.iter().map(|f| shown_field(f, row.confirmed, lexicon)).collect(),
        differences: odd.differences.into_iter().map(shown_difference).collect(),
        strangers: odd.strangers.into_iter().map(shown_stranger).collect(),
        page_faults: odd.page_faults.into_iter().map(shown_page_fault).collect(),
        sources: document::came_from(db, row.id)?.into_iter().map(shown_source).collect(),
    })
}

fn shown_source(source: document::Source) -> view::Source {
    view::Source {
        name: source.name,
        sha256: source.digest.to_string(),
        size: source.size as u32,
        kind: source.kind,
        signed: source.signed,
    }
}

fn shown_page(row: page::Page) -> view::Page {
    let text = |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
    view::Page {
        id: row.id as u32,
        number: row.number,
        sha256: row.blob.to_string(),
        state: row.state,
        width: row.width,
        height: row.height,
        dpi: row.dpi,
        marks: row.marks.iter().map(key).collect(),
        blank: row.blank,
        orientation: row.orientation.degrees(),
        skew: row.skew,
        leaning: row.leaning,
        words: row.words,
        confidence: row.confidence,
        version: row.version,
        error: row.error.map(|e| Problem {
            code: text(&e, "code"),
            subject: String::new(),
            message: text(&e, "message"),
            hint: text(&e, "hint"),
        }),
    }
}

pub(crate) fn shown_field(field: &Field, confirmed: bool, lexicon: &Lexicon) -> view::Field {
    let id = sohoa_extract::personal_id::parse(&field.value).filter(|_| field.name == FieldName::PersonalId);
    view::Field {
        digits: id.map(|id| view::Digits { place: id.place.into(), birth_year: id.birth_year, sex: id.sex.into() }),
        name: field.name.key(),
        value: field.value.clone(),
        read: field.read.clone(),
        source: key(&field.source),
        confidence: field.confidence,
        page: field.page,
        bounds: field.bounds,
        confirmed,
        suggested: words::suggested(field, confirmed, lexicon),
    }
}

pub(crate) fn shown_difference(difference: Difference) -> view::Difference {
    let said = |s: Said| view::Said { source: key(&s.source), value: s.value, page: s.page, bounds: s.bounds };
    view::Difference { field: difference.field.key(), values: difference.values.into_iter().map(said).collect() }
}

pub(crate) fn shown_stranger(stranger: Stranger) -> view::Stranger {
    view::Stranger {
        name: stranger.name,
        personal_id: stranger.personal_id,
        source: key(&stranger.source),
        page: stranger.page,
        bounds: stranger.bounds,
    }
}

pub(crate) fn shown_page_fault(found: PageFault) -> view::PageFault {
    let PageFault { fault, first, last, page, bounds } = found;
    view::PageFault { fault: key(&fault), first, last, page, bounds }
}

/// The problems that a package row keeps as the archive told them.
pub(crate) fn problems(kept: &Value) -> Vec<Problem> {
    let told: Vec<sohoa_sync::wire::ReplyProblem> = serde_json::from_value(kept.clone()).unwrap_or_default();
    told.into_iter()
        .map(|p| Problem { code: p.code, subject: p.path, message: format!("{} ({})", p.message, p.rule), hint: p.fix })
        .collect()
}

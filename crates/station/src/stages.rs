//! What each job does: blobs first, durable, then one transaction with the rows, the job's end and what follows.

use sohoa_model::{Code, Error, Reading, Result, job::Stage};
use sohoa_store::Transaction;
use sohoa_store::table::{document, dossier, event, field, job, page};
use std::sync::atomic::AtomicBool;

use crate::reading::{self, Params};
use crate::work::Priority;
use crate::{Station, forms, words};

/// A document whose files are in and whose pages are all read is made next.
pub(crate) fn next_after_reading(tx: &Transaction, document: i64) -> Result<()> {
    let row = document::by_id(tx, document)?;
    if row.number > 0 && row.complete && page::all_done(tx, document)? {
        job::enqueue(tx, Stage::Pdf, document, Priority::Document as i32)?;
    }
    Ok(())
}

/// No more files come for a document. The clerk may have split or merged it meanwhile: whatever holds a page of them
/// goes on, and so does the document itself, which may hold pages of others only.
pub(crate) fn all_files_are_in(tx: &Transaction, document: i64) -> Result<()> {
    document::set_complete(tx, document)?;
    let mut waiting = document::holding(tx, document)?;
    if !waiting.contains(&document) {
        waiting.push(document);
    }
    waiting.into_iter().try_for_each(|document| next_after_reading(tx, document))
}

impl Station {
    pub(crate) fn read_page(
        &self,
        claim: &job::Claim,
        reader: &mut sohoa_ocr::Reader,
        cancel: &AtomicBool,
    ) -> Result<()> {
        let row = self.store.read(|db| page::get(db, claim.subject))?;
        let (lexicon, words) = words::for_reading(self.store.dir());
        reader.know(lexicon);
        let params = Params::of(self.settings()?.reading).with_second(reader);
        let params = Params { turn: row.turn, words, ..params }.leaning(row.leaning);
        let key = params.key(&row.blob, row.dpi, row.hint)?;
        let known = self.store.read(|db| page::known(db, &key))?;
        let (output, reading) =
            match known.filter(|o| self.store.blobs.has(&o.reading) && self.store.blobs.has(&o.thumbnail)) {
                Some(output) => {
                    let reading = self.reading(&output.reading)?;
                    (output, reading)
                }
                None => {
                    let picture = self.store.blobs.get(&row.blob)?;
                    let read = match reading::run(reader, &picture, row.dpi, row.hint, &params, cancel, &mut |_| ()) {
                        Err(error) if error.code == Code::StateSecret => return self.refuse(claim),
                        read => read?,
                    };
                    let json =
                        serde_json::to_vec(&read.reading).map_err(|e| Error::internal("Không viết được bản đọc", e))?;
                    let output = page::Output {
                        reading: self.store.blobs.put(&json)?,
                        thumbnail: self.store.blobs.put(&read.thumbnail)?,
                        orientation: read.reading.orientation,
                        skew: read.reading.skew,
                        blank: read.reading.blank,
                        words: read.reading.words.len() as u32,
                        confidence: read.reading.confidence,
                        codes: read.codes,
                    };
                    (output, read.reading)
                }
            };
        let kept = self.store.write(|tx| {
            if !job::finish(tx, claim)? {
                return Ok(false);
            }
            page::remember(tx, &key, &row.blob, &output)?;
            page::set_read(tx, row.id, &output)?;
            sohoa_store::search::index(tx, row.id, &reading.words)?;
            // The clerk may have moved or deleted it while it was read.
            let row = page::get(tx, row.id)?;
            if row.number == 0 {
                sohoa_store::search::hide(tx, row.id)?;
            } else {
                next_after_reading(tx, row.document)?;
            }
            Ok(true)
        })?;
        if !kept {
            // The page may have been purged meanwhile; then nothing that was made of it may stay.
            self.store.discard(&output.reading)?;
            self.store.discard(&output.thumbnail)?;
        }
        Ok(())
    }

    pub(crate) fn reading(&self, digest: &sohoa_model::Digest) -> Result<Reading> {
        serde_json::from_slice(&self.store.blobs.get(digest)?).map_err(|e| {
            Error::new(Code::Integrity, "Bản đọc của một trang bị hỏng").hint("Đọc lại trang này.").source(e)
        })
    }

    pub(crate) fn make_pdf(&self, claim: &job::Claim) -> Result<()> {
        let (row, code, pages) = self.store.read(|db| {
            let row = document::by_id(db, claim.subject)?;
            let code = dossier::by_id(db, row.dossier)?.code;
            Ok((row, code, page::of_document(db, claim.subject)?))
        })?;
        let settings = self.settings()?;
        let mut parts = Vec::new();
        for page in &pages {
            let reading = page.reading.ok_or_else(|| Error::new(Code::Internal, "Trang chưa được đọc"))?;
            parts.push((self.store.blobs.get(&page.blob)?, self.reading(&reading)?));
        }
        let written: Vec<sohoa_pdf::Page> = pages
            .iter()
            .zip(&parts)
            .map(|(page, (image, reading))| sohoa_pdf::Page {
                image,
                format: if page.format == "jpeg" { sohoa_pdf::PageFormat::Jpeg } else { sohoa_pdf::PageFormat::Png },
                dpi: page.dpi,
                turn: page.orientation,
                skew: page.skew,
                words: &reading.words,
            })
            .collect();
        let meta = sohoa_pdf::Meta {
            title: row.received_as.clone(),
            author: settings.office,
            created: row.captured,
            record_code: format!("{code}.{}", row.number),
        };
        let pdf = sohoa_pdf::run(&written, &meta)?;
        if let Some(violation) = sohoa_pdf::check(&pdf)?.first() {
            return Err(Error::new(Code::Internal, "PDF tạo ra không đạt PDF/A-2u")
                .source(format!("{}: {}", violation.clause, violation.message)));
        }
        let digest = self.store.blobs.put(&pdf)?;
        let kept = self.store.write(|tx| {
            if !job::finish(tx, claim)? {
                return Ok(false);
            }
            document::set_pdf(tx, row.id, &digest, pdf.len() as u64)?;
            event::append(
                tx,
                "station",
                "convert",
                code.as_str(),
                &serde_json::json!({ "document": row.number, "pdf": event::veiled(tx, &digest)? }),
            )?;
            job::enqueue(tx, Stage::Extract, row.id, Priority::Document as i32)?;
            Ok(true)
        })?;
        if kept { Ok(()) } else { self.store.discard(&digest) }
    }

    pub(crate) fn extract_fields(&self, claim: &job::Claim) -> Result<()> {
        let (row, pages) =
            self.store.read(|db| Ok((document::by_id(db, claim.subject)?, page::of_document(db, claim.subject)?)))?;
        let mut readings = Vec::new();
        for page in &pages {
            let digest = page.reading.ok_or_else(|| Error::new(Code::Internal, "Trang chưa được đọc"))?;
            readings.push(self.reading(&digest)?);
        }
        let inputs: Vec<sohoa_extract::Page> = pages
            .iter()
            .zip(&readings)
            .map(|(page, reading)| sohoa_extract::Page {
                number: page.number,
                width: reading.width,
                height: reading.height,
                words: &reading.words,
                codes: &page.codes,
            })
            .collect();
        // Nothing on the paper is younger than its copy.
        let today = row.captured.to_string()[..10].to_owned();
        let forms = forms::usable(self.store.dir());
        let found = sohoa_extract::run(&inputs, &sohoa_extract::Params { today, forms });
        self.store.write(|tx| {
            if !job::finish(tx, claim)? {
                return Ok(());
            }
            field::propose(tx, row.id, &found.fields)?;
            field::contradict(tx, row.id, &found)?;
            document::set_extracted(tx, row.id)?;
            dossier::touch(tx, row.dossier)
        })
    }
}

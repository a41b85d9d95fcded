//! A dossier sealed: packaged, looked at from outside, and closed to change. Copies of its PDFs for whoever needs them.

use sohoa_model::{Code, Digest, Error, Field, FieldName, Result, state::DossierState};
use sohoa_store::table::{batch, document, dossier, event, field, page};
use std::path::{Path, PathBuf};

use crate::Station;
use crate::desk::{actor, kind_of};
use crate::owner;
use crate::view::{self, Settings};

impl Station {
    /// Packages a dossier whose documents are all confirmed. Sealing a sealed one changes nothing.
    ///
    /// Errors: `NotAllowed` while anything waits for the clerk.
    pub fn seal(&self, code: &str) -> Result<view::Dossier> {
        let settings = self.settings()?;
        let (row, documents, earlier) = self.store.read(|db| {
            let row = dossier::get(db, code)?;
            let mut documents = Vec::new();
            for d in document::of_dossier(db, row.id)? {
                documents.push((field::of_document(db, d.id)?, d));
            }
            let earlier = batch::package_of(db, row.id)?;
            Ok((row, documents, earlier))
        })?;
        match row.state {
            DossierState::Confirmed => {}
            DossierState::Sealed | DossierState::Sent | DossierState::Accepted => return self.dossier(code),
            DossierState::Rejected => {
                return Err(Error::new(Code::NotAllowed, "Hồ sơ bị lưu trữ trả lại")
                    .hint("Sửa theo lý do trả lại và xác nhận lại trước khi đóng."));
            }
            DossierState::Working | DossierState::Review => {
                return Err(Error::new(Code::NotAllowed, format!("Hồ sơ {code} còn giấy tờ chưa xác nhận"))
                    .hint("Xác nhận các trường thông tin trước khi đóng (sohoa confirm)."));
            }
        }
        let mut pdfs = Vec::new();
        for (_, d) in &documents {
            let pdf =
                d.pdf.ok_or_else(|| Error::new(Code::NotAllowed, format!("Giấy tờ {} chưa có PDF/A", d.number)))?;
            pdfs.push(self.store.blobs.get(&pdf)?);
        }
        let packed: Vec<_> = documents.iter().zip(&pdfs).map(|((fields, d), pdf)| described(fields, d, pdf)).collect();
        let about = self.about(&row, &documents, &settings, earlier.is_some());
        let sip = sohoa_package::run(&about, &packed, &sohoa_package::Params::default())?;
        if let Some(problem) = sohoa_package::check(&sip.zip).first() {
            return Err(Error::new(Code::PackageRefused, format!("Gói tin không hợp lệ: {}", problem.message))
                .hint(&problem.fix));
        }
        let blob = self.store.blobs.put(&sip.zip)?;
        self.store.write(|tx| {
            // Somebody may have changed something while it was packed.
            if dossier::get(tx, code)?.updated != row.updated {
                return Err(
                    Error::new(Code::NotAllowed, "Hồ sơ vừa thay đổi trong lúc đóng").hint("Xem lại rồi đóng lần nữa.")
                );
            }
            batch::add_package(
                tx,
                &batch::New {
                    dossier: row.id,
                    objid: sip.objid.clone(),
                    blob,
                    size: sip.zip.len() as u64,
                    mets: sip.mets,
                    documents: documents.len() as u32,
                    pages: documents.iter().map(|(_, d)| d.pages).sum(),
                },
            )?;
            dossier::set_sealed(tx, row.id, DossierState::Sealed)?;
            event::append(
                tx,
                &actor(&settings),
                "seal",
                code,
                &serde_json::json!({ "package": sip.objid, "sha256": blob }),
            )
        })?;
        self.dossier(code)
    }

    fn about(
        &self,
        row: &dossier::Dossier,
        documents: &[(Vec<Field>, document::Document)],
        settings: &Settings,
        again: bool,
    ) -> sohoa_package::Dossier {
        let fields: Vec<(u32, Field)> =
            documents.iter().flat_map(|(fields, d)| fields.iter().map(|f| (d.number, f.clone()))).collect();
        let main = documents.first().map_or("Hồ sơ", |(fields, _)| kind_of(fields).name);
        let title = match owner::of(&fields).name {
            Some(name) => format!("Hồ sơ {} – {main} – {name}", row.code),
            None => format!("Hồ sơ {} – {main}", row.code),
        };
        let day = |t: sohoa_model::Timestamp| dmy(&t.to_string()[..10]);
        let mut dates: Vec<&str> =
            documents.iter().flat_map(|(fields, _)| value(fields, FieldName::IssuedDate)).collect();
        dates.sort_unstable();
        let created = documents.iter().map(|(_, d)| d.captured).max().unwrap_or(row.created);
        sohoa_package::Dossier {
            code: row.code.to_string(),
            title,
            start: dates.first().map_or_else(|| day(created), |d| dmy(d)),
            end: day(created),
            keyword: main.to_owned(),
            paper_code: if settings.paper_store.is_empty() {
                row.code.to_string()
            } else {
                format!("{}.{}", settings.paper_store, row.code)
            },
            description: settings.clerk.clone(),
            office: if settings.office.is_empty() { settings.office_code.clone() } else { settings.office.clone() },
            office_code: settings.office_code.clone(),
            fonds: settings.fonds.clone(),
            station: self.store.station().to_owned(),
            software: env!("CARGO_PKG_VERSION").to_owned(),
            created,
            status: if again { "REPLACEMENT".into() } else { "NEW".into() },
        }
    }

    /// Copies a dossier's PDFs into a folder; gives their paths.
    pub fn export(&self, code: &str, dir: &Path) -> Result<Vec<PathBuf>> {
        let dossier = self.dossier(code)?;
        std::fs::create_dir_all(dir).map_err(|e| Error::io("tạo", dir, e))?;
        dossier
            .documents
            .iter()
            .map(|d| {
                let path = dir.join(&d.file);
                self.save_pdf(code, d.id, &path)?;
                Ok(path)
            })
            .collect()
    }

    /// Copies what a dossier came from into a folder, byte for byte as received: the files, and of the pages that the
    /// scanner gave the pictures. Gives their paths. Each name begins with the number of its document, since two papers
    /// may have come under one name.
    pub fn export_originals(&self, code: &str, dir: &Path) -> Result<Vec<PathBuf>> {
        let originals = self.store.read(|db| {
            let dossier = dossier::get(db, code)?.id;
            let (mut files, mut pictures) = (Vec::new(), Vec::new());
            for d in document::of_dossier(db, dossier)? {
                files.extend(document::came_from(db, d.id)?.into_iter().map(|s| (d.number, s)));
                let name = |p: &page::Page| format!("{code}.{}.{} Quét.{}", d.number, p.number, p.format);
                pictures.extend(page::scanned(db, d.id)?.iter().map(|p| (name(p), p.blob)));
            }
            // What only deleted pages came from is under number 0.
            files.extend(document::unused_sources(db, dossier)?.into_iter().map(|s| (0, s)));
            // A file that was split is one file.
            let mut seen = std::collections::HashSet::new();
            files.retain(|(_, s)| seen.insert(s.digest));
            let name = |number: u32, s: &document::Source| format!("{code}.{number}.{} {}", s.number, s.name);
            let files = files.iter().map(|(number, s)| (name(*number, s), s.digest));
            Ok(files.chain(pictures).collect::<Vec<_>>())
        })?;
        std::fs::create_dir_all(dir).map_err(|e| Error::io("tạo", dir, e))?;
        let write = |(name, digest): (String, Digest)| {
            let path = dir.join(name);
            std::fs::write(&path, self.store.blobs.get(&digest)?).map_err(|e| Error::io("ghi", &path, e))?;
            Ok(path)
        };
        originals.into_iter().map(write).collect()
    }

    /// Copies one document's PDF to `path`.
    pub fn save_pdf(&self, code: &str, document: u32, path: &Path) -> Result<()> {
        let pdf = self.store.read(|db| Ok(document::get(db, dossier::get(db, code)?.id, document)?.pdf))?;
        let pdf = pdf.ok_or_else(|| {
            Error::new(Code::NotAllowed, "Giấy tờ này chưa có PDF/A").hint("Đợi đọc xong, hoặc chạy sohoa work.")
        })?;
        std::fs::write(path, self.store.blobs.get(&pdf)?).map_err(|e| Error::io("ghi", path, e))
    }
}

fn value(fields: &[Field], name: FieldName) -> Option<&str> {
    fields.iter().find(|f| f.name == name).map(|f| f.value.as_str())
}

/// `YYYY-MM-DD` as `DD/MM/YYYY`.
fn dmy(date: &str) -> String {
    let mut parts: Vec<&str> = date.split('-').collect();
    parts.reverse();
    parts.join("/")
}

fn described<'a>(fields: &[Field], d: &document::Document, pdf: &'a [u8]) -> sohoa_package::Document<'a> {
    let kind = kind_of(fields);
    let text = |name| value(fields, name).unwrap_or_default().to_owned();
    let subject = text(FieldName::Subject);
    sohoa_package::Document {
        number: d.number,
        kind: kind.archive_code.to_owned(),
        code_number: text(FieldName::Number),
        code_notation: text(FieldName::Symbol),
        issued: value(fields, FieldName::IssuedDate).map(dmy).unwrap_or_default(),
        agency: text(FieldName::Agency),
        subject: if subject.is_empty() { kind.name.to_owned() } else { subject },
        pages: d.pages,
        pdf,
    }
}

//! The package written: data, descriptions, the representation's METS, schemas, the package's METS, in that order,
//! since each lists the ones before with size and digest.

use sohoa_model::{Code, Digest, Error, Result};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::mets::{Listed, Writer};
use crate::{Document, Dossier, Params, Sip, ead};

/// The public schemas; `schemas/README.md` says whose they are.
pub const SCHEMAS: [(&str, &str); 4] = [
    ("DILCISExtensionMETS.xsd", include_str!("../schemas/DILCISExtensionMETS.xsd")),
    ("DILCISExtensionSIPMETS.xsd", include_str!("../schemas/DILCISExtensionSIPMETS.xsd")),
    ("mets1_12.xsd", include_str!("../schemas/mets1_12.xsd")),
    ("xlink.xsd", include_str!("../schemas/xlink.xsd")),
];

/// Writes the package of a dossier.
///
/// Errors: `NotAllowed` for a dossier without documents; `InvalidValue` for a code that cannot be a file name.
pub fn run(dossier: &Dossier, documents: &[Document], params: &Params) -> Result<Sip> {
    if documents.is_empty() {
        return Err(
            Error::new(Code::NotAllowed, "Hồ sơ không có giấy tờ nào").hint("Thêm giấy tờ trước khi đóng hồ sơ.")
        );
    }
    if !dossier.code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')) {
        return Err(Error::new(Code::InvalidValue, format!("Mã hồ sơ «{}» không dùng làm tên tệp được", dossier.code)));
    }
    let described: Vec<String> = documents.iter().map(|d| ead::document(dossier, d)).collect();
    let ead = ead::dossier(dossier, documents);
    let parts = [dossier.station.as_bytes(), ead.as_bytes()].into_iter();
    let seed =
        Digest::of_parts(parts.chain(described.iter().map(String::as_bytes)).chain(documents.iter().map(|d| d.pdf)));
    let writer = Writer { dossier, profile: params.profile, seed };
    let objid = writer.id("package");

    let listed = |d: &Document| ead::doc_id(&dossier.code, d.number);
    let pairs: Vec<(Listed, Listed)> = documents
        .iter()
        .zip(&described)
        .map(|(d, text)| {
            let id = listed(d);
            let description = Listed { href: format!("metadata/descriptive/EAD_doc_{id}.xml"), bytes: text.as_bytes() };
            (description, Listed { href: format!("data/{id}.pdf"), bytes: d.pdf })
        })
        .collect();
    let representation = writer.representation(&pairs);
    let own = [("ead.xsd", ead::schema(&ead::DOSSIER)), ("ead_doc.xsd", ead::schema(&ead::DOCUMENT))];
    let schemas =
        SCHEMAS.iter().map(|(name, text)| (*name, *text)).chain(own.iter().map(|(name, text)| (*name, text.as_str())));
    let schemas: Vec<Listed> =
        schemas.map(|(name, text)| Listed { href: format!("schemas/{name}"), bytes: text.as_bytes() }).collect();
    let package = writer.package(
        &objid,
        &Listed { href: "metadata/descriptive/EAD.xml".into(), bytes: ead.as_bytes() },
        &schemas,
        &Listed { href: "representations/rep1/METS.xml".into(), bytes: representation.as_bytes() },
    );

    let mut files: Vec<(String, &[u8])> = vec![
        ("METS.xml".into(), package.as_bytes()),
        ("metadata/descriptive/EAD.xml".into(), ead.as_bytes()),
        ("representations/rep1/METS.xml".into(), representation.as_bytes()),
    ];
    for (description, data) in &pairs {
        files.push((format!("representations/rep1/{}", description.href), description.bytes));
        files.push((format!("representations/rep1/{}", data.href), data.bytes));
    }
    files.extend(schemas.iter().map(|s| (s.href.clone(), s.bytes)));
    let zip = pack(&objid, &files).map_err(|e| Error::internal("Không viết được gói tin", e))?;
    Ok(Sip { objid, digest: Digest::of(&zip), mets: Digest::of(package.as_bytes()), zip })
}

/// Stored, not compressed (PDFs do not shrink), dated 1980 like every ZIP without a date: the same bytes every time.
fn pack(root: &str, files: &[(String, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        let large = bytes.len() as u64 >= u64::from(u32::MAX);
        zip.start_file(format!("{root}/{name}"), options.large_file(large))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

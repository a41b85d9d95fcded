//! The package written: data, descriptions, the representation's METS, schemas, the package's METS, in that order,
//! since each lists the ones before with size and digest.

use sohoa_model::{Code, Digest, Error, Result, Timestamp};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::mets::{Listed, RECORD_STATUS, Writer};
use crate::{Document, Dossier, Params, Sip, VERSION, ead};

/// The public schemas; `schemas/README.md` says whose they are.
pub const SCHEMAS: [(&str, &str); 4] = [
    ("DILCISExtensionMETS.xsd", include_str!("../schemas/DILCISExtensionMETS.xsd")),
    ("DILCISExtensionSIPMETS.xsd", include_str!("../schemas/DILCISExtensionSIPMETS.xsd")),
    ("mets1_12.xsd", include_str!("../schemas/mets1_12.xsd")),
    ("xlink.xsd", include_str!("../schemas/xlink.xsd")),
];

/// Writes the package of a dossier.
///
/// Errors: `NotAllowed` for a dossier without documents; `InvalidValue` for a value that the circular does not allow,
/// named by its field, and for a code that cannot be a file name.
pub fn run(dossier: &Dossier, documents: &[Document], params: &Params) -> Result<Sip> {
    if documents.is_empty() {
        return Err(
            Error::new(Code::NotAllowed, "Hồ sơ không có giấy tờ nào").hint("Thêm giấy tờ trước khi đóng hồ sơ.")
        );
    }
    names(dossier, documents)?;
    let ead = ead::dossier(dossier, documents)?;
    let described: Vec<String> = documents.iter().map(|d| ead::document(dossier, d)).collect::<Result<_>>()?;
    let writer = Writer { dossier, profile: params.profile, seed: seed(dossier, documents, &ead, &described, params) };
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
    let zip = pack(&objid, dossier.created, &files).map_err(|e| Error::internal("Không viết được gói tin", e))?;
    Ok(Sip { objid, digest: Digest::of(&zip), mets: Digest::of(package.as_bytes()), zip })
}

/// What becomes a file name or an attribute must be fit for it.
fn names(dossier: &Dossier, documents: &[Document]) -> Result<()> {
    let refused = |message: String, hint: &str| Err(Error::new(Code::InvalidValue, message).hint(hint));
    let code = &dossier.code;
    let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if !code.starts_with(|c: char| c.is_ascii_alphanumeric()) || !code.bytes().all(fit) {
        return refused(format!("Mã hồ sơ «{code}» không dùng làm tên tệp được"), "Sửa mã hồ sơ rồi đóng lại.");
    }
    if !RECORD_STATUS.contains(&dossier.status.as_str()) {
        return refused(
            format!("Không có tình trạng gói tin «{}»", dossier.status),
            "Dùng NEW, SUPPLEMENT hoặc REPLACEMENT.",
        );
    }
    let mut numbers: Vec<u32> = documents.iter().map(|d| d.number).collect();
    numbers.sort_unstable();
    if let Some(twice) = numbers.windows(2).find(|w| w[0] == w[1]) {
        return refused(
            format!("Hồ sơ {code} có hai giấy tờ cùng số {}", twice[0]),
            "Đánh lại số thứ tự giấy tờ rồi đóng lại.",
        );
    }
    Ok(())
}

/// All that makes this package this one: from it follow the OBJID and every other identifier inside.
fn seed(dossier: &Dossier, documents: &[Document], ead: &str, described: &[String], params: &Params) -> Digest {
    let about = [
        &format!("sohoa-package/{VERSION} {:?} {} {}", params.profile, dossier.created, dossier.status),
        &dossier.station,
        &dossier.office,
        &dossier.office_code,
        &dossier.fonds,
        &dossier.software,
    ];
    let about = about.into_iter().map(String::as_bytes).chain([ead.as_bytes()]);
    Digest::of_parts(about.chain(documents.iter().zip(described).flat_map(|(d, text)| [text.as_bytes(), d.pdf])))
}

/// Stored, not compressed (PDFs do not shrink), and dated as the dossier is: the same bytes every time.
fn pack(root: &str, created: Timestamp, files: &[(String, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(dos_time(created))
        .unix_permissions(0o644);
    for (name, bytes) in files {
        let large = bytes.len() as u64 >= u64::from(u32::MAX);
        zip.start_file(format!("{root}/{name}"), options.large_file(large))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A ZIP's time, to two seconds, of the years 1980 to 2107.
fn dos_time(t: Timestamp) -> DateTime {
    let l = t.local();
    let year = u16::try_from(l.year()).unwrap_or_default();
    DateTime::from_date_and_time(year, l.month() as u8, l.day(), l.hour(), l.minute(), l.second()).unwrap_or_default()
}

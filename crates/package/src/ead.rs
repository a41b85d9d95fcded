//! The two descriptions of TT 05/2025: 18 fields of a dossier, 21 of a document, with their values' rules.

use crate::{Document, Dossier, escaped};

pub const DOSSIER: [&str; 18] = [
    "fileCode",
    "title",
    "maintenance",
    "mode",
    "language",
    "startDate",
    "endDate",
    "keyword",
    "totalDoc",
    "numberOfPaper",
    "numberOfPage",
    "format",
    "inforSign",
    "confidenceLevel",
    "paperFileCode",
    "riskRecovery",
    "riskRecoveryStatus",
    "description",
];

pub const DOCUMENT: [&str; 21] = [
    "docId",
    "docCode",
    "maintenance",
    "typeName",
    "codeNumber",
    "codeNotation",
    "issuedDate",
    "organName",
    "subject",
    "language",
    "numberOfPage",
    "inforSign",
    "keyword",
    "mode",
    "confidenceLevel",
    "autograph",
    "format",
    "riskRecovery",
    "riskRecoveryStatus",
    "process",
    "description",
];

/// Fields whose values are of a list.
pub const LISTS: [(&str, &[&str]); 5] = [
    ("maintenance", &["01", "02", "03", "04", "05", "06", "07"]),
    ("mode", &["01", "02", "03"]),
    ("format", &["01", "02", "03"]),
    ("confidenceLevel", &["01", "02", "03"]),
    ("riskRecovery", &["0", "1"]),
];

/// Kept for good until the office's own schedule says otherwise; open on conditions; Vietnamese; good; digitised.
const MAINTENANCE: &str = "01";
const MODE: &str = "02";
const LANGUAGE: &str = "01";
const FORMAT: &str = "01";
const DIGITISED: &str = "02";

/// `docId` and name of the file: `<mã hồ sơ>.<số thứ tự>`.
pub fn doc_id(code: &str, number: u32) -> String {
    format!("{code}.{number}")
}

pub fn dossier(d: &Dossier, documents: &[Document]) -> String {
    let pages: u32 = documents.iter().map(|d| d.pages).sum();
    let sheets: u32 = documents.iter().map(|d| d.pages.div_ceil(2)).sum();
    let (total, sheets, pages) = (documents.len().to_string(), sheets.to_string(), pages.to_string());
    simpledc(&DOSSIER, |field| match field {
        "fileCode" => &d.code,
        "title" => &d.title,
        "maintenance" => MAINTENANCE,
        "mode" => MODE,
        "language" => LANGUAGE,
        "startDate" => &d.start,
        "endDate" => &d.end,
        "keyword" => &d.keyword,
        "totalDoc" => &total,
        "numberOfPaper" => &sheets,
        "numberOfPage" => &pages,
        "format" => FORMAT,
        "confidenceLevel" => DIGITISED,
        "paperFileCode" => &d.paper_code,
        "riskRecovery" => "0",
        "description" => &d.description,
        _ => "",
    })
}

pub fn document(dossier: &Dossier, d: &Document) -> String {
    let (id, code, pages) =
        (doc_id(&dossier.code, d.number), format!("{}.{:07}", dossier.code, d.number), d.pages.to_string());
    simpledc(&DOCUMENT, |field| match field {
        "docId" => &id,
        "docCode" => &code,
        "maintenance" => MAINTENANCE,
        "typeName" => &d.kind,
        "codeNumber" => &d.code_number,
        "codeNotation" => &d.code_notation,
        "issuedDate" => &d.issued,
        "organName" => &d.agency,
        "subject" => &d.subject,
        "language" => LANGUAGE,
        "numberOfPage" => &pages,
        "mode" => MODE,
        "confidenceLevel" => DIGITISED,
        "format" => FORMAT,
        "riskRecovery" => "0",
        "process" => "0",
        _ => "",
    })
}

fn simpledc<'a>(fields: &[&'static str], value: impl Fn(&str) -> &'a str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<simpledc>\n");
    for field in fields {
        out += &format!("  <{field}>{}</{field}>\n", escaped(value(field)));
    }
    out + "</simpledc>\n"
}

/// The schema of one of the two: every field once, in any order.
pub fn schema(fields: &[&str]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\">\n\
         <xs:element name=\"simpledc\"><xs:complexType><xs:all>\n",
    );
    for field in fields {
        match LISTS.iter().find(|(name, _)| name == field) {
            Some((_, values)) => {
                let values: String = values.iter().map(|v| format!("<xs:enumeration value=\"{v}\"/>")).collect();
                out += &format!(
                    "<xs:element name=\"{field}\"><xs:simpleType><xs:restriction base=\"xs:string\">{values}</xs:restriction></xs:simpleType></xs:element>\n"
                );
            }
            None => out += &format!("<xs:element name=\"{field}\" type=\"xs:string\"/>\n"),
        }
    }
    out + "</xs:all></xs:complexType></xs:element>\n</xs:schema>\n"
}

//! A sealed dossier made a SIP of TT 05/2025/TT-BNV (Phụ lục III, `SIP_hoso`).
//!
//! The circular prescribes packages of the E-ARK CSIP kind: METS 1.12 for structure and fixity, two private schemas
//! for the dossier's 18 and each document's 21 fields. [`run`] writes one as a ZIP without compression, [`check`]
//! looks at one from outside and [`read`] says what a sound one holds. The same dossier always gives the same bytes.
//! Names inside are ASCII, since accented ones do not survive every file system.
//!
//! ```text
//! uuid-XXXXXXXX-…/METS.xml
//!                /metadata/descriptive/EAD.xml
//!                /representations/rep1/METS.xml
//!                /representations/rep1/metadata/descriptive/EAD_doc_<docId>.xml
//!                /representations/rep1/data/<docId>.pdf
//!                /schemas/*.xsd
//! ```

mod check;
mod ead;
mod mets;
mod write;

pub use check::{Contents, Problem, check, read};
pub use write::run;

use serde::{Deserialize, Serialize};
use sohoa_model::{Digest, Timestamp};

/// Grows when the same dossier would give another package.
pub const VERSION: u32 = 1;

/// Where the circular and E-ARK disagree (two rules), one must be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// As TT 05/2025 writes it.
    #[default]
    Tt05,
    /// As E-ARK SIP 2.0.4 wants it.
    Eark,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Params {
    pub profile: Profile,
}

/// The dossier's fields, as far as a station knows them; the rest is fixed for digitised dossiers of procedures.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// Mã hồ sơ.
    pub code: String,
    pub title: String,
    /// First and last day of its documents, `DD/MM/YYYY`.
    pub start: String,
    pub end: String,
    pub keyword: String,
    /// Mã hồ sơ gốc giấy.
    pub paper_code: String,
    /// Who made the dossier.
    pub description: String,
    /// The agency and its identifier; its fonds.
    pub office: String,
    pub office_code: String,
    pub fonds: String,
    /// The station's id and the software's version.
    pub station: String,
    pub software: String,
    pub created: Timestamp,
    /// Sent before and refused, or completed since: `NEW`, `REPLACEMENT`, `SUPPLEMENT`.
    pub status: String,
}

#[derive(Clone, Debug)]
pub struct Document<'a> {
    pub number: u32,
    /// `typeName` 01–32.
    pub kind: String,
    pub code_number: String,
    pub code_notation: String,
    /// `DD/MM/YYYY` or empty.
    pub issued: String,
    pub agency: String,
    pub subject: String,
    pub pages: u32,
    pub pdf: &'a [u8],
}

/// A written package.
#[derive(Clone, Debug)]
pub struct Sip {
    /// `uuid-…`, also the name of its one root folder.
    pub objid: String,
    pub zip: Vec<u8>,
    pub digest: Digest,
    /// Of `METS.xml`, which nothing inside can vouch for.
    pub mets: Digest,
}

/// Text for XML 1.0, which knows no control characters: line breaks and the like become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;

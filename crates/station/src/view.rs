//! What the window and `--json` see of a station. `ui/src/lib/backend/types.ts` is generated from this file.

use serde::{Deserialize, Serialize};
use sohoa_model::{Box4, Care, FieldName};

/// The opening screen: whose desk it is, what lies on it, what is being worked on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Desk {
    pub settings: Settings,
    pub dossiers: Vec<DossierRow>,
    pub work: Work,
    /// Counts over the whole store, not only the rows shown.
    pub counts: Counts,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Counts {
    pub dossiers: u32,
    pub documents: u32,
    pub pages: u32,
    pub working: u32,
    pub review: u32,
    pub confirmed: u32,
    pub sealed: u32,
    pub sent: u32,
    pub accepted: u32,
    pub rejected: u32,
}

/// One line of the list of dossiers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DossierRow {
    pub code: String,
    /// `working`, `review`, `confirmed`, `sealed`, `sent`, `accepted`, `rejected`.
    pub state: String,
    pub owner: Owner,
    pub documents: u32,
    pub pages: u32,
    pub pages_read: u32,
    /// Documents that wait for the clerk.
    pub unconfirmed: u32,
    /// Pages or documents that failed.
    pub failed: u32,
    /// RFC 3339.
    pub created: String,
    pub updated: String,
}

/// Whose dossier it is, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Owner {
    pub name: Option<String>,
    pub personal_id: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    pub sex: Option<String>,
    pub address: Option<String>,
}

/// One dossier whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dossier {
    pub code: String,
    pub state: String,
    pub owner: Owner,
    pub documents: Vec<Document>,
    pub events: u32,
    pub created: String,
    pub updated: String,
    /// Identifier of the package once sealed.
    pub package: Option<String>,
    /// What the archive said, if it said anything.
    pub problems: Vec<Problem>,
    /// The latest edit, by action: `split`, `merge`, `move_pages`, `move_document`, `delete`, `restore`, `turn`,
    /// `straighten`, `move_to_dossier`, `set_code`, `merge_dossiers`.
    pub can_undo: Option<String>,
    pub can_redo: Option<String>,
    /// Pages that the clerk deleted; they can be brought back until the dossier is sealed.
    pub deleted: Vec<Page>,
}

/// Something that the clerk does to the order of pages. Pages by identifier, documents by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edit {
    /// This page and those behind it become a document of their own.
    Split {
        page: u32,
    },
    /// Its pages go behind those of the document before it.
    MergeWithPrevious {
        document: u32,
    },
    /// Into a document, before one of its pages or behind all of them.
    MovePages {
        pages: Vec<u32>,
        document: u32,
        before: Option<u32>,
    },
    /// Before another document or behind all of them.
    MoveDocument {
        document: u32,
        before: Option<u32>,
    },
    DeletePages {
        pages: Vec<u32>,
    },
    /// Back to where it was when it was deleted.
    RestorePage {
        page: u32,
    },
    /// Clockwise, from how it is shown.
    Turn {
        pages: Vec<u32>,
        degrees: i32,
    },
    /// Set straight what leans, or leave it as it lies.
    Straighten {
        pages: Vec<u32>,
        straight: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Document {
    /// Number within the dossier, from 1.
    pub id: u32,
    /// Key of the document type (`quyet_dinh`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of the type in Vietnamese.
    pub type_name: String,
    /// `working`, `review`, `confirmed`, `failed`.
    pub state: String,
    /// File name by TT 05/2025, Điều 8: `<mã hồ sơ>.<số thứ tự>.pdf`.
    pub file: String,
    /// Of the PDF/A; absent until it is made.
    pub sha256: Option<String>,
    pub size: Option<u32>,
    /// Name of the file it came from.
    pub received_as: String,
    /// What its cover sheet says: thành phần hồ sơ, and how many pages with something on them.
    pub component: Option<String>,
    pub declared: Option<u32>,
    pub pages: Vec<Page>,
    pub fields: Vec<Field>,
    /// Where code, machine-readable zone and print say different things of one person.
    pub differences: Vec<Difference>,
    /// Other people whose cards lie in the document; nothing of theirs is proposed.
    pub strangers: Vec<Stranger>,
    /// Printed page numbers that do not go with the pages there are.
    pub page_faults: Vec<PageFault>,
    /// The files it came from, kept byte for byte.
    pub sources: Vec<Source>,
}

/// A file as it was received.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Source {
    pub name: String,
    pub sha256: String,
    pub size: u32,
    /// `jpeg`, `png`, `tiff`, `webp`, `bmp`, `pdf`.
    pub kind: String,
    /// Bears a digital signature of its own.
    pub signed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Page {
    /// Identifier for `page://`.
    pub id: u32,
    /// Within the document, from 1; 0 for a deleted page.
    pub number: u32,
    /// Of the page image as received.
    pub sha256: String,
    /// `queued`, `running`, `done`, `failed`.
    pub state: String,
    pub width: u32,
    pub height: u32,
    /// Below 200, TT 05/2025/TT-BNV, Điều 8 wants it scanned again.
    pub dpi: f32,
    /// What the look at the counter found: `too_dark`, `blurred`, …
    pub marks: Vec<String>,
    pub blank: bool,
    /// Degrees clockwise that made it upright.
    pub orientation: u32,
    /// Degrees by which it leans counter-clockwise and was set straight.
    pub skew: f32,
    /// Whether the clerk wants it left as it lies.
    pub leaning: bool,
    /// How many words.
    pub words: u32,
    /// Percent.
    pub confidence: f32,
    pub error: Option<Problem>,
    /// Changes whenever the picture of the page does; part of its `page://` address.
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Field {
    /// `dossier_code`, `document_type`, `number`, …
    pub name: String,
    pub value: String,
    /// What the page was read to say, where the value that was proposed had been put right.
    pub read: Option<String>,
    /// `code`, `text` or `clerk`.
    pub source: String,
    /// Percent.
    pub confidence: f32,
    pub page: Option<u32>,
    #[serde(rename = "box")]
    #[cfg_attr(test, ts(type = "[number, number, number, number] | null"))]
    pub bounds: Option<Box4>,
    pub confirmed: bool,
    /// Of a personal number that can be one.
    pub digits: Option<Digits>,
    /// What it probably is, where a word of it cannot be Vietnamese as it was read. Only the clerk takes it.
    pub suggested: Option<String>,
}

/// What the digits of a personal number say, to be held against the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Digits {
    /// The province of birth registration; `Nước ngoài` for a birth abroad.
    pub place: String,
    pub birth_year: u32,
    pub sex: String,
}

/// A field of which the paper says several things; what is proposed stands first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Difference {
    /// As [`Field::name`].
    pub field: String,
    pub values: Vec<Said>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Said {
    /// `code`, `mrz` or `text`.
    pub source: String,
    pub value: String,
    pub page: u32,
    #[serde(rename = "box")]
    #[cfg_attr(test, ts(type = "[number, number, number, number] | null"))]
    pub bounds: Option<Box4>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Stranger {
    pub name: Option<String>,
    pub personal_id: Option<String>,
    /// `code`, `mrz` or `text`.
    pub source: String,
    pub page: u32,
    #[serde(rename = "box")]
    #[cfg_attr(test, ts(type = "[number, number, number, number] | null"))]
    pub bounds: Option<Box4>,
}

/// Printed page numbers, the first to the last of them, of which no page bears one, or of which one is there again or
/// behind a higher one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageFault {
    /// `missing`, `twice` or `astray`.
    pub fault: String,
    pub first: u32,
    pub last: u32,
    /// Where that shows.
    pub page: u32,
    #[serde(rename = "box")]
    #[cfg_attr(test, ts(type = "[number, number, number, number] | null"))]
    pub bounds: Option<Box4>,
}

/// Words of one page, for the layer over its image.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageWords {
    pub width: u32,
    pub height: u32,
    pub words: Vec<Word>,
    /// Where there is something that was not read: handwriting, pictures.
    #[cfg_attr(test, ts(type = "[number, number, number, number][]"))]
    pub unread: Vec<Box4>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Word {
    pub text: String,
    pub confidence: f32,
    #[serde(rename = "box")]
    #[cfg_attr(test, ts(type = "[number, number, number, number]"))]
    pub bounds: Box4,
    pub line: u32,
    pub suggestion: Option<Suggestion>,
}

/// What a word probably is that cannot be Vietnamese as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Suggestion {
    /// Without the punctuation round it.
    pub read: String,
    pub proposed: String,
    /// With the words beside it that speak for it: `Việt Nam`.
    pub because: String,
}

/// How far the queue is. `total` counts what was queued since it was last empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Work {
    pub running: bool,
    pub done: u32,
    pub total: u32,
    pub failed: u32,
    /// Taken out of the queue by the clerk; waits for the clerk's word.
    pub stopped: u32,
    /// What is being done now, for the line under the bar: `read`, `pdf`, …
    pub stage: Option<String>,
    pub dossier: Option<String>,
}

/// What an import took in. Documents and pages are what is in the store now; reading goes on after it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Imported {
    pub dossiers: Vec<String>,
    pub documents: u32,
    pub pages: u32,
    pub duplicates: Vec<Duplicate>,
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Duplicate {
    pub path: String,
    pub dossier: String,
    /// 0 when the clerk has deleted its pages.
    pub document: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Refused {
    pub path: String,
    pub code: String,
    pub message: String,
    pub hint: String,
}

/// The scanners that were found, and why a driver found none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Devices {
    pub devices: Vec<Device>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Device {
    /// Names it in a request; means the same tomorrow.
    pub id: String,
    pub name: String,
    /// An address or a port, for telling two of a kind apart.
    pub place: String,
}

/// What a scanner has; empty lists where it does not say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Capabilities {
    /// `flatbed`, `adf`, `adf-duplex`.
    pub sources: Vec<String>,
    pub dpi: Vec<u32>,
    /// `color`, `gray`, `lineart`.
    pub colors: Vec<String>,
    pub brightness: bool,
}

/// What came of a stack that went through a scanner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Scanned {
    pub stack: u32,
    /// More pages may be scanned onto it.
    pub open: bool,
    #[serde(flatten)]
    pub imported: Imported,
    /// Every page that came, cover sheets too.
    pub scanned: Vec<ScanPage>,
    /// Cover sheets that promised more or fewer pages than came.
    pub notes: Vec<Note>,
}

/// A page as it came out of the scanner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanPage {
    /// Identifier for `page://localhost/stack/<id>/thumb`.
    pub id: u32,
    /// Within the stack, from 1.
    pub number: u32,
    /// `page`, `cover`, `separator`, `cover_back`, `broken`; absent until somebody has looked at it.
    pub role: Option<String>,
    /// What the clerk should know of it: `too_dark`, `blurred`, …
    pub marks: Vec<String>,
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    /// What it became, with the dossier and document that it lies in.
    pub page: Option<u32>,
    pub dossier: Option<String>,
    pub document: Option<u32>,
    /// Milliseconds from its last byte out of the scanner to its thumbnail, told once.
    pub delay: Option<u32>,
}

/// A cover sheet that does not add up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Note {
    pub dossier: String,
    pub component: Option<String>,
    pub declared: Option<u32>,
    /// Pages with something on them.
    pub came: u32,
}

/// Something found wrong, with what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    pub code: String,
    pub subject: String,
    pub message: String,
    pub hint: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Found {
    pub total: u32,
    pub hits: Vec<Hit>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hit {
    pub dossier: String,
    pub document: u32,
    pub page: u32,
    /// Identifier and version for `page://`.
    pub page_id: u32,
    pub page_version: u32,
    /// Original text round the hit; what matched stands between U+2068 and U+2069 (first-strong isolates), which
    /// no text of a page contains.
    pub snippet: String,
    pub score: f32,
    #[cfg_attr(test, ts(type = "[number, number, number, number][]"))]
    pub boxes: Vec<Box4>,
    pub owner: Option<String>,
    pub type_name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Batch {
    pub id: String,
    /// `sending`, `committed`, `acked`, `accepted`, `partly`, `rejected`.
    pub state: String,
    pub created: String,
    pub target: String,
    pub packages: Vec<BatchPackage>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BatchPackage {
    pub dossier: String,
    /// `pending`, `accepted`, `rejected`, `duplicate`, `conflict`.
    pub status: String,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Settings {
    /// Name of the office, as it stands on papers: `UBND phường Võ Cường`.
    pub office: String,
    /// Mã định danh cơ quan: `H05.16`.
    pub office_code: String,
    /// Mã phông.
    pub fonds: String,
    /// Mã cơ quan lưu trữ, kho, giá, hộp: goes in front of the paper dossier's code.
    pub paper_store: String,
    pub clerk: String,
    /// Where batches go: `file:///…`.
    pub archive: String,
    /// Workers; 0 = as many as cores.
    pub workers: u32,
    /// How carefully pages are read.
    #[cfg_attr(test, ts(type = "'fast' | 'balanced' | 'accurate'"))]
    pub reading: Care,
    /// `vi` or `en`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Where a multi-function printer scans to, watched while the window is open; a path, or empty.
    pub inbox: String,
    /// The scanner used last, as `devices` names it.
    pub scanner: String,
    /// Key of the profile used last.
    pub scan_profile: String,
    /// How each kind of work is scanned.
    pub scan_profiles: Vec<ScanProfile>,
}

/// How one kind of work is scanned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanProfile {
    /// `papers`, `duplex`, `card`, `large`.
    pub key: String,
    pub settings: ScanSettings,
}

/// How to scan; see `sohoa_capture::scan::Settings`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanSettings {
    /// `flatbed`, `adf`, `adf-duplex`; absent: the feeder where there is one.
    pub source: Option<String>,
    pub dpi: u32,
    /// `color`, `gray`, `lineart`.
    pub color: String,
    /// `a4`, `a5`, `a3`, `largest`.
    pub paper: String,
    /// Percent, -100 to 100.
    pub brightness: i32,
}

/// What the window asks of a scanner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScanRequest {
    pub device: String,
    pub settings: ScanSettings,
    /// Where pages go until a code on the paper says otherwise.
    pub dossier: Option<String>,
    /// The stack to go on with.
    pub onto: Option<u32>,
}

/// The kinds of work that a counter knows. Cards are small print, so they are scanned finer.
fn profiles() -> Vec<ScanProfile> {
    let profile = |key: &str, source: Option<&str>, dpi, paper: &str| ScanProfile {
        key: key.into(),
        settings: ScanSettings {
            source: source.map(str::to_owned),
            dpi,
            color: "color".into(),
            paper: paper.into(),
            brightness: 0,
        },
    };
    vec![
        profile("papers", None, 300, "a4"),
        profile("duplex", Some("adf-duplex"), 300, "a4"),
        profile("card", Some("flatbed"), 400, "a5"),
        profile("large", Some("flatbed"), 300, "largest"),
    ]
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            office: String::new(),
            office_code: "H05".into(),
            fonds: "H05".into(),
            paper_store: String::new(),
            clerk: String::new(),
            archive: String::new(),
            workers: 0,
            reading: Care::default(),
            language: "vi".into(),
            theme: "system".into(),
            inbox: String::new(),
            scanner: String::new(),
            scan_profile: "papers".into(),
            scan_profiles: profiles(),
        }
    }
}

/// A cover sheet that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CoverRequest {
    pub code: String,
    /// The component that the sheet will lie on.
    pub component: Option<String>,
    /// How many pages with content will follow.
    pub pages: Option<u32>,
}

/// What `verify` found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verified {
    pub ok: bool,
    pub blobs: u32,
    pub pages: u32,
    pub events: u32,
    pub problems: Vec<Problem>,
}

/// Told while something runs, over a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Progress {
    /// Files are being looked at and taken in.
    Taking { done: u32, total: u32, name: String },
    /// The queue moved.
    Working { work: Work },
    /// A batch is on its way.
    Sending { done: u32, total: u32 },
    /// A page came out of the scanner, or more is known of it.
    Scanned { stack: u32, page: ScanPage },
}

/// A kind of paper, for the clerk to choose from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentKind {
    /// As in the field `document_type`: `quyet_dinh`.
    pub key: &'static str,
    /// Name in Vietnamese.
    pub name: &'static str,
}

/// Every kind of paper that the station knows.
pub fn document_kinds() -> Vec<DocumentKind> {
    sohoa_model::DocumentType::ALL.map(|t| DocumentKind { key: t.key, name: t.name }).to_vec()
}

/// A form that is known: built in, or the office's own.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Form {
    pub name: String,
    /// Where an office's own lies.
    pub file: Option<String>,
    /// Key of the document type; empty when the file cannot be used.
    #[serde(rename = "type")]
    pub kind: String,
    pub type_name: String,
    pub titles: Vec<String>,
    /// A filled-in page beside the file, by which the form can be tried.
    pub example: Option<String>,
    /// What is wrong with the file.
    pub error: Option<Problem>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Forms {
    /// Where the office's own belong.
    pub folder: String,
    /// The office's own, then those built in.
    pub forms: Vec<Form>,
}

/// A form and how it did.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Checked {
    #[serde(flatten)]
    pub form: Form,
    /// `None` without an example, or when something is wrong already.
    pub score: Option<Score>,
}

/// How well a form's example page was read.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Score {
    /// As which of the office's forms the page was known.
    pub known_as: Option<String>,
    pub right: u32,
    pub wrong: u32,
    pub missing: u32,
    pub fields: Vec<Judged>,
}

/// A field that the example must show.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Judged {
    #[cfg_attr(test, ts(type = "FieldName"))]
    pub name: FieldName,
    pub expected: String,
    pub found: Option<String>,
}

/// Whether the station can be worked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// No station here yet: a passphrase is to be chosen.
    New,
    /// The passphrase is wanted.
    Locked,
    Open,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts_rs::TS;

    /// `UPDATE_TYPES=1 cargo test -p sohoa-station types` writes the file anew.
    #[test]
    fn the_types_of_the_window_are_those_of_this_file() {
        let config = ts_rs::Config::new();
        let mut text = String::from("// Generated from crates/station/src/view.rs by its test; not to be edited.\n\n");
        let names = FieldName::ALL.map(|n| format!("'{}'", n.key())).join(" | ");
        text += &format!("export type FieldName = {names}\n");
        macro_rules! declare {
            ($($t:ty),*) => { $( text += &format!("export {}\n", <$t>::decl(&config)); )* };
        }
        declare!(
            Desk,
            Counts,
            DossierRow,
            Owner,
            Dossier,
            Edit,
            Document,
            Source,
            Page,
            Field,
            Digits,
            Difference,
            Said,
            Stranger,
            PageFault,
            PageWords,
            Word,
            Suggestion,
            Work,
            Imported,
            Devices,
            Device,
            Capabilities,
            Scanned,
            ScanPage,
            Note,
            Duplicate,
            Refused,
            Problem,
            Found,
            Hit,
            Batch,
            BatchPackage,
            Settings,
            ScanProfile,
            ScanSettings,
            ScanRequest,
            CoverRequest,
            Verified,
            Progress,
            DocumentKind,
            Form,
            Forms,
            Checked,
            Score,
            Judged,
            Door
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/lib/backend/types.ts");
        if std::env::var_os("UPDATE_TYPES").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let there = std::fs::read_to_string(path).unwrap();
        assert!(there == text, "stale; run UPDATE_TYPES=1 cargo test -p sohoa-station types");
    }
}

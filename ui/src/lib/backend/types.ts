// Generated from crates/station/src/view.rs by its test; not to be edited.

export type FieldName = 'dossier_code' | 'document_type' | 'number' | 'symbol' | 'issued_date' | 'agency' | 'subject' | 'owner_name' | 'personal_id' | 'birth_date' | 'sex' | 'address' | 'card_issued_date' | 'procedure'
export type Desk = { settings: Settings, dossiers: Array<DossierRow>, work: Work, 
/**
 * Counts over the whole store, not only the rows shown.
 */
counts: Counts, };
export type Counts = { dossiers: number, documents: number, pages: number, working: number, review: number, confirmed: number, sealed: number, sent: number, accepted: number, rejected: number, };
export type DossierRow = { code: string, 
/**
 * `working`, `review`, `confirmed`, `sealed`, `sent`, `accepted`, `rejected`.
 */
state: string, owner: Owner, documents: number, pages: number, pages_read: number, 
/**
 * Documents that wait for the clerk.
 */
unconfirmed: number, 
/**
 * Pages or documents that failed.
 */
failed: number, 
/**
 * RFC 3339.
 */
created: string, updated: string, };
export type Owner = { name: string | null, personal_id: string | null, 
/**
 * `YYYY-MM-DD`.
 */
birth_date: string | null, sex: string | null, address: string | null, };
export type Dossier = { code: string, state: string, owner: Owner, documents: Array<Document>, events: number, created: string, updated: string, 
/**
 * Identifier of the package once sealed.
 */
package: string | null, 
/**
 * What the archive said, if it said anything.
 */
problems: Array<Problem>, 
/**
 * The latest edit, by action: `split`, `merge`, `move_pages`, `move_document`, `delete`, `restore`, `turn`,
 * `straighten`, `move_to_dossier`, `set_code`, `merge_dossiers`.
 */
can_undo: string | null, can_redo: string | null, 
/**
 * Pages that the clerk deleted; they can be brought back until the dossier is sealed.
 */
deleted: Array<Page>, };
export type Edit = { "kind": "split", page: number, } | { "kind": "merge_with_previous", document: number, } | { "kind": "move_pages", pages: Array<number>, document: number, before: number | null, } | { "kind": "move_document", document: number, before: number | null, } | { "kind": "delete_pages", pages: Array<number>, } | { "kind": "restore_page", page: number, } | { "kind": "turn", pages: Array<number>, degrees: number, } | { "kind": "straighten", pages: Array<number>, straight: boolean, };
export type Document = { 
/**
 * Number within the dossier, from 1.
 */
id: number, 
/**
 * Key of the document type (`quyet_dinh`).
 */
type: string, 
/**
 * Name of the type in Vietnamese.
 */
type_name: string, 
/**
 * `working`, `review`, `confirmed`, `failed`.
 */
state: string, 
/**
 * File name by TT 05/2025, Điều 8: `<mã hồ sơ>.<số thứ tự>.pdf`.
 */
file: string, 
/**
 * Of the PDF/A; absent until it is made.
 */
sha256: string | null, size: number | null, 
/**
 * Name of the file it came from.
 */
received_as: string, 
/**
 * What its cover sheet says: thành phần hồ sơ, and how many pages with something on them.
 */
component: string | null, declared: number | null, pages: Array<Page>, fields: Array<Field>, 
/**
 * Where code, machine-readable zone and print say different things of one person.
 */
differences: Array<Difference>, 
/**
 * Other people whose cards lie in the document; nothing of theirs is proposed.
 */
strangers: Array<Stranger>, 
/**
 * Printed page numbers that do not go with the pages there are.
 */
page_faults: Array<PageFault>, 
/**
 * The files it came from, kept byte for byte.
 */
sources: Array<Source>, };
export type Source = { name: string, sha256: string, size: number, 
/**
 * `jpeg`, `png`, `tiff`, `webp`, `bmp`, `pdf`.
 */
kind: string, 
/**
 * Bears a digital signature of its own.
 */
signed: boolean, };
export type Page = { 
/**
 * Identifier for `page://`.
 */
id: number, 
/**
 * Within the document, from 1; 0 for a deleted page.
 */
number: number, 
/**
 * Of the page image as received.
 */
sha256: string, 
/**
 * `queued`, `running`, `done`, `failed`.
 */
state: string, width: number, height: number, 
/**
 * Below 200, TT 05/2025/TT-BNV, Điều 8 wants it scanned again.
 */
dpi: number, 
/**
 * What the look at the counter found: `too_dark`, `blurred`, …
 */
marks: Array<string>, blank: boolean, 
/**
 * Degrees clockwise that made it upright.
 */
orientation: number, 
/**
 * Degrees by which it leans counter-clockwise and was set straight.
 */
skew: number, 
/**
 * Whether the clerk wants it left as it lies.
 */
leaning: boolean, 
/**
 * How many words.
 */
words: number, 
/**
 * Percent.
 */
confidence: number, error: Problem | null, 
/**
 * Changes whenever the picture of the page does; part of its `page://` address.
 */
version: number, };
export type Field = { 
/**
 * `dossier_code`, `document_type`, `number`, …
 */
name: string, value: string, 
/**
 * What the page was read to say, where the value that was proposed had been put right.
 */
read: string | null, 
/**
 * `code`, `text` or `clerk`.
 */
source: string, 
/**
 * Percent.
 */
confidence: number, page: number | null, box: [number, number, number, number] | null, confirmed: boolean, 
/**
 * Of a personal number that can be one.
 */
digits: Digits | null, 
/**
 * What it probably is, where a word of it cannot be Vietnamese as it was read. Only the clerk takes it.
 */
suggested: string | null, };
export type Digits = { 
/**
 * The province of birth registration; `Nước ngoài` for a birth abroad.
 */
place: string, birth_year: number, sex: string, };
export type Difference = { 
/**
 * As [`Field::name`].
 */
field: string, values: Array<Said>, };
export type Said = { 
/**
 * `code`, `mrz` or `text`.
 */
source: string, value: string, page: number, box: [number, number, number, number] | null, };
export type Stranger = { name: string | null, personal_id: string | null, 
/**
 * `code`, `mrz` or `text`.
 */
source: string, page: number, box: [number, number, number, number] | null, };
export type PageFault = { 
/**
 * `missing`, `twice` or `astray`.
 */
fault: string, first: number, last: number, 
/**
 * Where that shows.
 */
page: number, box: [number, number, number, number] | null, };
export type PageWords = { width: number, height: number, words: Array<Word>, 
/**
 * Where there is something that was not read: handwriting, pictures.
 */
unread: [number, number, number, number][], };
export type Word = { text: string, confidence: number, box: [number, number, number, number], line: number, suggestion: Suggestion | null, };
export type Suggestion = { 
/**
 * Without the punctuation round it.
 */
read: string, proposed: string, 
/**
 * With the words beside it that speak for it: `Việt Nam`.
 */
because: string, };
export type Work = { running: boolean, done: number, total: number, failed: number, 
/**
 * Taken out of the queue by the clerk; waits for the clerk's word.
 */
stopped: number, 
/**
 * What is being done now, for the line under the bar: `read`, `pdf`, …
 */
stage: string | null, dossier: string | null, };
export type Imported = { dossiers: Array<string>, documents: number, pages: number, duplicates: Array<Duplicate>, refused: Array<Refused>, };
export type Devices = { devices: Array<Device>, problems: Array<Problem>, };
export type Device = { 
/**
 * Names it in a request; means the same tomorrow.
 */
id: string, name: string, 
/**
 * An address or a port, for telling two of a kind apart.
 */
place: string, };
export type Capabilities = { 
/**
 * `flatbed`, `adf`, `adf-duplex`.
 */
sources: Array<string>, dpi: Array<number>, 
/**
 * `color`, `gray`, `lineart`.
 */
colors: Array<string>, brightness: boolean, };
export type Scanned = { stack: number, 
/**
 * More pages may be scanned onto it.
 */
open: boolean, 
/**
 * Every page that came, cover sheets too.
 */
scanned: Array<ScanPage>, 
/**
 * Cover sheets that promised more or fewer pages than came.
 */
notes: Array<Note>, dossiers: Array<string>, documents: number, pages: number, duplicates: Array<Duplicate>, refused: Array<Refused>, };
export type ScanPage = { 
/**
 * Identifier for `page://localhost/stack/<id>/thumb`.
 */
id: number, 
/**
 * Within the stack, from 1.
 */
number: number, 
/**
 * `page`, `cover`, `separator`, `cover_back`, `broken`; absent until somebody has looked at it.
 */
role: string | null, 
/**
 * What the clerk should know of it: `too_dark`, `blurred`, …
 */
marks: Array<string>, width: number, height: number, dpi: number, 
/**
 * What it became, with the dossier and document that it lies in.
 */
page: number | null, dossier: string | null, document: number | null, 
/**
 * Milliseconds from its last byte out of the scanner to its thumbnail, told once.
 */
delay: number | null, };
export type Note = { dossier: string, component: string | null, declared: number | null, 
/**
 * Pages with something on them.
 */
came: number, };
export type Duplicate = { path: string, dossier: string, 
/**
 * 0 when the clerk has deleted its pages.
 */
document: number, };
export type Refused = { path: string, code: string, message: string, hint: string, };
export type Problem = { code: string, subject: string, message: string, hint: string, };
export type Found = { total: number, hits: Array<Hit>, };
export type Hit = { dossier: string, document: number, page: number, 
/**
 * Identifier and version for `page://`.
 */
page_id: number, page_version: number, 
/**
 * Original text round the hit; what matched stands between U+2068 and U+2069 (first-strong isolates), which
 * no text of a page contains.
 */
snippet: string, score: number, boxes: [number, number, number, number][], owner: string | null, type_name: string, };
export type Batch = { id: string, 
/**
 * `sending`, `committed`, `acked`, `accepted`, `partly`, `rejected`.
 */
state: string, created: string, target: string, packages: Array<BatchPackage>, };
export type BatchPackage = { dossier: string, 
/**
 * `pending`, `accepted`, `rejected`, `duplicate`, `conflict`.
 */
status: string, problems: Array<Problem>, };
export type Settings = { 
/**
 * Name of the office, as it stands on papers: `UBND phường Võ Cường`.
 */
office: string, 
/**
 * Mã định danh cơ quan: `H05.16`.
 */
office_code: string, 
/**
 * Mã phông.
 */
fonds: string, 
/**
 * Mã cơ quan lưu trữ, kho, giá, hộp: goes in front of the paper dossier's code.
 */
paper_store: string, clerk: string, 
/**
 * Where batches go: `file:///…`.
 */
archive: string, 
/**
 * Workers; 0 = as many as cores.
 */
workers: number, 
/**
 * How carefully pages are read.
 */
reading: 'fast' | 'balanced' | 'accurate', 
/**
 * `vi` or `en`.
 */
language: string, 
/**
 * `system`, `light` or `dark`.
 */
theme: string, 
/**
 * Where a multi-function printer scans to, watched while the window is open; a path, or empty.
 */
inbox: string, 
/**
 * The scanner used last, as `devices` names it.
 */
scanner: string, 
/**
 * Key of the profile used last.
 */
scan_profile: string, 
/**
 * How each kind of work is scanned.
 */
scan_profiles: Array<ScanProfile>, };
export type ScanProfile = { 
/**
 * `papers`, `duplex`, `card`, `large`.
 */
key: string, settings: ScanSettings, };
export type ScanSettings = { 
/**
 * `flatbed`, `adf`, `adf-duplex`; absent: the feeder where there is one.
 */
source: string | null, dpi: number, 
/**
 * `color`, `gray`, `lineart`.
 */
color: string, 
/**
 * `a4`, `a5`, `a3`, `largest`.
 */
paper: string, 
/**
 * Percent, -100 to 100.
 */
brightness: number, };
export type ScanRequest = { device: string, settings: ScanSettings, 
/**
 * Where pages go until a code on the paper says otherwise.
 */
dossier: string | null, 
/**
 * The stack to go on with.
 */
onto: number | null, };
export type CoverRequest = { code: string, 
/**
 * The component that the sheet will lie on.
 */
component: string | null, 
/**
 * How many pages with content will follow.
 */
pages: number | null, };
export type Verified = { ok: boolean, blobs: number, pages: number, events: number, problems: Array<Problem>, };
export type Progress = { "kind": "taking", done: number, total: number, name: string, } | { "kind": "working", work: Work, } | { "kind": "sending", done: number, total: number, } | { "kind": "scanned", stack: number, page: ScanPage, };
export type DocumentKind = { 
/**
 * As in the field `document_type`: `quyet_dinh`.
 */
key: string, 
/**
 * Name in Vietnamese.
 */
name: string, };
export type Form = { name: string, 
/**
 * Where an office's own lies.
 */
file: string | null, 
/**
 * Key of the document type; empty when the file cannot be used.
 */
type: string, type_name: string, titles: Array<string>, 
/**
 * A filled-in page beside the file, by which the form can be tried.
 */
example: string | null, 
/**
 * What is wrong with the file.
 */
error: Problem | null, };
export type Forms = { 
/**
 * Where the office's own belong.
 */
folder: string, 
/**
 * The office's own, then those built in.
 */
forms: Array<Form>, };
export type Checked = { 
/**
 * `None` without an example, or when something is wrong already.
 */
score: Score | null, name: string, 
/**
 * Where an office's own lies.
 */
file: string | null, 
/**
 * Key of the document type; empty when the file cannot be used.
 */
type: string, type_name: string, titles: Array<string>, 
/**
 * A filled-in page beside the file, by which the form can be tried.
 */
example: string | null, 
/**
 * What is wrong with the file.
 */
error: Problem | null, };
export type Score = { 
/**
 * As which of the office's forms the page was known.
 */
known_as: string | null, right: number, wrong: number, missing: number, fields: Array<Judged>, };
export type Judged = { name: FieldName, expected: string, found: string | null, };
export type Door = "new" | "locked" | "open";

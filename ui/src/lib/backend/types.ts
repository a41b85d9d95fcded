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
problems: Array<Problem>, };
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
received_as: string, pages: Array<Page>, fields: Array<Field>, 
/**
 * Where code, machine-readable zone and print say different things of one person.
 */
differences: Array<Difference>, 
/**
 * Other people whose cards lie in the document; nothing of theirs is proposed.
 */
strangers: Array<Stranger>, 
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
 * Within the document, from 1.
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
dpi: number, blank: boolean, 
/**
 * Degrees clockwise that made it upright.
 */
orientation: number, skew: number, 
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
digits: Digits | null, };
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
export type PageWords = { width: number, height: number, words: Array<Word>, };
export type Word = { text: string, confidence: number, box: [number, number, number, number], line: number, };
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
export type Duplicate = { path: string, dossier: string, document: number, };
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
 * `vi` or `en`.
 */
language: string, 
/**
 * `system`, `light` or `dark`.
 */
theme: string, };
export type Verified = { ok: boolean, blobs: number, pages: number, events: number, problems: Array<Problem>, };
export type Progress = { "kind": "taking", done: number, total: number, name: string, } | { "kind": "working", work: Work, } | { "kind": "sending", done: number, total: number, };
export type DocumentKind = { 
/**
 * As in the field `document_type`: `quyet_dinh`.
 */
key: string, 
/**
 * Name in Vietnamese.
 */
name: string, };
export type Door = "new" | "locked" | "open";

// What the window asks of the station. `tauri.ts` asks the real one, `fake.ts` one held in memory for tests in a plain
// browser; which of them is built in is decided by the alias `#backend`.

import type {
  Batch,
  Capabilities,
  Checked,
  CoverRequest,
  Desk,
  Devices,
  DocumentKind,
  Door,
  Dossier,
  Edit,
  Forms,
  Found,
  Imported,
  PageWords,
  Progress,
  ScanPage,
  ScanRequest,
  Scanned,
  Settings,
  Verified,
} from './types'

export type * from './types'

/** What went wrong, in the person's words; the code is what programs switch on. */
export interface Failure {
  code: string
  message: string
  hint: string
}

/** Whether something thrown by a backend is a failure in the person's words. */
export function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown && 'hint' in thrown
}

export interface Backend {
  door(): Promise<Door>
  unlock(passphrase: string, remember: boolean): Promise<void>

  desk(): Promise<Desk>
  dossier(code: string): Promise<Dossier>
  pageWords(page: number): Promise<PageWords>
  search(query: string, limit: number, offset: number, typing: boolean): Promise<Found>
  settings(): Promise<Settings>
  saveSettings(settings: Settings): Promise<Settings>
  verify(): Promise<Verified>
  documentKinds(): Promise<DocumentKind[]>
  forms(): Promise<Forms>
  /** Reads the example page of a form, by the form's file; takes a second or two a page. */
  checkForm(file: string): Promise<Checked>

  /** Answers when every file has been looked at; reading goes on after it. */
  importPaths(paths: string[], dossier: string | null, onProgress: (progress: Progress) => void): Promise<Imported>
  /** Takes in the files or the picture that were copied in another program. */
  importClipboard(dossier: string | null, onProgress: (progress: Progress) => void): Promise<Imported>
  /** The scanners that can be found; takes a few seconds. */
  devices(): Promise<Devices>
  capabilities(device: string): Promise<Capabilities>
  /** Scans a stack and tells of each page. When it fails, the pages told of are kept, but for one refused by rule. */
  scan(request: ScanRequest, onProgress: (progress: Progress) => void): Promise<Scanned>
  /** Scans one sheet in the place of a page. */
  rescan(page: number, request: ScanRequest): Promise<Dossier>
  cancelScan(): Promise<void>
  /** What there is of a stack by now. */
  scanned(stack: number): Promise<Scanned>
  /** No more pages come to a stack that was interrupted. */
  finishStack(stack: number): Promise<Scanned>
  watchWork(onProgress: (progress: Progress) => void): Promise<void>
  /** Stops the queue; what is left stays in it until `resumeWork`, the next import, or the next start. */
  cancelWork(): Promise<void>
  resumeWork(): Promise<void>

  /** Changes where pages and documents lie; every edit can be undone until the dossier is sealed. */
  edit(code: string, edit: Edit): Promise<Dossier>
  undo(code: string): Promise<Dossier>
  redo(code: string): Promise<Dossier>
  /** Behind the documents of another dossier. Gives the dossier that it left. */
  moveDocument(code: string, document: number, to: string): Promise<Dossier>
  /** Fails with `code_taken` if another dossier bears the code, unless both are to `merge`. */
  setCode(code: string, newCode: string, merge: boolean): Promise<Dossier>
  retryPage(page: number): Promise<void>
  setField(code: string, document: number, field: string, value: string): Promise<Dossier>
  confirmDocument(code: string, document: number): Promise<Dossier>
  seal(code: string): Promise<Dossier>
  send(onProgress: (progress: Progress) => void): Promise<Batch[]>
  batches(): Promise<Batch[]>
  savePdf(code: string, document: number, path: string): Promise<void>
  /** Cover sheets as a PDF to print. */
  saveCovers(covers: CoverRequest[], path: string): Promise<void>

  /** Address of a page's picture; `version` changes whenever the picture does. */
  pageAddress(page: { id: number; version: number }, size: 'image' | 'thumb'): string

  /** Address of the small picture of a page that has just come out of the scanner. */
  scanAddress(page: ScanPage): string

  /** Asks the person for files, a folder, or where to save. `null` when they think better of it. */
  chooseFiles(title: string, kinds: string): Promise<string[] | null>
  chooseFolder(title: string): Promise<string | null>
  chooseSave(title: string, name: string): Promise<string | null>
  /** Files dragged over and dropped on the window. Returns what ends the listening. */
  onDrop(handler: (event: DropEvent) => void): Promise<() => void>
}

export type DropEvent = { kind: 'over' } | { kind: 'leave' } | { kind: 'drop'; paths: string[] }

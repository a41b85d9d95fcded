// The real station, over Tauri's IPC.

import { Channel, convertFileSrc, invoke } from '@tauri-apps/api/core'
import { getCurrentWebview } from '@tauri-apps/api/webview'
import { open, save } from '@tauri-apps/plugin-dialog'
import type { Backend, Progress } from '.'

function channel(onProgress: (progress: Progress) => void): Channel<Progress> {
  const channel = new Channel<Progress>()
  channel.onmessage = onProgress
  return channel
}

export const backend: Backend = {
  door: () => invoke('door'),
  unlock: (passphrase, remember) => invoke('unlock', { passphrase, remember }),

  desk: () => invoke('desk'),
  dossier: (code) => invoke('dossier', { code }),
  pageWords: (page) => invoke('page_words', { page }),
  search: (query, limit, offset, typing) => invoke('search', { query, limit, offset, typing }),
  settings: () => invoke('settings'),
  saveSettings: (settings) => invoke('save_settings', { settings }),
  verify: () => invoke('verify'),
  documentKinds: () => invoke('document_kinds'),
  forms: () => invoke('forms'),
  checkForm: (file) => invoke('check_form', { file }),

  importPaths: (paths, dossier, onProgress) =>
    invoke('import_paths', { paths, dossier, onProgress: channel(onProgress) }),
  importClipboard: (dossier, onProgress) => invoke('import_clipboard', { dossier, onProgress: channel(onProgress) }),
  devices: () => invoke('devices'),
  capabilities: (device) => invoke('capabilities', { device }),
  scan: (request, onProgress) => invoke('scan', { request, onProgress: channel(onProgress) }),
  rescan: (page, request) => invoke('rescan', { page, request }),
  cancelScan: () => invoke('cancel_scan'),
  scanned: (stack) => invoke('scanned', { stack }),
  finishStack: (stack) => invoke('finish_stack', { stack }),
  watchWork: (onProgress) => invoke('watch_work', { onProgress: channel(onProgress) }),
  cancelWork: () => invoke('cancel_work'),
  resumeWork: () => invoke('resume_work'),

  edit: (code, edit) => invoke('edit', { code, edit }),
  undo: (code) => invoke('undo', { code }),
  redo: (code) => invoke('redo', { code }),
  moveDocument: (code, document, to) => invoke('move_document', { code, document, to }),
  setCode: (code, newCode, merge) => invoke('set_code', { code, newCode, merge }),
  retryPage: (page) => invoke('retry_page', { page }),
  setField: (code, document, field, value) => invoke('set_field', { code, document, field, value }),
  confirmDocument: (code, document) => invoke('confirm_document', { code, document }),
  seal: (code) => invoke('seal', { code }),
  send: (onProgress) => invoke('send', { onProgress: channel(onProgress) }),
  batches: () => invoke('batches'),
  savePdf: (code, document, path) => invoke('save_pdf', { code, document, path }),
  saveCovers: (covers, path) => invoke('save_covers', { covers, path }),

  // page://localhost/… on Linux and macOS, http://page.localhost/… on Windows.
  pageAddress: (page, size) => `${convertFileSrc('', 'page')}${page.id}/${size}?v=${page.version}`,
  scanAddress: (page) => `${convertFileSrc('', 'page')}${page.id}/scan`,

  chooseFiles: async (title, kinds) => {
    const extensions = ['pdf', 'jpg', 'jpeg', 'png', 'tif', 'tiff', 'webp', 'bmp']
    return open({ title, multiple: true, filters: [{ name: kinds, extensions }] })
  },
  chooseFolder: (title) => open({ title, directory: true }),
  chooseSave: (title, name) => save({ title, defaultPath: name, filters: [{ name: 'PDF', extensions: ['pdf'] }] }),
  onDrop: (handler) =>
    getCurrentWebview().onDragDropEvent(({ payload }) => {
      if (payload.type === 'enter') handler({ kind: 'over' })
      else if (payload.type === 'leave') handler({ kind: 'leave' })
      else if (payload.type === 'drop') handler({ kind: 'drop', paths: payload.paths })
    }),
}

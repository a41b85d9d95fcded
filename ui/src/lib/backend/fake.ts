// A station held in memory, for the tests in a plain browser and for working on the window without one. Everybody in it
// is invented. It keeps the order of things (read, confirm, seal, send) as the real one does, and nothing else of it.

import type {
  Backend,
  Batch,
  Desk,
  DocumentKind,
  Dossier,
  Edit,
  Failure,
  Field,
  Form,
  Found,
  Imported,
  Page,
  PageWords,
  Progress,
  ScanPage,
  Scanned,
  ScanSettings,
  Score,
  Settings,
  Word,
  Work,
} from '.'

const WIDTH = 2480
const HEIGHT = 3508
const SEALED = ['sealed', 'sent', 'accepted']

/** What stands on the picture `fake/page.svg`: text, left, top, width, height. */
const LINES: [string, number, number, number, number][] = [
  ['ỦY BAN NHÂN DÂN', 420, 260, 560, 46],
  ['PHƯỜNG VÕ CƯỜNG', 400, 326, 600, 46],
  ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 1240, 260, 1020, 46],
  ['Độc lập - Tự do - Hạnh phúc', 1400, 326, 700, 46],
  ['Số: 15/QĐ-UBND', 510, 432, 380, 44],
  ['Võ Cường, ngày 10 tháng 02 năm 2026', 1380, 432, 780, 44],
  ['QUYẾT ĐỊNH', 1050, 590, 380, 56],
  ['Về việc hỗ trợ kinh phí đào tạo nghề cho lao động nông thôn', 620, 678, 1240, 48],
  ['CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG', 720, 820, 1040, 46],
  ['Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;', 400, 950, 1680, 46],
  ['Xét đề nghị của bà Dương Thị Đào tại đơn ngày 02 tháng 02 năm 2026,', 400, 1030, 1640, 46],
  ['QUYẾT ĐỊNH:', 1080, 1158, 330, 48],
  ['Điều 1. Hỗ trợ bà Dương Thị Đào, sinh ngày 05 tháng 9 năm 1988, thường trú tại', 400, 1280, 1780, 46],
  ['đường Lê Phụng Hiểu, phường Võ Cường, kinh phí đào tạo nghề may công nghiệp.', 300, 1350, 1880, 46],
  ['Điều 2. Quyết định này có hiệu lực kể từ ngày ký.', 400, 1440, 1160, 46],
  ['TM. ỦY BAN NHÂN DÂN', 1480, 1680, 560, 46],
  ['CHỦ TỊCH', 1640, 1746, 240, 46],
  ['Nguyễn Văn Bình', 1560, 2100, 400, 46],
]

const DOUBTS = new Set(['Dương', 'Phụng', '05'])

const SUGGESTIONS = [{ read: 'hiêu', proposed: 'hiệu', because: 'hiệu lực' }]

const WORDS: Word[] = LINES.flatMap(([text, x, y, width, height], line) => {
  const advance = width / text.length
  let at = 0
  return text.split(' ').map((word): Word => {
    const box: Word['box'] = [Math.round(x + at * advance), y, Math.round(word.length * advance), height]
    at += word.length + 1
    const suggestion = SUGGESTIONS.find((s) => s.proposed === word) ?? null
    return { text: suggestion?.read ?? word, confidence: DOUBTS.has(word) ? 61 : 94, box, line, suggestion }
  })
})

const KINDS: DocumentKind[] = [
  { key: 'quyet_dinh', name: 'Quyết định' },
  { key: 'giay_khai_sinh', name: 'Giấy khai sinh' },
  { key: 'can_cuoc', name: 'Thẻ căn cước' },
  { key: 'don_de_nghi', name: 'Đơn đề nghị' },
  { key: 'khac', name: 'Khác' },
]

const FORMS: Form[] = [
  {
    name: 'tam-tru',
    file: '/tram/forms/tam-tru.toml',
    type: 'don_de_nghi',
    type_name: 'Đơn đề nghị',
    titles: ['Đơn xin xác nhận tạm trú'],
    example: 'tam-tru.jpg',
    error: null,
  },
  {
    name: 'hon-nhan',
    file: '/tram/forms/hon-nhan.toml',
    type: 'don_de_nghi',
    type_name: 'Đơn đề nghị',
    titles: ['Đơn xin xác nhận tình trạng hôn nhân'],
    example: 'hon-nhan.jpg',
    error: null,
  },
  {
    name: 'sai',
    file: '/tram/forms/sai.toml',
    type: '',
    type_name: '',
    titles: [],
    example: null,
    error: {
      code: 'invalid_value',
      subject: '/tram/forms/sai.toml',
      message: 'sai.toml, dòng 7: nhãn «Chỗ ở» không thể là «adress»',
      hint: 'Viết applicant, named, other, end, hoặc một trường: address.',
    },
  },
  {
    name: 'bien-ban',
    file: '/tram/forms/bien-ban.toml',
    type: 'bien_ban',
    type_name: 'Biên bản',
    titles: ['Biên bản kiểm tra tạm trú'],
    example: null,
    error: null,
  },
  { name: 'trich_luc', file: null, type: 'trich_luc', type_name: 'Trích lục hộ tịch', titles: ['Trích lục'], example: null, error: null },
]

let nextPage = 1
const now = new Date().toISOString()

function page(number: number, more: Partial<Page> = {}): Page {
  return {
    id: nextPage++,
    number,
    sha256: 'a3'.repeat(32),
    state: 'done',
    width: WIDTH,
    height: HEIGHT,
    dpi: 300,
    marks: [],
    blank: false,
    orientation: 0,
    skew: 0.4,
    leaning: false,
    words: WORDS.length,
    confidence: 92.4,
    error: null,
    version: 1,
    ...more,
  }
}

function field(name: string, value: string, confidence: number, box: Field['box'] = null, source = 'text'): Field {
  return { name, value, read: null, source, confidence, page: 1, box, confirmed: false, digits: digitsOf(name, value), suggested: null }
}

/** As the station tells them, for the two provinces that the fake knows. */
function digitsOf(name: string, value: string): Field['digits'] {
  const place = { '027': 'Bắc Ninh', '024': 'Bắc Giang' }[value.slice(0, 3)]
  if (name !== 'personal_id' || !place) return null
  const century = Number(value[3])
  return { place, birth_year: 1900 + 100 * Math.floor(century / 2) + Number(value.slice(4, 6)), sex: century % 2 ? 'Nữ' : 'Nam' }
}

const boxOf = (line: number): Field['box'] => {
  const [, x, y, width, height] = LINES[line] ?? ['', 0, 0, 0, 0]
  return [x, y, width, height]
}

function decision(): Field[] {
  return [
    field('document_type', 'quyet_dinh', 97, boxOf(6)),
    { ...field('number', '15', 91, boxOf(4)), read: 'l5' },
    field('symbol', 'QĐ-UBND', 95, boxOf(4)),
    field('issued_date', '2026-02-10', 97, boxOf(5)),
    { ...field('agency', 'Ủy ban nhân dân phường Võ Cường', 98, boxOf(1)), read: 'Ủy ban nhãn dân phường Võ Cường' },
    field('subject', 'Về việc hỗ trợ kinh phí đào tạo nghề cho lao động nông thôn', 96, boxOf(7)),
    { ...field('owner_name', 'Dương Thị Đào', 74, boxOf(12)), read: 'Dương Thi Đào' },
  ]
}

function dossier(code: string, state: string, name: string, documents: Dossier['documents']): Dossier {
  return {
    code,
    state,
    owner: { name, personal_id: '027188001234', birth_date: '1988-09-05', sex: 'Nữ', address: null },
    documents,
    events: 12,
    created: now,
    updated: now,
    package: SEALED.includes(state) ? `urn:uuid:${code}` : null,
    problems: [],
    can_undo: null,
    can_redo: null,
    deleted: [],
  }
}

function document(id: number, code: string, state: string, pages: Page[], fields: Field[]): Dossier['documents'][number] {
  const type = fields.find((f) => f.name === 'document_type')?.value ?? 'khac'
  return {
    id,
    type,
    type_name: KINDS.find((k) => k.key === type)?.name ?? 'Khác',
    state,
    file: `${code}.${String(id).padStart(2, '0')}.pdf`,
    sha256: state === 'working' ? null : 'c0ffee'.repeat(10) + 'cafe',
    size: 412_345,
    received_as: `${String(id).padStart(2, '0')} giấy tờ.jpg`,
    component: null,
    declared: null,
    pages,
    fields,
    differences: [],
    strangers: [],
    page_faults: [],
    sources: [
      { name: `${String(id).padStart(2, '0')} giấy tờ.jpg`, sha256: 'b1'.repeat(32), size: 690_112, kind: 'jpeg', signed: false },
    ],
  }
}

const confirmed = (fields: Field[]) => fields.map((f) => ({ ...f, confirmed: true }))
const unreadable = { code: 'unreadable', subject: '', message: 'Trang 2 không mở được', hint: 'Quét lại trang này.' }

const dossiers: Dossier[] = [
  dossier('H05.16-260210-0003', 'review', 'Dương Thị Đào', [
    document(1, 'H05.16-260210-0003', 'review', [page(1), page(2, { blank: true, words: 0 })], decision()),
    {
      ...document(2, 'H05.16-260210-0003', 'review', [page(1)], [
        field('document_type', 'can_cuoc', 99, null, 'code'),
        field('personal_id', '027188001234', 100, null, 'code'),
        field('owner_name', 'Dương Thị Đào', 100, null, 'code'),
        field('birth_date', '1988-09-05', 80, boxOf(12), 'code'),
        {
          ...field('address', 'phường Võ Cường, tỉnh Băc Ninh', 83, boxOf(13)),
          suggested: 'phường Võ Cường, tỉnh Bắc Ninh',
        },
      ]),
      differences: [
        {
          field: 'birth_date',
          values: [
            { source: 'code', value: '1988-09-05', page: 1, box: boxOf(12) },
            { source: 'text', value: '1988-09-06', page: 1, box: boxOf(13) },
          ],
        },
      ],
      strangers: [
        { name: 'Nguyễn Văn Bình', personal_id: '027079003355', source: 'mrz', page: 1, box: boxOf(17) },
      ],
      page_faults: [{ fault: 'missing', first: 2, last: 3, page: 1, box: boxOf(0) }],
    },
  ]),
  dossier('H05.16-260209-0007', 'working', 'Trần Đức Long', [
    document(1, 'H05.16-260209-0007', 'working', [page(1), page(2, { state: 'running', words: 0 })], []),
  ]),
  dossier('H05.16-260209-0002', 'review', 'Lê Thị Hoà', [
    document(1, 'H05.16-260209-0002', 'failed', [page(1), page(2, { state: 'failed', words: 0, error: unreadable })], []),
  ]),
  dossier('H05.16-260206-0011', 'sealed', 'Nguyễn Quốc Đạt', [
    document(1, 'H05.16-260206-0011', 'confirmed', [page(1)], confirmed(decision())),
  ]),
  dossier('H05.16-260205-0004', 'accepted', 'Phạm Thuý Vân', [
    document(1, 'H05.16-260205-0004', 'confirmed', [page(1)], confirmed(decision())),
  ]),
]

const papers: ScanSettings = { source: null, dpi: 300, color: 'color', paper: 'a4', brightness: 0 }

let settings: Settings = {
  office: 'UBND phường Võ Cường',
  office_code: 'H05.16',
  fonds: 'H05.16',
  paper_store: '',
  clerk: 'Nguyễn Thị Lan',
  archive: 'file:///media/usb/luu-tru',
  workers: 0,
  reading: 'balanced',
  language: 'vi',
  theme: 'light',
  inbox: '',
  scanner: '',
  scan_profile: 'papers',
  scan_profiles: [
    { key: 'papers', settings: papers },
    { key: 'duplex', settings: { ...papers, source: 'adf-duplex' } },
    { key: 'card', settings: { ...papers, source: 'flatbed', dpi: 400, paper: 'a5' } },
    { key: 'large', settings: { ...papers, source: 'flatbed', paper: 'largest' } },
  ],
}

/** The stack in the feeder: a cover sheet that promises four pages, three of them, and a jam before the last. */
const SCANNED = 'H05.16-260212-0005'
let stack: ScanPage[] = []
let jammed = false

function scannedPage(number: number, more: Partial<ScanPage> = {}): ScanPage {
  const size = { width: WIDTH, height: HEIGHT, dpi: 300 }
  return { id: number, number, role: null, marks: [], ...size, page: null, dossier: null, document: null, delay: 90, ...more }
}

function stackSoFar(): Scanned {
  const pages = stack.filter((p) => p.page !== null).length
  const imported = { dossiers: [SCANNED], documents: 1, pages, duplicates: [], refused: [] }
  return { stack: 1, open: true, ...imported, scanned: stack, notes: [] }
}

function endOfStack(): Scanned {
  const pages = stack.filter((p) => p.page !== null)
  if (!dossiers.some((d) => d.code === SCANNED)) {
    const kept = pages.map((p, i) => page(i + 1, { marks: p.marks }))
    dossiers.unshift(dossier(SCANNED, 'review', 'Ngô Thị Hiền', [document(1, SCANNED, 'review', kept, decision())]))
  }
  const notes = pages.length === 4 ? [] : [{ dossier: SCANNED, component: null, declared: 4, came: pages.length }]
  return { ...stackSoFar(), open: false, notes }
}

const IDLE: Work = { running: false, done: 0, total: 0, failed: 0, stopped: 0, stage: null, dossier: null }

/** `?busy` opens a station in the middle of its work. */
let work = new URLSearchParams(location.search).has('busy') ? { ...IDLE, running: true, done: 3, total: 12 } : IDLE
let batches: Batch[] = []
let listener: ((progress: Progress) => void) | undefined
let dropped: Parameters<Backend['onDrop']>[0] | undefined

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function fail(code: string, message: string, hint: string): never {
  throw { code, message, hint } satisfies Failure
}

function find(code: string): Dossier {
  return dossiers.find((d) => d.code === code) ?? fail('not_found', `Không có hồ sơ ${code}`, 'Kiểm tra lại mã hồ sơ.')
}

/** Changes one document of a dossier that is still open. */
function change(code: string, id: number, how: (d: Dossier['documents'][number]) => Dossier['documents'][number]): Dossier {
  const dossier = find(code)
  if (SEALED.includes(dossier.state)) fail('not_allowed', `Hồ sơ ${code} đã đóng, không sửa được nữa`, '')
  dossier.documents = dossier.documents.map((d) => (d.id === id ? how(d) : d))
  dossier.state = dossier.documents.every((d) => d.state === 'confirmed') ? 'confirmed' : 'review'
  return structuredClone(dossier)
}

type Layout = Pick<Dossier, 'documents' | 'deleted'>
/** What was done and what was taken back, by dossier: each with how the pages lay on the other side of it. */
const histories = new Map<Dossier, { done: [string, Layout][]; undone: [string, Layout][] }>()

function history(dossier: Dossier): { done: [string, Layout][]; undone: [string, Layout][] } {
  const known = histories.get(dossier) ?? { done: [], undone: [] }
  histories.set(dossier, known)
  return known
}

/** Numbers everything anew; documents without a page are gone. */
function settle(dossier: Dossier): Dossier {
  dossier.documents = dossier.documents
    .filter((d) => d.pages.length > 0)
    .map((d, i) => ({
      ...d,
      id: i + 1,
      file: `${dossier.code}.${i + 1}.pdf`,
      pages: d.pages.map((p, k) => ({ ...p, number: k + 1 })),
    }))
  const { done, undone } = history(dossier)
  dossier.can_undo = done.at(-1)?.[0] ?? null
  dossier.can_redo = undone.at(-1)?.[0] ?? null
  return structuredClone(dossier)
}

function opened(code: string): Dossier {
  const dossier = find(code)
  if (SEALED.includes(dossier.state)) fail('not_allowed', `Hồ sơ ${code} đã đóng, không sửa được nữa`, '')
  return dossier
}

const ACTIONS: Record<Edit['kind'], string> = {
  split: 'split',
  merge_with_previous: 'merge',
  move_pages: 'move_pages',
  move_document: 'move_document',
  delete_pages: 'delete',
  restore_page: 'restore',
  turn: 'turn',
  straighten: 'straighten',
}

function rearranged(documents: Dossier['documents'], deleted: Page[], edit: Edit): Layout {
  const all = documents.flatMap((d) => d.pages)
  const without = (ids: number[]) =>
    documents.map((d) => ({ ...d, pages: d.pages.filter((p) => !ids.includes(p.id)) }))
  const before = <T>(list: T[], at: number, more: T[]) => (at < 0 ? [...list, ...more] : list.toSpliced(at, 0, ...more))
  switch (edit.kind) {
    case 'split': {
      const split = documents.flatMap((d) => {
        const at = d.pages.findIndex((p) => p.id === edit.page)
        if (at === 0) fail('not_allowed', 'Trang này đã là trang đầu của giấy tờ', 'Chọn trang mà từ đó là giấy tờ khác.')
        return at < 0 ? [d] : [{ ...d, pages: d.pages.slice(0, at) }, { ...d, fields: [], pages: d.pages.slice(at) }]
      })
      return { documents: split, deleted }
    }
    case 'merge_with_previous': {
      const [first, second] = [documents[edit.document - 2], documents[edit.document - 1]]
      if (!first || !second) fail('not_allowed', 'Trước giấy tờ này không có giấy tờ nào để gộp', 'Chọn giấy tờ đứng sau.')
      const merged = { ...first, pages: [...first.pages, ...second.pages] }
      return { documents: documents.toSpliced(edit.document - 2, 2, merged), deleted }
    }
    case 'move_pages': {
      const moved = all.filter((p) => edit.pages.includes(p.id))
      const target = documents[edit.document - 1]?.pages ?? []
      const anchor = target
        .slice(edit.before === null ? target.length : target.findIndex((p) => p.id === edit.before))
        .find((p) => !edit.pages.includes(p.id))
      const rest = without(edit.pages).map((d) =>
        d.id === edit.document ? { ...d, pages: before(d.pages, d.pages.findIndex((p) => p.id === anchor?.id), moved) } : d,
      )
      return { documents: rest, deleted }
    }
    case 'move_document': {
      const moved = documents.filter((d) => d.id === edit.document)
      const rest = documents.filter((d) => d.id !== edit.document)
      return { documents: before(rest, rest.findIndex((d) => d.id === edit.before), moved), deleted }
    }
    case 'delete_pages':
      return { documents: without(edit.pages), deleted: [...deleted, ...all.filter((p) => edit.pages.includes(p.id))] }
    case 'restore_page': {
      const back = deleted.filter((p) => p.id === edit.page)
      const [first, ...rest] = documents
      return {
        documents: first ? [{ ...first, pages: [...first.pages, ...back] }, ...rest] : [],
        deleted: deleted.filter((p) => p.id !== edit.page),
      }
    }
    case 'straighten': {
      const set = (p: Page) =>
        edit.pages.includes(p.id) ? { ...p, version: p.version + 1, leaning: !edit.straight, skew: edit.straight ? 0.4 : 0 } : p
      return { documents: documents.map((d) => ({ ...d, pages: d.pages.map(set) })), deleted }
    }
    case 'turn': {
      const turned = (p: Page) => (edit.pages.includes(p.id) ? { ...p, version: p.version + 1 } : p)
      return { documents: documents.map((d) => ({ ...d, pages: d.pages.map(turned) })), deleted }
    }
  }
}

function backOrForth(code: string, from: 'done' | 'undone', none: string): Dossier {
  const dossier = opened(code)
  const past = history(dossier)
  const last = past[from].pop()
  if (!last) fail('not_allowed', none, '')
  past[from === 'done' ? 'undone' : 'done'].push([last[0], { documents: dossier.documents, deleted: dossier.deleted }])
  Object.assign(dossier, last[1])
  return settle(dossier)
}

function owned(page: number): { dossier: Dossier; page: Page } {
  for (const dossier of dossiers)
    for (const p of [...dossier.documents.flatMap((d) => d.pages), ...dossier.deleted]) if (p.id === page) return { dossier, page: p }
  return fail('not_found', 'Không có trang này', '')
}

export const backend: Backend = {
  door: async () => (new URLSearchParams(location.search).get('door') as 'new' | 'locked' | null) ?? 'open',
  unlock: async (passphrase) => {
    if (passphrase !== 'mot mat khau dai') fail('locked', 'Mật khẩu không đúng', 'Nhập lại mật khẩu của trạm.')
  },

  desk: async (): Promise<Desk> => {
    const count = (state: string) => dossiers.filter((d) => d.state === state).length
    const documents = dossiers.flatMap((d) => d.documents)
    return {
      settings,
      work,
      counts: {
        dossiers: dossiers.length,
        documents: documents.length,
        pages: documents.flatMap((d) => d.pages).length,
        working: count('working'),
        review: count('review'),
        confirmed: count('confirmed'),
        sealed: count('sealed'),
        sent: count('sent'),
        accepted: count('accepted'),
        rejected: count('rejected'),
      },
      dossiers: dossiers.map((d) => ({
        code: d.code,
        state: d.state,
        owner: d.owner,
        documents: d.documents.length,
        pages: d.documents.flatMap((x) => x.pages).length,
        pages_read: d.documents.flatMap((x) => x.pages).filter((p) => p.state === 'done').length,
        unconfirmed: d.documents.filter((x) => x.state === 'review').length,
        failed: d.documents.filter((x) => x.state === 'failed').length,
        created: d.created,
        updated: d.updated,
      })),
    }
  },
  // What comes over the wire is never the store's own.
  dossier: async (code) => structuredClone(find(code)),
  pageWords: async (page): Promise<PageWords> => ({
    width: WIDTH,
    height: HEIGHT,
    words: owned(page).page.blank ? [] : WORDS,
    unread: [[Math.round(WIDTH * 0.6), Math.round(HEIGHT * 0.78), 520, 190]],
  }),
  search: async (query, limit, offset): Promise<Found> => {
    const wanted = fold(query).split(/\s+/).filter(Boolean)
    const boxes = WORDS.filter((w) => wanted.some((q) => fold(w.text).startsWith(q))).map((w) => w.box)
    if (!wanted.every((q) => WORDS.some((w) => fold(w.text).startsWith(q)))) return { total: 0, hits: [] }
    const line = LINES.find(([text]) => wanted.every((q) => fold(text).includes(q)))?.[0] ?? ''
    const marked = line.split(' ').map((w) => (wanted.some((q) => fold(w).startsWith(q)) ? `\u2068${w}\u2069` : w))
    const hits = dossiers.flatMap((d) =>
      d.documents.flatMap((doc) =>
        doc.pages
          .filter((p) => p.words > 0)
          .map((p) => ({
            dossier: d.code,
            document: doc.id,
            page: p.number,
            page_id: p.id,
            page_version: p.version,
            snippet: `… ${marked.join(' ')} …`,
            score: 1,
            boxes,
            owner: d.owner.name,
            type_name: doc.type_name,
          })),
      ),
    )
    return { total: hits.length, hits: hits.slice(offset, offset + limit) }
  },
  settings: async () => settings,
  saveSettings: async (wanted) => (settings = wanted),
  verify: async () => ({ ok: true, blobs: 41, pages: 8, events: 60, problems: [] }),
  documentKinds: async () => KINDS,
  forms: async () => ({ folder: '/tram/forms', forms: FORMS }),
  checkForm: async (file) => {
    await pause(80)
    const form = FORMS.find((f) => f.file === file) ?? fail('not_found', `Không có mẫu ${file}`, '')
    if (form.name === 'hon-nhan') {
      const [message, hint] = ['Không có trang thử /tram/forms/hon-nhan.jpg', 'Chép trang vào cạnh tệp mẫu.']
      return { ...form, error: { code: 'not_found', subject: file, message, hint }, score: null }
    }
    const score: Score = {
      known_as: form.name,
      right: 1,
      wrong: 1,
      missing: 1,
      fields: [
        { name: 'owner_name', expected: 'Trần Thị Mẫu', found: 'Trần Thị Mẫu' },
        { name: 'birth_date', expected: '1996-01-02', found: '1996-02-01' },
        { name: 'address', expected: 'Thôn Đông, xã Mẫu Sơn', found: null },
      ],
    }
    return { ...form, score }
  },

  importClipboard: async (dossier, onProgress) => backend.importPaths(['Ảnh dán 2026-02-12 08.15.02.png'], dossier, onProgress),
  importPaths: async (paths, _dossier, onProgress): Promise<Imported> => {
    for (let done = 0; done < paths.length; done++) {
      onProgress({ kind: 'taking', done, total: paths.length, name: paths[done] ?? '' })
      await pause(60)
    }
    const refused = paths.filter((p) => p.endsWith('.docx'))
    const code = 'H05.16-260211-0001'
    if (!dossiers.some((d) => d.code === code)) {
      dossiers.unshift(dossier(code, 'review', 'Vũ Minh Châu', [document(1, code, 'review', [page(1)], decision())]))
    }
    return {
      dossiers: [code],
      documents: paths.length - refused.length,
      pages: paths.length - refused.length,
      duplicates: [],
      refused: refused.map((path) => ({
        path,
        code: 'not_a_document',
        message: 'Không phải ảnh hay PDF',
        hint: 'Lưu thành PDF rồi nhập lại.',
      })),
    }
  },
  devices: async () => {
    await pause(80)
    if (new URLSearchParams(location.search).has('noscanner')) {
      return { devices: [], problems: [{ code: 'missing', subject: '', message: 'Chưa cài SANE', hint: 'Cài gói libsane1.' }] }
    }
    return {
      devices: [
        { id: 'sane:fujitsu:1', name: 'Fujitsu fi-8170', place: 'usb 001:004' },
        { id: 'escl:http://192.168.1.20/eSCL', name: 'Canon MF445dw', place: '192.168.1.20' },
      ],
      problems: [],
    }
  },
  capabilities: async () => ({
    sources: ['flatbed', 'adf', 'adf-duplex'],
    dpi: [200, 300, 600],
    colors: ['color', 'gray', 'lineart'],
    brightness: true,
  }),
  scan: async ({ onto }, onProgress) => {
    if (onto === null) {
      stack = []
      jammed = false
    }
    const tell = (page: ScanPage) => {
      stack = [...stack.filter((p) => p.id !== page.id), page]
      onProgress({ kind: 'scanned', stack: 1, page })
    }
    const last = jammed ? 5 : 4
    for (let number = stack.length + 1; number <= last; number++) {
      await pause(60)
      tell(scannedPage(number))
      await pause(40)
      const place = { role: 'page', page: 100 + number, dossier: SCANNED, document: 1 }
      tell(scannedPage(number, number === 1 ? { role: 'cover' } : number === 3 ? { ...place, marks: ['blurred'] } : place))
    }
    if (!jammed) {
      jammed = true
      fail('paper_jam', 'Kẹt giấy ở trang 5. Đã giữ 4 trang', 'Gỡ tờ giấy kẹt. Đặt lại giấy từ trang 5, rồi quét tiếp.')
    }
    return endOfStack()
  },
  rescan: async (id) => {
    await pause(80)
    const { dossier, page } = owned(id)
    page.marks = []
    page.version += 1
    return structuredClone(dossier)
  },
  cancelScan: async () => undefined,
  scanned: async () => stackSoFar(),
  finishStack: async () => endOfStack(),
  watchWork: async (onProgress) => {
    listener = onProgress
  },
  cancelWork: async () => {
    work = { ...work, running: false, stopped: work.total - work.done }
  },
  resumeWork: async () => {
    work = { ...work, running: true, stopped: 0 }
  },

  edit: async (code, edit) => {
    const dossier = opened(code)
    const { documents, deleted } = structuredClone({ documents: dossier.documents, deleted: dossier.deleted })
    const after = rearranged(documents, deleted, edit)
    const past = history(dossier)
    past.done.push([ACTIONS[edit.kind], { documents: dossier.documents, deleted: dossier.deleted }])
    past.undone = []
    Object.assign(dossier, after)
    listener?.({ kind: 'working', work: { ...IDLE, done: 1, total: 1 } })
    return settle(dossier)
  },
  undo: async (code) => backOrForth(code, 'done', 'Không còn gì để hoàn tác trong hồ sơ này'),
  redo: async (code) => backOrForth(code, 'undone', 'Không có gì để làm lại trong hồ sơ này'),
  moveDocument: async (code, id, to) => {
    const [dossier, target] = [opened(code), opened(to)]
    target.documents = [...target.documents, ...dossier.documents.filter((d) => d.id === id)]
    dossier.documents = dossier.documents.filter((d) => d.id !== id)
    settle(target)
    return settle(dossier)
  },
  setCode: async (code, wanted, merge) => {
    const dossier = opened(code)
    if (!/^[\w.]+-\d{6}-\d{4}$/.test(wanted)) fail('invalid_value', `«${wanted}» không phải mã hồ sơ`, '')
    const target = dossiers.find((d) => d.code === wanted)
    if (target && !merge) fail('code_taken', `Đã có hồ sơ ${wanted} (${target.documents.length} giấy tờ)`, 'Nếu hai hồ sơ là một, xác nhận gộp.')
    if (!target) {
      dossier.code = wanted
      return settle(dossier)
    }
    target.documents = [...target.documents, ...dossier.documents]
    dossiers.splice(dossiers.indexOf(dossier), 1)
    return settle(target)
  },
  retryPage: async (id) => {
    const { page, dossier } = owned(id)
    page.state = 'done'
    page.error = null
    dossier.documents = dossier.documents.map((d) => ({ ...d, state: 'review' }))
  },
  setField: async (code, id, name, value) => {
    if (name === 'personal_id' && !/^\d{12}$/.test(value))
      fail('invalid_value', `«${value}» không phải số định danh cá nhân`, 'Số định danh cá nhân có đúng 12 chữ số.')
    return change(code, id, (d) => {
      const kept = d.fields.filter((f) => f.name !== name)
      const old = d.fields.find((f) => f.name === name)
      const digits = digitsOf(name, value)
      const set: Field = { ...(old ?? field(name, value, 100)), value, source: 'clerk', confidence: 100, digits, suggested: null }
      const fields = old ? d.fields.map((f) => (f.name === name ? set : f)) : [...kept, set]
      return { ...d, state: 'review', fields }
    })
  },
  confirmDocument: async (code, id) => change(code, id, (d) => ({ ...d, state: 'confirmed', fields: confirmed(d.fields) })),
  seal: async (code) => {
    const dossier = find(code)
    if (dossier.state !== 'confirmed') fail('not_allowed', `Hồ sơ ${code} còn giấy tờ chưa xác nhận`, 'Xác nhận trước.')
    dossier.state = 'sealed'
    dossier.package = `urn:uuid:${code}`
    return structuredClone(dossier)
  },
  send: async (onProgress) => {
    const sealed = dossiers.filter((d) => d.state === 'sealed')
    for (let done = 0; done <= sealed.length; done++) {
      onProgress({ kind: 'sending', done, total: sealed.length })
      await pause(60)
    }
    for (const d of sealed) d.state = 'accepted'
    const batch: Batch = {
      id: `LO-H05.16-20260211-000${batches.length + 1}`,
      state: 'accepted',
      created: now,
      target: settings.archive,
      packages: sealed.map((d) => ({ dossier: d.code, status: 'accepted', problems: [] })),
    }
    batches = [batch, ...batches]
    return batches
  },
  batches: async () => batches,
  savePdf: async () => undefined,
  saveCovers: async (covers) => {
    const bad = covers.find(({ code }) => !/^[\w.]+-\d{6}-\d{4,6}$/.test(code))
    if (bad) fail('invalid_value', `«${bad.code}» không phải mã hồ sơ`, 'Mã hồ sơ có dạng H05.16-260210-0001.')
    // So that a test can see what was asked for.
    window.document.body.dataset['covers'] = JSON.stringify(covers)
  },

  pageAddress: ({ id, version }) => `/fake/${owned(id).page.blank ? 'blank' : 'page'}.svg?${id}.${version}`,

  scanAddress: ({ id }) => `/fake/page.svg?scan${id}`,

  chooseFiles: async () => ['/quet/01 quyết định.jpg', '/quet/ghi chú.docx'],
  chooseFolder: async () => '/quet/H05.16-260211-0001',
  chooseSave: async (_title, name) => `/home/lan/${name}`,
  onDrop: async (handler) => {
    dropped = handler
    // So that a test can drop something.
    window.addEventListener('fake-drop', (event) => dropped?.((event as CustomEvent).detail))
    return () => (dropped = undefined)
  },
}

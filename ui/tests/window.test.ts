// The window as a clerk uses it, with the keyboard, over the fake backend.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { House, type Window } from './browser'

let house: House
let axe: string

beforeAll(async () => {
  house = await House.open()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
})
afterEach(() => house.clear())
afterAll(() => house.close())

/** What the accessibility rules find wrong, by rule and place. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(
    () => (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  )
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary ?? ''}`))
}

async function desk(query = ''): Promise<Window> {
  const window = await house.window(query)
  await window.page.getByRole('grid').waitFor()
  return window
}

const field = (page: Page, name: string) => page.locator(`[data-field="${name}"]`)

describe('the clerk’s day, by keyboard alone', () => {
  it('opens a dossier, corrects a field, confirms, seals, sends, and sees the receipt', async () => {
    const { page, complaints } = await desk()
    const keys = page.keyboard
    await keys.press('Enter')
    await page.locator('[data-ready="true"]').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('H05.16-260210-0003')

    // The last field is doubtful and is corrected; Enter goes on to the button.
    await field(page, 'owner_name').fill('Dương Thị Đào Anh')
    await keys.press('Enter')
    await expect.poll(() => page.getByTestId('confirm').evaluate((e) => e === document.activeElement)).toBe(true)
    expect(await page.locator('#origin-owner_name').textContent()).toContain('Cán bộ')

    // Confirming goes to the next document, and at the last one the dossier can be sealed.
    await keys.press('Control+Enter')
    await field(page, 'personal_id').waitFor()
    await keys.press('Control+Enter')
    await expect.poll(() => page.getByTestId('seal').isEnabled()).toBe(true)
    await keys.press('F8')
    await page.getByText('Đã đóng hồ sơ H05.16-260210-0003').waitFor()
    expect(await field(page, 'personal_id').getAttribute('readonly')).not.toBeNull()

    await keys.press('F9')
    await page.getByRole('heading', { name: '2 hồ sơ sẵn sàng gửi' }).waitFor()
    await keys.press('F9')
    await page.getByText('Lưu trữ đã tiếp nhận 2/2 hồ sơ.').waitFor()
    expect(await page.locator('details', { hasText: 'LO-H05.16' }).textContent()).toContain('Đã tiếp nhận')
    expect(complaints).toEqual([])
  })

  it('keeps a value only when the station takes it, and says why not', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+ArrowDown')
    await field(page, 'personal_id').fill('123')
    await page.keyboard.press('Enter')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('Số định danh cá nhân có đúng 12 chữ số')
    // Escape takes the slip back.
    await field(page, 'personal_id').press('Escape')
    expect(await field(page, 'personal_id').inputValue()).toBe('027188001234')
  })

  it('shows beside a field what else the paper says, and takes it by key or click', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+ArrowDown')
    const birth = field(page, 'birth_date')
    const other = page.getByTestId('other-birth_date')
    const value = () => Promise.all([birth.inputValue(), other.textContent()])
    await birth.focus()
    expect(await value()).toEqual(['05/09/1988', '06/09/1988'])
    expect(await page.locator('#besides-birth_date').textContent()).toContain('Chữ in trang 1:')
    // What the others say of the rest is the same, so nothing stands there.
    expect(await page.locator('#besides-owner_name').count()).toBe(0)
    await page.keyboard.press('F6')
    await expect.poll(value).toEqual(['06/09/1988', '05/09/1988'])
    expect(await page.locator('#origin-birth_date').textContent()).toContain('Cán bộ')
    // By Tab and Enter, and so back.
    await page.keyboard.press('Tab')
    expect(await other.evaluate((e) => e === document.activeElement)).toBe(true)
    await page.locator('.mark').first().waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(value).toEqual(['05/09/1988', '06/09/1988'])
    // Once confirmed nothing is left to choose.
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => page.locator('.thumb[aria-current]').textContent()).toContain('Giấy tờ 1')
    await page.keyboard.press('Alt+ArrowDown')
    await birth.waitFor()
    expect(await other.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('asks whether a value is another, and makes it the clerk’s own by one key', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+ArrowDown')
    const address = field(page, 'address')
    await address.focus()
    expect(await address.inputValue()).toBe('phường Võ Cường, tỉnh Băc Ninh')
    const asked = await page.locator('#besides-address').textContent()
    expect(asked?.replace(/\s+/g, ' ').trim()).toBe('Có phải «phường Võ Cường, tỉnh Bắc Ninh»?F6')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('F6')
    await expect.poll(() => address.inputValue()).toBe('phường Võ Cường, tỉnh Bắc Ninh')
    expect(await page.locator('#origin-address').textContent()).toContain('Cán bộ')
    expect(await page.locator('#besides-address').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('says beside what was put right how it was read, and takes that where it is words', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    const name = field(page, 'owner_name')
    await name.focus()
    const said = async (name: string) => (await page.locator(`#besides-${name}`).textContent())?.replace(/\s+/g, ' ').trim()
    expect(await said('owner_name')).toBe('Trên giấy đọc là «Dương Thi Đào»')
    expect(await page.getByTestId('read-owner_name').locator('b').allTextContents()).toEqual([' Thi'])
    // A number that was misread is no value to take.
    expect(await said('number')).toBe('Trên giấy đọc là «l5»')
    expect(await page.locator('#besides-number button').count()).toBe(0)
    expect(await page.locator('#besides-symbol').count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    // The key that takes what is suggested does not bring a misreading back.
    await page.keyboard.press('F6')
    const read = page.getByTestId('read-owner_name')
    await page.keyboard.press('Tab')
    expect(await read.evaluate((e) => e === document.activeElement)).toBe(true)
    expect(await name.inputValue()).toBe('Dương Thị Đào')
    await page.keyboard.press('Enter')
    await expect.poll(() => name.inputValue()).toBe('Dương Thi Đào')
    expect(await page.locator('#origin-owner_name').textContent()).toContain('Cán bộ')
    expect(await page.locator('#besides-owner_name').count()).toBe(0)
    // What the clerk writes instead leaves the reading in view.
    await name.fill('Dương Thị Đào')
    await page.keyboard.press('Tab')
    await read.waitFor()
    expect(complaints).toEqual([])
  })

  it('only hints at a lost mark in fixed words, until the clerk comes to the field', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    const [agency, hint, read] = [field(page, 'agency'), page.getByTestId('hint-agency'), page.getByTestId('read-agency')]
    await agency.waitFor()
    expect(await hint.getAttribute('title')).toBe('Trên giấy đọc là «Ủy ban nhãn dân phường Võ Cường»')
    expect(await read.count()).toBe(0)
    // A letter in a number, and a mark in a person's name, stand in full at once.
    expect(await page.getByTestId('read-number').count()).toBe(1)
    expect(await page.getByTestId('read-owner_name').count()).toBe(1)
    expect(await agency.getAttribute('aria-describedby')).toBe('origin-agency')
    expect(await barriers(page)).toEqual([])
    await agency.focus()
    expect(await read.textContent()).toContain('Ủy ban nhãn dân')
    expect(await hint.count()).toBe(0)
    expect(await agency.getAttribute('aria-describedby')).toBe('origin-agency besides-agency')
    // It stays, so that nothing moves under the pointer.
    await field(page, 'subject').focus()
    expect(await read.count()).toBe(1)
    expect(complaints).toEqual([])
  })

  it('puts dots under a word that is probably another, and says which', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await page.locator('[data-ready="true"]').waitFor()
    expect(await page.locator('.suggested title').textContent()).toBe('Có phải «hiệu lực»?')
    expect(await page.locator('.probably').count()).toBe(1)
  })

  it('says what a personal number means, and whose card lies there besides', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+ArrowDown')
    const digits = page.locator('#besides-personal_id')
    await expect.poll(() => digits.textContent()).toContain('Bắc Ninh · Nữ · 1988')
    const stranger = page.getByTestId('stranger')
    expect(await stranger.textContent()).toContain('Trang 1 có thẻ của người khác (Nguyễn Văn Bình, 027079003355)')
    await stranger.focus()
    await page.keyboard.press('Enter')
    await page.locator('.mark').first().waitFor()
    await field(page, 'personal_id').fill('028188001234')
    await page.keyboard.press('Enter')
    await expect.poll(() => digits.textContent()).toContain('không phải mã tỉnh')
    expect(await barriers(page)).toEqual([])
  })

  it('tells which page is missing by the printed numbers, and shows where', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+ArrowDown')
    const fault = page.getByTestId('page-fault')
    expect((await fault.textContent())?.trim()).toBe('Theo số in trên trang, thiếu các trang 2–3.')
    await fault.focus()
    await page.keyboard.press('Enter')
    await page.locator('.mark').first().waitFor()
    expect(await barriers(page)).toEqual([])
    // It stops nobody.
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => page.locator('.thumb[aria-current]').textContent()).toContain('Giấy tờ 1')
    expect(complaints).toEqual([])
  })

  it('writes dates the way they are written here', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    expect(await field(page, 'issued_date').inputValue()).toBe('10/02/2026')
    await field(page, 'issued_date').fill('1/3/2026')
    await page.keyboard.press('Enter')
    await expect.poll(() => field(page, 'issued_date').inputValue()).toBe('01/03/2026')
  })

  it('confirms what is still being typed', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await field(page, 'number').fill('16')
    await page.keyboard.press('Control+Enter')
    await field(page, 'personal_id').waitFor()
    await page.keyboard.press('Alt+ArrowUp')
    expect(await field(page, 'number').inputValue()).toBe('16')
    expect(await page.locator('#origin-number').textContent()).toContain('Cán bộ')
  })

  it('shows where it did not read, and sets a page straight or leaves it', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('Enter')
    await page.locator('[data-ready="true"]').waitFor()
    await page.getByText('1 vùng máy không đọc: chữ viết tay, chữ ký, ảnh, chữ nước ngoài').waitFor()
    expect(await page.locator('.view .unread').count()).toBe(1)

    const straight = page.getByTestId('straighten')
    expect(await straight.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Alt+l')
    await expect.poll(() => straight.getAttribute('aria-pressed')).toBe('false')
    expect(await page.getByTestId('undo').getAttribute('aria-label')).toBe('Hoàn tác: chỉnh thẳng trang')
    await straight.click()
    await expect.poll(() => straight.getAttribute('aria-pressed')).toBe('true')
    expect(complaints).toEqual([])
  })

  it('walks through doubtful words and pages', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await page.locator('[data-ready="true"]').waitFor()
    await page.getByText('Từ ngờ 5').waitFor()
    await page.keyboard.press('F7')
    await page.getByText('Từ ngờ 1/5').waitFor()
    await page.getByText('«Dương»').waitFor()
    await page.keyboard.press('Shift+F7')
    await page.getByText('Từ ngờ 5/5').waitFor()
    await page.keyboard.press('PageDown')
    await page.getByText('Trang 2/2').waitFor()
    await page.getByText('Không có từ ngờ').waitFor()
    await page.keyboard.press('PageDown')
    await expect.poll(() => page.locator('.thumb[aria-current]').textContent()).toContain('Giấy tờ 2, trang 1')
  })

  it('finds without marks and opens the page that was found', async () => {
    const { page, complaints } = await desk()
    await page.keyboard.press('F3')
    await page.keyboard.type('duong dao')
    const marks = page.locator('[role=option]').first().locator('mark')
    await marks.first().waitFor()
    expect(await marks.allTextContents()).toEqual(['Dương', 'Đào'])
    // What is chosen stays chosen, however soon after typing.
    await page.keyboard.press('ArrowDown')
    await page.locator('.mark').first().waitFor()
    await page.waitForTimeout(300)
    await page.locator('#hit-1[aria-selected=true]').waitFor({ timeout: 1000 })
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.thumb[aria-current]').textContent()).toContain('Giấy tờ 2, trang 1')
    expect(complaints).toEqual([])
  })

  it('prints cover sheets for the chosen dossier and for others', async () => {
    const { page, complaints } = await desk()
    const asked = () => page.evaluate(() => JSON.parse(document.body.dataset['covers'] ?? 'null'))
    await page.keyboard.press('ArrowDown')
    await page.getByRole('button', { name: 'In tờ bìa' }).click()
    const dialog = page.getByRole('dialog')
    expect(await barriers(page)).toEqual([])
    const codes = dialog.getByLabel('Mã hồ sơ')
    expect(await codes.inputValue()).toBe('H05.16-260209-0007')
    // The dialogue asks for the component first, as the code is known.
    await page.keyboard.type('Tờ khai đăng ký khai sinh')
    await dialog.getByLabel('Số trang có nội dung').fill('3')
    await page.keyboard.press('Enter')
    await page.getByText('Đã lưu 1 tờ bìa vào /home/lan/Tờ bìa H05.16-260209-0007.pdf').waitFor()
    expect(await asked()).toEqual([{ code: 'H05.16-260209-0007', component: 'Tờ khai đăng ký khai sinh', pages: 3 }])

    await page.locator('[data-code="H05.16-260209-0007"]').click()
    await page.getByRole('button', { name: 'Thêm giấy tờ' }).waitFor()
    await page.getByRole('button', { name: 'In tờ bìa' }).click()
    await codes.fill('H05.16-260209-0007\nsai')
    await page.getByTestId('save-covers').click()
    await page.getByText('«sai» không phải mã hồ sơ').waitFor()
    // What was written is still there to be corrected.
    await codes.fill('H05.16-260209-0007\nH05.16-260212-0001')
    await page.getByTestId('save-covers').click()
    await page.getByText('Đã lưu 2 tờ bìa').waitFor()
    expect(await asked()).toMatchObject([{ pages: null, component: null }, { code: 'H05.16-260212-0001' }])
    await expect.poll(() => dialog.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('says of an import what was refused and why', async () => {
    const { page } = await desk()
    await page.keyboard.press('F2')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    const text = await dialog.textContent()
    expect(text).toContain('Nhận 1 hồ sơ, 1 giấy tờ, 1 trang')
    expect(text).toContain('ghi chú.docx')
    expect(text).toContain('Lưu thành PDF rồi nhập lại.')
    await page.keyboard.press('Escape')
    await page.getByRole('rowheader', { name: 'H05.16-260211-0001' }).waitFor()
  })

  it('takes what is dropped on the window', async () => {
    const { page } = await desk()
    const drop = (detail: unknown) =>
      page.evaluate((detail) => window.dispatchEvent(new CustomEvent('fake-drop', { detail })), detail)
    await drop({ kind: 'over' })
    await page.getByText('Thả vào đây để nhập').waitFor()
    await drop({ kind: 'drop', paths: ['/quet/a.pdf'] })
    await page.getByText('Đã nhận 1 giấy tờ, 1 trang.').waitFor()
    expect(await page.getByText('Thả vào đây để nhập').count()).toBe(0)
  })

  it('stops the queue and carries on with it', async () => {
    const { page } = await desk('?busy')
    await page.getByText('Đang xử lý 3/12 việc').waitFor()
    await page.getByTestId('stop').click()
    await page.getByText('Đã dừng, còn 9 việc chưa làm.').waitFor()
    await page.getByRole('button', { name: 'Làm tiếp' }).click()
    await page.getByText('Đang xử lý 3/12 việc').waitFor()
  })

  it('shows a page that failed with what to do, and reads it again', async () => {
    const { page } = await desk()
    await page.getByRole('rowheader', { name: 'H05.16-260209-0002' }).click()
    await page.keyboard.press('PageDown')
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain('Quét lại trang này.')
    await alert.getByRole('button').click()
    await alert.waitFor({ state: 'detached' })
  })

  it('asks for the passphrase, and says when it is wrong', async () => {
    const { page } = await house.window('?door=locked')
    await page.keyboard.type('sai rồi')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('Mật khẩu không đúng')
    await page.getByLabel('Mật khẩu').fill('mot mat khau dai')
    await page.keyboard.press('Enter')
    await page.getByRole('grid').waitFor()
  })

  it('speaks English when asked, and remembers', async () => {
    const { page } = await desk()
    await page.getByRole('button', { name: 'Cài đặt' }).click()
    await page.getByTestId('language').selectOption('en')
    await page.getByTestId('save').click()
    await page.getByText('Settings saved.').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.keyboard.press('F4')
    await page.getByRole('columnheader', { name: 'Dossier code' }).waitFor()
  })
})

describe('the settings', () => {
  it('list the office’s own forms, with what is wrong', async () => {
    const { page } = await desk()
    await page.getByRole('button', { name: 'Cài đặt' }).click()
    const forms = page.getByTestId('forms').getByRole('listitem')
    await expect.poll(() => forms.count()).toBe(4)
    expect(await forms.nth(0).textContent()).toContain('Đơn xin xác nhận tạm trú')
    expect(await forms.nth(2).textContent()).toContain('dòng 7')
    expect(await forms.nth(3).textContent()).toContain('Chưa có trang thử')
    expect(await forms.getByRole('button').allTextContents()).toEqual(['Đọc thử', 'Đọc thử'])
    expect(await page.getByLabel('Thư mục để tệp mẫu').inputValue()).toBe('/tram/forms')
  })

  it('try a form on its example page, and say of every field how it was read', async () => {
    const { page, complaints } = await desk()
    await page.getByRole('button', { name: 'Cài đặt' }).click()
    await page.getByRole('button', { name: 'Đọc thử mẫu Đơn xin xác nhận tạm trú' }).focus()
    await page.keyboard.press('Enter')
    const tried = page.getByTestId('forms').getByRole('listitem').first()
    await expect.poll(() => tried.getByRole('status').textContent()).toContain('1/3 trường đúng')
    expect(await page.getByTestId('try-tam-tru').evaluate((e) => e === document.activeElement)).toBe(true)
    const rows = await tried.getByRole('row').allInnerTexts()
    expect(rows.map((row) => row.split(/\s*\t\s*/))).toEqual([
      ['Trường', 'Phải là', 'Đọc được', 'Kết quả'],
      ['Họ và tên', 'Trần Thị Mẫu', 'Trần Thị Mẫu', 'Đúng'],
      ['Ngày sinh', '1996-01-02', '1996-02-01', 'Sai'],
      ['Nơi thường trú', 'Thôn Đông, xã Mẫu Sơn', '–', 'Không tìm thấy'],
    ])
    for (const theme of ['light', 'dark']) {
      await page.evaluate((theme) => (document.documentElement.dataset['theme'] = theme), theme)
      expect(await barriers(page)).toEqual([])
    }
    expect(complaints).toEqual([])
  })

  it('try all forms, and say what to do where a page is missing', async () => {
    const { page } = await desk()
    await page.getByRole('button', { name: 'Cài đặt' }).click()
    await page.getByTestId('try-all').click()
    const [first, second] = [0, 1].map((n) => page.getByTestId('forms').getByRole('listitem').nth(n))
    await expect.poll(() => second?.getByRole('status').textContent()).toContain('Chép trang vào cạnh tệp mẫu')
    expect(await first?.getByRole('status').textContent()).toContain('1/3')
    expect(await second?.getByRole('table').count()).toBe(0)
    // It can be tried again once the page is there.
    expect(await page.getByTestId('try-hon-nhan').isEnabled()).toBe(true)
  })
})

describe('what was copied in another program', () => {
  it('comes in by Ctrl V, but not while the clerk writes', async () => {
    const { page } = await desk()
    await page.keyboard.press('F3')
    await page.locator('input[type="search"]').press('Control+v')
    await page.keyboard.press('F4')
    await page.getByRole('grid').waitFor()
    expect(await page.getByText('Đã nhận').count()).toBe(0)
    await page.keyboard.press('Control+v')
    await page.getByText('Đã nhận 1 giấy tờ, 1 trang.').waitFor()
  })
})

describe('paper through the scanner', () => {
  it('comes in by one key, tells of a jam, goes on, and says what is missing and what to look at', async () => {
    const { page, complaints } = await desk()
    const keys = page.keyboard
    await keys.press('F5')
    await page.getByRole('heading', { name: 'Đặt giấy vào khay rồi bấm F5.' }).waitFor()
    // The first machine found is taken, and remembered.
    await expect.poll(() => page.getByTestId('device').inputValue()).toBe('sane:fujitsu:1')
    await keys.press('F5')
    await page.getByRole('alert').getByText('Kẹt giấy ở trang 5. Đã giữ 4 trang.').waitFor()
    await page.getByRole('button', { name: 'Quét tiếp từ trang 5' }).waitFor()
    expect(await barriers(page)).toEqual([])

    await keys.press('F5')
    await page.getByText('Đã nhận 4 trang: 1 hồ sơ, 1 giấy tờ. Đặt xấp tiếp theo').waitFor()
    const pages = page.getByRole('region', { name: 'Các trang đã quét' })
    expect(await pages.getByRole('button').count()).toBe(5)
    await pages.getByText('Tờ bìa').waitFor()
    await page.getByText('1 trang cần xem lại').waitFor()
    await pages.getByRole('button', { name: 'Trang 3 Mờ' }).click()
    await page.getByRole('heading', { level: 1, name: 'H05.16-260212-0005' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('can be ended where it was interrupted, and tells what the cover sheet promised', async () => {
    const { page } = await desk()
    await page.keyboard.press('F5')
    await expect.poll(() => page.getByTestId('scan').isEnabled()).toBe(true)
    await page.keyboard.press('F5')
    await page.getByRole('button', { name: 'Kết thúc xấp giấy' }).click()
    await page.getByText('H05.16-260212-0005: tờ bìa ghi 4 trang, đã quét 3 trang.').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  it('says what to do where there is no scanner, and takes an address', async () => {
    const { page } = await desk('?noscanner')
    await page.keyboard.press('F5')
    await page.getByRole('heading', { name: 'Không tìm thấy máy quét nào' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByLabel('Địa chỉ máy quét mạng').fill('192.168.1.20')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByTestId('device').inputValue()).toBe('escl:192.168.1.20')
  })

  it('remembers how each kind of paper is scanned', async () => {
    const { page } = await desk()
    await page.keyboard.press('F5')
    const kind = (name: string) => page.getByRole('radio', { name })
    const color = page.locator('select', { has: page.locator('option[value="gray"]') })
    await kind('Thẻ, ảnh nhỏ').check()
    await page.getByText('Chỉnh').click()
    expect(await page.getByLabel('Độ phân giải').inputValue()).toBe('400')
    await color.selectOption('gray')
    await kind('Giấy tờ').check()
    await expect.poll(() => color.inputValue()).toBe('color')
    await kind('Thẻ, ảnh nhỏ').check()
    await expect.poll(() => color.inputValue()).toBe('gray')
  })
})

describe('pages put in order', () => {
  /** The dossier opened, the keyboard with its pages and not in a field. */
  async function opened(): Promise<Window> {
    const window = await desk()
    await window.page.keyboard.press('Enter')
    await window.page.locator('[data-ready="true"]').waitFor()
    return window
  }

  /** How many pages each document has. */
  const layout = (page: Page) =>
    page.locator('section[data-document]').evaluateAll((all) => all.map((s) => s.querySelectorAll('[data-page]').length))
  const pages = (page: Page) =>
    page.locator('[data-page]').evaluateAll((all) => all.map((p) => (p as HTMLElement).dataset['page']))
  const chosen = (page: Page) => page.locator('.thumb[aria-pressed="true"] .said').allTextContents()
  const current = (page: Page) => page.locator('.thumb[aria-current] .said').textContent()

  it('splits, merges, moves and turns by keyboard, takes it all back and does it again', async () => {
    const { page, complaints } = await opened()
    const keys = page.keyboard
    const before = await pages(page)
    await keys.press('PageDown')
    await keys.press('Control+Shift+S')
    await expect.poll(() => layout(page)).toEqual([1, 1, 1])
    expect(await current(page)).toBe('Giấy tờ 2, trang 1')
    await page.getByText('Đã tách giấy tờ. Giấy tờ 2, trang 1.').waitFor({ state: 'attached' })
    await keys.press('Control+Shift+ArrowDown')
    await expect.poll(() => current(page)).toBe('Giấy tờ 3, trang 1')
    await keys.press('Control+Shift+M')
    await expect.poll(() => layout(page)).toEqual([1, 2])
    await keys.press('Alt+Shift+ArrowUp')
    await expect.poll(() => current(page)).toBe('Giấy tờ 2, trang 1')
    await keys.press('Alt+Shift+ArrowUp')
    await expect.poll(() => layout(page)).toEqual([2, 1])
    await keys.press('Alt+ArrowRight')
    expect(await page.getByTestId('undo').getAttribute('aria-label')).toBe('Hoàn tác: xoay trang')
    const after = await pages(page)

    for (let left = 6; left > 0; left--) {
      await keys.press('Control+z')
      await expect.poll(() => page.getByTestId('redo').isEnabled()).toBe(true)
      await expect.poll(() => page.getByTestId('undo').isEnabled()).toBe(left > 1)
    }
    expect(await pages(page)).toEqual(before)
    for (let left = 6; left > 0; left--) {
      await keys.press('Control+y')
      await expect.poll(() => page.getByTestId('redo').isEnabled()).toBe(left > 1)
    }
    expect(await pages(page)).toEqual(after)
    expect(complaints).toEqual([])
  })

  it('chooses several pages, deletes them without asking, and brings them back', async () => {
    const { page } = await opened()
    await page.keyboard.press('Shift+ArrowDown')
    expect(await chosen(page)).toEqual(['Giấy tờ 1, trang 1', 'Giấy tờ 1, trang 2'])
    await page.locator('.thumb', { hasText: 'Giấy tờ 2, trang 1' }).click({ modifiers: ['Control'] })
    expect(await chosen(page)).toHaveLength(3)
    await page.locator('.thumb', { hasText: 'Giấy tờ 1, trang 1' }).click({ modifiers: ['Control'] })
    expect(await chosen(page)).toEqual(['Giấy tờ 1, trang 2', 'Giấy tờ 2, trang 1'])
    await page.keyboard.press('Delete')
    await page.getByText('Đã xóa 2 trang.').waitFor()
    expect(await layout(page)).toEqual([1])
    await page.locator('.notice').getByRole('button', { name: 'Hoàn tác' }).click()
    await expect.poll(() => layout(page)).toEqual([2, 1])

    // All of them, and one back by hand.
    await page.locator('.thumb', { hasText: 'Giấy tờ 1, trang 1' }).click()
    await page.locator('.thumb', { hasText: 'Giấy tờ 2, trang 1' }).click({ modifiers: ['Shift'] })
    await page.keyboard.press('Delete')
    await page.getByText('Mọi trang của hồ sơ đã bị xóa.').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Control+z')
    await expect.poll(() => layout(page)).toEqual([2, 1])
    await page.locator('.thumb', { hasText: 'Giấy tờ 1, trang 2' }).click()
    await page.getByTestId('delete').click()
    await page.getByText('Trang đã xóa (1)').click()
    await page.getByRole('button', { name: 'Trang đã xóa thứ 1: Lấy lại' }).click()
    await expect.poll(() => page.locator('[data-page]').count()).toBe(3)
  })

  it('leaves the keys of a field to the field', async () => {
    const { page } = await opened()
    await field(page, 'number').fill('16')
    await field(page, 'number').press('Delete')
    await field(page, 'number').press('Control+z')
    expect(await layout(page)).toEqual([2, 1])
    expect(await page.getByTestId('undo').isEnabled()).toBe(false)
    // What is still being typed is kept, with the document that it was typed for.
    await page.keyboard.press('Alt+ArrowDown')
    await field(page, 'owner_name').fill('Dương Thị Đào Anh')
    await page.keyboard.press('Control+Shift+M')
    await expect.poll(() => layout(page)).toEqual([3])
    expect(await field(page, 'owner_name').inputValue()).toBe('Dương Thị Đào')
    await page.getByTestId('undo').click()
    await expect.poll(() => layout(page)).toEqual([2, 1])
    await expect.poll(() => field(page, 'owner_name').inputValue()).toBe('Dương Thị Đào Anh')
  })

  it('drags pages and documents to where the line shows', async () => {
    const { page, complaints } = await opened()
    const [first, second, third] = await pages(page)
    const drag = async (from: string, to: string, where: { x: number; y: number }) => {
      const [a, b] = [await page.locator(from).first().boundingBox(), await page.locator(to).first().boundingBox()]
      if (!a || !b) throw new Error('nothing to drag')
      await page.mouse.move(a.x + a.width / 2, a.y + 10)
      await page.mouse.down()
      await page.mouse.move(a.x + a.width / 2 + 10, a.y + 20)
      await page.mouse.move(b.x + b.width * where.x, b.y + b.height * where.y)
    }
    // The first page behind the last of the second document.
    await drag(`[data-page="${first}"] button`, `[data-page="${third}"]`, { x: 0.9, y: 0.5 })
    expect(await page.locator(`li.behind[data-page="${third}"]`).count()).toBe(1)
    await page.mouse.up()
    await expect.poll(() => pages(page)).toEqual([second, third, first])
    expect(await layout(page)).toEqual([1, 2])
    // Escape lets go of it.
    await drag(`[data-page="${first}"] button`, `[data-page="${second}"]`, { x: 0.1, y: 0.5 })
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect(await pages(page)).toEqual([second, third, first])
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    // The second document before the first.
    await drag('[data-document="2"] .title', '[data-document="1"]', { x: 0.5, y: 0.1 })
    expect(await page.locator('section.before').count()).toBe(1)
    await page.mouse.up()
    await expect.poll(() => pages(page)).toEqual([third, first, second])
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await expect.poll(() => pages(page)).toEqual([first, second, third])
    expect(complaints).toEqual([])
  })

  it('gives a dossier another code, and asks before two become one', async () => {
    const { page } = await opened()
    await page.getByRole('button', { name: 'Đổi mã hồ sơ' }).click()
    await page.getByLabel('Mã hồ sơ', { exact: true }).fill('H05.16-260209-0002')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Đã có hồ sơ H05.16-260209-0002').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByLabel('Mã hồ sơ', { exact: true }).fill('H05.16-260210-0099')
    await page.keyboard.press('Enter')
    await page.getByText('Hồ sơ nay mang mã H05.16-260210-0099.').waitFor()
    await page.getByTestId('elsewhere').click()
    await page.getByLabel('Mã hồ sơ', { exact: true }).fill('H05.16-260209-0002')
    await page.keyboard.press('Enter')
    await page.getByText('Đã chuyển giấy tờ sang hồ sơ H05.16-260209-0002.').waitFor()
    await expect.poll(() => layout(page)).toEqual([1])
  })
})

describe('nobody is shut out', () => {
  const screens: [string, (page: Page) => Promise<unknown>][] = [
    ['the list', async () => undefined],
    ['a dossier', async (page) => {
      await page.keyboard.press('Enter')
      await page.locator('[data-ready="true"]').waitFor()
    }],
    ['a page as text', async (page) => {
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Xem văn bản' }).click()
      await page.locator('.plain-text').waitFor()
    }],
    ['a failed page', async (page) => {
      await page.getByRole('rowheader', { name: 'H05.16-260209-0002' }).click()
      await page.keyboard.press('PageDown')
      await page.getByRole('alert').waitFor()
    }],
    ['search', async (page) => {
      await page.keyboard.press('F3')
      await page.keyboard.type('dao')
      await page.locator('.mark').first().waitFor()
    }],
    ['sending', async (page) => {
      await page.keyboard.press('F9')
      await page.keyboard.press('F9')
      await page.getByText('Lưu trữ đã tiếp nhận').waitFor()
    }],
    ['several pages chosen, one deleted', async (page) => {
      await page.keyboard.press('Enter')
      await page.locator('[data-ready="true"]').waitFor()
      await page.keyboard.press('Delete')
      await page.getByText('Trang đã xóa (1)').click()
      await page.keyboard.press('Shift+ArrowDown')
    }],
    ['settings', async (page) => page.getByRole('button', { name: 'Cài đặt' }).click()],
    ['the keys', async (page) => {
      await page.keyboard.press('F1')
      await page.getByRole('dialog').waitFor()
    }],
    ['what an import did', async (page) => {
      await page.keyboard.press('F2')
      await page.getByRole('dialog').waitFor()
    }],
  ]

  for (const theme of ['light', 'dark'])
    it.each(screens)(`${theme}: %s`, async (_name, go) => {
      const { page } = await desk()
      await page.evaluate((theme) => (document.documentElement.dataset['theme'] = theme), theme)
      await go(page)
      expect(await barriers(page)).toEqual([])
    })

  it.each(['new', 'locked'])('the door: %s', async (door) => {
    const { page } = await house.window(`?door=${door}`)
    await page.getByRole('heading').waitFor()
    expect(await barriers(page)).toEqual([])
  })
})

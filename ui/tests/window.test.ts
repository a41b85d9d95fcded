// The window as a clerk uses it, with the keyboard, over the fake backend.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { House, type Window } from './browser'

let house: House
let axe: string

beforeAll(async () => {
  house = await House.open()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
})
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

  it('walks through doubtful words and pages', async () => {
    const { page } = await desk()
    await page.keyboard.press('Enter')
    await page.locator('[data-ready="true"]').waitFor()
    await page.getByText('Từ ngờ 4').waitFor()
    await page.keyboard.press('F7')
    await page.getByText('Từ ngờ 1/4').waitFor()
    await page.getByText('«Dương»').waitFor()
    await page.keyboard.press('Shift+F7')
    await page.getByText('Từ ngờ 4/4').waitFor()
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
    await page.locator('.mark').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.thumb[aria-current]').textContent()).toContain('Giấy tờ 2, trang 1')
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

import { expect, it } from 'vitest'
import { bytes, isToday, shortPath, when } from './format'

const now = new Date(2026, 1, 10, 15, 0)
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString()

it('says of a time only what is not plain', () => {
  expect(when(at(2026, 1, 10, 8, 5), now)).toBe('08:05')
  expect(when(at(2026, 0, 9, 8, 5), now)).toBe('09/01 08:05')
  expect(when(at(2025, 11, 31, 8, 5), now)).toBe('31/12/2025')
  expect(isToday(at(2026, 1, 10, 0, 0), now)).toBe(true)
  expect(isToday(at(2026, 1, 9, 23, 59), now)).toBe(false)
})

it('says sizes as people do', () => {
  expect(bytes(319_488, 'vi')).toBe('312 KB')
  expect(bytes(1_468_006, 'vi')).toBe('1,4 MB')
  expect(bytes(1_468_006, 'en')).toBe('1.4 MB')
})

it('shortens paths of either kind', () => {
  expect(shortPath('/quet/H05/01 đơn.jpg')).toBe('H05 / 01 đơn.jpg')
  expect(shortPath('C:\\quet\\H05\\01.pdf')).toBe('H05 / 01.pdf')
  expect(shortPath('01.pdf')).toBe('01.pdf')
})

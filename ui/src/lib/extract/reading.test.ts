import { describe, expect, it } from 'vitest'
import { isSlight, words } from './reading'

describe('a reading', () => {
  it.each([
    ['agency', 'ỦY BAN NHÂN DÂN', 'UY BAN NHÂN DÂN'],
    ['symbol', 'QĐ-UBND', 'QD-UBND'],
    ['address', 'Thôn Hạ, xã Ý Thượng, tỉnh Phú Thọ', 'Thôn Hạ xã Ý Thượng, tinh Phú Thọ'],
  ])('of %s is slight where only marks or commas differ', (name, value, read) => {
    expect(isSlight(name, value, read)).toBe(true)
  })

  it.each([
    ['number', '15', 'l5'],
    ['address', 'Số 20 đường Tô Hiệu', 'Số 2O đường Tô Hiệu'],
    ['symbol', 'QĐ-UBND', 'QĐ-UBNO'],
    ['agency', 'Ủy ban nhân dân', 'Ủy ban nhân'],
    ['owner_name', 'Ngô Thị Đạt', 'Ngô Thi Đat'],
  ])('of %s is not where a letter or a figure does, nor in a name', (name, value, read) => {
    expect(isSlight(name, value, read)).toBe(false)
  })

  it('says which of its words differ', () => {
    const differing = (value: string, read: string) => words(value, read).filter((w) => w.differs).map((w) => w.text.trim())
    expect(differing('Ủy ban nhân dân', 'Ủy ban nhãn dân')).toEqual(['nhãn'])
    expect(differing('15', 'l5')).toEqual([])
    expect(differing('2026-02-05', 'ngày O5 tháng 02 năm 2026')).toEqual([])
    expect(words('a b', 'a c').map((w) => w.text).join('')).toBe('a c')
  })
})

import { describe, expect, it } from 'vitest'
import { isDate, kept, shown } from './dates'

describe('dates', () => {
  it('are shown the way they are written here', () => {
    expect(shown('2026-02-10')).toBe('10/02/2026')
    expect(shown('năm 2026')).toBe('năm 2026')
    expect(shown('')).toBe('')
  })

  it.each(['1/2/2026', '01-02-2026', '01.02.2026', ' 01 02 2026 ', '01022026'])('%s is the first of February', (text) => {
    expect(kept(text)).toBe('2026-02-01')
  })

  it('leave anything else to the station', () => {
    expect(kept(' hôm qua ')).toBe('hôm qua')
    expect(kept('2026-02-01')).toBe('2026-02-01')
    expect(kept('1/2/26')).toBe('1/2/26')
  })

  it('come back as they went', () => {
    expect(kept(shown('1988-09-05'))).toBe('1988-09-05')
  })

  it('are three of the fields', () => {
    expect(['issued_date', 'birth_date', 'card_issued_date', 'number'].map(isDate)).toEqual([true, true, true, false])
  })
})

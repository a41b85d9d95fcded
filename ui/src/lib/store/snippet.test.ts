import { expect, it } from 'vitest'
import { pieces } from './snippet'

it('tells what matched from what stands around it', () => {
  expect(pieces('bà \u2068Dương\u2069 Thị \u2068Đào\u2069')).toEqual([
    { text: 'bà ', hit: false },
    { text: 'Dương', hit: true },
    { text: ' Thị ', hit: false },
    { text: 'Đào', hit: true },
  ])
  expect(pieces('')).toEqual([])
  expect(pieces('<b>không phải thẻ</b>')).toEqual([{ text: '<b>không phải thẻ</b>', hit: false }])
})

import { expect, it } from 'vitest'
import { addressOf, shownTarget } from './target'

it.each([
  ['/media/usb/lưu trữ', 'file:///media/usb/lưu trữ'],
  ['/media/100% #1?', 'file:///media/100%25 %231%3F'],
  ['E:\\LuuTru', 'file:///E:/LuuTru'],
  ['\\\\may-chu\\luu-tru', 'file://may-chu/luu-tru'],
])('%s goes out as %s and comes back', (path, address) => {
  expect(addressOf(path)).toBe(address)
  expect(shownTarget(address)).toBe(path)
})

it('leaves other addresses as they are', () => {
  expect(addressOf('s3://kho/lo')).toBe('s3://kho/lo')
  expect(shownTarget('s3://kho/lo')).toBe('s3://kho/lo')
  expect(addressOf('')).toBe('')
  expect(shownTarget('file:///a/50%')).toBe('/a/50%')
})

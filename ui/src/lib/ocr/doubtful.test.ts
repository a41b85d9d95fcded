import { expect, it } from 'vitest'
import type { Word } from '../backend'
import { isDoubtful } from './doubtful'

const word = (text: string, confidence: number): Word => ({ text, confidence, box: [0, 0, 1, 1], line: 0, suggestion: null })

it('marks unsure words, and neither dots nor rules', () => {
  expect(isDoubtful(word('Dương', 60))).toBe(true)
  expect(isDoubtful(word('05', 60))).toBe(true)
  expect(isDoubtful(word('Dương', 90))).toBe(false)
  expect(isDoubtful(word('……', 20))).toBe(false)
  expect(isDoubtful(word('—', 20))).toBe(false)
  const suggestion = { read: 'Viêt', proposed: 'Việt', because: 'Việt Nam' }
  expect(isDoubtful({ ...word('Viêt', 96), suggestion })).toBe(true)
})

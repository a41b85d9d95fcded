// Which words the clerk should look at.

import type { Word } from '../backend'

/** Percent; below this a word is marked. */
export const DOUBTFUL_BELOW = 85

/** A word that cannot be as it was read; or an unsure one. Dots and dashes of a form are no words, however unsure. */
export function isDoubtful(word: Word): boolean {
  if (word.suggestion) return true
  return word.confidence < DOUBTFUL_BELOW && /[\p{L}\p{N}]/u.test(word.text)
}

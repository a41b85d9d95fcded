// Which words the clerk should look at.

import type { Word } from '../backend'

/** Percent; below this a word is marked. */
export const DOUBTFUL_BELOW = 85

/** Dots and dashes of a form are no words, however unsure their reading is. */
export function isDoubtful(word: Word): boolean {
  return word.confidence < DOUBTFUL_BELOW && /[\p{L}\p{N}]/u.test(word.text)
}

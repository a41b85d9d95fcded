// Vietnamese first, English beside it. `en.ts` has the shape of `vi.ts`, so a word missing there does not compile.

import { en } from './en'
import { vi } from './vi'

export type Language = 'vi' | 'en'
export type Words = typeof vi

const dictionaries: Record<Language, Words> = { vi, en }

class I18n {
  language = $state<Language>('vi')
  t = $derived(dictionaries[this.language])

  choose(language: string): void {
    this.language = language === 'en' ? 'en' : 'vi'
    document.documentElement.lang = this.language
  }
}

export const i18n = new I18n()

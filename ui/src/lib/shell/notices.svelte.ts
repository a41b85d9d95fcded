// What the clerk is told in passing. Errors stay until they are read; good news goes by itself.

import { isFailure } from '../backend'
import { i18n } from '../i18n/index.svelte'

export interface Notice {
  id: number
  kind: 'good' | 'bad'
  message: string
  hint: string
  /** What can be done about it at once. */
  action?: Action | undefined
}

export interface Action {
  label: string
  act: () => void
}

const GOOD_NEWS_MS = 4500

class Notices {
  list = $state<Notice[]>([])
  #next = 1

  good(message: string, action?: Action): void {
    const id = this.#add('good', message, '', action)
    setTimeout(() => this.drop(id), GOOD_NEWS_MS)
  }

  bad(thrown: unknown): void {
    const words = i18n.t.app
    const failure = isFailure(thrown)
      ? thrown
      : { message: words.unexpected, hint: `${words.unexpectedHint} (${String(thrown)})` }
    // The same trouble told twice is told once.
    if (!this.list.some((n) => n.message === failure.message)) this.#add('bad', failure.message, failure.hint)
  }

  drop(id: number): void {
    this.list = this.list.filter((n) => n.id !== id)
  }

  #add(kind: Notice['kind'], message: string, hint: string, action?: Action): number {
    const id = this.#next++
    this.list.push({ id, kind, message, hint, action })
    return id
  }
}

export const notices = new Notices()

/** Runs what may fail; a failure is told, and gives `undefined`. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (thrown) {
    notices.bad(thrown)
    return undefined
  }
}

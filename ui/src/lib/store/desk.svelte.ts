// The station as the window sees it: what lies on the desk and how far the queue is. One place asks for it, so every
// screen shows the same.

import { backend } from '#backend'
import type { Counts, DossierRow, Imported, Progress, Settings, Work } from '../backend'
import { i18n } from '../i18n/index.svelte'
import { attempt, notices } from '../shell/notices.svelte'

const NOBODY: Counts = {
  dossiers: 0,
  documents: 0,
  pages: 0,
  working: 0,
  review: 0,
  confirmed: 0,
  sealed: 0,
  sent: 0,
  accepted: 0,
  rejected: 0,
}

/** How often at most the desk is asked for again while the queue moves. */
const REFRESH_MS = 400

class Desk {
  dossiers = $state.raw<DossierRow[]>([])
  counts = $state.raw<Counts>(NOBODY)
  settings = $state.raw<Settings | null>(null)
  work = $state.raw<Work | null>(null)
  /** Files being taken in: how many of how many; `null` when none are. */
  taking = $state.raw<{ done: number; total: number } | null>(null)
  /** What the latest import did, while the clerk has not put it away and there is something to say. */
  imported = $state.raw<Imported | null>(null)
  loaded = $state(false)
  /** Goes up whenever something in the store may have changed. */
  changes = $state(0)

  #timer: ReturnType<typeof setTimeout> | undefined

  async begin(): Promise<void> {
    await this.refresh()
    await attempt(() => backend.watchWork((progress) => this.hear(progress)))
  }

  async refresh(): Promise<void> {
    const seen = await attempt(() => backend.desk())
    if (!seen) return
    this.dossiers = seen.dossiers
    this.counts = seen.counts
    this.settings = seen.settings
    this.work = { ...seen.work, stage: this.work?.stage ?? null, dossier: this.work?.dossier ?? null }
    this.loaded = true
    this.changes += 1
  }

  /** Asks again soon, and only once however many ask. */
  soon(): void {
    if (this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.refresh()
    }, REFRESH_MS)
  }

  hear(progress: Progress): void {
    if (progress.kind === 'taking') {
      this.taking = { done: progress.done, total: progress.total }
      this.soon()
    } else if (progress.kind === 'working') {
      const before = this.work
      this.work = progress.work
      if (progress.work.running || before?.running || progress.work.done !== before?.done) this.soon()
    }
  }

  async import(paths: string[], dossier: string | null = null): Promise<void> {
    if (paths.length > 0) await this.#take((hear) => backend.importPaths(paths, dossier, hear))
  }

  /** Takes in what was copied in another program. */
  async paste(dossier: string | null): Promise<void> {
    await this.#take((hear) => backend.importClipboard(dossier, hear))
  }

  async #take(take: (hear: (progress: Progress) => void) => Promise<Imported>): Promise<void> {
    this.taking = { done: 0, total: 0 }
    const imported = await attempt(() => take((progress) => this.hear(progress)))
    this.taking = null
    if (imported) {
      if (imported.refused.length > 0 || imported.duplicates.length > 0) this.imported = imported
      else if (imported.documents === 0) notices.good(i18n.t.capture.nothing)
      else notices.good(i18n.t.capture.done(imported.documents, imported.pages))
    }
    await this.refresh()
  }
}

export const desk = new Desk()

// The scanner as the clerk sees it: which one, how, and the stack that is going through it. It outlives its screen, so a
// look at a dossier stops nothing.

import { backend } from '#backend'
import { isFailure, type Device, type Failure, type Note, type Progress, type ScanPage, type ScanSettings } from '../backend'
import { i18n } from '../i18n/index.svelte'
import { attempt, notices } from '../shell/notices.svelte'
import { desk } from '../store/desk.svelte'

const USUAL: ScanSettings = { source: null, dpi: 300, color: 'color', paper: 'a4', brightness: 0 }

class Scanner {
  devices = $state.raw<Device[]>([])
  /** Why a driver found nothing. */
  problems = $state.raw<{ message: string; hint: string }[]>([])
  looking = $state(false)
  running = $state(false)
  stack = $state<number | null>(null)
  pages = $state.raw<ScanPage[]>([])
  /** What interrupted the stack; it can be gone on with. */
  fault = $state.raw<Failure | null>(null)
  notes = $state.raw<Note[]>([])
  /** What came of the stack, once it is whole. */
  done = $state.raw<{ dossiers: string[]; documents: number; pages: number } | null>(null)

  readonly device = $derived(desk.settings?.scanner ?? '')
  readonly profile = $derived(desk.settings?.scan_profile ?? '')
  readonly profiles = $derived(desk.settings?.scan_profiles ?? [])
  readonly settings = $derived(this.profiles.find((p) => p.key === this.profile)?.settings ?? USUAL)

  async look(): Promise<void> {
    this.looking = true
    const found = await attempt(() => backend.devices())
    this.looking = false
    if (!found) return
    this.devices = found.devices
    this.problems = found.problems
    const first = found.devices[0]
    if (first && !this.device) await this.choose(first.id)
  }

  async choose(device: string): Promise<void> {
    await this.#keep({ scanner: device })
  }

  async chooseProfile(key: string): Promise<void> {
    await this.#keep({ scan_profile: key })
  }

  /** Changes how the chosen kind of work is scanned, for good. */
  async adjust(change: Partial<ScanSettings>): Promise<void> {
    const profiles = this.profiles.map((p) => (p.key === this.profile ? { ...p, settings: { ...p.settings, ...change } } : p))
    await this.#keep({ scan_profiles: profiles })
  }

  /** Scans the next stack, or goes on with the one that was interrupted. */
  async start(dossier: string | null): Promise<void> {
    if (this.running || !this.device) return
    const onto = this.fault && this.pages.length > 0 ? this.stack : null
    if (onto === null) {
      this.stack = null
      this.pages = []
      this.notes = []
    }
    this.fault = null
    this.done = null
    this.running = true
    try {
      const request = { device: this.device, settings: this.settings, dossier, onto }
      const scanned = await backend.scan(request, (progress) => this.#hear(progress))
      this.#end(scanned)
    } catch (thrown) {
      if (isFailure(thrown)) this.fault = thrown
      else notices.bad(thrown)
      await this.recheck()
    }
    this.running = false
    await desk.refresh()
  }

  /** A page that was shown may have been refused since. */
  async recheck(): Promise<void> {
    const { stack } = this
    if (stack === null) return
    const kept = await attempt(() => backend.scanned(stack))
    if (kept && stack === this.stack) this.pages = kept.scanned
  }

  async stop(): Promise<void> {
    await attempt(() => backend.cancelScan())
  }

  /** The interrupted stack is whole as it is. */
  async finish(): Promise<void> {
    const stack = this.stack
    this.fault = null
    if (stack === null) return
    const scanned = await attempt(() => backend.finishStack(stack))
    if (scanned) this.#end(scanned)
    await desk.refresh()
  }

  #end(scanned: Awaited<ReturnType<typeof backend.scan>>): void {
    const { dossiers, documents, pages } = scanned
    this.pages = scanned.scanned
    this.notes = scanned.notes
    this.done = { dossiers, documents, pages }
    notices.good(i18n.t.scan.done(dossiers.length, documents, pages))
  }

  #hear(progress: Progress): void {
    if (progress.kind !== 'scanned') return
    this.stack = progress.stack
    const { page } = progress
    const known = this.pages.some((p) => p.id === page.id)
    this.pages = known ? this.pages.map((p) => (p.id === page.id ? page : p)) : [...this.pages, page]
    desk.soon()
  }

  async #keep(change: Partial<NonNullable<typeof desk.settings>>): Promise<void> {
    const { settings } = desk
    if (!settings) return
    const kept = await attempt(() => backend.saveSettings({ ...settings, ...change }))
    if (kept) desk.settings = kept
  }
}

export const scanner = new Scanner()

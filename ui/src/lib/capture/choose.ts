// Files and folders chosen in the system's own dialogue, taken in at once.

import { backend } from '#backend'
import { i18n } from '../i18n/index.svelte'
import { attempt } from '../shell/notices.svelte'
import { desk } from '../store/desk.svelte'

export async function chooseFiles(): Promise<void> {
  const words = i18n.t.capture
  const paths = await attempt(() => backend.chooseFiles(words.choose, words.kinds))
  if (paths) await desk.import(paths)
}

export async function chooseFolder(): Promise<void> {
  const path = await attempt(() => backend.chooseFolder(i18n.t.capture.chooseFolder))
  if (path) await desk.import([path])
}

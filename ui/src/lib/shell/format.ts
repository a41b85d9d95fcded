// Numbers and times as people write them.

const pad = (n: number) => String(n).padStart(2, '0')

/** `14:05` today, `10/02 14:05` this year, `10/02/2025` before. */
export function when(rfc3339: string, now: Date = new Date()): string {
  const time = new Date(rfc3339)
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}`
  const day = `${pad(time.getDate())}/${pad(time.getMonth() + 1)}`
  if (time.toDateString() === now.toDateString()) return clock
  return time.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${day}/${time.getFullYear()}`
}

export function isToday(rfc3339: string, now: Date = new Date()): boolean {
  return new Date(rfc3339).toDateString() === now.toDateString()
}

/** `312 KB`, `1,4 MB`. */
export function bytes(count: number, language: string): string {
  const [value, unit] = count < 1 << 20 ? [count / 1024, 'KB'] : [count / (1 << 20), 'MB']
  return `${value.toLocaleString(language, { maximumFractionDigits: unit === 'KB' ? 0 : 1 })} ${unit}`
}

/** A path as it is read: its last part, with the folder before it. */
export function shortPath(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-2).join(' / ')
}

// Dates as they are kept (`2026-02-10`) and as a clerk writes them (`10/02/2026`).

const DATES = new Set(['issued_date', 'birth_date', 'card_issued_date'])

export function isDate(field: string): boolean {
  return DATES.has(field)
}

/** As shown; what is no date stays as it is. */
export function shown(value: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : value
}

/**
 * As kept: `1/2/2026`, `01-02-2026`, `01.02.2026` and `01022026` are all the first of February. Anything else is passed
 * on as it is, for the station to refuse with its reason.
 */
export function kept(text: string): string {
  const parts = /^\s*(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})\s*$/.exec(text) ?? /^\s*(\d{2})(\d{2})(\d{4})\s*$/.exec(text)
  if (!parts) return text.trim()
  const [, day = '', month = '', year = ''] = parts
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

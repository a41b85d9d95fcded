// Where something dragged over the rail of pages would come to lie.

export type Drop =
  | { kind: 'pages'; document: number; before: number | null }
  | { kind: 'document'; document: number; before: number | null }

/** Pages go before the page on whose nearer half the pointer is, or behind all of a document; documents between others. */
export function dropAt(rail: HTMLElement, x: number, y: number, held: { page?: number; document: number }): Drop | null {
  const sections = [...rail.querySelectorAll<HTMLElement>('[data-document]')]
  const box = rail.getBoundingClientRect()
  if (sections.length === 0 || x < box.left || x > box.right) return null
  if (held.page === undefined) {
    const next = sections.find((s) => y < middle(s.getBoundingClientRect().top, s.getBoundingClientRect().bottom))
    return { kind: 'document', document: held.document, before: next ? Number(next.dataset['document']) : null }
  }
  const section = sections.findLast((s) => y >= s.getBoundingClientRect().top) ?? sections[0]
  if (!section) return null
  // As one reads: rows from the top, and in a row from the left.
  const next = [...section.querySelectorAll<HTMLElement>('[data-page]')].find((page) => {
    const { left, right, top, bottom } = page.getBoundingClientRect()
    return y < top || (y <= bottom && x < middle(left, right))
  })
  return { kind: 'pages', document: Number(section.dataset['document']), before: next ? Number(next.dataset['page']) : null }
}

const middle = (a: number, b: number) => (a + b) / 2

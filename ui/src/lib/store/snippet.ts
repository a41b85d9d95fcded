// A snippet comes as plain text with what matched between U+2068 and U+2069.

export interface Piece {
  text: string
  hit: boolean
}

export function pieces(snippet: string): Piece[] {
  const out: Piece[] = []
  let hit = false
  for (const part of snippet.split(/([\u2068\u2069])/)) {
    if (part === '\u2068') hit = true
    else if (part === '\u2069') hit = false
    else if (part) out.push({ text: part, hit })
  }
  return out
}

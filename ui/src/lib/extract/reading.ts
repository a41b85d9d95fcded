// What the page was read to say, beside what was made of it.

/** Letters and figures alone, without their marks. */
const bare = (text: string) =>
  text.normalize('NFD').replace(/[đĐ]/g, 'd').replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()

/**
 * Whether it is enough to hint at the reading. Headings in capitals lose a hook so often (`UY BAN NHÂN DÂN`) that a
 * line beside every agency would no longer be seen. A letter or a figure that was put right is another matter, and in
 * a person's name every mark counts.
 */
export function isSlight(name: string, value: string, read: string): boolean {
  return name !== 'owner_name' && bare(read) !== '' && bare(read) === bare(value)
}

/** The reading word by word, and which of them the value has otherwise; none where they cannot be told apart so. */
export function words(value: string, read: string): { text: string; differs: boolean }[] {
  const own = value.split(' ')
  const all = read.split(' ')
  const alike = own.length === all.length && own.length > 1
  return all.map((text, i) => ({ text: i === 0 ? text : ` ${text}`, differs: alike && text !== own[i] }))
}

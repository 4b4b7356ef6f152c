// Collations (RFC 4790) by which texts in calendars and address books are compared. Each folds a text, so that two
// texts that it holds equal become the same, and a part of one is a part of the other.

export type Collation = {
  /** As in the registry. */
  readonly name: string
  fold(text: string): string
}

/** RFC 4790 §9.2: no more than A to Z and a to z are equal. */
export const asciiCasemap: Collation = {
  name: 'i;ascii-casemap',
  fold: (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
}

/** RFC 4790 §9.3 */
export const octet: Collation = { name: 'i;octet', fold: (text) => text }

/** RFC 5051 §2: each character by its simple mapping, then all of it decomposed. */
export const unicodeCasemap: Collation = {
  name: 'i;unicode-casemap',
  fold: (text) => (isAscii(text) ? asciiCasemap.fold(text) : mapCharacters(text).normalize('NFKD')),
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const mapCharacters = (text: string): string => {
  let mapped = ''
  for (const character of text) {
    const upper = character.toUpperCase()
    // A mapping to several characters is not a simple one: ß stays.
    mapped += upper.length === character.length ? upper : character
  }
  return mapped
}

/** In the order in which they are announced. */
export const collations: readonly Collation[] = [asciiCasemap, octet, unicodeCasemap]

/** A collation by its name; `default` is for whom it is asked (RFC 4790 §3.1: clients may say so). */
export const collationNamed = (name: string | undefined, fallback: Collation): Collation | undefined =>
  name === undefined || name === 'default' ? fallback : collations.find((one) => one.name === name)

export type MatchType = 'equals' | 'contains' | 'starts-with' | 'ends-with'

/** Whether a text matches, both folded. */
export const matchesText = (folded: string, asked: string, type: MatchType): boolean => {
  switch (type) {
    case 'equals':
      return folded === asked
    case 'contains':
      return folded.includes(asked)
    case 'starts-with':
      return folded.startsWith(asked)
    case 'ends-with':
      return folded.endsWith(asked)
  }
}

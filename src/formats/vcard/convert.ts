import type { Card, Version } from './card.ts'
import { toVersion3 } from './to-version-3.ts'
import { toVersion4 } from './to-version-4.ts'

/** The card in a version; the very same when it is in that one. */
export const convertCard = (card: Card, version: Version): Card => {
  if (card.version === version) return card
  return version === '4.0' ? toVersion4(card) : toVersion3(card)
}

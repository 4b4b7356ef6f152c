// POST to an address book. One card becomes a new member (RFC 5995). A file of several is imported: each card stands for
// itself, and the answer says which were refused and why (docs/contacts.md).

import { Readable } from 'node:stream'
import { DomainError } from '../../../errors.ts'
import { splitCards } from '../../../formats/vcard/card.ts'
import { cardBytes } from '../../../limits.ts'
import { type Entry, existingAsked, importEntries, requireFillable } from '../collections/import.ts'
import { chunksOf, type Exchange, header, locateRequest } from '../exchange.ts'
import { answerWritten } from '../methods/place-content.ts'
import { addMember } from '../methods/post.ts'
import { requireCardType } from './examine.ts'

export const importCards = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  await store.read(async (view) => requireFillable(await locateRequest(exchange, view)))
  requireCardType(header(request, 'content-type'))
  const existing = existingAsked(exchange)
  const cards = cardsIn(chunksOf(request))
  const [first, second] = [(await cards.next()).value, (await cards.next()).value]
  if (typeof first !== 'string')
    throw new DomainError('BadRequest', 'There is no card', { precondition: 'valid-address-data' })
  if (typeof second === 'string' || existing !== undefined)
    return importEntries(exchange, entries(first, second, cards), { existing: existing ?? 'refuse' })
  requireSize(first)
  const staged = await store.blobs.receive(Readable.from([Buffer.from(first, 'latin1')]))
  const written = await addMember(exchange, staged, undefined)
  response.setHeader('Location', written.resource.href) // RFC 5995 §3.2
  answerWritten(exchange, written)
}

const requireSize = (card: string): void => {
  if (card.length > cardBytes)
    throw new DomainError('TooLarge', `At most ${cardBytes} bytes are kept here`, { precondition: 'max-resource-size' })
}

async function* entries(first: string, second: string | undefined, more: AsyncIterable<string>): AsyncGenerator<Entry> {
  yield entryOf(first)
  if (second !== undefined) yield entryOf(second)
  for await (const card of more) yield entryOf(card)
}

const entryOf = (card: string): Entry => ({
  bytes: Buffer.from(card, 'latin1'),
  name: textOf(card, /^FN(?:;[^:\r\n]*)?:([^\r\n]*)/im),
  uid: textOf(card, /^UID(?:;[^:\r\n]*)?:([^\r\n]*)/im),
})

const textOf = (card: string, line: RegExp): string | undefined =>
  Buffer.from(line.exec(card)?.[1] ?? '', 'latin1').toString() || undefined

/** The cards of a file as it arrives, a character a byte. One that is too large ends where it is too large. */
export async function* cardsIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending = ''
  for await (const chunk of chunks) {
    pending += chunk.toString('latin1')
    const end = endOfLast(pending)
    if (end === 0 && pending.length <= cardBytes) continue
    const whole = end === 0 ? pending : pending.slice(0, end)
    pending = pending.slice(whole.length)
    yield* splitCards(whole)
  }
  yield* splitCards(pending)
}

/** Where the last card that is closed ends; 0 where none is. */
const endOfLast = (text: string): number => {
  let end = 0
  for (const { index, 0: line } of text.matchAll(/\nEND:VCARD[^\n]*\n/gi)) end = index + line.length
  return end
}

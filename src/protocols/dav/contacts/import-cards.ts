// POST to an address book. One card becomes a new member (RFC 5995). A file of several is imported: each card stands for
// itself, and the answer says which were refused and why (docs/contacts.md).

import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../../../errors.ts'
import { splitCards } from '../../../formats/vcard/card.ts'
import { cardBytes, cardsPage, importRefusals } from '../../../limits.ts'
import { chunksOf, type Exchange, header, locateRequest } from '../exchange.ts'
import { answerWritten } from '../methods/place-content.ts'
import { addMember } from '../methods/post.ts'
import { requireAllowed, requireResource } from '../methods/require.ts'
import type { Written } from '../resource.ts'
import { requireCardType } from './examine.ts'

type Refusal = {
  /** Its place in the file, from 1. */
  readonly card: number
  /** As its FN has it. */
  readonly name: string | undefined
  /** A precondition of RFC 6352 §6.3.2.1, or what else went wrong. */
  readonly condition: string
  readonly message: string
  /** The address of the card that is in the way. */
  readonly existing: string | undefined
}

export const importCards = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  await store.read(async (view) => requireAllowed(requireResource(await locateRequest(exchange, view)), 'POST'))
  requireCardType(header(request, 'content-type'))
  let first: Written | DomainError | undefined
  let count = 0
  let imported = 0
  const refusals: Refusal[] = []
  for await (const texts of batches(cardsIn(chunksOf(request)))) {
    const outcomes = await Promise.all(texts.map((text) => importCard(exchange, text)))
    for (const [index, outcome] of outcomes.entries()) {
      count++
      first ??= outcome
      if (!(outcome instanceof DomainError)) imported++
      else if (refusals.length < importRefusals) refusals.push(refusalOf(count, texts[index] ?? '', outcome))
    }
  }
  if (first === undefined)
    throw new DomainError('BadRequest', 'There is no card', { precondition: 'valid-address-data' })
  if (count > 1) return answerReport(exchange, { imported, refused: count - imported, refusals })
  if (first instanceof DomainError) throw first
  response.setHeader('Location', first.resource.href) // RFC 5995 §3.2
  answerWritten(exchange, first)
}

const answerReport = ({ response }: Exchange, report: object): void => {
  const body = JSON.stringify(report)
  response.statusCode = 200
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(body)
}

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

/** Some at a time, which share a commit. */
async function* batches(texts: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = []
  let characters = 0
  for await (const text of texts) {
    batch.push(text)
    characters += text.length
    if (batch.length < cardsPage && characters < cardBytes) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}

const importCard = async (exchange: Exchange, text: string): Promise<Written | DomainError> => {
  try {
    if (text.length > cardBytes)
      throw new DomainError('TooLarge', `At most ${cardBytes} bytes are kept here`, {
        precondition: 'max-resource-size',
      })
    const staged = await exchange.store.blobs.receive(Readable.from([Buffer.from(text, 'latin1')]))
    return await addMember(exchange, staged, undefined)
  } catch (error) {
    if (isDomainError(error)) return error
    throw error
  }
}

const refusalOf = (card: number, text: string, { code, message, detail }: DomainError): Refusal => ({
  card,
  name: Buffer.from(/^FN(?:;[^:\r\n]*)?:([^\r\n]*)/im.exec(text)?.[1] ?? '', 'latin1').toString() || undefined,
  condition: typeof detail.precondition === 'string' ? detail.precondition : code,
  message,
  existing: typeof detail.href === 'string' ? detail.href : undefined,
})

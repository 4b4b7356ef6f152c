// POST of a file of many events or cards: each is judged and stored by itself, in writes of some at a time, and the
// answer says what became of them. An import sends no invitations: it only fills the collection.

import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../../../errors.ts'
import { importedAtOnce, importedBytesAtOnce, importRefusals } from '../../../limits.ts'
import type { Staged } from '../../../store/blobs/blobs.ts'
import type { ItemFacts } from '../../../store/collections/collections.ts'
import { type Existing, type Imported, importItem } from '../../../store/collections/import.ts'
import type { Tx } from '../../../store/store.ts'
import { type Exchange, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requireAllowed, requireResource } from '../methods/require.ts'
import { requirePrivileges } from '../privileges.ts'
import type { Place } from '../resource.ts'
import { encodeSegment } from '../wire/path.ts'
import type { CollectionResource } from './resource.ts'
import type { CollectionSpaceOptions, Findings } from './space.ts'

/** One event or card of the file. */
export type Entry = {
  readonly bytes: Buffer
  /** Where it begins in the file, from 1, where that is known. */
  readonly line?: number | undefined
  /** As a person knows it: FN, SUMMARY. */
  readonly name: string | undefined
  readonly uid: string | undefined
}

type Outcome = Imported | DomainError

type Refusal = {
  /** Its place in the file, from 1. */
  readonly number: number
  readonly line: number | undefined
  readonly uid: string | undefined
  readonly name: string | undefined
  /** A precondition of RFC 4791 §5.3.2.1 or RFC 6352 §6.3.2.1, or what else went wrong. */
  readonly condition: string
  readonly message: string
  /** The address of what is in the way. */
  readonly existing: string | undefined
}

/** @throws DomainError BadRequest for another word than `refuse`, `skip` or `update` after `?existing=`. */
export const existingAsked = ({ context }: Exchange): Existing | undefined => {
  const asked = new URLSearchParams(context.query).get('existing')
  if (asked === null) return undefined
  if (asked !== 'refuse' && asked !== 'skip' && asked !== 'update')
    throw new DomainError('BadRequest', 'existing is refuse, skip or update')
  return asked
}

/** The collection that the request is sent to, if the principal may put something in it. @throws DomainError */
export const requireFillable = (place: Place): CollectionResource => {
  const resource = requireResource(place)
  requireAllowed(resource, 'POST')
  requirePrivileges([resource, 'bind'])
  return resource as CollectionResource
}

export type ImportOptions = Pick<CollectionSpaceOptions, 'admit'> & { readonly existing: Existing }

/** Stores the entries, and answers the report. */
export const importEntries = async (
  exchange: Exchange,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  options: ImportOptions,
): Promise<void> => {
  const counts = { imported: 0, updated: 0, skipped: 0, refused: 0 }
  const refusals: Refusal[] = []
  let number = 0
  for await (const batch of batches(entries)) {
    const outcomes = await Promise.all(batch.map((entry) => importEntry(exchange, entry, options)))
    for (const [index, outcome] of outcomes.entries()) {
      number++
      if (!(outcome instanceof DomainError)) counts[outcome]++
      else if (++counts.refused <= importRefusals) refusals.push(refusalOf(number, batch[index] as Entry, outcome))
    }
  }
  answerReport(exchange, { ...counts, refusals })
}

const answerReport = ({ response }: Exchange, report: object): void => {
  const body = JSON.stringify(report)
  response.statusCode = 200
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(body)
}

/** Some at a time, which share a commit. */
async function* batches(entries: AsyncIterable<Entry> | Iterable<Entry>): AsyncGenerator<Entry[]> {
  let batch: Entry[] = []
  let bytes = 0
  for await (const entry of entries) {
    batch.push(entry)
    bytes += entry.bytes.length
    if (batch.length < importedAtOnce && bytes < importedBytesAtOnce) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

const importEntry = async (exchange: Exchange, { bytes }: Entry, options: ImportOptions): Promise<Outcome> => {
  try {
    return await storeEntry(exchange, bytes, options)
  } catch (error) {
    if (isDomainError(error)) return error
    throw error
  }
}

const storeEntry = async (exchange: Exchange, bytes: Buffer, options: ImportOptions): Promise<Outcome> => {
  const { store, spaces, segments } = exchange
  const space = spaces.get(segments[1] ?? '')
  if (space?.examine === undefined) throw new DomainError('Forbidden', 'Nothing is imported here')
  const { largestContent: largest = 0 } = space
  if (bytes.length > largest)
    throw new DomainError('TooLarge', `At most ${largest} bytes are kept here`, { precondition: 'max-resource-size' })
  const staged = await store.blobs.receive(Readable.from([bytes]))
  try {
    const { facts, altered = staged } = (await space.examine(staged, undefined)) as Findings
    const outcome = await store.write((tx) => place(exchange, tx, { facts, altered }, options))
    if (outcome === 'skipped') await staged.discard()
    return outcome
  } catch (error) {
    await staged.discard()
    throw error
  }
}

const place = async (
  exchange: Exchange,
  tx: Tx,
  { facts, altered: staged }: { facts: ItemFacts; altered: Staged },
  { existing, admit }: ImportOptions,
): Promise<Outcome> => {
  const { collections } = exchange.store
  const at = await locateRequest(exchange, tx)
  const resource = requireFillable(at)
  await guard(exchange, tx, at, {})
  const { collection, href, space } = resource
  const name = space.memberName?.(undefined)
  if (collection === undefined || name === undefined) throw new DomainError('Forbidden', 'Nothing is imported here')
  admit?.(collection, facts)
  try {
    return await importItem(collections, tx, collection, { ...facts, name, staged }, existing)
  } catch (error) {
    if (!isDomainError(error) || typeof error.detail.existing !== 'string') throw error
    const detail = { ...error.detail, href: href + encodeSegment(error.detail.existing) }
    throw new DomainError(error.code, error.message, detail)
  }
}

const refusalOf = (number: number, { line, uid, name }: Entry, { code, message, detail }: DomainError): Refusal => ({
  number,
  line,
  uid,
  name,
  condition: typeof detail.precondition === 'string' ? detail.precondition : code,
  message,
  existing: typeof detail.href === 'string' ? detail.href : undefined,
})

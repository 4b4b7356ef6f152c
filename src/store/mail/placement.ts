// Messages in their mailboxes. A placement takes a new position with each change of its flags; one that leaves its
// mailbox leaves a tombstone under its UID. A message goes when its last place goes, and gives its bytes back then.
import type { Selectable } from 'kysely'
import type { Envelope, Part } from '../../formats/mime/structure.ts'
import { keywordCombinations, placementsPerWrite } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { placement as PlacementTable } from '../schema.ts'
import { countMailbox, type Mailbox, type Tally } from './mailbox.ts'

export type Placement = Omit<Selectable<PlacementTable>, 'keywords' | 'deleted'> & {
  keywords: readonly string[]
  deleted: boolean
}

/** A message in its place, with the JSON of what clients list of it: whoever needs it reads it. */
export type PlacedEmail = Placement & {
  blobId: number
  size: number
  receivedAt: number
  sentAt: number
  messageId: string | null
  /** formats/mime/structure.ts Envelope and Part. */
  envelope: string
  structure: string
}

export type PlacedEmailWithData = PlacedEmail & {
  /** The message itself, when it is small enough to be in a row. */
  data: Uint8Array | null
}

export const envelopeOf = ({ envelope }: Pick<PlacedEmail, 'envelope'>): Envelope => JSON.parse(envelope)
export const structureOf = ({ structure }: Pick<PlacedEmail, 'structure'>): Part => JSON.parse(structure)

/** Tombstones of messages are of this kind; their collection is the mailbox, their name the UID. */
export const placementKind = 'placement'

type Row = Selectable<PlacementTable>

/** The row itself, changed: copying it costs more than reading it. */
function toPlacement<R extends Row>(row: R): Omit<R, keyof Row> & Placement {
  return Object.assign(row, { keywords: keywordsOf(row.keywords), deleted: row.deleted === 1 })
}

/** Mailboxes have a handful of combinations. */
const known = new Map<string, readonly string[]>([['', []]])

function keywordsOf(text: string): readonly string[] {
  const found = known.get(text)
  if (found !== undefined) return found
  const keywords = text.split(' ')
  if (known.size < keywordCombinations) known.set(text, keywords)
  return keywords
}

/** RFC 8621 §4.1.1: in lower case, and each once. */
export const keywordsText = (keywords: Iterable<string>): string =>
  [...new Set([...keywords].map((keyword) => keyword.toLowerCase()))].sort().join(' ')

type Range = { mailboxId: number; from: number; to: number; limit: number }

const uids = prepared((db, p: { mailboxId: number }) =>
  db.selectFrom('placement').select('uid').where('mailboxId', '=', p.mailboxId).orderBy('uid'),
)

const inRange = prepared((db, p: Range) =>
  db
    .selectFrom('placement')
    .selectAll()
    .where('mailboxId', '=', p.mailboxId)
    .where('uid', '>=', p.from)
    .where('uid', '<=', p.to)
    .orderBy('uid')
    .limit(p.limit),
)

const selectEmails = ({ db }: Pick<View, 'db'>, p: Range) =>
  db
    .selectFrom('placement')
    .innerJoin('email', 'email.id', 'placement.emailId')
    .selectAll('placement')
    .select(['email.blobId', 'email.size', 'email.receivedAt', 'email.sentAt'])
    .select(['email.messageId', 'email.envelope', 'email.structure'])
    .where('mailboxId', '=', p.mailboxId)
    .where('uid', '>=', p.from)
    .where('uid', '<=', p.to)
    .orderBy('uid')
    .limit(p.limit)

const emailsInRange = prepared((db, p: Range) => selectEmails({ db }, p))

const emailsWithDataInRange = prepared((db, p: Range) =>
  selectEmails({ db }, p).innerJoin('blob', 'blob.id', 'email.blobId').select('blob.data'),
)

const changedAfter = prepared((db, p: { mailboxId: number; after: number; limit: number }) =>
  db
    .selectFrom('placement')
    .selectAll()
    .where('mailboxId', '=', p.mailboxId)
    .where('changed', '>', p.after)
    .orderBy('changed')
    .limit(p.limit),
)

const leftAfter = prepared((db, p: { accountId: number; mailboxId: number; after: number }) =>
  db
    .selectFrom('tombstone')
    .select(['name', 'position'])
    .where('accountId', '=', p.accountId)
    .where('kind', '=', placementKind)
    .where('collection', '=', p.mailboxId)
    .where('position', '>', p.after)
    .orderBy('position'),
)

const placesOf = prepared((db, p: { emailId: number }) =>
  db.selectFrom('placement').selectAll().where('emailId', '=', p.emailId),
)

const insert = prepared(
  (db, p: { mailboxId: number; emailId: number; uid: number; keywords: string; position: number }) =>
    db.insertInto('placement').values({
      mailboxId: p.mailboxId,
      emailId: p.emailId,
      uid: p.uid,
      keywords: p.keywords,
      created: p.position,
      changed: p.position,
    }),
)

const setRow = prepared((db, p: { id: number; keywords: string; deleted: number; position: number }) =>
  db
    .updateTable('placement')
    .set({ keywords: p.keywords, deleted: p.deleted, changed: p.position })
    .where('id', '=', p.id),
)

const removeRow = prepared((db, p: { id: number }) => db.deleteFrom('placement').where('id', '=', p.id))

const sizeOf = prepared((db, p: { id: number }) => db.selectFrom('email').select('size').where('id', '=', p.id))

const removeEmail = prepared((db, p: { id: number }) => db.deleteFrom('email').where('id', '=', p.id))

/** All UIDs of a mailbox, ascending: what message sequence numbers count. */
export async function listUids(view: View, mailboxId: number): Promise<Uint32Array> {
  return Uint32Array.from(await uids.all(view, { mailboxId }), ({ uid }) => uid)
}

/** Those with a UID in a range, both ends included, by UID. */
export async function listPlacements(view: View, range: Range): Promise<Placement[]> {
  return (await inRange.all(view, range)).map(toPlacement)
}

/** Those of some UIDs that are there. */
export async function placementsNamed(view: View, mailboxId: number, uids: readonly number[]): Promise<Placement[]> {
  if (uids.length === 0) return []
  const rows = await view.db
    .selectFrom('placement')
    .selectAll()
    .where('mailboxId', '=', mailboxId)
    .where('uid', 'in', uids)
    .execute()
  return rows.map(toPlacement)
}

export async function listEmails(view: View, range: Range): Promise<PlacedEmail[]> {
  return (await emailsInRange.all(view, range)).map(toPlacement)
}

export async function listEmailsWithData(view: View, range: Range): Promise<PlacedEmailWithData[]> {
  return (await emailsWithDataInRange.all(view, range)).map(toPlacement)
}

/** By position, from after one. */
export async function placementsSince(
  view: View,
  mailboxId: number,
  after: number,
  limit: number,
): Promise<Placement[]> {
  return (await changedAfter.all(view, { mailboxId, after, limit })).map(toPlacement)
}

/** UIDs that left a mailbox after a position; RFC 7162 §3.2.10 lets a server that has forgotten name more. */
export async function vanishedSince(
  view: View,
  { id, accountId }: Pick<Mailbox, 'id' | 'accountId'>,
  after: number,
): Promise<number[]> {
  return (await leftAfter.all(view, { accountId, mailboxId: id, after })).map(({ name }) => Number(name))
}

/** Puts a message into a mailbox under the next UID, which it answers. */
export async function place(
  tx: Tx,
  mailbox: Pick<Mailbox, 'id' | 'accountId'>,
  email: { emailId: number; size: number; keywords: string },
): Promise<number> {
  const { emailId, size, keywords } = email
  const position = await tx.stamp(mailbox.accountId)
  const unseen = isUnseen(keywords) ? 1 : 0
  const next = await countMailbox(tx, mailbox, { messages: 1, unseen, bytes: size, uids: 1 }, position)
  await insert.run(tx, { mailboxId: mailbox.id, emailId, uid: next - 1, keywords, position })
  return next - 1
}

const isUnseen = (keywords: string): boolean => !` ${keywords} `.includes(' $seen ')

export type FlagChange = {
  readonly mode: 'add' | 'remove' | 'replace'
  readonly keywords: readonly string[]
  readonly deleted: boolean
}

/**
 * Changes the flags of messages, in all their places those that are the message's own. What does not change takes no
 * position. Answers the placements as they are then.
 */
export async function flag(
  tx: Tx,
  mailbox: Mailbox,
  placements: readonly Placement[],
  change: FlagChange,
): Promise<Placement[]> {
  const tallies = new Tallies()
  const places = await placesOfAll(tx, placements)
  const found: Placement[] = []
  for (const { id, emailId } of placements) {
    const all = places.get(emailId) ?? []
    const own = all.find((row) => row.id === id)
    if (own === undefined) continue
    const keywords = keywordsText(changed(keywordsOf(own.keywords), change))
    const deleted = Number(isDeletedAfter(own, change))
    const rows = keywords === own.keywords ? (deleted === own.deleted ? [] : [own]) : all
    for (const row of rows) {
      const position = await tx.stamp(mailbox.accountId)
      const after = { keywords, deleted: row === own ? deleted : row.deleted }
      await setRow.run(tx, { id: row.id, ...after, position })
      const unseen = Number(isUnseen(keywords)) - Number(isUnseen(row.keywords))
      tallies.add(row.mailboxId, { unseen, deleted: after.deleted - row.deleted }, position)
      Object.assign(row, after, { changed: position })
    }
    found.push(toPlacement({ ...own }))
  }
  await tallies.count(tx, mailbox.accountId)
  return found
}

const isDeletedAfter = ({ deleted }: Row, { mode, deleted: named }: FlagChange): boolean =>
  mode === 'replace' ? named : named ? mode === 'add' : deleted === 1

/** What a write does to mailboxes, each counted once. */
class Tallies {
  readonly #of = new Map<number, { tally: Required<Omit<Tally, 'uids'>>; position: number }>()

  add(mailboxId: number, { messages = 0, unseen = 0, deleted = 0, bytes = 0 }: Tally, position: number): void {
    const { tally } = this.#of.get(mailboxId) ?? { tally: { messages: 0, unseen: 0, deleted: 0, bytes: 0 } }
    tally.messages += messages
    tally.unseen += unseen
    tally.deleted += deleted
    tally.bytes += bytes
    this.#of.set(mailboxId, { tally, position })
  }

  async count(tx: Tx, accountId: number): Promise<void> {
    for (const [id, { tally, position }] of this.#of) await countMailbox(tx, { id, accountId }, tally, position)
  }
}

/** All places of some messages, by message. */
async function placesOfAll(tx: Tx, placements: readonly Placement[]): Promise<Map<number, Row[]>> {
  const ids = placements.map(({ emailId }) => emailId)
  if (ids.length === 0) return new Map()
  const rows = await tx.db.selectFrom('placement').selectAll().where('emailId', 'in', ids).execute()
  return Map.groupBy(rows, ({ emailId }) => emailId)
}

function changed(before: readonly string[], { mode, keywords }: FlagChange): readonly string[] {
  const named = keywords.map((keyword) => keyword.toLowerCase())
  if (mode === 'replace') return named
  return mode === 'add' ? [...before, ...named] : before.filter((keyword) => !named.includes(keyword))
}

/** Takes messages out of a mailbox; those that have no other place are gone, with their bytes. */
export async function unplace(
  journal: Journal,
  tx: Tx,
  mailbox: Pick<Mailbox, 'id' | 'accountId'>,
  placements: readonly Placement[],
): Promise<void> {
  const { id, accountId } = mailbox
  const tallies = new Tallies()
  for (const placement of placements.slice(0, placementsPerWrite)) {
    const position = await tx.stamp(accountId)
    const size = (await sizeOf.first(tx, { id: placement.emailId }))?.size ?? 0
    await journal.leave(tx, { accountId, kind: placementKind, collection: id, name: String(placement.uid), position })
    await removeRow.run(tx, { id: placement.id })
    const tally = {
      messages: -1,
      bytes: -size,
      unseen: placement.keywords.includes('$seen') ? 0 : -1,
      deleted: placement.deleted ? -1 : 0,
    }
    tallies.add(id, tally, position)
    await removeUnplaced(tx, accountId, placement.emailId, size)
  }
  await tallies.count(tx, accountId)
}

/** Removes a message that has no place any more. */
export async function removeUnplaced(tx: Tx, accountId: number, emailId: number, size: number): Promise<void> {
  if ((await placesOf.first(tx, { emailId })) !== undefined) return
  await removeEmail.run(tx, { id: emailId })
  await tx.charge(accountId, -size)
}

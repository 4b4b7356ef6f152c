// Every account has one clock, and every changed item takes a position of its own on it. What leaves
// a collection leaves a tombstone. A token is `epoch.position`: a restore starts a new epoch, so that
// no client goes on from a history that no longer exists.
import { randomBytes } from 'node:crypto'
import { prepared } from './engine/prepared.ts'
import type { Tx, View } from './engine/types.ts'
import { renewUidValidity } from './mail/mailbox.ts'

export type Tombstone = { collection: number; name: string; position: number }

const clockOf = prepared((db, p: { accountId: number }) =>
  db.selectFrom('clock').select(['position', 'floor']).where('accountId', '=', p.accountId),
)

const bury = prepared(
  (db, p: { accountId: number; kind: string; collection: number; name: string; position: number; createdAt: number }) =>
    db.insertInto('tombstone').values({
      accountId: p.accountId,
      kind: p.kind,
      collection: p.collection,
      name: p.name,
      position: p.position,
      createdAt: p.createdAt,
    }),
)

const buried = prepared((db, p: { accountId: number; kind: string; after: number; limit: number }) =>
  db
    .selectFrom('tombstone')
    .select(['collection', 'name', 'position'])
    .where('accountId', '=', p.accountId)
    .where('kind', '=', p.kind)
    .where('position', '>', p.after)
    .orderBy('position')
    .limit(p.limit),
)

/** Records that `name` left `collection`. */
export async function recordLeft(
  tx: Tx,
  left: { accountId: number; kind: string; collection: number; name: string; position: number },
): Promise<void> {
  await bury.run(tx, { ...left, createdAt: tx.now })
}

export class Journal {
  readonly epoch: string

  constructor(epoch: string) {
    this.epoch = epoch
  }

  token(position: number): string {
    return `${this.epoch}.${position}`
  }

  /** The position a token stands for, or 'tooOld' when it cannot be gone on from: then the client reads all anew. */
  async position(view: View, accountId: number, token: string): Promise<number | 'tooOld'> {
    const match = /^([0-9a-f]+)\.(0|[1-9][0-9]{0,15})$/.exec(token)
    if (!match || match[1] !== this.epoch) return 'tooOld'
    const position = Number(match[2])
    const clock = await this.clock(view, accountId)
    return position < clock.floor || position > clock.position ? 'tooOld' : position
  }

  async clock(view: View, accountId: number): Promise<{ position: number; floor: number }> {
    return (await clockOf.first(view, { accountId })) ?? { position: 0, floor: 0 }
  }

  /** Records that `name` left `collection`. */
  leave(tx: Tx, left: Parameters<typeof recordLeft>[1]): Promise<void> {
    return recordLeft(tx, left)
  }

  /** What left the collections of a kind after a position, oldest first. */
  left(view: View, of: { accountId: number; kind: string; after: number; limit: number }): Promise<Tombstone[]> {
    return buried.all(view, of)
  }

  /** Forgets tombstones made before `time`; tokens older than the last of them become too old. Answers how many. */
  async prune(tx: Tx, accountId: number, time: number): Promise<number> {
    const last = await tx.db
      .selectFrom('tombstone')
      .select((eb) => eb.fn.max('position').as('position'))
      .where('accountId', '=', accountId)
      .where('createdAt', '<', time)
      .executeTakeFirst()
    if (!last?.position) return 0
    const position = Number(last.position)
    await tx.db.updateTable('clock').set({ floor: position }).where('accountId', '=', accountId).execute()
    const pruned = await tx.db
      .deleteFrom('tombstone')
      .where('accountId', '=', accountId)
      .where('position', '<=', position)
      .executeTakeFirst()
    return Number(pruned.numDeletedRows)
  }
}

/** Reads this twin's epoch, or begins one. */
export async function openJournal(tx: Tx): Promise<Journal> {
  const row = await tx.db.selectFrom('setting').select('value').where('key', '=', 'epoch').executeTakeFirst()
  return row ? new Journal(row.value) : beginEpoch(tx)
}

/** Makes every token given out so far too old (after a restore); for IMAP that is a new UIDVALIDITY of every mailbox. */
export async function beginEpoch(tx: Tx): Promise<Journal> {
  const value = randomBytes(6).toString('hex')
  await tx.db
    .insertInto('setting')
    .values({ key: 'epoch', value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
  await renewUidValidity(tx)
  return new Journal(value)
}

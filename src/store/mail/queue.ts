// Mail on its way to other servers, one row for each recipient. A row leaves in the write that also keeps what came of
// it, so that a twin that is killed tries again and forgets nothing: every message is sent at least once.
import type { Selectable } from 'kysely'
import { DomainError } from '../../errors.ts'
import { queueBounds } from '../../limits.ts'
import type { Blobs, Staged } from '../blobs/blobs.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { queued_mail } from '../schema.ts'

export type QueuedMail = Selectable<queued_mail>

/** Signals that something is due, or due at another time. */
export const mailQueueTopic = 'mail-queue'

export type NewQueuedMail = {
  readonly accountId: number
  readonly staged: Staged
  /** Of the envelope. */
  readonly sender: string
  readonly recipients: readonly { readonly address: string; readonly destination: string }[]
}

const dueRows = prepared((db, p: { now: number; limit: number }) =>
  db
    .selectFrom('queued_mail')
    .select('destination')
    .where('isHeld', '=', 0)
    .where('dueAt', '<=', p.now)
    .groupBy('destination')
    .orderBy((eb) => eb.fn.min('dueAt'))
    .limit(p.limit),
)

const nextRow = prepared((db, p: { after: number }) =>
  db
    .selectFrom('queued_mail')
    .select('dueAt')
    .where('isHeld', '=', 0)
    .where('dueAt', '>', p.after)
    .orderBy('dueAt')
    .limit(1),
)

export class MailQueue {
  readonly #blobs: Blobs

  constructor(blobs: Blobs) {
    this.#blobs = blobs
  }

  /** Takes a message in. Throws QuotaExceeded when too many of the account's wait already. */
  async add(tx: Tx, { accountId, staged, sender, recipients }: NewQueuedMail): Promise<void> {
    const waiting = await tx.db
      .selectFrom('queued_mail')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('accountId', '=', accountId)
      .executeTakeFirstOrThrow()
    if (Number(waiting.count) + recipients.length > queueBounds.perAccount) {
      throw new DomainError('QuotaExceeded', 'Too many of your messages wait to be sent.')
    }
    const common = {
      accountId,
      blobId: await this.#blobs.keep(tx, staged),
      size: staged.size,
      sender,
      dueAt: tx.now,
      expiresAt: tx.now + queueBounds.expiryMilliseconds,
      warnAt: tx.now + queueBounds.warningMilliseconds,
      createdAt: tx.now,
    }
    const rows = recipients.map(({ address, destination }) => ({ ...common, recipient: address, destination }))
    await tx.db.insertInto('queued_mail').values(rows).execute()
    tx.changed(mailQueueTopic)
  }

  /** Destinations that something is due for, the longest waiting first. */
  async due(view: View, now: number, limit: number): Promise<string[]> {
    const rows = await dueRows.all(view, { now, limit })
    return rows.map((row) => row.destination)
  }

  /** When the next one is due after a time; undefined when none is. */
  async nextDueAt(view: View, after: number): Promise<number | undefined> {
    return (await nextRow.first(view, { after }))?.dueAt
  }

  /** What is due for a destination; the recipients of one message follow each other. */
  dueFor(view: View, destination: string, now: number): Promise<QueuedMail[]> {
    return view.db
      .selectFrom('queued_mail')
      .selectAll()
      .where('isHeld', '=', 0)
      .where('destination', '=', destination)
      .where('dueAt', '<=', now)
      .orderBy('blobId')
      .orderBy('sender')
      .orderBy('id')
      .limit(queueBounds.perConnection)
      .execute()
  }

  list(view: View): Promise<QueuedMail[]> {
    return view.db.selectFrom('queued_mail').selectAll().orderBy('id').execute()
  }

  /** Out of the queue: it was sent, refused or dropped. */
  async remove(tx: Tx, ids: readonly number[]): Promise<number> {
    const { numDeletedRows } = await tx.db.deleteFrom('queued_mail').where('id', 'in', ids).executeTakeFirst()
    tx.changed(mailQueueTopic)
    return Number(numDeletedRows)
  }

  async postpone(tx: Tx, row: QueuedMail, problem: string, wasWarned: boolean): Promise<void> {
    const pauses = queueBounds.retryMilliseconds
    const pause = pauses[Math.min(row.attempts, pauses.length - 1)] as number
    await tx.db
      .updateTable('queued_mail')
      .set({
        attempts: row.attempts + 1,
        dueAt: tx.now + pause,
        lastError: problem,
        ...(wasWarned && { warnAt: null }),
      })
      .where('id', '=', row.id)
      .execute()
    tx.changed(mailQueueTopic)
  }

  /** Not tried until it is released; or tried again at once. */
  async setHeld(tx: Tx, ids: readonly number[], isHeld: boolean): Promise<number> {
    const { numUpdatedRows } = await tx.db
      .updateTable('queued_mail')
      .set({ isHeld: isHeld ? 1 : 0, ...(!isHeld && { dueAt: tx.now }) })
      .where('id', 'in', ids)
      .executeTakeFirst()
    tx.changed(mailQueueTopic)
    return Number(numUpdatedRows)
  }
}

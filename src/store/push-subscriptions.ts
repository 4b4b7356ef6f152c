// Devices that are told when something changed, over Web Push. What is watched and what is told is the business of who
// registered it; here is kept until when, and what was told last, so that nothing is told twice or lost by a restart.
// A subscription ends with its account, its credential and its time.
import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { DomainError } from '../errors.ts'
import { pushes } from '../limits.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx, View } from './engine/types.ts'
import type { push_subscription } from './schema.ts'

export type PushSubscription = Selectable<push_subscription>

export type NewPushSubscription = Omit<PushSubscription, 'id' | 'uid' | 'createdAt' | 'failures' | 'dueAt'>

/** Signals that subscriptions came or went. */
export const pushSubscriptionsTopic = 'push-subscriptions'

const ofTopic = prepared((db, p: { topic: string; now: number }) =>
  db
    .selectFrom('push_subscription')
    .innerJoin('credential', 'credential.id', 'push_subscription.credentialId')
    .innerJoin('account', 'account.id', 'push_subscription.accountId')
    .selectAll('push_subscription')
    .where('push_subscription.topic', '=', p.topic)
    .where('push_subscription.expiresAt', '>', p.now)
    .where('account.state', '=', 'active')
    .orderBy('push_subscription.id'),
)

const byId = prepared((db, p: { id: number }) => db.selectFrom('push_subscription').selectAll().where('id', '=', p.id))

export class PushSubscriptions {
  /** Registers a subscription, or renews the one of this subject and endpoint. Throws Conflict when there are too many. */
  async put(tx: Tx, wanted: NewPushSubscription): Promise<PushSubscription> {
    const { accountId, kind, subject, endpoint } = wanted
    const { count } = await tx.db
      .selectFrom('push_subscription')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('accountId', '=', accountId)
      .where((eb) => eb.not(eb.and({ kind, subject, endpoint })))
      .executeTakeFirstOrThrow()
    if (Number(count) >= pushes.perAccount)
      throw new DomainError('Conflict', `There are ${pushes.perAccount} subscriptions already.`)
    // What was told before it was renewed is still what the device knows.
    const { told: _, ...renewed } = wanted
    const row = await tx.db
      .insertInto('push_subscription')
      .values({ ...wanted, uid: randomBytes(16).toString('base64url'), createdAt: tx.now })
      .onConflict((conflict) =>
        conflict
          .columns(['accountId', 'kind', 'subject', 'endpoint'])
          .doUpdateSet({ ...renewed, failures: 0, dueAt: 0 }),
      )
      .returningAll()
      .executeTakeFirstOrThrow()
    tx.changed(pushSubscriptionsTopic)
    return row
  }

  /** Takes back what the account registered. Throws NotFound. */
  async remove(tx: Tx, accountId: number, uid: string): Promise<void> {
    const { numDeletedRows } = await tx.db
      .deleteFrom('push_subscription')
      .where('accountId', '=', accountId)
      .where('uid', '=', uid)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) throw new DomainError('NotFound', 'There is no such subscription.')
    tx.changed(pushSubscriptionsTopic)
  }

  /** Takes one away that nobody is behind any more. */
  async drop(tx: Tx, id: number): Promise<void> {
    await tx.db.deleteFrom('push_subscription').where('id', '=', id).execute()
    tx.changed(pushSubscriptionsTopic)
  }

  /** Those that a change of the topic is for. */
  ofTopic(view: View, topic: string): Promise<PushSubscription[]> {
    return ofTopic.all(view, { topic, now: view.now })
  }

  /** All topics that somebody waits for. */
  async topics(view: View): Promise<string[]> {
    const rows = await view.db.selectFrom('push_subscription').select('topic').distinct().execute()
    return rows.map(({ topic }) => topic)
  }

  /** The subscription as it is now, if it is this caller's turn to send to it, which nobody else has until `until`. */
  async claim(tx: Tx, id: number, until: number): Promise<PushSubscription | undefined> {
    const { numUpdatedRows } = await tx.db
      .updateTable('push_subscription')
      .set({ dueAt: until })
      .where('id', '=', id)
      .where('dueAt', '<=', tx.now)
      .where('expiresAt', '>', tx.now)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 0n ? undefined : byId.first(tx, { id })
  }

  /** Notes what came of sending: what is told now (if it is), the failures in a row, and when the next turn is. */
  async note(tx: Tx, id: number, outcome: { told?: string; failures: number; dueAt: number }): Promise<void> {
    await tx.db.updateTable('push_subscription').set(outcome).where('id', '=', id).execute()
  }

  /** Takes away what is over. Answers how many there were. */
  async tidy(tx: Tx): Promise<number> {
    const { numDeletedRows } = await tx.db
      .deleteFrom('push_subscription')
      .where((eb) =>
        eb.or([
          eb('expiresAt', '<=', tx.now),
          eb('credentialId', 'not in', eb.selectFrom('credential').select('credential.id')),
        ]),
      )
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) tx.changed(pushSubscriptionsTopic)
    return Number(numDeletedRows)
  }
}

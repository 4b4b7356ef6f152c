// Calendars whose content comes from elsewhere: which are due, and what became of the last look at their source. A feed
// has a row as long as its collection has a source.
import type { Selectable } from 'kysely'
import { feedClaimMilliseconds } from '../../limits.ts'
import type { Tx, View } from '../engine/types.ts'
import type { feed as FeedTable } from '../schema.ts'

export type Feed = Selectable<FeedTable>

/** Told when a source was set: who looks at feeds has something to do. */
export const feedsTopic = 'feeds'

/** Part of setting a collection's source, or what is left out of it: it is due at once, and nothing is known of it. */
export async function sourceChanged(
  tx: Tx,
  { id, accountId, source }: { id: number; accountId: number; source: string | null },
): Promise<void> {
  await tx.db.deleteFrom('feed').where('collectionId', '=', id).execute()
  if (source === null) return
  await tx.db.insertInto('feed').values({ collectionId: id, accountId, nextAt: tx.now }).execute()
  tx.changed(feedsTopic)
}

/** The feed that is due for longest, for who claims it now: until the claim is over nobody else gets it. */
export async function claimFeed(tx: Tx): Promise<Feed | undefined> {
  const due = await tx.db
    .selectFrom('feed')
    .selectAll()
    .where('nextAt', '<=', tx.now)
    .orderBy('nextAt')
    .limit(1)
    .executeTakeFirst()
  if (due === undefined) return undefined
  await tx.db
    .updateTable('feed')
    .set({ nextAt: tx.now + feedClaimMilliseconds })
    .where('id', '=', due.id)
    .execute()
  return due
}

/** Records a look at the source; its row may be gone meanwhile. */
export async function recordFeed(tx: Tx, id: number, seen: Partial<Omit<Feed, 'id'>>): Promise<void> {
  await tx.db.updateTable('feed').set(seen).where('id', '=', id).execute()
}

export async function feedOf(view: View, collectionId: number): Promise<Feed | undefined> {
  return view.db.selectFrom('feed').selectAll().where('collectionId', '=', collectionId).executeTakeFirst()
}

/** Makes a feed due now. */
export async function refreshSoon(tx: Tx, collectionId: number): Promise<void> {
  await tx.db.updateTable('feed').set({ nextAt: tx.now }).where('collectionId', '=', collectionId).execute()
  tx.changed(feedsTopic)
}

/** Feeds whose last looks failed at least so often, with why, for who cares for the whole twin. */
export async function failingFeeds(
  view: View,
  failures: number,
): Promise<{ account: string; calendar: string; error: string | null }[]> {
  return view.db
    .selectFrom('feed')
    .innerJoin('collection', 'collection.id', 'feed.collectionId')
    .innerJoin('account', 'account.id', 'feed.accountId')
    .select(['account.name as account', 'collection.name as calendar', 'collection.sourceError as error'])
    .where('feed.failures', '>=', failures)
    .orderBy('feed.id')
    .execute()
}

// Calendars and address books: rows of one table. `changed` is the position of the last change of a collection's
// properties or of any of its items, so that an unchanged collection is known by its row alone.
import type { Insertable, Selectable } from 'kysely'
import { DomainError } from '../../errors.ts'
import { collectionsPerAccount } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { checkName } from '../files/names.ts'
import type { collection as CollectionTable } from '../schema.ts'
import { sourceChanged } from './feed.ts'

/** An inbox is where scheduling messages arrive (RFC 6638 §2.2): every account has one. */
export type CollectionKind = 'calendar' | 'addressbook' | 'inbox'

export type Collection = Omit<Selectable<CollectionTable>, 'kind' | 'transparent'> & {
  kind: CollectionKind
  transparent: boolean
}

/** What a person sets. */
export type CollectionSettings = Pick<
  Collection,
  | 'displayName'
  | 'description'
  | 'colour'
  | 'sortOrder'
  | 'components'
  | 'timezone'
  | 'transparent'
  | 'availability'
  | 'defaultId'
  | 'source'
  | 'refreshRate'
  | 'strip'
  | 'sourceError'
>

type Row = Selectable<CollectionTable>

/** Of what is removed and not yet erased: nobody is shown it. */
export const GONE = 'gone'

export const collectionTopic = (kind: CollectionKind, accountId: number): string => `${kind}/${accountId}`

const toCollection = (row: Row): Collection => ({
  ...row,
  kind: row.kind as CollectionKind,
  transparent: row.transparent === 1,
})

const byName = prepared((db, p: { accountId: number; kind: string; name: string }) =>
  db
    .selectFrom('collection')
    .selectAll()
    .where('accountId', '=', p.accountId)
    .where('kind', '=', p.kind)
    .where('name', '=', p.name),
)

const byId = prepared((db, p: { id: number }) =>
  db.selectFrom('collection').selectAll().where('id', '=', p.id).where('kind', '<>', GONE),
)

const page = prepared((db, p: { accountId: number; kind: string; after: string; limit: number }) =>
  db
    .selectFrom('collection')
    .selectAll()
    .where('accountId', '=', p.accountId)
    .where('kind', '=', p.kind)
    .where('name', '>', p.after)
    .orderBy('name')
    .limit(p.limit),
)

const count = prepared((db, p: { accountId: number; kind: string }) =>
  db
    .selectFrom('collection')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('accountId', '=', p.accountId)
    .where('kind', '=', p.kind),
)

const stamp = prepared((db, p: { id: number; position: number }) =>
  db.updateTable('collection').set({ changed: p.position }).where('id', '=', p.id),
)

/** Every account begins with these. A client that makes lists of tasks, as Apple's, wants them apart from events. */
const defaults: readonly Pick<Insertable<CollectionTable>, 'kind' | 'name' | 'displayName' | 'components'>[] = [
  { kind: 'calendar', name: 'calendar', displayName: 'Calendar', components: 'VEVENT' },
  { kind: 'calendar', name: 'tasks', displayName: 'Tasks', components: 'VTODO VJOURNAL' },
  { kind: 'addressbook', name: 'contacts', displayName: 'Contacts', components: null },
  { kind: 'inbox', name: 'inbox', displayName: 'Invitations', components: null },
]

/** Part of making an account. */
export async function makeDefaultCollections(tx: Tx, accountId: number): Promise<void> {
  await makeCollections(tx, accountId, defaults)
}

async function makeCollections(tx: Tx, accountId: number, which: typeof defaults): Promise<void> {
  const rows = which.map((one) => ({ ...one, accountId, createdAt: tx.now, created: 0, changed: 0 }))
  await tx.db.insertInto('collection').values(rows).execute()
}

/** Accounts that are older than inboxes get theirs. */
export async function makeMissingInboxes(tx: Tx): Promise<void> {
  const missing = await tx.db
    .selectFrom('account')
    .select('account.id')
    .where('account.state', '!=', 'deleted')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('collection')
            .select('collection.id')
            .whereRef('collection.accountId', '=', 'account.id')
            .where('collection.kind', '=', 'inbox'),
        ),
      ),
    )
    .execute()
  const inbox = defaults.filter(({ kind }) => kind === 'inbox')
  for (const { id } of missing) await makeCollections(tx, id, inbox)
}

export type CollectionAt = { accountId: number; kind: CollectionKind; name: string }

export async function findCollection(view: View, at: CollectionAt): Promise<Collection | undefined> {
  const row = await byName.first(view, at)
  return row && toCollection(row)
}

export async function getCollection(view: View, id: number): Promise<Collection | undefined> {
  const row = await byId.first(view, { id })
  return row && toCollection(row)
}

/** By name, from after one. */
export async function listCollections(
  view: View,
  of: { accountId: number; kind: CollectionKind },
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Collection[]> {
  const { accountId, kind } = of
  const rows = await page.all(view, { accountId, kind, after: after ?? '', limit })
  return rows.map(toCollection)
}

/** Throws AlreadyExists for a name that is taken, Conflict when there are too many. */
export async function createCollection(
  tx: Tx,
  { accountId, kind, name }: CollectionAt,
  settings: Partial<CollectionSettings>,
): Promise<Collection> {
  checkName(name)
  const position = await tx.stamp(accountId)
  if (await findCollection(tx, { accountId, kind, name })) {
    throw new DomainError('AlreadyExists', 'Something of that name is there already.')
  }
  const there = await count.first(tx, { accountId, kind })
  if (Number(there?.count) >= collectionsPerAccount) {
    throw new DomainError('Conflict', `There are ${collectionsPerAccount} already.`)
  }
  const row = await tx.db
    .insertInto('collection')
    .values({ accountId, kind, name, ...rowOf(settings), createdAt: tx.now, created: position, changed: position })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (settings.source !== undefined || settings.strip !== undefined) await sourceChanged(tx, row)
  tx.changed(collectionTopic(kind, accountId))
  return toCollection(row)
}

/** Sets what is given and leaves the rest; with nothing given it takes a position, for a change outside the row. */
export async function updateCollection(
  tx: Tx,
  { id, accountId, kind }: Collection,
  settings: Partial<CollectionSettings>,
): Promise<Collection> {
  const position = await tx.stamp(accountId)
  if (settings.source != null) await requireNothingOwn(tx, id)
  const row = await tx.db
    .updateTable('collection')
    .set({ ...rowOf(settings), changed: position })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new DomainError('NotFound', 'This is no longer there.')
  if (settings.source !== undefined || settings.strip !== undefined) await sourceChanged(tx, row)
  tx.changed(collectionTopic(kind, accountId))
  return toCollection(row)
}

/** What is subscribed to takes the place of all that is there: that may only be what was subscribed to before. */
async function requireNothingOwn(tx: Tx, id: number): Promise<void> {
  const own = await tx.db
    .selectFrom('collection')
    .innerJoin('collection_item', 'collection_item.collectionId', 'collection.id')
    .select('collection_item.id')
    .where('collection.id', '=', id)
    .where('collection.source', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (own) throw new DomainError('Conflict', 'It has something of its own in it: subscribe with a new calendar.')
}

/** Records that one of its items changed at this position. */
export async function touchCollection(tx: Tx, { id, accountId, kind }: Collection, position: number): Promise<void> {
  await stamp.run(tx, { id, position })
  tx.changed(collectionTopic(kind, accountId))
}

const rowOf = ({ transparent, ...settings }: Partial<CollectionSettings>) => ({
  ...settings,
  ...(transparent === undefined ? {} : { transparent: Number(transparent) }),
})

// What changed in a collection since a token, in the order of positions (RFC 6578). A token is
// `epoch.position.collection`; in a first listing it also has how far the listing came, so that what is deleted
// meanwhile is told at its end. A token that names the collection's present state is never too old: nothing changed.
import { prepared } from '../engine/prepared.ts'
import type { View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { Collection } from './collection.ts'
import { type Item, selectItems, toItem } from './item.ts'

export type ItemChanges = {
  /** What is new or changed. */
  changed: Item[]
  /** Names at which nothing is any more. */
  gone: string[]
  token: string
  /** More is to be told: ask again with the token. A page can be empty and truncated. */
  truncated: boolean
}

const changedItems = prepared((db, p: { collectionId: number; after: number; limit: number }) =>
  selectItems({ db })
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.changed', '>', p.after)
    .orderBy('collection_item.changed')
    .limit(p.limit),
)

/** A name that is there again is not gone. */
const leftItems = prepared(
  (db, p: { accountId: number; kind: string; collectionId: number; after: number; limit: number }) =>
    db
      .selectFrom('tombstone')
      .select(['name', 'position'])
      .where('accountId', '=', p.accountId)
      .where('kind', '=', p.kind)
      .where('collection', '=', p.collectionId)
      .where('position', '>', p.after)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('collection_item')
              .select('collection_item.id')
              .where('collection_item.collectionId', '=', p.collectionId)
              .whereRef('collection_item.name', '=', 'tombstone.name'),
          ),
        ),
      )
      .orderBy('position')
      .limit(p.limit),
)

/** The state of a collection now, as `itemsSince` takes it; it needs no query. */
export const collectionToken = (journal: Journal, { id, changed }: Collection): string =>
  `${journal.token(changed)}.${id}`

type Token = { position: number; listed: number | undefined }

/** 'tooOld' when the token is of another collection or epoch, or what left since is no longer known. */
export async function itemsSince(
  view: View,
  journal: Journal,
  collection: Collection,
  token: string | undefined,
  { limit }: { limit: number },
): Promise<ItemChanges | 'tooOld'> {
  if (token === undefined) return list(view, journal, collection, { began: collection.changed, from: 0, limit })
  const since = readToken(journal, collection, token)
  if (since === undefined) return 'tooOld'
  const { position, listed } = since
  if (listed !== undefined) return list(view, journal, collection, { began: position, from: listed, limit })
  if (position === collection.changed) return { changed: [], gone: [], token, truncated: false }
  const { floor } = await journal.clock(view, collection.accountId)
  if (position < floor) return 'tooOld'
  return tell(view, journal, collection, { from: position, limit })
}

function readToken(journal: Journal, { id, changed }: Collection, token: string): Token | undefined {
  const match = /^([0-9a-f]+)\.(0|[1-9]\d{0,15})\.(\d{1,16})(?:\.(\d{1,16}))?$/.exec(token)
  if (!match || match[1] !== journal.epoch || match[3] !== String(id)) return undefined
  const position = Number(match[2])
  if (position > changed) return undefined
  return { position, listed: match[4] === undefined ? undefined : Number(match[4]) }
}

/** Everything, by position. What changes or leaves while it is listed is told from where it began. */
async function list(
  view: View,
  journal: Journal,
  { id }: Collection,
  { began, from, limit }: { began: number; from: number; limit: number },
): Promise<ItemChanges> {
  const rows = await changedItems.all(view, { collectionId: id, after: from, limit: limit + 1 })
  const told = rows.slice(0, limit)
  const token = `${journal.token(began)}.${id}`
  const truncated = rows.length > limit
  const next = truncated ? `${token}.${told.at(-1)?.changed ?? from}` : token
  return { changed: told.map(toItem), gone: [], token: next, truncated }
}

async function tell(
  view: View,
  journal: Journal,
  { id, accountId, kind, changed }: Collection,
  { from, limit }: { from: number; limit: number },
): Promise<ItemChanges> {
  const items = await changedItems.all(view, { collectionId: id, after: from, limit: limit + 1 })
  const left = await leftItems.all(view, { accountId, kind, collectionId: id, after: from, limit: limit + 1 })
  const positions = [...items.map((row) => row.changed), ...left.map((row) => row.position)].sort((a, b) => a - b)
  const truncated = positions.length > limit
  const to = truncated ? (positions[limit - 1] as number) : changed
  return {
    changed: items.filter((row) => row.changed <= to).map(toItem),
    gone: [...new Set(left.filter((row) => row.position <= to).map((row) => row.name))],
    token: `${journal.token(to)}.${id}`,
    truncated,
  }
}

// Calendars that come from elsewhere. What they hold is read over CalDAV, as any calendar; they are deleted there, too.
import { randomUUID } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import { parseSource } from '../../federation/feeds/source.ts'
import { collectionsPerAccount, displayNameCharacters, outboundBounds } from '../../limits.ts'
import type { Collection } from '../../store/collections/collections.ts'
import { feedOf, refreshSoon } from '../../store/collections/feed.ts'
import type { View } from '../../store/engine/types.ts'
import type { Store } from '../../store/store.ts'
import { forMembers } from './method.ts'
import { flag, line, optional } from './validate.ts'

const describe = async (view: View, collection: Collection) => ({
  calendar: collection.name,
  source: collection.source,
  displayName: collection.displayName,
  colour: collection.colour,
  error: collection.sourceError,
  refreshedAt: (await feedOf(view, collection.id))?.refreshedAt ?? null,
})

const find = async (store: Store, view: View, accountId: number, name: string): Promise<Collection> => {
  const found = await store.collections.find(view, { accountId, kind: 'calendar', name })
  if (found?.source == null) throw new DomainError('NotFound', 'There is no such subscription.')
  return found
}

export const list = forMembers({}, async ({ store, principal: { accountId } }) => {
  const subscriptions = await store.read(async (view) => {
    const all = await store.collections.list(view, { accountId, kind: 'calendar' }, { limit: collectionsPerAccount })
    const told: Awaited<ReturnType<typeof describe>>[] = []
    for (const one of all) if (one.source !== null) told.push(await describe(view, one))
    return told
  })
  return { body: { subscriptions } }
})

const shape = {
  source: line(outboundBounds.urlCharacters),
  displayName: optional(line(displayNameCharacters)),
  colour: optional(line(9)),
  alarms: optional(flag),
} as const

export const create = forMembers({ body: shape }, async ({ store, principal: { accountId }, body }) => {
  const settings = {
    source: parseSource(body.source),
    displayName: body.displayName ?? null,
    colour: body.colour ?? null,
    strip: body.alarms === true ? null : 'alarms',
    transparent: true,
  }
  const at = { accountId, kind: 'calendar', name: randomUUID() } as const
  const told = await store.write(async (tx) => describe(tx, await store.collections.create(tx, at, settings)))
  return { status: 201, body: told }
})

export const refresh = forMembers({}, async ({ store, principal: { accountId }, parameter }) => {
  await store.write(async (tx) => refreshSoon(tx, (await find(store, tx, accountId, parameter)).id))
  return {}
})

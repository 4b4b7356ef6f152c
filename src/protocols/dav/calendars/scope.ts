// Which calendars a report looks into, and the objects in them.

import { calendarsAtOnce } from '../../../limits.ts'
import type { Collection, Item, ItemWithData } from '../../../store/collections/collections.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { refusal } from '../errors.ts'
import { type Exchange, header } from '../exchange.ts'
import type { Resource } from '../resource.ts'
import { parseDepth } from '../wire/headers.ts'

export type Calendar = { readonly collection: Collection; readonly href: string }

/**
 * The calendars that the request covers, those that others share included. RFC 4791 §7.8: a missing Depth is 0, by which a calendar has no objects; who
 * leaves it out, or sends 0 as Windows does, means the calendar all the same.
 */
export const calendarsIn = async (exchange: Exchange, resource: Resource): Promise<readonly Calendar[]> => {
  const { level, collection, href } = resource as CollectionResource
  if (collection !== undefined) return [{ collection, href: level === 'item' ? above(href) : href }]
  if (level !== 'home') throw refusal('supported-report', 'Ask a calendar, or the home of them')
  if (parseDepth(header(exchange.request, 'depth')) !== 'infinity') return []
  const page = { after: undefined, limit: calendarsAtOnce }
  const members = await exchange.store.read((view) => resource.space.members(view, resource, page))
  return members.flatMap((member) => {
    const { collection: one, href: at } = member as CollectionResource
    return one?.kind === 'calendar' ? [{ collection: one, href: at }] : []
  })
}

const above = (href: string): string => href.slice(0, href.lastIndexOf('/') + 1)

/** The one object that a report is sent to, where it is sent to one. */
export const itemAsked = (resource: Resource): Item | undefined => (resource as CollectionResource).item

/** An item's text; not to be called inside a read of the store. */
export const textOf = async ({ store }: Exchange, item: ItemWithData): Promise<string> =>
  (await store.collections.read(item)).toString('utf8')

// A calendar whose content comes from elsewhere: subscribed (calendarserver.org's `caldav-subscribed`-properties, as
// Apple's and Nextcloud's clients set them). To everybody else it is a calendar that cannot be written to.

import { parseSource } from '../../../federation/feeds/source.ts'
import { parseDuration } from '../../../formats/icalendar/values.ts'
import { child, DAV, text as textIn } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Collection } from '../../../store/collections/collections.ts'
import type { CollectionResource } from '../collections/resource.ts'
import type { Setting } from '../collections/space.ts'
import type { LiveProperty } from '../properties/live.ts'
import { href } from '../wire/multistatus.ts'
import { CALENDARSERVER, keyOf } from '../wire/names.ts'

const APPLE = 'http://apple.com/ns/ical/'

/** The namespace of the twin's own properties of calendars: docs/calendars.md. */
const TWIN = 'urn:twin:calendars'

/** What MKCALENDAR and MKCOL may ask for beside a calendar. */
export const subscribedType = { namespace: CALENDARSERVER, name: 'subscribed' } as const

/** The property with the source. */
export const sourceName = { namespace: CALENDARSERVER, name: 'source' } as const

const source: Setting = (value) => {
  if (value === undefined) return { source: null, sourceError: null }
  const found = child(value.element, DAV, 'href')
  // Holidays and fixtures take nobody's time, until somebody says that they do.
  return { source: parseSource(found ? textIn(found) : value.text), sourceError: null, transparent: true }
}

const refreshRate: Setting = (value) => {
  if (value !== undefined) parseDuration(value.text)
  return { refreshRate: value?.text.trim() ?? null }
}

const stripped = ['alarms', 'attachments', 'todos'] as const

type Stripped = (typeof stripped)[number]

const strips = ({ strip }: Collection, what: Stripped): boolean => strip?.split(' ').includes(what) ?? false

const stripSetting =
  (what: Stripped): Setting =>
  (value, collection) => {
    const kept = stripped.filter((one) => (one === what ? value !== undefined : strips(collection, one)))
    return { strip: kept.join(' ') || null }
  }

const nameOfStrip = (what: Stripped): string => `subscribed-strip-${what}`

export const subscriptionSettings: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  [keyOf(sourceName.namespace, sourceName.name), source],
  [keyOf(APPLE, 'refreshrate'), refreshRate],
  ...stripped.map((what) => [keyOf(CALENDARSERVER, nameOfStrip(what)), stripSetting(what)] as const),
])

/** Of subscribed calendars; `read` says nothing of others. */
const property = (
  namespace: string,
  name: string,
  read: (collection: Collection & { readonly source: string }) => string | undefined,
  isForOwner = false,
): LiveProperty => ({
  namespace,
  name,
  inAllprop: false,
  read: (resource, { principal }) => {
    const { level, collection } = resource as CollectionResource
    if (level !== 'collection' || collection?.source == null) return undefined
    // Its address may hold a password, and often is one.
    if (isForOwner && principal.accountId !== collection.accountId) return undefined
    return read({ ...collection, source: collection.source })
  },
})

const textOrNone = (value: string | null): string | undefined => (value === null ? undefined : escapeText(value))

export const subscriptionProperties: readonly LiveProperty[] = [
  property(sourceName.namespace, sourceName.name, (collection) => href(collection.source), true),
  property(APPLE, 'refreshrate', (collection) => textOrNone(collection.refreshRate)),
  ...stripped.map((what) =>
    property(CALENDARSERVER, nameOfStrip(what), (collection) => (strips(collection, what) ? '' : undefined)),
  ),
  property(TWIN, 'subscription-error', (collection) => textOrNone(collection.sourceError)),
]

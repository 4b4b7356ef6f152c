// A person's calendars: `/dav/calendars/<account>/` (RFC 4791).

import { Scheduling } from '../../../federation/scheduling/scheduling.ts'
import { largestCalendarObject } from '../../../limits.ts'
import { factsAside, readCalendarObject } from '../../../store/calendars/facts.ts'
import type { Store } from '../../../store/store.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { collectionSpace } from '../collections/space.ts'
import type { DavPush } from '../push/push.ts'
import type { Space } from '../resource.ts'
import { CALDAV, keyOf } from '../wire/names.ts'
import { attachmentProperties } from './attachments/properties.ts'
import { calendarMultiget } from './calendar-multiget.ts'
import { calendarQuery } from './calendar-query.ts'
import { admitObject } from './examine.ts'
import { freeBusyQuery } from './free-busy-query.ts'
import { getCalendar } from './get-calendar.ts'
import { postToCalendars } from './post.ts'
import { calendarProperties, calendarSettings, calendarType } from './properties.ts'
import { inboxProperties } from './scheduling/inbox-properties.ts'
import { scheduledItems } from './scheduling/items.ts'
import { scheduling } from './scheduling/spaces.ts'
import { sourceName, subscribedType, subscriptionProperties, subscriptionSettings } from './subscription.ts'
import { comesByReference, requireZones } from './timezones.ts'

export const calendarsSpace = (
  store: Store,
  push?: DavPush,
  meetings = new Scheduling(store),
): Space<CollectionResource> => {
  const space: Space<CollectionResource> = collectionSpace({
    store,
    name: 'calendars',
    kind: 'calendar',
    // RFC 4791 §5.1, RFC 6638 §2, RFC 7953 §7.2.1, RFC 7809 §3.1.1, RFC 8607 §3.2
    features: [
      'calendar-access',
      'calendar-schedule', // of the draft before RFC 6638: Evolution looks for it before it asks for busy time
      'calendar-auto-schedule',
      'calendar-availability',
      'calendar-no-timezone',
      'calendar-managed-attachments',
    ],
    type: { namespace: CALDAV, name: 'calendar' },
    variant: { type: subscribedType, property: sourceName },
    contentType: calendarType,
    extension: '.ics',
    largest: largestCalendarObject,
    properties: [...calendarProperties, ...subscriptionProperties, ...attachmentProperties, ...inboxProperties],
    settings: new Map([...calendarSettings, ...subscriptionSettings]),
    reports: [
      [keyOf(CALDAV, 'calendar-query'), calendarQuery],
      [keyOf(CALDAV, 'calendar-multiget'), calendarMultiget],
      [keyOf(CALDAV, 'free-busy-query'), freeBusyQuery],
    ],
    methods: new Map([
      ['GET', getCalendar],
      ['HEAD', getCalendar],
      ['POST', postToCalendars],
    ]),
    examine: async (content) => {
      const object = readCalendarObject(content)
      requireZones(object)
      const facts = await factsAside(store.recurrences, object, () => content.toString('utf8'))
      return { facts, object, isReadOtherwise: comesByReference(content, store.now()) }
    },
    items: scheduledItems(meetings),
    admit: admitObject,
    besides: scheduling(store, () => space),
    push,
  })
  return space
}

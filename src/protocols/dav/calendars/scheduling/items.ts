// Meetings are told to whom they concern when they are written (RFC 6638 §3.2.3).
import type { Scheduling } from '../../../../federation/scheduling/scheduling.ts'
import type { CalendarObject } from '../../../../formats/icalendar/object.ts'
import type { Items } from '../../collections/items.ts'

export const scheduledItems = (scheduling: Scheduling): Items => ({
  put: (tx, put) => scheduling.put(tx, { ...put, object: put.object as CalendarObject }),
  remove: (tx, collection, item, options) => scheduling.remove(tx, collection, item, options),
  removeCollection: (tx, collection) => scheduling.removeCollection(tx, collection),
  move: (tx, item, move) => scheduling.move(tx, item, move),
  copy: (tx, item, to) => scheduling.copy(tx, item, to),
})

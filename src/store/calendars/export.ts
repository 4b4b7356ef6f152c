// A calendar as one iCalendar stream (RFC 5545 §3.4), each zone in it once, a page of objects at a time.
import { setImmediate } from 'node:timers/promises'
import { escapeText } from '../../formats/content-line.ts'
import { CalendarMerger } from '../../formats/icalendar/merge.ts'
import { calendarPageObjects } from '../../limits.ts'
import type { Collection } from '../collections/collections.ts'
import type { Store } from '../store.ts'

export async function* exportCalendar(
  store: Pick<Store, 'read' | 'collections'>,
  collection: Collection,
): AsyncGenerator<Buffer> {
  yield Buffer.from(headOf(collection))
  const merger = new CalendarMerger()
  let after: string | undefined
  for (let more = true; more; ) {
    const items = await store.read((view) =>
      store.collections.itemsWithData(view, collection, { after, limit: calendarPageObjects }),
    )
    for (const item of items) yield Buffer.from(merger.add(await store.collections.read(item)), 'latin1')
    after = items.at(-1)?.name
    more = items.length === calendarPageObjects
    await setImmediate() // a page takes milliseconds, and others wait
  }
  yield Buffer.from('END:VCALENDAR\r\n')
}

/** RFC 7986 §5.1, §5.2, and what programs read that do not know it. */
const headOf = ({ displayName, description, colour }: Collection): string => {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//twin//calendars//EN', 'CALSCALE:GREGORIAN']
  const say = (names: readonly string[], value: string | null) => {
    if (value !== null) for (const name of names) lines.push(`${name}:${escapeText(value)}`)
  }
  say(['NAME', 'X-WR-CALNAME'], displayName)
  say(['DESCRIPTION', 'X-WR-CALDESC'], description)
  say(['X-APPLE-CALENDAR-COLOR'], colour)
  return `${lines.join('\r\n')}\r\n`
}

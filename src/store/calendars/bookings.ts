// The events of a calendar that may take place at any of some times, looked up inside of a write: each once, and what
// recurs for ever by one query for all of the times.
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import { prepared } from '../engine/prepared.ts'
import type { View } from '../engine/types.ts'

const ending = prepared((db, p: { collectionId: number; start: number; end: number }) =>
  db
    .selectFrom('collection_item')
    .select('id')
    .where('collectionId', '=', p.collectionId)
    .where('component', '=', 'VEVENT')
    .where('lastEnd', '>=', p.start)
    .where(({ eb, or }) => or([eb('firstStart', 'is', null), eb('firstStart', '<=', p.end)])),
)

const endless = prepared((db, p: { collectionId: number; end: number }) =>
  db
    .selectFrom('collection_item')
    .select('id')
    .where('collectionId', '=', p.collectionId)
    .where('component', '=', 'VEVENT')
    .where('lastEnd', 'is', null)
    .where(({ eb, or }) => or([eb('firstStart', 'is', null), eb('firstStart', '<=', p.end)])),
)

/** Their ids; `times` are milliseconds UTC. */
export async function eventsAt(view: View, collectionId: number, times: readonly TimeRange[]): Promise<number[]> {
  if (times.length === 0) return []
  const found = new Set<number>()
  const last = Math.max(...times.map(({ end }) => end))
  for (const { id } of await endless.all(view, { collectionId, end: last })) found.add(id)
  for (const { start, end } of times)
    for (const { id } of await ending.all(view, { collectionId, start, end })) found.add(id)
  return [...found]
}

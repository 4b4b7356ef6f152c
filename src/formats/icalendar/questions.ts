// Questions about one object that may take long, in plain data, so that another thread can answer them.

import { instancesOfObject } from '../../limits.ts'
import { collations } from '../collation.ts'
import { bounds, type ObjectBounds } from './bounds.ts'
import { type CalendarData, writeCalendarData } from './calendar-data.ts'
import { tooManyInstances } from './effort.ts'
import { type CompFilter, matchesFilter, type TextMatch } from './filter.ts'
import { type BusyPeriod, busyPeriods, mergeBusy } from './free-busy.ts'
import { type CalendarObject, parseMessage, parseObject } from './object.ts'
import type { TimeRange } from './timing.ts'
import { utc, type Zone } from './zone.ts'
import { zoneIn } from './zones.ts'

/** What a calendar says about the zone of floating times: its text, and what that means. */
export type Floating = { readonly zone: Zone; readonly text: string | undefined }

/** An object's text; `isMessage` where it is one with a METHOD. */
export type ObjectText = { readonly text: string; readonly isMessage: boolean }

export type Question = ObjectText &
  (
    | { readonly kind: 'bounds' }
    | { readonly kind: 'matches'; readonly filter: unknown; readonly floating: string | undefined }
    | { readonly kind: 'data'; readonly asked: CalendarData; readonly floating: string | undefined }
    | {
        readonly kind: 'busy'
        readonly range: TimeRange
        readonly floating: string | undefined
        /** The addresses of whose calendar it is, as the object writes them. */
        readonly self: readonly string[]
      }
  )

export type Answer = ObjectBounds | boolean | string | BusyPeriod[]

/** @throws DomainError of each kind of question. */
export function answer(question: Question): Answer {
  const object = objectOf(question)
  if (question.kind === 'bounds') return bounds(object)
  const floating = question.floating === undefined ? utc : (zoneIn(question.floating) ?? utc)
  switch (question.kind) {
    case 'matches':
      return matchesFilter(withCollations(question.filter) as CompFilter, object, floating)
    case 'data':
      return writeCalendarData(object, question.asked, floating)
    case 'busy':
      return fewBusyPeriods(object, question, floating)
  }
}

/** Merged already: who asks merges them with others, and what is many here is less there. */
function fewBusyPeriods(
  object: CalendarObject,
  { range, self }: Extract<Question, { kind: 'busy' }>,
  floating: Zone,
): BusyPeriod[] {
  const merged = mergeBusy(busyPeriods(object, range, floating, (address) => self.includes(address)))
  if (merged.length > instancesOfObject) throw tooManyInstances()
  return merged
}

export const objectOf = ({ text, isMessage }: ObjectText): CalendarObject =>
  isMessage ? parseMessage(text) : parseObject(text)

/** A filter without functions: collations by their names. */
export const plainFilter = (filter: CompFilter): unknown => mapCollations(filter, ({ name }) => name)

const withCollations = (filter: unknown): unknown =>
  mapCollations(filter, (given) => collations.find(({ name }) => name === (given as unknown as string)))

const mapCollations = (value: unknown, map: (collation: TextMatch['collation']) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => mapCollations(one, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'collation' ? map(one) : mapCollations(one, map)]),
  )
}

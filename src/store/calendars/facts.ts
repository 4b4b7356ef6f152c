// What a calendar object has to be before it is stored (RFC 4791 §5.3.2.1), and what its row keeps of it beside its text.
import { DomainError } from '../../errors.ts'
import { managedIdsOf } from '../../formats/icalendar/attach.ts'
import { checkVavailability } from '../../formats/icalendar/availability.ts'
import { bounds } from '../../formats/icalendar/bounds.ts'
import { properties } from '../../formats/icalendar/component.ts'
import { type CalendarObject, parseObject } from '../../formats/icalendar/object.ts'
import { timeOf, wallOf } from '../../formats/icalendar/values.ts'
import type { ItemFacts } from '../collections/item.ts'
import type { LongRecurrences } from './long-recurrences.ts'

/** @throws DomainError with `detail.precondition`, one of those of §5.3.2.1. */
export const factsOfObject = (content: Buffer): ItemFacts => factsOf(readCalendarObject(content))

/** @throws DomainError with `detail.precondition` for what is no object. */
export const readCalendarObject = (content: Buffer): CalendarObject => parseObject(decode(content))

/** @throws DomainError with `detail.precondition` for an object that is not stored. */
export const factsOf = (object: CalendarObject): ItemFacts => ({ ...plainFacts(object), ...bounds(object) })

/** The same of any object; what recurs often is looked at by another thread. */
export const factsAside = async (recurrences: LongRecurrences, object: CalendarObject, text: () => string) => ({
  ...plainFacts(object),
  ...(await recurrences.answer(
    () => bounds(object),
    () => ({ kind: 'bounds', text: text(), isMessage: false }),
  )),
})

/** All but the time that it takes. */
const plainFacts = (object: CalendarObject): ItemFacts => {
  requireDates(object)
  if (object.type === 'VAVAILABILITY') checkVavailability(object) // RFC 7953 §3.1
  const { uid, type, recurring } = object
  const managedIds = managedIdsOf(object)
  return { uid, component: type, recurring, ...(managedIds.length > 0 && { managedIds }) }
}

const decode = (content: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new DomainError('Forbidden', 'It is not UTF-8', { precondition: 'valid-calendar-data' }) // RFC 5545 §3.1.4
  }
}

/** §5.2.6: `min-date-time` is the first day that there is. No date has more digits than `max-date-time`. */
const requireDates = ({ master, overrides }: CalendarObject): void => {
  for (const component of [...(master ? [master] : []), ...overrides.map((one) => one.component)])
    for (const name of ['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID'])
      for (const line of properties(component, name))
        if (timeOf(line).wall < wallOf(1, 1, 1))
          throw new DomainError('Forbidden', 'There is no year 0', { precondition: 'min-date-time' })
}

// What a calendar takes (RFC 4791 §5.3.2.1); what an object is by itself, store/calendars knows.

import { DomainError } from '../../../errors.ts'
import type { Collection, ItemFacts } from '../../../store/collections/collections.ts'
import { calendarComponents, componentsOf } from './properties.ts'

/** @throws DomainError supported-calendar-component */
export const admitObject = (collection: Collection, { component }: Pick<ItemFacts, 'component'>): void => {
  const taken = componentsOf(collection)
  if (!taken.includes(component) || !(calendarComponents as readonly string[]).includes(component))
    throw new DomainError('Forbidden', `${component} is not for this calendar, which takes ${taken.join(', ')}`, {
      precondition: 'supported-calendar-component',
    })
}

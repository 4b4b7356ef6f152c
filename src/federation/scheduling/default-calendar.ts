// Where invitations go (RFC 6638 §9.2): the calendar that the owner chose, or the first that takes such components.
import type { Collection } from '../../store/collections/collections.ts'

/**
 * @param calendars of one account, by name.
 * @param inbox the same account's.
 */
export function defaultCalendar(
  calendars: readonly Collection[],
  { defaultId }: Pick<Collection, 'defaultId'>,
  component = 'VEVENT',
): Collection | undefined {
  const taking = calendars.filter(
    ({ components, source }) => source === null && (components === null || components.split(' ').includes(component)),
  )
  return taking.find(({ id }) => id === defaultId) ?? taking.find(({ name }) => name === 'calendar') ?? taking[0]
}

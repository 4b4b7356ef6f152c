import { type Check, ok, warning } from './finding.ts'

/** Calendars that come from elsewhere, as far as a running twin looks at them. */
export const checkFeeds: Check = async ({ running }) => {
  if (running === undefined) return []
  if (running.failingFeeds.length === 0) return [ok('every subscribed calendar could be read')]
  return running.failingFeeds.map(({ account, calendar, error }) =>
    warning(
      `${account}'s subscribed calendar ${calendar} cannot be read: ${error ?? 'no reason is known'}`,
      'open its address in a browser; subscribe to another one, or delete the calendar',
    ),
  )
}

// What is asked, as clients ask it.
import type { Ask } from './client.ts'
import { eventName, month } from './events.ts'

const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const declared = '<?xml version="1.0" encoding="utf-8"?>'

const report = (path: string, depth: string, body: string): Ask => ({
  method: 'REPORT',
  path,
  headers: { Depth: depth, 'Content-Type': 'application/xml; charset=utf-8' },
  body: declared + body,
})

const withData = '<D:prop><D:getetag/><C:calendar-data/></D:prop>'

export const monthQuery = (path: string, { start, end } = month): Ask =>
  report(
    path,
    '1',
    `<C:calendar-query ${namespaces}>${withData}<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
  )

/** Events spread over the whole calendar. */
export const multiget = (path: string, events: number): Ask => {
  const hrefs = Array.from({ length: events }, (_, index) => `<D:href>${path}${eventName(index * 9 + 1)}</D:href>`)
  return report(path, '1', `<C:calendar-multiget ${namespaces}>${withData}${hrefs.join('')}</C:calendar-multiget>`)
}

export const syncCollection = (path: string, token: string): Ask =>
  report(
    path,
    '0',
    `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`,
  )

export const syncToken = (path: string): Ask => ({
  method: 'PROPFIND',
  path,
  headers: { Depth: '0', 'Content-Type': 'application/xml; charset=utf-8' },
  body: `${declared}<D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><D:sync-token/><S:getctag/></D:prop></D:propfind>`,
})

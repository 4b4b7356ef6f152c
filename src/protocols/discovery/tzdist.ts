// The time zone data distribution service (RFC 7808), from the data that this program itself reckons with: for clients that
// have none of their own and are given zones by reference (RFC 7809). Everybody may ask; nothing of anybody is in it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { writeComponent } from '../../formats/icalendar/component.ts'
import { ianaZone } from '../../formats/icalendar/iana-zone.ts'
import { writeVtimezone } from '../../formats/icalendar/write-vtimezone.ts'
import { icalendarZoneYears, timezoneObservanceYears } from '../../limits.ts'
import { timezonePath } from '../http/paths.ts'
import type { Context, Mount } from '../http/router.ts'

/** Of the data: Node has them from ICU. */
const version = process.versions.tz ?? 'unknown'

const actions = [
  { name: 'capabilities', template: '/capabilities', parameters: [] },
  { name: 'list', template: '/zones{?changedsince}', parameters: ['changedsince'] },
  { name: 'get', template: '/zones{/tzid}', parameters: [] },
  { name: 'expand', template: '/zones{/tzid}/observances{?start,end}', parameters: ['start', 'end'] },
  { name: 'find', template: '/zones{?pattern}', parameters: ['pattern'] },
] as const

/** §5.1 */
const capabilities = {
  version: 1,
  info: {
    'primary-source': `IANA:${version}`,
    formats: ['text/calendar'],
    truncated: { any: false, untruncated: true },
  },
  actions: actions.map(({ name, template, parameters }) => ({
    name,
    'uri-template': timezonePath + template,
    parameters: parameters.map((parameter) => ({ name: parameter, required: name === 'expand' || name === 'find' })),
  })),
}

const described = (tzid: string) => ({ tzid, etag: version, publisher: 'IANA', version, aliases: [] })

/** §5.2, §5.5: one version of the data has one token. */
const list = (query: URLSearchParams): object => {
  const pattern = query.get('pattern')
  if (pattern === '') throw new Problem('invalid-pattern', 'A pattern has a letter')
  const wanted = pattern === null ? () => true : matching(pattern)
  const unchanged = pattern === null && query.get('changedsince') === version
  const zones = unchanged ? [] : Intl.supportedValuesOf('timeZone').filter(wanted)
  return { synctoken: version, timezones: zones.map(described) }
}

/** §5.5: `*` at the ends stands for anything; case does not matter, and a space is an underscore. */
const matching = (pattern: string): ((tzid: string) => boolean) => {
  const folded = pattern.toLowerCase().replaceAll(' ', '_')
  const [before, after] = [folded.startsWith('*'), folded.length > 1 && folded.endsWith('*')]
  const text = folded.slice(Number(before), folded.length - Number(after))
  return (tzid) => {
    const name = tzid.toLowerCase()
    if (before && after) return name.includes(text)
    return before ? name.endsWith(text) : after ? name.startsWith(text) : name === text
  }
}

/** §5.3 */
const get = (tzid: string): string => {
  const vtimezone = writeVtimezone(tzid, icalendarZoneYears.first, new Date().getUTCFullYear())
  if (vtimezone === undefined) throw new Problem('tzid-not-found', 'There is no such time zone')
  const line = (name: string, value: string) => ({ group: undefined, name, parameters: [], value })
  const properties = [line('VERSION', '2.0'), line('PRODID', '-//twin//timezones//EN')]
  return writeComponent({ name: 'VCALENDAR', properties, components: [vtimezone] })
}

/** §5.4: what is in use at the start, and each change before the end. */
const expand = (tzid: string, query: URLSearchParams): object => {
  const zone = ianaZone(tzid)
  if (zone === undefined) throw new Problem('tzid-not-found', 'There is no such time zone')
  const [start, end] = [instant(query, 'start'), instant(query, 'end')]
  const [first, last] = [new Date(start).getUTCFullYear(), new Date(end).getUTCFullYear()]
  if (end <= start || last - first > timezoneObservanceYears)
    throw new Problem('invalid-end', `The end is after the start, by ${timezoneObservanceYears} years at the most`)
  const observance = (at: number, from: number, to: number) => ({
    name: to > from ? 'Daylight' : 'Standard',
    onset: stamp(at),
    'utc-offset-from': from / 1000,
    'utc-offset-to': to / 1000,
  })
  const now = zone.offsetAt(start)
  const observances = [observance(start, now, now)]
  for (let year = first; year <= last; year++) {
    let from = zone.year(year).before
    for (const { at, offset } of zone.year(year).transitions) {
      if (at > start && at < end) observances.push(observance(at, from, offset))
      from = offset
    }
  }
  return { tzid, start: stamp(start), end: stamp(end), observances }
}

const stamp = (at: number): string => new Date(at).toISOString().replace('.000', '')

const instant = (query: URLSearchParams, name: 'start' | 'end'): number => {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(query.get(name) ?? '')
    ? Date.parse(query.get(name) ?? '')
    : Number.NaN
  if (Number.isNaN(at))
    throw new Problem(`invalid-${name}`, `The ${name} is a time in UTC, such as 2027-01-01T00:00:00Z`)
  return at
}

/** §5.6: an error by the name that the standard has for it. */
class Problem extends Error {
  readonly status: number
  readonly body: string

  constructor(error: string, title: string) {
    super(title)
    this.status = error.endsWith('not-found') || error === 'invalid-action' ? 404 : 400
    this.body = JSON.stringify({ type: `urn:ietf:params:tzdist:error:${error}`, title, status: this.status })
  }
}

type Answer = { readonly type: string; readonly body: string }
const json = (value: object): Answer => ({ type: 'application/json', body: JSON.stringify(value) })

const answerFor = (path: string, query: URLSearchParams): Answer => {
  if (path === '/capabilities') return json(capabilities)
  if (path === '/zones') return json(list(query))
  const [, name = '', observances] = /^\/zones\/(.+?)(\/observances)?$/.exec(path) ?? []
  if (name === '') throw new Problem('invalid-action', 'There is no such action')
  const tzid = decoded(name)
  if (observances !== undefined) return json(expand(tzid, query))
  return { type: 'text/calendar; charset=utf-8', body: get(tzid) }
}

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name)
  } catch {
    throw new Problem('tzid-not-found', 'There is no such time zone')
  }
}

const handle = async (request: IncomingMessage, response: ServerResponse, { path, query }: Context): Promise<void> => {
  try {
    const { type, body } = answerFor(path.slice(timezonePath.length), new URLSearchParams(query))
    const etag = `"${version}"`
    response.setHeader('ETag', etag)
    response.setHeader('Cache-Control', 'max-age=86400')
    response.statusCode = request.headers['if-none-match'] === etag ? 304 : 200
    if (response.statusCode === 304) response.end()
    else send(request, response, type, body)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    response.statusCode = error.status
    send(request, response, 'application/problem+json', error.body)
  }
}

const send = (request: IncomingMessage, response: ServerResponse, type: string, body: string): void => {
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.end(request.method === 'HEAD' ? undefined : body)
}

export const timezones: Mount = { prefix: `${timezonePath}/`, methods: ['GET', 'HEAD'], handle }

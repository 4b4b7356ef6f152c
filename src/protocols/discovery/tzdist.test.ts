import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestServer, send } from '../../../tests/support/http.ts'
import { parseCalendar } from '../../formats/icalendar/component.ts'
import { zoneOf } from '../../formats/icalendar/vtimezone.ts'
import { timezones } from './tzdist.ts'
import { wellKnown } from './well-known.ts'

const open = async () => {
  const server = await createTestServer([...wellKnown, timezones])
  const get = (path: string, headers = {}) =>
    send({ host: '127.0.0.1', servername: 'localhost', port: server.port, ca: server.ca, agent: false, path, headers })
  return { get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('RFC 7808 §4.2.1, §5.1: the service is found at its well-known address and says what it does', async () => {
  await using bench = await open()
  const found = await bench.get('/.well-known/timezone')
  assert.deepEqual([found.status, found.headers.location], [301, '/timezones'])
  const told = JSON.parse((await bench.get('/timezones/capabilities')).body) as {
    version: number
    actions: { name: string; 'uri-template': string }[]
  }
  assert.equal(told.version, 1)
  assert.deepEqual(
    told.actions.map(({ name }) => name),
    ['capabilities', 'list', 'get', 'expand', 'find'],
  )
})

test('RFC 7808 §5.2, §5.5: zones are listed, and found by a part of their name', async () => {
  await using bench = await open()
  const names = async (query: string): Promise<string[]> => {
    const { timezones } = JSON.parse((await bench.get(`/timezones/zones${query}`)).body) as {
      timezones: { tzid: string }[]
    }
    return timezones.map(({ tzid }) => tzid)
  }
  const all = await names('')
  assert.ok(all.length > 400 && all.includes('Europe/Berlin'))
  assert.deepEqual(await names('?pattern=*new%20york'), ['America/New_York'])
  assert.deepEqual(await names('?pattern=europe/berlin'), ['Europe/Berlin'])
  assert.ok((await names('?pattern=*berlin*')).includes('Europe/Berlin'))
  const { synctoken } = JSON.parse((await bench.get('/timezones/zones')).body) as { synctoken: string }
  assert.deepEqual(await names(`?changedsince=${synctoken}`), [], 'nothing changed since')
})

test('RFC 7808 §5.3: a zone as a definition, once for each version of the data', async () => {
  await using bench = await open()
  const { headers, body } = await bench.get('/timezones/zones/America%2FNew_York')
  assert.equal(headers['content-type'], 'text/calendar; charset=utf-8')
  const zone = zoneOf(parseCalendar(body).components[0] ?? assert.fail())
  assert.equal(zone.id, 'America/New_York')
  assert.equal(zone.offsetAt(Date.UTC(2027, 6, 1)), -4 * 3_600_000)
  assert.equal((await bench.get('/timezones/zones/America%2FNew_York', { 'if-none-match': headers.etag })).status, 304)
})

test('RFC 7808 §5.4: the changes of the clocks in a range', async () => {
  await using bench = await open()
  const { body } = await bench.get(
    '/timezones/zones/America%2FNew_York/observances?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z',
  )
  assert.deepEqual(JSON.parse(body), {
    tzid: 'America/New_York',
    start: '2008-01-01T00:00:00Z',
    end: '2009-01-01T00:00:00Z',
    observances: [
      { name: 'Standard', onset: '2008-01-01T00:00:00Z', 'utc-offset-from': -18_000, 'utc-offset-to': -18_000 },
      { name: 'Daylight', onset: '2008-03-09T07:00:00Z', 'utc-offset-from': -18_000, 'utc-offset-to': -14_400 },
      { name: 'Standard', onset: '2008-11-02T06:00:00Z', 'utc-offset-from': -14_400, 'utc-offset-to': -18_000 },
    ],
  })
})

test('RFC 7808 §5.6: what cannot be answered is told by the names of the standard', async () => {
  await using bench = await open()
  for (const [path, status, error] of [
    ['zones/Nowhere%2FLand', 404, 'tzid-not-found'],
    ['zones/%E0%A4%A', 404, 'tzid-not-found'],
    ['nothing', 404, 'invalid-action'],
    ['zones?pattern=', 400, 'invalid-pattern'],
    ['zones/UTC/observances?start=2008-01-01&end=2009-01-01T00:00:00Z', 400, 'invalid-start'],
    ['zones/UTC/observances?start=0001-01-01T00:00:00Z&end=9999-01-01T00:00:00Z', 400, 'invalid-end'],
  ] as const) {
    const answer = await bench.get(`/timezones/${path}`)
    const { type } = JSON.parse(answer.body) as { type: string }
    assert.deepEqual([answer.status, type], [status, `urn:ietf:params:tzdist:error:${error}`], path)
  }
})

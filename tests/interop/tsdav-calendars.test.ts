// tsdav, the CalDAV library of the JavaScript world, from the host's name to a synchronised calendar.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAVClient } from 'tsdav'
import { event } from '../support/calendars.ts'
import { trustingFetch } from '../support/fetch.ts'
import { createTestTwin } from '../support/twin.ts'

// tsdav takes the last line break away.
const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', 'SUMMARY:Lunch').trimEnd()
const dinner = event('dinner', 'DTSTART:20260401T180000Z', 'DURATION:PT2H', 'SUMMARY:Dinner').trimEnd()

test('tsdav finds, makes, fills, queries, synchronises and deletes calendars', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using trusting = trustingFetch(twin.ca)
  const client = new DAVClient({
    serverUrl: `https://localhost:${twin.port}/`,
    credentials: { username: 'ann', password: 'secret-words' },
    authMethod: 'Basic',
    defaultAccountType: 'caldav',
    fetch: trusting.fetch,
  })
  await client.login()
  const home = client.account?.homeUrl ?? ''
  assert.equal(new URL(home).pathname, '/dav/calendars/ann/', 'found through .well-known and the principal')

  await client.makeCalendar({ url: `${home}work/`, props: { displayname: 'Work' } })
  const calendars = await client.fetchCalendars()
  assert.deepEqual(calendars.map(({ displayName }) => displayName).sort(), ['Calendar', 'Tasks', 'Work'])
  const work = calendars.find(({ displayName }) => displayName === 'Work')
  assert.ok(work)

  const create = (filename: string, iCalString: string) =>
    client.createCalendarObject({ calendar: work, filename, iCalString })
  assert.equal((await create('lunch.ics', lunch)).status, 201)
  assert.equal((await create('dinner.ics', dinner)).status, 201)
  assert.equal((await create('lunch.ics', lunch)).status, 412, 'If-None-Match: *')

  const all = await client.fetchCalendarObjects({ calendar: work })
  assert.deepEqual(all.map(({ data }) => data).sort(), [dinner, lunch])
  const march = { start: '2026-03-01T00:00:00Z', end: '2026-03-31T00:00:00Z' }
  const [found, ...more] = await client.fetchCalendarObjects({ calendar: work, timeRange: march })
  assert.deepEqual([found?.data, more.length], [lunch, 0])
  assert.ok(found)

  const changed = { ...found, data: lunch.replace('Lunch', 'Late lunch') }
  assert.equal((await client.updateCalendarObject({ calendarObject: changed })).status, 204)
  assert.equal((await client.updateCalendarObject({ calendarObject: changed })).status, 412, 'the ETag is an old one')

  const synced = await client.smartCollectionSync({
    collection: { ...work, objects: all, objectMultiGet: (asked) => client.calendarMultiGet(asked) },
    method: 'webdav',
    detailedResult: true,
  })
  assert.deepEqual(
    [synced.objects.created.length, synced.objects.updated.length, synced.objects.deleted.length],
    [0, 1, 0],
  )
  const [current] = await client.fetchCalendarObjects({ calendar: work, timeRange: march })
  assert.ok(current)
  assert.equal((await client.deleteCalendarObject({ calendarObject: current })).status, 204)
  assert.equal((await client.fetchCalendarObjects({ calendar: work })).length, 1)
})

// What else tsdav can do: everything of its calendars and contacts that the other two tests do not ask for, above all
// the synchronisation of a whole account.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAVClient, type DAVCollection, DAVNamespaceShort } from 'tsdav'
import { event } from '../support/calendars.ts'
import { trustingFetch } from '../support/fetch.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const login = async (twin: TestTwin, fetch: typeof globalThis.fetch, defaultAccountType: 'caldav' | 'carddav') => {
  const client = new DAVClient({
    serverUrl: `https://localhost:${twin.port}/`,
    credentials: { username: 'ann', password: 'secret-words' },
    authMethod: 'Basic',
    defaultAccountType,
    fetch,
  })
  await client.login()
  return client
}

const lunch = (uid: string, title = uid): string =>
  event(uid, 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', `SUMMARY:${title}`).trimEnd()

const card = (uid: string, name = uid): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`

const { DAV, CALDAV, CARDDAV } = DAVNamespaceShort

test('tsdav follows all calendars of an account: made, changed and removed by another client', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using trusting = trustingFetch(twin.ca)
  const client = await login(twin, trusting.fetch, 'caldav')
  const other = await login(twin, trusting.fetch, 'caldav')
  const home = client.account?.homeUrl ?? ''
  const create = async (collection: string, uid: string) => {
    const made = { calendar: { url: `${home}${collection}/` }, filename: `${uid}.ics`, iCalString: lunch(uid) }
    assert.equal((await other.createCalendarObject(made)).status, 201)
  }
  await other.makeCalendar({ url: `${home}old/`, props: { [`${DAV}:displayname`]: 'Old' } })
  for (const uid of ['a', 'b']) await create('calendar', uid)

  const calendars = await client.fetchCalendars()
  const known = await Promise.all(
    calendars.map(async (calendar) => ({ ...calendar, objects: await client.fetchCalendarObjects({ calendar }) })),
  )
  assert.deepEqual(known.map(({ displayName }) => displayName).sort(), ['Calendar', 'Old', 'Tasks'])
  const nothing = await client.syncCalendarsDetailed({ oldCalendars: known })
  assert.deepEqual([nothing.created.length, nothing.updated.length, nothing.deleted.length], [0, 0, 0])

  await other.makeCalendar({ url: `${home}new/`, props: { [`${DAV}:displayname`]: 'New' } })
  await other.deleteObject({ url: `${home}old/` })
  await create('calendar', 'c')
  const [a, b] = (await other.fetchCalendarObjects({ calendar: { url: `${home}calendar/` } })).toSorted((x, y) =>
    x.url.localeCompare(y.url),
  )
  assert.ok(a && b)
  assert.equal((await other.updateCalendarObject({ calendarObject: { ...a, data: lunch('a', 'Late') } })).status, 204)
  assert.equal((await other.deleteCalendarObject({ calendarObject: b })).status, 204)

  const { created, updated, deleted } = await client.syncCalendarsDetailed({ oldCalendars: known })
  assert.deepEqual(
    [created, deleted].map((some) => some.map(({ displayName }) => displayName)),
    [['New'], ['Old']],
  )
  const data = (updated[0]?.objects ?? []).map((object) => String(object.data))
  assert.deepEqual([updated.length, data.length], [1, 2])
  assert.ok(data.some((text) => text.includes('SUMMARY:Late')) && data.some((text) => text.includes('UID:c')))

  const before = known.find(({ displayName }) => displayName === 'Calendar') as DAVCollection
  for (const method of ['webdav', 'basic'] as const) {
    const collection: DAVCollection = {
      ...before,
      objectMultiGet: (asked) => client.calendarMultiGet(asked),
      fetchObjects: () => client.fetchCalendarObjects({ calendar: before }),
    }
    const { objects } = await client.smartCollectionSyncDetailed({ collection, method })
    const urls = (some: readonly { url: string }[]) => some.map(({ url }) => new URL(url).pathname.split('/').at(-1))
    assert.deepEqual([objects.created, objects.updated, objects.deleted].map(urls), [['c.ics'], ['a.ics'], ['b.ics']])
  }
})

test('tsdav asks for instances, for busy time, for some objects, and for what is there', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using trusting = trustingFetch(twin.ca)
  const client = await login(twin, trusting.fetch, 'caldav')
  const home = client.account?.homeUrl ?? ''
  const url = `${home}calendar/`
  const weekly = event('weekly', 'DTSTART:20260302T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'SUMMARY:Weekly')
  await client.createObject({ url: `${url}weekly.ics`, data: weekly, headers: { 'content-type': 'text/calendar' } })

  const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-15T00:00:00Z' }
  const [instances] = await client.fetchCalendarObjects({ calendar: { url }, timeRange, expand: true })
  assert.equal(String(instances?.data).split('BEGIN:VEVENT').length - 1, 2)
  const [whole] = await client.fetchCalendarObjects({ calendar: { url }, timeRange, useMultiGet: false })
  assert.match(String(whole?.data), /RRULE/)
  const busy = await client.freeBusyQuery({ url, timeRange, depth: '1' })
  assert.match(String(busy.raw), /FREEBUSY[^:]*:.*20260302T090000Z\/.*20260309T090000Z\//s)

  const props = { [`${DAV}:getetag`]: {}, [`${CALDAV}:calendar-data`]: {} }
  const multiGet = (name: string) =>
    client.calendarMultiGet({ url, props, objectUrls: [`/dav/calendars/ann/calendar/${name}`], depth: '1' })
  assert.deepEqual(
    (await multiGet('weekly.ics')).map(({ ok }) => ok),
    [true],
  )
  await assert.rejects(multiGet('none.ics'), /404 Not Found/)
  const filters = [
    { 'comp-filter': { _attributes: { name: 'VCALENDAR' }, 'comp-filter': { _attributes: { name: 'VTODO' } } } },
  ]
  assert.deepEqual(await client.calendarQuery({ url, props, filters, depth: '1' }), [])

  const reports = await client.supportedReportSet({ collection: { url } })
  for (const report of ['calendarQuery', 'calendarMultiget', 'freeBusyQuery', 'syncCollection'])
    assert.ok(reports.includes(report), report)
  const [calendar] = await client.fetchCalendars({ projectedProps: { currentUserPrivilegeSet: true } })
  assert.ok(calendar)
  assert.deepEqual(calendar.components, ['VEVENT'])
  assert.equal((await client.isCollectionDirty({ collection: calendar })).isDirty, false)
  const made = await client.makeCollection({ url: `${home}made/` })
  assert.equal(made[0]?.status, 403, 'a collection that is no calendar is not made here (RFC 4791 §4.2)')
})

test('tsdav follows an address book in both ways, and reads cards by their addresses', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using trusting = trustingFetch(twin.ca)
  const client = await login(twin, trusting.fetch, 'carddav')
  const [addressBook] = await client.fetchAddressBooks()
  assert.ok(addressBook)
  for (const uid of ['a', 'b'])
    await client.createVCard({ addressBook, filename: `${uid}.vcf`, vCardString: card(uid) })
  const [known] = await client.fetchAddressBooks()
  const objects = await client.fetchVCards({ addressBook })
  const [a, b] = objects.toSorted((x, y) => x.url.localeCompare(y.url))
  assert.ok(known && a && b)

  await client.updateVCard({ vCard: { ...a, data: card('a', 'Anna') } })
  await client.deleteVCard({ vCard: b })
  await client.createVCard({ addressBook, filename: 'c.vcf', vCardString: card('c') })
  for (const method of ['webdav', 'basic'] as const) {
    const collection: DAVCollection = {
      ...known,
      objects,
      objectMultiGet: (asked) => client.addressBookMultiGet(asked),
      fetchObjects: () => client.fetchVCards({ addressBook }),
    }
    const { objects: told } = await client.smartCollectionSyncDetailed({ collection, method })
    const urls = (some: readonly { url: string }[]) => some.map(({ url }) => new URL(url).pathname.split('/').at(-1))
    assert.deepEqual([told.created, told.updated, told.deleted].map(urls), [['c.vcf'], ['a.vcf'], ['b.vcf']])
  }
  const props = { [`${DAV}:getetag`]: {}, [`${CARDDAV}:address-data`]: {} }
  const objectUrls = ['/dav/contacts/ann/contacts/a.vcf']
  const [anna] = await client.addressBookMultiGet({ url: addressBook.url, props, objectUrls, depth: '1' })
  assert.match(String(anna?.props?.addressData?._cdata ?? anna?.props?.addressData), /FN:Anna/)
})

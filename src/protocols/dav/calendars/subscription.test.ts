import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALDAV, event, openCalendars, type TestCalendars } from '../../../../tests/support/calendars.ts'
import { told } from '../../../../tests/support/dav.ts'
import { createPerson } from '../../../../tests/support/people.ts'
import { feedOf } from '../../../store/collections/feed.ts'

const CS = 'http://calendarserver.org/ns/'
const spaces = `xmlns:D="DAV:" xmlns:C="${CALDAV}" xmlns:CS="${CS}" xmlns:A="http://apple.com/ns/ical/" xmlns:T="urn:twin:calendars"`

let opened: Awaited<ReturnType<typeof openCalendars>>
let calendars: TestCalendars

before(async () => {
  opened = await openCalendars()
  calendars = opened.calendars
})
after(() => opened[Symbol.asyncDispose]())

const xml = { 'content-type': 'application/xml' }

const source = (url: string) => `<CS:source><D:href>${url}</D:href></CS:source>`

/** RFC 5689: the types and the other properties of a new collection. */
const mkcol = (path: string, types: string, properties: string) =>
  calendars.ask('MKCOL', path, {
    headers: xml,
    body: `<D:mkcol ${spaces}><D:set><D:prop><D:resourcetype>${types}</D:resourcetype>${properties}</D:prop></D:set></D:mkcol>`,
  })

const proppatch = async (path: string, set: string, remove = '') => {
  const part = (name: string, inside: string) => (inside ? `<D:${name}><D:prop>${inside}</D:prop></D:${name}>` : '')
  const body = `<D:propertyupdate ${spaces}>${part('set', set)}${part('remove', remove)}</D:propertyupdate>`
  return calendars.ask('PROPPATCH', path, { headers: xml, body })
}

const asked =
  '<D:resourcetype/><CS:source/><A:refreshrate/><CS:subscribed-strip-alarms/><CS:subscribed-strip-todos/><T:subscription-error/><D:current-user-privilege-set/><C:schedule-calendar-transp/>'

const propfind = async (path: string) => {
  const body = `<D:propfind ${spaces}><D:prop>${asked}</D:prop></D:propfind>`
  const answer = await calendars.ask('PROPFIND', path, { headers: { ...xml, depth: '0' }, body })
  const [first] = told(answer)
  return { text: answer.body.toString(), status: (name: string) => first?.properties.get(name)?.status }
}

const stored = (name: string) => {
  const { store, accountId } = calendars.dav
  return store.read(async (view) => {
    const found = await store.collections.find(view, { accountId, kind: 'calendar', name })
    return { ...found, feed: found && (await feedOf(view, found.id)) }
  })
}

test('a calendar is subscribed when it is made with a source, in each way that clients make one', async () => {
  const url = 'https://feeds.example/holidays.ics'
  const made = await calendars.ask('MKCALENDAR', 'apple/', {
    headers: xml,
    body: `<C:mkcalendar ${spaces}><D:set><D:prop>${source(url)}<A:refreshrate>P1W</A:refreshrate><CS:subscribed-strip-alarms/><CS:subscribed-strip-todos/></D:prop></D:set></C:mkcalendar>`,
  })
  assert.equal(made.status, 201)
  const types = ['<D:collection/><CS:subscribed/>', '<D:collection/><C:calendar/><CS:subscribed/>']
  for (const [index, type] of types.entries())
    assert.equal((await mkcol(`other${index}/`, type, source(url))).status, 201)
  for (const name of ['apple', 'other0', 'other1']) {
    const { source: kept, feed, transparent } = await stored(name)
    assert.deepEqual([kept, feed?.failures, transparent], [url, 0, true])
  }
  assert.deepEqual([(await stored('apple')).refreshRate, (await stored('apple')).strip], ['P1W', 'alarms todos'])
})

test('it says that it is subscribed, from where, how often, and that it cannot be written to', async () => {
  const { text, status } = await propfind('apple/')
  assert.match(
    text,
    /<D:resourcetype><D:collection\/><X:calendar [^>]*\/><X:subscribed xmlns:X="http:\/\/calendarserver.org\/ns\/"\/><\/D:resourcetype>/,
  )
  assert.match(text, /<D:href>https:\/\/feeds.example\/holidays.ics<\/D:href>/)
  assert.match(text, />P1W</)
  assert.equal(status(`{${CS}}subscribed-strip-alarms`), 200)
  assert.equal(status('{urn:twin:calendars}subscription-error'), 404)
  assert.doesNotMatch(text, /<D:bind\/>|<D:write\/>|<D:write-content\/>/)
  assert.equal((await propfind('calendar/')).status(`{${CS}}source`), 404)
})

test('nothing is put into it, moved or copied there, or imported', async () => {
  const text = event('a', 'DTSTART:20260301T120000Z')
  const refused = await calendars.put('apple/a.ics', text)
  assert.equal(refused.status, 403)
  assert.match(refused.body.toString(), /<D:need-privileges><D:resource><D:href>\/dav\/calendars\/ann\/apple\//)
  assert.equal((await calendars.put('calendar/a.ics', text)).status, 201)
  for (const method of ['COPY', 'MOVE']) {
    const headers = { destination: '/dav/calendars/ann/apple/a.ics' }
    assert.equal((await calendars.ask(method, 'calendar/a.ics', { headers })).status, 403)
  }
  assert.equal(
    (await calendars.ask('POST', 'apple/', { body: text, headers: { 'content-type': 'text/calendar' } })).status,
    405,
  )
})

test('what is in it is read and copied, and stays', async () => {
  const { store } = calendars.dav
  const text = event('there', 'DTSTART:20260301T120000Z')
  await store.write(async (tx) => {
    const { accountId } = calendars.dav
    const calendar = await store.collections.find(tx, { accountId, kind: 'calendar', name: 'apple' })
    assert.ok(calendar)
    const staged = store.blobs.small(Buffer.from(text))
    await store.collections.put(tx, calendar, { name: 'there.ics', uid: 'there', component: 'VEVENT', staged })
  })
  assert.equal((await calendars.ask('GET', 'apple/there.ics')).body.toString(), text)
  assert.equal((await calendars.put('apple/there.ics', text)).status, 405)
  assert.equal((await calendars.ask('DELETE', 'apple/there.ics')).status, 405)
  const headers = { destination: '/dav/calendars/ann/calendar/there.ics' }
  assert.equal((await calendars.ask('MOVE', 'apple/there.ics', { headers })).status, 405)
  assert.equal((await calendars.ask('COPY', 'apple/there.ics', { headers })).status, 201)
})

test('its owner names and colours it, subscribes to another address, and makes it a calendar of their own', async () => {
  assert.equal((await proppatch('apple/', '<D:displayname>Feiertage</D:displayname>')).status, 207)
  await proppatch('apple/', source('webcal://feeds.example/other.ics#x'))
  assert.equal((await stored('apple')).source, 'https://feeds.example/other.ics')
  await proppatch('apple/', '', '<CS:source/>')
  assert.deepEqual([(await stored('apple')).source, (await stored('apple')).feed], [null, undefined])
  assert.equal((await calendars.put('apple/b.ics', event('b', 'DTSTART:20260301T120000Z'))).status, 201)
})

test('a calendar with events of its own is not made a subscription, which would take their place', async () => {
  const body = (await proppatch('calendar/', source('https://feeds.example/'))).body.toString()
  assert.match(body, /HTTP\/1.1 409/)
  assert.equal((await stored('calendar')).source, null)
  assert.equal((await calendars.ask('GET', 'calendar/a.ics')).status, 200)
})

test('a source that is no address of the web is refused, and so is a subscription without one', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://feeds.example/', 'nonsense', 'https://feeds.example:25/', ''])
    assert.equal((await mkcol('bad/', '<D:collection/><CS:subscribed/>', source(url))).status, 400, url)
  assert.equal((await mkcol('bad/', '<D:collection/><CS:subscribed/>', '')).status, 403)
  assert.equal((await calendars.ask('GET', 'bad/')).status, 404)
})

test('an invitation to a meeting that a subscribed calendar has, too, comes to a calendar of one’s own', async () => {
  const { store, password } = calendars.dav
  const bob = await createPerson(store, 'bob', password)
  const at = (name: string) => ({ accountId: bob.id, kind: 'calendar', name }) as const
  const text = event('meeting', 'DTSTART:20260301T120000Z')
  await store.write(async (tx) => {
    const team = await store.collections.create(tx, at('a-team'), { source: 'https://feeds.example/team.ics' })
    const staged = store.blobs.small(Buffer.from(text))
    await store.collections.put(tx, team, { name: 'm.ics', uid: 'meeting', component: 'VEVENT', staged })
    const own = await store.collections.find(tx, at('calendar'))
    assert.ok(own)
    await store.collections.remove(tx, own)
    await store.collections.create(tx, at('z-own'))
  })
  const address = (name: string) => `mailto:${name}@${store.domain}`
  const people = [`ORGANIZER:${address('ann')}`, `ATTENDEE:${address('ann')}`, `ATTENDEE:${address('bob')}`]
  const meeting = event('meeting', 'DTSTART:20260301T120000Z', ...people)
  assert.equal((await calendars.put('calendar/meeting.ics', meeting)).status, 201)
  const there = (name: string) =>
    store.read(async (view) => {
      const calendar = await store.collections.find(view, at(name))
      assert.ok(calendar)
      return (await store.collections.itemByUid(view, calendar, 'meeting'))?.scheduleTag
    })
  assert.equal(await there('a-team'), null)
  assert.ok(await there('z-own'))
})

test('it goes when it is deleted', async () => {
  assert.equal((await calendars.ask('DELETE', 'other0/')).status, 204)
  assert.equal((await stored('other0')).feed, undefined)
})

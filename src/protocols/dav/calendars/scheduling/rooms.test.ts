import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV, event } from '../../../../../tests/support/calendars.ts'
import { type Told, told } from '../../../../../tests/support/dav.ts'
import { createPerson } from '../../../../../tests/support/people.ts'
import { conditionIn, openHouse, type TestHouse } from '../../../../../tests/support/scheduling.ts'
import { child, elements } from '../../../../formats/xml/element.ts'

const booked = event('a', 'DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'SUMMARY:Secret')

async function openLibrary(): Promise<TestHouse> {
  const house = await openHouse()
  await createPerson(house.dav.store, 'olga', house.dav.password, { isAdmin: true })
  assert.equal((await house.put('olga', 'library/calendar/a.ics', booked)).status, 201)
  return house
}

const privileges = (found: Told | undefined): string[] => {
  const set = found?.properties.get('{DAV:}current-user-privilege-set')?.element
  return set
    ? elements(set)
        .flatMap(elements)
        .map(({ name }) => name)
    : []
}

const report = (house: TestHouse, as: string, name: string, inside: string) =>
  house.ask(as, 'REPORT', 'library/', {
    body: `<C:${name} xmlns:D="DAV:" xmlns:C="${CALDAV}">${inside}</C:${name}>`,
    headers: { 'content-type': 'application/xml' },
  })

const day = '<C:time-range start="20260302T000000Z" end="20260303T000000Z"/>'

describe('the calendar of a room', () => {
  it('tells everybody when it is busy, and nothing else (RFC 4791 §6.1.1)', async () => {
    await using house = await openLibrary()
    const { status, body } = await report(house, 'bob', 'free-busy-query', day)
    assert.equal(status, 200)
    assert.match(body.toString(), /FREEBUSY:20260302T100000Z\/20260302T110000Z/)
    assert.ok(!body.toString().includes('Secret'))
    const [home, ...members] = told(await house.ask('bob', 'PROPFIND', 'library/', { headers: { depth: '1' } }))
    assert.equal(home?.href, '/dav/calendars/library/')
    assert.deepEqual(members, [])
    const [found] = await house.dav.find('/dav/calendars/library/', '<D:current-user-privilege-set/>', {
      absolute: true,
      as: 'bob',
    })
    assert.ok(privileges(found).includes('read-free-busy'))
    assert.ok(!privileges(found).includes('write'))
    const query = await report(house, 'bob', 'calendar-query', '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>')
    assert.equal(conditionIn(query), '403 supported-report')
    for (const path of ['library/calendar/', 'library/calendar/a.ics', 'library/inbox/', 'library/outbox/'])
      assert.equal((await house.ask('bob', 'PROPFIND', path, { headers: { depth: '0' } })).status, 404, path)
    assert.equal((await house.put('bob', 'library/calendar/b.ics', booked)).status, 404)
    assert.equal((await house.ask('bob', 'MKCALENDAR', 'library/mine/')).status, 404)
  })

  it('is open in full to who looks after the twin, who says when it can be had', async () => {
    await using house = await openLibrary()
    const got = await house.ask('olga', 'GET', 'library/calendar/a.ics')
    assert.equal(got.body.toString(), booked)
    const available = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VAVAILABILITY',
      'UID:v',
      'DTSTAMP:20260101T000000Z',
      'END:VAVAILABILITY',
      'END:VCALENDAR',
    ].join('\r\n')
    const set = `<D:set><D:prop><C:calendar-availability>${available}</C:calendar-availability></D:prop></D:set>`
    assert.equal(
      told(await house.set('olga', 'library/inbox/', set))[0]?.properties.get(`{${CALDAV}}calendar-availability`)
        ?.status,
      200,
    )
    const { body } = await report(house, 'bob', 'free-busy-query', day)
    assert.match(body.toString(), /FBTYPE=BUSY-UNAVAILABLE:20260302T000000Z\/20260302T100000Z/)
    assert.equal((await house.ask('olga', 'DELETE', 'library/calendar/a.ics')).status, 204)
  })

  it('is no way into the calendars of people', async () => {
    await using house = await openLibrary()
    for (const path of ['bob/', 'bob/calendar/', 'bob/inbox/', 'nobody/'])
      assert.equal((await house.ask('olga', 'PROPFIND', path, { headers: { depth: '0' } })).status, 404, path)
    assert.equal((await house.ask('ann', 'PROPFIND', 'bob/', { headers: { depth: '0' } })).status, 404)
  })
})

describe('the privileges of scheduling (RFC 6638 §6)', () => {
  it('are told of inbox and outbox', async () => {
    await using house = await openHouse()
    const find = async (path: string, prop: string) =>
      (await house.dav.find(`/dav/calendars/ann/${path}`, prop, { absolute: true }))[0]
    const inbox = privileges(await find('inbox/', '<D:current-user-privilege-set/>'))
    for (const name of [
      'read',
      'schedule-deliver',
      'schedule-deliver-invite',
      'schedule-deliver-reply',
      'schedule-query-freebusy',
    ])
      assert.ok(inbox.includes(name), name)
    const outbox = privileges(await find('outbox/', '<D:current-user-privilege-set/>'))
    for (const name of ['schedule-send', 'schedule-send-invite', 'schedule-send-reply', 'schedule-send-freebusy'])
      assert.ok(outbox.includes(name), name)
    const supported = await find('outbox/', '<D:supported-privilege-set/>')
    const all = supported?.properties.get('{DAV:}supported-privilege-set')?.element
    const inside = all && child(all, 'DAV:', 'supported-privilege')
    assert.ok(
      inside &&
        elements(inside)
          .flatMap(elements)
          .flatMap(elements)
          .some(({ name }) => name === 'schedule-send'),
    )
  })
})

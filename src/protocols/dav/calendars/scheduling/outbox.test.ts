import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV, event } from '../../../../../tests/support/calendars.ts'
import { told } from '../../../../../tests/support/dav.ts'
import {
  answered,
  conditionIn,
  freeBusyRequest,
  openHouse,
  type TestHouse,
} from '../../../../../tests/support/scheduling.ts'
import { freeBusyAttendees, largestCalendarObject } from '../../../../limits.ts'

const day = ['DTSTART:20260302T000000Z', 'DTEND:20260303T000000Z']
const ann = 'ORGANIZER:mailto:ann@localhost'
const attendee = (name: string) => `ATTENDEE:mailto:${name}@localhost`

const periodsOf = async (house: TestHouse, name: string, ...lines: string[]): Promise<string[]> => {
  const [found] = answered(await house.busy('ann', ann, ...day, attendee(name), ...lines))
  return found?.periods ?? []
}

const at = (from: string, to: string, ...lines: string[]): string[] => [
  `DTSTART:20260302T${from}Z`,
  `DTEND:20260302T${to}Z`,
  ...lines,
]

describe('a request for busy time (RFC 6638 §5)', () => {
  it('is answered for each attendee, in their order, and what is nobody’s here is told as such', async () => {
    await using house = await openHouse()
    await house.put('bob', 'bob/calendar/a.ics', event('a', ...at('100000', '110000', 'SUMMARY:Secret')))
    const attendees = ['bob', 'nobody', 'library'].map(attendee)
    const found = answered(await house.busy('ann', ann, ...day, ...attendees, 'ATTENDEE:mailto:x@example.com'))
    assert.deepEqual(
      found.map(({ recipient, status, periods }) => [recipient, status, periods]),
      [
        ['mailto:bob@localhost', '2.0;Success', ['BUSY 20260302T100000Z/20260302T110000Z']],
        ['mailto:nobody@localhost', '3.7;Invalid Calendar User', []],
        ['mailto:library@localhost', '2.0;Success', []],
        ['mailto:x@example.com', '3.7;Invalid Calendar User', []],
      ],
    )
    const data = found[0]?.data ?? ''
    for (const line of ['METHOD:REPLY', 'UID:question', ann, attendee('bob'), ...day])
      assert.ok(data.includes(`${line}\r\n`), line)
    assert.ok(!data.includes('Secret'), 'nothing but times')
  })

  it('counts opaque calendars, and in them what takes time of the attendee’s', async () => {
    await using house = await openHouse()
    const put = (uid: string, ...lines: string[]) => house.put('bob', `bob/calendar/${uid}.ics`, event(uid, ...lines))
    const bob = (partstat: string) => [
      'ORGANIZER:mailto:x@example.com',
      `ATTENDEE;PARTSTAT=${partstat}:mailto:BOB@localhost`,
    ]
    await put('busy', ...at('010000', '020000'))
    await put('tentative', ...at('030000', '040000', 'STATUS:TENTATIVE'))
    await put('cancelled', ...at('050000', '060000', 'STATUS:CANCELLED'))
    await put('transparent', ...at('070000', '080000', 'TRANSP:TRANSPARENT'))
    await put('declined', ...at('090000', '100000', ...bob('DECLINED')))
    await put('maybe', ...at('110000', '120000', ...bob('NEEDS-ACTION')))
    await put('accepted', ...at('130000', '140000', ...bob('ACCEPTED')))
    await house.ask('bob', 'MKCALENDAR', 'bob/private/')
    await house.put('bob', 'bob/private/p.ics', event('p', ...at('150000', '160000')))
    const counted = [
      'BUSY 20260302T010000Z/20260302T020000Z',
      'BUSY-TENTATIVE 20260302T030000Z/20260302T040000Z',
      'BUSY-TENTATIVE 20260302T110000Z/20260302T120000Z',
      'BUSY 20260302T130000Z/20260302T140000Z',
    ]
    assert.deepEqual(await periodsOf(house, 'bob'), [...counted, 'BUSY 20260302T150000Z/20260302T160000Z'])
    const transparent =
      '<D:set><D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set>'
    await house.set('bob', 'bob/private/', transparent)
    assert.deepEqual(await periodsOf(house, 'bob'), counted)
  })

  it('puts times without a zone, and whole days, where the calendar is', async () => {
    await using house = await openHouse()
    await house.set(
      'bob',
      'bob/calendar/',
      '<D:set><D:prop><C:calendar-timezone>Europe/Berlin</C:calendar-timezone></D:prop></D:set>',
    )
    await house.ask('bob', 'MKCALENDAR', 'bob/other/')
    await house.put('bob', 'bob/calendar/a.ics', event('a', 'DTSTART:20260302T100000', 'DURATION:PT1H'))
    await house.put('bob', 'bob/other/b.ics', event('b', 'DTSTART;VALUE=DATE:20260303'))
    assert.deepEqual(await periodsOf(house, 'bob'), [
      'BUSY 20260302T090000Z/20260302T100000Z',
      'BUSY 20260302T230000Z/20260303T000000Z',
    ])
  })

  it('is answered over the availability in the inbox and in calendars (RFC 7953 §7.2)', async () => {
    await using house = await openHouse()
    const available = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VAVAILABILITY',
      'UID:v',
      'DTSTAMP:20260101T000000Z',
      'BEGIN:AVAILABLE',
      'UID:w',
      'DTSTART;TZID=Europe/Berlin:20260105T090000',
      'DTEND;TZID=Europe/Berlin:20260105T170000',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
      'END:AVAILABLE',
      'END:VAVAILABILITY',
      'END:VCALENDAR',
      '',
    ].join('\r\n')
    const set = `<D:set><D:prop><C:calendar-availability>${available}</C:calendar-availability></D:prop></D:set>`
    assert.equal(
      told(await house.set('bob', 'bob/inbox/', set))[0]?.properties.get(`{${CALDAV}}calendar-availability`)?.status,
      200,
    )
    await house.put('bob', 'bob/calendar/a.ics', event('a', ...at('150000', '170000')))
    const expected = [
      'BUSY-UNAVAILABLE 20260302T000000Z/20260302T080000Z',
      'BUSY 20260302T150000Z/20260302T170000Z',
      'BUSY-UNAVAILABLE 20260302T170000Z/20260303T000000Z',
    ]
    assert.deepEqual(await periodsOf(house, 'bob'), expected)
    await house.set('bob', 'bob/inbox/', '<D:remove><D:prop><C:calendar-availability/></D:prop></D:remove>')
    assert.deepEqual(await periodsOf(house, 'bob'), expected.slice(1, 2))
    await house.ask('bob', 'MKCALENDAR', 'bob/hours/')
    assert.equal((await house.put('bob', 'bob/hours/v.ics', available)).status, 201)
    assert.deepEqual(await periodsOf(house, 'bob'), expected)
    assert.equal(
      conditionIn(
        await house.put(
          'bob',
          'bob/hours/w.ics',
          available.replace('UID:v', 'UID:x').replace('DTSTART;TZID=Europe/Berlin:20260105T090000', 'X-NONE:1'),
        ),
      ),
      '403 valid-calendar-data',
    )
  })

  it('does not count the meeting itself that is being moved, if it is one’s own', async () => {
    await using house = await openHouse()
    const meeting = (organizer: string) =>
      at(
        '100000',
        '110000',
        `ORGANIZER:mailto:${organizer}@localhost`,
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@localhost',
      )
    await house.put(
      'bob',
      'bob/calendar/a.ics',
      event('mine', ...meeting('x')).replaceAll('x@localhost', 'ann@localhost'),
    )
    await house.put(
      'bob',
      'bob/calendar/b.ics',
      event('theirs', ...meeting('x')).replaceAll('x@localhost', 'x@example.com'),
    )
    assert.equal((await periodsOf(house, 'bob')).length, 1)
    await house.ask('bob', 'DELETE', 'bob/calendar/b.ics')
    assert.deepEqual(await periodsOf(house, 'bob', 'X-CALENDARSERVER-MASK-UID:mine'), [])
    await house.put(
      'bob',
      'bob/calendar/b.ics',
      event('theirs', ...at('120000', '130000', 'ORGANIZER:mailto:x@example.com')),
    )
    assert.equal((await periodsOf(house, 'bob', 'X-CALENDARSERVER-MASK-UID:theirs')).length, 2)
  })

  it('is refused by the name of what is wrong with it (§5.2)', async () => {
    await using house = await openHouse()
    const condition = async (...lines: string[]) => conditionIn(await house.busy('ann', ...lines))
    const post = async (body: string, type = 'text/calendar') =>
      conditionIn(await house.ask('ann', 'POST', 'ann/outbox/', { body, headers: { 'content-type': type } }))
    assert.equal(await condition('ORGANIZER:mailto:bob@localhost', ...day, attendee('bob')), '403 valid-organizer')
    assert.equal(await condition(...day, attendee('bob')), '403 valid-scheduling-message')
    assert.equal(await condition(ann, ...day), '403 valid-scheduling-message')
    assert.equal(await condition(ann, 'DTSTART:20260302T000000Z', attendee('bob')), '403 valid-scheduling-message')
    assert.equal(
      await condition(ann, 'DTSTART:20260303T000000Z', 'DTEND:20260302T000000Z', attendee('bob')),
      '403 valid-scheduling-message',
    )
    assert.equal(
      await condition(ann, 'DTSTART:soon', 'DTEND:20260302T000000Z', attendee('bob')),
      '403 valid-calendar-data',
    )
    const good = freeBusyRequest(ann, ...day, attendee('bob'))
    assert.equal(await post(good.replace('METHOD:REQUEST', 'METHOD:PUBLISH')), '403 valid-scheduling-message')
    assert.equal(await post(good.replaceAll('VFREEBUSY', 'VEVENT')), '403 valid-scheduling-message')
    assert.equal(await post('hello'), '403 valid-calendar-data')
    assert.equal(await post(good, 'text/plain'), '403 supported-calendar-data')
    assert.equal(await post(good.padEnd(largestCalendarObject + 1)), '403 max-resource-size')
    const many = Array.from({ length: freeBusyAttendees + 1 }, (_, index) => attendee(`a${index}`))
    assert.equal(await condition(ann, ...day, ...many), '403 max-attendees-per-instance')
  })

  it('for all of time is answered, or refused where that would take too much', async () => {
    await using house = await openHouse()
    const all = ['DTSTART:00010101T000000Z', 'DTEND:99991231T235959Z']
    const ask = () => house.busy('ann', ann, ...all, attendee('bob'))
    await house.put('bob', 'bob/calendar/a.ics', event('a', ...at('100000', '110000')))
    assert.equal(answered(await ask())[0]?.periods.length, 1)
    for (const uid of ['b', 'c', 'd'])
      await house.put('bob', `bob/calendar/${uid}.ics`, event(uid, ...at('120000', '121500'), 'RRULE:FREQ=HOURLY'))
    assert.equal(conditionIn(await ask()), '403 max-instances')
  })

  it('is posted to one’s own outbox alone, and nothing is ever in it', async () => {
    await using house = await openHouse()
    const body = freeBusyRequest(ann, ...day, attendee('bob'))
    const headers = { 'content-type': 'text/calendar' }
    assert.equal((await house.ask('ann', 'POST', 'bob/outbox/', { body, headers })).status, 404)
    assert.equal((await house.ask('ann', 'POST', 'ann/inbox/', { body, headers })).status, 405)
    assert.equal((await house.put('ann', 'ann/outbox/a.ics', event('a', ...at('100000', '110000')))).status, 405)
    assert.equal((await house.ask('ann', 'DELETE', 'ann/outbox/')).status, 405)
    assert.equal(told(await house.ask('ann', 'PROPFIND', 'ann/outbox/', { headers: { depth: '1' } })).length, 1)
  })
})

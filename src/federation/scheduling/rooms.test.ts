import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { calendarText, component, event } from '../../../tests/support/calendars.ts'
import { told } from '../../../tests/support/dav.ts'
import { answered, openHouse, type TestHouse } from '../../../tests/support/scheduling.ts'
import { property } from '../../formats/icalendar/component.ts'
import { componentsOf } from '../../formats/icalendar/itip/instances.ts'
import { attendeesOf, partstatOf } from '../../formats/icalendar/itip/participants.ts'
import { parseObject } from '../../formats/icalendar/object.ts'

// A year ahead of the day on which the tests run, so that the room looks there.
const year = new Date().getUTCFullYear() + 1
const monday = (() => {
  const first = new Date(Date.UTC(year, 0, 1))
  return 1 + ((8 - first.getUTCDay()) % 7)
})()
const date = (weeks = 0): string =>
  new Date(Date.UTC(year, 0, monday + 7 * weeks)).toISOString().slice(0, 10).replaceAll('-', '')

const invitation = (organizer: string, ...others: string[]): string[] => [
  `ORGANIZER:mailto:${organizer}@localhost`,
  `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${organizer}@localhost`,
  ...others.map((name) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${name}@localhost`),
]

const meeting = (uid: string, organizer: string, ...lines: string[]): string =>
  event(uid, ...lines, ...invitation(organizer, 'library'))

const at = (start: string, end: string, weeks = 0): string[] => [
  `DTSTART:${date(weeks)}T${start}Z`,
  `DTEND:${date(weeks)}T${end}Z`,
]

/** The room's answers in somebody's copy, by RECURRENCE-ID; the master's under ''. */
const room = async (house: TestHouse, as: string, path: string, name = 'library'): Promise<Record<string, string>> => {
  const { status, body } = await house.ask(as, 'GET', path)
  assert.equal(status, 200)
  return Object.fromEntries(
    componentsOf(parseObject(body.toString())).map((one) => {
      const line = attendeesOf(one).find(({ value }) => value === `mailto:${name}@localhost`)
      return [property(one, 'RECURRENCE-ID')?.value ?? '', line ? partstatOf(line) : '']
    }),
  )
}

const put = async (house: TestHouse, as: string, uid: string, text: string) => {
  const answer = await house.put(as, `${as}/calendar/${uid}.ics`, text)
  assert.ok(answer.status === 201 || answer.status === 204, `${answer.status} ${answer.body}`)
  return answer
}

describe('a room that is invited', () => {
  it('answers in the write that invites it: it takes what it is free for', async () => {
    await using house = await openHouse()
    const written = await put(house, 'ann', 'a', meeting('a', 'ann', ...at('100000', '110000')))
    assert.equal(written.headers.etag, undefined, 'what is stored is not what was sent')
    assert.deepEqual(await room(house, 'ann', 'ann/calendar/a.ics'), { '': 'ACCEPTED' })
    await put(house, 'bob', 'b', meeting('b', 'bob', ...at('103000', '113000')))
    assert.deepEqual(await room(house, 'bob', 'bob/calendar/b.ics'), { '': 'DECLINED' })
    await put(house, 'bob', 'c', meeting('c', 'bob', ...at('110000', '120000')))
    assert.deepEqual(await room(house, 'bob', 'bob/calendar/c.ics'), { '': 'ACCEPTED' })
    const ask = [
      `DTSTART:${date()}T000000Z`,
      `DTEND:${date()}T235900Z`,
      'ORGANIZER:mailto:bob@localhost',
      'ATTENDEE:mailto:library@localhost',
    ]
    const [busy] = answered(await house.busy('bob', ...ask))
    assert.deepEqual(busy?.periods, [`BUSY ${date()}T100000Z/${date()}T120000Z`])
  })

  it('tells the other attendees what it answered', async () => {
    await using house = await openHouse()
    await put(house, 'ann', 'a', event('a', ...at('100000', '110000'), ...invitation('ann', 'bob', 'library')))
    const propfind = await house.ask('bob', 'PROPFIND', 'bob/calendar/', { headers: { depth: '1' } })
    const [, copy] = told(propfind)
    const path = copy?.href.slice('/dav/calendars/'.length) ?? ''
    assert.deepEqual(await room(house, 'bob', path), { '': 'ACCEPTED' })
    assert.deepEqual(await room(house, 'bob', path, 'bob'), { '': 'NEEDS-ACTION' })
  })

  it('takes a series without the instances that it is taken for', async () => {
    await using house = await openHouse()
    await put(house, 'ann', 'a', meeting('a', 'ann', ...at('100000', '110000', 2)))
    await put(house, 'bob', 'b', meeting('b', 'bob', ...at('100000', '110000'), 'RRULE:FREQ=WEEKLY;COUNT=5'))
    assert.deepEqual(await room(house, 'bob', 'bob/calendar/b.ics'), {
      '': 'ACCEPTED',
      [`${date(2)}T100000Z`]: 'DECLINED',
    })
    await put(house, 'cleo', 'c', meeting('c', 'cleo', ...at('100000', '110000', 3)))
    assert.deepEqual(await room(house, 'cleo', 'cleo/calendar/c.ics'), { '': 'DECLINED' }, 'the series has it')
  })

  it('is free again when a meeting is cancelled, or moved', async () => {
    await using house = await openHouse()
    await put(house, 'ann', 'a', meeting('a', 'ann', ...at('100000', '110000')))
    await house.ask('ann', 'DELETE', 'ann/calendar/a.ics')
    await put(house, 'bob', 'b', meeting('b', 'bob', ...at('100000', '110000')))
    assert.deepEqual(await room(house, 'bob', 'bob/calendar/b.ics'), { '': 'ACCEPTED' })
    await put(house, 'ann', 'c', meeting('c', 'ann', ...at('120000', '130000')))
    await put(house, 'bob', 'b', meeting('b', 'bob', ...at('123000', '133000'), 'SEQUENCE:1'))
    assert.deepEqual(await room(house, 'bob', 'bob/calendar/b.ics'), { '': 'DECLINED' }, 'it is asked again')
    await put(house, 'cleo', 'd', meeting('d', 'cleo', ...at('100000', '110000')))
    assert.deepEqual(await room(house, 'cleo', 'cleo/calendar/d.ics'), { '': 'ACCEPTED' })
  })

  it('is had by one of two who book it at once', async () => {
    await using house = await openHouse()
    const names = ['ann', 'bob', 'cleo']
    await Promise.all(names.map((name) => put(house, name, name, meeting(name, name, ...at('100000', '110000')))))
    const answers = await Promise.all(names.map((name) => room(house, name, `${name}/calendar/${name}.ics`)))
    assert.deepEqual(answers.map((one) => one['']).sort(), ['ACCEPTED', 'DECLINED', 'DECLINED'])
  })

  it('is not taken when it is closed (RFC 7953), and two rooms answer for themselves', async () => {
    await using house = await openHouse()
    const { store } = house.dav
    const closed = calendarText(
      ...component('VAVAILABILITY', 'v').toSpliced(
        -1,
        0,
        ...component('AVAILABLE', 'w', `DTSTART:${date()}T080000Z`, `DTEND:${date()}T180000Z`, 'RRULE:FREQ=DAILY'),
      ),
    )
    await store.write(async (tx) => {
      await store.accounts.create(tx, { name: 'attic', kind: 'room' })
      const library = await store.accounts.byName(tx, 'library')
      const inbox = await store.collections.inbox(tx, library?.id ?? 0)
      await store.collections.update(tx, inbox, { availability: closed })
    })
    const text = event('a', ...at('190000', '200000'), ...invitation('ann', 'library', 'attic'))
    await put(house, 'ann', 'a', text)
    assert.deepEqual(await room(house, 'ann', 'ann/calendar/a.ics'), { '': 'DECLINED' })
    assert.deepEqual(await room(house, 'ann', 'ann/calendar/a.ics', 'attic'), { '': 'ACCEPTED' })
    await put(house, 'ann', 'b', meeting('b', 'ann', ...at('090000', '100000')))
    assert.deepEqual(await room(house, 'ann', 'ann/calendar/b.ics'), { '': 'ACCEPTED' })
  })
})

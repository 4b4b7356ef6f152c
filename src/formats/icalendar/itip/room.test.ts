import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { calendarText, component, event } from '../../../../tests/support/calendars.ts'
import { rooms } from '../../../limits.ts'
import { type Component, property } from '../component.ts'
import { ianaZone } from '../iana-zone.ts'
import { parseObject } from '../object.ts'
import type { TimeRange } from '../timing.ts'
import { DAY, formatUtc, parseTime } from '../values.ts'
import { utc, type Zone } from '../zone.ts'
import { componentsOf } from './instances.ts'
import { ownLine, partstatOf } from './participants.ts'
import { bookingOf } from './room.ts'

const at = (text: string): number => parseTime(text).wall
const isSelf = (address: string): boolean => address === 'mailto:room@localhost'
const people = ['ORGANIZER:mailto:ann@localhost', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@localhost']
const room = 'ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:room@localhost'
const meeting = (...lines: string[]): string => event('m', ...lines, ...people, room)

const now = at('20260301T000000Z')
const ahead = { start: now, end: now + rooms.aheadMilliseconds }

/** Its answers by RECURRENCE-ID, the master's under ''. */
const answersTo = (
  text: string,
  taken: readonly TimeRange[] = [],
  floating: Zone = utc,
): Record<string, string> | undefined => {
  const booking = bookingOf(parseObject(text), { isSelf, ahead, floating })
  const isTaken = (time: TimeRange) => taken.some((one) => one.start < time.end && one.end > time.start)
  return (
    booking && Object.fromEntries(componentsOf(booking.answer(isTaken)).map((one) => [keyIn(one), partstatIn(one)]))
  )
}

const keyIn = (one: Component) => property(one, 'RECURRENCE-ID')?.value ?? ''
const partstatIn = (one: Component): string => {
  const own = ownLine(one, isSelf)
  return own ? partstatOf(own) : ''
}

const from = (start: string, hours = 1): TimeRange => ({ start: at(start), end: at(start) + hours * 3_600_000 })

describe('a room', () => {
  it('takes what it is free for, and declines what it is not', () => {
    const once = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z')
    assert.deepEqual(answersTo(once), { '': 'ACCEPTED' })
    assert.deepEqual(
      answersTo(once, [from('20260302T090000Z'), from('20260302T110000Z')]),
      { '': 'ACCEPTED' },
      'next to it',
    )
    assert.deepEqual(answersTo(once, [from('20260302T103000Z')]), { '': 'DECLINED' })
  })

  it('takes a series but for the instances that it is not free for', () => {
    const weekly = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=5')
    assert.deepEqual(answersTo(weekly), { '': 'ACCEPTED' })
    assert.deepEqual(answersTo(weekly, [from('20260309T100000Z'), from('20260316T080000Z', 4)]), {
      '': 'ACCEPTED',
      '20260309T100000Z': 'DECLINED',
      '20260316T100000Z': 'DECLINED',
    })
  })

  it('takes none of a series that it is taken for most of', () => {
    const weekly = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'RRULE:FREQ=WEEKLY;COUNT=5')
    assert.deepEqual(answersTo(weekly, [from('20260309T000000Z', 15 * 24)]), { '': 'DECLINED' })
    const daily = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'RRULE:FREQ=DAILY')
    const many = Array.from({ length: rooms.declinedInstances + 1 }, (_, index) =>
      from(formatUtc(at('20260303T100000Z') + 2 * index * DAY)),
    )
    assert.deepEqual(answersTo(daily, many), { '': 'DECLINED' })
    assert.equal(Object.keys(answersTo(daily, many.slice(1)) ?? {}).length, 1 + rooms.declinedInstances)
  })

  it('looks ahead as far as it can, and takes nothing that is denser than it looks', () => {
    const endless = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'RRULE:FREQ=DAILY')
    const beyond = from(formatUtc(at('20260302T100000Z') + 500 * DAY))
    assert.deepEqual(answersTo(endless, [beyond]), { '': 'ACCEPTED' })
    const hourly = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T101000Z', 'RRULE:FREQ=HOURLY')
    assert.deepEqual(answersTo(hourly), { '': 'DECLINED' })
    assert.deepEqual(
      answersTo(meeting('DTSTART:20200302T100000Z', 'DTEND:20200302T110000Z')),
      { '': 'ACCEPTED' },
      'the past',
    )
  })

  it('decides about an exception by its own time', () => {
    const weekly = component(
      'VEVENT',
      'm',
      'DTSTART:20260302T100000Z',
      'DTEND:20260302T110000Z',
      'RRULE:FREQ=WEEKLY;COUNT=3',
      ...people,
      room,
    )
    const moved = component(
      'VEVENT',
      'm',
      'RECURRENCE-ID:20260309T100000Z',
      'DTSTART:20260309T150000Z',
      'DTEND:20260309T160000Z',
      ...people,
      room,
    )
    const text = calendarText(...weekly, ...moved)
    assert.deepEqual(answersTo(text, [from('20260309T100000Z')]), { '': 'ACCEPTED', '20260309T100000Z': 'ACCEPTED' })
    assert.deepEqual(answersTo(text, [from('20260309T150000Z')]), { '': 'ACCEPTED', '20260309T100000Z': 'DECLINED' })
  })

  it('is asked about what needs an answer alone', () => {
    const accepted = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z').replace('NEEDS-ACTION', 'ACCEPTED')
    assert.equal(answersTo(accepted, [from('20260302T100000Z')]), undefined)
    assert.equal(answersTo(meeting('DTSTART:20260302T100000Z', 'STATUS:CANCELLED')), undefined)
    assert.equal(answersTo(event('m', 'DTSTART:20260302T100000Z', ...people)), undefined)
    const moved = component(
      'VEVENT',
      'm',
      'RECURRENCE-ID:20260309T100000Z',
      'DTSTART:20260309T150000Z',
      'DTEND:20260309T160000Z',
      ...people,
      room,
    )
    const series = component(
      'VEVENT',
      'm',
      'DTSTART:20260302T100000Z',
      'DTEND:20260302T110000Z',
      'RRULE:FREQ=WEEKLY;COUNT=3',
      ...people,
      room.replace('NEEDS-ACTION', 'ACCEPTED'),
    )
    assert.deepEqual(
      answersTo(calendarText(...series, ...moved), [from('20260302T100000Z'), from('20260309T150000Z')]),
      {
        '': 'ACCEPTED',
        '20260309T100000Z': 'DECLINED',
      },
    )
  })

  it('puts whole days and floating times where it is', () => {
    const berlin = ianaZone('Europe/Berlin') ?? utc
    const day = meeting('DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=WEEKLY;COUNT=3')
    const before = [from('20260308T233000Z', 0.25)]
    assert.deepEqual(answersTo(day, before, berlin), { '': 'ACCEPTED', '20260309': 'DECLINED' })
    assert.deepEqual(answersTo(day, before), { '': 'ACCEPTED' })
    const floating = meeting('DTSTART:20260302T100000', 'DTEND:20260302T110000')
    assert.deepEqual(answersTo(floating, [from('20260302T093000Z', 0.25)], berlin), { '': 'DECLINED' })
  })

  it('is taken by a meeting that takes no time of who arranges it, and says no more than its answer', () => {
    const text = meeting('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'TRANSP:TRANSPARENT')
    const booking = bookingOf(parseObject(text), { isSelf, ahead, floating: utc })
    const [answered] = booking ? componentsOf(booking.answer(() => false)) : []
    assert.equal(answered && property(answered, 'TRANSP')?.value, 'OPAQUE')
    const own = answered && ownLine(answered, isSelf)
    assert.deepEqual(
      own?.parameters.map(({ name }) => name),
      ['CUTYPE', 'PARTSTAT'],
    )
  })
})

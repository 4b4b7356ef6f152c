import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isOf, mail, meeting, now, text, valueIn, week, weekly } from '../../../../tests/support/itip.ts'
import type { CalendarObject } from '../object.ts'
import { organizerMessages } from './organizer.ts'

const told = (before: CalendarObject | undefined, after: CalendarObject | undefined) =>
  organizerMessages({ before, after, now }).map(
    ({ method, recipient, significant, calendar }) =>
      `${method}${significant ? '' : ' quietly'} ${recipient.slice(7, 10)} ${calendar.components
        .filter(({ name }) => name !== 'VTIMEZONE')
        .map((one) => valueIn(one, 'RECURRENCE-ID') ?? 'all')
        .join()}`,
  )

describe('an organizer’s change', () => {
  it('invites whom it names, but not the organizer (RFC 6638 §3.2.1.1)', () => {
    assert.deepEqual(told(undefined, meeting(['ann', 'bob', 'cid'])), ['REQUEST bob all', 'REQUEST cid all'])
  })

  it('tells everybody when the meeting moves, and who is new (RFC 6638 §3.2.1.2)', () => {
    const after = meeting(['bob', 'cid'], 'LOCATION:Garden')
    assert.deepEqual(told(meeting(['bob']), after), ['REQUEST bob all', 'REQUEST cid all'])
  })

  it('tells nobody of what is no change', () => {
    assert.deepEqual(told(meeting(['bob']), meeting(['bob'], 'LAST-MODIFIED:20260102T000000Z')), [])
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM']
    assert.deepEqual(told(meeting(['bob']), meeting(['bob'], ...alarm)), [])
  })

  it('tells others of an answer without making a matter of it', () => {
    const after = meeting(['bob;PARTSTAT=ACCEPTED', 'cid'])
    assert.deepEqual(told(meeting(['bob', 'cid']), after), ['REQUEST quietly bob all', 'REQUEST quietly cid all'])
  })

  it('cancels for whom it no longer names, and for all when it is deleted (RFC 6638 §3.2.1.3)', () => {
    assert.deepEqual(told(meeting(['bob', 'cid']), meeting(['cid'])), ['CANCEL bob all', 'REQUEST cid all'])
    assert.deepEqual(told(meeting(['bob', 'cid']), undefined), ['CANCEL bob all', 'CANCEL cid all'])
  })

  it('cancels by STATUS:CANCELLED as well, once (RFC 5546 §3.2.5)', () => {
    const cancelled = meeting(['bob'], 'STATUS:CANCELLED', 'SEQUENCE:1')
    assert.deepEqual(told(meeting(['bob']), cancelled), ['CANCEL bob all'])
    assert.deepEqual(told(cancelled, undefined), [])
    assert.deepEqual(told(cancelled, meeting(['bob'], 'SEQUENCE:2')), ['REQUEST bob all'])
  })

  it('names one attendee in a CANCEL, raises SEQUENCE and says CANCELLED (RFC 5546 §3.2.5)', () => {
    const [message] = organizerMessages({ before: meeting(['bob', 'cid'], 'SEQUENCE:4'), after: undefined, now })
    const cancelled = message?.calendar.components[0]
    assert.ok(cancelled)
    assert.equal(valueIn(cancelled, 'SEQUENCE'), '5')
    assert.equal(valueIn(cancelled, 'STATUS'), 'CANCELLED')
    assert.deepEqual(
      cancelled.properties.filter(({ name }) => name === 'ATTENDEE').map(({ value }) => value),
      [mail('bob')],
    )
  })

  it('leaves to the client whom the client schedules, and nobody’s to nobody (RFC 6638 §7.1)', () => {
    const clients = meeting(['bob;SCHEDULE-AGENT=CLIENT', 'cid;SCHEDULE-AGENT=NONE', 'dan;SCHEDULE-AGENT=X-ELSE'])
    assert.deepEqual(told(undefined, clients), [])
    assert.deepEqual(told(meeting(['bob']), meeting(['bob;SCHEDULE-AGENT=CLIENT'])), ['CANCEL bob all'])
    assert.deepEqual(told(meeting(['bob;SCHEDULE-AGENT=CLIENT']), meeting(['bob'])), ['REQUEST bob all'])
  })

  it('sends again what SCHEDULE-FORCE-SEND asks for (RFC 6638 §7.2)', () => {
    const after = meeting(['bob;SCHEDULE-FORCE-SEND=REQUEST', 'cid'])
    assert.deepEqual(told(meeting(['bob', 'cid']), after), ['REQUEST bob all'])
  })

  it('says nothing in a message that is between a client and its server (RFC 6638 §7)', () => {
    const after = meeting(
      ['bob;SCHEDULE-AGENT=SERVER;SCHEDULE-STATUS=1.2;SCHEDULE-FORCE-SEND=REQUEST'],
      'X-MOZ-LASTACK:20260101T000000Z',
    )
    const [message] = organizerMessages({ before: undefined, after, now })
    assert.ok(message)
    assert.doesNotMatch(text(message.calendar), /SCHEDULE-|LASTACK/)
    assert.match(text(message.calendar), /^METHOD:REQUEST\r$/m)
    assert.match(text(message.calendar), /DTSTAMP:20260105T000000Z/)
  })
})

describe('an organizer’s change to instances', () => {
  it('is told to those of the instance alone (RFC 6638 §3.2.6)', () => {
    const after = weekly(['bob'], [], week('12', ['bob', 'eve']))
    const messages = organizerMessages({ before: weekly(['bob']), after, now })
    const eves = messages.find(({ recipient }) => isOf('eve')(recipient))
    assert.ok(eves)
    assert.doesNotMatch(text(eves.calendar), /RRULE/)
    assert.equal(valueIn(eves.calendar.components[0], 'RECURRENCE-ID'), '20260112T100000Z')
  })

  it('is an EXDATE to who is left out of one (RFC 6638 §3.2.6)', () => {
    const after = weekly(['bob', 'cid'], [], week('12', ['cid']))
    const bobs = (was: CalendarObject | undefined) =>
      organizerMessages({ before: was, after, now }).filter(({ recipient }) => isOf('bob')(recipient))
    assert.deepEqual(
      bobs(weekly(['bob', 'cid'])).map(
        ({ method, calendar }) => `${method} ${valueIn(calendar.components[0], 'RECURRENCE-ID')}`,
      ),
      ['CANCEL 20260112T100000Z'],
    )
    const [invited] = bobs(undefined)
    assert.ok(invited)
    assert.match(text(invited.calendar), /EXDATE:20260112T100000Z/)
    assert.doesNotMatch(text(invited.calendar), /RECURRENCE-ID/)
  })

  it('cancels what an EXDATE takes out, and what STATUS:CANCELLED says (RFC 5546 §3.2.5)', () => {
    const without = weekly(['bob'], ['EXDATE:20260112T100000Z'])
    assert.deepEqual(told(weekly(['bob']), without), ['CANCEL bob 20260112T100000Z'])
    const cancelled = weekly(['bob'], [], week('12', ['bob'], { more: ['STATUS:CANCELLED', 'SEQUENCE:1'] }))
    assert.deepEqual(told(weekly(['bob']), cancelled), ['CANCEL bob 20260112T100000Z'])
    assert.deepEqual(told(cancelled, cancelled), [])
  })

  it('is one request where an instance moves or comes back', () => {
    const moved = weekly(['bob'], [], week('12', ['bob'], { at: '20260113T100000Z' }))
    assert.deepEqual(told(weekly(['bob']), moved), ['REQUEST bob all,20260112T100000Z'])
    assert.deepEqual(told(moved, weekly(['bob'])), ['REQUEST bob all'])
    assert.deepEqual(told(weekly(['bob'], ['EXDATE:20260112T100000Z']), weekly(['bob'])), ['REQUEST bob all'])
  })

  it('cancels the one instance that somebody was invited to', () => {
    const before = weekly(['bob'], [], week('12', ['bob', 'eve']))
    assert.deepEqual(told(before, weekly(['bob'], [], week('12', ['bob']))), [
      'REQUEST bob all,20260112T100000Z',
      'CANCEL eve 20260112T100000Z',
    ])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  answers,
  calendarOf,
  isOf,
  mail,
  meeting,
  now,
  objectOf,
  text,
  valueIn,
  vevent,
  week,
  weekly,
} from '../../../../tests/support/itip.ts'
import { type Component, parseCalendar } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { attendeeMessages } from './attendee.ts'
import { type Message, organizerMessages } from './organizer.ts'
import { receive } from './receive.ts'

const take = (
  message: Pick<Message, 'method' | 'originator' | 'calendar'> | undefined,
  existing: CalendarObject | undefined,
  who: string,
  inOrder = true,
) => {
  assert.ok(message)
  return receive({ ...message, existing, isSelf: isOf(who), inOrder, now })
}

const changed = (outcome: ReturnType<typeof receive>): CalendarObject => {
  assert.equal(outcome.kind, 'changed')
  return (outcome as { object: CalendarObject }).object
}

const sent = (before: CalendarObject | undefined, after: CalendarObject | undefined, to = 'bob'): Message[] =>
  organizerMessages({ before, after, now }).filter(({ recipient }) => isOf(to)(recipient))

const reply = (before: CalendarObject, after: CalendarObject): Message | undefined =>
  attendeeMessages({ before, after, isSelf: isOf('bob'), now })[0]

const ignored = (outcome: ReturnType<typeof receive>) => (outcome.kind === 'ignored' ? outcome.reason : outcome.kind)

const by = (method: string, who: string, ...lines: string[]) => ({
  method: method as Message['method'],
  originator: mail(who),
  calendar: parseCalendar(calendarOf(`METHOD:${method}`, ...lines)) as Component,
})

describe('REQUEST', () => {
  it('makes an object of what nobody knew, without METHOD (RFC 4791 §4.1)', () => {
    const object = changed(take(sent(undefined, meeting(['bob']))[0], undefined, 'bob'))
    assert.doesNotMatch(text(object.calendar), /METHOD/)
    assert.deepEqual(answers(object, 'bob'), { all: 'NEEDS-ACTION' })
  })

  it('leaves what is the attendee’s own (RFC 6638 §3.2.2.1)', () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM']
    const mine = meeting(['bob;PARTSTAT=ACCEPTED'], 'TRANSP:TRANSPARENT', 'CATEGORIES:own', 'X-MINE:1', ...alarm)
    const [message] = sent(
      meeting(['bob;PARTSTAT=ACCEPTED']),
      meeting(['bob;PARTSTAT=ACCEPTED'], 'LOCATION:Garden', 'CATEGORIES:anns'),
    )
    const stored = text(changed(take(message, mine, 'bob')).calendar)
    for (const kept of [
      'LOCATION:Garden',
      'PARTSTAT=ACCEPTED',
      'TRANSP:TRANSPARENT',
      'CATEGORIES:own',
      'X-MINE:1',
      'BEGIN:VALARM',
    ])
      assert.ok(stored.includes(kept), kept)
    assert.doesNotMatch(stored, /anns/)
  })

  it('that is older than what is there is ignored, by SEQUENCE and then by DTSTAMP (RFC 5546 §2.1.5)', () => {
    const [message] = sent(undefined, meeting(['bob'], 'SEQUENCE:1'))
    assert.equal(ignored(take(message, meeting(['bob'], 'SEQUENCE:2'), 'bob', false)), 'old')
    const newer = objectOf(
      ...text(meeting(['bob'], 'SEQUENCE:1').calendar)
        .replace('DTSTAMP:2026', 'DTSTAMP:2027')
        .split('\r\n')
        .slice(3, -2),
    )
    assert.equal(ignored(take(message, newer, 'bob', false)), 'old')
    assert.equal(ignored(take(message, newer, 'bob', true)), 'changed')
  })

  it('of somebody else’s meeting, or of one’s own, is ignored', () => {
    const theirs = objectOf(
      ...text(meeting(['bob']).calendar)
        .replace('ORGANIZER:mailto:ann', 'ORGANIZER:mailto:eve')
        .split('\r\n')
        .slice(3, -2),
    )
    assert.equal(ignored(take(sent(undefined, theirs)[0], meeting(['bob']), 'bob')), 'not-entitled')
    assert.equal(ignored(take(sent(undefined, meeting(['bob']))[0], meeting(['bob']), 'ann')), 'not-entitled')
    assert.equal(
      ignored(take(sent(undefined, meeting(['bob']))[0], objectOf(...vevent('DTSTART:20260105T100000Z')), 'bob')),
      'not-entitled',
    )
  })

  it('keeps an answer that is on its way, where messages can overtake each other', () => {
    const [message] = sent(meeting(['bob']), meeting(['bob'], 'LOCATION:Garden'))
    assert.deepEqual(answers(changed(take(message, meeting(['bob;PARTSTAT=ACCEPTED']), 'bob', false)), 'bob'), {
      all: 'ACCEPTED',
    })
  })

  it('leaves out an instance that the attendee took out', () => {
    const mine = weekly(['bob'], ['EXDATE:20260112T100000Z'])
    const after = weekly(['bob'], ['LOCATION:Garden'], week('12', ['bob;PARTSTAT=DECLINED']))
    const object = changed(take(sent(weekly(['bob']), after)[0], mine, 'bob'))
    assert.match(text(object.calendar), /EXDATE:20260112T100000Z/)
    assert.equal(object.overrides.length, 0)
  })

  it('leaves the attendee’s alarm of one instance', () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM']
    const mine = weekly(['bob'], [], week('12', ['bob'], { more: alarm }))
    const object = changed(take(sent(weekly(['bob']), weekly(['bob'], ['LOCATION:Garden']))[0], mine, 'bob'))
    assert.equal(object.overrides[0]?.component.components.length, 1)
    assert.equal(valueIn(object.overrides[0]?.component, 'LOCATION'), 'Garden')
  })

  it('for one instance adds it to what is known', () => {
    const before = weekly([], [], week('12', ['bob']))
    const after = weekly([], [], week('12', ['bob']), week('19', ['bob']))
    const mine = changed(take(sent(undefined, before)[0], undefined, 'bob'))
    const object = changed(take(sent(before, after)[0], mine, 'bob'))
    assert.deepEqual(Object.keys(answers(object, 'bob')), ['20260112T100000Z', '20260119T100000Z'])
  })
})

describe('CANCEL (RFC 5546 §3.2.5)', () => {
  it('marks the meeting, and one instance of it', () => {
    const whole = changed(take(sent(meeting(['bob']), undefined)[0], meeting(['bob']), 'bob'))
    assert.equal(valueIn(whole.master, 'STATUS'), 'CANCELLED')
    const [message] = sent(weekly(['bob']), weekly(['bob'], ['EXDATE:20260112T100000Z']))
    const one = changed(take(message, weekly(['bob']), 'bob'))
    assert.equal(valueIn(one.master, 'STATUS'), undefined)
    assert.equal(valueIn(one.overrides[0]?.component, 'STATUS'), 'CANCELLED')
    assert.equal(valueIn(one.overrides[0]?.component, 'DTSTART'), '20260112T100000Z')
  })

  it('of what nobody knows, or from somebody else, changes nothing', () => {
    const [message] = sent(meeting(['bob']), undefined)
    assert.equal(ignored(take(message, undefined, 'bob')), 'unknown')
    const theirs = objectOf(
      ...text(meeting(['bob']).calendar)
        .replace('ORGANIZER:mailto:ann', 'ORGANIZER:mailto:eve')
        .split('\r\n')
        .slice(3, -2),
    )
    assert.equal(ignored(take(message, theirs, 'bob')), 'not-entitled')
    assert.equal(ignored(take(message, meeting(['bob'], 'SEQUENCE:9'), 'bob', false)), 'old')
  })
})

describe('REPLY (RFC 5546 §3.2.3)', () => {
  it('sets one attendee’s PARTSTAT, and SCHEDULE-STATUS (RFC 6638 §7.3)', () => {
    const message = reply(meeting(['bob', 'cid']), meeting(['bob;PARTSTAT=ACCEPTED', 'cid']))
    const outcome = take(message, meeting(['bob', 'cid']), 'ann')
    assert.ok(outcome.kind === 'changed' && outcome.answersOnly)
    assert.deepEqual(answers(outcome.object, 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(answers(outcome.object, 'cid'), { all: 'NEEDS-ACTION' })
    assert.match(text(outcome.object.calendar), /SCHEDULE-STATUS=2\.0/)
  })

  it('for one instance makes a component of it', () => {
    const message = reply(weekly(['bob']), weekly(['bob'], [], week('12', ['bob;PARTSTAT=DECLINED'])))
    const object = changed(take(message, weekly(['bob']), 'ann'))
    assert.deepEqual(answers(object, 'bob'), { all: 'NEEDS-ACTION', '20260112T100000Z': 'DECLINED' })
  })

  it('to an older revision is ignored, and so is one that was overtaken (RFC 5546 §2.1.5)', () => {
    const message = reply(meeting(['bob']), meeting(['bob;PARTSTAT=ACCEPTED']))
    assert.equal(ignored(take(message, meeting(['bob'], 'SEQUENCE:1'), 'ann')), 'old')
    const later = {
      ...message,
      calendar: by('REPLY', 'bob', ...vevent(`ORGANIZER:${mail('ann')}`, `ATTENDEE;PARTSTAT=DECLINED:${mail('bob')}`))
        .calendar,
    } as Message
    const object = changed(take(message, meeting(['bob']), 'ann', false))
    assert.equal(ignored(take(later, object, 'ann', false)), 'old')
  })

  it('of somebody who is not invited, or in another’s name, is ignored', () => {
    const answer = (who: string) => vevent(`ORGANIZER:${mail('ann')}`, `ATTENDEE;PARTSTAT=ACCEPTED:${mail(who)}`)
    assert.equal(ignored(take(by('REPLY', 'eve', ...answer('eve')), meeting(['bob']), 'ann')), 'not-entitled')
    assert.equal(ignored(take(by('REPLY', 'eve', ...answer('bob')), meeting(['bob']), 'ann')), 'not-entitled')
    assert.equal(ignored(take(by('REPLY', 'bob', ...answer('bob')), undefined, 'ann')), 'unknown')
  })

  it('that delegates adds the delegate, who may answer then (RFC 5546 §3.2.3)', () => {
    const after = meeting([
      'bob;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dan@example.org"',
      'dan;DELEGATED-FROM="mailto:bob@example.org"',
    ])
    const object = changed(take(reply(meeting(['bob']), after), meeting(['bob']), 'ann'))
    assert.deepEqual(answers(object, 'dan'), { all: 'NEEDS-ACTION' })
    const [request] = sent(meeting(['bob']), object, 'dan')
    assert.equal(request?.method, 'REQUEST')
    const dans = vevent(
      `ORGANIZER:${mail('ann')}`,
      `ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="${mail('bob')}":${mail('dan')}`,
    )
    assert.deepEqual(answers(changed(take(by('REPLY', 'dan', ...dans), object, 'ann')), 'dan'), { all: 'ACCEPTED' })
    assert.deepEqual(answers(changed(take(by('REPLY', 'dan', ...dans), meeting(['bob']), 'ann')), 'dan'), {
      all: 'ACCEPTED',
    })
  })
})

describe('other methods', () => {
  it('ADD adds an instance to what recurs (RFC 5546 §3.2.4)', () => {
    const extra = vevent(
      'DTSTART:20260108T100000Z',
      'DURATION:PT2H',
      'SEQUENCE:1',
      `ORGANIZER:${mail('ann')}`,
      `ATTENDEE:${mail('bob')}`,
    )
    const object = changed(take(by('ADD', 'ann', ...extra), weekly(['bob']), 'bob'))
    assert.match(text(object.calendar), /RDATE:20260108T100000Z/)
    assert.equal(valueIn(object.overrides[0]?.component, 'DURATION'), 'PT2H')
    assert.equal(ignored(take(by('ADD', 'ann', ...extra), undefined, 'bob')), 'unknown')
  })

  it('REFRESH asks for the present state, if it is from somebody invited (RFC 5546 §3.2.6)', () => {
    const lines = vevent(`ORGANIZER:${mail('ann')}`, `ATTENDEE:${mail('bob')}`)
    assert.equal(ignored(take(by('REFRESH', 'bob', ...lines), meeting(['bob']), 'ann')), 'refresh')
    assert.equal(ignored(take(by('REFRESH', 'eve', ...lines), meeting(['bob']), 'ann')), 'not-entitled')
  })

  it('COUNTER, DECLINECOUNTER and PUBLISH are for a person to read (RFC 5546 §3.2.7, §3.2.8)', () => {
    for (const method of ['COUNTER', 'DECLINECOUNTER', 'PUBLISH'])
      assert.equal(
        ignored(take(by(method, 'bob', ...vevent('DTSTART:20260105T100000Z')), meeting(['bob']), 'ann')),
        'told',
      )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  answers,
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
import { isDomainError } from '../../../errors.ts'
import type { CalendarObject } from '../object.ts'
import { attended, attendeeMessages } from './attendee.ts'

const isBob = isOf('bob')
const store = (before: CalendarObject, after: CalendarObject) => attended(before, after, isBob)
const refused = (before: CalendarObject, after: CalendarObject) =>
  assert.throws(
    () => store(before, after),
    (error) => isDomainError(error) && error.detail.precondition === 'allowed-attendee-scheduling-object-change',
  )
const replies = (before: CalendarObject | undefined, after: CalendarObject | undefined) =>
  attendeeMessages({ before, after, isSelf: isBob, now }).map(({ method, recipient, calendar }) => {
    const parts = calendar.components.map((one) => {
      const line = one.properties.find(({ name, value }) => name === 'ATTENDEE' && value === mail('bob'))
      const partstat = line?.parameters.find(({ name }) => name === 'PARTSTAT')?.values[0]
      return `${valueIn(one, 'RECURRENCE-ID') ?? 'all'} ${partstat}`
    })
    return `${method} ${recipient.slice(7, 10)} ${parts.join()}`
  })

describe('an attendee may (RFC 6638 §3.2.2.1)', () => {
  it('answer, set TRANSP and alarms, and note what is their own', () => {
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM']
    const after = meeting(['bob;PARTSTAT=ACCEPTED'], 'TRANSP:TRANSPARENT', 'CATEGORIES:own', 'X-MINE:1', ...alarm)
    const stored = text(store(meeting(['bob']), after).calendar)
    for (const kept of ['PARTSTAT=ACCEPTED', 'TRANSP:TRANSPARENT', 'CATEGORIES:own', 'X-MINE:1', 'BEGIN:VALARM'])
      assert.ok(stored.includes(kept), kept)
  })

  it('answer for one instance, or take it out', () => {
    const after = weekly(['bob'], ['EXDATE:20260119T100000Z'], week('12', ['bob;PARTSTAT=DECLINED']))
    assert.deepEqual(answers(store(weekly(['bob']), after), 'bob'), {
      all: 'NEEDS-ACTION',
      '20260112T100000Z': 'DECLINED',
    })
  })

  it('write the same in other words', () => {
    const other = objectOf(
      ...vevent(
        'DTSTART:20260105T100000Z',
        'DURATION:PT1H',
        'SUMMARY:Meet',
        ' ing',
        `ORGANIZER:${mail('ann')}`,
        `ATTENDEE;PARTSTAT=TENTATIVE:${mail('bob').toUpperCase()}`,
      ),
    )
    assert.deepEqual(answers(store(meeting(['bob']), other), 'bob'), { all: 'TENTATIVE' })
  })

  it('not change when it is, its name, who organizes it, or what else is the organizer’s (§3.2.4.4)', () => {
    const before = meeting(['bob', 'cid'])
    const was = text(before.calendar)
    for (const [from, to] of [
      ['DTEND:20260105T110000Z', 'DTEND:20260105T120000Z'],
      ['SUMMARY:Meeting', 'SUMMARY:Party'],
      ['SUMMARY:Meeting', 'SUMMARY:Meeting\r\nLOCATION:Garden'],
      ['ORGANIZER:mailto:ann', 'ORGANIZER:mailto:bob'],
      ['ATTENDEE:mailto:bob@example.org\r\n', ''],
      ['SUMMARY:Meeting', 'SUMMARY:Meeting\r\nATTENDEE:mailto:eve@example.org'],
      ['SUMMARY:Meeting', 'SUMMARY:Meeting\r\nRRULE:FREQ=DAILY'],
    ] as const)
      refused(before, objectOf(...was.replace(from, to).split('\r\n').slice(3, -2)))
  })

  it('not bring back an instance, nor make one up', () => {
    refused(weekly(['bob'], ['EXDATE:20260112T100000Z']), weekly(['bob']))
    refused(weekly(['bob']), weekly(['bob'], [], week('13', ['bob'])))
    refused(weekly(['bob'], [], week('12', ['bob'], { at: '20260113T100000Z' })), weekly(['bob']))
    refused(weekly(['bob']), weekly(['bob'], [], week('12', ['bob'], { at: '20260113T100000Z' })))
  })

  it('repeat old answers of others, which stay what they are', () => {
    const before = meeting(['bob', 'cid;PARTSTAT=ACCEPTED'], 'SEQUENCE:2', 'DESCRIPTION:Anns')
    const rewritten = meeting(['bob;PARTSTAT=ACCEPTED', 'cid'], 'SEQUENCE:0', 'DESCRIPTION:<p>Anns</p>')
    const stored = store(before, rewritten)
    assert.deepEqual(answers(stored, 'cid'), { all: 'ACCEPTED' })
    assert.equal(valueIn(stored.master, 'SEQUENCE'), '2')
    assert.equal(valueIn(stored.master, 'DESCRIPTION'), 'Anns')
  })

  it('say how far a task is', () => {
    const task = (...more: string[]) =>
      objectOf(
        'BEGIN:VTODO',
        'UID:task',
        'DTSTAMP:20260101T000000Z',
        'SUMMARY:Do',
        `ORGANIZER:${mail('ann')}`,
        `ATTENDEE:${mail('bob')}`,
        ...more,
        'END:VTODO',
      )
    const done = task('STATUS:COMPLETED', 'PERCENT-COMPLETE:100', 'COMPLETED:20260105T000000Z')
    assert.equal(valueIn(store(task('STATUS:NEEDS-ACTION'), done).master, 'STATUS'), 'COMPLETED')
    const [reply] = attendeeMessages({ before: task(), after: done, isSelf: isBob, now })
    assert.equal(valueIn(reply?.calendar.components[0], 'PERCENT-COMPLETE'), '100')
  })
})

describe('an attendee’s reply', () => {
  it('is sent when the answer changes, and only then (RFC 6638 §3.2.2.3)', () => {
    assert.deepEqual(replies(meeting(['bob']), meeting(['bob;PARTSTAT=ACCEPTED'])), ['REPLY ann all ACCEPTED'])
    assert.deepEqual(replies(meeting(['bob']), meeting(['bob'], 'TRANSP:TRANSPARENT')), [])
  })

  it('names the attendee alone (RFC 5546 §3.2.3)', () => {
    const [reply] = attendeeMessages({
      before: meeting(['bob', 'cid']),
      after: meeting(['bob;PARTSTAT=ACCEPTED', 'cid'], 'SEQUENCE:3'),
      isSelf: isBob,
      now,
    })
    assert.ok(reply)
    const lines = text(reply.calendar)
    assert.doesNotMatch(lines, /cid@/)
    for (const line of ['METHOD:REPLY', 'SEQUENCE:3', 'UID:meeting', 'REQUEST-STATUS:2.0;Success'])
      assert.ok(lines.includes(line), line)
  })

  it('is for one instance where one is answered or taken out', () => {
    const after = weekly(['bob'], ['EXDATE:20260119T100000Z'], week('12', ['bob;PARTSTAT=TENTATIVE']))
    assert.deepEqual(replies(weekly(['bob']), after), [
      'REPLY ann 20260112T100000Z TENTATIVE,20260119T100000Z DECLINED',
    ])
  })

  it('declines what is deleted, but not what is cancelled or declined (RFC 6638 §3.2.2.4)', () => {
    assert.deepEqual(replies(meeting(['bob;PARTSTAT=ACCEPTED']), undefined), ['REPLY ann all DECLINED'])
    assert.deepEqual(replies(meeting(['bob;PARTSTAT=DECLINED']), undefined), [])
    assert.deepEqual(replies(meeting(['bob'], 'STATUS:CANCELLED'), undefined), [])
  })

  it('is not sent where the client does it, and sent at once where it is forced (RFC 6638 §7.1, §7.2)', () => {
    const withOrganizer = (parameters: string, partstat: string) =>
      objectOf(
        ...text(meeting([`bob${partstat}`]).calendar)
          .replace('ORGANIZER', `ORGANIZER${parameters}`)
          .split('\r\n')
          .slice(3, -2),
      )
    assert.deepEqual(replies(meeting(['bob']), withOrganizer(';SCHEDULE-AGENT=CLIENT', ';PARTSTAT=ACCEPTED')), [])
    assert.deepEqual(replies(meeting(['bob']), withOrganizer(';SCHEDULE-FORCE-SEND=REPLY', '')), [
      'REPLY ann all undefined',
    ])
  })

  it('goes out with a copy that came by another way (RFC 6638 §3.2.2.2)', () => {
    assert.deepEqual(replies(undefined, meeting(['bob;PARTSTAT=ACCEPTED'])), ['REPLY ann all ACCEPTED'])
    assert.deepEqual(replies(undefined, meeting(['bob'])), [])
  })

  it('tells whom it delegates to, and forwards them the request (RFC 5546 §3.2.2.3)', () => {
    const after = meeting([
      'bob;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dan@example.org"',
      'dan;DELEGATED-FROM="mailto:bob@example.org"',
    ])
    const stored = store(meeting(['bob']), after)
    const messages = attendeeMessages({ before: meeting(['bob']), after: stored, isSelf: isBob, now })
    assert.deepEqual(
      messages.map(({ method, recipient }) => `${method} ${recipient}`),
      [`REPLY ${mail('ann')}`, `REQUEST ${mail('dan')}`],
    )
    assert.match(text(messages[0]?.calendar as never), /mailto:dan/)
  })
})

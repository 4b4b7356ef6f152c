import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  answers,
  isOf,
  meeting,
  objectOf,
  text,
  valueIn,
  vevent,
  week,
  weekly,
} from '../../../../tests/support/itip.ts'
import type { CalendarObject } from '../object.ts'
import { revised, withoutForce } from './revise.ts'

const revise = (before: CalendarObject, after: CalendarObject) => revised(before, after, isOf('ann'))
const later = (people: string[], ...more: string[]) =>
  objectOf(
    ...vevent(
      'DTSTART:20260106T100000Z',
      'DTEND:20260106T110000Z',
      'SUMMARY:Meeting',
      'ORGANIZER:mailto:ann@example.org',
      ...people.map((one) => `ATTENDEE:mailto:${one}@example.org`),
      ...more,
    ),
  )

describe('SEQUENCE (RFC 5546 §2.1.4)', () => {
  it('is raised where a client moved the meeting and forgot it', () => {
    assert.equal(valueIn(revise(meeting(['bob'], 'SEQUENCE:3'), later(['bob'])).master, 'SEQUENCE'), '4')
  })

  it('is the client’s where it raised it, and never goes back', () => {
    assert.equal(valueIn(revise(meeting(['bob']), later(['bob'], 'SEQUENCE:7')).master, 'SEQUENCE'), '7')
    assert.equal(valueIn(revise(meeting(['bob'], 'SEQUENCE:3'), meeting(['bob'])).master, 'SEQUENCE'), '3')
  })

  it('stays where nothing changed that people plan by', () => {
    assert.equal(valueIn(revise(meeting(['bob']), meeting(['bob'], 'LOCATION:Garden')).master, 'SEQUENCE'), undefined)
    const folded = meeting(['bob'], 'STATUS:CONFIRMED', 'SEQUENCE:1')
    assert.equal(valueIn(revise(folded, meeting(['bob'], 'STATUS:confirmed', 'SEQUENCE:1')).master, 'SEQUENCE'), '1')
  })

  it('is an instance’s own', () => {
    const after = weekly(['bob'], ['SEQUENCE:2'], week('12', ['bob'], { at: '20260113T100000Z' }))
    const stored = revise(weekly(['bob'], ['SEQUENCE:2']), after)
    assert.equal(valueIn(stored.master, 'SEQUENCE'), '2')
    assert.equal(valueIn(stored.overrides[0]?.component, 'SEQUENCE'), '3')
  })
})

describe('PARTSTAT when the organizer writes (RFC 6638 §3.2.8)', () => {
  const accepted = 'bob;PARTSTAT=ACCEPTED'

  it('is NEEDS-ACTION again when the meeting moves, but for the organizer', () => {
    const before = meeting(['ann;PARTSTAT=ACCEPTED', accepted])
    const after = objectOf(
      ...text(later([]).calendar).split('\r\n').slice(3, -3),
      ...[
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.org',
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org',
        'END:VEVENT',
      ],
    )
    const stored = revise(before, after)
    assert.deepEqual(answers(stored, 'bob'), { all: 'NEEDS-ACTION' })
    assert.deepEqual(answers(stored, 'ann'), { all: 'ACCEPTED' })
  })

  it('stays where a zone has another name, and not where it is another zone', () => {
    const inZone = (zone: string) =>
      objectOf(
        ...text(weekly([accepted]).calendar)
          .replace(/DT(START|END):(\d+T\d+)Z/g, `DT$1;TZID=${zone}:$2`)
          .split('\r\n')
          .slice(3, -2),
      )
    const before = inZone('Europe/Berlin')
    assert.deepEqual(answers(revise(before, inZone('W. Europe Standard Time')), 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(answers(revise(before, inZone('Africa/Lagos')), 'bob'), { all: 'NEEDS-ACTION' })
  })

  it('stays where the place or the name changes', () => {
    assert.deepEqual(answers(revise(meeting([accepted]), meeting([accepted], 'LOCATION:Garden')), 'bob'), {
      all: 'ACCEPTED',
    })
  })

  it('is the server’s where the client’s copy is old', () => {
    assert.deepEqual(answers(revise(meeting([accepted]), meeting(['bob'], 'LOCATION:Garden')), 'bob'), {
      all: 'ACCEPTED',
    })
    assert.deepEqual(answers(revise(meeting(['bob']), meeting([accepted])), 'bob'), { all: 'NEEDS-ACTION' })
  })

  it('is the client’s where the client schedules', () => {
    const own = 'bob;SCHEDULE-AGENT=CLIENT;PARTSTAT=ACCEPTED'
    assert.deepEqual(answers(revise(meeting(['bob;SCHEDULE-AGENT=CLIENT']), meeting([own])), 'bob'), {
      all: 'ACCEPTED',
    })
  })

  it('is NEEDS-ACTION in the one instance that moves', () => {
    const after = weekly([accepted], [], week('12', [accepted], { at: '20260113T100000Z' }), week('19', [accepted]))
    assert.deepEqual(answers(revise(weekly([accepted]), after), 'bob'), {
      all: 'ACCEPTED',
      '20260112T100000Z': 'NEEDS-ACTION',
      '20260119T100000Z': 'ACCEPTED',
    })
  })

  it('is NEEDS-ACTION when there are instances that were not, and stays when there are fewer', () => {
    const rule = (value: string, ...more: string[]) =>
      objectOf(
        ...text(weekly([accepted], more).calendar)
          .replace('FREQ=WEEKLY;COUNT=5', value)
          .split('\r\n')
          .slice(3, -2),
      )
    const before = weekly([accepted])
    assert.deepEqual(answers(revise(before, rule('FREQ=WEEKLY;COUNT=6')), 'bob'), { all: 'NEEDS-ACTION' })
    assert.deepEqual(answers(revise(before, rule('FREQ=DAILY;COUNT=5')), 'bob'), { all: 'NEEDS-ACTION' })
    assert.deepEqual(answers(revise(before, rule('FREQ=WEEKLY;COUNT=4')), 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(answers(revise(before, rule('COUNT=5;FREQ=WEEKLY')), 'bob'), { all: 'ACCEPTED' })
    const without = weekly([accepted], ['EXDATE:20260112T100000Z'])
    assert.deepEqual(answers(revise(before, without), 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(answers(revise(without, before), 'bob'), { all: 'NEEDS-ACTION' })
  })

  it('is compared without end where a rule has none', () => {
    const endless = (...more: string[]) =>
      objectOf(
        ...text(weekly([accepted], more).calendar)
          .replace(';COUNT=5', '')
          .split('\r\n')
          .slice(3, -2),
      )
    assert.deepEqual(answers(revise(endless(), endless('EXDATE:20260112T100000Z')), 'bob'), { all: 'ACCEPTED' })
  })
})

it('SCHEDULE-FORCE-SEND is not stored (RFC 6638 §7.2)', () => {
  assert.doesNotMatch(text(withoutForce(meeting(['bob;SCHEDULE-FORCE-SEND=REQUEST'])).calendar), /FORCE-SEND/)
})

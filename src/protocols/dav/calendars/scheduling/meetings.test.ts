import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { calendarText, component } from '../../../../../tests/support/calendars.ts'
import type { DavAnswer } from '../../../../../tests/support/dav.ts'
import { answered, meeting, meetingLines, openMeetings } from '../../../../../tests/support/meetings.ts'
import { verifyStore } from '../../../../store/verify/verify.ts'

const condition = ({ status, body }: DavAnswer): string => `${status} ${/<X:([\w-]+)/.exec(body.toString())?.[1] ?? ''}`

describe('an invitation (RFC 6638 §3.2.1)', () => {
  it('is in everybody’s calendar and inbox when the organizer’s PUT is answered', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const answer = await meetings.write('ann', 'calendar/m.ics', meeting(['ann', 'bob', 'cid']))
    // RFC 4791 §5.3.4: what is stored has SCHEDULE-STATUS, so no ETag is told.
    assert.equal(answer.headers.etag, undefined)
    assert.ok(answer.headers['schedule-tag'])
    assert.match(await meetings.get('ann', 'calendar/m.ics'), /SCHEDULE-STATUS=1\.2/)
    for (const who of ['bob', 'cid']) {
      assert.doesNotMatch(await meetings.copy(who), /METHOD|SCHEDULE-STATUS/)
      assert.deepEqual(await meetings.inbox(who), ['REQUEST'])
    }
    assert.deepEqual(await meetings.inbox('ann'), [])
    assert.deepEqual((await verifyStore(meetings.dav.store)).problems, [])
  })

  it('of tasks goes to the list of tasks (RFC 6638 §9.2)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const task = calendarText(
      ...component('VTODO', 'task', 'SUMMARY:Do', 'ORGANIZER:mailto:ann@localhost', 'ATTENDEE:mailto:bob@localhost'),
    )
    await meetings.write('ann', 'tasks/t.ics', task)
    assert.match(await meetings.copy('bob', 'tasks/'), /SUMMARY:Do/)
  })

  it('to nobody of this twin says so, and is kept (RFC 6638 §3.2.9)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const elsewhere = ['ATTENDEE:mailto:eve@example.com', 'ATTENDEE:mailto:nobody@localhost']
    await meetings.write('ann', 'calendar/m.ics', meeting(elsewhere))
    const stored = (await meetings.get('ann', 'calendar/m.ics')).replace(/\r\n /g, '')
    assert.match(stored, /SCHEDULE-STATUS=5\.1:mailto:eve@example\.com/)
    assert.match(stored, /SCHEDULE-STATUS=3\.7:mailto:nobody@localhost/)
  })

  it('that a full account cannot take costs the organizer nothing', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const { store } = meetings.dav
    await store.write(async (tx) => {
      const bob = await store.accounts.byName(tx, 'bob')
      assert.ok(bob)
      await store.accounts.update(tx, bob, { quota: 10 })
    })
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid']))
    const stored = (await meetings.get('ann', 'calendar/m.ics')).replace(/\r\n /g, '')
    assert.match(stored, /SCHEDULE-STATUS=5\.1:mailto:bob/)
    assert.match(stored, /SCHEDULE-STATUS=1\.2:mailto:cid/)
    assert.equal(await meetings.path('bob'), undefined)
    assert.ok(await meetings.path('cid'))
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('moves with the meeting, and asks again', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    await meetings.answer('bob', 'ACCEPTED')
    await meetings.emptyInbox('bob')
    await meetings.write(
      'ann',
      'calendar/m.ics',
      meeting(['ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@localhost'], 'DTSTART:20260106T100000Z'),
    )
    assert.match(await meetings.copy('bob'), /DTSTART:20260106T100000Z/)
    assert.match(await meetings.copy('bob'), /SEQUENCE:1/)
    assert.deepEqual(await meetings.says('bob', 'bob'), { all: 'NEEDS-ACTION' })
    assert.deepEqual(await meetings.says('ann', 'bob'), { all: 'NEEDS-ACTION' })
    assert.deepEqual(await meetings.inbox('bob'), ['REQUEST'])
  })

  it('is cancelled by a DELETE, and for who is left out', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid']))
    await meetings.write('ann', 'calendar/m.ics', meeting(['cid']))
    assert.match(await meetings.copy('bob'), /STATUS:CANCELLED/)
    assert.doesNotMatch(await meetings.copy('cid'), /STATUS:CANCELLED/)
    assert.equal((await meetings.ask('ann', 'DELETE', 'calendar/m.ics')).status, 204)
    assert.match(await meetings.copy('cid'), /STATUS:CANCELLED/)
    assert.deepEqual(await meetings.inbox('cid'), ['CANCEL', 'REQUEST', 'REQUEST'])
  })

  it('is cancelled when the calendar that it is in goes', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    assert.equal((await meetings.ask('ann', 'DELETE', 'calendar/')).status, 204)
    assert.match(await meetings.copy('bob'), /STATUS:CANCELLED/)
  })

  it('to one instance is all that its attendee sees (RFC 6638 §3.2.6)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const text = calendarText(
      ...meetingLines(['bob'], 'RRULE:FREQ=WEEKLY;COUNT=5'),
      ...meetingLines(['bob', 'cid'], 'RECURRENCE-ID:20260112T100000Z', 'DTSTART:20260112T120000Z'),
    )
    await meetings.write('ann', 'calendar/m.ics', text)
    assert.doesNotMatch(await meetings.copy('cid'), /RRULE/)
    assert.match(await meetings.copy('cid'), /DTSTART:20260112T120000Z/)
    assert.match(await meetings.copy('bob'), /RRULE/)
  })

  it('may be long, up to a bound', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const long = (kib: number) => meeting(['bob'], `DESCRIPTION:${'x'.repeat(kib * 1024)}`)
    await meetings.write('ann', 'calendar/m.ics', long(100))
    assert.ok((await meetings.copy('bob')).length > 100 * 1024)
    await meetings.answer('bob', 'ACCEPTED')
    assert.deepEqual(await meetings.says('ann', 'bob'), { all: 'ACCEPTED' })
    assert.equal(condition(await meetings.put('ann', 'calendar/m.ics', long(300))), '403 max-resource-size')
    assert.deepEqual((await verifyStore(meetings.dav.store)).problems, [])
  })

  it('is the client’s to send where it says so (RFC 6638 §7.1)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const attendee = 'ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:bob@localhost'
    const answer = await meetings.write('ann', 'calendar/m.ics', meeting([attendee]))
    assert.ok(answer.headers.etag)
    assert.equal(await meetings.path('bob'), undefined)
  })
})

describe('an answer (RFC 6638 §3.2.2)', () => {
  it('is in the organizer’s copy and in those of the others, whose schedule tags it does not change (§3.2.10)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid']))
    const before = { ann: await meetings.tag('ann'), cid: await meetings.tag('cid') }
    await meetings.answer('bob', 'ACCEPTED')
    assert.deepEqual(await meetings.says('ann', 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(await meetings.says('cid', 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(await meetings.inbox('ann'), ['REPLY'])
    assert.deepEqual(await meetings.inbox('cid'), ['REQUEST'])
    assert.deepEqual({ ann: await meetings.tag('ann'), cid: await meetings.tag('cid') }, before)
    assert.match((await meetings.copy('bob')).replace(/\r\n /g, ''), /ORGANIZER;SCHEDULE-STATUS=1\.2:/)
  })

  it('for one instance, and an instance taken out, are known to all', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid'], 'RRULE:FREQ=WEEKLY;COUNT=5'))
    const instance = meetingLines(
      ['ATTENDEE;PARTSTAT=TENTATIVE:mailto:bob@localhost', 'cid'],
      'RECURRENCE-ID:20260112T100000Z',
      'DTSTART:20260112T100000Z',
    ).join('\r\n')
    const answer = await meetings.edit('bob', (text) =>
      text
        .replace('RRULE', 'EXDATE:20260119T100000Z\r\nRRULE')
        .replace('END:VCALENDAR', `${instance}\r\nEND:VCALENDAR`),
    )
    assert.equal(answer.status, 204, answer.body.toString())
    const expected = { all: 'NEEDS-ACTION', '20260112T100000Z': 'TENTATIVE', '20260119T100000Z': 'DECLINED' }
    assert.deepEqual(await meetings.says('ann', 'bob'), expected)
    assert.deepEqual(await meetings.says('cid', 'bob'), expected)
  })

  it('is no for what is deleted, unless nobody is to know (RFC 6638 §8.1)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid']))
    const bobs = await meetings.path('bob')
    const cids = await meetings.path('cid')
    assert.ok(bobs && cids)
    await meetings.ask('bob', 'DELETE', bobs)
    await meetings.ask('cid', 'DELETE', cids, { headers: { 'schedule-reply': 'F' } })
    assert.deepEqual(await meetings.says('ann', 'bob'), { all: 'DECLINED' })
    assert.deepEqual(await meetings.says('ann', 'cid'), { all: 'NEEDS-ACTION' })
  })

  it('of others does not bring back what somebody deleted', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    for (const reply of ['T', 'F']) {
      await meetings.write(
        'ann',
        'calendar/m.ics',
        meeting(['bob', 'cid'], `DTSTART:20260${reply === 'T' ? 1 : 2}05T100000Z`),
      )
      const bobs = await meetings.path('bob')
      assert.ok(bobs)
      await meetings.ask('bob', 'DELETE', bobs, { headers: { 'schedule-reply': reply } })
      await meetings.answer('cid', 'ACCEPTED')
      assert.equal(await meetings.path('bob'), undefined)
    }
  })

  it('goes to a delegate, who is invited then (RFC 5546 §3.2.2.3)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    const answer = await meetings.edit('bob', (text) =>
      text.replace(
        /ATTENDEE.*\r\n/,
        'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:cid@localhost":mailto:bob@localhost\r\n' +
          'ATTENDEE;DELEGATED-FROM="mailto:bob@localhost":mailto:cid@localhost\r\n',
      ),
    )
    assert.equal(answer.status, 204, answer.body.toString())
    assert.deepEqual(await meetings.inbox('cid'), ['REQUEST'])
    await meetings.answer('cid', 'ACCEPTED')
    for (const who of ['ann', 'bob']) {
      assert.deepEqual(await meetings.says(who, 'bob'), { all: 'DELEGATED' }, who)
      assert.deepEqual(await meetings.says(who, 'cid'), { all: 'ACCEPTED' }, who)
    }
  })

  it('leaves alarms and what else is an attendee’s own when the organizer writes again', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    const alarm = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n'
    await meetings.edit('bob', (text) => text.replace('END:VEVENT', `TRANSP:TRANSPARENT\r\n${alarm}END:VEVENT`))
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob'], 'LOCATION:Garden'))
    const copy = await meetings.copy('bob')
    for (const kept of ['LOCATION:Garden', 'TRANSP:TRANSPARENT', 'BEGIN:VALARM']) assert.ok(copy.includes(kept), kept)
    assert.doesNotMatch(await meetings.copy('ann'), /VALARM/)
  })
})

describe('If-Schedule-Tag-Match (RFC 6638 §8.3)', () => {
  it('lets a client write over what only others’ answers changed, and keeps those', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid']))
    const old = await meetings.get('ann', 'calendar/m.ics')
    const tag = await meetings.tag('ann')
    await meetings.answer('bob', 'ACCEPTED')
    const headers = { 'if-schedule-tag-match': tag }
    const changed = old.replace('SUMMARY:Meeting', 'SUMMARY:Meeting\r\nLOCATION:Garden')
    assert.equal((await meetings.put('ann', 'calendar/m.ics', changed, headers)).status, 204)
    assert.deepEqual(await meetings.says('ann', 'bob'), { all: 'ACCEPTED' })
    assert.deepEqual(await meetings.says('cid', 'bob'), { all: 'ACCEPTED' })
    assert.equal((await meetings.put('ann', 'calendar/m.ics', changed, headers)).status, 412)
  })

  it('refuses an answer to what was changed meanwhile', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    const tag = await meetings.tag('bob')
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob'], 'DTSTART:20260106T100000Z'))
    const answer = await meetings.edit('bob', (text) => answered(text, 'bob', 'ACCEPTED'), {
      'if-schedule-tag-match': tag,
    })
    assert.equal(answer.status, 412)
  })
})

describe('preconditions (RFC 6638 §3.2.4)', () => {
  it('unique-scheduling-object-resource names the meeting that is there', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    await meetings.ask('ann', 'MKCALENDAR', 'other/')
    const answer = await meetings.put('ann', 'other/n.ics', meeting(['bob']))
    assert.equal(condition(answer), '403 unique-scheduling-object-resource')
    assert.match(answer.body.toString(), /\/dav\/calendars\/ann\/calendar\/m\.ics/)
    const copy = await meetings.ask('ann', 'COPY', 'calendar/m.ics', {
      headers: { destination: `https://${meetings.dav.host}/dav/calendars/ann/other/n.ics` },
    })
    assert.equal(condition(copy), '403 unique-scheduling-object-resource')
  })

  it('same-organizer-in-all-components', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const other = meetingLines(['bob'], 'RECURRENCE-ID:20260112T100000Z').map((line) =>
      line.replace('ORGANIZER:mailto:ann', 'ORGANIZER:mailto:cid'),
    )
    const text = calendarText(...meetingLines(['bob'], 'RRULE:FREQ=WEEKLY'), ...other)
    assert.equal(condition(await meetings.put('ann', 'calendar/m.ics', text)), '403 same-organizer-in-all-components')
  })

  it('allowed-organizer-scheduling-object-change', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob', 'cid', 'ann']))
    const answer = await meetings.edit('ann', (text) => text.replace(/ORGANIZER.*/, 'ORGANIZER:mailto:bob@localhost'))
    assert.equal(condition(answer), '403 allowed-organizer-scheduling-object-change')
  })

  it('allowed-attendee-scheduling-object-change', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    for (const [from, to] of [
      ['DURATION:PT1H', 'DURATION:PT2H'],
      ['SUMMARY:Meeting', 'SUMMARY:Mine'],
      [/ORGANIZER.*\r\n/, ''],
    ] as const) {
      const answer = await meetings.edit('bob', (text) => text.replace(from, to))
      assert.equal(condition(answer), '403 allowed-attendee-scheduling-object-change')
    }
  })

  it('max-attendees-per-instance (RFC 4791 §5.2.9)', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    const many = Array.from({ length: 251 }, (_, n) => `guest${n}`)
    assert.equal(
      condition(await meetings.put('ann', 'calendar/m.ics', meeting(many))),
      '403 max-attendees-per-instance',
    )
  })
})

describe('COPY and MOVE (RFC 6638 §3.2.3)', () => {
  it('a meeting that moves to another calendar is no news', async () => {
    await using opened = await openMeetings()
    const { meetings } = opened
    await meetings.write('ann', 'calendar/m.ics', meeting(['bob']))
    await meetings.ask('ann', 'MKCALENDAR', 'other/')
    const destination = `https://${meetings.dav.host}/dav/calendars/ann/other/n.ics`
    const moved = await meetings.ask('ann', 'MOVE', 'calendar/m.ics', { headers: { destination } })
    assert.equal(moved.status, 201)
    const { headers } = await meetings.ask('ann', 'HEAD', 'other/n.ics')
    assert.ok(headers['schedule-tag'])
    assert.equal(moved.headers['schedule-tag'], headers['schedule-tag'])
    assert.deepEqual(await meetings.inbox('bob'), ['REQUEST'])
    await meetings.answer('bob', 'DECLINED')
    assert.match(await meetings.get('ann', 'other/n.ics'), /DECLINED/)
  })
})

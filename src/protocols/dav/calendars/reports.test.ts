import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CALDAV,
  calendarText,
  component,
  event,
  names,
  openCalendars,
  type TestCalendars,
  todo,
} from '../../../../tests/support/calendars.ts'
import { textOf, told } from '../../../../tests/support/dav.ts'
import { elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'

const weekly = event(
  'weekly',
  'DTSTART:20260302T090000Z',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY',
  'SUMMARY:Weekly Meeting',
  'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com',
)
const once = event('once', 'DTSTART:20260310T120000Z', 'DTEND:20260310T130000Z', 'SUMMARY:Übung', 'CATEGORIES:A')
const alarmed = event(
  'alarmed',
  'DTSTART:20260401T120000Z',
  'DURATION:PT1H',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'TRIGGER:-P1D',
  'DESCRIPTION:x',
  'END:VALARM',
)
const floating = event('floating', 'DTSTART:20260501T003000', 'DURATION:PT1H')

const range = (start: string, end: string, name = 'time-range') => `<C:${name} start="${start}" end="${end}"/>`
const comp = (name: string, inside: string) => `<C:comp-filter name="${name}">${inside}</C:comp-filter>`
const prop = (name: string, inside: string) => `<C:prop-filter name="${name}">${inside}</C:prop-filter>`

/** The condition that an error names. */
const conditionIn = ({ body }: { body: Buffer }): string | undefined => elements(parseXml(body))[0]?.name

describe('calendar reports', () => {
  let opened: Awaited<ReturnType<typeof openCalendars>>
  let calendars: TestCalendars
  before(async () => {
    opened = await openCalendars()
    calendars = opened.calendars
    for (const [name, text] of Object.entries({ weekly, once, alarmed, floating }))
      assert.equal((await calendars.put(`calendar/${name}.ics`, text)).status, 201)
    await calendars.put('tasks/due.ics', todo('due', 'DUE:20260315T000000Z'))
    await calendars.put('tasks/undated.ics', todo('undated'))
  })
  after(() => opened[Symbol.asyncDispose]())

  describe('calendar-query', () => {
    it('finds by type, and by time with recurrences (RFC 4791 §7.8.1, §9.9)', async () => {
      assert.equal((await calendars.query('calendar/', comp('VEVENT', ''))).length, 4)
      assert.deepEqual(await calendars.query('calendar/', comp('VTODO', '')), [])
      const march = range('20260309T000000Z', '20260311T000000Z')
      const inMarch = await calendars.query('calendar/', comp('VEVENT', march))
      assert.deepEqual(inMarch.sort(), ['once.ics', 'weekly.ics'])
      const later = range('20360301T000000Z', '20360308T000000Z')
      assert.deepEqual(await calendars.query('calendar/', comp('VEVENT', later)), ['weekly.ics'])
      const due = range('20260314T000000Z', '20260316T000000Z')
      assert.deepEqual(await calendars.query('tasks/', comp('VTODO', due)), ['due.ics', 'undated.ics'])
    })

    it('finds by properties, parameters and text, negated too, in three collations', async () => {
      const summary = (attributes: string, text: string) =>
        comp('VEVENT', prop('SUMMARY', `<C:text-match ${attributes}>${text}</C:text-match>`))
      assert.deepEqual(await calendars.query('calendar/', summary('', 'weekly MEET')), ['weekly.ics'])
      assert.deepEqual(await calendars.query('calendar/', summary('negate-condition="yes"', 'weekly')), ['once.ics'])
      assert.deepEqual(await calendars.query('calendar/', summary('collation="i;octet"', 'weekly')), [])
      assert.deepEqual(await calendars.query('calendar/', summary('', 'übung')), [])
      assert.deepEqual(await calendars.query('calendar/', summary('collation="i;unicode-casemap"', 'übung')), [
        'once.ics',
      ])
      const partstat = `<C:param-filter name="PARTSTAT"><C:text-match>NEEDS-ACTION</C:text-match></C:param-filter>`
      assert.deepEqual(await calendars.query('calendar/', comp('VEVENT', prop('ATTENDEE', partstat))), ['weekly.ics'])
      const without = comp('VEVENT', prop('CATEGORIES', '<C:is-not-defined/>'))
      assert.equal((await calendars.query('calendar/', without)).length, 3)
    })

    it('finds alarms by when they ring (§9.9)', async () => {
      const ring = comp('VEVENT', comp('VALARM', range('20260331T110000Z', '20260331T130000Z')))
      assert.deepEqual(await calendars.query('calendar/', ring), ['alarmed.ics'])
    })

    it('takes floating times in the zone that the query names, or the calendar (§7.3)', async () => {
      const utcNight = comp('VEVENT', range('20260430T220000Z', '20260501T000000Z'))
      assert.deepEqual(await calendars.query('calendar/', utcNight), [])
      const zone = '<C:timezone-id>Europe/Berlin</C:timezone-id>'
      assert.deepEqual(await calendars.query('calendar/', utcNight, zone), ['floating.ics'])
    })

    it('says which condition a filter breaks (§7.8)', async () => {
      const ask = (filter: string, data = '<D:getetag/>') =>
        calendars.report('calendar/', 'calendar-query', `<D:prop>${data}</D:prop>${filter}`)
      const inside = (filter: string) => `<C:filter>${comp('VCALENDAR', filter)}</C:filter>`
      const broken: [string, string, string?][] = [
        ['valid-filter', `<C:filter>${comp('VEVENT', '')}</C:filter>`],
        ['valid-filter', inside(comp('VEVENT', '<C:time-range start="20260301"/>'))],
        ['supported-collation', inside(comp('VEVENT', prop('UID', '<C:text-match collation="x">y</C:text-match>')))],
        ['supported-calendar-data', inside(''), '<C:calendar-data content-type="application/json"/>'],
      ]
      for (const [condition, filter, data] of broken) {
        const answer = await ask(filter, data)
        assert.deepEqual([answer.status, conditionIn(answer)], [403, condition])
      }
    })

    it('sends the parts that are asked for, and recurrences expanded (§9.6)', async () => {
      const ask = async (data: string) => {
        const filter = `<C:filter>${comp('VCALENDAR', comp('VEVENT', range('20260309T000000Z', '20260324T000000Z')))}</C:filter>`
        const answer = await calendars.report('calendar/', 'calendar-query', `<D:prop>${data}</D:prop>${filter}`)
        const found = told(answer).find((one) => names([one])[0] === 'weekly.ics')
        return textOf(found, 'calendar-data', CALDAV) ?? ''
      }
      assert.equal(await ask('<C:calendar-data/>'), weekly)
      const parts =
        '<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="UID"/></C:comp></C:comp>'
      assert.equal(
        await ask(`<C:calendar-data>${parts}</C:calendar-data>`),
        'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:weekly\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
      )
      const expanded = await ask(
        `<C:calendar-data>${range('20260309T000000Z', '20260324T000000Z', 'expand')}</C:calendar-data>`,
      )
      assert.deepEqual(expanded.match(/RECURRENCE-ID:\S+/g), [
        'RECURRENCE-ID:20260309T090000Z',
        'RECURRENCE-ID:20260316T090000Z',
        'RECURRENCE-ID:20260323T090000Z',
      ])
      assert.doesNotMatch(expanded, /RRULE/)
    })

    it('looks into all calendars of a home with Depth: infinity', async () => {
      const filter = `<D:prop><D:getetag/></D:prop><C:filter>${comp('VCALENDAR', '')}</C:filter>`
      const found = told(await calendars.report('', 'calendar-query', filter, 'infinity'))
      assert.equal(found.length, 6)
    })
  })

  describe('calendar-multiget', () => {
    it('answers each address with its object or with 404 (§7.9)', async () => {
      const href = (path: string) => `<D:href>/dav/calendars/${path}</D:href>`
      const hrefs = ['ann/calendar/once.ics', 'ann/calendar/none.ics', 'ann/tasks/due.ics', 'bob/calendar/x.ics']
      const ask = async (path: string) => {
        const inside = `<D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.map(href).join('')}`
        return told(await calendars.report(path, 'calendar-multiget', inside))
      }
      const found = await ask('calendar/')
      assert.deepEqual(
        found.map(({ status }) => status),
        [undefined, 404, 404, 404],
        'of a calendar what is in it',
      )
      assert.equal(textOf(found[0], 'calendar-data', CALDAV), once)
      assert.deepEqual(
        (await ask('')).map(({ status }) => status),
        [undefined, 404, undefined, 404],
      )
    })
  })

  describe('free-busy-query', () => {
    it('tells when time is taken, and nothing else (§7.10)', async () => {
      const hidden = event('hidden', 'DTSTART:20260310T150000Z', 'DURATION:PT1H', 'TRANSP:TRANSPARENT')
      await calendars.put('calendar/hidden.ics', hidden)
      const answer = await calendars.report(
        'calendar/',
        'free-busy-query',
        range('20260309T000000Z', '20260311T000000Z'),
      )
      assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'text/calendar; charset=utf-8'])
      const text = answer.body.toString()
      assert.deepEqual(
        text.match(/FREEBUSY.*:.*\/.*/g)?.map((line) => line.trim()),
        ['FREEBUSY:20260309T090000Z/20260309T100000Z', 'FREEBUSY:20260310T120000Z/20260310T130000Z'],
      )
      assert.doesNotMatch(text, /SUMMARY|hidden/)
    })
  })

  it('hold for what is larger than a row of the database has', async () => {
    const large = calendarText(
      ...component('VEVENT', 'large', 'DTSTART:20270101T000000Z', `DESCRIPTION:${'x'.repeat(100_000)}`),
    )
    assert.equal((await calendars.put('calendar/large.ics', large)).status, 201)
    const filter = comp('VEVENT', range('20270101T000000Z', '20270102T000000Z'))
    assert.ok((await calendars.query('calendar/', filter)).includes('large.ics'))
    await calendars.ask('DELETE', 'calendar/large.ics')
  })
})

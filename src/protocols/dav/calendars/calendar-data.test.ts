// How much of an object is sent (RFC 4791 §9.6.6, §9.6.7), and what is refused.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  CALDAV,
  calendarText,
  component,
  openCalendars,
  type TestCalendars,
} from '../../../../tests/support/calendars.ts'
import { textOf, told } from '../../../../tests/support/dav.ts'
import { elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'

const override = (day: string, start: string, summary: string): string[] =>
  component(
    'VEVENT',
    'series',
    `RECURRENCE-ID:${day}T090000Z`,
    `DTSTART:${start}`,
    'DURATION:PT1H',
    `SUMMARY:${summary}`,
  )

const series = calendarText(
  ...component('VEVENT', 'series', 'DTSTART:20260302T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY', 'SUMMARY:Daily'),
  ...override('20260303', '20260303T100000Z', 'Later that day'),
  ...override('20260310', '20260304T150000Z', 'Moved into the range'),
  ...override('20260304', '20260320T090000Z', 'Moved out of it'),
  ...override('20260401', '20260401T100000Z', 'Far away'),
)

const busy = calendarText(
  ...component(
    'VFREEBUSY',
    'busy',
    'DTSTART:20260301T000000Z',
    'DTEND:20260401T000000Z',
    'FREEBUSY:20260302T080000Z/PT1H,20260305T080000Z/PT1H',
    'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260320T080000Z/20260320T090000Z',
  ),
)

const bomb = calendarText(
  ...component('VEVENT', 'bomb', 'DTSTART:20260302T090000Z', 'RRULE:FREQ=MINUTELY;INTERVAL=20', 'SUMMARY:Often'),
)

const within = (name: string, start: string, end: string) => `<C:${name} start="${start}" end="${end}"/>`

describe('calendar-data', () => {
  let opened: Awaited<ReturnType<typeof openCalendars>>
  let calendars: TestCalendars
  before(async () => {
    opened = await openCalendars()
    calendars = opened.calendars
    assert.equal((await calendars.ask('MKCALENDAR', 'all/')).status, 201)
    for (const [name, text] of Object.entries({ series, busy, bomb }))
      assert.equal((await calendars.put(`all/${name}.ics`, text)).status, 201, name)
  })
  after(() => opened[Symbol.asyncDispose]())

  const ask = (name: string, inside: string) =>
    calendars.report(
      'all/',
      'calendar-multiget',
      `<D:prop><C:calendar-data>${inside}</C:calendar-data></D:prop><D:href>/dav/calendars/ann/all/${name}.ics</D:href>`,
    )

  const dataOf = async (name: string, inside: string): Promise<string> => {
    const [one] = told(await ask(name, inside))
    return textOf(one, 'calendar-data', CALDAV) ?? ''
  }

  const summaries = (text: string): string[] => [...text.matchAll(/^SUMMARY:(.*)\r$/gm)].map((match) => match[1] ?? '')

  it('limit-recurrence-set keeps the master and the overrides that bear on the range, by old times or by new ones', async () => {
    const text = await dataOf('series', within('limit-recurrence-set', '20260303T000000Z', '20260305T000000Z'))
    assert.deepEqual(summaries(text), ['Daily', 'Later that day', 'Moved into the range', 'Moved out of it'])
    assert.match(text, /^RRULE:FREQ=DAILY\r$/m)
    const later = await dataOf('series', within('limit-recurrence-set', '20270303T000000Z', '20270305T000000Z'))
    assert.deepEqual(summaries(later), ['Daily'])
  })

  it('limit-freebusy-set keeps the periods that overlap the range', async () => {
    const text = await dataOf('busy', within('limit-freebusy-set', '20260305T083000Z', '20260306T000000Z'))
    assert.deepEqual(text.match(/^FREEBUSY.*$/gm), ['FREEBUSY:20260305T080000Z/PT1H'])
    assert.match(text, /^DTEND:20260401T000000Z\r$/m)
  })

  it('neither changes what it does not speak of', async () => {
    const march = ['20260303T000000Z', '20260305T000000Z'] as const
    assert.equal((await dataOf('series', within('limit-freebusy-set', ...march))).match(/BEGIN:VEVENT/g)?.length, 5)
    assert.match(await dataOf('busy', within('limit-recurrence-set', ...march)), /20260320T080000Z/)
  })

  it('ranges have a start and an end in UTC (§9.6.6, §9.6.7)', async () => {
    for (const name of ['limit-recurrence-set', 'limit-freebusy-set', 'expand'])
      for (const attributes of ['start="20260303T000000Z"', 'start="20260303T000000" end="20260305T000000"', ''])
        assert.equal((await ask('series', `<C:${name} ${attributes}/>`)).status, 403, `${name} ${attributes}`)
  })

  it('what would be expanded too often is refused alone (§7.8, max-instances)', async () => {
    const expand = within('expand', '20260303T000000Z', '20290303T000000Z')
    const { status, body } = await ask('bomb', expand)
    const [response] = elements(parseXml(body))
    assert.deepEqual([status, response?.name], [207, 'response'])
    assert.match(body.toString(), /<X:max-instances/)
    assert.match(body.toString(), /HTTP\/1\.1 403/)
    const day = await dataOf('bomb', within('expand', '20260303T000000Z', '20260304T000000Z'))
    assert.equal(day.match(/BEGIN:VEVENT/g)?.length, 72)
  })
})

// HOSTILE 13 over HTTP: rules that are bombs. What is too dense is refused where it is stored; what may be stored is
// answered, expanded and counted as busy in bounded time, or with one clear error; and others are served meanwhile.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseCalendar } from '../../src/formats/icalendar/component.ts'
import { event } from '../support/calendars.ts'
import { told } from '../support/dav.ts'
import { type DavAnswer, type DavClient, davClient } from '../support/dav-client.ts'
import { type Program, prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const up = (to: number): string => Array.from({ length: to }, (_, index) => index).join()
const start = 'DTSTART:20240101T000000Z'

/** Milliseconds for one answer on a machine that does other things too. */
const answerMost = 5000
/** Milliseconds that another client waits at the most while one is answered. */
const waitMost = 2500

const dense = [
  'FREQ=SECONDLY',
  'FREQ=SECONDLY;COUNT=1000000000',
  'FREQ=MINUTELY',
  `FREQ=DAILY;BYHOUR=${up(24)};BYMINUTE=${up(60)};BYSECOND=${up(60)}`,
  `FREQ=YEARLY;BYMONTH=${up(13).slice(2)};BYDAY=SU,MO,TU,WE,TH,FR,SA;BYHOUR=${up(24)};BYMINUTE=${up(60)}`,
]

const stored = [
  'FREQ=MINUTELY;INTERVAL=20',
  'FREQ=DAILY;COUNT=1000000000',
  'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=DAILY;INTERVAL=999999999999999;BYMONTH=3',
  'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12',
  'FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31',
  'FREQ=YEARLY;BYDAY=MO;BYSETPOS=60',
  'FREQ=HOURLY;INTERVAL=24;BYHOUR=5',
]

const CALDAV = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const inVevent = (inside: string): string =>
  `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${inside}</C:comp-filter></C:comp-filter></C:filter>`
const range = (from: number, to: number): string => `start="${from}0101T000000Z" end="${to}0101T000000Z"`
const query = (from: number, to: number): string =>
  `<C:calendar-query ${CALDAV}><D:prop><D:getetag/></D:prop>${inVevent(`<C:time-range ${range(from, to)}/>`)}</C:calendar-query>`
const expanded = (from: number, to: number): string =>
  `<C:calendar-query ${CALDAV}><D:prop><C:calendar-data><C:expand ${range(from, to)}/></C:calendar-data></D:prop>${inVevent('')}</C:calendar-query>`
const freeBusy = (from: number, to: number): string =>
  `<C:free-busy-query ${CALDAV}><C:time-range ${range(from, to)}/></C:free-busy-query>`

describe('rules that are bombs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let twin: Program
  let ann: DavClient
  let other: DavClient

  before(async () => {
    folder = await temporaryFolder()
    await prepareData(folder.path, login)
    twin = await startProgram(folder.path)
    ann = davClient(twin, { ...login, home: 'calendars' })
    other = davClient(twin, { ...login, home: 'contacts' })
  })
  after(async () => {
    ann.close()
    other.close()
    await twin[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  /** Sends a request; meanwhile another client asks again and again, and never waits long. */
  async function meanwhile(method: string, path: string, body: string, most = answerMost): Promise<DavAnswer> {
    let isAnswered = false
    const began = performance.now()
    const asked = ann.send(method, path, body, { depth: '1' }).finally(() => {
      isAnswered = true
    })
    let longest = 0
    do {
      const sent = performance.now()
      await other.expect(207, 'PROPFIND', 'contacts/', '', { depth: '0' })
      longest = Math.max(longest, performance.now() - sent)
    } while (!isAnswered)
    const answer = await asked
    const took = performance.now() - began
    assert.ok(took < most, `${method} took ${Math.round(took)} ms`)
    assert.ok(longest < waitMost, `another client waited ${Math.round(longest)} ms`)
    return answer
  }

  it('are refused where they are stored when they are too dense (RFC 4791 §5.3.2.1)', async () => {
    for (const rule of dense) {
      const { status, body } = await meanwhile('PUT', 'calendar/dense.ics', event('dense', start, `RRULE:${rule}`))
      assert.deepEqual([status, body.includes('max-instances')], [403, true], rule.slice(0, 60))
    }
    const many = event('many', start, ...Array.from({ length: 4000 }, () => 'RRULE:FREQ=DAILY'))
    assert.equal((await meanwhile('PUT', 'calendar/many.ics', many)).status, 403)
    const dates = Array.from({ length: 40_000 }, (_, day) => new Date(Date.UTC(2024, 0, 1) + day * 1_200_000))
    const list = dates.map((date) => date.toISOString().replaceAll(/[-:]|\.000/g, '')).join()
    assert.equal((await meanwhile('PUT', 'calendar/dates.ics', event('dates', start, `RDATE:${list}`))).status, 403)
  })

  it('are answered in bounded time when they may be stored', async () => {
    for (const [index, rule] of stored.entries()) {
      const body = event(`rule-${index}`, start, 'DURATION:PT1M', `RRULE:${rule}`)
      assert.ok([201, 403].includes((await meanwhile('PUT', `calendar/rule-${index}.ics`, body)).status), rule)
    }
    const near = told(await meanwhile('REPORT', 'calendar/', query(2024, 2025)))
    assert.ok(near.length >= 7, 'each has its DTSTART')
    const far = told(await meanwhile('REPORT', 'calendar/', query(2900, 2901)))
    assert.ok(far.some(({ href }) => href.endsWith('/rule-0.ics')))
    assert.ok(!far.some(({ href }) => href.endsWith('/rule-3.ics')), 'it never matches')
    await meanwhile('REPORT', 'calendar/', query(1, 9999))
  })

  it('are expanded as far as they are bounded, object by object (§9.6.5)', async () => {
    const year = await meanwhile('REPORT', 'calendar/', expanded(2024, 2025))
    assert.equal(year.status, 207)
    assert.ok(year.body.length < 100 * 2 ** 20)
    const century = told(await meanwhile('REPORT', 'calendar/', expanded(2024, 2124)))
    const dense = century.find(({ href }) => href.endsWith('/rule-0.ics'))
    assert.notEqual(dense?.properties.get('{urn:ietf:params:xml:ns:caldav}calendar-data')?.status, 200)
    const never = century.find(({ href }) => href.endsWith('/rule-3.ics'))
    const data = never?.properties.get('{urn:ietf:params:xml:ns:caldav}calendar-data')
    assert.equal(data?.status, 200, 'the others are answered')
  })

  it('are counted as busy, or refused with a precondition (§7.10)', async () => {
    const month = await meanwhile('REPORT', 'calendar/', freeBusy(2024, 2025))
    const { status, body } = await meanwhile('REPORT', 'calendar/', freeBusy(2024, 2124))
    for (const answer of [month, { status, body }]) {
      if (answer.status === 200) parseCalendar(answer.body.toString())
      else assert.match(answer.body.toString(), /max-instances|number-of-matches-within-limits/)
    }
  })

  it('give others their turn between one object and the next', async () => {
    await ann.expect(201, 'MKCALENDAR', 'bombs/')
    for (let index = 0; index < 6; index++) {
      const body = event(`bomb-${index}`, start, 'RRULE:FREQ=MINUTELY;INTERVAL=20;BYDAY=MO,TU,WE,TH,FR,SA,SU')
      await ann.expect(201, 'PUT', `bombs/${index}.ics`, body)
    }
    assert.equal(told(await meanwhile('REPORT', 'bombs/', query(2030, 2031))).length, 6)
    const answer = await meanwhile('REPORT', 'bombs/', expanded(2030, 2031), 6 * answerMost)
    assert.equal(answer.status, 207)
    await meanwhile('REPORT', 'bombs/', freeBusy(2030, 2031), 6 * answerMost)
  })
})

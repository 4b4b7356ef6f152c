// Whatever an organizer and the attendees do to a meeting, one after the other: all copies show the same instances at the
// same times, and the same answers.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { calendarText, component } from '../../../tests/support/calendars.ts'
import { answered } from '../../../tests/support/meetings.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { attendeesOf, isCancelled, ownLine, partstatOf } from '../../formats/icalendar/itip/participants.ts'
import { type CalendarObject, parseObject } from '../../formats/icalendar/object.ts'
import { occurrences } from '../../formats/icalendar/occurrences.ts'
import { formatUtc } from '../../formats/icalendar/values.ts'
import { factsOf } from '../../store/calendars/facts.ts'
import { objectsOfUid } from '../../store/calendars/scheduled.ts'
import type { Store } from '../../store/store.ts'
import { verifyStore } from '../../store/verify/verify.ts'
import { objectOf, textOf } from './object.ts'
import { Scheduling } from './scheduling.ts'

const people = ['ann', 'bob', 'cid'] as const
type Person = (typeof people)[number]
type Guest = Exclude<Person, 'ann'>

const HOUR = 3_600_000
const WEEK = 7 * 24 * HOUR
const monday = Date.UTC(2026, 0, 5, 10)

/** What Ann means the meeting to be; her client writes all of it each time. */
type Meeting = {
  start: number
  guests: ReadonlySet<Guest>
  place: string
  /** Weeks that are taken out, and those that are at another time, for whom, or cancelled. */
  out: ReadonlySet<number>
  apart: ReadonlyMap<number, { start: number; guests: ReadonlySet<Guest>; cancelled: boolean }>
}

const weeks = [0, 1, 2, 3] as const

const textOfMeeting = ({ start, guests, place, out, apart }: Meeting, answers: (guest: Guest) => string): string => {
  const lines = (at: number, of: ReadonlySet<Guest>, ...more: string[]) =>
    component(
      'VEVENT',
      'meeting',
      `DTSTART:${formatUtc(at)}`,
      'DURATION:PT1H',
      'SUMMARY:Meeting',
      `LOCATION:${place}`,
      'ORGANIZER:mailto:ann@localhost',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@localhost',
      ...[...of].map((guest) => `ATTENDEE;PARTSTAT=${answers(guest)}:mailto:${guest}@localhost`),
      ...more,
    )
  const exdates = [...out].map((week) => `EXDATE:${formatUtc(start + week * WEEK)}`)
  const overrides = [...apart].flatMap(([week, one]) =>
    lines(
      one.start,
      one.guests,
      `RECURRENCE-ID:${formatUtc(start + week * WEEK)}`,
      ...(one.cancelled ? ['STATUS:CANCELLED'] : []),
    ),
  )
  return calendarText(...lines(start, guests, 'RRULE:FREQ=WEEKLY;COUNT=4', ...exdates), ...overrides)
}

class House {
  readonly store: Store
  readonly scheduling: Scheduling
  readonly ids: ReadonlyMap<Person, number>
  meeting: Meeting = { start: monday, guests: new Set(['bob']), place: 'Hall', out: new Set(), apart: new Map() }

  constructor(store: Store, ids: ReadonlyMap<Person, number>) {
    this.store = store
    this.scheduling = new Scheduling(store)
    this.ids = ids
  }

  async copy(who: Person): Promise<CalendarObject | undefined> {
    const accountId = this.ids.get(who) ?? 0
    const [item] = await this.store.read((view) => objectsOfUid(view, { accountId, uid: 'meeting' }))
    return item && objectOf(item)
  }

  /** Puts a text in the place of somebody's copy; what is refused changes nothing. */
  async put(who: Person, text: string): Promise<boolean> {
    const object = parseObject(text)
    const accountId = this.ids.get(who) ?? 0
    try {
      await this.store.write(async (tx) => {
        const [former] = await objectsOfUid(tx, { accountId, uid: 'meeting' })
        const collection = former
          ? await this.store.collections.get(tx, former.collectionId)
          : await this.store.collections.find(tx, { accountId, kind: 'calendar', name: 'calendar' })
        assert.ok(collection)
        const staged = this.store.blobs.small(Buffer.from(text))
        const item = { ...factsOf(object), name: former?.name ?? 'm.ics', staged }
        await this.scheduling.put(tx, { collection, item, object, former })
      })
      return true
    } catch (error) {
      if (isDomainError(error, 'Forbidden')) return false
      throw error
    }
  }

  async remove(who: Person): Promise<void> {
    const accountId = this.ids.get(who) ?? 0
    await this.store.write(async (tx) => {
      const [item] = await objectsOfUid(tx, { accountId, uid: 'meeting' })
      const collection = item && (await this.store.collections.get(tx, item.collectionId))
      if (item && collection) await this.scheduling.remove(tx, collection, item)
    })
  }

  async organize(change: (meeting: Meeting) => Meeting, answers = 'NEEDS-ACTION'): Promise<void> {
    const meeting = change(this.meeting)
    if (
      await this.put(
        'ann',
        textOfMeeting(meeting, () => answers),
      )
    )
      this.meeting = meeting
  }

  /** Changes the text of a guest's own copy. */
  async edit(who: Guest, change: (text: string) => string): Promise<void> {
    const copy = await this.copy(who)
    if (copy) await this.put(who, change(textOf(copy).replace(/\r\n /g, '')))
  }
}

type Step = { readonly says: string; run(house: House): Promise<void> }

const step = (says: string, run: Step['run']): Step => ({ says, toString: () => says, run }) as Step

const guest = fc.constantFrom<Guest>('bob', 'cid')
const week = fc.constantFrom(...weeks)
const partstat = fc.constantFrom('ACCEPTED', 'DECLINED', 'TENTATIVE')
const toggled = <T>(set: ReadonlySet<T>, one: T): Set<T> =>
  set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one])

const oneWeek = (text: string, who: Guest, start: number, partstat: string): string => {
  const id = `RECURRENCE-ID:${formatUtc(start)}`
  const events = text.split(/(?=BEGIN:VEVENT)/)
  const there = events.findIndex((one) => one.includes(id))
  if (there !== -1) {
    events[there] = answered(events[there] ?? '', who, partstat)
    return events.join('')
  }
  const master = /BEGIN:VEVENT[\s\S]*?END:VEVENT\r\n/.exec(text)?.[0] ?? ''
  if (!master.includes('RRULE')) return text
  const own = answered(master, who, partstat)
    .replace(/^(RRULE|EXDATE).*\r\n/gm, '')
    .replace(/^DTSTART.*$/m, `${id}\r\nDTSTART:${formatUtc(start)}`)
  return text.replace('END:VCALENDAR', `${own}END:VCALENDAR`)
}

const steps = fc.oneof(
  fc
    .integer({ min: 1, max: 5 })
    .map((hours) =>
      step(`Ann moves all by ${hours} h`, (house) =>
        house.organize((one) => ({ ...one, start: one.start + hours * HOUR, apart: new Map() })),
      ),
    ),
  fc
    .constantFrom('Hall', 'Garden')
    .map((place) => step(`Ann meets in the ${place}`, (house) => house.organize((one) => ({ ...one, place })))),
  partstat.map((answer) =>
    step(`Ann’s client writes ${answer} for all`, (house) => house.organize((one) => one, answer)),
  ),
  guest.map((who) =>
    step(`Ann invites ${who} or not`, (house) =>
      house.organize((one) => ({ ...one, guests: toggled(one.guests, who) })),
    ),
  ),
  week.map((at) =>
    step(`Ann takes week ${at} out or in`, (house) =>
      house.organize((one) => ({
        ...one,
        out: toggled(one.out, at),
        apart: new Map([...one.apart].filter(([other]) => other !== at)),
      })),
    ),
  ),
  fc
    .record({ at: week, hours: fc.integer({ min: 0, max: 3 }), cancelled: fc.boolean(), who: fc.option(guest) })
    .map(({ at, hours, cancelled, who }) =>
      step(
        `Ann sets week ${at} apart: ${hours} h later, ${cancelled ? 'cancelled, ' : ''}${who ?? 'nobody'} in or out`,
        (house) =>
          house.organize((one) => {
            const apart = {
              start: one.start + at * WEEK + hours * HOUR,
              guests: who ? toggled(one.guests, who) : one.guests,
              cancelled,
            }
            return {
              ...one,
              out: new Set([...one.out].filter((other) => other !== at)),
              apart: new Map([...one.apart, [at, apart]]),
            }
          }),
      ),
    ),
  week.map((at) =>
    step(`Ann leaves week ${at} as the others`, (house) =>
      house.organize((one) => ({ ...one, apart: new Map([...one.apart].filter(([other]) => other !== at)) })),
    ),
  ),
  fc.constant(step('Ann deletes it', (house) => house.remove('ann'))),
  fc
    .record({ who: guest, answer: partstat })
    .map(({ who, answer }) =>
      step(`${who} answers ${answer}`, (house) => house.edit(who, (text) => answered(text, who, answer))),
    ),
  fc
    .record({ who: guest, at: week, answer: partstat })
    .map(({ who, at, answer }) =>
      step(`${who} answers ${answer} for week ${at}`, (house) =>
        house.edit(who, (text) => oneWeek(text, who, house.meeting.start + at * WEEK, answer)),
      ),
    ),
  fc
    .record({ who: guest, at: week })
    .map(({ who, at }) =>
      step(`${who} takes week ${at} out`, (house) =>
        house.edit(who, (text) =>
          text.replace('RRULE', `EXDATE:${formatUtc(house.meeting.start + at * WEEK)}\r\nRRULE`),
        ),
      ),
    ),
  guest.map((who) => step(`${who} deletes it`, (house) => house.remove(who))),
)

/** The instances of a copy that somebody takes part in: when they are, and what everybody answers. */
function taken(object: CalendarObject | undefined, who: Guest): string[] {
  if (!object) return []
  return occurrences(object, { start: monday - WEEK, end: monday + 8 * WEEK })
    .filter(({ component }) => {
      const own = ownLine(component, (address) => address === `mailto:${who}@localhost`)
      return own !== undefined && !isCancelled(component) && partstatOf(own) !== 'DECLINED'
    })
    .map(({ start, end, component }) => {
      const answers = attendeesOf(component).map((line) => `${line.value.slice(7, 10)} ${partstatOf(line)}`)
      return `${formatUtc(start)}/${formatUtc(end)} ${answers.sort().join(', ')}`
    })
    .sort()
}

it('all copies of a meeting agree, whatever is done to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 14 }), async (all) => {
      await using opened = await openTestStore({ now: () => monday - WEEK })
      const { store } = opened
      const ids = await store.write(async (tx) => {
        const made = new Map<Person, number>()
        for (const name of people) made.set(name, (await store.accounts.create(tx, { name })).id)
        return made
      })
      const house = new House(store, ids)
      await house.organize((one) => one)
      for (const one of all) {
        await one.run(house)
        const anns = await house.copy('ann')
        for (const who of ['bob', 'cid'] as const)
          assert.deepEqual(taken(await house.copy(who), who), taken(anns, who), `${who}, after: ${one.says}`)
      }
      if (store.dialect === 'sqlite') assert.deepEqual((await verifyStore(store)).problems, [])
    }),
    { numRuns: Number(process.env.TWIN_TEST_RUNS ?? 40) },
  )
})

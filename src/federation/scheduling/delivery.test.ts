// What mail will do: messages for people elsewhere are handed to another delivery, and theirs come in by `receive`.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { calendarText } from '../../../tests/support/calendars.ts'
import { answers } from '../../../tests/support/itip.ts'
import { answered, meeting, meetingLines } from '../../../tests/support/meetings.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { parseCalendar, writeComponent } from '../../formats/icalendar/component.ts'
import type { Message } from '../../formats/icalendar/itip/organizer.ts'
import { type CalendarObject, parseObject } from '../../formats/icalendar/object.ts'
import { factsOf } from '../../store/calendars/facts.ts'
import { objectsOfUid } from '../../store/calendars/scheduled.ts'
import type { Store } from '../../store/store.ts'
import type { Delivery } from './delivery.ts'
import { objectOf } from './object.ts'
import { Scheduling } from './scheduling.ts'

class Post implements Delivery {
  readonly sent: Message[] = []

  async deliver(_: unknown, message: Message): Promise<string | undefined> {
    if (!message.recipient.endsWith('@example.com')) return undefined
    if (message.significant) this.sent.push(message)
    return '1.1'
  }

  /** What was sent since it was last asked. */
  take(): string[] {
    return this.sent.splice(0).map(({ method, originator, recipient }) => `${method} ${originator} ${recipient}`)
  }
}

class Home {
  readonly store: Store
  readonly post = new Post()
  readonly scheduling: Scheduling
  readonly #ids = new Map<string, number>()

  constructor(store: Store) {
    this.store = store
    this.scheduling = new Scheduling(store, [this.post])
  }

  async move(...names: string[]): Promise<void> {
    for (const name of names)
      this.#ids.set(name, (await this.store.write((tx) => this.store.accounts.create(tx, { name }))).id)
  }

  async object(name: string): Promise<CalendarObject | undefined> {
    const accountId = this.#ids.get(name) ?? 0
    const [item] = await this.store.read((view) => objectsOfUid(view, { accountId, uid: 'meeting' }))
    return item && objectOf(item)
  }

  async text(name: string): Promise<string> {
    const object = await this.object(name)
    return object ? writeComponent(object.calendar).replace(/\r\n /g, '') : ''
  }

  async says(name: string, of: string, domain = 'localhost'): Promise<Record<string, string>> {
    const object = await this.object(name)
    return object ? answers(object, of, domain) : {}
  }

  async put(name: string, text: string): Promise<void> {
    const accountId = this.#ids.get(name) ?? 0
    const object = parseObject(text)
    await this.store.write(async (tx) => {
      const [former] = await objectsOfUid(tx, { accountId, uid: 'meeting' })
      const collection = await this.store.collections.find(tx, { accountId, kind: 'calendar', name: 'calendar' })
      assert.ok(collection)
      const staged = this.store.blobs.small(Buffer.from(text))
      const item = { ...factsOf(object), name: former?.name ?? 'm.ics', staged }
      await this.scheduling.put(tx, { collection, item, object, former })
    })
  }

  /** A message that mail brought; it may have been overtaken. */
  receive(method: string, from: string, to: string, text: string): Promise<string | undefined> {
    const calendar = parseCalendar(text.replace('VERSION:2.0', `VERSION:2.0\r\nMETHOD:${method}`))
    const message = { method, originator: from, recipient: to, calendar, significant: true, inOrder: false }
    return this.store.write((tx) => this.scheduling.receive(tx, message))
  }

  async inbox(name: string): Promise<number> {
    return this.store.read(async (view) => {
      const inbox = await this.store.collections.inbox(view, this.#ids.get(name) ?? 0)
      return (await this.store.collections.items(view, inbox, { limit: 10 })).length
    })
  }
}

async function openHome(): Promise<{ home: Home } & AsyncDisposable> {
  const opened = await openTestStore()
  const home = new Home(opened.store)
  await home.move('ann', 'bob')
  return { home, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

const eve = 'mailto:eve@example.com'
const evesLine = `ATTENDEE:${eve}`

const reply = (partstat: string, stamp: string): string =>
  meeting([`ATTENDEE;PARTSTAT=${partstat}:${eve}`]).replace('DTSTAMP:20260101T000000Z', `DTSTAMP:${stamp}`)

describe('people elsewhere', () => {
  it('are sent what concerns them, and the organizer sees that it left (RFC 6638 §3.2.9)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting(['bob', evesLine]))
    assert.deepEqual(home.post.take(), [`REQUEST mailto:ann@localhost ${eve}`])
    assert.match(await home.text('ann'), /SCHEDULE-STATUS=1\.1:mailto:eve/)
  })

  it('answer, and everybody here knows', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting(['bob', evesLine]))
    assert.equal(await home.receive('REPLY', eve, 'mailto:ann@localhost', reply('ACCEPTED', '20260103T000000Z')), '1.2')
    for (const who of ['ann', 'bob']) assert.deepEqual(await home.says(who, 'eve', 'example.com'), { all: 'ACCEPTED' })
    assert.equal(await home.inbox('ann'), 1)
  })

  it('answer once, whichever of two answers comes first (RFC 5546 §2.1.5)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting([evesLine]))
    await home.receive('REPLY', eve, 'mailto:ann@localhost', reply('DECLINED', '20260104T000000Z'))
    await home.receive('REPLY', eve, 'mailto:ann@localhost', reply('ACCEPTED', '20260103T000000Z'))
    assert.deepEqual(await home.says('ann', 'eve', 'example.com'), { all: 'DECLINED' })
    assert.equal(await home.inbox('ann'), 1)
    home.post.take()
    await home.put('ann', (await home.text('ann')).replace('SUMMARY:Meeting', 'SUMMARY:Other'))
    assert.doesNotMatch(writeComponent((home.post.sent[0] as Message).calendar), /X-TWIN/)
  })

  it('answer for themselves alone', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting(['bob', evesLine]))
    const forBob = meeting(['ATTENDEE;PARTSTAT=DECLINED:mailto:bob@localhost'])
    assert.equal(await home.receive('REPLY', eve, 'mailto:ann@localhost', forBob), '3.8')
    assert.deepEqual(await home.says('ann', 'bob'), { all: 'NEEDS-ACTION' })
  })

  it('ask for the present state and get it (RFC 5546 §3.2.6)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting([evesLine]))
    home.post.take()
    await home.receive('REFRESH', eve, 'mailto:ann@localhost', meeting([evesLine]))
    assert.deepEqual(home.post.take(), [`REQUEST mailto:ann@localhost ${eve}`])
  })

  it('propose another time, which lies in the inbox and changes nothing (RFC 5546 §3.2.7)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await home.put('ann', meeting([evesLine]))
    const before = await home.text('ann')
    await home.receive('COUNTER', eve, 'mailto:ann@localhost', meeting([evesLine], 'DTSTART:20260106T100000Z'))
    assert.equal(await home.text('ann'), before)
    assert.equal(await home.inbox('ann'), 1)
  })
})

describe('a meeting of somebody elsewhere', () => {
  const evesMeeting = (sequence: number, ...lines: string[]): string =>
    calendarText(
      ...meetingLines(['bob'], `SEQUENCE:${sequence}`, ...lines).map((line) =>
        line.startsWith('ORGANIZER') ? `ORGANIZER:${eve}` : line,
      ),
    )
  const invite = (home: Home, text: string, method = 'REQUEST') =>
    home.receive(method, eve, 'mailto:bob@localhost', text)

  it('is in the calendar, and the answer goes back', async () => {
    await using opened = await openHome()
    const { home } = opened
    assert.equal(await invite(home, evesMeeting(0)), '1.2')
    await home.put('bob', answered(await home.text('bob'), 'bob', 'ACCEPTED'))
    assert.deepEqual(home.post.take(), [`REPLY mailto:bob@localhost ${eve}`])
    assert.match(await home.text('bob'), /ORGANIZER;SCHEDULE-STATUS=1\.1:/)
  })

  it('stays as it is when an older message comes late (RFC 5546 §2.1.5)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await invite(home, evesMeeting(2, 'DTSTART:20260107T100000Z'))
    await invite(home, evesMeeting(1, 'DTSTART:20260106T100000Z'))
    await invite(home, evesMeeting(1), 'CANCEL')
    assert.match(await home.text('bob'), /DTSTART:20260107T100000Z/)
    assert.doesNotMatch(await home.text('bob'), /CANCELLED/)
    assert.equal(await home.inbox('bob'), 1)
  })

  it('may come twice, and is one', async () => {
    await using opened = await openHome()
    const { home } = opened
    await invite(home, evesMeeting(0))
    await home.put('bob', answered(await home.text('bob'), 'bob', 'ACCEPTED'))
    await invite(home, evesMeeting(0))
    assert.deepEqual(await home.says('bob', 'bob'), { all: 'ACCEPTED' })
    assert.equal(await home.inbox('bob'), 1)
  })

  it('is delegated to somebody here or there (RFC 5546 §3.2.2.3)', async () => {
    await using opened = await openHome()
    const { home } = opened
    await invite(home, evesMeeting(0))
    const text = (await home.text('bob')).replace(
      /ATTENDEE.*\r\n/,
      'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:ann@localhost":mailto:bob@localhost\r\n' +
        'ATTENDEE;DELEGATED-FROM="mailto:bob@localhost":mailto:ann@localhost\r\n',
    )
    await home.put('bob', text)
    assert.deepEqual(home.post.take(), [`REPLY mailto:bob@localhost ${eve}`])
    assert.deepEqual(await home.says('ann', 'ann'), { all: 'NEEDS-ACTION' })
    await home.put('ann', answered(await home.text('ann'), 'ann', 'ACCEPTED'))
    assert.deepEqual(home.post.take(), [`REPLY mailto:ann@localhost ${eve}`])
  })

  it('of nobody here is nobody’s', async () => {
    await using opened = await openHome()
    const { home } = opened
    assert.equal(await home.receive('REQUEST', eve, 'mailto:dan@localhost', evesMeeting(0)), undefined)
  })
})

it('a meeting that goes into somebody else’s calendar is over for those who were invited (RFC 6638 §3.2.3)', async () => {
  await using opened = await openHome()
  const { home } = opened
  const { store, scheduling } = home
  await home.move('cid')
  await home.put('ann', meeting(['bob', 'ann']))
  await store.write(async (tx) => {
    const calendarOf = async (name: string) => {
      const account = await store.accounts.byName(tx, name)
      assert.ok(account)
      const found = await store.collections.find(tx, { accountId: account.id, kind: 'calendar', name: 'calendar' })
      assert.ok(found)
      return found
    }
    const [from, to] = [await calendarOf('ann'), await calendarOf('cid')]
    const item = await store.collections.item(tx, from, 'm.ics')
    assert.ok(item)
    await scheduling.move(tx, item, { from, to, name: 'm.ics' })
  })
  assert.equal(await home.text('ann'), '')
  assert.match(await home.text('bob'), /STATUS:CANCELLED/)
  assert.match(await home.text('cid'), /SUMMARY:Meeting/)
})

it('a message in the organizer’s name from somebody else changes nothing (RFC 6047 §2.3)', async () => {
  await using opened = await openHome()
  const { home } = opened
  const mallory = 'mailto:mallory@example.net'
  const text = meeting(['bob']).replace('mailto:ann@localhost', eve)
  assert.equal(await home.receive('REQUEST', mallory, 'mailto:bob@localhost', text), '3.8')
  assert.equal(await home.text('bob'), '')
  await home.receive('REQUEST', eve, 'mailto:bob@localhost', text)
  assert.equal(await home.receive('CANCEL', mallory, 'mailto:bob@localhost', text), '3.8')
  assert.doesNotMatch(await home.text('bob'), /CANCELLED/)
})

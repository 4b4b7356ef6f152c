// Subscribed calendars, from real servers on loopback that answer well, badly, or not at all.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import { calendarText, component } from '../../../tests/support/calendars.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { openWebServer } from '../../../tests/support/web-server.ts'
import { feedBounds, feedClaimMilliseconds } from '../../limits.ts'
import type { Collection } from '../../store/collections/collections.ts'
import { failingFeeds, feedOf } from '../../store/collections/feed.ts'
import { verifyStore } from '../../store/verify/verify.ts'
import { createOutbound } from '../outbound/outbound.ts'
import { Feeds } from './feeds.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const DAY = 86_400_000

/** Ann's subscription to what `answer` says at the moment. */
async function openFeed(settings: Partial<Collection> = {}) {
  let now = Date.UTC(2026, 0, 1)
  let answer: Answer = (_, response) => void response.end(calendarText())
  const opened = await openTestStore({ now: () => now })
  const { store } = opened
  const server = await openWebServer((request, response) => answer(request, response))
  const log = pino({ level: 'silent' })
  const outbound = createOutbound({ loopback: true })
  const feeds = new Feeds({ store, outbound, log })
  const { id } = await store.write(async (tx) => {
    const { id: accountId } = await store.accounts.create(tx, { name: 'ann' })
    const at = { accountId, kind: 'calendar', name: 'feed' } as const
    return store.collections.create(tx, at, { source: `${server.url}calendar.ics`, ...settings })
  })
  const collection = async () => {
    const found = await store.read((view) => store.collections.get(view, id))
    assert.ok(found)
    return found
  }
  const feed = async () => (await store.read((view) => feedOf(view, id))) ?? assert.fail('no feed')
  return {
    store,
    server,
    feeds,
    collection,
    feed,
    another: () => new Feeds({ store, outbound, log }),
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    /** Looks at the source, which answers so; when it is due, which it is after a week. */
    async look(next: Answer, milliseconds = 8 * DAY) {
      answer = next
      now += milliseconds
      await feeds.round()
      return (await collection()).sourceError
    },
    async items() {
      const found = await store.read((view) => store.collections.itemsWithData(view, { id }, { limit: 1000 }))
      return new Map(
        await Promise.all(
          found.map(
            async (item) => [item.uid, { ...item, text: (await store.collections.read(item)).toString() }] as const,
          ),
        ),
      )
    },
    async [Symbol.asyncDispose]() {
      await feeds.close()
      assert.deepEqual((await verifyStore(store)).problems, [])
      await server[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

const event = (uid: string, ...more: string[]): string[] =>
  component('VEVENT', uid, 'DTSTART:20260301T120000Z', ...more)

const serve =
  (...lines: string[]): Answer =>
  (_, response) =>
    void response.end(calendarText(...lines))

describe('a subscribed calendar', () => {
  it('has the events of its source as objects of its own', async () => {
    await using feed = await openFeed()
    const exception = component('VEVENT', 'a', 'RECURRENCE-ID:20260302T120000Z', 'DTSTART:20260302T130000Z')
    const error = await feed.look(
      serve('METHOD:PUBLISH', ...event('a', 'RRULE:FREQ=DAILY'), ...event('b'), ...exception),
      0,
    )
    assert.equal(error, null)
    const items = await feed.items()
    assert.deepEqual([...items.keys()].toSorted(), ['a', 'b'])
    assert.equal(items.get('a')?.text, calendarText(...event('a', 'RRULE:FREQ=DAILY'), ...exception))
    assert.equal(items.get('a')?.recurring, true)
  })

  it('changes what its source changes, and nothing else', async () => {
    await using feed = await openFeed()
    await feed.look(serve(...event('a'), ...event('b'), ...event('c')), 0)
    const before = await feed.items()
    const token = feed.store.collections.token(await feed.collection())
    const stamped = event('a').map((line) => (line.startsWith('DTSTAMP') ? 'DTSTAMP:20260202T000000Z' : line))
    await feed.look(serve(...stamped, ...event('b', 'SUMMARY:new'), ...event('d')))
    const collection = await feed.collection()
    const changes = await feed.store.read((view) =>
      feed.store.collections.since(view, collection, token, { limit: 100 }),
    )
    assert.ok(changes !== 'tooOld')
    assert.deepEqual(changes.changed.map(({ uid }) => uid).toSorted(), ['b', 'd'])
    assert.deepEqual(changes.gone, [before.get('c')?.name])
    assert.equal((await feed.items()).get('a')?.changed, before.get('a')?.changed)
  })

  it('takes no position when nothing changed, and is asked for with what the source told', async () => {
    await using feed = await openFeed()
    const answer: Answer = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"v1"' }).end(calendarText(...event('a')))
    }
    await feed.look(answer, 0)
    const { changed } = await feed.collection()
    await feed.look(answer)
    await feed.look(serve(...event('a')))
    assert.equal((await feed.collection()).changed, changed)
    const dated: Answer = (_, response) =>
      void response
        .writeHead(200, { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })
        .end(calendarText(...event('z')))
    await feed.look(dated)
    await feed.look(dated)
    assert.equal(feed.server.asked.at(-1)?.headers['if-modified-since'], 'Thu, 01 Jan 2026 00:00:00 GMT')
  })

  it('keeps what it has while its source is broken, and says why', async () => {
    await using feed = await openFeed()
    await feed.look(serve(...event('a')), 0)
    const whole = calendarText(...event('a'), ...event('b'))
    const broken: [Answer, RegExp][] = [
      [(_, response) => void response.writeHead(404).end('<html>'), /nothing at this address \(404\)/],
      [(_, response) => void response.writeHead(401).end(), /name and a password/],
      [(_, response) => void response.writeHead(500).end(whole), /fails \(500\)/],
      [(_, response) => void response.end('<!doctype html><title>Sign in'), /no iCalendar/],
      [(_, response) => void response.end(''), /no iCalendar/],
      [(_, response) => void response.end(whole.slice(0, -30)), /cut off|not closed/],
      [
        (_, response) =>
          void response.writeHead(200, { 'content-length': '1000' }).write(whole, () => response.destroy()),
        /cannot be reached/,
      ],
      [
        (_, response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
        /not on the public Internet/,
      ],
      [(_, response) => void response.writeHead(302, { location: '/' }).end(), /without end/],
      [
        (_, response) =>
          void response.writeHead(200, { 'content-length': String(feedBounds.bytes + 1) }).flushHeaders(),
        /larger than/,
      ],
      [(request) => void request.socket.destroy(), /cannot be reached/],
    ]
    for (const [answer, reason] of broken) {
      assert.match(String(await feed.look(answer)), reason)
      assert.deepEqual([...(await feed.items()).keys()], ['a'])
    }
    assert.deepEqual(
      (await feed.store.read((view) => failingFeeds(view, broken.length))).map(({ account, calendar }) => [
        account,
        calendar,
      ]),
      [['ann', 'feed']],
    )
    assert.equal(await feed.look(serve(...event('b'))), null)
    assert.deepEqual([...(await feed.items()).keys()], ['b'])
  })

  it('leaves out events that are none, keeps the ones it had, and says so', async () => {
    await using feed = await openFeed()
    await feed.look(serve(...event('a'), ...event('b')), 0)
    const lines = [
      ...event('a', 'DTEND:nonsense'),
      ...event('b', 'SUMMARY:new'),
      ...event('bomb', 'RRULE:FREQ=SECONDLY'),
    ]
    assert.match(String(await feed.look(serve(...lines))), /^2 of 3 events could not be taken; line 4, a: /)
    const items = await feed.items()
    assert.deepEqual([...items.keys()].toSorted(), ['a', 'b'])
    assert.match(items.get('b')?.text ?? '', /SUMMARY:new/)
    assert.doesNotMatch(items.get('a')?.text ?? '', /nonsense/)
  })

  it('has neither alarms nor attachments nor tasks when its owner wants none', async () => {
    await using feed = await openFeed({ strip: 'alarms attachments todos' })
    const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT5M', 'DESCRIPTION:x', 'END:VALARM']
    await feed.look(serve(...event('a', 'ATTACH:https://x/y', ...alarm), ...component('VTODO', 't')), 0)
    const items = await feed.items()
    assert.deepEqual([...items.keys()], ['a'])
    assert.equal(items.get('a')?.text, calendarText(...event('a')))
    const { store } = feed
    const collection = await feed.collection()
    await store.write((tx) => store.collections.update(tx, collection, { strip: null }))
    await feed.look(serve(...event('a', ...alarm), ...component('VTODO', 't')), 0)
    assert.deepEqual([...(await feed.items()).keys()].toSorted(), ['a', 't'])
  })

  it('is named and coloured by its maker, unless its owner does', async () => {
    await using feed = await openFeed()
    const named = (name: string) => [`X-WR-CALNAME:${name}`, 'X-APPLE-CALENDAR-COLOR:#ff2968', ...event('a')]
    await feed.look(serve(...named('Ferien\\, Bayern')), 0)
    const { displayName, colour, changed } = await feed.collection()
    assert.deepEqual([displayName, colour], ['Ferien, Bayern', '#ff2968'])
    await feed.look(serve(...named('Other'), ...event('b')))
    assert.equal((await feed.collection()).displayName, 'Ferien, Bayern')
    assert.ok((await feed.collection()).changed > changed)
    await using own = await openFeed({ displayName: 'Mine', colour: '#000000' })
    await own.look(serve(...named('Theirs')), 0)
    assert.deepEqual([(await own.collection()).displayName, (await own.collection()).colour], ['Mine', '#000000'])
  })

  it('is looked at as often as its owner, or else its maker, wants', async () => {
    await using feed = await openFeed({ refreshRate: 'P1D' })
    const hours = async () => ((await feed.feed()).nextAt - feed.store.now()) / 3_600_000
    const isAbout = (value: number, wanted: number) =>
      assert.ok(value >= wanted && value <= wanted * 1.11, String(value))
    await feed.look(serve(...event('a')), 0)
    isAbout(await hours(), 24)
    const { store } = feed
    const set = async (refreshRate: string | null) => {
      const collection = await feed.collection()
      await store.write((tx) => store.collections.update(tx, collection, { refreshRate }))
    }
    await set(null)
    await feed.look(serve('REFRESH-INTERVAL;VALUE=DURATION:PT6H', ...event('b')))
    isAbout(await hours(), 6)
    await feed.look(serve(...event('c')))
    isAbout(await hours(), 1)
    await set('PT1S')
    await feed.look(serve(...event('d')))
    isAbout(await hours(), 0.25)
  })

  it('is looked at less and less often while its source fails, or as its source says', async () => {
    await using feed = await openFeed()
    const hours = async () => ((await feed.feed()).nextAt - feed.store.now()) / 3_600_000
    const waits: number[] = []
    for (let failures = 1; failures <= 7; failures++) {
      await feed.look((_, response) => void response.writeHead(503).end())
      waits.push(await hours())
    }
    for (const [index, wait] of waits.entries()) {
      const wanted = Math.min(2 ** (index + 1), 24)
      assert.ok(wait >= wanted && wait <= wanted * 1.11, `${wait} of ${wanted}`)
    }
    await feed.look((_, response) => void response.writeHead(429, { 'retry-after': String(3 * 86_400) }).end())
    assert.ok((await hours()) >= 72)
  })

  it('is looked at by one twin of several', async () => {
    await using feed = await openFeed()
    const other = feed.another()
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const looking = feed.look((_, response) => {
      asked.resolve()
      void go.promise.then(() => response.end(calendarText(...event('a'))))
    }, 0)
    await asked.promise
    await other.round()
    assert.equal(feed.server.asked.length, 1)
    go.resolve()
    await looking
    feed.pass(feedClaimMilliseconds)
    await other.round()
    assert.equal(feed.server.asked.length, 1, 'it is not due yet')
  })

  it('whose source is another one, or that is gone, while it is looked at, is left alone', async () => {
    await using feed = await openFeed()
    const { store, server } = feed
    await feed.look((request, response) => {
      if (request.url !== '/calendar.ics') return void response.end(calendarText(...event('b')))
      void feed
        .collection()
        .then((one) => store.write((tx) => store.collections.update(tx, one, { source: `${server.url}other.ics` })))
        .then(() => response.end(calendarText(...event('a'))))
    }, 0)
    assert.deepEqual([...(await feed.items()).keys()], ['b'], 'the other one was due at once')
    assert.deepEqual(
      server.asked.map(({ url }) => url),
      ['/calendar.ics', '/other.ics'],
    )
  })

  it('ends with its twin, however slow its source is', async () => {
    await using feed = await openFeed()
    const asked = Promise.withResolvers<void>()
    const looking = feed.look(() => asked.resolve(), 0)
    await asked.promise
    await feed.feeds.close()
    await looking
    assert.deepEqual([(await feed.feed()).failures, (await feed.collection()).sourceError], [0, null])
  })

  it('stays within its owner’s quota', async () => {
    await using feed = await openFeed()
    const { store } = feed
    const { accountId } = await feed.collection()
    await feed.look(serve(...event('a')), 0)
    await store.write(async (tx) => {
      const account = await store.accounts.byId(tx, accountId)
      assert.ok(account)
      await store.accounts.update(tx, account, { quota: 2000 })
    })
    const many = Array.from({ length: 30 }, (_, index) => event(`many-${index}`)).flat()
    assert.match(String(await feed.look(serve(...event('a'), ...many))), /no room left/)
    assert.deepEqual([...(await feed.items()).keys()], ['a'])
  })

  it('goes with its account', async () => {
    await using feed = await openFeed()
    const { store } = feed
    const { accountId } = await feed.collection()
    await feed.look(serve(...event('a')), 0)
    await store.write(async (tx) => {
      const account = await store.accounts.byId(tx, accountId)
      assert.ok(account)
      await store.accounts.delete(tx, account)
    })
    await store.erasures.settled()
    assert.equal(await store.read((view) => view.db.selectFrom('feed').select('id').executeTakeFirst()), undefined)
  })
})

// HOSTILE 3 for calendars and address books: SIGKILL at random moments under a load of PUTs and DELETEs. What was
// acknowledged is there after the restart, byte for byte; of what was under way it is all or nothing; a sync token that
// was told before the kill leads to exactly what there is. (What a power cut takes is in tests/power-cut/.)
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { verify } from '../../src/store/verify/verify.ts'
import { event } from '../support/calendars.ts'
import { type DavClient, davClient } from '../support/dav-client.ts'
import { type Program, prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'
import { listMembers, membersIn, syncCollection, tokenIn } from '../support/sync.ts'
import { randomFrom } from './model.ts'

const rounds = Number(process.env.TWIN_TEST_KILLS ?? 6)
const seed = Number(process.env.TWIN_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const login = { name: 'ann', password: 'correct-horse' }

const card = (uid: string, name: string): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`

const weekly = (uid: string, title: string): string =>
  event(uid, 'DTSTART:20260302T090000Z', 'DTEND:20260302T100000Z', 'RRULE:FREQ=WEEKLY', `SUMMARY:${title}`)

const kinds = {
  calendars: { collection: 'calendar', extension: 'ics', type: 'text/calendar', text: weekly },
  contacts: { collection: 'contacts', extension: 'vcf', type: 'text/vcard', text: card },
} as const

const homes = ['calendars', 'contacts'] as const

/** One client, which has a few names of a collection for itself. */
class Writer {
  readonly #home: keyof typeof kinds
  readonly #index: number
  readonly #random: () => number
  #known: ReadonlyMap<string, string> = new Map()
  /** What the names hold if the request that was not answered has been done. */
  #perhaps: ReadonlyMap<string, string> | undefined
  acknowledged = 0

  constructor(home: keyof typeof kinds, index: number) {
    this.#home = home
    this.#index = index
    this.#random = randomFrom(seed + index)
  }

  async run(twin: Program): Promise<void> {
    const client = davClient(twin, { ...login, home: this.#home })
    try {
      for (;;) {
        await this.#change(client)
        this.#known = this.#perhaps ?? this.#known
        this.#perhaps = undefined
        this.acknowledged++
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error // else: the kill
    } finally {
      client.close()
    }
  }

  async #change(client: DavClient): Promise<void> {
    const { collection, extension, type, text } = kinds[this.#home]
    const uid = `client-${this.#index}-${Math.floor(this.#random() * 5)}`
    const name = `${uid}.${extension}`
    const after = new Map(this.#known)
    const remove = this.#known.has(name) && this.#random() < 0.3
    const content = text(uid, 'x'.repeat(1 + Math.floor(this.#random() * 3000)))
    if (remove) after.delete(name)
    else after.set(name, content)
    this.#perhaps = after
    const path = `${collection}/${name}`
    if (remove) await client.expect(204, 'DELETE', path)
    else {
      const status = this.#known.has(name) ? 204 : 201
      await client.expect(status, 'PUT', path, content, { 'content-type': type })
    }
  }

  /** Takes over what there is, which must be one of the two. */
  check(there: ReadonlyMap<string, string>): void {
    const mine = new Map([...there].filter(([name]) => name.startsWith(`client-${this.#index}-`)))
    const possible = [this.#known, ...(this.#perhaps ? [this.#perhaps] : [])]
    const matches = possible.some((state) => {
      return state.size === mine.size && [...state].every(([name, text]) => mine.get(name) === text)
    })
    assert.ok(
      matches,
      `client ${this.#index} (seed ${seed}) has ${[...mine.keys()]} and had ${[...this.#known.keys()]}`,
    )
    this.#known = mine
    this.#perhaps = undefined
  }
}

/** What a client that synchronises knows: names and their ETags. */
class Follower {
  readonly #home: keyof typeof kinds
  #token = ''
  readonly #etags = new Map<string, string>()

  constructor(home: keyof typeof kinds) {
    this.#home = home
  }

  /** Synchronises with the token from before the kill, then reads everything: both must say the same. */
  async follow(client: DavClient): Promise<ReadonlyMap<string, string>> {
    const { collection } = kinds[this.#home]
    const synced = await syncCollection(client, `${collection}/`, this.#token)
    this.#token = tokenIn(synced)
    for (const { name, etag } of membersIn(synced)) {
      if (etag === undefined) this.#etags.delete(name)
      else this.#etags.set(name, etag)
    }
    const members = membersIn(await listMembers(client, `${collection}/`))
    assert.deepEqual(new Map(members.map(({ name, etag }) => [name, etag])), this.#etags)
    const contents = members.map(async ({ name }) => {
      const answer = await client.expect(200, 'GET', `${collection}/${name}`)
      return [name, answer.body.toString()] as const
    })
    return new Map(await Promise.all(contents))
  }
}

it(`no acknowledged event or card is lost, and none is half there, over ${rounds} kills (seed ${seed})`, async (test) => {
  await using folder = await temporaryFolder()
  const data = folder.path
  await prepareData(data, login)
  const sides = homes.map((home, side) => ({
    home,
    follower: new Follower(home),
    writers: Array.from({ length: 4 }, (_, index) => new Writer(home, 10 * side + index)),
  }))
  const random = randomFrom(seed ^ 0x5eed)
  for (let round = 0; round <= rounds; round++) {
    await using twin = await startProgram(data)
    for (const { home, follower, writers } of sides) {
      const client = davClient(twin, { ...login, home })
      const there = await follower.follow(client)
      for (const writer of writers) writer.check(there)
      client.close()
    }
    if (round === rounds) break
    const running = Promise.all(sides.flatMap(({ writers }) => writers.map((writer) => writer.run(twin))))
    await Promise.race([running, pause(50 + random() * 750)])
    await twin.stop('SIGKILL')
    await running
    assert.deepEqual((await verify(data)).problems, [], `round ${round} (seed ${seed})`)
  }
  const acknowledged = sides.flatMap(({ writers }) => writers).reduce((sum, writer) => sum + writer.acknowledged, 0)
  test.diagnostic(`${acknowledged} changes were acknowledged`)
  assert.ok(acknowledged > rounds, 'the clients must have got something done')
})

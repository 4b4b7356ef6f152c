// HOSTILE 3, the half that a page cache survives: SIGKILL at random moments under load. Whatever was acknowledged is
// there after the restart, whole; of what was under way it is all or nothing. TWIN_TEST_KILLS sets the rounds,
// TWIN_TEST_SEED repeats a run. (What a power cut takes is in tests/power-cut/.)
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { verify } from '../../src/store/verify/verify.ts'
import { type DavClient, davClient } from '../support/dav-client.ts'
import { type Program, prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'
import { type Change, hashOf, nextChange, randomFrom, type State, sameState } from './model.ts'

const rounds = Number(process.env.TWIN_TEST_KILLS ?? 10)
const seed = Number(process.env.TWIN_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const clients = 8
const login = { name: 'ann', password: 'correct-horse' }

/** One client, alone in its own folder. `under way` is what was sent and not yet answered. */
class Worker {
  readonly folder: string
  readonly #random: () => number
  known: State = new Map()
  underWay: Change | undefined
  acknowledged = 0

  constructor(index: number) {
    this.folder = `client-${index}`
    this.#random = randomFrom(seed + index)
  }

  /** Sends changes until the connection breaks. */
  async run(twin: Program): Promise<void> {
    const client = davClient(twin, login)
    try {
      for (;;) {
        this.underWay = nextChange(this.known, this.#random)
        const { status } = await this.#send(client, this.underWay)
        assert.ok(status === 201 || status === 204, `${describe(this.underWay)} was answered ${status}`)
        this.known = this.underWay.after
        this.underWay = undefined
        this.acknowledged++
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error // else: the kill
    } finally {
      client.close()
    }
  }

  #send(client: DavClient, { method, path, to, body }: Change) {
    const headers = to === undefined ? {} : { destination: client.href(`${this.folder}/${to}`) }
    return client.send(method, `${this.folder}/${path}`, body, headers)
  }

  /** Fails unless the server has what this client knows, with or without what was under way. */
  async check(client: DavClient): Promise<void> {
    const found = await readState(client, this.folder)
    const possible = [this.known, ...(this.underWay ? [this.underWay.after] : [])]
    const under = this.underWay ? describe(this.underWay) : 'nothing'
    assert.ok(
      possible.some((state) => sameState(state, found)),
      `${this.folder} (seed ${seed}, under way: ${under}) has\n${list(found)}\nand had\n${list(this.known)}`,
    )
    this.known = found
    this.underWay = undefined
  }
}

const describe = ({ method, path, to }: Change): string => `${method} ${path}${to === undefined ? '' : ` to ${to}`}`
const list = (state: State): string =>
  [...state]
    .sort()
    .map(([path, what]) => `  ${path} ${what.slice(0, 8)}`)
    .join('\n')

async function readState(
  client: DavClient,
  folder: string,
  below = '',
  state = new Map<string, string>(),
): Promise<State> {
  const { body } = await client.expect(207, 'PROPFIND', `${folder}${below}/`, undefined, { depth: '1' })
  for (const response of body.toString().split('<D:response>').slice(2)) {
    const href = decodeURIComponent(/<D:href>([^<]*)/.exec(response)?.[1] ?? '')
    const path = href.slice(client.href(folder).length).replace(/\/$/, '')
    if (response.includes('<D:collection/>')) {
      state.set(path.slice(1), 'folder')
      await readState(client, folder, path, state)
    } else state.set(path.slice(1), hashOf((await client.expect(200, 'GET', `${folder}${path}`)).body))
  }
  return state
}

it(`nothing acknowledged is lost and nothing is half there over ${rounds} kills (seed ${seed})`, async (test) => {
  await using folder = await temporaryFolder()
  const data = folder.path
  await prepareData(data, login)
  const workers = Array.from({ length: clients }, (_, index) => new Worker(index))
  const random = randomFrom(seed ^ 0x5eed)
  for (let round = 0; round <= rounds; round++) {
    await using twin = await startProgram(data)
    const client = davClient(twin, login)
    for (const worker of workers) {
      if (round === 0) await client.expect(201, 'MKCOL', worker.folder)
      else await worker.check(client)
    }
    client.close()
    if (round === rounds) break
    const running = Promise.all(workers.map((worker) => worker.run(twin)))
    await Promise.race([running, pause(50 + random() * 750)])
    await twin.stop('SIGKILL')
    await running
    const { problems } = await verify(data)
    assert.deepEqual(problems, [], `round ${round} (seed ${seed})`)
  }
  const acknowledged = workers.reduce((sum, worker) => sum + worker.acknowledged, 0)
  test.diagnostic(`${acknowledged} changes were acknowledged`)
  assert.ok(acknowledged > rounds, 'the clients must have got something done')
})

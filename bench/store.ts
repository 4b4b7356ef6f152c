// node bench/store.ts [--seconds=4] [--writers=1,16,64,256] [--readers=64] [--reads-per-second=20000] [--database=postgresql://…] [--profile]
//
// A write is a 1 KB file put through the store's public API, with clock, journal and quota; a read is
// one of 64 concurrent `store.read`, over the accounts that are written and others, all the while.
// Both settle only with what is durable. It runs in a folder under TMPDIR: name a real disk.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Store, type View } from '../src/store/store.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    writers: { type: 'string', default: '1,16,64,256' },
    readers: { type: 'string', default: '64' },
    'reads-per-second': { type: 'string' },
    database: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
})

const accountCount = 16
const filesBefore = 500
const itemBytes = 1024

type Account = { id: number; root: number }
type Item = { parentId: number; name: string }

/** Bytes of the file's content, which is small enough to be in its row. */
async function get(store: Store, view: View, item: Item): Promise<number> {
  const node = await store.files.child(view, item.parentId, item.name)
  const blob = node?.blobId && (await store.blobs.get(view, node.blobId))
  const content = blob && store.blobs.open(blob)
  return content instanceof Uint8Array ? content.length : 0
}

async function addAccount(store: Store, name: string): Promise<Account> {
  const { id } = await store.write((tx) => store.accounts.create(tx, { name }))
  const root = await store.read((view) => store.files.root(view, id))
  return { id, root: root.id }
}

class Round {
  readonly #store: Store
  readonly #accounts: readonly Account[]
  readonly #items: Item[]
  readonly #content = randomBytes(itemBytes)
  readonly writeTimes: number[] = []
  readonly readTimes: number[] = []
  #stopped = false
  #sequence: number

  constructor(store: Store, accounts: readonly Account[], items: Item[]) {
    this.#store = store
    this.#accounts = accounts
    this.#items = items
    this.#sequence = items.length
  }

  async run(writers: number, readers: number, seconds: number): Promise<void> {
    const stop = setTimeout(seconds * 1000).then(() => {
      this.#stopped = true
    })
    await Promise.all([
      ...Array.from({ length: writers }, (_, index) => this.#write(index)),
      ...Array.from({ length: readers }, () => this.#read()),
    ])
    await stop
  }

  /** The writers share half of the accounts; the readers go over all. */
  async #write(index: number): Promise<void> {
    const account = this.#accounts[index % (accountCount / 2)] as Account
    while (!this.#stopped) await this.#timed(this.writeTimes, () => this.writeOne(account))
  }

  async writeOne(account: Account): Promise<void> {
    const sequence = this.#sequence++
    const content = Buffer.from(this.#content)
    content.writeUInt32LE(sequence)
    const name = `note-${sequence}.txt`
    const item = { parentId: account.root, name }
    const staged = this.#store.blobs.small(content)
    await this.#store.write((tx) => this.#store.files.put(tx, { accountId: account.id, ...item, staged }))
    this.#items.push(item)
  }

  async #read(): Promise<void> {
    const started = performance.now()
    const rate = Number(options['reads-per-second'] ?? Number.POSITIVE_INFINITY) / 1000
    while (!this.#stopped) {
      while (this.readTimes.length > (performance.now() - started) * rate) await setTimeout(1)
      const item = this.#items[Math.floor(Math.random() * this.#items.length)] as Item
      const size = await this.#timed(this.readTimes, () => this.#store.read((view) => get(this.#store, view, item)))
      if (size !== itemBytes) throw new Error(`${item.name} has ${size} bytes`)
    }
  }

  async #timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await work()
    times.push(performance.now() - started)
    return result
  }
}

function quantile(times: number[], share: number): string {
  const sorted = Float64Array.from(times).sort()
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2)
}

type ProfileNode = { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }

/** Self time by function, in shares of the main thread's time. */
async function profiled(work: () => Promise<void>): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const nodes = new Map<number, ProfileNode>(profile.nodes.map((node) => [node.id, node]))
  const times = new Map<string, number>()
  let total = 0
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id)?.callFrame
    const delta = profile.timeDeltas?.[index] ?? 0
    const name = `${frame?.functionName || '(anonymous)'} ${frame?.url.replace(/^.*\//, '') ?? ''}`
    times.set(name, (times.get(name) ?? 0) + delta)
    total += delta
  }
  for (const [name, time] of [...times].sort((a, b) => b[1] - a[1]).slice(0, 25)) {
    console.log(`      ${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
  }
}

const directory = await mkdtemp(join(tmpdir(), 'twin-bench-'))
const store = await Store.open({
  directory,
  defaultQuota: 2 ** 40,
  ...(options.database && { database: options.database }),
})
try {
  const accounts: Account[] = []
  for (let index = 0; index < accountCount; index++) accounts.push(await addAccount(store, `account${index}`))
  const items: Item[] = []
  const before = new Round(store, accounts, items)
  await Promise.all(accounts.flatMap((account) => Array.from({ length: filesBefore }, () => before.writeOne(account))))
  console.log('writers  writes/s   p50 ms   p99 ms    reads/s   p50 ms   p99 ms   main thread   other threads')
  const seconds = Number(options.seconds)
  for (const writers of options.writers.split(',').map(Number)) {
    const round = new Round(store, accounts, items)
    const cpu = process.cpuUsage()
    const mainCpu = process.threadCpuUsage()
    const started = performance.now()
    const work = () => round.run(writers, Number(options.readers), seconds)
    await (options.profile ? profiled(work) : work())
    const elapsed = performance.now() - started
    const all = process.cpuUsage(cpu)
    const main = process.threadCpuUsage(mainCpu)
    const percent = (microseconds: number) => `${(microseconds / elapsed / 10).toFixed(0)} %`
    const mainTime = main.user + main.system
    console.log(
      [
        String(writers).padStart(7),
        ((round.writeTimes.length / elapsed) * 1000).toFixed(0).padStart(9),
        quantile(round.writeTimes, 0.5).padStart(8),
        quantile(round.writeTimes, 0.99).padStart(8),
        ((round.readTimes.length / elapsed) * 1000).toFixed(0).padStart(10),
        quantile(round.readTimes, 0.5).padStart(8),
        quantile(round.readTimes, 0.99).padStart(8),
        percent(mainTime).padStart(13),
        percent(all.user + all.system - mainTime).padStart(15),
      ].join(' '),
    )
  }
} finally {
  await store.close()
  await rm(directory, { recursive: true, force: true })
}

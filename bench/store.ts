// node bench/store.ts [--seconds=4] [--writers=1,16,64,256] [--readers=64] [--profile]
//
// A write is a 1 KB file put through the store's public API, with clock, journal and quota; a read is
// one of 64 concurrent `store.read`, over the accounts that are written and others, all the while.
// Both settle only with what is durable. It runs in a folder under TMPDIR: name a real disk.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepared } from '../src/store/engine/prepared.ts'
import { Store, type Tx, type View } from '../src/store/store.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    writers: { type: 'string', default: '1,16,64,256' },
    readers: { type: 'string', default: '64' },
    profile: { type: 'boolean', default: false },
  },
})

const accountCount = 16
const filesBefore = 500
const itemBytes = 1024

type Account = { id: number; root: number }
type Item = { parentId: number; name: string }

const insertBlob = prepared((db, p: { hash: Buffer; size: number; data: Buffer; createdAt: number }) =>
  db
    .insertInto('blob')
    .values({ hash: p.hash, size: p.size, data: p.data, createdAt: p.createdAt })
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ markedAt: null }))
    .returning('id'),
)
const childOf = prepared((db, p: { parentId: number; name: string }) =>
  db
    .selectFrom('node')
    .leftJoin('blob', 'blob.id', 'node.blobId')
    .select(['node.id', 'node.changed', 'node.contentType', 'blob.hash', 'blob.data'])
    .where('node.parentId', '=', p.parentId)
    .where('node.name', '=', p.name),
)
const insertNode = prepared(
  (
    db,
    p: {
      accountId: number
      parentId: number
      name: string
      blobId: number
      size: number
      now: number
      position: number
    },
  ) =>
    db.insertInto('node').values({
      accountId: p.accountId,
      parentId: p.parentId,
      name: p.name,
      isFolder: 0,
      blobId: p.blobId,
      size: p.size,
      createdAt: p.now,
      modifiedAt: p.now,
      created: p.position,
      changed: p.position,
    }),
)

async function put(tx: Tx, account: Account, name: string, content: Buffer): Promise<void> {
  const hash = createHash('sha256').update(content).digest()
  if (await childOf.first(tx, { parentId: account.root, name })) throw new Error('the bench only makes new files')
  await tx.charge(account.id, content.length)
  const blob = await insertBlob.first(tx, { hash, size: content.length, data: content, createdAt: tx.now })
  const position = await tx.stamp(account.id)
  const node = { accountId: account.id, parentId: account.root, name, blobId: blob?.id ?? 0, size: content.length }
  await insertNode.run(tx, { ...node, now: tx.now, position })
  tx.changed(`files/${account.id}`)
}

async function get(view: View, item: Item): Promise<number> {
  return (await childOf.first(view, item))?.data?.length ?? 0
}

async function addAccount(store: Store, name: string): Promise<Account> {
  return store.write(async (tx) => {
    const { id } = await tx.db
      .insertInto('account')
      .values({ uid: name, name, displayName: name, quota: 1e12, createdAt: tx.now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await tx.db.insertInto('clock').values({ accountId: id }).execute()
    const root = await tx.db
      .insertInto('node')
      .values({ accountId: id, name: 'files', isFolder: 1, createdAt: 0, modifiedAt: 0, created: 0, changed: 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, root: root.id }
  })
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
    const timer = setTimeout(() => {
      this.#stopped = true
    }, seconds * 1000)
    await Promise.all([
      ...Array.from({ length: writers }, (_, index) => this.#write(index)),
      ...Array.from({ length: readers }, () => this.#read()),
    ])
    clearTimeout(timer)
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
    await this.#store.write((tx) => put(tx, account, name, content))
    this.#items.push({ parentId: account.root, name })
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      const item = this.#items[Math.floor(Math.random() * this.#items.length)] as Item
      const size = await this.#timed(this.readTimes, () => this.#store.read((view) => get(view, item)))
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
const store = await Store.open({ directory })
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

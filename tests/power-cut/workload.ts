// One life of a twin under the recorder: node workload.ts FOLDER ACKS SESSION STEPS kill|close
// It opens the real store, shows at once what it found, then writes, reads and tidies side by side. Each
// line in ACKS is the number of a step that somebody was told of, by an acknowledgement or by a read.
import { createHash } from 'node:crypto'
import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Collection } from '../../src/store/collections/collections.ts'
import type { Node } from '../../src/store/files/node.ts'
import { Store, type Tx, type View } from '../../src/store/store.ts'
import {
  calendarNames,
  contentOf,
  fileCount,
  fileName,
  folderNames,
  homeOf,
  itemCount,
  itemName,
  lastStepKey,
  random,
  type Step,
  stepKey,
} from './model.ts'

const [folder, acksPath, session, steps, end] = process.argv.slice(2) as [string, string, string, string, string]
const directory = join(folder, 'data')
const next = random(Number(session) + 5000)
const writers = 10
const readers = 3
const stepsBetweenTidyings = 25
const hour = 3_600_000

let time = Date.now() + Number(session) * 1000 * hour // ahead, so that files of a former life are old enough to go
const store = await Store.open({ directory, now: () => time, files: { versions: { days: 1, count: 1 }, trashDays: 1 } })
const acks = openSync(acksPath, 'a')
const tell = (text: string | number): void => void writeSync(acks, `${text}\n`)

tell(await store.read(lastStep))
const account = (await store.read((view) => store.accounts.byName(view, 'ann'))) ?? (await setUp())
const folders = await store.read(async (view) => {
  const root = await store.files.root(view, account.id)
  return Promise.all(folderNames.map((name) => store.files.child(view, root.id, name)))
})
const calendars = await store.read((view) =>
  Promise.all(
    calendarNames.map((name) => store.collections.find(view, { accountId: account.id, kind: 'calendar', name })),
  ),
)
tell(`keys ${hashOfKeys()}`)
tell('ready')

let begun = 0
let begunAtTidying = 0
let busy = 0
let pause: Promise<void> | undefined
let onIdle = () => {}
await Promise.all([...Array.from({ length: writers }, write), ...Array.from({ length: readers }, read), tidy()])
await store.close()

async function setUp() {
  return store.write(async (tx) => {
    const made = await store.accounts.create(tx, { name: 'ann' })
    const root = await store.files.root(tx, made.id)
    for (const name of folderNames) await store.files.mkdir(tx, { accountId: made.id, parentId: root.id, name })
    await tx.db.insertInto('setting').values({ key: lastStepKey, value: '0' }).execute()
    return made
  })
}

async function lastStep(view: View): Promise<number> {
  const row = await view.db.selectFrom('setting').select('value').where('key', '=', lastStepKey).executeTakeFirst()
  return Number(row?.value ?? 0)
}

async function write(): Promise<void> {
  while (begun < Number(steps)) {
    await pause
    if (begun - begunAtTidying >= stepsBetweenTidyings) {
      await new Promise((resolve) => setImmediate(resolve))
      continue
    }
    begun++
    if (end === 'kill' && begun === Number(steps)) killAfterCommit()
    busy++
    const done = await writeOne()
    if (done !== undefined) tell(done)
    if (--busy === 0) onIdle()
  }
}

/** The write of this turn is committed in the next one, and its sync takes longer. */
function killAfterCommit(): void {
  setImmediate(() => setImmediate(() => process.kill(process.pid, 'SIGKILL')))
}

/** The number of the step, or undefined when there was nothing to do. */
async function writeOne(): Promise<number | undefined> {
  if (next() < 0.4) return writeItem()
  const file = Math.floor(next() * fileCount)
  const choice = next()
  if (choice < 0.1) return store.write((tx) => done(tx, { kind: 'move', file }))
  if (choice < 0.2) return store.write((tx) => done(tx, { kind: 'remove', file }))
  const content = Math.floor(next() * 10_000)
  const staged = await store.blobs.receive(Readable.from([contentOf(content)]))
  const files = choice < 0.3 ? [file, (file + 1) % fileCount] : [file]
  return store.write(async (tx) => {
    for (const each of files) {
      const parentId = (await find(tx, each))?.parentId ?? folders[homeOf(each)]?.id ?? 0
      await store.files.put(tx, { accountId: account.id, parentId, name: fileName(each), staged })
    }
    return log(tx, { kind: 'put', files, content })
  })
}

async function done(tx: Tx, step: Extract<Step, { kind: 'move' | 'remove' }>): Promise<number | undefined> {
  const node = await find(tx, step.file)
  if (!node) return undefined
  if (step.kind === 'remove') await store.files.remove(tx, node)
  else {
    const parentId = folders.find((each) => each?.id !== node.parentId)?.id ?? 0
    await store.files.move(tx, node, { parentId, name: node.name })
  }
  return log(tx, step)
}

async function find(view: View, file: number): Promise<Node | undefined> {
  for (const each of folders) {
    const node = each && (await store.files.child(view, each.id, fileName(file)))
    if (node) return node
  }
  return undefined
}

/** The same with an event. */
async function writeItem(): Promise<number | undefined> {
  const item = Math.floor(next() * itemCount)
  const choice = next()
  if (choice < 0.15) return store.write((tx) => itemDone(tx, { kind: 'moveItem', item }))
  if (choice < 0.35) return store.write((tx) => itemDone(tx, { kind: 'removeItem', item }))
  const content = Math.floor(next() * 10_000)
  const staged = await store.blobs.receive(Readable.from([contentOf(content)]))
  return store.write(async (tx) => {
    const calendar = (await findItem(tx, item))?.calendar ?? (calendars[homeOf(item)] as Collection)
    const facts = { name: itemName(item), uid: String(item), component: 'VEVENT', firstStart: null, lastEnd: null }
    await store.collections.put(tx, calendar, { ...facts, staged })
    return log(tx, { kind: 'putItem', item, content })
  })
}

async function itemDone(tx: Tx, step: Extract<Step, { kind: 'moveItem' | 'removeItem' }>): Promise<number | undefined> {
  const found = await findItem(tx, step.item)
  if (!found) return undefined
  if (step.kind === 'removeItem') await store.collections.removeItem(tx, found.calendar, found.item)
  else {
    const to = calendars.find((each) => each?.id !== found.calendar.id) as Collection
    await store.collections.moveItem(tx, found.item, { from: found.calendar, to, name: found.item.name })
  }
  return log(tx, step)
}

async function findItem(view: View, item: number) {
  for (const calendar of calendars) {
    const found = calendar && (await store.collections.item(view, calendar, itemName(item)))
    if (found) return { calendar, item: found }
  }
  return undefined
}

async function log(tx: Tx, step: Step): Promise<number> {
  const number = (await lastStep(tx)) + 1
  await tx.db
    .updateTable('setting')
    .set({ value: String(number) })
    .where('key', '=', lastStepKey)
    .execute()
  await tx.db
    .insertInto('setting')
    .values({ key: stepKey(number), value: JSON.stringify(step) })
    .execute()
  return number
}

async function read(): Promise<void> {
  while (begun < Number(steps)) tell(await store.read(lastStep))
}

/**
 * Old versions, the trash and contents that nothing refers to go, as they do in a life of years: side by side with
 * the writers, who wait for it after each `stepsBetweenTidyings`, so that a slow machine tidies as often as a fast one.
 */
async function tidy(): Promise<void> {
  while (begun < Number(steps)) {
    await letTimePass()
    begunAtTidying = begun
    await store.files.tidy()
    await store.blobs.collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A day and more, between the uploads: none of them lasts that long. */
async function letTimePass(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  pause = promise
  if (busy > 0) await new Promise<void>((idle) => (onIdle = idle))
  onIdle = () => {}
  time += 30 * hour
  pause = undefined
  resolve()
}

function hashOfKeys(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(join(directory, 'keys')).sort())
    hash.update(name).update(readFileSync(join(directory, 'keys', name)))
  return hash.digest('hex')
}

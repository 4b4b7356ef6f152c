// Cuts the power at many points of a trace and looks at what is left. Runs in a worker, which takes its
// share of the cuts. A variant leaves some syncs out of the trace, as if the twin did not make them.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { type Mood, moods } from './crash-image.ts'
import { Disk } from './disk.ts'
import { random } from './model.ts'
import { type Event, readTrace } from './trace.ts'
import { type Told, whatIsWrong } from './verify-image.ts'

export type Variant = 'whole' | keyof typeof leftOut
export type CheckOptions = {
  trace: string
  scratch: string
  variant: Variant
  cuts: number
  seed: number
  /** This worker takes every `of`th cut. */
  share: number
  of: number
  /** For a variant, of which one bad image is enough. */
  stopAtFirst: boolean
}
export type CheckResult = { cuts: number; images: number; bad: string[] }

type Open = Extract<Event, { type: 'open' }>
type Sync = Extract<Event, { type: 'sync' }>
/** A sync, the file it is of, the number of its process, and whether that has told anybody anything yet. */
type Made = { sync: Sync; open: Open; life: number; serves: boolean }

/** The syncs that a twin without them would not make. */
const leftOut = {
  'the sync of the WAL': ({ open }: Made) => isOwnWal(open),
  'a sync of what a killed life left before it is shown': ({ open, life, serves }: Made) =>
    isDatabase(open) && life > 1 && !serves,
  'the syncs of a checkpoint': ({ open, sync }: Made) => isDatabase(open) && !open.readOnly && !sync.mainThread,
  'the sync of a content': ({ open }: Made) => open.path.includes('/blobs/') && !open.isFolder,
  'the sync of a folder of contents': ({ open }: Made) => open.path.includes('/blobs') && open.isFolder,
  'the sync of the folder of the keys': ({ open }: Made) => open.path.endsWith('/keys') && open.isFolder,
} satisfies Record<string, (made: Made) => boolean>

const isDatabase = (open: Open): boolean => /twin\.db(-wal)?$/.test(open.path)

/** SQLite opens its -wal to write it; the twin's own descriptor only syncs. */
const isOwnWal = (open: Open): boolean => open.path.endsWith('-wal') && open.readOnly

export const variants = Object.keys(leftOut) as (keyof typeof leftOut)[]

/** Cut after which events: a third anywhere, the rest where it hurts. */
function chooseCuts(events: readonly Event[], count: number, next: () => number): Set<number> {
  const hot = [...hotPoints(events)]
  const cuts = new Set<number>()
  for (let tries = 0; cuts.size < Math.min(count, events.length) && tries < count * 50; tries++) {
    const anywhere = next() < 0.33
    const cut = anywhere
      ? Math.floor(next() * events.length)
      : (hot[Math.floor(next() * hot.length)] as number) + Math.floor(next() * 4)
    if (cut < events.length) cuts.add(cut)
  }
  return cuts
}

/** Where something was just told, synced, made, renamed or deleted, and where a process begins to serve. */
function* hotPoints(events: readonly Event[]): Iterable<number> {
  const rare = new Set(['process', 'rename', 'link', 'unlink', 'mkdir', 'truncate'])
  let toldSince = 0
  for (const [index, event] of events.entries()) {
    if (event.type === 'process') toldSince = 0
    if (event.type === 'told' && toldSince++ < 4) for (let again = 0; again < 8; again++) yield index
    if (event.type === 'told' || event.type === 'synced') yield index
    if (rare.has(event.type) || (event.type === 'open' && event.created))
      for (let again = 0; again < 3; again++) yield index
  }
}

function note(told: Told, text: string): void {
  if (text === 'ready') told.ready = true
  else if (text.startsWith('keys ')) told.keys = text.slice(5)
  else told.step = Math.max(told.step, Number(text))
}

/** The harshest image of each cut, and one of another mood; at times the WAL and the rest fare differently. */
function moodsOf(next: () => number): ((path: string) => Mood)[] {
  const other = moods[1 + Math.floor(next() * (moods.length - 1))] as Mood
  const dice = next()
  const isWal = (path: string): boolean => path.endsWith('-wal')
  if (dice < 0.1) return [() => 'nothing', (path) => (isWal(path) ? 'everything' : 'nothing')]
  if (dice < 0.2) return [() => 'nothing', (path) => (isWal(path) ? 'nothing' : 'everything')]
  return [() => 'nothing', () => other]
}

export async function check(options: CheckOptions): Promise<CheckResult> {
  const events = readTrace(readFileSync(options.trace))
  const cuts = [...chooseCuts(events, options.cuts, random(options.seed))].sort((a, b) => a - b)
  const mine = new Set(cuts.filter((_, index) => index % options.of === options.share))
  const next = random(options.seed + options.share + 1)
  const leaveOut = options.variant === 'whole' ? () => false : leftOut[options.variant]
  const disk = new Disk()
  const opens = new Map<number, Open>()
  const told: Told = { step: 0, ready: false, keys: undefined }
  const result: CheckResult = { cuts: 0, images: 0, bad: [] }
  mkdirSync(options.scratch, { recursive: true })
  let life = 0
  let serves = false
  for (const [index, event] of events.entries()) {
    if (event.type === 'open') opens.set(event.open, event)
    if (event.type === 'process') {
      life++
      serves = false
    }
    if (event.type === 'told') {
      serves = true
      note(told, event.text)
    }
    const open = event.type === 'sync' && opens.get(event.open)
    if (!(open && leaveOut({ sync: event, open, life, serves }))) disk.apply(event)
    if (!mine.has(index)) continue
    result.cuts++
    for (const moodOf of moodsOf(next)) {
      result.images++
      const wrong = await whatIsWrong(disk.image(moodOf, next), `${options.scratch}/image`, told)
      if (wrong) result.bad.push(`after event ${index}, ${moodOf('/data/twin.db-wal')}: ${wrong}`)
    }
    if (options.stopAtFirst && result.bad.length > 0) break
  }
  rmSync(options.scratch, { recursive: true, force: true })
  return result
}

if (workerData) parentPort?.postMessage(await check(workerData as CheckOptions))

// What the recorded twin does, as plain data: a log of steps that is written in the same transactions
// as their effects, so that the state after a crash can be computed from the log found in it.
import { createHash } from 'node:crypto'

/** Every step is one `store.write`. `files` are numbers, `content` the number of a content. */
export type Step =
  | { kind: 'put'; files: number[]; content: number }
  | { kind: 'move'; file: number }
  | { kind: 'remove'; file: number }
  /** Events, each of which is in one of two calendars: stored anew or changed, moved to the other, removed. */
  | { kind: 'putItem'; item: number; content: number }
  | { kind: 'moveItem'; item: number }
  | { kind: 'removeItem'; item: number }

export const fileCount = 24
export const folderNames = ['left', 'right'] as const
export const itemCount = 16
/** Two that every account has. */
export const calendarNames = ['calendar', 'tasks'] as const
export const itemName = (item: number): string => `event ${item}.ics`
export const fileName = (file: number): string => `file ${file}.bin`
/** The row that holds the number of the last step, and those that hold the steps. */
export const lastStepKey = 'power-cut'
export const stepKey = (number: number): string => `power-cut-${String(number).padStart(6, '0')}`

/** Where a new file goes. */
export const homeOf = (file: number): number => file % folderNames.length

/** mulberry32 */
export function random(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Every fourth content is too large for a row, and one of few, so that it goes and comes again. */
export function contentOf(number: number): Buffer {
  const large = number % 4 === 0
  const seed = large ? (number / 4) % 40 : number + 1000
  const next = random(seed)
  const size = large ? 3000 + Math.floor(next() * 9000) : Math.floor(next() * 1500)
  const bytes = Buffer.alloc(size, `${seed}:`)
  if (large) for (let at = 0; at + 4 <= size; at += 97) bytes.writeUInt32LE(Math.floor(next() * 2 ** 32), at)
  return bytes
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

type Place = { folder: number; content: number }

/** Path of each file and of each event -> hash of its content, after the steps. */
export function replay(steps: readonly Step[]): Map<string, string> {
  const files = new Map<number, Place>()
  const items = new Map<number, Place>()
  for (const step of steps) {
    if (step.kind === 'put') for (const file of step.files) put(files, file, step.content)
    else if (step.kind === 'putItem') put(items, step.item, step.content)
    else if (step.kind === 'move') move(files, step.file)
    else if (step.kind === 'moveItem') move(items, step.item)
    else if (step.kind === 'remove') files.delete(step.file)
    else items.delete(step.item)
  }
  return new Map([...paths(files, folderNames, fileName), ...paths(items, calendarNames, itemName)])
}

const put = (places: Map<number, Place>, which: number, content: number): void =>
  void places.set(which, { folder: places.get(which)?.folder ?? homeOf(which), content })

function move(places: Map<number, Place>, which: number): void {
  const place = places.get(which)
  if (place) place.folder = 1 - place.folder
}

const paths = (places: Map<number, Place>, parents: readonly string[], name: (which: number) => string) =>
  [...places].map(
    ([which, { folder, content }]) => [`${parents[folder]}/${name(which)}`, contentHash(content)] as const,
  )

const hashes = new Map<number, string>()

function contentHash(number: number): string {
  const known = hashes.get(number) ?? hashOf(contentOf(number))
  hashes.set(number, known)
  return known
}

// What the recorded twin does, as plain data: a log of steps that is written in the same transactions
// as their effects, so that the state after a crash can be computed from the log found in it.
import { createHash } from 'node:crypto'

/** Every step is one `store.write`. `files` are numbers, `content` the number of a content. */
export type Step =
  | { kind: 'put'; files: number[]; content: number }
  | { kind: 'move'; file: number }
  | { kind: 'remove'; file: number }

export const fileCount = 24
export const folderNames = ['left', 'right'] as const
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

/** Path of each file -> hash of its content, after the steps. */
export function replay(steps: readonly Step[]): Map<string, string> {
  const places = new Map<number, { folder: number; content: number }>()
  for (const step of steps) {
    if (step.kind === 'remove') places.delete(step.file)
    else if (step.kind === 'move') {
      const place = places.get(step.file)
      if (place) place.folder = 1 - place.folder
    } else {
      for (const file of step.files)
        places.set(file, { folder: places.get(file)?.folder ?? homeOf(file), content: step.content })
    }
  }
  return new Map(
    [...places].map(([file, { folder, content }]) => [
      `${folderNames[folder]}/${fileName(file)}`,
      contentHash(content),
    ]),
  )
}

const hashes = new Map<number, string>()

function contentHash(number: number): string {
  const known = hashes.get(number) ?? hashOf(contentOf(number))
  hashes.set(number, known)
  return known
}

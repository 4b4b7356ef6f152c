// What a power cut may leave of one file. All that was written before a finished sync is there. Of what
// came later, each sector or page may be as it was, or as any later write left it: the page cache writes
// back in any order. Truncations are journaled by the file system: each whole or not at all, and in order;
// data beyond the new size that follow a truncation which did not arrive have not arrived either. Where a
// file grew and its data did not arrive there are zeros, or whatever was on the disk before.

export type Change = { at: number; data: Buffer } | { size: number }

/** How unkind the disk is. */
export const moods = ['nothing', 'everything', 'prefix', 'sectors', 'pages', 'late'] as const
export type Mood = (typeof moods)[number]

const sector = 512
const page = 4096

/** Content with all of `changes` applied. May change `base` in place. */
export function applyAll(base: Buffer, changes: readonly Change[]): Buffer {
  let content = base
  for (const change of changes)
    content = 'size' in change ? resize(content, change.size) : overwrite(content, change.at, change.data)
  return content
}

/** The file as it may be found; `base` is what is surely there. */
export function crashImage(base: Buffer, changes: readonly Change[], mood: Mood, next: () => number): Buffer {
  if (mood === 'nothing' || changes.length === 0) return base
  if (mood === 'everything') return applyAll(copyOf(base), changes)
  if (mood === 'prefix') return applyAll(copyOf(base), prefix(changes, next))
  const possible = whatCanHaveArrived(changes, next)
  return someUnits(base, possible, mood, next)
}

/** A prefix of the truncations, and the writes that do not hang on one that is not in it. */
function whatCanHaveArrived(changes: readonly Change[], next: () => number): Change[] {
  const truncations = changes.flatMap((change, index) => ('size' in change ? [{ index, size: change.size }] : []))
  const lost = truncations[Math.floor(next() * (truncations.length + 1))]
  if (!lost) return [...changes]
  return changes.filter(
    (change, index) => index < lost.index || (!('size' in change) && change.at + change.data.length <= lost.size),
  )
}

/** The first changes, the last of them torn at a sector. */
function prefix(changes: readonly Change[], next: () => number): Change[] {
  const count = Math.floor(next() * (changes.length + 1))
  const torn = changes[count]
  const whole = changes.slice(0, count)
  if (!torn || 'size' in torn) return whole
  const end = Math.floor((torn.at + next() * torn.data.length) / sector) * sector
  return end > torn.at ? [...whole, { at: torn.at, data: torn.data.subarray(0, end - torn.at) }] : whole
}

function someUnits(base: Buffer, changes: readonly Change[], mood: Mood, next: () => number): Buffer {
  const unit = mood === 'sectors' ? sector : page
  const kept = [0.05, 0.3, 0.5, 0.7, 0.95][Math.floor(next() * 5)] as number
  const from = Math.floor(next() * changes.length)
  const touching = unitsTouched(changes, unit)
  let content = copyOf(base)
  for (const change of changes) if ('size' in change) content = resize(content, Math.min(change.size, content.length))
  const garbage = next() < 0.25
  for (const [number, indexes] of touching) {
    const last = indexes.at(-1) as number
    const versions = mood === 'late' ? (last >= from ? indexes.length : 0) : someVersions(indexes.length, kept, next)
    const start = number * unit
    if (versions === 0 && start >= base.length && garbage) content = overwrite(content, start, noise(unit, next))
    for (const index of indexes.slice(0, versions))
      content = overwrite(content, ...within(changes[index] as Change, start, unit))
  }
  return content
}

/** All of them, none, or those up to one in between. */
function someVersions(count: number, kept: number, next: () => number): number {
  const dice = next()
  if (dice < kept) return count
  return dice < kept + (1 - kept) * 0.8 ? 0 : Math.floor(next() * (count + 1))
}

/** Which changes touched each unit; those that a later truncation took away again do not count. */
function unitsTouched(changes: readonly Change[], unit: number): Map<number, number[]> {
  const touching = new Map<number, number[]>()
  for (const [index, change] of changes.entries()) {
    if ('size' in change) {
      for (const number of touching.keys()) if (number * unit >= change.size) touching.delete(number)
      continue
    }
    for (let number = Math.floor(change.at / unit); number * unit < change.at + change.data.length; number++) {
      const indexes = touching.get(number)
      if (indexes) indexes.push(index)
      else touching.set(number, [index])
    }
  }
  return touching
}

function within(change: Change, start: number, unit: number): [number, Buffer] {
  if ('size' in change) throw new Error('a truncation touches no unit')
  const from = Math.max(start, change.at)
  const to = Math.min(start + unit, change.at + change.data.length)
  return [from, change.data.subarray(from - change.at, to - change.at)]
}

function resize(content: Buffer, size: number): Buffer {
  return size <= content.length ? content.subarray(0, size) : overwrite(content, size, Buffer.alloc(0))
}

function overwrite(content: Buffer, at: number, data: Buffer): Buffer {
  const target = at + data.length <= content.length ? content : grown(content, at + data.length)
  data.copy(target, at)
  return target
}

/** Longer by zeros, in the room behind it where there is some: a log grows by thousands of small writes. */
function grown(content: Buffer, size: number): Buffer {
  if (content.buffer.byteLength >= size) return Buffer.from(content.buffer, 0, size).fill(0, content.length)
  const larger = Buffer.alloc(size * 2)
  content.copy(larger)
  return larger.subarray(0, size)
}

/** In memory of its own: `grown` would write into Buffer's shared pool. */
function copyOf(content: Buffer): Buffer {
  const copy = Buffer.alloc(content.length)
  content.copy(copy)
  return copy
}

const noise = (size: number, next: () => number): Buffer =>
  Buffer.alloc(size, Buffer.from([next() * 256, next() * 256, 1]))

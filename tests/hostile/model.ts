// What a client knows of its own folder: which names there are and what is in them. A change is a function from one
// such state to the next, so that after a kill the server must show the state before it or the one after it.
import { createHash } from 'node:crypto'

/** Path to content's hash, or 'folder'. Paths are relative, without slashes at their ends. */
export type State = ReadonlyMap<string, string>

export type Change = {
  method: 'PUT' | 'MKCOL' | 'DELETE' | 'MOVE' | 'COPY'
  path: string
  /** For MOVE and COPY. */
  to?: string
  body?: Buffer
  after: State
}

/** Numbers from 0 to 1 that a seed decides. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

const names = ['a', 'b', 'c', 'd']
const sizes = [0, 10, 1_000, 60_000, 70_000, 400_000]

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

/** A change that the state allows; the server must do it, whole. */
export function nextChange(state: State, random: () => number): Change {
  const folders = ['', ...[...state].filter(([, what]) => what === 'folder').map(([path]) => path)]
  const place = (): string => {
    const folder = pick(
      random,
      folders.filter((path) => path.split('/').length < 3),
    )
    return folder === '' ? pick(random, names) : `${folder}/${pick(random, names)}`
  }
  const existing = [...state.keys()]
  const source = existing.length > 0 ? pick(random, existing) : undefined
  const dice = random()
  if (dice < 0.5 || source === undefined) return put(state, place(), random)
  if (dice < 0.6) return mkcol(state, place()) ?? put(state, place(), random)
  if (dice < 0.75) return { method: 'DELETE', path: source, after: without(state, source) }
  return transfer(state, dice < 0.88 ? 'MOVE' : 'COPY', source, place()) ?? put(state, place(), random)
}

function put(state: State, path: string, random: () => number): Change {
  if (state.get(path) === 'folder') return { method: 'DELETE', path, after: without(state, path) }
  const body = Buffer.alloc(pick(random, sizes), String(random()))
  return { method: 'PUT', path, body, after: new Map(state).set(path, hashOf(body)) }
}

function mkcol(state: State, path: string): Change | undefined {
  return state.has(path) ? undefined : { method: 'MKCOL', path, after: new Map(state).set(path, 'folder') }
}

/** With `Overwrite: T`, which replaces whatever is there; not onto itself, into itself or over what is above it. */
function transfer(state: State, method: 'MOVE' | 'COPY', path: string, to: string): Change | undefined {
  if (to === path || to.startsWith(`${path}/`) || path.startsWith(`${to}/`)) return undefined
  const after = new Map(without(state, to))
  for (const [name, what] of state) {
    if (name !== path && !name.startsWith(`${path}/`)) continue
    if (method === 'MOVE') after.delete(name)
    after.set(to + name.slice(path.length), what)
  }
  return { method, path, to, after }
}

const without = (state: State, path: string): State =>
  new Map([...state].filter(([name]) => name !== path && !name.startsWith(`${path}/`)))

export const sameState = (a: State, b: State): boolean =>
  a.size === b.size && [...a].every(([path, what]) => b.get(path) === what)

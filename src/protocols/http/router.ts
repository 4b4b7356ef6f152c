// A request belongs to the mount with the longest prefix. Paths stay percent-encoded here: only the owner of a
// mount knows what a segment means, and decoding twice is how `..%2f` gets through.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'

/** What the server knows of a request beyond the request itself. */
export type Context = {
  /** Raw and still percent-encoded, without the query. */
  readonly path: string
  /** Without the question mark; empty when there is none. */
  readonly query: string
  readonly remoteAddress: string
  /** Names this request in the log and in a 500. */
  readonly id: string
  /** Made at first use and carries `id`. */
  readonly log: Logger
  readonly secure: true
  /** Aborted when the server closes: an answer that would have no end has one then. */
  readonly closing: AbortSignal
}

/** A DomainError that it throws is answered by the table of errors.ts; a wire with a table of its own answers before. */
export type Handler = (request: IncomingMessage, response: ServerResponse, context: Context) => Promise<void>

export type Mount = {
  /** With a closing slash all that is below it, and itself without the slash; without one, that path alone. */
  readonly prefix: string
  /** Only these methods; a request with another one goes to the next shorter prefix. */
  readonly methods?: readonly string[]
  readonly handle: Handler
}

const covers = (prefix: string, path: string): boolean =>
  prefix.endsWith('/') ? path.startsWith(prefix) || path === prefix.slice(0, -1) : path === prefix

/** Finds the mount of a request. Of two with the same prefix, the one for some methods only is asked first. */
export const createRouter = (mounts: readonly Mount[]) => {
  const longestFirst = mounts.toSorted(
    (a, b) => b.prefix.length - a.prefix.length || Number(a.methods === undefined) - Number(b.methods === undefined),
  )
  return (method: string, path: string): Mount | undefined => {
    for (const mount of longestFirst) {
      if (covers(mount.prefix, path) && (mount.methods === undefined || mount.methods.includes(method))) return mount
    }
    return undefined
  }
}

/**
 * Splits a request target into path and query.
 * RFC 9112 §3.2.2: a server accepts the absolute form in requests, too.
 */
export const splitTarget = (target: string): { path: string; query: string } => {
  let start = 0
  if (!target.startsWith('/')) {
    const authority = /^https?:\/\/[^/?#]*/i.exec(target)
    if (authority !== null) start = authority[0].length
  }
  const mark = target.indexOf('?', start)
  const path = mark === -1 ? target.slice(start) : target.slice(start, mark)
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : target.slice(mark + 1) }
}

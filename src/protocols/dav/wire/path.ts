// Between the bytes of a request target and the names that people gave.
// A path is decoded once, segment by segment, and a name that could mean another place is never let through.

import { DomainError } from '../../../errors.ts'

const refuse = (message: string): never => {
  throw new DomainError('BadRequest', message)
}

const plain = /^[\x21-\x24\x26-\x7e]*$/

/**
 * Decodes a raw path into its names; `/a//b/` has two, and `collection` says whether it ended in a slash.
 *
 * @param path still percent-encoded. Bytes that some clients send bare stand as one character each, as node:http
 *   leaves them.
 * @throws DomainError BadRequest for what is not percent-encoded UTF-8, for dot segments, and for a slash or NUL
 *   inside a name.
 */
export const parsePath = (path: string): { segments: string[]; collection: boolean } => {
  if (path.includes('#')) refuse('A fragment has no place in a request') // RFC 9112 §3.2
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    const name = plain.test(raw) ? raw : decode(raw)
    // Decoded before this check: `..%2f` and `%2e%2e` are what they decode to.
    if (name === '.' || name === '..') refuse('Dot segments are resolved by the client')
    if (name.includes('/') || name.includes('\0')) refuse('A name holds no slash and no NUL')
    segments.push(name)
  }
  return { segments, collection: path.endsWith('/') }
}

const decode = (raw: string): string => {
  const escaped = raw.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
  try {
    return decodeURIComponent(escaped)
  } catch {
    return refuse('The path is not percent-encoded UTF-8')
  }
}

const unreserved = /^[A-Za-z0-9\-._~]*$/

/** One name as a path segment. */
export const encodeSegment = (name: string): string =>
  unreserved.test(name) ? name : encodeURIComponent(name.toWellFormed())

/** An absolute path; a collection's ends in a slash. RFC 4918 §5.2 */
export const encodePath = (segments: readonly string[], collection: boolean): string => {
  let path = ''
  for (const segment of segments) path += `/${encodeSegment(segment)}`
  return collection || path === '' ? `${path}/` : path
}

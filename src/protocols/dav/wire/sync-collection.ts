import { DomainError } from '../../../errors.ts'
import type { Element } from '../../../formats/xml/element.ts'
import { child, DAV, text } from '../../../formats/xml/element.ts'
import type { Depth } from './headers.ts'
import type { PropertyName } from './names.ts'
import { parseProp } from './propfind.ts'

/** RFC 6578 §6.1 */
export type SyncCollection = {
  /** Undefined for the first synchronisation. */
  readonly token: string | undefined
  readonly infinite: boolean
  readonly limit: number | undefined
  readonly names: readonly PropertyName[]
}

/** @param depth the header: drafts of the RFC, which old clients follow, said the sync-level there (appendix A). */
export const parseSyncCollection = (root: Element, depth: Depth | undefined): SyncCollection => {
  const invalid = (message: string): never => {
    throw new DomainError('BadRequest', message)
  }
  const token = child(root, DAV, 'sync-token')
  const prop = child(root, DAV, 'prop')
  if (token === undefined || prop === undefined) return invalid('sync-collection holds a sync-token and a prop')
  const levelElement = child(root, DAV, 'sync-level')
  const level = levelElement === undefined ? (depth ?? '1') : text(levelElement).trim()
  // RFC 6578 §3.2: with the sync-level given, Depth is 0 or absent; what other Depth says is not listened to.
  if (level !== '1' && level !== 'infinite' && level !== 'infinity') return invalid('sync-level is 1 or infinite')
  const nresults = child(root, DAV, 'limit')
  const count = nresults === undefined ? undefined : child(nresults, DAV, 'nresults')
  const limit = count === undefined ? undefined : Number(text(count).trim())
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
    return invalid('nresults is a positive number')
  return { token: text(token).trim() || undefined, infinite: level !== '1', limit, names: parseProp(prop) }
}

// A sync-token is a URI (RFC 6578 §4); this one holds the store's token and nothing that a client may rely on.
const prefix = 'urn:x-twin:sync:'

export const writeSyncToken = (token: string): string => prefix + token

/** The store's token; undefined when this server never gave out such a URI. */
export const parseSyncToken = (uri: string): string | undefined =>
  /^urn:x-twin:sync:[A-Za-z0-9._-]{1,100}$/.test(uri) ? uri.slice(prefix.length) : undefined

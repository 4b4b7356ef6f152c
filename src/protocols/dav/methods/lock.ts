import { DomainError, isDomainError } from '../../../errors.ts'
import type { Lock } from '../../../store/locks.ts'
import type { Tx } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerXml, type Exchange, header, locateRequest, readXml } from '../exchange.ts'
import { guard, requireIf } from '../guard.ts'
import { locksAt, locksBelow, locksCovering } from '../locking.ts'
import { requirePrivileges } from '../privileges.ts'
import { activeLocks, type RootedLock } from '../properties/locks.ts'
import type { Place, Resource } from '../resource.ts'
import { parseDepth, parseTimeout } from '../wire/headers.ts'
import { parseIf, submittedTokens } from '../wire/if-header.ts'
import { type Lockinfo, parseLockinfo } from '../wire/lockinfo.ts'
import { declaration } from '../wire/multistatus.ts'
import { putAt } from './place-content.ts'
import { requireAllowed, requireResource } from './require.ts'

/** LOCK (RFC 4918 §9.10): with a body a new lock, without one the refreshing of one that the If header names. */
export const lock = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  const seconds = parseTimeout(header(request, 'timeout'))
  const depth = parseDepth(header(request, 'depth')) ?? 'infinity' // §9.10.3
  if (depth === '1') throw new DomainError('BadRequest', 'LOCK has Depth 0 or infinity')
  const body = await readXml(request)
  if (body === undefined) {
    const locks = await store.write((tx) => refresh(exchange, tx, seconds))
    return answerXml(response, 200, lockdiscovery(locks, store.now()))
  }
  const lockinfo = parseLockinfo(body)
  const { granted, locks, created } = await store.write(async (tx) => {
    const place = await locateRequest(exchange, tx)
    const created = place.resource === undefined
    const resource = place.resource ?? (await makeEmpty(exchange, tx, place))
    requireAllowed(resource, 'LOCK')
    requirePrivileges([resource, 'write-content'])
    if (!created) await guard(exchange, tx, place, {})
    const granted = await grant(exchange, tx, resource, { ...lockinfo, deep: depth === 'infinity', seconds })
    return { granted, locks: await locksCovering(exchange, tx, resource), created }
  })
  response.setHeader('Lock-Token', `<${granted.token}>`) // §9.10.1
  answerXml(response, created ? 201 : 200, lockdiscovery(locks, store.now()))
}

const lockdiscovery = (locks: readonly RootedLock[], now: number): string =>
  `${declaration}<D:prop xmlns:D="DAV:"><D:lockdiscovery>${activeLocks(locks, now)}</D:lockdiscovery></D:prop>\n`

/** §7.3: a lock on an address where nothing is makes an empty resource there. */
const makeEmpty = async (exchange: Exchange, tx: Tx, place: Place): Promise<Resource> => {
  if (place.parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
  requirePrivileges([place.parent, 'bind'])
  await guard(exchange, tx, place, { membership: true })
  const staged = exchange.store.blobs.small(new Uint8Array())
  return (await putAt(tx, place, { staged, contentType: undefined, modifiedAt: undefined })).resource
}

const grant = async (
  exchange: Exchange,
  tx: Tx,
  resource: Resource,
  { exclusive, owner, deep, seconds }: Lockinfo & { deep: boolean; seconds: number | undefined },
): Promise<Lock> => {
  const { store, principal } = exchange
  const { kind, id, space } = resource
  if (kind === undefined) throw refusal('method-not-allowed', 'It is not locked')
  const lineage = await space.lineage(tx, principal, id)
  const ancestors = lineage
    .map((item) => item.id)
    .filter((ancestor) => ancestor !== id)
    .toReversed()
  const below = deep && resource.isCollection ? await locksBelow(exchange, tx, resource) : []
  const request = { kind, itemId: id, accountId: principal.accountId, exclusive, deep, owner, seconds, ancestors }
  try {
    return await store.locks.create(tx, request, below)
  } catch (error) {
    if (!isDomainError(error, 'Locked')) throw error
    const hrefs = new Map(lineage.map((item) => [item.id, item.href]))
    const locks = (error.detail.locks as (Lock & { root?: string })[]).map((lock) => ({
      root: hrefs.get(lock.itemId),
      ...lock,
    }))
    throw refusal('no-conflicting-lock', error.message, { locks })
  }
}

/** §9.10.2: the token is in the If header; the lock may be on a collection above. */
const refresh = async (exchange: Exchange, tx: Tx, seconds: number | undefined): Promise<RootedLock[]> => {
  const { request, store, principal } = exchange
  const value = header(request, 'if')
  if (value === undefined)
    throw new DomainError('BadRequest', 'A lock is made with a body and refreshed with an If header')
  const place = await locateRequest(exchange, tx)
  requireResource(place)
  await requireIf(exchange, tx, place)
  const tokens = submittedTokens(parseIf(value))
  const locks = await locksAt(exchange, tx, place)
  const held = locks.find(({ token, accountId }) => tokens.has(token) && accountId === principal.accountId)
  if (held === undefined) throw new DomainError('PreconditionFailed', 'None of the tokens locks this') // §9.10.6
  const refreshed = await store.locks.refresh(tx, held, seconds)
  return [{ ...refreshed, root: held.root }]
}

// COPY and MOVE (RFC 4918 §9.8, §9.9). A move is one write. A copy of a tree is built aside first, and one write makes
// it visible, after everything was asked again. Between accounts a tree is moved as it is copied, and the write that
// makes it visible takes away what it was copied from.

import { DomainError } from '../../../errors.ts'
import type { View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locate, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import { releaseBelow, requireUnlocked, type Touch } from '../locking.ts'
import { requirePrivileges } from '../privileges.ts'
import type { Place, Removal, Resource } from '../resource.ts'
import { parseDestination } from '../wire/destination.ts'
import { parseDepth, parseOverwrite } from '../wire/headers.ts'
import { requireAllowed, requireResource } from './require.ts'

export const copy = async (exchange: Exchange): Promise<void> => {
  const depth = parseDepth(header(exchange.request, 'depth')) ?? 'infinity'
  if (depth === '1') throw new DomainError('BadRequest', 'COPY has Depth 0 or infinity') // §9.8.3
  const shallow = depth === '0'
  const { from, to } = await exchange.store.read((view) => requireTransfer(exchange, view, 'COPY', shallow))
  if (from.space.copy === undefined) throw refusal('method-not-allowed', 'It is not copied')
  let created = to.resource === undefined
  await from.space.copy(from, {
    to,
    shallow,
    guard: async (tx) => {
      const now = await requireTransfer(exchange, tx, 'COPY', shallow)
      if (now.from.id !== from.id) throw new DomainError('Conflict', 'It was moved away meanwhile')
      created = now.to.resource === undefined
      if (now.to.resource !== undefined) await releaseBelow(exchange, tx, now.to.resource)
      return now.to
    },
  })
  if (from.scheduleTag !== undefined) await tellScheduleTag(exchange)
  answerEmpty(exchange.response, created ? 201 : 204)
}

export const move = async (exchange: Exchange): Promise<void> => {
  const depth = parseDepth(header(exchange.request, 'depth'))
  const outcome = await exchange.store.write(async (tx) => {
    const { from, to } = await requireTransfer(exchange, tx, 'MOVE', false)
    if (isTreeToOthers(from, to)) return { tree: from, to }
    // §9.9.2: a collection moves with all that is in it.
    if (from.isCollection && depth !== undefined && depth !== 'infinity')
      throw new DomainError('BadRequest', 'MOVE of a collection has Depth infinity')
    if (from.space.move === undefined) throw refusal('method-not-allowed', 'It is not moved')
    if (!from.grant?.isRoot) await releaseBelow(exchange, tx, from)
    if (to.resource !== undefined) await releaseBelow(exchange, tx, to.resource)
    const { finish } = await from.space.move(tx, from, to)
    return { tree: undefined, created: to.resource === undefined, finish, scheduled: from.scheduleTag !== undefined }
  })
  const { created, finish } = outcome.tree === undefined ? outcome : await moveTree(exchange, outcome.tree, outcome.to)
  await finish?.()
  if (outcome.scheduled) await tellScheduleTag(exchange)
  answerEmpty(exchange.response, created ? 201 : 204)
}

/** RFC 6638 §8.2: of a meeting in its new place. */
const tellScheduleTag = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  const { segments } = parseDestination(header(request, 'destination'), request.headers.host)
  const { resource } = await store.read((view) => locate(exchange, view, segments))
  if (resource?.scheduleTag !== undefined) response.setHeader('Schedule-Tag', `"${resource.scheduleTag}"`)
}

/** A tree that goes to somebody else's: too much for one write. What was shared itself goes nowhere. */
const isTreeToOthers = (from: Resource, { parent }: Place): boolean =>
  from.isCollection && !from.grant?.isRoot && parent?.accountId !== from.accountId

const moveTree = async (exchange: Exchange, from: Resource, to: Place) => {
  const { space } = from
  if (space.copy === undefined || space.remove === undefined) throw refusal('method-not-allowed', 'It is not moved')
  let created = false
  let finish: Removal['finish']
  await space.copy(from, {
    to,
    shallow: false,
    guard: async (tx) => {
      const now = await requireTransfer(exchange, tx, 'MOVE', false)
      if (now.from.id !== from.id) throw new DomainError('Conflict', 'It was moved away meanwhile')
      created = now.to.resource === undefined
      await releaseBelow(exchange, tx, now.from)
      if (now.to.resource !== undefined) await releaseBelow(exchange, tx, now.to.resource)
      return now.to
    },
    after: async (tx) => {
      finish = (await space.remove?.(tx, from))?.finish
    },
  })
  return { created, finish }
}

/** Source and destination, when everything that must hold between them does. */
const requireTransfer = async (
  exchange: Exchange,
  view: View,
  method: 'COPY' | 'MOVE',
  shallow: boolean,
): Promise<{ from: Resource; to: Place }> => {
  const { request } = exchange
  const destination = parseDestination(header(request, 'destination'), request.headers.host)
  const overwrite = parseOverwrite(header(request, 'overwrite'))
  const source = await locateRequest(exchange, view)
  const from = requireResource(source)
  requireAllowed(from, method)
  const to = await locate(exchange, view, destination.segments)
  requireApart(from, to, shallow)
  if (to.parent === undefined) throw refusal('parent-missing', 'The destination has no folder to be in')
  if (to.resource?.grant?.isRoot)
    throw new DomainError('Forbidden', 'What others share is not overwritten, only what is in it')
  requirePrivileges(
    method === 'MOVE' ? [source.parent, 'unbind'] : [from, 'read'],
    to.resource === undefined ? [to.parent, 'bind'] : [to.parent, 'bind', 'unbind'],
  )
  await guard(exchange, view, source, touchOf(from, method))
  if (to.resource !== undefined && !overwrite)
    throw new DomainError('PreconditionFailed', 'Something is at the destination') // §9.8.5
  const keepsMember = to.resource !== undefined && !to.resource.isCollection && !from.isCollection
  await requireUnlocked(exchange, view, to, { self: true, membership: !keepsMember, below: true })
  return { from, to }
}

/** Who renames what others share with them changes their own home alone. */
const touchOf = ({ grant }: Resource, method: 'COPY' | 'MOVE'): Touch => {
  if (method === 'COPY') return {}
  return grant?.isRoot ? { membership: true } : { self: true, membership: true, below: true }
}

/** Neither onto itself, nor into itself, nor over what it is in. */
const requireApart = (from: Resource, to: Place, shallow: boolean): void => {
  const source = from.href.replace(/\/$/, '')
  const target = to.href.replace(/\/$/, '')
  // §9.8.5, §9.9.4: 403 where source and destination are the same resource.
  if (source === target) throw refusal('same-resource', 'Source and destination are the same')
  if (target.startsWith(`${source}/`) && !shallow) throw refusal('same-resource', 'A folder does not go into itself')
  if (source.startsWith(`${target}/`)) throw refusal('same-resource', 'It would overwrite the folder that it is in')
}

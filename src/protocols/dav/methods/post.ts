import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors.ts'
import type { Staged } from '../../../store/blobs/blobs.ts'
import { refusal } from '../errors.ts'
import { type Exchange, header, locateRequest, readXml } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requirePrivileges } from '../privileges.ts'
import type { Space, Written } from '../resource.ts'
import { keyOf } from '../wire/names.ts'
import { answerWritten, putAt, receive, spaceOf } from './place-content.ts'
import { requireAllowed, requireResource } from './require.ts'

/** RFC 5995: a POST to a collection makes a new member, whose name the server chooses. */
export const post = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  const contentType = header(request, 'content-type')
  await store.read(async (view) => requireAllowed(requireResource(await locateRequest(exchange, view)), 'POST'))
  const space = spaceOf(exchange)
  const outcome = await addMember(exchange, await receive(exchange, space, {}), contentType)
  response.setHeader('Location', outcome.resource.href) // RFC 5995 §3.2
  answerWritten(exchange, outcome)
}

/** Puts a content into the request's collection, under a fresh name. */
export const addMember = async (
  exchange: Exchange,
  staged: Staged,
  contentType: string | undefined,
): Promise<Written> => {
  try {
    const findings = await spaceOf(exchange)?.examine?.(staged, contentType)
    return await exchange.store.write(async (tx) => {
      const place = await locateRequest(exchange, tx)
      const collection = requireResource(place)
      requireAllowed(collection, 'POST')
      requirePrivileges([collection, 'bind'])
      const name = collection.space.memberName?.(contentType)
      if (name === undefined) throw refusal('method-not-allowed', 'No members are made here')
      const member = { space: place.space, href: collection.href + name, name, parent: collection, resource: undefined }
      await guard(exchange, tx, place, {})
      await guard(exchange, tx, member, { membership: true })
      return putAt(tx, member, { staged, findings, contentType, modifiedAt: undefined })
    })
  } catch (error) {
    await staged.discard()
    throw error
  }
}

/**
 * The method for an XML document that is POSTed to a space that knows some of them: what it means is the name of its root
 * element. Undefined for every other request.
 */
export const postedXml = (
  request: IncomingMessage,
  space: Space | undefined,
): ((exchange: Exchange) => Promise<void>) | undefined => {
  const { posts } = space ?? {}
  const isXml = /^(application|text)\/([a-z.-]+\+)?xml\b/i.test(header(request, 'content-type') ?? '')
  if (posts === undefined || request.method !== 'POST' || !isXml) return undefined
  return async (exchange) => {
    const body = await readXml(request)
    const run = body && posts.get(keyOf(body.namespace, body.name))
    if (body === undefined || run === undefined) throw new DomainError('Unsupported', 'Nothing is done with this')
    const place = await exchange.store.read((view) => locateRequest(exchange, view))
    await run(exchange, requireResource(place), body)
  }
}

import { DomainError } from '../../../errors.ts'
import { conditionOf, statusFor, statusOf } from '../errors.ts'
import { answerEmpty, answerXml, type Exchange, header, locateRequest, readXml } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requirePrivileges } from '../privileges.ts'
import { applyUpdates } from '../properties/update.ts'
import { parsePreferences } from '../wire/headers.ts'
import { errorElement, href, multistatusEnd, multistatusStart, propstat, tagsFor } from '../wire/multistatus.ts'
import { keyOf } from '../wire/names.ts'
import { type PropertyUpdate, parsePropertyUpdate } from '../wire/proppatch.ts'
import { spaceOf } from './place-content.ts'
import { requireAllowed, requireResource } from './require.ts'

/** PROPPATCH (RFC 4918 §9.2): all instructions in order, or none. */
export const proppatch = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  const root = await readXml(request)
  if (root === undefined) throw new DomainError('BadRequest', 'PROPPATCH needs a body')
  const updates = parsePropertyUpdate(root)
  let at = ''
  try {
    await store.write(async (tx) => {
      const place = await locateRequest(exchange, tx)
      const resource = requireResource(place)
      requireAllowed(resource, 'PROPPATCH')
      if (!updates.every((update) => resource.space.isPersonal?.(resource, update)))
        requirePrivileges([resource, 'write-properties'])
      await guard(exchange, tx, place, { self: true })
      at = resource.href
      await applyUpdates(exchange, tx, resource, updates)
      await resource.space.touch?.(tx, resource)
    })
  } catch (error) {
    if (!(error instanceof DomainError) || error.detail.update === undefined) throw error
    return answerXml(response, 207, document(at, refused(updates, error, spaceOf(exchange)?.conditions)))
  }
  const { minimal } = parsePreferences(header(request, 'prefer'), header(request, 'brief'))
  if (!minimal) return answerXml(response, 207, document(at, propstat(names(updates), 200)))
  response.setHeader('Preference-Applied', 'return=minimal')
  answerEmpty(response, 200) // RFC 8144 §2.3: nothing to tell but success
}

const document = (at: string, propstats: string): string =>
  `${multistatusStart}<D:response>${href(at)}${propstats}</D:response>${multistatusEnd}`

/** A property set and removed in one request is named once. */
const names = (updates: readonly PropertyUpdate[]): string => {
  const tags = new Map(updates.map(({ namespace, name }) => [keyOf(namespace, name), tagsFor(namespace, name).empty]))
  return [...tags.values()].join('')
}

/** §9.2.1: the one that stood in the way, and 424 for those that could have been. */
const refused = (updates: readonly PropertyUpdate[], error: DomainError, conditions: string | undefined): string => {
  const isCause = ({ namespace, name }: PropertyUpdate) => {
    const cause = error.detail.update as PropertyUpdate
    return cause.namespace === namespace && cause.name === name
  }
  const others = updates.filter((update) => !isCause(update))
  return (
    propstat(names(updates.filter(isCause)), statusOf(error), errorElement(conditionOf(error, conditions))) +
    (others.length === 0 ? '' : propstat(names(others), statusFor('failed-dependency')))
  )
}

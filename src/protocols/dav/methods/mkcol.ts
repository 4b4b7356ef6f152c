import { DomainError } from '../../../errors.ts'
import { DAV, elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'
import { xmlBytes } from '../../../limits.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest, readBody } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requirePrivileges } from '../privileges.ts'
import { applyUpdates } from '../properties/update.ts'
import type { Space } from '../resource.ts'
import { CALDAV, keyOf, type PropertyName } from '../wire/names.ts'
import { type PropertyUpdate, parseMkcol } from '../wire/proppatch.ts'

/** RFC 4918 §9.3, and with a body RFC 5689: a collection and its properties are made together or not at all. */
export const mkcol = async (exchange: Exchange): Promise<void> => {
  const updates = await readUpdates(exchange, DAV, 'mkcol')
  const type = updates.find(isResourcetype)?.value
  const asked =
    type === undefined ? undefined : elements(type.element).map(({ namespace, name }) => keyOf(namespace, name))
  await make(exchange, updates, asked ?? [keyOf(DAV, 'collection')])
}

/** RFC 4791 §5.3.1: MKCOL of a calendar under a name of its own. */
export const mkcalendar = async (exchange: Exchange): Promise<void> => {
  const updates = await readUpdates(exchange, CALDAV, 'mkcalendar')
  await make(exchange, updates, [keyOf(DAV, 'collection'), keyOf(CALDAV, 'calendar')])
}

const make = async (
  exchange: Exchange,
  updates: readonly PropertyUpdate[],
  types: readonly string[],
): Promise<void> => {
  const { response, store } = exchange
  await store.write(async (tx) => {
    const place = await locateRequest(exchange, tx)
    if (place.resource !== undefined)
      throw refusal('resource-must-be-null', 'Something is there already', {
        allow: ['OPTIONS', ...place.space.allows(place.resource)],
      })
    if (place.parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
    if (place.space.makeCollection === undefined) throw refusal('method-not-allowed', 'No collections are made here')
    requireType(place.space, types, updates)
    requirePrivileges([place.parent, 'bind'])
    await guard(exchange, tx, place, { membership: true })
    const resource = await place.space.makeCollection(tx, place, updates)
    await applyUpdates(
      exchange,
      tx,
      resource,
      updates.filter((update) => !isResourcetype(update)),
    )
  })
  answerEmpty(response, 201)
}

const isResourcetype = ({ namespace, name }: PropertyUpdate): boolean => namespace === DAV && name === 'resourcetype'

/** RFC 5689 §3: all types that are asked for are given, or none. */
const requireType = (
  { collectionType, variant }: Space,
  types: readonly string[],
  updates: readonly PropertyUpdate[],
): void => {
  const given = [keyOf(DAV, 'collection'), ...keysOf(collectionType)]
  const isVariant = keysOf(variant?.type).some((type) => types.includes(type))
  // Some ask for the variant alone, which says what it varies.
  const asked = isVariant ? [...types.filter((type) => !keysOf(variant?.type).includes(type)), ...given] : types
  const hasSource = updates.some(({ namespace, name }) => keysOf(variant?.property).includes(keyOf(namespace, name)))
  if (new Set(asked).size !== given.length || !given.every((type) => asked.includes(type)) || (isVariant && !hasSource))
    throw refusal('valid-resourcetype', 'No collections of that type are made here')
}

const keysOf = (name: PropertyName | undefined): string[] => (name ? [keyOf(name.namespace, name.name)] : [])

const readUpdates = async (
  { request }: Exchange,
  namespace: string,
  name: string,
): Promise<readonly PropertyUpdate[]> => {
  const body = await readBody(request, xmlBytes)
  if (body.length === 0) return []
  // RFC 4918 §9.3.1: a body of a type that is not understood is refused, never ignored.
  if (!/^(application|text)\/xml\b/i.test(header(request, 'content-type') ?? ''))
    throw new DomainError('Unsupported', `The body of ${request.method} is XML`)
  return parseMkcol(parseXml(body), namespace, name)
}

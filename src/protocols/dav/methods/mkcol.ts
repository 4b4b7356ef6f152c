import { DomainError } from '../../../errors.ts'
import { DAV, elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'
import { xmlBytes } from '../../../limits.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest, readBody } from '../exchange.ts'
import { guard } from '../guard.ts'
import { applyUpdates } from '../properties/update.ts'
import { type PropertyUpdate, parseMkcol } from '../wire/proppatch.ts'

/** RFC 4918 §9.3, and with a body RFC 5689: a collection and its properties are made together or not at all. */
export const mkcol = async (exchange: Exchange): Promise<void> => {
  const { response, store } = exchange
  const updates = await readUpdates(exchange)
  await store.write(async (tx) => {
    const place = await locateRequest(exchange, tx)
    if (place.resource !== undefined)
      throw refusal('resource-must-be-null', 'Something is there already', {
        allow: ['OPTIONS', ...place.space.allows(place.resource)],
      })
    if (place.parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
    if (place.space.makeCollection === undefined) throw refusal('method-not-allowed', 'No collections are made here')
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

const readUpdates = async ({ request }: Exchange): Promise<readonly PropertyUpdate[]> => {
  const body = await readBody(request, xmlBytes)
  if (body.length === 0) return []
  // RFC 4918 §9.3.1: a body of a type that is not understood is refused, never ignored.
  if (!/^(application|text)\/xml\b/i.test(header(request, 'content-type') ?? ''))
    throw new DomainError('Unsupported', 'The body of MKCOL is XML')
  const updates = parseMkcol(parseXml(body))
  const type = updates.find(isResourcetype)?.value
  if (
    type !== undefined &&
    !elements(type.element).some(({ namespace, name }) => namespace === DAV && name === 'collection')
  )
    throw refusal('valid-resourcetype', 'MKCOL makes collections') // RFC 5689 §3
  return updates
}

import { DomainError } from '../../../errors.ts'
import { child, DAV } from '../../../formats/xml/element.ts'
import { refusal } from '../errors.ts'
import { type Exchange, locateRequest, readXml } from '../exchange.ts'
import { keyOf } from '../wire/names.ts'
import { requireAllowed, requireResource } from './require.ts'

/** REPORT (RFC 3253 §3.6): which one is the name of the body's root element. */
export const report = async (exchange: Exchange): Promise<void> => {
  const { request, store } = exchange
  const body = await readXml(request)
  if (body === undefined) throw new DomainError('BadRequest', 'REPORT needs a body')
  const place = await store.read((view) => locateRequest(exchange, view))
  const resource = requireResource(place)
  requireAllowed(resource, 'REPORT')
  const name = keyOf(body.namespace, body.name)
  // RFC 3744 §9.4: a search of all principals may be asked of anything.
  const everywhere = child(body, DAV, 'apply-to-principal-collection-set') && exchange.spaces.get('principals')
  const run = resource.space.reports.get(name) ?? everywhere?.reports.get(name)
  if (run === undefined) throw refusal('supported-report', 'There is no such report here')
  await run(exchange, resource, body)
}

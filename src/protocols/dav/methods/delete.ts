import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import { releaseBelow } from '../locking.ts'
import { requirePrivileges } from '../privileges.ts'
import { requireAllowed, requireResource } from './require.ts'

/** RFC 4918 §9.6: a tree goes whole or not at all. `Location` says where it can be brought back from. */
export const remove = async (exchange: Exchange): Promise<void> => {
  const { response, store } = exchange
  const { location, finish } = await store.write(async (tx) => {
    const place = await locateRequest(exchange, tx)
    const resource = requireResource(place)
    requireAllowed(resource, 'DELETE')
    requirePrivileges([place.parent, 'unbind'])
    // What is shared stays where it is, and so do its locks: it leaves the home that it is deleted from.
    const leaves = resource.grant?.isRoot === true
    await guard(exchange, tx, place, leaves ? { membership: true } : { self: true, membership: true, below: true })
    if (resource.space.remove === undefined) throw refusal('method-not-allowed', 'Nothing is deleted here')
    if (!leaves) await releaseBelow(exchange, tx, resource)
    // RFC 6638 §8.1
    const reply = header(exchange.request, 'schedule-reply')?.trim().toUpperCase() !== 'F'
    return resource.space.remove(tx, resource, { reply })
  })
  await finish?.()
  if (location !== undefined) response.setHeader('Location', location)
  answerEmpty(response, 204)
}

import { DomainError } from '../../../errors.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import { locksCovering } from '../locking.ts'
import { parseLockToken } from '../wire/headers.ts'
import { requireResource } from './require.ts'

/** UNLOCK (RFC 4918 §9.11), of any resource that the lock covers. */
export const unlock = async (exchange: Exchange): Promise<void> => {
  const { request, response, store, principal } = exchange
  const token = parseLockToken(header(request, 'lock-token'))
  await store.write(async (tx) => {
    const place = await locateRequest(exchange, tx)
    const resource = requireResource(place)
    await guard(exchange, tx, place, {})
    const lock = (await locksCovering(exchange, tx, resource)).find((candidate) => candidate.token === token)
    if (lock === undefined) throw refusal('lock-token-matches-request-uri', 'That lock does not cover this')
    if (lock.accountId !== principal.accountId) throw new DomainError('Forbidden', 'Somebody else made this lock') // §9.11.1
    await store.locks.remove(tx, lock)
  })
  answerEmpty(response, 204)
}

import { DomainError } from '../../../errors.ts'
import { type Exchange, header } from '../exchange.ts'
import { parseUpdateRange } from '../wire/range.ts'
import { updatePart } from './partial.ts'

/** sabre/dav's partial update: PATCH with X-Update-Range. RFC 5789 */
export const patch = async (exchange: Exchange): Promise<void> => {
  const { request } = exchange
  if (request.headers['content-type'] !== 'application/x-sabredav-partialupdate')
    throw new DomainError('Unsupported', 'A patch is an application/x-sabredav-partialupdate')
  const range = header(request, 'x-update-range')
  if (range === undefined) throw new DomainError('BadRequest', 'X-Update-Range says where the part goes')
  await updatePart(exchange, (size) => parseUpdateRange(range, size))
}

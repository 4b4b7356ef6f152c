// RFC 6578: what changed in a collection since a token. Without a limit of the client's it streams to the end, page by
// page; with one it stops there and says so.

import { DomainError } from '../../../errors.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import { davPageMembers } from '../../../limits.ts'
import { conditionOf, refusal, statusOf } from '../errors.ts'
import { type Exchange, header } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, type Plan, planFor, writeResponse } from '../properties/plan.ts'
import type { Report, Resource } from '../resource.ts'
import { parseDepth, parsePreferences } from '../wire/headers.ts'
import { errorElement, statusResponse } from '../wire/multistatus.ts'
import { parseSyncCollection, parseSyncToken, writeSyncToken } from '../wire/sync-collection.ts'

type Asked = { readonly infinite: boolean; readonly plan: Plan }

export const syncCollection: Report = async (exchange, collection, body) => {
  const { request, response } = exchange
  if (!collection.isCollection) throw refusal('supported-report', 'Collections are synchronised')
  const { token, infinite, limit, names } = parseSyncCollection(body, parseDepth(header(request, 'depth')))
  const { minimal } = parsePreferences(header(request, 'prefer'), header(request, 'brief'))
  const asked = { infinite, plan: planFor({ kind: 'prop', names }, liveTable(collection.space), minimal) }
  let since = token === undefined ? undefined : (parseSyncToken(token) ?? tooOld())
  let left = limit ?? Number.POSITIVE_INFINITY
  const stream = new MultistatusStream(response)
  for (let more = true; more && left > 0; ) {
    const page = await readPage(exchange, collection, asked, since, Math.min(left, davPageMembers))
    await stream.write(page.responses)
    left -= page.count
    more = page.truncated
    since = page.token
    if (more && left <= 0) await stream.write([truncation(collection)])
  }
  stream.end(`<D:sync-token>${escapeText(writeSyncToken(since ?? ''))}</D:sync-token>`)
}

const tooOld = (): never => {
  throw new DomainError('TooOld', 'Synchronise from the beginning')
}

/** §3.6: a response of 507 for the collection itself says that there is more. */
const truncation = ({ href }: Resource): string => {
  const error = refusal('number-of-matches-within-limits', 'There is more')
  return statusResponse(href, statusOf(error), errorElement(conditionOf(error)))
}

/** §3.3: what is below that collection is not told of here. */
const traversal = (href: string): string => {
  const error = refusal('sync-traversal-supported', 'Synchronise this by itself')
  return statusResponse(href, statusOf(error), errorElement(conditionOf(error)))
}

const readPage = (
  exchange: Exchange,
  collection: Resource,
  { infinite, plan }: Asked,
  token: string | undefined,
  limit: number,
) =>
  exchange.store.read(async (view) => {
    const changes = await collection.space.changes?.(view, collection, { token, infinite, limit })
    if (changes === undefined) throw refusal('supported-report', 'There is no such report here')
    if (changes === 'tooOld') return tooOld()
    const { changed, removed, apart = [], truncated } = changes
    const responses = removed.map((href) => statusResponse(href, 404)) // §3.5.2
    for (const href of apart) responses.push(traversal(href))
    // Locks come from above a member, and above members at other levels are other collections.
    const alone = infinite && plan.needs.has('locks')
    const shared = alone ? undefined : await gatherPage(exchange, view, plan, changed, collection)
    for (const resource of changed)
      responses.push(
        writeResponse(plan, resource, shared ?? (await gatherPage(exchange, view, plan, [resource], resource))),
      )
    return { responses, truncated, token: changes.token, count: responses.length }
  })

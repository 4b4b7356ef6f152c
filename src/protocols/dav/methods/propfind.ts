// PROPFIND (RFC 4918 §9.1). Members stream by the page: each page is a read of the store of its own, and the next is
// read when the client has taken the one before, so that 100,000 members need no more memory than one page.

import { davInfiniteMembers, davPageMembers } from '../../../limits.ts'
import type { View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { type Exchange, header, locateRequest, readXml } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, type Plan, planFor, writeResponse } from '../properties/plan.ts'
import type { Resource } from '../resource.ts'
import { parseDepth, parsePreferences } from '../wire/headers.ts'
import { parsePropfind } from '../wire/propfind.ts'
import { requireAllowed, requireResource } from './require.ts'

export const propfind = async (exchange: Exchange): Promise<void> => {
  const { request, response, store } = exchange
  const depth = parseDepth(header(request, 'depth')) ?? 'infinity' // §9.1: absent means infinity
  const preferences = parsePreferences(header(request, 'prefer'), header(request, 'brief'))
  const asked = parsePropfind(await readXml(request))

  const first = await store.read(async (view) => {
    const root = requireResource(await locateRequest(exchange, view))
    requireAllowed(root, 'PROPFIND')
    const plan = planFor(asked, liveTable(root.space), preferences.minimal)
    const noRoot = preferences.noRoot && depth !== '0' // RFC 8144 §2.2
    const responses = noRoot ? [] : await describe(exchange, view, plan, [root], root)
    return { root, plan, responses }
  })
  const { root, plan } = first
  if (preferences.minimal) response.setHeader('Preference-Applied', 'return=minimal')
  const stream = new MultistatusStream(response)
  const below = root.isCollection ? depth : '0'
  if (below === 'infinity') await everythingBelow(exchange, stream, plan, root, first.responses)
  else {
    await stream.write(first.responses)
    if (below === '1') await membersOf(exchange, stream, plan, root)
  }
  stream.end()
}

const describe = async (
  exchange: Exchange,
  view: View,
  plan: Plan,
  resources: readonly Resource[],
  collection: Resource,
): Promise<string[]> => {
  const page = await gatherPage(exchange, view, plan, resources, collection)
  return resources.map((resource) => writeResponse(plan, resource, page))
}

const membersOf = async (exchange: Exchange, stream: MultistatusStream, plan: Plan, root: Resource): Promise<void> => {
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await exchange.store.read(async (view) => {
      const members = await root.space.members(view, root, { after, limit: davPageMembers })
      return { members, responses: await describe(exchange, view, plan, members, root) }
    })
    await stream.write(page.responses)
    after = page.members.at(-1)?.name
    more = page.members.length === davPageMembers
  }
}

/** §9.1: an infinite PROPFIND may be refused. It is counted before a byte leaves, so that it is answered whole or not. */
const everythingBelow = async (
  exchange: Exchange,
  stream: MultistatusStream,
  plan: Plan,
  root: Resource,
  rootResponses: readonly string[],
): Promise<void> => {
  const responses = [...rootResponses]
  const collections: Resource[] = [root]
  let count = 0
  for (let collection = collections.pop(); collection !== undefined; collection = collections.pop()) {
    const { space } = collection
    const from = collection
    const members = await exchange.store.read(async (view) => {
      const found = await space.members(view, from, { after: undefined, limit: davInfiniteMembers - count + 1 })
      responses.push(...(await describe(exchange, view, plan, found, from)))
      return found
    })
    count += members.length
    if (count > davInfiniteMembers)
      throw refusal('propfind-finite-depth', 'There is too much below; ask with Depth: 1, level by level')
    for (const member of members) if (member.isCollection) collections.push(member)
  }
  await stream.write(responses)
}

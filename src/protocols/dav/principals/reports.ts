// The reports of RFC 3744 §9 about principals. Who signs in knows of themselves alone, so each looks at one.

import { attribute, child, DAV, type Element, elements, text } from '../../../formats/xml/element.ts'
import { answerXml, type Exchange, locate } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import { principalHref } from '../properties/acl.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, planFor, writeResponse } from '../properties/plan.ts'
import type { Report } from '../resource.ts'
import { declaration } from '../wire/multistatus.ts'
import { keyOf } from '../wire/names.ts'
import { parsePath } from '../wire/path.ts'
import { parseProp } from '../wire/propfind.ts'

/** §9.5: what principals can be searched by. */
const principalSearchPropertySet: Report = async ({ response }) =>
  answerXml(
    response,
    200,
    `${declaration}<D:principal-search-property-set xmlns:D="DAV:"><D:principal-search-property><D:prop><D:displayname/></D:prop>` +
      '<D:description xml:lang="en">Name</D:description></D:principal-search-property></D:principal-search-property-set>\n',
  )

/** §9.4: principals by a part of their name. */
const principalPropertySearch: Report = async (exchange, _resource, body) => {
  const searches = elements(body).filter(({ namespace, name }) => namespace === DAV && name === 'property-search')
  const anyof = attribute(body, '', 'test') === 'anyof' // as calendarserver-principal-search has it
  const { displayName, name } = exchange.principal
  const holds = (search: Element): boolean => {
    const asked = text(child(search, DAV, 'match') ?? search)
      .trim()
      .toLowerCase()
    const prop = child(search, DAV, 'prop')
    const byName = prop !== undefined && elements(prop).some((property) => property.name === 'displayname')
    return byName && (displayName.toLowerCase().includes(asked) || name.includes(asked))
  }
  const found = searches.length > 0 && (anyof ? searches.some(holds) : searches.every(holds))
  await answerSelf(exchange, body, found)
}

/** §9.3: which of these principals I am. */
const principalMatch: Report = (exchange, _resource, body) => answerSelf(exchange, body, true)

const answerSelf = async (exchange: Exchange, body: Element, found: boolean): Promise<void> => {
  const prop = child(body, DAV, 'prop')
  const stream = new MultistatusStream(exchange.response)
  if (found) {
    const response = await exchange.store.read(async (view) => {
      const { resource } = await locate(exchange, view, parsePath(principalHref(exchange.principal.name)).segments)
      if (resource === undefined) return ''
      const names = prop === undefined ? [] : parseProp(prop)
      const plan = planFor({ kind: 'prop', names }, liveTable(resource.space), false)
      return writeResponse(plan, resource, await gatherPage(exchange, view, plan, [resource], resource))
    })
    await stream.write([response])
  }
  stream.end()
}

export const principalReports: ReadonlyMap<string, Report> = new Map([
  [keyOf(DAV, 'principal-search-property-set'), principalSearchPropertySet],
  [keyOf(DAV, 'principal-property-search'), principalPropertySearch],
  [keyOf(DAV, 'principal-match'), principalMatch],
])

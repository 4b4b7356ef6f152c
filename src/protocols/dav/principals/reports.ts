// The reports about principals (RFC 3744 §9), with which clients find whom to invite while a name is typed.

import { attribute, child, DAV, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { principalsFound } from '../../../limits.ts'
import type { View } from '../../../store/store.ts'
import { conditionOf, refusal, statusOf } from '../errors.ts'
import { answerXml, type Exchange, locate } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import { principalCollection, principalHref } from '../properties/acl.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, planFor, writeResponse } from '../properties/plan.ts'
import type { Report, Resource } from '../resource.ts'
import { declaration, errorElement, statusResponse, tagsFor } from '../wire/multistatus.ts'
import { CALDAV, CALENDARSERVER, keyOf } from '../wire/names.ts'
import { parsePath } from '../wire/path.ts'
import { parseProp } from '../wire/propfind.ts'

/** §9.5: what principals can be searched by. RFC 6638 §2.4 asks for the first two of CALDAV. */
const searchable = [
  { namespace: DAV, name: 'displayname', description: 'Name' },
  { namespace: CALDAV, name: 'calendar-user-address-set', description: 'Calendar address' },
  { namespace: CALDAV, name: 'calendar-user-type', description: 'Kind: a person, a room or a resource' },
  { namespace: CALENDARSERVER, name: 'email-address-set', description: 'Mail address' },
] as const

const principalSearchPropertySet: Report = async ({ response }) => {
  const found = searchable.map(
    ({ namespace, name, description }) =>
      `<D:principal-search-property><D:prop>${tagsFor(namespace, name).empty}</D:prop>` +
      `<D:description xml:lang="en">${description}</D:description></D:principal-search-property>`,
  )
  const set = `<D:principal-search-property-set xmlns:D="DAV:">${found.join('')}</D:principal-search-property-set>`
  answerXml(response, 200, `${declaration}${set}\n`)
}

/** What a principal says under a name, for a search to look in. */
type Values = (namespace: string, name: string) => string | undefined
type Condition = (values: Values) => boolean

type Sought = { readonly matches: Condition; readonly limit: number; readonly prop: Element | undefined }

/** §9.4: all conditions hold; each for all of the properties that it names. Texts are compared without regard to case. */
const principalPropertySearch: Report = async (exchange, _resource, body) => {
  const searches = elements(body).filter((one) => isNamed(one, DAV, 'property-search'))
  const conditions = searches.map(parseSearch)
  const anyof = attribute(body, '', 'test') === 'anyof' // as calendarserver-principal-search has it
  const matches: Condition = (values) =>
    conditions.length > 0 && (anyof ? conditions.some((one) => one(values)) : conditions.every((one) => one(values)))
  await answerFound(exchange, { matches, limit: principalsFound, prop: child(body, DAV, 'prop') })
}

const parseSearch = (search: Element): Condition => {
  const match = child(search, DAV, 'match')
  const holds = comparison(match ? text(match) : '', match && attribute(match, '', 'match-type'))
  const named = elements(child(search, DAV, 'prop') ?? search).filter((one) => one !== match)
  return (values) =>
    named.length > 0 &&
    named.every(({ namespace, name }) => {
      const value = values(namespace, name)
      return value !== undefined && holds(value)
    })
}

/** §9.4 looks for a part of the text; `match-type` is what Apple's clients add. */
const comparison = (asked: string, type?: string): ((value: string) => boolean) => {
  const sought = asked.trim().toLowerCase()
  if (sought === '') return () => false
  if (type === 'equals') return (value) => value.toLowerCase() === sought
  if (type === 'starts-with')
    return (value) =>
      value
        .toLowerCase()
        .split(/\s+/)
        .some((word) => word.startsWith(sought))
  return (value) => value.toLowerCase().includes(sought)
}

/** What a context of calendarserver-principal-search looks for; others look for all. */
const contexts: Readonly<Record<string, readonly string[]>> = {
  attendee: ['INDIVIDUAL'],
  user: ['INDIVIDUAL'],
  location: ['ROOM'],
  resource: ['RESOURCE'],
}

/** Apple's: each word that was typed is in a name or an address. */
const calendarserverPrincipalSearch: Report = async (exchange, _resource, body) => {
  const tokens = elements(body).filter((one) => isNamed(one, CALENDARSERVER, 'search-token'))
  const words = tokens.map((token) => comparison(text(token)))
  const types = contexts[attribute(body, '', 'context') ?? '']
  const matches: Condition = (values) => {
    const type = values(CALDAV, 'calendar-user-type') ?? ''
    const texts = [values(DAV, 'displayname'), values(CALENDARSERVER, 'email-address-set')]
    const isMeant = words.every((word) => texts.some((value) => value !== undefined && word(value)))
    return words.length > 0 && (types === undefined || types.includes(type)) && isMeant
  }
  const results = child(child(body, CALENDARSERVER, 'limit') ?? body, CALENDARSERVER, 'nresults')
  const limit = Math.min(Number(results && text(results)) || principalsFound, principalsFound)
  await answerFound(exchange, { matches, limit, prop: child(body, DAV, 'prop') })
}

/** §9.3: which of these principals I am. */
const principalMatch: Report = async (exchange, { href }, body) => {
  const stream = new MultistatusStream(exchange.response)
  const self = principalHref(exchange.principal.name)
  const responses = await exchange.store.read(async (view) => {
    const { resource } = await locate(exchange, view, parsePath(self).segments)
    return resource !== undefined && self.startsWith(href)
      ? [await answerOne(exchange, view, resource, child(body, DAV, 'prop'))]
      : []
  })
  await stream.write(responses)
  stream.end()
}

const answerFound = async (exchange: Exchange, { matches, limit, prop }: Sought): Promise<void> => {
  const { store } = exchange
  const stream = new MultistatusStream(exchange.response)
  const responses = await store.read(async (view) => {
    const found: string[] = []
    for (const { name } of (await store.accounts.list(view)).filter(({ disabled }) => !disabled)) {
      const { resource } = await locate(exchange, view, parsePath(principalHref(name)).segments)
      if (resource === undefined || !matches(await valuesOf(exchange, view, resource))) continue
      if (found.length >= limit) return [...found, truncation()]
      found.push(await answerOne(exchange, view, resource, prop))
    }
    return found
  })
  await stream.write(responses)
  stream.end()
}

/** RFC 3744 §9.4: number-of-matches-within-limits. */
const truncation = (): string => {
  const error = refusal('number-of-matches-within-limits', 'There are more')
  return statusResponse(principalCollection, statusOf(error), errorElement(conditionOf(error)))
}

/** The texts of what can be searched, without the elements in them. */
const valuesOf = async (exchange: Exchange, view: View, resource: Resource): Promise<Values> => {
  const table = liveTable(resource.space)
  const plan = planFor({ kind: 'prop', names: [...searchable] }, table, false)
  const page = await gatherPage(exchange, view, plan, [resource], resource)
  return (namespace, name) => {
    if (!searchable.some((one) => one.namespace === namespace && one.name === name)) return undefined
    return table
      .get(keyOf(namespace, name))
      ?.read(resource, page)
      ?.replace(/<[^>]*>/g, ' ')
  }
}

const answerOne = async (
  exchange: Exchange,
  view: View,
  resource: Resource,
  prop: Element | undefined,
): Promise<string> => {
  const names = prop === undefined ? [] : parseProp(prop)
  const plan = planFor({ kind: 'prop', names }, liveTable(resource.space), false)
  return writeResponse(plan, resource, await gatherPage(exchange, view, plan, [resource], resource))
}

export const principalReports: ReadonlyMap<string, Report> = new Map([
  [keyOf(DAV, 'principal-search-property-set'), principalSearchPropertySet],
  [keyOf(DAV, 'principal-property-search'), principalPropertySearch],
  [keyOf(DAV, 'principal-match'), principalMatch],
  [keyOf(CALENDARSERVER, 'calendarserver-principal-search'), calendarserverPrincipalSearch],
])

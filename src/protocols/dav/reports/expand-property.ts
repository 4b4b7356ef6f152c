// RFC 3253 §3.8: live properties, and instead of each href in them the properties of what it leads to.

import { DomainError } from '../../../errors.ts'
import { attribute, DAV, type Element, elements, isNamed } from '../../../formats/xml/element.ts'
import { expandedProperties } from '../../../limits.ts'
import type { View } from '../../../store/store.ts'
import { type Exchange, locate } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, planFor } from '../properties/plan.ts'
import type { Report, Resource } from '../resource.ts'
import { href, propstat, tagsFor } from '../wire/multistatus.ts'
import type { PropertyName } from '../wire/names.ts'
import { parsePath } from '../wire/path.ts'

type Asked = PropertyName & { readonly element: Element }

export const expandProperty: Report = async (exchange, resource, body) => {
  const budget = { left: expandedProperties }
  const responses = await exchange.store.read((view) => expand(exchange, view, resource, body, budget))
  const stream = new MultistatusStream(exchange.response)
  await stream.write([responses])
  stream.end()
}

const askedIn = (element: Element): Asked[] =>
  elements(element)
    .filter((candidate) => isNamed(candidate, DAV, 'property'))
    .map((property) => ({
      namespace: attribute(property, '', 'namespace') ?? DAV,
      name: attribute(property, '', 'name') ?? '',
      element: property,
    }))

const expand = async (
  exchange: Exchange,
  view: View,
  resource: Resource,
  element: Element,
  budget: { left: number },
): Promise<string> => {
  const asked = askedIn(element)
  budget.left -= asked.length + 1
  if (budget.left < 0) throw new DomainError('TooLarge', 'Too much is to be expanded')
  const plan = planFor({ kind: 'prop', names: asked }, liveTable(resource.space), false)
  const page = await gatherPage(exchange, view, plan, [resource], resource)
  let found = ''
  let missing = ''
  for (const [index, property] of asked.entries()) {
    const value = plan.entries[index]?.live?.read(resource, page)
    if (value !== undefined)
      found += withTags(property, await expandHrefs(exchange, view, value, property.element, budget))
    // The name is an attribute's value: anything at all, but what a property can be called is written back.
    else if (isName(property.name)) missing += tagsFor(property.namespace, property.name).empty
  }
  const propstats = propstat(found, 200) + (missing === '' ? '' : propstat(missing, 404))
  return `<D:response>${href(resource.href)}${propstats}</D:response>`
}

const isName = (name: string): boolean => /^[A-Za-z_][\w.-]*$/.test(name)

const withTags = ({ namespace, name }: Asked, value: string): string => {
  const { open, close } = tagsFor(namespace, name)
  return open + value + close
}

const expandHrefs = async (
  exchange: Exchange,
  view: View,
  value: string,
  element: Element,
  budget: { left: number },
): Promise<string> => {
  if (askedIn(element).length === 0) return value
  let expanded = ''
  let at = 0
  // Live properties write their hrefs as this server does, percent-encoded and without an entity.
  for (const match of value.matchAll(/<D:href>([^<&]*)<\/D:href>/g)) {
    const { resource } = await locate(exchange, view, parsePath(match[1] ?? '').segments)
    expanded += value.slice(at, match.index)
    expanded += resource === undefined ? match[0] : await expand(exchange, view, resource, element, budget)
    at = match.index + match[0].length
  }
  return expanded + value.slice(at)
}

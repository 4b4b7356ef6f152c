// A PROPFIND is compiled once into a plan: which property comes from where, with its tags already written. Then each
// of 100,000 members costs a few look-ups and joins.

import { escapeAttribute } from '../../../formats/xml/write.ts'
import type { Property } from '../../../store/properties.ts'
import type { Resource, Space } from '../resource.ts'
import { href, propstat, tagsFor } from '../wire/multistatus.ts'
import { keyOf, type PropertyName } from '../wire/names.ts'
import type { Propfind } from '../wire/propfind.ts'
import { coreProperties } from './core.ts'
import type { LiveProperty, Need, Page } from './live.ts'

type Entry = PropertyName & {
  readonly live: LiveProperty | undefined
  readonly open: string
  readonly close: string
  readonly empty: string
}

export type Plan = {
  readonly kind: Propfind['kind']
  readonly entries: readonly Entry[]
  readonly needs: ReadonlySet<Need>
  /** Prefer: return=minimal (RFC 8144 §2.1): what a resource does not have is not listed. */
  readonly minimal: boolean
}

export type LiveTable = ReadonlyMap<string, LiveProperty>

/** All live properties of a space, its own before the core's. */
export const liveTable = (space: Space): LiveTable => {
  const table = new Map<string, LiveProperty>()
  for (const property of coreProperties) table.set(keyOf(property.namespace, property.name), property)
  for (const property of space.properties) table.set(keyOf(property.namespace, property.name), property)
  return table
}

const entryFor = ({ namespace, name }: PropertyName, live: LiveProperty | undefined): Entry => ({
  namespace,
  name,
  live,
  ...tagsFor(namespace, name),
})

export const planFor = (propfind: Propfind, table: LiveTable, minimal: boolean): Plan => {
  const named = (names: readonly PropertyName[]) =>
    names.map((name) => entryFor(name, table.get(keyOf(name.namespace, name.name))))
  const entries: Entry[] = []
  if (propfind.kind === 'prop') entries.push(...named(propfind.names))
  if (propfind.kind === 'propname') for (const live of table.values()) entries.push(entryFor(live, live))
  if (propfind.kind === 'allprop') {
    for (const live of table.values()) if (live.inAllprop) entries.push(entryFor(live, live))
    entries.push(...named(propfind.include).filter(({ live }) => live !== undefined && !live.inAllprop))
  }
  const needs = new Set<Need>()
  for (const { live } of entries) if (live?.needs !== undefined) needs.add(live.needs)
  if (propfind.kind !== 'prop' || entries.some(({ live }) => live === undefined)) needs.add('dead')
  return { kind: propfind.kind, entries, needs, minimal }
}

/** The `response` element of one resource. */
export const writeResponse = (plan: Plan, resource: Resource, page: Page): string => {
  const dead = plan.needs.has('dead') ? page.deadOn(resource) : []
  let found = ''
  let missing = ''
  for (const entry of plan.entries) {
    const { live } = entry
    const own =
      live === undefined
        ? dead.find(({ namespace, name }) => namespace === entry.namespace && name === entry.name)
        : undefined
    if (own !== undefined) found += writeDead(own)
    else {
      const value = live?.read(resource, page)
      if (value === undefined) missing += entry.empty
      else if (value === '' || plan.kind === 'propname') found += entry.empty
      else found += entry.open + value + entry.close
    }
  }
  if (plan.kind !== 'prop')
    for (const property of dead) found += plan.kind === 'propname' ? writeName(property) : writeDead(property)
  // Only who named a property is told that it is not there.
  if (plan.kind !== 'prop' || plan.minimal) missing = ''
  // RFC 4918 §14.24: at least one propstat.
  const propstats =
    (found !== '' || missing === '' ? propstat(found, 200) : '') + (missing === '' ? '' : propstat(missing, 404))
  return `<D:response>${href(resource.href)}${propstats}</D:response>`
}

const writeName = ({ namespace, name }: PropertyName): string => tagsFor(namespace, name).empty

const writeDead = ({ namespace, name, value, language }: Property): string => {
  const attributes = language === null ? '' : ` xml:lang="${escapeAttribute(language)}"`
  const { open, close, empty } = tagsFor(namespace, name, attributes)
  return value === '' ? empty : open + value + close
}

// What a report asks of each card: properties, and CARDDAV:address-data among them, whose value is the card's text.

import { child, DAV, type Element } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import { type Exchange, header } from '../exchange.ts'
import { liveTable, type Plan, planFor, writeResponse } from '../properties/plan.ts'
import type { Resource, Space } from '../resource.ts'
import { parsePreferences } from '../wire/headers.ts'
import { CARDDAV, keyOf } from '../wire/names.ts'
import { type Propfind, parseProp } from '../wire/propfind.ts'
import { parseAddressData, selectAddressData } from './address-data.ts'
import type { CardContent } from './cards.ts'

export type CardPlan = {
  readonly plan: Plan
  /** The `response` element of one card. */
  write(card: CardContent, text?: string): Promise<string>
}

/** @param body the report's root, with at most one of prop, allprop and propname (RFC 6352 §10.3, §10.7). */
export const planCards = ({ request }: Exchange, space: Space, body: Element): CardPlan => {
  const { minimal } = parsePreferences(header(request, 'prefer'), header(request, 'brief'))
  const prop = child(body, DAV, 'prop')
  const element = prop && child(prop, CARDDAV, 'address-data')
  const asked = element && parseAddressData(element)
  const texts = new WeakMap<Resource, string>()
  const table = new Map(liveTable(space))
  if (asked !== undefined)
    table.set(keyOf(CARDDAV, 'address-data'), {
      namespace: CARDDAV,
      name: 'address-data',
      inAllprop: false,
      read: (resource) => texts.get(resource),
    })
  const plan = planFor(propfindOf(body, prop), table, minimal)
  return {
    plan,
    async write(card, text) {
      if (asked !== undefined)
        texts.set(card.resource, escapeText(selectAddressData(text ?? (await card.text()), asked)))
      return writeResponse(plan, card.resource, card.page)
    },
  }
}

const propfindOf = (body: Element, prop: Element | undefined): Propfind => {
  if (prop !== undefined) return { kind: 'prop', names: parseProp(prop) }
  if (child(body, DAV, 'propname') !== undefined) return { kind: 'propname' }
  return child(body, DAV, 'allprop') === undefined ? { kind: 'prop', names: [] } : { kind: 'allprop', include: [] }
}

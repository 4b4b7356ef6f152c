// How calendar-query and calendar-multiget answer: each object with the properties that are asked for, and its text.

import { DomainError } from '../../../errors.ts'
import { asksForAll, type CalendarData, writeCalendarData } from '../../../formats/icalendar/calendar-data.ts'
import type { CalendarObject } from '../../../formats/icalendar/object.ts'
import { type Floating, type ObjectText, objectOf } from '../../../formats/icalendar/questions.ts'
import { child, DAV, type Element } from '../../../formats/xml/element.ts'
import type { Collection, ItemWithData } from '../../../store/collections/collections.ts'
import { turns } from '../../../store/turns.ts'
import { type CollectionResource, itemResource } from '../collections/resource.ts'
import { conditionOf, statusOf } from '../errors.ts'
import { type Exchange, header } from '../exchange.ts'
import { gatherPage } from '../properties/page.ts'
import { liveTable, type Plan, planFor, writeResponse } from '../properties/plan.ts'
import type { Resource, Space } from '../resource.ts'
import { parsePreferences } from '../wire/headers.ts'
import { errorElement, statusResponse } from '../wire/multistatus.ts'
import { CALDAV } from '../wire/names.ts'
import { parseProp } from '../wire/propfind.ts'
import { parseCalendarData } from './calendar-data.ts'
import { calendarType } from './properties.ts'
import type { Calendar } from './scope.ts'
import { zonesAsked } from './timezones.ts'

export type Asked = {
  readonly plan: Plan
  /** Undefined where no text is asked for. */
  readonly data: CalendarData | undefined
}

/** RFC 4791 §9.5, §9.10: prop, allprop or propname. */
export const parseAsked = ({ request }: Exchange, { space }: Resource, body: Element): Asked => {
  const { minimal } = parsePreferences(header(request, 'prefer'), header(request, 'brief'))
  const prop = child(body, DAV, 'prop')
  const table = liveTable(space)
  if (prop === undefined) {
    const kind = child(body, DAV, 'propname') === undefined ? 'allprop' : 'propname'
    return {
      plan: planFor(kind === 'allprop' ? { kind, include: [] } : { kind }, table, minimal),
      data: undefined,
    }
  }
  const data = child(prop, CALDAV, 'calendar-data')
  const names = parseProp(prop)
  return { plan: planFor({ kind: 'prop', names }, table, minimal), data: data && parseCalendarData(data) }
}

export type Told = ObjectText & { readonly item: ItemWithData; object(): CalendarObject }

/** Reads the object when it is needed, and once. What is in an inbox is a message (RFC 6638 §2.2). */
export const tell = (item: ItemWithData, text: string, { kind }: Pick<Collection, 'kind'>): Told => {
  let object: CalendarObject | undefined
  const isMessage = kind === 'inbox'
  return {
    item,
    text,
    isMessage,
    object: () => {
      object ??= objectOf({ text, isMessage })
      return object
    },
  }
}

export type Answering = {
  readonly exchange: Exchange
  /** What the report was sent to. */
  readonly resource: Resource
  readonly asked: Asked
}

/** The responses for objects of one calendar, in their order, one by one: expanded, one object may be megabytes of text. */
export async function* answers(
  { exchange, resource: root, asked: { plan, data } }: Answering,
  { collection, href }: Calendar,
  told: readonly Told[],
  floating: Floating,
): AsyncGenerator<string> {
  if (told.length === 0) return
  const tree = { space: root.space as unknown as Space<CollectionResource>, contentType: calendarType }
  const resources = told.map(({ item }) => itemResource(tree, href, collection, item))
  const page = await exchange.store.read((view) => gatherPage(exchange, view, plan, resources, root))
  // Who names the components that are wanted has named the zones, too.
  const zoned = data?.selection ? (text: string) => text : zonesAsked(exchange.request, page.now)
  const answer = async (one: Told, resource: CollectionResource): Promise<string> => {
    try {
      const text = data && zoned(asksForAll(data) ? one.text : await reduced(exchange, one, data, floating))
      return writeResponse(plan, { ...resource, data: text } as Resource, page)
    } catch (error) {
      return refused(resource, error)
    }
  }
  const turn = turns()
  for (const [index, one] of told.entries()) {
    yield await answer(one, resources[index] as CollectionResource)
    await turn()
  }
}

const reduced = (
  { store }: Exchange,
  { text, isMessage, object }: Told,
  asked: CalendarData,
  floating: Floating,
): Promise<string> =>
  store.recurrences.answer(
    () => writeCalendarData(object(), asked, floating.zone),
    () => ({ kind: 'data', text, isMessage, asked, floating: floating.text }),
  )

/** An object that cannot be answered does not take the others with it. */
export const refused = ({ href, space }: Pick<Resource, 'href' | 'space'>, error: unknown): string => {
  if (!(error instanceof DomainError)) throw error
  return statusResponse(href, statusOf(error), errorElement(conditionOf(error, space.conditions)))
}

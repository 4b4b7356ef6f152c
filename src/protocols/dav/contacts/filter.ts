// The XML of filters (RFC 6352 §10.5).

import { DomainError } from '../../../errors.ts'
import { collationNamed, type MatchType, unicodeCasemap } from '../../../formats/collation.ts'
import type { Filter, ParameterFilter, PropertyFilter, Test, TextMatch } from '../../../formats/vcard/filter.ts'
import { attribute, child, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { addressbookFilters } from '../../../limits.ts'
import { CARDDAV } from '../wire/names.ts'

/** @throws DomainError with the precondition supported-filter or supported-collation. */
export const parseFilter = (filter: Element): Filter => {
  const properties = all(filter, 'prop-filter')
  const count = properties.reduce((sum, one) => sum + 1 + elements(one).length, 0)
  // What a filter costs is its parts times the cards.
  if (count > addressbookFilters) return unsupported('There are too many conditions')
  return { test: testOf(filter), properties: properties.map(parseProperty) }
}

const all = (element: Element, name: string): Element[] =>
  elements(element).filter((candidate) => isNamed(candidate, CARDDAV, name))

const unsupported = (message: string): never => {
  throw new DomainError('BadRequest', message, { precondition: 'supported-filter' })
}

const testOf = (element: Element): Test => {
  const test = attribute(element, '', 'test') ?? 'anyof' // RFC 6352 §10.5
  return test === 'anyof' || test === 'allof' ? test : unsupported('test is anyof or allof')
}

const nameOf = (element: Element): string => {
  const name = attribute(element, '', 'name')?.trim()
  return name === undefined || name === '' ? unsupported('A filter has a name') : name.toUpperCase()
}

const isNotDefined = (element: Element): boolean => child(element, CARDDAV, 'is-not-defined') !== undefined

const parseProperty = (element: Element): PropertyFilter => {
  const full = nameOf(element)
  const dot = full.indexOf('.') // §10.5.1: a group stands before the name
  return {
    name: full.slice(dot + 1),
    group: dot === -1 ? undefined : full.slice(0, dot),
    notDefined: isNotDefined(element),
    test: testOf(element),
    texts: all(element, 'text-match').map(parseTextMatch),
    parameters: all(element, 'param-filter').map(parseParameter),
  }
}

const parseParameter = (element: Element): ParameterFilter => {
  const match = child(element, CARDDAV, 'text-match')
  const condition = isNotDefined(element) ? 'not-defined' : match && parseTextMatch(match)
  return { name: nameOf(element), condition }
}

const matchTypes: readonly string[] = ['equals', 'contains', 'starts-with', 'ends-with'] satisfies MatchType[]

const isMatchType = (value: string): value is MatchType => matchTypes.includes(value)

/** §10.5.4 */
const parseTextMatch = (element: Element): TextMatch => {
  const asked = attribute(element, '', 'collation')
  const collation = collationNamed(asked, unicodeCasemap)
  if (collation === undefined)
    throw new DomainError('BadRequest', `There is no collation ${asked?.slice(0, 60)}`, {
      precondition: 'supported-collation',
    })
  const type = attribute(element, '', 'match-type') ?? 'contains'
  if (!isMatchType(type)) return unsupported('There is no such match-type')
  const negate = attribute(element, '', 'negate-condition') === 'yes'
  return { collation, text: collation.fold(text(element)), type, negate }
}

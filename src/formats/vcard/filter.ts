// The filters of addressbook-query (RFC 6352 §10.5), evaluated on a card. A condition on a property is asked of each
// line by itself, so that two of them under `allof` hold for the same line.

import { type Collation, type MatchType, matchesText } from '../collation.ts'
import { type ContentLine, unescapeText } from '../content-line.ts'
import type { Card } from './card.ts'

export type Test = 'anyof' | 'allof'

export type TextMatch = {
  readonly collation: Collation
  /** Folded by the collation. */
  readonly text: string
  readonly type: MatchType
  readonly negate: boolean
}

export type ParameterFilter = {
  /** In capitals. */
  readonly name: string
  /** Undefined asks whether it is there, 'not-defined' whether it is not. */
  readonly condition: TextMatch | 'not-defined' | undefined
}

export type PropertyFilter = {
  /** In capitals. */
  readonly name: string
  readonly group: string | undefined
  readonly notDefined: boolean
  readonly test: Test
  readonly texts: readonly TextMatch[]
  readonly parameters: readonly ParameterFilter[]
}

export type Filter = { readonly test: Test; readonly properties: readonly PropertyFilter[] }

/** An empty filter is for every card. */
export const matchesFilter = (card: Card, { test, properties }: Filter): boolean =>
  combine(test, properties, (filter) => matchesProperty(card, filter))

const combine = <T>(test: Test, conditions: readonly T[], holds: (condition: T) => boolean): boolean =>
  conditions.length === 0 || (test === 'anyof' ? conditions.some(holds) : conditions.every(holds))

const matchesProperty = (card: Card, filter: PropertyFilter): boolean => {
  const { group, name } = filter
  const lines = card.properties.filter(
    (line) => line.name === name && (group === undefined || line.group?.toUpperCase() === group.toUpperCase()),
  )
  if (filter.notDefined) return lines.length === 0
  return lines.some((line) => matchesLine(line, filter))
}

const matchesLine = (line: ContentLine, { test, texts, parameters }: PropertyFilter): boolean => {
  const conditions = [
    ...texts.map((match) => () => matches(unescapeText(line.value), match)),
    ...parameters.map((filter) => () => matchesParameter(line, filter)),
  ]
  return combine(test, conditions, (holds) => holds())
}

const matchesParameter = (line: ContentLine, { name, condition }: ParameterFilter): boolean => {
  const found = line.parameters.filter((one) => one.name === name)
  if (condition === 'not-defined') return found.length === 0
  if (condition === undefined) return found.length > 0
  return found.some(({ values }) => values.some((value) => matches(value, condition)))
}

const matches = (value: string, { collation, text, type, negate }: TextMatch): boolean =>
  matchesText(collation.fold(value), text, type) !== negate

// Most cards do not have the words that are looked for: that is seen in their texts, without reading them as cards.
import { unfold } from '../content-line.ts'
import type { Filter, PropertyFilter, TextMatch } from './filter.ts'

type Look = (text: string) => boolean

/** False for a text of which no card matches the filter; true says nothing. */
export const prefilter = ({ test, properties }: Filter): Look => {
  const looks = properties.map(lookFor)
  if (looks.length === 0 || looks.every((look) => look === undefined)) return () => true
  const may = (text: string): boolean =>
    test === 'anyof'
      ? looks.some((look) => look === undefined || look(text))
      : looks.every((look) => look === undefined || look(text))
  // What a collation makes of other characters is its own business.
  return (text) => !isAscii(text) || may(isFolded(text) ? unfold(text).join('\n') : text)
}

/** Undefined where a card may match without any words of the filter in it. */
const lookFor = ({ notDefined, test, texts, parameters }: PropertyFilter): Look | undefined => {
  if (notDefined || texts.length === 0 || (test === 'anyof' && parameters.length > 0)) return undefined
  const words = texts.map(wordOf)
  if (words.some((word) => word === undefined)) return undefined
  return (text) => (test === 'anyof' ? words.some((word) => word?.test(text)) : words.every((word) => word?.test(text)))
}

/** A word as it stands in a text, whatever its case; undefined for one that could be written in another way. */
const wordOf = ({ text, negate }: TextMatch): RegExp | undefined =>
  negate || !/^[A-Za-z0-9 @._+-]+$/.test(text) ? undefined : new RegExp(text.replace(/[.+]/g, '\\$&'), 'i')

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const isFolded = (text: string): boolean => /\n[ \t]/.test(text)

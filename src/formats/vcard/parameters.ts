// Parameters of a line. Nothing here changes a line: each answers a new one.

import { type ContentLine, parameterValues } from '../content-line.ts'

/** TYPE, whether one parameter lists its values or several have one each; some programs quote the whole list. */
export const types = (line: ContentLine): string[] =>
  parameterValues(line, 'TYPE')
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '')

export const withoutParameters = (line: ContentLine, ...names: readonly string[]): ContentLine => ({
  ...line,
  parameters: line.parameters.filter(({ name }) => !names.includes(name)),
})

/** The line with one more parameter; as it is when there are no values. */
export const withParameter = (line: ContentLine, name: string, ...values: readonly string[]): ContentLine =>
  values.length === 0 ? line : { ...line, parameters: [...line.parameters, { name, values: [...values] }] }

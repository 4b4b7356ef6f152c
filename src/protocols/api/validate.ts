// The shape of a request's body. Every error names the member at fault; a member that nobody asked for is one, too.
import { DomainError } from '../../errors.ts'

/** Checks one member and gives it its type. */
export type Validator<T> = (value: unknown, field: string) => T
export type Shape = Readonly<Record<string, Validator<unknown>>>
export type Shaped<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> }

const refuse = (field: string, message: string): never => {
  throw new DomainError('BadRequest', message, { field })
}

export const text: Validator<string> = (value, field) =>
  typeof value === 'string' && value.isWellFormed() ? value : refuse(field, `${field} must be a text.`)

export const flag: Validator<boolean> = (value, field) =>
  typeof value === 'boolean' ? value : refuse(field, `${field} must be true or false.`)

/** A whole number from 0 on; a size in bytes. */
export const size: Validator<number> = (value, field) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(field, `${field} must be a whole number, not below 0.`)

/** A text without spaces around it, of at most so many characters, and not empty. */
export const line =
  (characters: number): Validator<string> =>
  (value, field) => {
    const trimmed = text(value, field).trim()
    const fits = trimmed !== '' && [...trimmed].length <= characters && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(trimmed)
    return fits ? trimmed : refuse(field, `${field} must be one line of 1 to ${characters} characters.`)
  }

/** A list of some of `choices`, none twice, at least one. */
export const someOf =
  <T extends string>(choices: readonly T[]): Validator<T[]> =>
  (value, field) =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((one) => choices.includes(one))
      ? value
      : refuse(field, `${field} must be a list of some of ${choices.join(', ')}.`)

export const nullable =
  <T>(validator: Validator<T>): Validator<T | null> =>
  (value, field) =>
    value === null ? null : validator(value, field)

export const optional =
  <T>(validator: Validator<T>): Validator<T | undefined> =>
  (value, field) =>
    value === undefined ? undefined : validator(value, field)

/** The body as its shape says. Throws BadRequest with `detail.field`. */
export function validate<S extends Shape>(shape: S, body: unknown): Shaped<S> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DomainError('BadRequest', 'The body must be a JSON object.')
  }
  const members = body as Readonly<Record<string, unknown>>
  for (const field of Object.keys(members)) {
    if (!Object.hasOwn(shape, field)) refuse(field, `There is no member ${field.slice(0, 40)} here.`)
  }
  const entries = Object.entries(shape).map(([field, validator]) => {
    const value = Object.hasOwn(members, field) ? members[field] : undefined
    return [field, validator(value, field)]
  })
  return Object.fromEntries(entries) as Shaped<S>
}

// JSON as Matrix uses it: values that came from a peer, read with care, and written in the one form that is signed.

import { matrixJsonDepth } from '../../limits.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError'
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What an object itself has under a key: never what all objects inherit. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

export function ownString(object: JsonObject, key: string): string | undefined {
  const value = own(object, key)
  return typeof value === 'string' ? value : undefined
}

export function ownObject(object: JsonObject, key: string): JsonObject | undefined {
  const value = own(object, key)
  return isObject(value) ? value : undefined
}

/** A copy without some keys. */
export function without(object: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)))
}

/**
 * The bytes that are hashed and signed (Matrix v1.19 Appendices §3.1), as text. `strict` is for room version 6 and later: throws
 * CanonicalJsonError for fractions and for integers that a double does not hold. Text that is no Unicode, and nesting
 * beyond `matrixJsonDepth`, are refused always.
 */
export function canonicalJson(value: Json, strict = true): string {
  return encode(value, strict, 0)
}

function encode(value: Json, strict: boolean, depth: number): string {
  if (typeof value === 'string') return encodeString(value)
  if (typeof value === 'number') return encodeNumber(value, strict)
  if (value === null || typeof value === 'boolean') return String(value)
  if (depth >= matrixJsonDepth) throw new CanonicalJsonError('The JSON is nested too deeply.')
  if (isList(value)) return `[${value.map((each) => encode(each, strict, depth + 1)).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).sort(byCodePoint)) {
    const member = value[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${encodeString(key)}:${encode(member, strict, depth + 1)}`
  }
  return `{${text}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function encodeString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('A text has half of a surrogate pair.')
  return JSON.stringify(text)
}

function encodeNumber(value: number, strict: boolean): string {
  if (strict && !Number.isSafeInteger(value)) throw new CanonicalJsonError(`${value} is no integer that JSON carries.`)
  if (Number.isInteger(value)) return BigInt(value).toString() // no exponent, and -0 is 0
  return JSON.stringify(value)
}

const surrogate = /[\ud800-\udfff]/

/** The order of code points. That of JavaScript is of UTF-16 units, which differs where surrogates meet U+E000 and above. */
export function byCodePoint(a: string, b: string): number {
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

// XML as strings: an answer of 100,000 members is joined, never built as a tree.

import { DomainError } from '../../errors.ts'
import { xmlValueCharacters } from '../../limits.ts'
import type { Element } from './element.ts'
import { XML } from './element.ts'

const specialInAttribute = /[&<>"\t\n\r]/
// XML 1.0 §2.2: what no document can hold, not even escaped.
const unwritable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are meant
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const suspect = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/

const special = new RegExp(`[&<>\\r]|${suspect.source}`)

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

const writable = (text: string): string => (suspect.test(text) ? text.replace(unwritable, '\ufffd') : text)

/** Character data. A character that XML cannot hold becomes U+FFFD. */
export const escapeText = (text: string): string =>
  special.test(text) ? writable(text).replace(/[&<>\r]/g, (character) => escapes[character] ?? '') : text

/** A value between double quotes. */
export const escapeAttribute = (value: string): string => {
  const safe = writable(value)
  return specialInAttribute.test(safe) ? safe.replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? '') : safe
}

/** Namespaces in scope: prefix to URI. */
export type Scope = ReadonlyMap<string, string>

const emptyScope: Scope = new Map([['xml', XML]])

/** What is in scope inside `element`, given what is in scope around it. */
export const scopeOf = (element: Element, outer: Scope = emptyScope): Scope => {
  if (element.declarations.length === 0) return outer
  const scope = new Map(outer)
  for (const [prefix, uri] of element.declarations) scope.set(prefix, uri)
  return scope
}

const declare = (prefix: string, uri: string): string =>
  prefix === '' ? ` xmlns="${escapeAttribute(uri)}"` : ` xmlns:${prefix}="${escapeAttribute(uri)}"`

/**
 * Writes an element as a fragment that stands on its own: prefixes, attributes and text as they were sent.
 *
 * @param around what was in scope around the element where it was read; all of it is declared again, as a
 *   prefix may be used in a value too, where no parser sees it.
 */
export const writeElement = (element: Element, around: Scope = emptyScope): string => {
  const declarations = new Map<string, string>()
  for (const [prefix, uri] of around) if (prefix !== 'xml') declarations.set(prefix, uri)
  for (const [prefix, uri] of element.declarations) declarations.set(prefix, uri)
  if (declarations.get('') === '') declarations.delete('')
  return write(element, [...declarations])
}

const write = (element: Element, declarations: Element['declarations']): string => {
  const name = element.prefix === '' ? element.name : `${element.prefix}:${element.name}`
  let tag = `<${name}`
  for (const [prefix, uri] of declarations) tag += declare(prefix, uri)
  for (const { prefix, name: local, value } of element.attributes)
    tag += ` ${prefix === '' ? local : `${prefix}:${local}`}="${escapeAttribute(value)}"`
  if (element.children.length === 0) return `${tag}/>`
  tag += '>'
  for (const child of element.children)
    tag += typeof child === 'string' ? escapeText(child) : write(child, child.declarations)
  return `${tag}</${name}>`
}

/**
 * Writes all that is inside an element, each child standing on its own.
 *
 * @throws DomainError TooLarge: a long namespace declared once around many children is written at each of them.
 */
export const writeContent = (element: Element, around: Scope = emptyScope): string => {
  const scope = scopeOf(element, around)
  let content = ''
  for (const child of element.children) {
    content += typeof child === 'string' ? escapeText(child) : writeElement(child, scope)
    if (content.length > xmlValueCharacters) throw new DomainError('TooLarge', 'The XML value is too large')
  }
  return content
}

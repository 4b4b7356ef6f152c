import { DomainError } from '../../../errors.ts'
import type { Element } from '../../../formats/xml/element.ts'
import { attribute, child, DAV, elements, isNamed, text, XML } from '../../../formats/xml/element.ts'
import type { Scope } from '../../../formats/xml/write.ts'
import { scopeOf, writeContent } from '../../../formats/xml/write.ts'
import { propertiesInRequest } from '../../../limits.ts'
import type { PropertyName } from './names.ts'

/** One instruction of a PROPPATCH, in document order. RFC 4918 §9.2 */
export type PropertyUpdate = PropertyName & {
  /** The XML inside the property and its text; undefined removes it. */
  readonly value: { readonly xml: string; readonly text: string; readonly element: Element } | undefined
  /** xml:lang in scope. RFC 4918 §4.3 */
  readonly language: string | undefined
}

const invalid = (message: string): never => {
  throw new DomainError('BadRequest', message)
}

/** RFC 4918 §14.19 */
export const parsePropertyUpdate = (root: Element): readonly PropertyUpdate[] => {
  if (!isNamed(root, DAV, 'propertyupdate')) return invalid('The body of PROPPATCH is a DAV:propertyupdate')
  return parseInstructions(root)
}

/** RFC 5689 §3: the body of an extended MKCOL, whose instructions are all `set`. RFC 4791 §5.3.1 has the same shape. */
export const parseMkcol = (root: Element, namespace = DAV, name = 'mkcol'): readonly PropertyUpdate[] => {
  if (!isNamed(root, namespace, name)) throw new DomainError('Unsupported', `The body is a ${name}`)
  const updates = parseInstructions(root)
  if (updates.some(({ value }) => value === undefined)) return invalid('A new collection has nothing to remove')
  return updates
}

const parseInstructions = (root: Element): readonly PropertyUpdate[] => {
  const updates: PropertyUpdate[] = []
  const rootScope = scopeOf(root)
  for (const instruction of elements(root)) {
    const set = isNamed(instruction, DAV, 'set')
    if (!set && !isNamed(instruction, DAV, 'remove')) continue // RFC 4918 §17
    const prop = child(instruction, DAV, 'prop')
    if (prop === undefined) return invalid('set and remove hold a prop')
    const scope = scopeOf(prop, scopeOf(instruction, rootScope))
    const language = languageOf(prop, languageOf(instruction, languageOf(root, undefined)))
    for (const property of elements(prop)) updates.push(parseInstruction(property, set, scope, language))
  }
  if (updates.length === 0) return invalid('Nothing is set or removed')
  if (updates.length > propertiesInRequest) throw new DomainError('TooLarge', 'Too many properties are set at once')
  return updates
}

const parseInstruction = (
  property: Element,
  set: boolean,
  scope: Scope,
  language: string | undefined,
): PropertyUpdate => ({
  namespace: property.namespace,
  name: property.name,
  value: set ? { xml: writeContent(property, scope), text: text(property), element: property } : undefined,
  language: languageOf(property, language),
})

const languageOf = (element: Element, outer: string | undefined): string | undefined =>
  attribute(element, XML, 'lang') ?? outer

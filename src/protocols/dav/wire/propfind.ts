import { DomainError } from '../../../errors.ts'
import type { Element } from '../../../formats/xml/element.ts'
import { child, DAV, elements, isNamed } from '../../../formats/xml/element.ts'
import { propertiesInRequest } from '../../../limits.ts'
import type { PropertyName } from './names.ts'

/** RFC 4918 §9.1 */
export type Propfind =
  | { readonly kind: 'prop'; readonly names: readonly PropertyName[] }
  | { readonly kind: 'allprop'; readonly include: readonly PropertyName[] }
  | { readonly kind: 'propname' }

const invalid = (message: string): never => {
  throw new DomainError('BadRequest', message)
}

/** The names inside a `prop`, each once. */
export const parseProp = (prop: Element): PropertyName[] => {
  const names = new Map<string, PropertyName>()
  for (const { namespace, name } of elements(prop)) names.set(`{${namespace}}${name}`, { namespace, name })
  if (names.size > propertiesInRequest) throw new DomainError('TooLarge', 'Too many properties are asked for')
  return [...names.values()]
}

/**
 * RFC 4918 §14.20: exactly one of prop, propname, and allprop with an optional include. Unknown elements are ignored (§17).
 *
 * @param root the body's root element; undefined for an empty body, which means allprop (§9.1).
 */
export const parsePropfind = (root: Element | undefined): Propfind => {
  if (root === undefined) return { kind: 'allprop', include: [] }
  if (!isNamed(root, DAV, 'propfind')) return invalid('The body of PROPFIND is a DAV:propfind')
  const prop = child(root, DAV, 'prop')
  const allprop = child(root, DAV, 'allprop')
  const propname = child(root, DAV, 'propname')
  if ([prop, allprop, propname].filter(Boolean).length !== 1)
    return invalid('A propfind holds exactly one of prop, allprop and propname')
  if (prop !== undefined) return { kind: 'prop', names: parseProp(prop) }
  if (propname !== undefined) return { kind: 'propname' }
  const include = child(root, DAV, 'include')
  return { kind: 'allprop', include: include === undefined ? [] : parseProp(include) }
}

// A parsed XML element, small enough to build by the thousand and whole enough to write back:
// names are (namespace, local name); prefixes and namespace declarations are kept as they were sent,
// because a dead property must come back as it was stored (RFC 4918 §4.3).

export type Attribute = {
  readonly namespace: string
  readonly prefix: string
  readonly name: string
  readonly value: string
}

export type Element = {
  readonly namespace: string
  readonly prefix: string
  readonly name: string
  readonly attributes: readonly Attribute[]
  /** Declared on this element itself: prefix ('' is the default namespace) and URI. */
  readonly declarations: readonly (readonly [prefix: string, uri: string])[]
  readonly children: readonly (Element | string)[]
}

export const DAV = 'DAV:'
export const XML = 'http://www.w3.org/XML/1998/namespace'

export const isNamed = (element: Element, namespace: string, name: string): boolean =>
  element.name === name && element.namespace === namespace

/** The children that are elements, in order. */
export const elements = (element: Element): Element[] => element.children.filter((child) => typeof child !== 'string')

export const child = (element: Element, namespace: string, name: string): Element | undefined => {
  for (const candidate of element.children)
    if (typeof candidate !== 'string' && isNamed(candidate, namespace, name)) return candidate
  return undefined
}

/** All character data below the element, joined. */
export const text = (element: Element): string => {
  let joined = ''
  for (const part of element.children) joined += typeof part === 'string' ? part : text(part)
  return joined
}

export const attribute = (element: Element, namespace: string, name: string): string | undefined =>
  element.attributes.find((candidate) => candidate.name === name && candidate.namespace === namespace)?.value

// A small XML document as a tree. The page's policy (Trusted Types) has no DOMParser. Pure: text in, elements out.

import { SaxesParser } from 'saxes'

export type XmlElement = {
  /** `{namespace}name` */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  /** Its own text, without that of its children. */
  text: string
}

/** The root; throws for what is not well-formed. */
export const parseTree = (document: string): XmlElement => {
  const parser = new SaxesParser({ xmlns: true })
  const root: XmlElement = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [root]
  parser.on('opentag', ({ uri, local, attributes }) => {
    const pairs = Object.values(attributes).map((one) => [one.local, one.value] as const)
    const element: XmlElement = { name: `{${uri}}${local}`, attributes: new Map(pairs), children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('text', (text) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  })
  parser.on('closetag', () => open.pop())
  parser.write(document).close()
  return root
}

/** All elements of a name at any depth, in the order of the document. */
export const all = (within: XmlElement, name: string): XmlElement[] =>
  within.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)])

/** The text of the first of them. */
export const textOf = (within: XmlElement, name: string): string => all(within, name)[0]?.text.trim() ?? ''

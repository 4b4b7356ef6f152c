// XML that strangers send: no DTD, no entities beyond the five of XML itself, bounded depth and size.
// Nothing is fetched, nothing is expanded, and what is refused is refused at its first byte.

import { SaxesParser } from 'saxes'
import { DomainError } from '../../errors.ts'
import { xmlBytes, xmlDepth } from '../../limits.ts'
import type { Attribute, Element } from './element.ts'

type Open = {
  element: Element
  children: (Element | string)[]
}

const refuse = (message: string): never => {
  throw new DomainError('BadRequest', message)
}

/**
 * Parses one document.
 *
 * @param bytes the document in UTF-8, or in UTF-16 with a byte order mark.
 * @throws DomainError BadRequest when it is not well-formed or has a DTD, TooLarge above the bounds.
 */
export const parseXml = (bytes: Uint8Array): Element => {
  if (bytes.length > xmlBytes) throw new DomainError('TooLarge', 'The XML document is too large')
  return parseText(decode(bytes))
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
  } catch {
    return refuse('The XML document is not in UTF-8 or UTF-16')
  }
}

// XML 1.0 appendix F.1: a UTF-16 document opens with a byte order mark.
const encodingOf = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

const parseText = (document: string): Element => {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let root: Element | undefined

  parser.on('error', () => refuse('The XML document is not well-formed'))
  parser.on('doctype', () => refuse('An XML document with a DTD is refused'))
  parser.on('opentagstart', () => {
    // The parser's namespace look-up walks all open elements: cost grows with the square of the depth.
    if (open.length >= xmlDepth) throw new DomainError('TooLarge', 'The XML document is nested too deeply')
  })
  parser.on('opentag', (tag) => {
    const attributes: Attribute[] = []
    for (const { uri, prefix, local, value } of Object.values(tag.attributes))
      if (prefix !== 'xmlns' && !(prefix === '' && local === 'xmlns'))
        attributes.push({ namespace: uri, prefix, name: local, value })
    const children: (Element | string)[] = []
    const declarations = Object.entries(tag.ns)
    const element = { namespace: tag.uri, prefix: tag.prefix, name: tag.local, attributes, declarations, children }
    if (open.length === 0) root = element
    else open[open.length - 1]?.children.push(element)
    open.push({ element, children })
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const append = (text: string) => {
    const children = open[open.length - 1]?.children
    if (children === undefined) return
    const last = children.length - 1
    if (typeof children[last] === 'string') children[last] += text
    else children.push(text)
  }
  parser.on('text', append)
  parser.on('cdata', append)

  parser.write(document).close()
  return root ?? refuse('The XML document is empty')
}

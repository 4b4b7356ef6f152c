// RFC 4918 §13, as strings. `D` is the prefix of DAV: throughout, declared once at the root of each document.

import { STATUS_CODES } from 'node:http'
import { escapeAttribute, escapeText } from '../../../formats/xml/write.ts'

export const xmlType = 'application/xml; charset=utf-8'

export const declaration = '<?xml version="1.0" encoding="utf-8"?>\n'

export const multistatusStart = `${declaration}<D:multistatus xmlns:D="DAV:">`

export const multistatusEnd = '</D:multistatus>\n'

const statusLines = new Map(
  Object.entries(STATUS_CODES).map(([status, text]) => [Number(status), `HTTP/1.1 ${status} ${text}`]),
)

export const statusLine = (status: number): string => statusLines.get(status) ?? `HTTP/1.1 ${status} `

export const href = (path: string): string => `<D:href>${escapeText(path)}</D:href>`

export const propstat = (properties: string, status: number, extra = ''): string =>
  `<D:propstat><D:prop>${properties}</D:prop><D:status>${statusLine(status)}</D:status>${extra}</D:propstat>`

/** A response about a whole resource (RFC 4918 §14.24). */
export const statusResponse = (path: string, status: number, error = ''): string =>
  `<D:response>${href(path)}<D:status>${statusLine(status)}</D:status>${error}</D:response>`

/** A precondition or postcondition that failed. RFC 4918 §16 */
export const errorElement = (content: string): string => `<D:error>${content}</D:error>`

export const errorDocument = (content: string): string => `${declaration}<D:error xmlns:D="DAV:">${content}</D:error>\n`

/** Opening and closing tag of an element in any namespace; a name without one needs no declaration at the root. */
export const tagsFor = (
  namespace: string,
  name: string,
  attributes = '',
): { open: string; close: string; empty: string } => {
  if (namespace === 'DAV:')
    return { open: `<D:${name}${attributes}>`, close: `</D:${name}>`, empty: `<D:${name}${attributes}/>` }
  if (namespace === '') return { open: `<${name}${attributes}>`, close: `</${name}>`, empty: `<${name}${attributes}/>` }
  const start = `X:${name} xmlns:X="${escapeAttribute(namespace)}"${attributes}`
  return { open: `<${start}>`, close: `</X:${name}>`, empty: `<${start}/>` }
}

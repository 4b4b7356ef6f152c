// The grammar of Matrix identifiers (Matrix v1.19 Appendices §4).

import { matrixIdentifierBytes } from '../../limits.ts'

const namePattern = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z.-]{1,255}))(?::(\d{1,5}))?$/
const dottedQuad = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** Matrix v1.19 Appendices §4.2: a DNS name or an address, and perhaps a port. */
export function isServerName(text: string): boolean {
  const match = namePattern.exec(text)
  if (match === null) return false
  const [, ipv6, name, port] = match
  if (port !== undefined && Number(port) > 65535) return false
  if (ipv6 !== undefined) return URL.canParse(`http://[${ipv6}]`)
  return !dottedQuad.test(name as string) || (name as string).split('.').every((each) => Number(each) <= 255)
}

/** The server's name in `@user:server`, `!room:server` or `$event:server`: what follows the first colon. */
export function domainOf(identifier: string): string | undefined {
  const colon = identifier.indexOf(':')
  return colon < 0 ? undefined : identifier.slice(colon + 1)
}

/** Matrix v1.19 Appendices §4.3.1, with the historical characters that servers must take from each other. */
export function isUserId(text: string): boolean {
  const domain = domainOf(text)
  return (
    text.startsWith('@') &&
    domain !== undefined &&
    isServerName(domain) &&
    Buffer.byteLength(text) <= matrixIdentifierBytes &&
    !text.includes('\0')
  )
}

/** The characters of users' names that a server may give out today. */
export function isLocalpart(text: string): boolean {
  return /^[a-z0-9._=/+-]+$/.test(text)
}

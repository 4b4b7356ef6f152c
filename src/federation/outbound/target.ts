// What an address of the web has to be before anything is sent there.

import { DomainError } from '../../errors.ts'
import { outboundBounds } from '../../limits.ts'

/** Services below 1024 that speak no HTTP would read a request as their own commands. */
const lowPorts: ReadonlySet<number> = new Set([80, 443])

/** The same above it: the ports that Fetch §2.9 ("port blocking") closes to browsers. */
const closedPorts: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/**
 * Reads an address; numbers in place of a host name come out as the IPv4 address that they mean (URL §3.5).
 *
 * @throws DomainError BadRequest
 */
export const parseTarget = (address: string | URL, base?: URL): URL => {
  const text = String(address)
  const url = text.length > outboundBounds.urlCharacters ? null : URL.parse(text, base?.href)
  if (url === null) throw new DomainError('BadRequest', 'This is no address of the web.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new DomainError('BadRequest', 'The address must begin with https:// or http://.')
  const port = portOf(url)
  if (port < 1024 ? !lowPorts.has(port) : closedPorts.has(port))
    throw new DomainError('BadRequest', `Port ${port} is not one of the web.`)
  return url
}

export const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80)

/** The host as a resolver or a socket takes it: an IPv6 address has no brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

// Everything that the twin asks of other servers goes out here, under one of two policies: `fetchUntrusted` goes where
// anybody may send it (subscriptions, webhooks, previews) and reaches public addresses alone; `fetchFederation` reaches
// the overlay of twins, too. Neither reaches this machine, its network, or what else is not public, by whatever name.

import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import { DomainError } from '../../errors.ts'
import { outboundBounds } from '../../limits.ts'
import { kindOfAddress, ownNetworks } from './addresses.ts'
import { acceptedCodings, boundedBody } from './body.ts'
import { type Connecting, connect, type Resolver, systemResolver, unreachable } from './connect.ts'
import { hostOf, parseTarget } from './target.ts'

export { wholeBody } from './body.ts'
export type { Resolver } from './connect.ts'

export type OutboundRequest = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** Bytes of the answer's body that are borne, packed and unpacked. */
  readonly bytes: number
  /** Milliseconds for all of it; `outboundBounds.milliseconds` without it. */
  readonly milliseconds?: number
  /** Ends it early. */
  readonly signal?: AbortSignal
}

export type OutboundAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Where the answer came from, after redirects; it has no user information. */
  readonly url: URL
  readonly body: AsyncIterable<Buffer>
}

/**
 * Asks, follows redirects, and gives the answer to `read`, whatever its status is; when that is done the connection
 * is closed.
 *
 * @throws DomainError BadRequest for what is no address of the web, Forbidden for one that the policy does not reach,
 *   Unavailable for a server that is away, too slow or talks nonsense, TooLarge, Unsupported.
 */
type Fetch = <T>(
  url: string | URL,
  request: OutboundRequest,
  read: (answer: OutboundAnswer) => Promise<T>,
) => Promise<T>

export type Outbound = { readonly fetchUntrusted: Fetch; readonly fetchFederation: Fetch }

export type OutboundOptions = {
  readonly resolver?: Resolver
  /** For tests, whose servers are there: no setting leads here. */
  readonly loopback?: boolean
  /** Authorities to trust in place of the usual ones, for tests (PEM). */
  readonly ca?: string
}

export const createOutbound = ({
  resolver = systemResolver(),
  loopback = false,
  ca,
}: OutboundOptions = {}): Outbound => {
  const isOpen = (address: string): boolean => loopback && kindOfAddress(address) === 'loopback'
  const untrusted = (): Connecting['mayReach'] => {
    const own = ownNetworks(networkInterfaces())
    return (address) =>
      isOpen(address) ||
      (kindOfAddress(address) === 'global' && !own.check(address, address.includes(':') ? 'ipv6' : 'ipv4'))
  }
  // A twin next door has an address of the own network, and is one to speak to.
  const federation: Connecting['mayReach'] = (address) =>
    isOpen(address) || ['global', 'overlay'].includes(kindOfAddress(address))
  return {
    fetchUntrusted: (url, request, read) => run({ resolver, mayReach: untrusted(), ca }, url, request, read),
    fetchFederation: (url, request, read) => run({ resolver, mayReach: federation, ca }, url, request, read),
  }
}

const run = async <T>(
  connecting: Connecting,
  address: string | URL,
  request: OutboundRequest,
  read: (answer: OutboundAnswer) => Promise<T>,
): Promise<T> => {
  const milliseconds = request.milliseconds ?? outboundBounds.milliseconds
  const timeout = AbortSignal.timeout(milliseconds)
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout
  const first = parseTarget(address)
  const failed = (url: URL) => (error: unknown) => {
    if (timeout.aborted) return new DomainError('Unavailable', `${hostOf(url)} took over ${milliseconds / 1000} s.`)
    return signal.aborted ? signal.reason : unreachable(hostOf(url), error)
  }
  let hop: Hop = { url: withoutUser(first), headers: { ...basic(first), ...request.headers } }
  for (let redirects = 0; ; redirects++) {
    const { url } = hop
    const response = await send(hop, request, connecting, signal).catch((error) => Promise.reject(failed(url)(error)))
    try {
      const next = nextHop(hop, request, response)
      if (next === undefined) {
        const body = boundedBody(response, request.bytes, failed(url))
        return await read({ status: response.statusCode ?? 0, headers: response.headers, url, body })
      }
      if (redirects === outboundBounds.redirects)
        throw new DomainError('Unavailable', `${hostOf(first)} sends from one address to another without end.`)
      hop = next
    } finally {
      response.destroy()
    }
  }
}

type Hop = { readonly url: URL; readonly headers: Readonly<Record<string, string>> }

const withoutUser = (url: URL): URL => {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  return plain
}

/** RFC 7617 §2: a name and a password in the address. */
const basic = ({ username, password }: URL): Record<string, string> => {
  if (username === '' && password === '') return {}
  const pair = `${decoded(username)}:${decoded(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const send = async (
  { url, headers }: Hop,
  { method = 'GET', body }: OutboundRequest,
  connecting: Connecting,
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  const socket = await connect(url, connecting, signal)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const call = httpRequest({
    createConnection: () => socket as Duplex,
    method,
    path: url.pathname + url.search,
    setHost: false,
    headers: {
      host: url.host,
      'user-agent': 'twin',
      'accept-encoding': acceptedCodings,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
    maxHeaderSize: outboundBounds.headerBytes,
    signal,
  })
  call.once('response', resolve)
  call.on('error', reject)
  call.once('close', () => {
    socket.destroy()
    reject(new Error('closed'))
  })
  call.end(body)
  return promise
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const credentials: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** Where an answer sends the request on; the target is judged as the first one was, when it is connected to. */
const nextHop = (
  { url, headers }: Hop,
  { method = 'GET' }: OutboundRequest,
  response: IncomingMessage,
): Hop | undefined => {
  const { location } = response.headers
  // RFC 9110 §15.4: what may change something is not sent to another place unasked.
  if (!redirects.has(response.statusCode ?? 0) || location === undefined || !['GET', 'HEAD'].includes(method))
    return undefined
  const next = withoutUser(parseTarget(location, url))
  if (url.protocol === 'https:' && next.protocol === 'http:')
    throw new DomainError('Forbidden', `${hostOf(url)} sends from https to http.`)
  if (next.origin === url.origin) return { url: next, headers }
  const kept = Object.entries(headers).filter(([name]) => !credentials.has(name.toLowerCase()))
  return { url: next, headers: Object.fromEntries(kept) }
}

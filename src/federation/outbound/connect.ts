// A connection to an address that was judged, and to no other: the name is resolved here and the socket is given the
// address itself, so that a second answer of the name server (rebinding) is never asked for.

import { Resolver as SystemResolver } from 'node:dns/promises'
import { isIP, connect as netConnect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { DomainError } from '../../errors.ts'
import { outboundBounds } from '../../limits.ts'
import { hostOf, portOf } from './target.ts'

export type Resolver = Pick<SystemResolver, 'resolve4' | 'resolve6'>

/** c-ares, which asks name servers and reads no hosts file; `lookup` would hold one of four threads for a silent server. */
export const systemResolver = (): SystemResolver =>
  new SystemResolver({ timeout: outboundBounds.dnsMilliseconds, tries: outboundBounds.dnsTries })

export type Connecting = {
  readonly resolver: Resolver
  readonly mayReach: (address: string) => boolean
  /** Authorities to trust (PEM), in place of the usual ones. */
  readonly ca: string | undefined
}

/** @throws DomainError Forbidden where no address may be reached, Unavailable where none answers. */
export const connect = async (url: URL, connecting: Connecting, signal: AbortSignal): Promise<Duplex> => {
  const host = hostOf(url)
  const found = isIP(host) ? [host] : await resolve(host, connecting.resolver, signal)
  const addresses = found.filter(connecting.mayReach)
  // The address is not told: names of the inside are nobody's business.
  if (addresses.length === 0) throw new DomainError('Forbidden', `${host} is not on the public Internet.`)
  let failure: unknown
  for (const address of addresses.slice(0, outboundBounds.addresses)) {
    try {
      return await connectTo(address, url, connecting, signal)
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
  }
  throw unreachable(host, failure)
}

const resolve = async (host: string, resolver: Resolver, signal: AbortSignal): Promise<string[]> => {
  const answers = await orAborted(Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)]), signal)
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (found.length === 0) throw new DomainError('Unavailable', `There is no host ${host}, or its name server is away.`)
  return found
}

const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

const connectTo = async (
  address: string,
  url: URL,
  { mayReach, ca }: Connecting,
  outer: AbortSignal,
): Promise<Duplex> => {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(outboundBounds.connectMilliseconds)])
  const socket = netConnect({ host: address, port: portOf(url), noDelay: true })
  try {
    await opened(socket, 'connect', signal)
    // What counts is who is at the other end.
    if (!mayReach(socket.remoteAddress ?? '')) throw new DomainError('Forbidden', 'Another address answered.')
    return url.protocol === 'https:' ? await secured(socket, url, ca, signal) : socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

const secured = async (socket: Socket, url: URL, ca: string | undefined, signal: AbortSignal): Promise<Duplex> => {
  const host = hostOf(url)
  // RFC 6066 §3: a name, never an address.
  const servername = isIP(host) ? {} : { servername: host }
  const tls = tlsConnect({ socket, host, ...servername, ALPNProtocols: ['http/1.1'], ...(ca && { ca }) })
  await opened(tls, 'secureConnect', signal)
  return tls
}

const opened = (socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Stays: a socket that fails later than its reader looks must not end the process.
  socket.on('error', reject)
  socket.once('close', () => reject(new Error('closed')))
  socket.once(event, () => resolve())
  return orAborted(promise, signal)
}

export const unreachable = (host: string, cause: unknown): DomainError => {
  if (cause instanceof DomainError) return cause
  const { code = 'no answer' } = cause as NodeJS.ErrnoException
  return new DomainError('Unavailable', `${host} cannot be reached (${String(code).slice(0, 60)}).`)
}

// `/metrics` tells how much a twin is used, so it answers this machine, and elsewhere only who holds the token.

import { timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import { DomainError } from '../../errors.ts'
import type { Metrics } from '../../metrics.ts'
import type { Mount } from './router.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const isEqual = (a: string, b: string): boolean =>
  Buffer.byteLength(a) === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** `token` from the configuration; empty is none. */
export const createMetricsPage = (metrics: Metrics, token: string): Mount => ({
  prefix: '/metrics',
  methods: ['GET', 'HEAD'],
  handle: async (request, response, { remoteAddress }) => {
    const { authorization, 'sec-fetch-site': site } = request.headers
    const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    const isLocal = loopback.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4') && site === undefined
    const isKnown = token !== '' && bearer !== undefined && isEqual(bearer, token)
    if (!isLocal && !isKnown) {
      // RFC 6750 §3
      throw new DomainError('Unauthorized', 'Ask from this machine, or with the token', { challenge: 'Bearer' })
    }
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.end(metrics.text())
  },
})

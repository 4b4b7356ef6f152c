// The plain port. It answers the ACME authority and sends everybody else to https; it never looks at credentials,
// and nothing of the twin is mounted here.

import { createServer } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { httpBounds } from '../../limits.ts'
import { Connections } from './connections.ts'
import { splitTarget } from './router.ts'

export type RedirectServerOptions = {
  /** The https port as clients see it. */
  readonly httpsPort: () => number
  /** For requests that do not say whom they mean. */
  readonly domain: string
  readonly challengeFile: (token: string) => string | undefined
}

const challengePrefix = '/.well-known/acme-challenge/'

/** RFC 9110 §7.2: the host without its port, if it is one. */
const hostOf = (header: string | undefined): string | undefined =>
  /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i.exec(header ?? '')?.[1]

export const createRedirectServer = ({ httpsPort, domain, challengeFile }: RedirectServerOptions) => {
  const connections = new Connections(httpBounds)
  const server = createServer(
    {
      maxHeaderSize: httpBounds.headerBytes,
      headersTimeout: httpBounds.headersMilliseconds,
      requestTimeout: httpBounds.headersMilliseconds,
      keepAliveTimeout: 1,
    },
    (request, response) => {
      response.setHeader('Connection', 'close')
      const { path } = splitTarget(request.url ?? '/')
      const safe = request.method === 'GET' || request.method === 'HEAD'
      const file =
        safe && path.startsWith(challengePrefix) ? challengeFile(path.slice(challengePrefix.length)) : undefined
      if (file !== undefined) {
        response.setHeader('Content-Type', 'application/octet-stream')
        response.end(file)
        return
      }
      const port = httpsPort()
      const target = request.url?.startsWith('/') === true ? request.url : '/'
      const host = hostOf(request.headers.host) ?? domain
      // RFC 9110 §15.4.9: 308 keeps the method, which PROPFIND needs.
      response.writeHead(308, { Location: `https://${host}${port === 443 ? '' : `:${port}`}${target}` })
      response.end()
    },
  )
  server.timeout = httpBounds.headersMilliseconds
  server.on('connection', (socket) => connections.admit(socket))
  server.on('clientError', (_error, socket) => socket.destroy())

  return {
    async listen(port: number, host: string): Promise<number> {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ port, host }, resolve)
      })
      return (server.address() as AddressInfo).port
    },
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => (server as NetServer).close(() => resolve()))
      connections.destroyAll()
      await closed
    },
  }
}

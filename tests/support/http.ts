// An HTTPS server of our own kind with a local authority, on a free port, for tests that need no whole twin.

import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import { Metrics } from '../../src/metrics.ts'
import type { Mount } from '../../src/protocols/http/router.ts'
import { createHttpServer, type HttpServerOptions } from '../../src/protocols/http/server.ts'
import { Certificates } from '../../src/protocols/http/tls/certificates.ts'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** Collects what is logged, so that a test can look at it. */
export const collectingLog = () => {
  const lines: Array<Record<string, unknown>> = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

export const createTestServer = async (mounts: readonly Mount[], bounds: HttpServerOptions['bounds'] = {}) => {
  const directory = await mkdtemp(join(tmpdir(), 'twin-http-'))
  const { log, lines } = collectingLog()
  const metrics = new Metrics()
  const certificates = await Certificates.open({
    keysDirectory: join(directory, 'keys'),
    ownDirectory: join(directory, 'certs'),
    domain: 'localhost',
    log,
    metrics,
  })
  const server = createHttpServer({ mounts, tls: certificates, log, metrics, bounds })
  const port = await server.listen(0, '127.0.0.1')
  const ca = certificates.localCaPem
  return {
    port,
    ca,
    directory,
    lines,
    metrics,
    server,
    certificates,
    /** One request on a connection of its own unless an agent is given. */
    request: (path: string, options: RequestOptions & { body?: string | Buffer } = {}) =>
      send({ host: '127.0.0.1', servername: 'localhost', port, ca, path, agent: false, ...options }, options.body),
    /** A TLS connection to write raw bytes on. */
    connect: async (): Promise<TLSSocket> => {
      const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
      return socket
    },
    [Symbol.asyncDispose]: async () => {
      await server.close()
      certificates.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export const send = (options: RequestOptions, body?: string | Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })

/** Everything that a socket still sends, until it is closed. */
export const readToEnd = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })

// A small WebDAV client for tests: one connection a client, kept alive, so that what is sent is what was meant.
import assert from 'node:assert/strict'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'

export type DavAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

export type DavClient = {
  /** The address of a path in the account's own files, or in the home that was asked for. */
  href(path: string): string
  send(method: string, path: string, body?: string | Buffer, headers?: OutgoingHttpHeaders): Promise<DavAnswer>
  /** The same, and fails unless the status is as said. */
  expect(
    status: number,
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: OutgoingHttpHeaders,
  ): Promise<DavAnswer>
  close(): void
}

export const davClient = (
  { port, ca }: { port: number; ca?: string },
  { name, password, home = 'files' }: { name: string; password: string; home?: 'files' | 'calendars' | 'contacts' },
): DavClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...(ca ? { ca } : { rejectUnauthorized: false }) })
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  const href = (path: string): string => `/dav/${home}/${name}/${path.split('/').map(encodeURIComponent).join('/')}`

  const send: DavClient['send'] = (method, path, body = '', headers = {}) =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port,
          agent,
          method,
          path: href(path),
          headers: { authorization, 'content-length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          )
        },
      )
      call.on('error', reject)
      call.end(body)
    })

  return {
    href,
    send,
    async expect(status, method, path, body, headers) {
      const answer = await send(method, path, body, headers)
      assert.equal(answer.status, status, `${method} ${path}: ${answer.body.toString('utf8', 0, 500)}`)
      return answer
    },
    close: () => agent.destroy(),
  }
}

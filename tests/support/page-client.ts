import { request as httpsRequest } from 'node:https'
import type { TestTwin } from './twin.ts'

export type PageAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  json: never
}

type Options = {
  body?: unknown
  headers?: Record<string, string>
}

/** Speaks the JSON API as the page in a browser does: same origin, with its cookie. */
export class PageClient {
  readonly #twin: TestTwin
  cookie: string | undefined

  constructor(twin: TestTwin) {
    this.#twin = twin
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<PageAnswer> {
    const answer = await this.#send(method, path, {
      body,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(this.cookie !== undefined && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    const set = answer.headers['set-cookie']?.[0]
    if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0]
    return answer
  }

  async signIn(name: string, password: string): Promise<PageAnswer> {
    return this.call('POST', '/api/sign-in', { name, password })
  }

  #send(method: string, path: string, { body, headers }: Options): Promise<PageAnswer> {
    const payload =
      body === undefined || body instanceof Buffer
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: this.#twin.port,
          servername: 'localhost',
          ca: this.#twin.ca,
          method,
          path,
          agent: false,
        },
        async (response) => {
          const chunks: Buffer[] = []
          try {
            for await (const chunk of response) chunks.push(chunk)
          } catch (error) {
            reject(error)
            return
          }
          const bytes = Buffer.concat(chunks)
          const isJson = response.headers['content-type'] === 'application/json'
          const json = (isJson ? JSON.parse(bytes.toString()) : undefined) as never
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, json })
        },
      )
      for (const [name, value] of Object.entries({ host: `localhost:${this.#twin.port}`, ...headers })) {
        request.setHeader(name, value)
      }
      request.on('error', reject)
      request.end(payload)
    })
  }
}

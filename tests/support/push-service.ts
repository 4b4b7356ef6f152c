// A push service (RFC 8030) on loopback, and devices that decrypt what arrives for them (RFC 8291, RFC 8188), written
// from the standards and sharing nothing with what it tests.
import { createDecipheriv, createECDH, createHmac, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createTestServer } from './http.ts'

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly text: string }

const hmac = (key: Uint8Array, ...parts: (Uint8Array | string)[]): Buffer => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** RFC 5869, with one block of output. */
const hkdf = (salt: Uint8Array, material: Uint8Array, info: Buffer | string, length: number): Buffer =>
  hmac(hmac(salt, material), info, Uint8Array.of(1)).subarray(0, length)

export class Device {
  readonly #keys = createECDH('prime256v1')
  readonly authSecret = randomBytes(16)
  readonly publicKey: Buffer
  readonly endpoint: string

  constructor(endpoint: string) {
    this.publicKey = this.#keys.generateKeys()
    this.endpoint = endpoint
  }

  decrypt(body: Buffer): string {
    const [salt, keyLength] = [body.subarray(0, 16), body[20] ?? 0]
    const sender = body.subarray(21, 21 + keyLength)
    const sealed = body.subarray(21 + keyLength)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.publicKey, sender])
    const material = hkdf(this.authSecret, this.#keys.computeSecret(sender), info, 32)
    const key = hkdf(salt, material, 'Content-Encoding: aes128gcm\0', 16)
    const nonce = hkdf(salt, material, 'Content-Encoding: nonce\0', 12)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16))
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    return padded.subarray(0, padded.lastIndexOf(2)).toString()
  }
}

export class PushService {
  readonly #server: Awaited<ReturnType<typeof createTestServer>>
  readonly #devices = new Map<string, Device>()
  readonly #arrived = new EventEmitter()
  readonly received: Received[] = []
  /** The next answers; 201 when there are none left. `hang` never comes. */
  readonly answers: (number | 'hang' | { status: number; retryAfter: number })[] = []
  requests = 0

  constructor(server: Awaited<ReturnType<typeof createTestServer>>) {
    this.#server = server
  }

  get ca(): string {
    return this.#server.ca
  }

  device(name: string): Device {
    const path = `/push/${name}`
    const device = new Device(`https://127.0.0.1:${this.#server.port}${path}`)
    this.#devices.set(path, device)
    return device
  }

  /** What has arrived in all, when there are so many. */
  async first(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await once(this.#arrived, 'message')
    return this.received
  }

  /** When so many requests were made, whatever they were answered. */
  async asked(count: number): Promise<void> {
    while (this.requests < count) await once(this.#arrived, 'request')
  }

  static async open(): Promise<PushService> {
    const server = await createTestServer([
      {
        prefix: '/push/',
        async handle(request, response, { path }) {
          const chunks: Buffer[] = []
          for await (const chunk of request) chunks.push(chunk)
          const answer = service.answers.shift() ?? 201
          const status = typeof answer === 'object' ? answer.status : answer
          service.requests++
          service.#arrived.emit('request')
          if (status === 'hang') return
          if (typeof answer === 'object') response.setHeader('retry-after', String(answer.retryAfter))
          const text = service.#devices.get(path)?.decrypt(Buffer.concat(chunks)) ?? ''
          response.statusCode = status
          response.end()
          if (status !== 201) return
          service.received.push({ path, headers: request.headers, text })
          service.#arrived.emit('message')
        },
      },
    ])
    const service = new PushService(server)
    return service
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
  }
}

// A multistatus of any length. What fits one buffer leaves with its length; above that it streams, and whoever
// writes waits while the client does not read. No socket is written inside a read of the store.
// Responses are encoded one by one into a buffer that is used again: a string of a whole page would be copied
// twice, and 100,000 members would leave as much garbage as they have bytes.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { davStreamBytes } from '../../limits.ts'
import { multistatusEnd, multistatusStart, xmlType } from './wire/multistatus.ts'

/** A character of a string takes at most so many bytes in UTF-8. */
const bytesPerCharacter = 3

export class MultistatusStream {
  readonly #response: ServerResponse
  /** What is short stays a string. */
  #text = multistatusStart
  #buffer: Buffer | undefined
  #used = 0
  #started = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Resolves when more may be written. Rejects when the client is gone. */
  async write(responses: readonly string[]): Promise<void> {
    for (const response of responses) {
      if (!this.#add(response)) await this.#send(response)
    }
  }

  end(tail = ''): void {
    const last = tail + multistatusEnd
    if (this.#buffer === undefined) {
      const text = this.#text + last
      this.#head(Buffer.byteLength(text))
      this.#response.end(text)
      return
    }
    const end = Buffer.from(last)
    if (!this.#started) this.#head(this.#used + end.length)
    this.#response.write(this.#buffer.subarray(0, this.#used))
    this.#response.end(end)
  }

  /** False when there is no room left. */
  #add(response: string): boolean {
    if (this.#buffer === undefined) {
      if ((this.#text.length + response.length) * bytesPerCharacter < Buffer.poolSize) {
        this.#text += response
        return true
      }
      this.#buffer = Buffer.allocUnsafe(davStreamBytes)
      this.#used = this.#buffer.write(this.#text)
    }
    if (response.length * bytesPerCharacter > this.#buffer.length - this.#used) return false
    this.#used += this.#buffer.write(response, this.#used)
    return true
  }

  /** Sends what is gathered, and then this one if it is larger than the buffer. */
  async #send(response: string): Promise<void> {
    if (!this.#started) this.#head(undefined)
    const buffer = this.#buffer as Buffer
    await writeWhole(this.#response, buffer.subarray(0, this.#used))
    this.#used = 0
    if (!this.#add(response)) await writeAll(this.#response, response)
  }

  #head(length: number | undefined): void {
    this.#response.statusCode = 207
    this.#response.setHeader('Content-Type', xmlType)
    this.#response.setHeader('Cache-Control', 'no-store')
    if (length !== undefined) this.#response.setHeader('Content-Length', length)
    this.#started = true
  }
}

/** Writes, and waits until the bytes are the system's, so that they may change. Rejects when the socket closes before. */
export const writeWhole = (response: ServerResponse, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('The client went away'))
    response.once('close', onClose)
    if (response.destroyed) return onClose()
    response.write(bytes, (error) => {
      response.off('close', onClose)
      if (error) reject(error)
      else resolve()
    })
  })

/** Writes, and waits until the socket has room again. Rejects when it closes meanwhile. */
export const writeAll = async (response: ServerResponse, chunk: string | Uint8Array): Promise<void> => {
  if (response.write(chunk)) return
  const closed = new AbortController()
  const onClose = () => closed.abort(new Error('The client went away'))
  response.once('close', onClose)
  try {
    if (response.destroyed) onClose()
    await once(response, 'drain', { signal: closed.signal })
  } finally {
    response.off('close', onClose)
  }
}

// A multistatus of any length. What fits one buffer leaves with its length; above that it streams, and whoever
// writes waits while the client does not read. No socket is written inside a read of the store.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { davStreamCharacters } from '../../limits.ts'
import { multistatusEnd, multistatusStart, xmlType } from './wire/multistatus.ts'

export class MultistatusStream {
  readonly #response: ServerResponse
  #pending = multistatusStart
  #started = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Resolves when more may be written. Rejects when the client is gone. */
  async write(responses: string): Promise<void> {
    this.#pending += responses
    if (this.#pending.length >= davStreamCharacters) await this.#flush()
  }

  end(tail = ''): void {
    const rest = `${this.#pending}${tail}${multistatusEnd}`
    if (!this.#started) this.#head(Buffer.byteLength(rest))
    this.#response.end(rest)
  }

  #head(length: number | undefined): void {
    this.#response.statusCode = 207
    this.#response.setHeader('Content-Type', xmlType)
    this.#response.setHeader('Cache-Control', 'no-store')
    if (length !== undefined) this.#response.setHeader('Content-Length', length)
    this.#started = true
  }

  async #flush(): Promise<void> {
    if (!this.#started) this.#head(undefined)
    const pending = this.#pending
    this.#pending = ''
    await writeAll(this.#response, pending)
  }
}

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

// What goes to a client, in octet strings that are gathered and sent together. `settle` waits for a slow reader.

import type { Socket } from 'node:net'

/** Characters that are gathered before they are sent. */
const gathered = 32 * 1024

export class Output {
  #socket: Socket
  #text = ''

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** An untagged answer. */
  untagged(octets: string): void {
    this.write(`* ${octets}\r\n`)
  }

  write(octets: string): void {
    this.#text += octets
  }

  /** Resolves when the client has taken most of what it was sent, or is gone. */
  async settle(): Promise<void> {
    this.flush()
    if (!this.#socket.writableNeedDrain || this.#socket.destroyed) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done)
        resolve()
      }
      this.#socket.on('drain', done).on('close', done)
    })
  }

  /** The same when much is gathered. */
  async relieve(): Promise<void> {
    if (this.#text.length >= gathered) await this.settle()
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    this.flush()
    this.#socket.write(bytes)
    await this.settle()
  }

  flush(): void {
    if (this.#text === '' || this.#socket.destroyed) return
    this.#socket.write(this.#text, 'latin1')
    this.#text = ''
  }
}

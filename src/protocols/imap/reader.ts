// Takes commands off a socket: lines, and the literals that they announce. What is not read stays in the socket, which
// then tells the client to wait; a line, a literal and a command have bounds, a message goes to the store as it comes.

import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { imapCommandBytes, imapLiteralBytes, messageBytes } from '../../limits.ts'
import type { StagedEmail } from '../../store/mail/mail.ts'
import type { Piece } from './wire/scanner.ts'

export type Literals = {
  /** Tells a client that waits that it may send (RFC 9051 §4.3). */
  proceed(): void
  /** Takes in a message; none when it is not to be taken, and then its bytes are dropped. */
  receive(bytes: AsyncIterable<Buffer>, size: number): Promise<StagedEmail>
  /** Tells the client that a literal is too long. */
  refuse(tag: string): void
}

const LF = 10

export class CommandReader {
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#socket = socket
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  }

  /** What follows is TLS: what came too early is dropped (RFC 9051 §11.1). */
  async release(): Promise<void> {
    this.#rest = Buffer.alloc(0)
    await this.#chunks.return?.()
    this.#socket.read()
  }

  get hasMore(): boolean {
    return this.#rest.length > 0 || this.#socket.readableLength > 0
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next()
    if (done) return false
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
    return true
  }

  /** Octets without the line end; undefined when the client is gone, 'tooLong' beyond the bound. */
  async line(limit = imapCommandBytes): Promise<string | undefined | 'tooLong'> {
    let searched = 0
    for (;;) {
      const end = this.#rest.indexOf(LF, searched)
      if (end !== -1) {
        const line = this.#rest.subarray(0, end)
        this.#rest = this.#rest.subarray(end + 1)
        return line.toString('latin1').replace(/\r$/, '')
      }
      if (this.#rest.length > limit) return 'tooLong'
      searched = this.#rest.length
      if (!(await this.#more())) return undefined
    }
  }

  async #bytes(count: number): Promise<Buffer | undefined> {
    while (this.#rest.length < count) if (!(await this.#more())) return undefined
    const bytes = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return bytes
  }

  /** The next `count` bytes as they come. Ends early, with an error, when the client goes. */
  async *#stream(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('the client went before the end')
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** The pieces of one command; undefined when the client is gone, 'refused' when it was answered already. */
  async command(literals: Literals): Promise<Piece[] | undefined | 'refused' | 'tooLong'> {
    const pieces: Piece[] = []
    let bytes = 0
    for (;;) {
      const line = await this.line()
      if (line === undefined || line === 'tooLong') return line
      pieces.push(line)
      bytes += line.length
      // RFC 7888 §4; RFC 9051 §4.3
      const announced = /\{(\d{1,19})(\+?)\}$/.exec(line)
      if (announced === null) return pieces
      const size = Number(announced[1])
      const isWaiting = announced[2] === ''
      const first = pieces[0] as string
      const isMessage = isAppend(pieces)
      if (size > (isMessage ? messageBytes : imapLiteralBytes) || bytes + size > messageBytes) {
        literals.refuse(first.split(' ', 1)[0] ?? '*')
        if (isWaiting) return 'refused'
        // It is on its way all the same.
        if (size > messageBytes) return 'tooLong'
        for await (const _ of this.#stream(size)) void _
        await this.line()
        return 'refused'
      }
      if (isWaiting) literals.proceed()
      if (isMessage) pieces.push({ stored: await literals.receive(this.#stream(size), size) })
      else {
        const literal = await this.#bytes(size)
        if (literal === undefined) return undefined
        bytes += size
        pieces.push({ bytes: Buffer.from(literal) })
      }
    }
  }
}

/** Is the literal that comes next a message? The first one of APPEND may be the mailbox's name. */
function isAppend(pieces: readonly Piece[]): boolean {
  const [first] = pieces
  if (typeof first !== 'string' || !/^[^ ]+ APPEND /i.test(first)) return false
  return pieces.length > 1 || !/^[^ ]+ APPEND \{\d+\+?\}$/i.test(first)
}

// One client: commands one after another until it leaves. Nothing that it sends is more than a BAD answer; what fails
// here is logged and answered with NO.

import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { type DomainError, isDomainError } from '../../errors.ts'
import { imapBadCommands, imapIdleMilliseconds, imapSignInMilliseconds } from '../../limits.ts'
import type { Store } from '../../store/store.ts'
import { discardMessages } from './commands/append.ts'
import { capabilities } from './commands/basics.ts'
import { commands, withUid } from './commands/table.ts'
import { responseCode } from './errors.ts'
import { Output } from './output.ts'
import { CommandReader, type Literals } from './reader.ts'
import { type Command, No, type Session, tellChanges } from './session.ts'
import { type Piece, Scanner, SyntaxProblem } from './wire/scanner.ts'

export type ConnectionOptions = {
  readonly store: Store
  readonly log: Logger
  readonly isSecure: boolean
  /** Makes the socket a TLS one. */
  readonly secure: (socket: Socket) => Promise<Socket>
}

/** Resolves when the client is gone, or was sent away. */
export async function serveConnection(socket: Socket, options: ConnectionOptions): Promise<void> {
  const session = newSession(socket, options)
  const reader = new CommandReader(socket)
  session.line = (limit) => lineOf(reader, limit)
  session.out.untagged(`OK [CAPABILITY ${capabilities(session)}] twin`)
  session.out.flush()
  socket.setTimeout(imapSignInMilliseconds)
  let bad = 0
  while (session.after === undefined) {
    const pieces = await reader.command(literalsOf(session))
    if (pieces === undefined) return
    if (pieces === 'tooLong' || bad >= imapBadCommands) {
      session.out.untagged(pieces === 'tooLong' ? 'BYE The line is too long' : 'BYE Too many bad commands')
      break
    }
    if (pieces === 'refused') continue
    if (!(await answer(session, pieces, options.log))) bad++
    if (session.principal !== undefined) socket.setTimeout(imapIdleMilliseconds)
    if (!reader.hasMore) await session.out.settle()
    if (session.after === 'starttls') {
      session.out.flush()
      await reader.release()
      const secured = await options.secure(socket)
      await serveConnection(secured, { ...options, isSecure: true })
      return
    }
  }
  session.out.flush()
  socket.end()
}

function newSession(socket: Socket, { store, isSecure }: ConnectionOptions): Session {
  return {
    store,
    out: new Output(socket),
    remoteAddress: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    isSecure,
    principal: undefined,
    selected: undefined,
    enabled: new Set(),
    saved: [],
    tag: '',
    line: async () => undefined,
    after: undefined,
  }
}

async function lineOf(reader: CommandReader, limit?: number): Promise<string | undefined> {
  const line = await reader.line(limit)
  if (line === 'tooLong') throw new SyntaxProblem('The line is too long')
  return line
}

function literalsOf(session: Session): Literals {
  const { out, store } = session
  return {
    proceed() {
      out.write('+ Go on\r\n')
      out.flush()
    },
    async receive(bytes, size) {
      if (session.principal !== undefined) return store.mail.receive(bytes, size)
      for await (const _ of bytes) void _
      throw new SyntaxProblem('Sign in first')
    },
    refuse(tag) {
      out.write(`${tag} NO [TOOBIG] That is more than is taken\r\n`)
      out.flush()
    },
  }
}

/** False for a command that could not be understood. */
async function answer(session: Session, pieces: readonly Piece[], log: Logger): Promise<boolean> {
  const scanner = new Scanner(pieces)
  let tag = '*'
  try {
    tag = readTag(scanner)
    session.tag = tag
    const { command, isUid } = findCommand(session, scanner)
    const text = await command.run(session, scanner, isUid)
    if (command.state !== 'guest') await tellChanges(session, isUid || command.keepsNumbers !== true)
    const told =
      session.principal !== undefined && command.state === 'guest' ? `[CAPABILITY ${capabilities(session)}] ` : ''
    session.out.write(`${tag} OK ${told}${text}\r\n`)
    return true
  } catch (error) {
    await discardMessages(pieces)
    const isBad = error instanceof SyntaxProblem
    session.out.write(isBad ? `${tag} BAD ${error.message}\r\n` : `${tag} NO ${refusal(error, log)}\r\n`)
    return !isBad
  }
}

function readTag(scanner: Scanner): string {
  const tag = scanner.tag()
  scanner.space()
  return tag
}

function findCommand({ principal, selected }: Session, scanner: Scanner): { command: Command; isUid: boolean } {
  const word = scanner.word()
  const isUid = word === 'UID'
  if (isUid) scanner.space()
  const name = isUid ? scanner.word() : word
  const command = (isUid ? withUid : commands).get(name)
  if (command === undefined) throw new SyntaxProblem('There is no such command')
  if (command.state === 'guest' && principal !== undefined) throw new SyntaxProblem('You have signed in already')
  const needsMember = command.state === 'member' || command.state === 'selected'
  if (needsMember && principal === undefined) throw new SyntaxProblem('Sign in first')
  if (command.state === 'selected' && selected === undefined) throw new SyntaxProblem('Select a mailbox first')
  return { command, isUid }
}

function refusal(error: unknown, log: Logger): string {
  if (error instanceof No) return error.code === undefined ? error.message : `[${error.code}] ${error.message}`
  if (isDomainError(error)) return domainRefusal(error)
  log.error({ err: error }, 'an IMAP command failed')
  return '[SERVERBUG] It failed here; the log has the reason'
}

/** RFC 6154 §3: a use that another mailbox has. */
const domainRefusal = ({ code, message, detail }: DomainError): string =>
  `[${detail.use === undefined ? (responseCode[code] ?? 'CANNOT') : 'USEATTR'}] ${message}`

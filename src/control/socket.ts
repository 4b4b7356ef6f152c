// The running twin's command line: one request and its answer over a unix socket in the data folder.
// Whoever may open the socket owns the data already (mode 0600), so there is no sign-in.
// A line of JSON asks: { command, arguments }. Lines of JSON answer: any number of { item }, then one { result } or
// { error, message }.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { DomainError, type ErrorCode } from '../errors.ts'
import { controlLineBytes } from '../limits.ts'
import type { Logger } from '../log.ts'

export type Exchange = {
  /** Sends one item of a stream; resolves when there is room for the next. */
  send(item: unknown): Promise<void>
  /** Aborted when the one who asked went away. */
  signal: AbortSignal
}

export type ControlCommand = (values: unknown, exchange: Exchange) => Promise<unknown>

/** What the twin that runs answers to, by the command's name. */
export type ControlCommands = Readonly<Record<string, ControlCommand>>

export type Control = { close(): Promise<void> }

/** Nobody listens: there is no twin running on this data folder. */
export class NotRunning extends Error {}

type Reply = { item: unknown } | { result: unknown } | { error: string; message: string }

/** Listens for commands. The caller holds the lock of the data folder, so a socket that is there already is left over. */
export async function serveControl(dataDirectory: string, commands: ControlCommands, log: Logger): Promise<Control> {
  const path = socketPath(dataDirectory)
  await rm(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // who asked went away: `signal` tells the command
    void answer(socket, commands, log)
  })
  await listenPrivately(server, path)
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * Has the running twin do `command`, and answers with its result; `onItem` gets what it streams.
 * Throws NotRunning, or the DomainError that the command threw.
 */
export async function callControl(
  dataDirectory: string,
  command: string,
  values: unknown = {},
  onItem: (item: unknown) => void | Promise<void> = () => {},
): Promise<unknown> {
  const socket = connect(socketPath(dataDirectory))
  try {
    await once(socket, 'connect')
  } catch (error) {
    if (isAbsent(error)) throw new NotRunning('no twin is running')
    throw error
  }
  try {
    socket.write(`${JSON.stringify({ command, arguments: values })}\n`)
    for await (const line of createInterface({ input: socket })) {
      const reply = JSON.parse(line) as Reply
      if ('error' in reply) throw new DomainError(reply.error as ErrorCode, reply.message)
      if ('result' in reply) return reply.result
      await onItem(reply.item)
    }
  } finally {
    socket.destroy()
  }
  throw new DomainError('Unavailable', 'The twin stopped before the command was done.')
}

async function answer(socket: Socket, commands: ControlCommands, log: Logger): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  const write = async (reply: Reply) => {
    if (!socket.write(`${JSON.stringify(reply)}\n`)) await once(socket, 'drain', { signal: gone.signal })
  }
  try {
    const { command, arguments: values } = await readRequest(socket)
    const run = Object.hasOwn(commands, command) ? commands[command] : undefined
    if (!run) throw new DomainError('Unsupported', `The running twin knows no command ${command}; is it an older one?`)
    const send = (item: unknown) => write({ item })
    await write({ result: (await run(values, { send, signal: gone.signal })) ?? null })
  } catch (error) {
    if (gone.signal.aborted) return
    const known = error instanceof DomainError
    if (!known) log.error({ err: error }, 'a command failed')
    await write({
      error: known ? error.code : 'Internal',
      message: known ? error.message : 'The command failed inside the twin; its log says how.',
    }).catch(() => {})
  } finally {
    socket.end()
  }
}

async function readRequest(socket: Socket): Promise<{ command: string; arguments: unknown }> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    if (text.length > controlLineBytes) throw new DomainError('TooLarge', 'The request is too long.')
    const end = text.indexOf('\n')
    if (end !== -1) {
      const request = JSON.parse(Buffer.from(text.slice(0, end), 'latin1').toString('utf8'))
      socket.resume() // a close is noticed only by a socket that reads
      return request
    }
  }
  throw new DomainError('BadRequest', 'The request ended before its line did.')
}

/** The socket is made with its mode: a chmod afterwards would leave a moment in which others may connect. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177)
  try {
    server.listen(path) // binds before it returns; 'listening' comes later
  } finally {
    process.umask(mask)
  }
  await once(server, 'listening')
}

/** unix(7): an address is at most 107 bytes, so the shorter spelling is taken. */
function socketPath(dataDirectory: string): string {
  const absolute = join(dataDirectory, 'twin.sock')
  const fromHere = relative(process.cwd(), absolute)
  const path = fromHere.length < absolute.length ? fromHere : absolute
  if (Buffer.byteLength(path) > unixPathBytes) {
    throw new DomainError('Unsupported', `${absolute} is too long for a socket: use a data folder with a shorter path`)
  }
  return path
}

const unixPathBytes = 107

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(String((error as NodeJS.ErrnoException).code))

// Structured logs on standard error: standard output is for what a person or a script reads. A terminal gets one
// plain line each, everything else gets JSON, as journald and log collectors want it. No secret is ever in either.
import { inspect, stripVTControlCharacters } from 'node:util'
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

const secrets = ['password', 'token', 'secret', 'authorization', 'cookie']

/** Levels are pino's own: fatal, error, warn, info, debug, trace. */
export function createLog(level: string, stream: DestinationStream = standardError()): Logger {
  const redact = secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
  return pino({ level, base: undefined, redact: { paths: redact, censor: '[secret]' } }, stream)
}

function standardError(): DestinationStream {
  const file = destination({ dest: 2, sync: true })
  return process.stderr.isTTY ? { write: (line) => void file.write(plainLine(line)) } : file
}

/** `12:00:00 warn  what happened key=value`, with the stack of an error below. */
export function plainLine(json: string): string {
  const { level, time, msg = '', err, ...rest } = JSON.parse(json)
  const name = (pino.levels.labels[level] ?? 'log').padEnd(5)
  const clock = new Date(time).toTimeString().slice(0, 8)
  const pairs = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : inspect(value)}`,
  )
  const stack = err ? `\n    ${String(err.stack ?? err.message).replaceAll('\n', '\n    ')}` : ''
  // What a stranger sent may be in a log line, and must not steer the terminal.
  return `${stripVTControlCharacters(`${clock} ${name} ${msg}${pairs.join('')}${stack}`).replace(/[^\P{Cc}\n]/gu, '?')}\n`
}

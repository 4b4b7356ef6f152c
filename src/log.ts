import { destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

/** Structured logs on standard error: standard output is for what a person or a script reads. */
export function createLog(level: string): Logger {
  return pino(
    { level, base: undefined, redact: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'] },
    destination({ dest: 2, sync: true }),
  )
}

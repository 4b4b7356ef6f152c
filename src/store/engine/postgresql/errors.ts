import pg from 'pg'
import { DomainError } from '../../../errors.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK_DETECTED = '40P01'
const LOCK_NOT_AVAILABLE = '55P03'
const DISK_FULL = '53100'
/** Classes and codes that say the server cannot answer now: connections, resources, shutting down, locks, timeouts. */
const unavailable = /^(?:08|53|57P0|57014|25P03)/

/** The connection went away. Whether a COMMIT on its way was done, nobody here can know. */
export class ConnectionLost extends Error {
  constructor(cause?: unknown) {
    super('the connection to PostgreSQL was lost', { cause })
  }
}

export const isTransient = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED || code === LOCK_NOT_AVAILABLE
}

/** The server has ended the connection, or it is gone without a word. */
export const isLost = (error: unknown): boolean =>
  error instanceof ConnectionLost || /^(?:08|57P0)/.test(codeOf(error) ?? '')

/** The domain error that a database error stands for, or the error itself. */
export function translate(error: unknown): unknown {
  const code = codeOf(error)
  if (code === DISK_FULL) return new DomainError('DiskFull', 'The disk of the database server is full.')
  const gone = error instanceof ConnectionLost || (code !== undefined && unavailable.test(code))
  if (gone || isTransient(error)) {
    return new DomainError('Unavailable', 'The database cannot be reached right now.', { cause: String(error) })
  }
  return error
}

const codeOf = (error: unknown): string | undefined => (error instanceof pg.DatabaseError ? error.code : undefined)

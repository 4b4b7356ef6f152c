// Domain errors. They know no protocol: each wire has one table (`protocols/<name>/errors.ts`)
// that maps `code` to its own answer, and nobody writes a status code anywhere else.

/** What went wrong, in the twin's own terms. */
export type ErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'PreconditionFailed'
  | 'Locked'
  | 'TooLarge'
  | 'QuotaExceeded'
  | 'DiskFull'
  | 'TooManyRequests'
  | 'TooOld'
  | 'Unsupported'
  | 'Unavailable'

/** An error that a person caused or can mend; anything else that is thrown is a defect or a failing machine. */
export class DomainError extends Error {
  readonly code: ErrorCode
  /** Machine-readable detail, such as the DAV precondition or the offending key. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, detail: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = code
    this.code = code
    this.detail = detail
  }
}

export const isDomainError = (error: unknown, code?: ErrorCode): error is DomainError =>
  error instanceof DomainError && (code === undefined || error.code === code)

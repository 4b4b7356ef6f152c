// From domain errors to what an IMAP answer says (RFC 9051 §7.1 response codes).

import type { ErrorCode } from '../../errors.ts'

export const responseCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  BadRequest: 'CANNOT',
  Unauthorized: 'AUTHENTICATIONFAILED',
  Forbidden: 'NOPERM',
  NotFound: 'NONEXISTENT',
  AlreadyExists: 'ALREADYEXISTS',
  Conflict: 'LIMIT',
  TooLarge: 'TOOBIG',
  QuotaExceeded: 'OVERQUOTA',
  DiskFull: 'UNAVAILABLE',
  TooManyRequests: 'UNAVAILABLE',
  Unavailable: 'UNAVAILABLE',
}

// From domain errors to replies (RFC 5321 §4.2.2). The enhanced code that goes before the words is smtp-server's.

import { DomainError, type ErrorCode } from '../../errors.ts'

const replies: Readonly<Partial<Record<ErrorCode, number>>> = {
  BadRequest: 554,
  Unauthorized: 535,
  Forbidden: 535,
  TooLarge: 552,
  QuotaExceeded: 452,
  DiskFull: 452,
  TooManyRequests: 454,
  Unavailable: 451,
}

/** What smtp-server makes a reply of. */
export type Refusal = Error & { readonly responseCode: number }

/** What nobody expected is the twin's fault, and worth another try. */
export function refusalOf(error: unknown): Refusal {
  const known = error instanceof DomainError ? replies[error.code] : undefined
  return refuse(known ?? 451, known ? (error as Error).message : 'It failed here: try again later.')
}

export const refuse = (responseCode: number, message: string): Refusal =>
  Object.assign(new Error(message), { responseCode })

// The one table from what went wrong to a status and its precondition element (RFC 4918 §16 and its extensions).
// Nobody else in this folder writes the status of a failure.

import { DomainError, type ErrorCode } from '../../errors.ts'
import { errorDocument, href, tagsFor } from './wire/multistatus.ts'

type Answer = {
  readonly status: number
  /** The local name of a DAV: element; '' where there is none. */
  readonly element: string
}

const byCode: Readonly<Record<ErrorCode, Answer>> = {
  BadRequest: { status: 400, element: '' },
  Unauthorized: { status: 401, element: '' },
  Forbidden: { status: 403, element: '' },
  NotFound: { status: 404, element: '' },
  AlreadyExists: { status: 409, element: '' },
  Conflict: { status: 409, element: '' },
  PreconditionFailed: { status: 412, element: '' },
  Locked: { status: 423, element: 'lock-token-submitted' }, // RFC 4918 §11.3, §16
  TooLarge: { status: 413, element: '' },
  QuotaExceeded: { status: 507, element: 'quota-not-exceeded' }, // RFC 4331 §6
  DiskFull: { status: 507, element: 'sufficient-disk-space' }, // RFC 4331 §6
  TooManyRequests: { status: 429, element: '' },
  TooOld: { status: 403, element: 'valid-sync-token' }, // RFC 6578 §3.2
  Unsupported: { status: 415, element: '' },
  Unavailable: { status: 503, element: '' },
}

const reasons = {
  // RFC 9110 §15.5.6: known, but not for this resource.
  'method-not-allowed': { code: 'Forbidden', status: 405, element: '' },
  // RFC 9110 §15.6.2
  'method-unknown': { code: 'Unsupported', status: 501, element: '' },
  // RFC 9110 §15.5.17
  'range-not-satisfiable': { code: 'BadRequest', status: 416, element: '' },
  // RFC 4918 §9.8.5
  'other-server': { code: 'Forbidden', status: 502, element: '' },
  // RFC 4918 §9.3.1
  'resource-must-be-null': { code: 'AlreadyExists', status: 405, element: 'resource-must-be-null' },
  // RFC 4918 §9.7.1, §9.3.1, §9.8.5
  'parent-missing': { code: 'Conflict', status: 409, element: '' },
  // RFC 4918 §9.8.5, §9.9.4
  'same-resource': { code: 'Forbidden', status: 403, element: '' },
  // RFC 4918 §9.10.6
  'no-conflicting-lock': { code: 'Locked', status: 423, element: 'no-conflicting-lock' },
  // RFC 4918 §9.11.1
  'lock-token-matches-request-uri': { code: 'Conflict', status: 409, element: 'lock-token-matches-request-uri' },
  // RFC 4918 §9.1
  'propfind-finite-depth': { code: 'Forbidden', status: 403, element: 'propfind-finite-depth' },
  // RFC 4918 §9.2.1
  'cannot-modify-protected-property': { code: 'Forbidden', status: 403, element: 'cannot-modify-protected-property' },
  // RFC 4918 §9.2.1
  'failed-dependency': { code: 'Conflict', status: 424, element: '' },
  // RFC 3253 §3.6
  'supported-report': { code: 'Forbidden', status: 403, element: 'supported-report' },
  // RFC 5689 §5
  'valid-resourcetype': { code: 'Forbidden', status: 403, element: 'valid-resourcetype' },
  // RFC 6578 §3.3
  'sync-traversal-supported': { code: 'Forbidden', status: 403, element: 'sync-traversal-supported' },
  // RFC 6578 §3.6
  'number-of-matches-within-limits': { code: 'TooLarge', status: 507, element: 'number-of-matches-within-limits' },
  // RFC 3744 §7.1.1
  'need-privileges': { code: 'Forbidden', status: 403, element: 'need-privileges' },
  // RFC 3744 §8.1.1
  'recognized-principal': { code: 'Forbidden', status: 403, element: 'recognized-principal' },
  'allowed-principal': { code: 'Forbidden', status: 403, element: 'allowed-principal' },
  'grant-only': { code: 'Forbidden', status: 403, element: 'grant-only' },
  'no-invert': { code: 'Forbidden', status: 403, element: 'no-invert' },
  'no-abstract': { code: 'Forbidden', status: 403, element: 'no-abstract' },
  'not-supported-privilege': { code: 'Forbidden', status: 403, element: 'not-supported-privilege' },
  'limited-number-of-aces': { code: 'Forbidden', status: 403, element: 'limited-number-of-aces' },
  'no-ace-conflict': { code: 'Forbidden', status: 403, element: 'no-ace-conflict' },
} as const satisfies Record<string, Answer & { code: ErrorCode }>

export type Reason = keyof typeof reasons

/** An error whose reason is one of this wire's own. */
export const refusal = (reason: Reason, message: string, detail: Readonly<Record<string, unknown>> = {}): DomainError =>
  new DomainError(reasons[reason].code, message, { ...detail, reason })

/**
 * RFC 4791 §1.3 and RFC 6352 §6.3.2.1: what calendars and address books require has the same names in both, each in the
 * namespace of its space. 403 where trying again would not help, 409 where the person can mend it.
 */
const conditionNamed = (
  error: DomainError,
  namespace: string | undefined,
): { name: string; namespace: string } | undefined =>
  typeof error.detail.precondition === 'string' && namespace !== undefined
    ? {
        name: error.detail.precondition,
        namespace: typeof error.detail.namespace === 'string' ? error.detail.namespace : namespace,
      }
    : undefined

const isReason = (value: unknown): value is Reason => typeof value === 'string' && Object.hasOwn(reasons, value)

const answerFor = (error: DomainError): Answer => {
  if (isReason(error.detail.reason)) return reasons[error.detail.reason]
  if (error.detail.precondition === undefined) return byCode[error.code]
  return { status: error.code === 'Conflict' ? 409 : 403, element: '' }
}

export const statusOf = (error: DomainError): number => answerFor(error).status

/** The status of a reason, where it is one of several in a multistatus. */
export const statusFor = (reason: Reason): number => reasons[reason].status

/**
 * The condition's XML, empty where there is none.
 *
 * @param namespace of the space that the request is for, where it has conditions of its own.
 */
export const conditionOf = (error: DomainError, namespace?: string): string => {
  const named = conditionNamed(error, namespace)
  if (named !== undefined) {
    const { open, close, empty } = tagsFor(named.namespace, named.name)
    const { href: at } = error.detail
    return typeof at === 'string' ? open + href(at) + close : empty
  }
  const { element } = answerFor(error)
  if (element === '') return ''
  const inside = rootsOf(error) + missingOf(error)
  return inside === '' ? `<D:${element}/>` : `<D:${element}>${inside}</D:${element}>`
}

/** RFC 3744 §7.1.1: which privileges are missing on which resources. */
const missingOf = ({ detail: { missing } }: DomainError): string =>
  Array.isArray(missing)
    ? missing
        .map((one: { href: string; privilege: string }) => {
          const privilege = `<D:privilege><D:${one.privilege}/></D:privilege>`
          return `<D:resource>${href(one.href)}${privilege}</D:resource>`
        })
        .join('')
    : ''

/** RFC 4918 §16: lock-token-submitted and no-conflicting-lock name the roots of the locks. */
const rootsOf = ({ detail: { locks } }: DomainError): string => {
  if (!Array.isArray(locks)) return ''
  const roots = locks.map((lock: { root?: unknown }) => lock.root).filter((root) => typeof root === 'string')
  return [...new Set(roots)].map(href).join('')
}

/** The body of a failed request: the condition, or nothing. */
export const errorBody = (error: DomainError, namespace?: string): string => {
  const condition = conditionOf(error, namespace)
  return condition === '' ? '' : errorDocument(condition)
}

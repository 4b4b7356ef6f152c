// What a principal may do with a resource (RFC 3744 §3), answered once: for current-user-privilege-set, and before every
// verb. What is one's own is open to oneself as far as its methods go; what others share is open as far as they say.

import type { Received } from '../../store/shares/shares.ts'
import { refusal } from './errors.ts'
import type { Resource } from './resource.ts'

/** By what somebody has a resource that is not their own. */
export type Grant = {
  readonly access: 'read' | 'write'
  /** The name of whose it is. */
  readonly owner: string
  /** What it came by; undefined for a proxy, to whom all calendars of the owner are open. */
  readonly share: Received | undefined
  /** It is what was shared itself, not something in it. */
  readonly isRoot: boolean
}

export type Privilege = 'read' | 'write-content' | 'write-properties' | 'bind' | 'unbind' | 'write-acl'

/** The grant for what is inside of what was shared. */
export const grantInside = (grant: Grant | undefined): Grant | undefined =>
  grant?.isRoot ? { ...grant, isRoot: false } : grant

const reading = ['read', 'read-acl', 'read-current-user-privilege-set'] as const

/** RFC 3744 §3: the privileges that a resource's methods stand for, as far as they are granted. */
export const privilegesOn = (resource: Resource): readonly string[] => {
  // Thunderbird takes `write-properties` for a calendar that can be written to: who may only read is told of reading,
  // although everybody names and colours for themselves what is shared with them.
  if (resource.grant?.access === 'read') return reading
  const allowed = new Set(resource.space.allows(resource))
  const full = allowed.has('PROPPATCH') && (resource.isCollection ? allowed.has('POST') : allowed.has('PUT'))
  const some = [
    // A collection that can be written to as far as a collection can: clients look for `write`, not for its parts.
    full && 'write',
    (full || allowed.has('PUT')) && 'write-content',
    allowed.has('PROPPATCH') && 'write-properties',
    (allowed.has('POST') || allowed.has('MKCOL')) && 'bind',
    (allowed.has('POST') || allowed.has('DELETE') || allowed.has('MKCOL')) && 'unbind',
    allowed.has('UNLOCK') && 'unlock',
    mayShare(resource) && 'write-acl',
    mayShare(resource) && 'share', // draft-pot-webdav-resource-sharing §4.1
  ]
  return [...reading, ...some.filter((name) => name !== false)]
}

/** Whether the principal is the one who decides about who else has it. */
export const mayShare = (resource: Resource): boolean =>
  resource.grant === undefined && resource.space.shareable?.(resource) !== undefined

/** A resource, where there is one, and what a method needs to be allowed on it. */
export type Needed = readonly [resource: Resource | undefined, ...privileges: Privilege[]]

/** @throws DomainError need-privileges, with all that is missing (RFC 3744 §7.1.1). */
export const requirePrivileges = (...needed: readonly Needed[]): void => {
  const missing = needed.flatMap(([resource, ...privileges]) =>
    resource?.grant === undefined
      ? []
      : privileges
          .filter((privilege) => !isGranted(resource.grant, privilege))
          .map((privilege) => ({ href: resource.href, privilege })),
  )
  if (missing.length > 0) throw refusal('need-privileges', 'Its owner does not let you do this', { missing })
}

const isGranted = (grant: Grant | undefined, privilege: Privilege): boolean =>
  privilege === 'read' || (privilege !== 'write-acl' && grant?.access === 'write')

// The documents in which clients say with whom a collection is shared: calendarserver's and ownCloud's `share` (caldav-
// sharing §5.3), `share-resource` of draft-pot-webdav-resource-sharing §5, the `acl` of RFC 3744 §8.1; and the answers of
// those whom it is offered to. All of the first three mean the same: who gets which access.

import { DomainError } from '../../../errors.ts'
import { child, DAV, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { aclEntries } from '../../../limits.ts'
import { CALENDARSERVER } from './names.ts'

type Access = 'read' | 'write'

/** A person, as the client names them, and what they may do from now on; undefined takes it away. */
export type ShareChange = {
  readonly address: string
  readonly access: Access | undefined
  /** What the owner says with it; undefined leaves what was said. */
  readonly summary?: string | undefined
}

/** @param reason one of RFC 3744 §8.1.1 (errors.ts). */
const refuse = (reason: string, message: string): DomainError => new DomainError('Forbidden', message, { reason })

const hrefIn = (element: Element): string => {
  const found = child(element, DAV, 'href')
  const address = found === undefined ? '' : text(found).trim()
  if (address === '') throw new DomainError('BadRequest', 'It does not say who')
  return address
}

const textIn = (element: Element, namespace: string, name: string): string | undefined => {
  const found = child(element, namespace, name)
  return found && text(found).trim()
}

/** `set` and `remove` of a `share`, in whichever namespace it is. */
export const parseShare = (root: Element): ShareChange[] =>
  elements(root).flatMap((change): ShareChange[] => {
    const { namespace } = root
    if (isNamed(change, namespace, 'remove')) return [{ address: hrefIn(change), access: undefined }]
    if (!isNamed(change, namespace, 'set')) return []
    const access = child(change, namespace, 'read-write') === undefined ? ('read' as const) : ('write' as const)
    return [{ address: hrefIn(change), access, summary: textIn(change, namespace, 'summary') }]
  })

const accesses: Readonly<Record<string, Access | undefined>> = {
  read: 'read',
  'read-write': 'write',
  'no-access': undefined,
}

/** The `sharee` elements of a `share-resource`. */
export const parseShareResource = (root: Element): ShareChange[] =>
  elements(root)
    .filter((sharee) => isNamed(sharee, DAV, 'sharee'))
    .map((sharee) => {
      const [access] = elements(child(sharee, DAV, 'share-access') ?? sharee)
      if (access === undefined || access.namespace !== DAV || !Object.hasOwn(accesses, access.name))
        throw new DomainError('BadRequest', 'It does not say which access')
      return { address: hrefIn(sharee), access: accesses[access.name], summary: textIn(sharee, DAV, 'comment') }
    })

/** Privileges that are granted by themselves; all others of `supported-privilege-set` come with them. */
const grantable: Readonly<Record<string, Access>> = { read: 'read', write: 'write' }

/** RFC 3744 §8.1: who may do what, all of it. @throws DomainError one of the preconditions of §8.1.1. */
export const parseAcl = (root: Element): ShareChange[] => {
  if (!isNamed(root, DAV, 'acl')) throw new DomainError('BadRequest', 'ACL needs an acl')
  const entries = elements(root).filter((ace) => isNamed(ace, DAV, 'ace'))
  if (entries.length > aclEntries) throw refuse('limited-number-of-aces', `At most ${aclEntries} entries`)
  // What is protected or inherited is not the client's to set; it may send what it was told.
  return entries
    .filter((ace) => child(ace, DAV, 'protected') === undefined && child(ace, DAV, 'inherited') === undefined)
    .map(parseAce)
}

const parseAce = (ace: Element): ShareChange => {
  if (child(ace, DAV, 'invert') !== undefined) throw refuse('no-invert', 'Entries name who gets something')
  if (child(ace, DAV, 'deny') !== undefined) throw refuse('grant-only', 'Nothing is denied: leave it out')
  const principal = child(ace, DAV, 'principal')
  if (principal === undefined || child(principal, DAV, 'href') === undefined)
    throw refuse('allowed-principal', 'It is shared with accounts, one by one')
  const granted = elements(child(ace, DAV, 'grant') ?? ace)
    .filter((privilege) => isNamed(privilege, DAV, 'privilege'))
    .flatMap(elements)
  if (granted.length === 0) throw new DomainError('BadRequest', 'An entry grants something')
  for (const { namespace, name } of granted)
    if (namespace !== DAV || !Object.hasOwn(grantable, name))
      throw refuse(isKnown(namespace, name) ? 'no-abstract' : 'not-supported-privilege', 'read and write are granted')
  const write = granted.some(({ name }) => grantable[name] === 'write')
  return { address: hrefIn(principal), access: write ? 'write' : 'read' }
}

const abstractPrivileges = new Set(
  'all read-acl read-current-user-privilege-set write-content write-properties bind unbind unlock write-acl share'.split(
    ' ',
  ),
)

const isKnown = (namespace: string, name: string): boolean => namespace === DAV && abstractPrivileges.has(name)

export type InviteReply = { readonly uid: string; readonly accepted: boolean }

/** caldav-sharing §5.6: what somebody answers to an invitation. */
export const parseInviteReply = (root: Element): InviteReply => {
  const uid = textIn(root, CALENDARSERVER, 'in-reply-to') ?? ''
  const accepted = child(root, CALENDARSERVER, 'invite-accepted') !== undefined
  if (!accepted && child(root, CALENDARSERVER, 'invite-declined') === undefined)
    throw new DomainError('BadRequest', 'It says neither yes nor no')
  return { uid, accepted }
}

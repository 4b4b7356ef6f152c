// RFC 4918 §15.8: lockdiscovery. A lock's root is an address, which locks do not keep: it is that of the resource it
// is on, found again by whoever reads the locks.

import type { Lock } from '../../../store/locks.ts'
import { href } from '../wire/multistatus.ts'

/** A lock with the address of the resource that it is on. */
export type RootedLock = Lock & { readonly root: string }

/** The activelock elements (§14.1) of the locks that cover a resource. */
export const activeLocks = (locks: readonly RootedLock[], now: number): string =>
  locks.map((lock) => activeLock(lock, now)).join('')

const activeLock = (lock: RootedLock, now: number): string =>
  '<D:activelock>' +
  '<D:locktype><D:write/></D:locktype>' +
  `<D:lockscope><D:${lock.exclusive ? 'exclusive' : 'shared'}/></D:lockscope>` +
  `<D:depth>${lock.deep ? 'infinity' : '0'}</D:depth>` +
  (lock.owner === '' ? '' : `<D:owner>${lock.owner}</D:owner>`) +
  `<D:timeout>Second-${Math.max(0, Math.ceil((lock.expiresAt - now) / 1000))}</D:timeout>` +
  `<D:locktoken>${href(lock.token)}</D:locktoken>` +
  `<D:lockroot>${href(lock.root)}</D:lockroot>` +
  '</D:activelock>'

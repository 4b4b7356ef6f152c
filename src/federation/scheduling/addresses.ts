// The addresses by which calendars know an account (RFC 6638 §2.4.1): its mail address, its principal, its UUID.
import type { Account } from '../../store/accounts/accounts.ts'
import type { Store, View } from '../../store/store.ts'

const principals = '/dav/principals/'

/** The one that is written into calendar objects comes first. */
export const calendarUserAddresses = ({ name, uid }: Pick<Account, 'name' | 'uid'>, domain: string): string[] => [
  `mailto:${name}@${domain}`,
  `${principals}${name}/`,
  `urn:uuid:${uid}`,
]

/** Whom an address means: a name or a UUID of this twin; undefined for everybody else's. */
const localPart = (address: string, domain: string): { name: string } | { uid: string } | undefined => {
  const trimmed = address.trim()
  const uid = /^urn:uuid:([0-9a-f-]{36})$/i.exec(trimmed)?.[1]
  if (uid !== undefined) return { uid: uid.toLowerCase() }
  const mail = /^mailto:([^@?]+)@([^@?]+)(?:\?.*)?$/i.exec(trimmed)
  if (mail) return sameDomain(mail[2], domain) ? named(mail[1]) : undefined
  const principal = new RegExp(`^(?:https?://([^/:]+)(?::\\d+)?)?${principals}([^/?#]+)/?$`, 'i').exec(trimmed)
  if (!principal || (principal[1] !== undefined && !sameDomain(principal[1], domain))) return undefined
  return named(principal[2])
}

const sameDomain = (one: string | undefined, domain: string): boolean => one?.toLowerCase() === domain.toLowerCase()

const named = (encoded = ''): { name: string } | undefined => {
  try {
    return { name: decodeURIComponent(encoded) }
  } catch {
    return undefined
  }
}

/** The account that an address means, if this twin has it. */
export async function accountAt(
  { accounts, domain }: Pick<Store, 'accounts' | 'domain'>,
  view: View,
  address: string,
): Promise<Account | undefined> {
  const meant = localPart(address, domain)
  if (meant === undefined) return undefined
  return 'uid' in meant ? accounts.byUid(view, meant.uid) : accounts.byName(view, meant.name)
}

/** Whether an address means this account. */
export function isAddressOf({ name, uid }: Pick<Account, 'name' | 'uid'>, domain: string, address: string): boolean {
  const meant = localPart(address, domain)
  if (meant === undefined) return false
  return 'uid' in meant ? meant.uid === uid : meant.name.toLowerCase() === name
}

/** Whether an address is one that this twin would have, whoever it is: no other server knows it. */
export const isDomainAddress = (domain: string, address: string): boolean => localPart(address, domain) !== undefined

// Calendar proxies (calendarserver's caldav-proxy): each account has two groups, those who read its calendars and those
// who write them. The owner says who is in them; who is in one finds the owner's calendars at the owner's address.

import { accountAt } from '../../../federation/scheduling/addresses.ts'
import { DAV, elements, isNamed, text } from '../../../formats/xml/element.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import type { Access, CalendarProxy } from '../../../store/shares/shares.ts'
import type { Store, Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { principalHref } from '../properties/acl.ts'
import type { LiveProperty, Page } from '../properties/live.ts'
import type { Resource } from '../resource.ts'
import { href } from '../wire/multistatus.ts'
import { CALENDARSERVER } from '../wire/names.ts'
import type { PropertyUpdate } from '../wire/proppatch.ts'
import { accountOf } from './resource.ts'

export type ProxyGroup = {
  readonly owner: Account
  readonly access: Access
  readonly members: readonly CalendarProxy[]
  /** Its owner asks. */
  readonly isOwn: boolean
}

/** The group that a resource is, where it is one. */
export const groupOf = (resource: Resource): ProxyGroup | undefined =>
  (resource as Resource & { group?: ProxyGroup }).group

export const groupName = (access: Access): string => `calendar-proxy-${access}`

const groupHref = (owner: string, access: Access): string => `${principalHref(owner)}${groupName(access)}/`

/** A group by its segment, as far as the principal may know of it: its owner, and who is in it. */
export const findGroup = async (
  store: Store,
  view: View,
  { owner, name, asks }: { owner: Account; name: string; asks: number },
): Promise<ProxyGroup | undefined> => {
  const access = (['read', 'write'] as const).find((one) => groupName(one) === name)
  if (access === undefined) return undefined
  const members = (await store.shares.proxies.of(view, owner.id)).filter((proxy) => proxy.access === access)
  const isOwn = asks === owner.id
  return isOwn || members.some(({ accountId }) => accountId === asks) ? { owner, access, members, isOwn } : undefined
}

/** Sets who is in a group. @throws DomainError recognized-principal for whom this twin has not. */
export const setMembers = async (
  store: Store,
  tx: Tx,
  { owner, access }: ProxyGroup,
  { value }: PropertyUpdate,
): Promise<void> => {
  const ids: number[] = []
  for (const member of value === undefined ? [] : elements(value.element)) {
    if (!isNamed(member, DAV, 'href')) continue
    const account = await accountAt(store, tx, text(member))
    if (account === undefined) throw refusal('recognized-principal', `Nobody here is ${text(member)}`)
    ids.push(account.id)
  }
  await store.shares.proxies.set(tx, owner.id, access, ids)
}

const isSelf = (resource: Resource, { principal }: Page): boolean => accountOf(resource)?.id === principal.accountId

const actingFor = (access: Access): LiveProperty => ({
  namespace: CALENDARSERVER,
  name: `calendar-proxy-${access}-for`,
  inAllprop: false,
  needs: 'proxies',
  read: (resource, page) =>
    isSelf(resource, page)
      ? page.actsFor
          .filter((proxy) => proxy.access === access)
          .map(({ name }) => href(principalHref(name)))
          .join('')
      : undefined,
})

/** What principals tell of groups (RFC 3744 §4.3, §4.4; caldav-proxy §5.3). Of others' groups there is nothing to see. */
export const proxyProperties: readonly LiveProperty[] = [
  {
    namespace: DAV,
    name: 'group-member-set',
    inAllprop: false,
    read: (resource) =>
      groupOf(resource)
        ?.members.map(({ name }) => href(principalHref(name)))
        .join('') ?? (accountOf(resource) ? '' : undefined),
  },
  {
    namespace: DAV,
    name: 'group-membership',
    inAllprop: false,
    needs: 'proxies',
    read: (resource, page) => {
      if (accountOf(resource) === undefined) return groupOf(resource) && ''
      return isSelf(resource, page)
        ? page.actsFor.map(({ name, access }) => href(groupHref(name, access))).join('')
        : ''
    },
  },
  actingFor('read'),
  actingFor('write'),
]

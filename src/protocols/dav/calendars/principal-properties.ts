// What a principal says of its calendars, and how it is invited (RFC 4791 §6.2.1, RFC 6638 §2.1 to §2.4).

import { calendarUserAddresses } from '../../../federation/scheduling/addresses.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Account, AccountKind } from '../../../store/accounts/accounts.ts'
import { homeHref } from '../collections/resource.ts'
import { accountOf } from '../principals/resource.ts'
import type { LiveProperty } from '../properties/live.ts'
import { href } from '../wire/multistatus.ts'
import { CALDAV, CALENDARSERVER } from '../wire/names.ts'
import { inboxName, outboxName } from './scheduling/names.ts'

/** RFC 5545 §3.2.3 */
const userTypes: Readonly<Record<AccountKind, string>> = { person: 'INDIVIDUAL', room: 'ROOM', resource: 'RESOURCE' }

/** @param domain of the accounts' addresses. */
export const calendarPrincipalProperties = (domain: string): readonly LiveProperty[] => {
  const ofPrincipal = (name: string, read: (account: Account) => string, namespace = CALDAV): LiveProperty => ({
    namespace,
    name,
    inAllprop: false, // RFC 4791 §6.2.1, RFC 6638 §2.1.1: each says so
    read: (resource) => {
      const account = accountOf(resource)
      return account && read(account)
    },
  })
  return [
    ofPrincipal('calendar-home-set', ({ name }) => href(homeHref('calendars', name))),
    ofPrincipal('schedule-inbox-URL', ({ name }) => href(`${homeHref('calendars', name)}${inboxName}/`)), // RFC 6638 §2.2.1
    ofPrincipal('schedule-outbox-URL', ({ name }) => href(`${homeHref('calendars', name)}${outboxName}/`)), // §2.1.1
    ofPrincipal('calendar-user-address-set', (account) => calendarUserAddresses(account, domain).map(href).join('')), // §2.4.1
    ofPrincipal('calendar-user-type', ({ kind }) => userTypes[kind]), // §2.4.2
    ofPrincipal(
      'email-address-set',
      ({ name }) => `<X:email-address>${escapeText(`${name}@${domain}`)}</X:email-address>`,
      CALENDARSERVER,
    ),
  ]
}

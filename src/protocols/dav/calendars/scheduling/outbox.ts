// The outbox (RFC 6638 §2.1): a client posts there to ask when people are busy (§5). Nothing is ever in it.

import { DomainError, isDomainError } from '../../../../errors.ts'
import { accountAt, isAddressOf } from '../../../../federation/scheduling/addresses.ts'
import { accountBusyTime, organizerOf } from '../../../../federation/scheduling/free-busy.ts'
import { writeComponent } from '../../../../formats/icalendar/component.ts'
import {
  type FreeBusyRequest,
  freeBusyReply,
  parseFreeBusyRequest,
} from '../../../../formats/icalendar/free-busy-request.ts'
import { escapeText } from '../../../../formats/xml/write.ts'
import { freeBusyAttendees, largestCalendarObject } from '../../../../limits.ts'
import type { Account } from '../../../../store/accounts/accounts.ts'
import { answerXml, type Exchange, header, readBody } from '../../exchange.ts'
import { requireAllowed } from '../../methods/require.ts'
import { requirePrivileges } from '../../privileges.ts'
import { declaration, href } from '../../wire/multistatus.ts'
import { CALDAV } from '../../wire/names.ts'
import type { OutboxResource } from './resource.ts'

/** POST (RFC 6638 §5): each attendee's busy time, or why there is none to tell. */
export const askBusyTime = async (exchange: Exchange, outbox: OutboxResource): Promise<void> => {
  requireAllowed(outbox, 'POST')
  requirePrivileges([outbox, 'bind']) // RFC 6638 §6.2.4: who acts for another asks in their name, who only reads does not
  const asked = parseFreeBusyRequest(await readMessage(exchange))
  if (!isOwn(outbox, exchange.store.domain, asked.organizer.value))
    throw refused('valid-organizer', 'The ORGANIZER is somebody else')
  if (asked.attendees.length > freeBusyAttendees)
    throw refused('max-attendees-per-instance', `At most ${freeBusyAttendees} can be asked for at once`)
  const responses: string[] = []
  for (const attendee of asked.attendees) responses.push(await responseFor(exchange, outbox.owner, asked, attendee))
  const document = `<C:schedule-response xmlns:D="DAV:" xmlns:C="${CALDAV}">${responses.join('')}</C:schedule-response>`
  answerXml(exchange.response, 200, `${declaration}${document}\n`)
}

/** Evolution calls somebody by the name alone with which they signed in. */
const isOwn = ({ owner }: OutboxResource, domain: string, address: string): boolean =>
  isAddressOf(owner, domain, address) || address.trim().toLowerCase() === `mailto:${owner.name}`

const refused = (precondition: string, message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition })

/** @throws DomainError supported-calendar-data, max-resource-size, valid-calendar-data */
const readMessage = async ({ request }: Exchange): Promise<string> => {
  const type = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'text/calendar') throw refused('supported-calendar-data', 'Post text/calendar')
  try {
    const body = await readBody(request, largestCalendarObject)
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    if (isDomainError(error, 'TooLarge')) throw refused('max-resource-size', error.message)
    if (error instanceof TypeError) throw refused('valid-calendar-data', 'It is not UTF-8') // RFC 5545 §3.1.4
    throw error
  }
}

const responseFor = async (
  { store }: Exchange,
  organizer: Account,
  asked: FreeBusyRequest,
  attendee: FreeBusyRequest['attendees'][number],
): Promise<string> => {
  const account = await store.read((view) => accountAt(store, view, attendee.value))
  // RFC 5546 §3.6: 3.7 is an invalid calendar user. Nobody else's server is asked.
  if (account === undefined || account.disabled) return response(attendee.value, '3.7;Invalid Calendar User')
  const periods = await accountBusyTime(store, account.id, {
    range: asked.range,
    isSelf: (address) => isAddressOf(account, store.domain, address),
    // One's own meetings alone: else a UID would tell what somebody's time is taken by.
    isMasked: (object) =>
      asked.masked !== undefined &&
      object.uid === asked.masked &&
      (account.id === organizer.id || isAddressOf(organizer, store.domain, organizerOf(object) ?? '')),
  })
  const reply = writeComponent(freeBusyReply(asked, attendee, periods, store.now()))
  return response(attendee.value, '2.0;Success', reply)
}

/** §10.2 */
const response = (recipient: string, status: string, data?: string): string =>
  `<C:response><C:recipient>${href(recipient)}</C:recipient><C:request-status>${status}</C:request-status>` +
  `${data === undefined ? '' : `<C:calendar-data>${escapeText(data)}</C:calendar-data>`}</C:response>`

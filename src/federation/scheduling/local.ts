// Delivery to an account of this twin (RFC 6638 §4.1): the message changes the account's object, in the default calendar
// where there is none yet, and lies in the inbox where a person wants to know of it. An organizer whose meeting a reply
// changed tells the other attendees, so that all copies show the same answers.
import { randomUUID } from 'node:crypto'
import { isDomainError } from '../../errors.ts'
import { writeContentLine } from '../../formats/content-line.ts'
import { type Property, property, writeComponent } from '../../formats/icalendar/component.ts'
import type { Outcome } from '../../formats/icalendar/itip/incoming.ts'
import { componentsOf } from '../../formats/icalendar/itip/instances.ts'
import type { Message } from '../../formats/icalendar/itip/organizer.ts'
import { organizerMessages } from '../../formats/icalendar/itip/organizer.ts'
import type { IsSelf } from '../../formats/icalendar/itip/participants.ts'
import { receive } from '../../formats/icalendar/itip/receive.ts'
import { messageOf, viewOf } from '../../formats/icalendar/itip/view.ts'
import type { CalendarObject } from '../../formats/icalendar/object.ts'
import { calendarsAtOnce, scheduling as limits } from '../../limits.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import { factsOf } from '../../store/calendars/facts.ts'
import { objectsOfUid } from '../../store/calendars/scheduled.ts'
import type { Collection, ItemWithData } from '../../store/collections/collections.ts'
import type { Store, Tx } from '../../store/store.ts'
import { accountAt, isAddressOf, isDomainAddress } from './addresses.ts'
import { answersItself } from './auto-answer.ts'
import { defaultCalendar } from './default-calendar.ts'
import { type Delivery, deliverBy, delivered, invalidUser, noAuthority, undelivered } from './delivery.ts'
import { objectOf, withStatuses } from './object.ts'

export type Incoming = Omit<Message, 'method'> & {
  method: string
  /** False for a transport that may bring messages out of order. */
  inOrder?: boolean
}

export type Asked = { account: Account; uid: string }

export class LocalDelivery implements Delivery {
  readonly #store: Store
  /** Copies of one meeting are made of the same lines. */
  readonly #lines = new WeakMap<Property, string>()
  readonly #line = (line: Property): string => {
    const known = this.#lines.get(line)
    if (known !== undefined) return known
    const text = writeContentLine(line)
    this.#lines.set(line, text)
    return text
  }
  /** Whoever decides by their calendar is asked when all that the message belongs to is written. */
  readonly #asked = new WeakMap<Tx, Asked[]>()
  /** All of them, this one included: a reply may concern attendees elsewhere. */
  readonly #deliveries: () => readonly Delivery[]

  constructor(store: Store, deliveries: () => readonly Delivery[]) {
    this.#store = store
    this.#deliveries = deliveries
  }

  async deliver(tx: Tx, message: Message): Promise<string | undefined> {
    const account = await accountAt(this.#store, tx, message.recipient)
    if (account) return this.receive(tx, account, message)
    return isDomainAddress(this.#store.domain, message.recipient) ? invalidUser : undefined
  }

  /** Invitations that were brought in this write to whom answers by itself; each is given once. */
  takeAsked(tx: Tx): Asked | undefined {
    return this.#asked.get(tx)?.shift()
  }

  /** Takes in a message for an account, from whichever transport. */
  async receive(tx: Tx, account: Account, message: Incoming): Promise<string> {
    try {
      return await this.#receive(tx, account, message)
    } catch (error) {
      // RFC 6638 §3.2.9: what one attendee’s calendar does not take is not the organizer's failure.
      if (isDomainError(error)) return undelivered
      throw error
    }
  }

  async #receive(tx: Tx, account: Account, message: Incoming): Promise<string> {
    const isSelf: IsSelf = (address) => isAddressOf(account, this.#store.domain, address)
    const uid = uidOf(message)
    if (uid === undefined) return undelivered
    const [item] = await objectsOfUid(tx, { accountId: account.id, uid })
    const existing = item && objectOf(item)
    if (item && !existing) return undelivered
    const { method, originator, calendar, significant, inOrder = true } = message
    const outcome = receive({ method, originator, calendar, existing, isSelf, significant, inOrder, now: tx.now })
    return this.#apply(tx, account, message, { item, existing, outcome })
  }

  async #apply(
    tx: Tx,
    account: Account,
    message: Incoming,
    {
      item,
      existing,
      outcome,
    }: { item: ItemWithData | undefined; existing: CalendarObject | undefined; outcome: Outcome },
  ): Promise<string> {
    if (outcome.kind === 'ignored') {
      if (outcome.reason === 'not-entitled') return noAuthority
      return outcome.reason === 'unknown' && message.method === 'REPLY' ? undelivered : delivered
    }
    if (outcome.kind === 'refresh' && existing) await this.#sendAgain(tx, existing, message)
    if (outcome.kind === 'changed') {
      const { object, answersOnly } = outcome
      if (!(await this.keep(tx, account, item, object, answersOnly || !message.significant))) return undelivered
      const shown = answersOnly && existing ? await this.#tellOthers(tx, existing, object, message) : object
      if (shown !== object) await this.keep(tx, account, item, shown, true)
      if (message.method === 'REQUEST' && answersItself(account)) this.#ask(tx, { account, uid: object.uid })
    }
    if (message.significant && !answersItself(account)) await this.#tell(tx, account, message)
    return delivered
  }

  /** Writes the object where it is, or into the default calendar. False where no calendar takes it. */
  async keep(
    tx: Tx,
    account: Account,
    item: ItemWithData | undefined,
    object: CalendarObject,
    quietly: boolean,
  ): Promise<boolean> {
    const collection = item
      ? await this.#store.collections.get(tx, item.collectionId)
      : await this.#defaultFor(tx, account, object)
    // RFC 6638 §9.2: without a default calendar a message stays in the inbox.
    if (!collection) return item === undefined
    const bytes = Buffer.from(writeComponent(object.calendar, this.#line))
    if (bytes.length > limits.storedBytes) return false
    await this.#store.collections.put(tx, collection, {
      ...factsOf(object),
      name: item?.name ?? (await this.#freshName(tx, collection, object)),
      staged: this.#store.blobs.small(bytes, limits.storedBytes),
      // RFC 6638 §3.2.10: what others answer does not change it.
      scheduleTag: quietly ? 'kept' : 'new',
    })
    return true
  }

  /** Clients that add an invitation themselves name it by its UID: then it is this one that they write. */
  async #freshName(tx: Tx, collection: Collection, { uid }: CalendarObject): Promise<string> {
    const name = `${uid}.ics`
    const isPlain = /^[\w@-][\w@.-]{0,150}$/.test(uid)
    const isFree = isPlain && (await this.#store.collections.item(tx, collection, name)) === undefined
    return isFree ? name : `${randomUUID()}.ics`
  }

  #ask(tx: Tx, asked: Asked): void {
    const others = this.#asked.get(tx)
    if (others) others.push(asked)
    else this.#asked.set(tx, [asked])
  }

  async #defaultFor(tx: Tx, { id: accountId }: Account, { type }: CalendarObject): Promise<Collection | undefined> {
    const calendars = await this.#store.collections.list(
      tx,
      { accountId, kind: 'calendar' },
      { limit: calendarsAtOnce },
    )
    return defaultCalendar(calendars, await this.#store.collections.inbox(tx, accountId), type)
  }

  /** The other attendees learn of an answer; a delegate is invited. Answers the object with what became of that. */
  async #tellOthers(
    tx: Tx,
    before: CalendarObject,
    after: CalendarObject,
    { originator }: Incoming,
  ): Promise<CalendarObject> {
    const statuses = new Map<string, string>()
    for (const message of organizerMessages({ before, after, now: tx.now })) {
      if (message.recipient === originator) continue
      const status = await deliverBy(this.#deliveries(), tx, message)
      if (message.significant) statuses.set(message.recipient, status)
    }
    return withStatuses(after, statuses)
  }

  /** RFC 5546 §3.2.6 */
  async #sendAgain(tx: Tx, object: CalendarObject, { originator, recipient }: Incoming): Promise<void> {
    const view = viewOf(object, originator)
    if (!view) return
    const calendar = messageOf('REQUEST', view, componentsOf(view), tx.now)
    await deliverBy(this.#deliveries(), tx, {
      method: 'REQUEST',
      originator: recipient,
      recipient: originator,
      calendar,
      significant: true,
    })
  }

  /** RFC 6638 §4.1: the message in the inbox. */
  async #tell(tx: Tx, account: Account, { calendar }: Incoming): Promise<void> {
    const bytes = Buffer.from(writeComponent(calendar, this.#line))
    if (bytes.length > limits.storedBytes) return
    const component = calendar.components.find(({ name }) => name !== 'VTIMEZONE')?.name ?? 'VEVENT'
    const staged = this.#store.blobs.small(bytes, limits.storedBytes)
    try {
      await this.#store.collections.deliver(tx, account.id, { staged, component })
    } catch (error) {
      // Their calendar has it already; only the notice found no room.
      if (!isDomainError(error, 'QuotaExceeded')) throw error
    }
  }
}

const uidOf = ({ calendar }: Incoming): string | undefined => {
  const component = calendar.components.find(({ name }) => name !== 'VTIMEZONE')
  return component && property(component, 'UID')?.value.trim()
}

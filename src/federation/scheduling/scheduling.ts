// Implicit scheduling (RFC 6638): what is written to a calendar is told to whom it concerns, in the same write. A meeting
// and all copies of it on this twin change together, or not at all; a copy that cannot be written is a SCHEDULE-STATUS.
// Whose calendar it is acts, whoever writes to it. An object that is nobody else's matter is written as any other.
import { DomainError, isDomainError } from '../../errors.ts'
import { attended, attendeeMessages } from '../../formats/icalendar/itip/attendee.ts'
import { componentsOf, withComponents } from '../../formats/icalendar/itip/instances.ts'
import { type Message, organizerMessages } from '../../formats/icalendar/itip/organizer.ts'
import {
  addressOf,
  attendeesOf,
  type IsSelf,
  organizerOf,
  withProperty,
} from '../../formats/icalendar/itip/participants.ts'
import { revised, withoutForce } from '../../formats/icalendar/itip/revise.ts'
import type { CalendarObject } from '../../formats/icalendar/object.ts'
import { scheduling as limits } from '../../limits.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import { itemWithData, objectsOfUid, scheduledIn } from '../../store/calendars/scheduled.ts'
import type { Collection, Item, ItemWithData, PutItem } from '../../store/collections/collections.ts'
import type { Store, Tx } from '../../store/store.ts'
import { accountAt, isAddressOf, isDomainAddress } from './addresses.ts'
import { autoAnswer } from './auto-answer.ts'
import { type Delivery, deliverBy } from './delivery.ts'
import { type Incoming, LocalDelivery } from './local.ts'
import {
  answeredByServer,
  attendeeChangeRefused,
  hasOrganizer,
  objectOf,
  organizerAddress,
  organizerChangeRefused,
  type Role,
  requireBounds,
  requireOneOrganizer,
  roleIn,
  textOf,
  tooLarge,
  withReplyStatus,
  withStatuses,
} from './object.ts'

export type ScheduledPut = {
  collection: Collection
  item: PutItem
  object: CalendarObject
  /** What has the name now. */
  former: Item | undefined
}

export type ScheduledWrite = {
  item: Item
  created: boolean
  /** What is stored is not what was sent. */
  altered: boolean
}

type Acting = { account: Account; isSelf: IsSelf }

/** What becomes of a put: the object as it is stored but for what happens to its messages, and those. */
type Plan = { object: CalendarObject; messages: Message[]; role: Role | undefined }

export class Scheduling {
  readonly #store: Store
  readonly #deliveries: readonly Delivery[]
  readonly #local: LocalDelivery

  /** @param others where messages go that are for nobody of this twin, such as by mail. */
  constructor(store: Store, others: readonly Delivery[] = []) {
    this.#store = store
    this.#local = new LocalDelivery(store, () => this.#deliveries)
    this.#deliveries = [this.#local, ...others]
  }

  /**
   * Writes an item of a calendar, and tells whom it concerns.
   *
   * @throws DomainError with detail.precondition, one of RFC 6638 §3.2.4; and as `store.collections.put` does.
   */
  async put(tx: Tx, put: ScheduledPut): Promise<ScheduledWrite> {
    const { collection, item, object, former } = put
    if (!hasOrganizer(object) && !former?.scheduleTag) {
      return { ...(await this.#store.collections.put(tx, collection, item)), altered: false }
    }
    const acting = await this.#acting(tx, collection.accountId)
    const before = await this.#before(tx, acting, former, object)
    const plan = planPut(before, object, acting.isSelf, tx.now)
    if (plan.role !== undefined) await this.#requireUnique(tx, put)
    const written = await this.#keep(tx, put, await this.#send(tx, plan), plan.role)
    await this.#answerThemselves(tx)
    return written
  }

  /** Takes an item out of a calendar. RFC 6638 §8.1: without `reply` an attendee's organizer is not told. */
  async remove(tx: Tx, collection: Collection, item: Item, { reply = true } = {}): Promise<void> {
    const messages = item.scheduleTag ? await this.#leaving(tx, collection.accountId, item, reply) : []
    await this.#store.collections.removeItem(tx, collection, item)
    for (const message of messages) await deliverBy(this.#deliveries, tx, message)
  }

  /**
   * A calendar goes with all meetings in it; people are told of those that changed last.
   *
   * @throws DomainError CALDAV:default-calendar-needed
   */
  async removeCollection(tx: Tx, collection: Collection): Promise<void> {
    const { defaultId } = await this.#store.collections.inbox(tx, collection.accountId)
    // RFC 6638 §4.3.1.1: what a person chose for invitations stays until they choose another.
    if (defaultId === collection.id)
      throw new DomainError('Forbidden', 'Invitations are put in this calendar', {
        precondition: 'default-calendar-needed',
      })
    const items = await scheduledIn(tx, { collectionId: collection.id, limit: limits.removedMeetings })
    const messages: Message[] = []
    for (const item of items) messages.push(...(await this.#leaving(tx, collection.accountId, item, true)))
    await this.#store.collections.remove(tx, collection)
    for (const message of messages) await deliverBy(this.#deliveries, tx, message)
  }

  /** RFC 6638 §3.2.3: a meeting that changes its calendar is no news; what it is put in place of is. */
  async move(tx: Tx, item: Item, move: { from: Collection; to: Collection; name: string }): Promise<void> {
    const { from, to, name } = move
    if (item.scheduleTag && from.accountId !== to.accountId) {
      // In somebody else's calendar it is theirs, or nobody's to schedule.
      await this.copy(tx, item, { collection: to, name })
      return this.remove(tx, from, item)
    }
    const there = await this.#store.collections.item(tx, to, name)
    if (there?.scheduleTag && there.id !== item.id) await this.remove(tx, to, there)
    await this.#store.collections.moveItem(tx, item, move)
  }

  /** RFC 6638 §3.2.3: a copy in the same account would be the same meeting twice. */
  async copy(tx: Tx, item: Item, to: { collection: Collection; name: string }): Promise<void> {
    const there = await this.#store.collections.item(tx, to.collection, to.name)
    const source = item.scheduleTag ? await itemWithData(tx, item.id) : undefined
    const object = source && objectOf(source)
    if (!source || !object || !source.data) {
      if (there?.scheduleTag) await this.remove(tx, to.collection, there)
      await this.#store.collections.copyItem(tx, item, to)
      return
    }
    const staged = this.#store.blobs.small(source.data, limits.storedBytes)
    const { scheduleTag: _, ...facts } = source
    const put = { ...facts, name: to.name, staged }
    await this.put(tx, { collection: to.collection, item: put, object, former: there })
  }

  /** Takes in a message that came from elsewhere. Answers its REQUEST-STATUS; undefined where nobody has the address. */
  async receive(tx: Tx, message: Incoming): Promise<string | undefined> {
    const account = await accountAt(this.#store, tx, message.recipient)
    const status = account && (await this.#local.receive(tx, account, message))
    await this.#answerThemselves(tx)
    return status
  }

  async #acting(tx: Tx, accountId: number): Promise<Acting> {
    const account = await this.#store.accounts.byId(tx, accountId)
    if (!account) throw new DomainError('NotFound', 'There is no such account')
    return { account, isSelf: (address) => isAddressOf(account, this.#store.domain, address) }
  }

  /** What is there, read when nobody else of those whom it concerns can write any more. */
  async #before(
    tx: Tx,
    acting: Acting,
    former: Item | undefined,
    after: CalendarObject,
  ): Promise<CalendarObject | undefined> {
    const read = async () => {
      const item = former?.scheduleTag ? await itemWithData(tx, former.id) : undefined
      return item && objectOf(item)
    }
    await this.#hold(tx, acting.account.id, [after, await read()])
    return read()
  }

  /** PostgreSQL: the clocks of all accounts that may change, in the order of their ids, so that writers queue up. */
  async #hold(tx: Tx, accountId: number, objects: readonly (CalendarObject | undefined)[]): Promise<void> {
    if (tx.dialect === 'sqlite') return
    const components = objects.flatMap((object) => (object ? componentsOf(object) : []))
    const lines = components.flatMap((component) => [...attendeesOf(component), organizerOf(component)])
    const addresses = new Set(lines.flatMap((line) => (line ? [addressOf(line)] : [])))
    const ids = new Set([accountId])
    for (const address of addresses) {
      const account = await accountAt(this.#store, tx, address)
      if (account) ids.add(account.id)
    }
    for (const id of [...ids].sort((a, b) => a - b)) await tx.stamp(id)
  }

  /** Sends the messages, and notes what became of them. */
  async #send(tx: Tx, { object, messages, role }: Plan): Promise<CalendarObject> {
    const statuses = new Map<string, string>()
    let replied: string | undefined
    for (const message of messages) {
      // RFC 5546 §3.2.2.3: an organizer of this twin has invited the delegate already.
      if (role === 'attendee' && message.method === 'REQUEST' && this.#isLocal(organizerAddress(object))) continue
      const status = await deliverBy(this.#deliveries, tx, message)
      if (message.method === 'REPLY') replied = status
      else if (message.method === 'REQUEST') statuses.set(message.recipient, status)
    }
    const told = role === 'organizer' ? withStatuses(object, statuses) : withReplyStatus(object, replied)
    return withoutForce(told)
  }

  /** Rooms answer what this write brought them, now that the organizer's copy is there to be answered to. */
  async #answerThemselves(tx: Tx): Promise<void> {
    for (let asked = this.#local.takeAsked(tx); asked; asked = this.#local.takeAsked(tx)) {
      const { account, uid } = asked
      const [item] = await objectsOfUid(tx, { accountId: account.id, uid })
      const calendar = item && (await this.#store.collections.get(tx, item.collectionId))
      const before = item && objectOf(item)
      if (!before || !calendar) continue
      const after = await this.#decide(tx, { account, calendar, object: before })
      if (!after) continue
      const { isSelf } = await this.#acting(tx, account.id)
      const messages = attendeeMessages({ before, after, isSelf, now: tx.now })
      await this.#local.keep(
        tx,
        account,
        item,
        await this.#send(tx, { object: after, messages, role: 'attendee' }),
        true,
      )
    }
  }

  /** What cannot be looked through stays unanswered: a person decides. */
  async #decide(tx: Tx, asked: Parameters<typeof autoAnswer>[2]): Promise<CalendarObject | undefined> {
    try {
      return await autoAnswer(this.#store, tx, asked)
    } catch (error) {
      if (isDomainError(error)) return undefined
      throw error
    }
  }

  #isLocal(address: string | undefined): boolean {
    return address !== undefined && isDomainAddress(this.#store.domain, address)
  }

  async #keep(
    tx: Tx,
    { collection, item, object }: ScheduledPut,
    stored: CalendarObject,
    role: Role | undefined,
  ): Promise<ScheduledWrite> {
    const text = textOf(stored)
    const altered = text !== textOf(object)
    const bytes = Buffer.from(text)
    if (role === undefined) {
      const plain = { ...item, scheduleTag: 'none' as const }
      return { ...(await this.#store.collections.put(tx, collection, plain)), altered: false }
    }
    if (bytes.length > limits.objectBytes) throw tooLarge()
    const sent = item.staged.data
    const staged = altered || !sent ? this.#store.blobs.small(bytes, limits.storedBytes) : item.staged
    const written = await this.#store.collections.put(tx, collection, { ...item, staged, scheduleTag: 'new' })
    return { ...written, altered: altered || !sent }
  }

  /** @throws DomainError CALDAV:unique-scheduling-object-resource, RFC 6638 §3.2.4.1 */
  async #requireUnique(tx: Tx, { collection, object, former }: ScheduledPut): Promise<void> {
    if (former?.scheduleTag) return
    const items = await objectsOfUid(tx, { accountId: collection.accountId, uid: object.uid })
    const other = items.find((one) => one.scheduleTag !== null && one.collectionId !== collection.id)
    if (!other) return
    const elsewhere = await this.#store.collections.get(tx, other.collectionId)
    throw new DomainError('Forbidden', 'The meeting is in another calendar already', {
      precondition: 'unique-scheduling-object-resource',
      existing: other.name,
      collection: elsewhere?.name,
    })
  }

  async #leaving(tx: Tx, accountId: number, item: Item, reply: boolean): Promise<Message[]> {
    const full: ItemWithData | undefined = await itemWithData(tx, item.id)
    const before = full && objectOf(full)
    if (!before) return []
    const { isSelf } = await this.#acting(tx, accountId)
    await this.#hold(tx, accountId, [before])
    const role = roleIn(before, isSelf)
    if (role === 'organizer') return organizerMessages({ before, after: undefined, now: tx.now })
    return role === 'attendee' && reply ? attendeeMessages({ before, after: undefined, isSelf, now: tx.now }) : []
  }
}

/** @throws DomainError with detail.precondition, RFC 6638 §3.2.4. */
function planPut(before: CalendarObject | undefined, object: CalendarObject, isSelf: IsSelf, now: number): Plan {
  const role = roleIn(object, isSelf)
  const formerRole = before && roleIn(before, isSelf)
  if (role !== undefined || formerRole !== undefined) requireOneOrganizer(object)
  if (before && formerRole === 'attendee' && answeredByServer(before)) {
    if (role !== 'attendee') throw attendeeChangeRefused()
    const after = attended(before, object, isSelf)
    return { object: after, messages: attendeeMessages({ before, after, isSelf, now }), role }
  }
  if (role === 'attendee') {
    if (formerRole === 'organizer') throw organizerChangeRefused()
    return { object, messages: attendeeMessages({ before: undefined, after: object, isSelf, now }), role }
  }
  const mine = before && formerRole === 'organizer' ? before : undefined
  if (role === undefined) {
    const there = organizerAddress(object)
    if (mine && there !== undefined && !isSelf(there)) throw organizerChangeRefused()
    return { object, messages: mine ? organizerMessages({ before: mine, after: undefined, now }) : [], role }
  }
  requireBounds(object)
  const after = mine ? revised(mine, sameOrganizer(mine, object), isSelf) : object
  return { object: after, messages: organizerMessages({ before: mine, after, now }), role }
}

/** An organizer has several addresses; attendees know the meeting by the one that it began with. */
function sameOrganizer(before: CalendarObject, after: CalendarObject): CalendarObject {
  const line = componentsOf(before)
    .map(organizerOf)
    .find((one) => one !== undefined)
  if (!line || organizerAddress(after) === addressOf(line)) return after
  return withComponents(
    after,
    componentsOf(after).map((component) =>
      organizerOf(component) ? withProperty(component, 'ORGANIZER', line) : component,
    ),
  )
}

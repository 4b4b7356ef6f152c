// A room as a graph of events made by hand, forks and all, for the rules and for state resolution.
import { selectAuthEvents } from '../../src/formats/matrix/auth-events.ts'
import { authProblem } from '../../src/formats/matrix/auth-rules.ts'
import { contentHash, eventIdOf } from '../../src/formats/matrix/hashes.ts'
import type { JsonObject } from '../../src/formats/matrix/json.ts'
import { type Event, readEvent } from '../../src/formats/matrix/pdu.ts'
import { entryName, entryOf, type StateLookup } from '../../src/formats/matrix/room-state.ts'
import { type RoomVersion, roomVersions } from '../../src/formats/matrix/room-versions.ts'
import { resolveState } from '../../src/formats/matrix/state-resolution/resolve.ts'
import type { StateMap, Timeline } from '../../src/formats/matrix/state-resolution/sets.ts'

export type Draft = {
  readonly type: string
  readonly sender: string
  readonly stateKey?: string
  readonly content?: JsonObject
  readonly redacts?: string
  /** Milliseconds; later than all events so far where it is not given. */
  readonly at?: number
}

export class TestRoom implements Timeline {
  readonly version: RoomVersion
  readonly events = new Map<string, Event>()
  readonly #states = new Map<string, StateMap>()
  #time = 1_000_000

  constructor(version: string) {
    this.version = roomVersions.get(version) as RoomVersion
  }

  event(id: string): Event {
    const event = this.events.get(id)
    if (event === undefined) throw new Error(`there is no ${id}`)
    return event
  }

  isRejected(): boolean {
    return false
  }

  /** The state after an event. */
  after(event: Event): StateMap {
    return this.#states.get(event.id) as StateMap
  }

  /** The state that somebody sees who has these events as the room's ends. */
  resolved(ends: readonly Event[]): StateMap {
    return resolveState(
      ends.map((end) => this.after(end)),
      this,
      this.version,
    )
  }

  lookup(state: StateMap): StateLookup {
    return (type, key) => {
      const id = state.get(entryName(type, key))
      return id === undefined ? undefined : this.event(id)
    }
  }

  /** Why the event would be refused after these; undefined when it is allowed. */
  problem(draft: Draft, previous: readonly Event[]): string | undefined {
    return authProblem(this.#build(draft, previous), this.lookup(this.resolved(previous)), this.version)
  }

  /** Throws when the rules refuse it. */
  send(draft: Draft, previous: readonly Event[]): Event {
    const before = previous.length === 0 ? new Map() : this.resolved(previous)
    const event = this.#build(draft, previous)
    const problem = authProblem(event, this.lookup(before), this.version)
    if (problem !== undefined) throw new Error(`${draft.type} of ${draft.sender}: ${problem}`)
    this.events.set(event.id, event)
    this.#states.set(event.id, event.stateKey === undefined ? before : new Map([...before, [entryOf(event), event.id]]))
    return event
  }

  #build(draft: Draft, previous: readonly Event[]): Event {
    const { type, sender, stateKey, content = {}, redacts, at = ++this.#time } = draft
    const state = this.lookup(previous.length === 0 ? new Map() : this.resolved(previous))
    const selected = selectAuthEvents({ type, sender, stateKey, content }, this.version)
    const authEvents = selected.flatMap(([each, key]) => state(each, key)?.id ?? [])
    const create = state('m.room.create', '')
    const roomId = this.version.roomIdIsHash ? create && `!${create.id.slice(1)}` : '!room:a'
    const bare: JsonObject = {
      type,
      sender,
      content,
      depth: Math.max(0, ...previous.map((event) => event.depth)) + 1,
      origin_server_ts: at,
      auth_events: this.#references(authEvents),
      prev_events: this.#references(previous.map((event) => event.id)),
      ...(roomId === undefined ? {} : { room_id: roomId }),
      ...(stateKey === undefined ? {} : { state_key: stateKey }),
      ...(redacts === undefined ? {} : { redacts }),
      ...(this.version.eventIds === 'given' ? { event_id: `$${at}-${this.events.size}:${sender.split(':')[1]}` } : {}),
    }
    const json = { ...bare, hashes: { sha256: contentHash(bare, this.version) } }
    return readEvent(eventIdOf(json, this.version) as string, json, this.version)
  }

  #references(ids: readonly string[]) {
    return this.version.eventIds === 'given' ? ids.map((id) => [id, {}] as const) : ids
  }

  // What tests say often.

  create(sender: string, content: JsonObject = {}): Event {
    const creator: JsonObject = this.version.creatorIsSender ? {} : { creator: sender }
    const create = this.send(
      {
        type: 'm.room.create',
        sender,
        stateKey: '',
        content: { room_version: this.version.id, ...creator, ...content },
      },
      [],
    )
    return this.member(sender, 'join', [create])
  }

  member(user: string, membership: string, previous: readonly Event[], sender = user, content: JsonObject = {}): Event {
    return this.send({ type: 'm.room.member', sender, stateKey: user, content: { membership, ...content } }, previous)
  }

  joinRule(sender: string, rule: string, previous: readonly Event[]): Event {
    return this.send({ type: 'm.room.join_rules', sender, stateKey: '', content: { join_rule: rule } }, previous)
  }

  levels(sender: string, users: Record<string, number>, previous: readonly Event[], more: JsonObject = {}): Event {
    return this.send({ type: 'm.room.power_levels', sender, stateKey: '', content: { users, ...more } }, previous)
  }

  topic(sender: string, topic: string, previous: readonly Event[]): Event {
    return this.send({ type: 'm.room.topic', sender, stateKey: '', content: { topic } }, previous)
  }

  message(sender: string, previous: readonly Event[]): Event {
    return this.send({ type: 'm.room.message', sender, content: { body: 'hello' } }, previous)
  }
}

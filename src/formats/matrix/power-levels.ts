// Who may do what in a room (Matrix v1.19 C2S, `m.room.power_levels`), with the defaults for what is not told.

import { isObject, type Json, type JsonObject, own, ownObject, ownString } from './json.ts'
import type { Event } from './pdu.ts'
import type { StateLookup } from './room-state.ts'
import type { RoomVersion } from './room-versions.ts'

export type LevelName = 'users_default' | 'events_default' | 'state_default' | 'ban' | 'redact' | 'kick' | 'invite'

const defaults: Readonly<Record<LevelName, number>> = {
  users_default: 0,
  events_default: 0,
  state_default: 50,
  ban: 50,
  redact: 50,
  kick: 50,
  invite: 0,
}
export const levelNames = Object.keys(defaults) as readonly LevelName[]

/** A level as one version takes it: until 10 a text such as " +50" counts, until 6 a fraction. Undefined for what is none. */
export function levelOf(value: Json | undefined, version: RoomVersion): number | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value
    return version.strictJson || !Number.isFinite(value) ? undefined : Math.trunc(value)
  }
  if (version.integerPowerLevels || typeof value !== 'string' || !/^\s*[+-]?\d+\s*$/.test(value)) return undefined
  return Number(value)
}

/** Those who made the room: one before version 12; from there on they stand above all levels. */
export function creatorsOf(create: Event, version: RoomVersion): readonly string[] {
  if (!version.creatorIsSender) return [ownString(create.content, 'creator') ?? '']
  if (!version.creatorsAboveAll) return [create.sender]
  const additional = own(create.content, 'additional_creators')
  const others = Array.isArray(additional) ? additional.filter((each) => typeof each === 'string') : []
  return [create.sender, ...others]
}

export class PowerLevels {
  readonly #content: JsonObject | undefined
  readonly #creators: readonly string[]
  readonly #version: RoomVersion

  constructor(state: StateLookup, version: RoomVersion) {
    const create = state('m.room.create', '')
    this.#content = state('m.room.power_levels', '')?.content
    this.#creators = create === undefined ? [] : creatorsOf(create, version)
    this.#version = version
  }

  /** Infinity for a creator in version 12 and later. */
  ofUser(user: string): number {
    const isCreator = this.#creators.includes(user)
    if (isCreator && this.#version.creatorsAboveAll) return Number.POSITIVE_INFINITY
    if (this.#content === undefined) return isCreator ? 100 : 0
    return levelOf(own(ownObject(this.#content, 'users') ?? {}, user), this.#version) ?? this.of('users_default')
  }

  of(name: LevelName): number {
    if (this.#content === undefined) return name === 'state_default' ? 0 : defaults[name]
    return levelOf(own(this.#content, name), this.#version) ?? defaults[name]
  }

  toSend(type: string, isState: boolean): number {
    const events = own(this.#content ?? {}, 'events')
    const told = isObject(events) ? levelOf(own(events, type), this.#version) : undefined
    return told ?? this.of(isState ? 'state_default' : 'events_default')
  }
}

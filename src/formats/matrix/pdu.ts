// A persistent data unit: an event as servers exchange it (Matrix v1.19 S2S "PDUs"), and one that we have judged.

import { matrixEventBytes, matrixIdentifierBytes } from '../../limits.ts'
import { isUserId } from './identifiers.ts'
import { canonicalJson, isObject, type Json, type JsonObject, own, ownString } from './json.ts'
import type { RoomVersion } from './room-versions.ts'

/** An event with its identifier. `json` is what was signed, byte for byte in meaning; unknown keys are kept. */
export type Event = {
  readonly id: string
  readonly roomId: string
  readonly type: string
  readonly sender: string
  readonly stateKey: string | undefined
  readonly content: JsonObject
  readonly depth: number
  readonly originServerTs: number
  readonly authEvents: readonly string[]
  readonly prevEvents: readonly string[]
  /** The event that a redaction names: top level before version 11, in the content since. */
  readonly redacts: string | undefined
  readonly json: JsonObject
}

/** Why something that calls itself an event is none. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent'
}

/** Matrix v1.19 S2S "Checks performed on receipt of a PDU": the first of them. Throws MalformedEvent. */
export function checkFormat(json: JsonObject, version: RoomVersion): void {
  const problem = formatProblem(json, version)
  if (problem !== undefined) throw new MalformedEvent(problem)
}

function formatProblem(json: JsonObject, version: RoomVersion): string | undefined {
  for (const key of ['type', 'sender'] as const) {
    if (ownString(json, key) === undefined) return `"${key}" is no text`
  }
  for (const key of ['type', 'sender', 'state_key', 'room_id', 'event_id'] as const) {
    const value = own(json, key)
    if (value === undefined) continue
    if (typeof value !== 'string') return `"${key}" is no text`
    if (Buffer.byteLength(value) > matrixIdentifierBytes)
      return `"${key}" is longer than ${matrixIdentifierBytes} bytes`
  }
  if (!isUserId(ownString(json, 'sender') as string)) return '"sender" is no user'
  if (!isObject(own(json, 'content'))) return '"content" is no object'
  for (const key of ['depth', 'origin_server_ts'] as const) {
    if (!Number.isSafeInteger(own(json, key))) return `"${key}" is no integer`
  }
  if ((own(json, 'depth') as number) < 0) return '"depth" is negative'
  const hasNoRoom = own(json, 'room_id') === undefined
  if (hasNoRoom && !(version.roomIdIsHash && isCreate(json))) return '"room_id" is missing'
  if (version.eventIds === 'given' && own(json, 'event_id') === undefined) return '"event_id" is missing'
  for (const key of ['auth_events', 'prev_events'] as const) {
    const limit = key === 'auth_events' ? 10 : 20
    const list = own(json, key)
    if (!Array.isArray(list) || list.length > limit) return `"${key}" is no list of at most ${limit} events`
    if (!list.every((each: Json) => isReference(each, version))) return `"${key}" has what is no event`
  }
  if (Buffer.byteLength(canonicalJson(json, version.strictJson)) > matrixEventBytes) {
    return `it is larger than ${matrixEventBytes} bytes`
  }
  return undefined
}

function isCreate(json: JsonObject): boolean {
  return json.type === 'm.room.create' && json.state_key === ''
}

/** Versions 1 and 2 pair each identifier with a hash. */
function isReference(value: Json, version: RoomVersion): boolean {
  if (version.eventIds === 'given') return Array.isArray(value) && typeof value[0] === 'string'
  return typeof value === 'string'
}

/** Reads what `checkFormat` passed. */
export function readEvent(id: string, json: JsonObject, version: RoomVersion): Event {
  const content = json.content as JsonObject
  return {
    id,
    roomId: ownString(json, 'room_id') ?? `!${id.slice(1)}`,
    type: json.type as string,
    sender: json.sender as string,
    stateKey: ownString(json, 'state_key'),
    content,
    depth: json.depth as number,
    originServerTs: json.origin_server_ts as number,
    authEvents: references(json.auth_events),
    prevEvents: references(json.prev_events),
    redacts: ownString(version.redactsInContent ? content : json, 'redacts'),
    json,
  }
}

function references(list: Json | undefined): string[] {
  return (list as readonly Json[]).map((each) => (Array.isArray(each) ? each[0] : each) as string)
}

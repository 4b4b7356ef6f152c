// What is left of an event that is redacted, which is also what is signed and what its identifier is made of
// (Matrix v1.19 Rooms, "Redactions" of each version).

import { isObject, type JsonObject, own, without } from './json.ts'
import type { RoomVersion } from './room-versions.ts'

const keys = new Set([
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
])
const keysBefore11 = new Set([...keys, 'prev_state', 'origin', 'membership'])

const powerLevels = ['ban', 'events', 'events_default', 'kick', 'redact', 'state_default', 'users', 'users_default']

/** Keys of the content that stay; `all` where it stays whole. */
function contentKeys(type: string, redaction: RoomVersion['redaction']): readonly string[] | 'all' {
  switch (type) {
    case 'm.room.member':
      return redaction >= 9 ? ['membership', 'join_authorised_via_users_server'] : ['membership']
    case 'm.room.create':
      return redaction >= 11 ? 'all' : ['creator']
    case 'm.room.join_rules':
      return redaction >= 8 ? ['join_rule', 'allow'] : ['join_rule']
    case 'm.room.power_levels':
      return redaction >= 11 ? [...powerLevels, 'invite'] : powerLevels
    case 'm.room.aliases':
      return redaction < 6 ? ['aliases'] : []
    case 'm.room.history_visibility':
      return ['history_visibility']
    case 'm.room.redaction':
      return redaction >= 11 ? ['redacts'] : []
    default:
      return []
  }
}

export function redact(event: JsonObject, { redaction }: RoomVersion): JsonObject {
  const result = pick(event, redaction >= 11 ? keys : keysBefore11)
  const content = own(event, 'content')
  if (!isObject(content)) return result
  const type = String(own(event, 'type'))
  const allowed = contentKeys(type, redaction)
  if (allowed === 'all') return result
  const kept = pick(content, new Set(allowed))
  const signed = type === 'm.room.member' && redaction >= 11 ? invitationSigned(content) : undefined
  return { ...result, content: signed === undefined ? kept : { ...kept, third_party_invite: signed } }
}

/** Since version 11 the proof of an invitation by e-mail stays (rooms/v11 "Redactions"). */
function invitationSigned(content: JsonObject): JsonObject | undefined {
  const invite = own(content, 'third_party_invite')
  return isObject(invite) && Object.hasOwn(invite, 'signed') ? pick(invite, new Set(['signed'])) : undefined
}

function pick(object: JsonObject, kept: ReadonlySet<string>): JsonObject {
  return without(object, new Set(Object.keys(object).filter((key) => !kept.has(key))))
}

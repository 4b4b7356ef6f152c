// Which events of the state an event lists as those that allow it (Matrix v1.19 S2S "Auth events selection"), and the rules about that list.

import { isObject, type JsonObject, own, ownString } from './json.ts'
import type { Event } from './pdu.ts'
import { entryName, entryOf } from './room-state.ts'
import type { RoomVersion } from './room-versions.ts'

/** Types and state keys, in no order. */
export function selectAuthEvents(
  event: Pick<Event, 'type' | 'sender' | 'stateKey' | 'content'>,
  version: RoomVersion,
): readonly (readonly [type: string, stateKey: string])[] {
  const { type, sender, stateKey, content } = event
  if (type === 'm.room.create') return []
  const selected: [string, string][] = [
    ['m.room.power_levels', ''],
    ['m.room.member', sender],
  ]
  if (!version.roomIdIsHash) selected.push(['m.room.create', ''])
  if (type === 'm.room.member' && stateKey !== undefined) selected.push(...forMembership(stateKey, content, version))
  const names = new Set<string>()
  return selected.filter(([each, key]) => names.size < names.add(entryName(each, key)).size)
}

function forMembership(target: string, content: JsonObject, version: RoomVersion): [string, string][] {
  const membership = ownString(content, 'membership') ?? ''
  const selected: [string, string][] = [['m.room.member', target]]
  if (['join', 'invite', 'knock'].includes(membership)) selected.push(['m.room.join_rules', ''])
  const invite = own(content, 'third_party_invite')
  const signed = isObject(invite) ? own(invite, 'signed') : undefined
  const token = isObject(signed) ? ownString(signed, 'token') : undefined
  if (membership === 'invite' && token !== undefined) selected.push(['m.room.third_party_invite', token])
  const authorising = ownString(content, 'join_authorised_via_users_server')
  if (version.restrictedJoins && membership === 'join' && authorising !== undefined) {
    selected.push(['m.room.member', authorising])
  }
  return selected
}

/**
 * The rule "Considering the event's `auth_events`": why an event is to be rejected for them, or undefined.
 * `authEvents` are those that it lists, all of them known; `rejected` tells of one that was itself rejected.
 */
export function authEventsProblem(
  event: Event,
  authEvents: readonly Event[],
  { version, rejected }: { readonly version: RoomVersion; readonly rejected: (event: Event) => boolean },
): string | undefined {
  const allowed = new Set(selectAuthEvents(event, version).map(([type, key]) => entryName(type, key)))
  const seen = new Set<string>()
  for (const each of authEvents) {
    const name = entryOf(each)
    if (each.stateKey === undefined || !allowed.has(name))
      return `its auth events have a ${each.type} that is not for it`
    if (seen.has(name)) return `its auth events have two of ${each.type}`
    if (rejected(each)) return `its auth event ${each.id} was rejected`
    if (each.roomId !== event.roomId) return `its auth event ${each.id} is of another room`
    seen.add(name)
  }
  if (!version.roomIdIsHash && event.type !== 'm.room.create' && !seen.has(entryName('m.room.create', ''))) {
    return 'its auth events have no m.room.create'
  }
  return undefined
}

// Whether an event is allowed in a state of its room: the authorization rules (Matrix v1.19 Rooms, "Authorization rules"
// of each version), as one text in which the versions' table decides. The numbers are those of version 12.

import { domainOf, isUserId } from './identifiers.ts'
import { type Json, own } from './json.ts'
import { membershipProblem } from './member-rules.ts'
import type { Event } from './pdu.ts'
import { powerLevelsProblem } from './power-level-rules.ts'
import { PowerLevels } from './power-levels.ts'
import { membershipOf, type StateLookup } from './room-state.ts'
import { type RoomVersion, roomVersions } from './room-versions.ts'

/** Why the event is to be rejected, or undefined when it is allowed. */
export function authProblem(event: Event, state: StateLookup, version: RoomVersion): string | undefined {
  if (event.type === 'm.room.create') return createProblem(event, version)
  const create = state('m.room.create', '')
  if (create === undefined) return 'the room has no m.room.create'
  // Rule 2.
  if (create.roomId !== event.roomId) return 'it is of another room'
  // Rule 4.
  if (own(create.content, 'm.federate') === false && domainOf(event.sender) !== domainOf(create.sender)) {
    return 'the room is not federated'
  }
  if (version.aliasesRule && event.type === 'm.room.aliases') {
    return event.stateKey === domainOf(event.sender) ? undefined : 'aliases of another server'
  }
  const levels = new PowerLevels(state, version)
  // Rule 5.
  if (event.type === 'm.room.member') return membershipProblem(event, { state, create, levels, version })
  // Rule 6.
  if (membershipOf(state, event.sender) !== 'join') return 'its sender is not in the room'
  const level = levels.ofUser(event.sender)
  // Rule 7.
  if (event.type === 'm.room.third_party_invite') {
    return level >= levels.of('invite') ? undefined : 'its sender may not invite'
  }
  // Rule 8.
  if (level < levels.toSend(event.type, event.stateKey !== undefined)) return `its sender may not send ${event.type}`
  // Rule 9.
  if (event.stateKey?.startsWith('@') && event.stateKey !== event.sender) return "its state is another user's"
  // Rule 10.
  if (event.type === 'm.room.power_levels' && event.stateKey === '') {
    return powerLevelsProblem(event, { current: state('m.room.power_levels', ''), create, level, version })
  }
  if (version.redactionRule && event.type === 'm.room.redaction') {
    const isOwnServers = domainOf(event.redacts ?? '') === domainOf(event.id)
    return isOwnServers || level >= levels.of('redact') ? undefined : 'its sender may not redact that'
  }
  return undefined
}

/** Rule 1. */
function createProblem(event: Event, version: RoomVersion): string | undefined {
  if (event.prevEvents.length > 0) return 'm.room.create follows other events'
  if (version.roomIdIsHash) {
    if (Object.hasOwn(event.json, 'room_id')) return 'm.room.create names a room'
  } else if (domainOf(event.roomId) !== domainOf(event.sender)) return 'the room and its creator are of two servers'
  const told = own(event.content, 'room_version')
  if (told !== undefined && (typeof told !== 'string' || !roomVersions.has(told))) return 'its room version is unknown'
  if (version.creatorsAboveAll && !areUsers(own(event.content, 'additional_creators'))) {
    return '"additional_creators" is no list of users'
  }
  if (!version.creatorIsSender && own(event.content, 'creator') === undefined) return '"creator" is missing'
  return undefined
}

function areUsers(value: Json | undefined): boolean {
  if (value === undefined) return true
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && isUserId(each))
}

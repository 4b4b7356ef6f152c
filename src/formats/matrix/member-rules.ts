// Rule 5 of the authorization rules: who may join, invite, leave, kick, ban and knock.

import { isObject, type JsonObject, own, ownObject, ownString } from './json.ts'
import type { Event } from './pdu.ts'
import { creatorsOf, type PowerLevels } from './power-levels.ts'
import { membershipOf, type StateLookup } from './room-state.ts'
import type { RoomVersion } from './room-versions.ts'
import { isSignedBy, signaturesOf, verifyKeyFrom } from './signatures.ts'

type Setting = {
  readonly state: StateLookup
  readonly create: Event
  readonly levels: PowerLevels
  readonly version: RoomVersion
}

export function membershipProblem(event: Event, setting: Setting): string | undefined {
  const target = event.stateKey
  const membership = ownString(event.content, 'membership')
  if (target === undefined || membership === undefined) return 'it says neither who nor what'
  switch (membership) {
    case 'join':
      return joinProblem(event, target, setting)
    case 'invite':
      return inviteProblem(event, target, setting)
    case 'leave':
      return leaveProblem(event, target, setting)
    case 'ban':
      return banProblem(event, target, setting)
    case 'knock':
      return setting.version.knocks ? knockProblem(event, target, setting) : 'this version has no knocking'
    default:
      return `"${membership}" is no membership`
  }
}

function joinRule(state: StateLookup): string {
  const rules = state('m.room.join_rules', '')
  return (rules && ownString(rules.content, 'join_rule')) ?? 'invite'
}

// Rule 5.3. That the server of `join_authorised_via_users_server` signed (5.2) is checked with the signatures.
function joinProblem(event: Event, target: string, { state, create, levels, version }: Setting): string | undefined {
  const isFirst = event.prevEvents.length === 1 && event.prevEvents[0] === create.id
  if (isFirst && target === (version.creatorIsSender ? create.sender : creatorsOf(create, version)[0])) return undefined
  if (event.sender !== target) return 'nobody joins for somebody else'
  const membership = membershipOf(state, target)
  if (membership === 'ban') return 'its sender is banned'
  const rule = joinRule(state)
  const isExpected = membership === 'invite' || membership === 'join'
  if (rule === 'public') return undefined
  if (rule === 'invite' || (version.knocks && rule === 'knock')) {
    return isExpected ? undefined : 'its sender is not invited'
  }
  const isRestricted =
    (version.restrictedJoins && rule === 'restricted') || (version.knocksRestricted && rule === 'knock_restricted')
  if (!isRestricted) return `the join rule "${rule}" lets nobody in`
  if (isExpected) return undefined
  const authorising = ownString(event.content, 'join_authorised_via_users_server')
  const mayInvite =
    authorising !== undefined &&
    membershipOf(state, authorising) === 'join' &&
    levels.ofUser(authorising) >= levels.of('invite')
  return mayInvite ? undefined : 'nobody who may invite vouches for it'
}

// Rule 5.4.
function inviteProblem(event: Event, target: string, { state, levels }: Setting): string | undefined {
  const membership = membershipOf(state, target)
  const byMail = own(event.content, 'third_party_invite')
  if (byMail !== undefined) {
    if (membership === 'ban') return 'the invited user is banned'
    return isProven(event, target, isObject(byMail) ? byMail : {}, state) ? undefined : 'the invitation is not proven'
  }
  if (membershipOf(state, event.sender) !== 'join') return 'its sender is not in the room'
  if (membership === 'join' || membership === 'ban') return `the invited user's membership is "${membership}"`
  return levels.ofUser(event.sender) >= levels.of('invite') ? undefined : 'its sender may not invite'
}

function isProven(event: Event, target: string, invite: JsonObject, state: StateLookup): boolean {
  const signed = ownObject(invite, 'signed')
  const token = signed && ownString(signed, 'token')
  if (signed === undefined || token === undefined || ownString(signed, 'mxid') !== target) return false
  const asked = state('m.room.third_party_invite', token)
  if (asked === undefined || asked.sender !== event.sender) return false
  const listed = own(asked.content, 'public_keys')
  const keys = [asked.content, ...(Array.isArray(listed) ? listed.filter(isObject) : [])]
    .map((each) => verifyKeyFrom(ownString(each, 'public_key') ?? ''))
    .filter((key) => key !== undefined)
  const servers = Object.keys(ownObject(signed, 'signatures') ?? {})
  return servers.some((server) =>
    Object.keys(signaturesOf(signed, server)).some((id) => keys.some((key) => isSignedBy(signed, server, id, key))),
  )
}

// Rule 5.5.
function leaveProblem(event: Event, target: string, { state, levels, version }: Setting): string | undefined {
  const membership = membershipOf(state, target)
  if (event.sender === target) {
    const mayLeave = membership === 'invite' || membership === 'join' || (version.knocks && membership === 'knock')
    return mayLeave ? undefined : 'its sender is not in the room'
  }
  if (membershipOf(state, event.sender) !== 'join') return 'its sender is not in the room'
  const level = levels.ofUser(event.sender)
  if (membership === 'ban' && level < levels.of('ban')) return 'its sender may not end a ban'
  const mayKick = level >= levels.of('kick') && levels.ofUser(target) < level
  return mayKick ? undefined : 'its sender may not remove that user'
}

// Rule 5.6.
function banProblem(event: Event, target: string, { state, levels }: Setting): string | undefined {
  if (membershipOf(state, event.sender) !== 'join') return 'its sender is not in the room'
  const level = levels.ofUser(event.sender)
  const mayBan = level >= levels.of('ban') && levels.ofUser(target) < level
  return mayBan ? undefined : 'its sender may not ban that user'
}

// Rule 5.7.
function knockProblem(event: Event, target: string, { state, version }: Setting): string | undefined {
  const rule = joinRule(state)
  const isOpen = rule === 'knock' || (version.knocksRestricted && rule === 'knock_restricted')
  if (!isOpen) return 'the room takes no knocking'
  if (event.sender !== target) return 'nobody knocks for somebody else'
  const membership = membershipOf(state, target) ?? ''
  return ['ban', 'invite', 'join'].includes(membership) ? `its sender's membership is "${membership}"` : undefined
}

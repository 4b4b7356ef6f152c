// The two hashes of an event (Matrix v1.19 S2S "Signing events"): of its content, which shows that a content is whole,
// and of what a redaction leaves, which is its identifier.

import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject, own, ownObject, ownString, without } from './json.ts'
import { redact } from './redaction.ts'
import type { RoomVersion } from './room-versions.ts'

const notInContentHash = new Set(['unsigned', 'signatures', 'hashes'])
const notInReferenceHash = new Set(['unsigned', 'signatures', 'age_ts'])

/** Unpadded base64. */
export function contentHash(event: JsonObject, version: RoomVersion): string {
  return unpadded(sha256(without(event, notInContentHash), version).toString('base64'))
}

/** False where the content is not what its sender hashed: such an event is taken as if it were redacted (S2S "Checks performed on receipt of a PDU"). */
export function hasItsContent(event: JsonObject, version: RoomVersion): boolean {
  const told = ownString(ownObject(event, 'hashes') ?? {}, 'sha256')
  return told !== undefined && unpadded(told) === contentHash(event, version)
}

/** The event's identifier; undefined where the event should bear one (versions 1 and 2) and does not. */
export function eventIdOf(event: JsonObject, version: RoomVersion): string | undefined {
  if (version.eventIds === 'given') return ownString(event, 'event_id')
  const hash = referenceHash(event, version)
  return `$${hash.toString(version.eventIds === 'urlsafe' ? 'base64url' : 'base64').replace(/=+$/, '')}`
}

export function referenceHash(event: JsonObject, version: RoomVersion): Buffer {
  const redacted = redact(event, version)
  // An `event_id` that somebody added is no part of an event whose identifier is its hash.
  const given = version.eventIds === 'given' || own(redacted, 'event_id') === undefined
  const bare = given ? redacted : without(redacted, new Set(['event_id']))
  return sha256(without(bare, notInReferenceHash), version)
}

function sha256(value: JsonObject, { strictJson }: RoomVersion): Buffer {
  return createHash('sha256').update(canonicalJson(value, strictJson)).digest()
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '')
}

// ed25519 signatures over JSON (Matrix v1.19 Appendices §3.2 and §3.3) and over events (Matrix v1.19 S2S "Signing events").

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { contentHash } from './hashes.ts'
import { domainOf } from './identifiers.ts'
import { CanonicalJsonError, canonicalJson, type JsonObject, ownObject, ownString, without } from './json.ts'
import { redact } from './redaction.ts'
import type { RoomVersion } from './room-versions.ts'

export type SigningKey = { readonly id: string; readonly privateKey: KeyObject }

const unsigned = new Set(['signatures', 'unsigned'])
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** `id` is `ed25519:<name>`; `seed` has 32 bytes. */
export function signingKeyFrom(id: string, seed: Buffer): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  return { id, privateKey }
}

/** Undefined for what is no ed25519 key in base64. */
export function verifyKeyFrom(base64: string): KeyObject | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== 32) return undefined
  return createPublicKey({ key: Buffer.concat([spkiPrefix, bytes]), format: 'der', type: 'spki' })
}

/** Unpadded base64 of the public half. */
export function publicKeyOf({ privateKey }: SigningKey): string {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return spki.subarray(spkiPrefix.length).toString('base64').replace(/=+$/, '')
}

/** The object with our signature beside those it had. */
export function signJson(object: JsonObject, server: string, key: SigningKey, strict = true): JsonObject {
  return addSignature(object, server, key.id, signatureOf(object, key, strict))
}

/** Adds the content's hash and our signature, which covers what a redaction leaves. */
export function signEvent(event: JsonObject, server: string, key: SigningKey, version: RoomVersion): JsonObject {
  const hashed = { ...event, hashes: { sha256: contentHash(event, version) } }
  return countersignEvent(hashed, server, key, version)
}

/** Signs what another server made, as an invited user's server does (S2S "Inviting to a room"). */
export function countersignEvent(event: JsonObject, server: string, key: SigningKey, version: RoomVersion): JsonObject {
  return addSignature(event, server, key.id, signatureOf(redact(event, version), key, version.strictJson))
}

/** Whether one key of a server signed the object. Never throws: what cannot be encoded is not signed. */
export function isSignedBy(object: JsonObject, server: string, keyId: string, key: KeyObject, strict = true): boolean {
  const signature = ownString(signaturesOf(object, server), keyId)
  if (signature === undefined || !keyId.startsWith('ed25519:')) return false
  const bytes = Buffer.from(signature, 'base64')
  if (bytes.length !== 64) return false
  try {
    return verify(null, Buffer.from(canonicalJson(without(object, unsigned), strict)), key, bytes)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false
    throw error
  }
}

export function isEventSignedBy(
  event: JsonObject,
  server: string,
  keyId: string,
  key: KeyObject,
  version: RoomVersion,
): boolean {
  return isSignedBy(redact(event, version), server, keyId, key, version.strictJson)
}

/** The keys by which a server says that it signed. */
export function signaturesOf(object: JsonObject, server: string): JsonObject {
  return ownObject(ownObject(object, 'signatures') ?? {}, server) ?? {}
}

/** Servers whose signature an event needs (S2S "Validating hashes and signatures on received events", and rule "join_authorised_via_users_server" since version 8). */
export function requiredSigners(event: JsonObject, version: RoomVersion): ReadonlySet<string> {
  const signers = new Set<string>()
  const add = (identifier: string | undefined) => signers.add(domainOf(identifier ?? '') ?? '')
  const content = ownObject(event, 'content') ?? {}
  const isMember = ownString(event, 'type') === 'm.room.member'
  // The server that invites by e-mail makes the event in the name of who asked for it.
  const isByMail = isMember && content.membership === 'invite' && Object.hasOwn(content, 'third_party_invite')
  if (!isByMail) add(ownString(event, 'sender'))
  if (version.eventIds === 'given') add(ownString(event, 'event_id'))
  const authorising = ownString(content, 'join_authorised_via_users_server')
  if (version.restrictedJoins && isMember && content.membership === 'join' && authorising !== undefined) {
    add(authorising)
  }
  return signers
}

function signatureOf(object: JsonObject, { privateKey }: SigningKey, strict: boolean): string {
  const bytes = Buffer.from(canonicalJson(without(object, unsigned), strict))
  return sign(null, bytes, privateKey).toString('base64').replace(/=+$/, '')
}

function addSignature(object: JsonObject, server: string, keyId: string, signature: string): JsonObject {
  const signatures = ownObject(object, 'signatures') ?? {}
  const own = { ...signaturesOf(object, server), [keyId]: signature }
  return { ...object, signatures: { ...signatures, [server]: own } }
}

// A password is kept as two things made of it at the same time: an argon2id hash in the PHC string format, for
// protocols that send the password, and the SCRAM-SHA-256 keys, for those that prove it. They are one text:
// `$argon2id$v=19$m=…,t=…,p=…$salt$hash SCRAM-SHA-256$rounds:salt$StoredKey:ServerKey`.
import {
  argon2 as argon2Callback,
  createHash,
  createHmac,
  pbkdf2 as pbkdf2Callback,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../../errors.ts'
import { saslprep } from '../../formats/saslprep.ts'
import { argon2 as parameters, passwordCharactersMax, passwordCharactersMin, scramIterations } from '../../limits.ts'

const argon2 = promisify(argon2Callback)
const pbkdf2 = promisify(pbkdf2Callback)

export type Argon2Parameters = { memory: number; passes: number; parallelism: number }
export type ScramKeys = { iterations: number; salt: Buffer; storedKey: Buffer; serverKey: Buffer }
export type PasswordSecret = { argon2: Argon2Parameters & { salt: Buffer; hash: Buffer }; scram: ScramKeys }

const saltBytes = 16 // RFC 9106 §3.1
const hashBytes = 32

/** The password as both ends hash it. Throws BadRequest (field `password`) when it is too short, too long or unusable. */
export function checkPassword(password: string): string {
  const prepared = preparePassword(password)
  if (prepared === undefined) {
    throw new DomainError('BadRequest', 'The password holds characters that cannot be typed everywhere.', {
      field: 'password',
    })
  }
  if ([...prepared].length < passwordCharactersMin || password.length > passwordCharactersMax) {
    throw new DomainError(
      'BadRequest',
      `A password has ${passwordCharactersMin} to ${passwordCharactersMax} characters.`,
      { field: 'password' },
    )
  }
  return prepared
}

/** The same for a sign-in: undefined is a password that no account can have. */
export const preparePassword = (password: string): string | undefined =>
  password.length > passwordCharactersMax ? undefined : saslprep(password)

/** Hashes a prepared password. Takes tens of milliseconds on another thread: run it through the `HashQueue`. */
export async function hashPassword(prepared: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(prepared, { ...parameters, salt, hash: { length: hashBytes } })
  const scram = await deriveScram(prepared, randomBytes(saltBytes), scramIterations)
  return formatSecret({ argon2: { ...parameters, salt, hash }, scram })
}

/** Whether the prepared password is the one that `secret` was made of. As dear as `hashPassword`. */
export async function verifyPassword(secret: string, prepared: string): Promise<boolean> {
  const { argon2: kept } = parseSecret(secret)
  return timingSafeEqual(await derive(prepared, kept), kept.hash)
}

/** True when the secret was made with less work than is asked for now. */
export function needsRehash(secret: string): boolean {
  const { argon2: kept, scram } = parseSecret(secret)
  return kept.memory < parameters.memory || kept.passes < parameters.passes || scram.iterations < scramIterations
}

/** A secret that no password opens, and that takes as long to find that out. */
export function impossibleSecret(): string {
  const random = () => randomBytes(hashBytes)
  return formatSecret({
    argon2: { ...parameters, salt: randomBytes(saltBytes), hash: random() },
    scram: { iterations: scramIterations, salt: randomBytes(saltBytes), storedKey: random(), serverKey: random() },
  })
}

function derive(
  prepared: string,
  { memory, passes, parallelism, salt, hash }: Argon2Parameters & { salt: Buffer; hash: { length: number } },
): Promise<Buffer> {
  return argon2('argon2id', { message: prepared, nonce: salt, memory, passes, parallelism, tagLength: hash.length })
}

/** RFC 5802 §3, with the hash of RFC 7677. */
export async function deriveScram(prepared: string, salt: Buffer, iterations: number): Promise<ScramKeys> {
  const saltedPassword = await pbkdf2(prepared, salt, iterations, hashBytes, 'sha256')
  const hmac = (text: string) => createHmac('sha256', saltedPassword).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest()
  return { iterations, salt, storedKey, serverKey: hmac('Server Key') }
}

function formatSecret({ argon2: { memory, passes, parallelism, salt, hash }, scram }: PasswordSecret): string {
  // The PHC string format writes base64 without padding.
  const phc = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  const base64 = (bytes: Buffer) => bytes.toString('base64')
  return (
    `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${phc(salt)}$${phc(hash)} ` +
    `SCRAM-SHA-256$${scram.iterations}:${base64(scram.salt)}$${base64(scram.storedKey)}:${base64(scram.serverKey)}`
  )
}

const base64 = '[A-Za-z0-9+/]+={0,2}'
const format = new RegExp(
  `^\\$argon2id\\$v=19\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$(${base64})\\$(${base64}) ` +
    `SCRAM-SHA-256\\$(\\d+):(${base64})\\$(${base64}):(${base64})$`,
)

export function parseSecret(secret: string): PasswordSecret {
  const match = format.exec(secret)
  if (!match) throw damaged()
  const [memory, passes, parallelism, salt, hash, iterations, scramSalt, storedKey, serverKey] = match.slice(
    1,
  ) as string[]
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64')
  const keys = [bytes(hash), bytes(storedKey), bytes(serverKey)] as const
  if (keys.some(({ length }) => length !== hashBytes)) throw damaged()
  return {
    argon2: {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      salt: bytes(salt),
      hash: keys[0],
    },
    scram: {
      iterations: Number(iterations),
      salt: bytes(scramSalt),
      storedKey: keys[1],
      serverKey: keys[2],
    },
  }
}

const damaged = () => new Error('a password in the database is damaged')

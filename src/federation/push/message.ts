// A push message on its way to a device: encrypted for it alone (RFC 8291, in the coding aes128gcm of RFC 8188), so that
// the push service between sees its length and its time.

import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'

/** RFC 8291 §2: the keys that a device makes for its subscription. */
export type DeviceKeys = {
  /** P-256, an uncompressed point: 65 bytes. */
  readonly publicKey: Uint8Array
  /** 16 bytes. */
  readonly authSecret: Uint8Array
}

const curve = 'prime256v1'

/** RFC 8188 §2.1: a message is one record, this long at the most, with 17 bytes of padding delimiter and tag. */
const recordSize = 4096

/** Bytes of the longest message: RFC 8291 §4 has one record of it. */
export const pushMessageBytes = recordSize - 86 - 17

/** What is chosen anew for each message; tests choose it. */
type Fresh = { readonly sender: ECDH; readonly salt: Buffer }

const fresh = (): Fresh => {
  const sender = createECDH(curve)
  sender.generateKeys()
  return { sender, salt: randomBytes(16) }
}

/** True for keys that a message can be encrypted with. */
export const areDeviceKeys = ({ publicKey, authSecret }: DeviceKeys): boolean => {
  if (publicKey.length !== 65 || publicKey[0] !== 4 || authSecret.length !== 16) return false
  try {
    fresh().sender.computeSecret(publicKey)
    return true
  } catch {
    return false // it is no point of the curve
  }
}

/** The body of a request to the push resource. */
export const encryptMessage = (
  message: Uint8Array,
  { publicKey, authSecret }: DeviceKeys,
  { sender, salt }: Fresh = fresh(),
): Buffer => {
  if (message.length > pushMessageBytes) throw new RangeError('The push message is too long')
  const senderKey = sender.getPublicKey()
  // RFC 8291 §3.4
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, senderKey])
  const keyMaterial = Buffer.from(hkdfSync('sha256', sender.computeSecret(publicKey), authSecret, info, 32))
  // RFC 8188 §2.2, §2.3
  const key = Buffer.from(hkdfSync('sha256', keyMaterial, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', keyMaterial, salt, 'Content-Encoding: nonce\0', 12))
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  // RFC 8188 §2: the last record ends in 2.
  const sealed = [cipher.update(message), cipher.update(Uint8Array.of(2)), cipher.final(), cipher.getAuthTag()]
  const header = Buffer.alloc(5)
  header.writeUInt32BE(recordSize)
  header.writeUInt8(senderKey.length, 4)
  return Buffer.concat([salt, header, senderKey, ...sealed])
}

import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { test } from 'node:test'
import { areDeviceKeys, encryptMessage, pushMessageBytes } from './message.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

// RFC 8291 §5, Appendix A
const device = {
  publicKey: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
  authSecret: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
}

test('RFC 8291 §5: the example comes out byte for byte', () => {
  const sender = createECDH('prime256v1')
  sender.setPrivateKey(bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'))
  const salt = bytes('DGv6ra1nlYgDCS1FRnbzlw')
  const body = encryptMessage(Buffer.from('When I grow up, I want to be a watermelon'), device, { sender, salt })
  assert.equal(
    body.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('RFC 8291 §4: the longest message is one of a record, and no longer one is sent', () => {
  assert.equal(encryptMessage(Buffer.alloc(pushMessageBytes), device).length, 4096)
  assert.throws(() => encryptMessage(Buffer.alloc(pushMessageBytes + 1), device), RangeError)
})

test('keys that nothing can be encrypted with are none', () => {
  assert.equal(areDeviceKeys(device), true)
  const elsewhere = Buffer.from(device.publicKey)
  elsewhere[64] = (elsewhere[64] ?? 0) ^ 1
  assert.equal(areDeviceKeys({ ...device, publicKey: elsewhere }), false, 'not on the curve')
  assert.equal(areDeviceKeys({ ...device, publicKey: device.publicKey.subarray(1) }), false)
  assert.equal(areDeviceKeys({ ...device, authSecret: Buffer.alloc(15) }), false)
})

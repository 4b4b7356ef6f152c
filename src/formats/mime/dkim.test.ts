// What we sign, mailauth verifies: another implementation, with the record as DNS would give it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { dkimVerify } from 'mailauth'
import { temporaryFolder } from '../../../tests/support/store.ts'
import { MailSigner } from '../../federation/mail/signer.ts'
import { RelaxedBody, signMessage } from './dkim.ts'

let signer: MailSigner
before(async () => {
  await using folder = await temporaryFolder()
  signer = await MailSigner.open(folder.path, { domain: 'home.example', now: Date.now })
})

const pieces = async function* (message: string, size: number) {
  for (let at = 0; at < message.length; at += size) yield Buffer.from(message.slice(at, at + size), 'latin1')
}

/** The verdict on each signature. */
async function verdicts(message: string): Promise<string[]> {
  const resolver = async (name: string) => {
    const record = signer.records().find((each) => each.name === name)
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    return [[record.value]]
  }
  const { results } = await dkimVerify(Buffer.from(message, 'latin1'), { resolver })
  return results.map(({ status }) => status.result)
}

const signed = async (message: string, size = 7) => `${await signer.sign(pieces(message, size))}${message}`

const message = [
  'From: Ann <ann@home.example>',
  'To: bob@away.example,',
  '\teve@away.example',
  'Subject:   Hello   there ',
  'Date: Mon, 23 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@home.example>',
  '',
  'Good  news \t',
  '',
  ' indented',
  '',
  '',
].join('\r\n')

describe('a signature', () => {
  it('is right for both keys, and survives what relaxed means to survive (RFC 6376 §3.4)', async () => {
    const whole = await signed(message)
    assert.equal((whole.match(/^DKIM-Signature: v=1; a=/gm) ?? []).length, 2)
    assert.ok(whole.split('\r\n').every((line) => line.length <= 200))
    assert.deepEqual(await verdicts(whole), ['pass', 'pass'])
    assert.deepEqual(await verdicts(whole.replace('Good  news \t\r\n', 'Good news\r\n')), ['pass', 'pass'])
    assert.deepEqual(await verdicts(whole.replace('Subject:   Hello   there ', 'SUBJECT: Hello\r\n there')), [
      'pass',
      'pass',
    ])
    assert.deepEqual(await verdicts(`${whole}\r\n\r\n`), ['pass', 'pass'])
  })

  it('breaks with any change that a reader would see', async () => {
    const whole = await signed(message)
    for (const changed of [
      whole.replace('Good', 'Bad'),
      whole.replace('Hello', 'Goodbye'),
      whole.replace('bob@', 'zoe@'),
      `${whole}More`,
    ]) {
      assert.ok((await verdicts(changed)).every((result) => result !== 'pass'))
    }
  })

  it('breaks when a field is added that there is one of, before or after', async () => {
    const whole = await signed(message)
    for (const field of [
      'From: boss@bank.example',
      'Subject: Pay now',
      'Reply-To: eve@e.example',
      'Cc: x@y.example',
      'Content-Type: text/html',
    ]) {
      const added = [`${field}\r\n${whole}`, whole.replace('\r\n\r\nGood', `\r\n${field}\r\n\r\nGood`)]
      for (const each of added)
        assert.ok(
          (await verdicts(each)).every((result) => result !== 'pass'),
          field,
        )
    }
  })

  it('is right for messages without a body, without a last line end, and with bytes of any kind', async () => {
    const header = message.slice(0, message.indexOf('\r\n\r\n'))
    for (const body of [
      '\r\n\r\n',
      '\r\n\r\n\r\n\r\n',
      '\r\n\r\nx',
      '\r\n\r\n \t\r\n',
      '\r\n\r\na\r\rb\r\n',
      '\r\n\r\n\xff\x00\xfe\r\n.\r\n',
    ]) {
      assert.deepEqual(await verdicts(await signed(header + body)), ['pass', 'pass'], JSON.stringify(body))
    }
  })
})

it('a body has one hash, however it is cut into pieces', () => {
  const body = fc
    .array(fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a', 'bc'), { maxLength: 40 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 5 }), (text, size) => {
      const hash = (step: number) => {
        const relaxed = new RelaxedBody()
        for (let at = 0; at < text.length; at += step) relaxed.update(Buffer.from(text.slice(at, at + step)))
        return relaxed.digest()
      }
      // RFC 6376 §3.4.4, step by step; a bare LF is a line end, as it is when it is sent.
      const lines = text
        .replace(/\r\n|\n/g, '\r\n')
        .split('\r\n')
        .map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
      // A CR that ends the text is a line end that never came.
      const expected = lines
        .join('\r\n')
        .replace(/\r+$/, (end) => end)
        .replace(/(\r\n)+$/, '')
      const isCutInCr = text.endsWith('\r')
      if (!isCutInCr) {
        const canonical = expected === '' ? '' : `${expected}\r\n`
        assert.equal(hash(size), createHash('sha256').update(canonical).digest('base64'))
      }
      assert.equal(hash(size), hash(1))
    }),
  )
})

it('a header without end is refused, and not held', async () => {
  const endless = async function* () {
    for (;;) yield Buffer.alloc(65536, 'x')
  }
  await assert.rejects(signMessage(endless(), [], 0), /too long/)
})

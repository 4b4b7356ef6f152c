import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { it } from 'node:test'
import { mimeHeaderBytes } from '../../limits.ts'
import { completeMessage } from './complete-header.ts'

const missing = { date: 'Mon, 23 Nov 2026 10:00:00 +0000', messageId: '1@home.example' }

async function completed(message: string, size = 3): Promise<string> {
  const pieces = async function* () {
    for (let at = 0; at < message.length; at += size) yield Buffer.from(message.slice(at, at + size), 'latin1')
  }
  return (await buffer(completeMessage(pieces(), missing))).toString('latin1')
}

it('Bcc goes, with its folded lines, and nothing else (RFC 6409 §8)', async () => {
  const date = 'Date: x\r\nMessage-ID: <y@z>\r\n'
  const before = `From: a@b\r\nBcc: c@d,\r\n\te@f\r\nSubject: Bcc: no\r\nBCC : g@h\r\n${date}\r\nBcc: in the body\r\n`
  assert.equal(await completed(before), `From: a@b\r\nSubject: Bcc: no\r\n${date}\r\nBcc: in the body\r\n`)
})

it('a Date and a Message-ID come where there are none', async () => {
  const after = `From: a@b\r\nDate: ${missing.date}\r\nMessage-ID: <${missing.messageId}>\r\n\r\nText\r\n`
  assert.equal(await completed('From: a@b\r\n\r\nText\r\n'), after)
  assert.equal(await completed(after, 1000), after)
})

it('what is no header with an end is passed as it is', async () => {
  for (const message of ['', 'no end', 'x'.repeat(mimeHeaderBytes + 10)]) {
    assert.equal(await completed(message, 4096), message)
  }
})

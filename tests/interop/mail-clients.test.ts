// Mail by programs that were written by others: Python's own libraries, and curl.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacks } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

const password = 'secret-words'

/** A twin with Ann, and a file of its authority. */
async function setUp() {
  const stack = new AsyncDisposableStack()
  const twin = stack.use(await createTestTwin())
  const folder = stack.use(await temporaryFolder())
  await twin.account('ann', password)
  const ca = join(folder.path, 'ca.pem')
  await writeFile(ca, twin.ca)
  return { twin, folder: folder.path, ca, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test("Python's imaplib and smtplib send, file, search, flag, move and delete", { skip: lacks('python3') }, async () => {
  await using place = await setUp()
  const { imaps, submissions } = place.twin.ports
  const script = join(import.meta.dirname, 'python-mail.py')
  const args = [script, 'localhost', String(imaps), String(submissions), place.ca, 'ann@localhost', password]
  assert.match(await runWell('python3', args), /done/)
})

test('curl sends, lists, searches, appends and reads', { skip: lacks('curl') }, async () => {
  await using place = await setUp()
  const { imaps, submissions, submission } = place.twin.ports
  const message = join(place.folder, 'message.eml')
  await writeFile(message, 'From: ann@localhost\r\nTo: ann@localhost\r\nSubject: by curl\r\n\r\nWords\r\n')
  const curl = (...args: string[]) =>
    runWell('curl', ['--silent', '--show-error', '--cacert', place.ca, '--user', `ann:${password}`, ...args])
  const send = (url: string) =>
    curl(url, '--ssl-reqd', '--mail-from', 'ann@localhost', '--mail-rcpt', 'ann@localhost', '--upload-file', message)
  await send(`smtps://localhost:${submissions}/client`)
  await send(`smtp://localhost:${submission}/client`)
  const at = (path: string) => `imaps://localhost:${imaps}/${path}`
  assert.match(await curl(at('')), /\* LIST \([^)]*\\Sent[^)]*\) "\/" "?Sent"?/)
  assert.match(await curl(at('INBOX'), '--request', 'SEARCH SUBJECT "by curl"'), /\* SEARCH 1 2/)
  assert.match(await curl(at('INBOX;UID=2')), /^Return-Path: <ann@localhost>\r\n[\s\S]*\r\n\r\nWords\r\n$/)
  await curl(at('Drafts'), '--upload-file', message)
  assert.match(await curl(at('Drafts;UID=1;SECTION=TEXT')), /^Words\r\n$/)
  await assert.rejects(curl(at('Nowhere;UID=1')), /curl/)
})

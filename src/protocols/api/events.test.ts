import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { test } from 'node:test'
import { PageClient } from '../../../tests/support/page-client.ts'
import { createTestTwin, type TestTwin } from '../../../tests/support/twin.ts'

const password = 'correct horse'

const listen = async (twin: TestTwin, cookie: string | undefined): Promise<IncomingMessage> => {
  const asked = request(new URL('/api/events', twin.url), {
    ca: twin.ca,
    headers: { 'sec-fetch-site': 'same-origin', ...(cookie !== undefined && { cookie }) },
  })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer.setEncoding('utf8')
}

const makeFolder = (twin: TestTwin, accountId: number, name: string): Promise<unknown> =>
  twin.store.write(async (tx) => {
    const root = await twin.store.files.root(tx, accountId)
    return twin.store.files.mkdir(tx, { accountId, parentId: root.id, name })
  })

test('a stream tells of changes of the own files, of nobody else’s, and ends when the twin closes', async () => {
  const twin = await createTestTwin()
  try {
    const ann = await twin.account('ann', password)
    const bob = await twin.account('bob', password)
    const page = new PageClient(twin)
    await page.signIn('ann', password)
    const stream = await listen(twin, page.cookie)
    assert.equal(stream.statusCode, 200)
    assert.equal(stream.headers['content-type'], 'text/event-stream')
    const [retry] = await once(stream, 'data')
    assert.match(retry, /^retry: \d+\n\n$/)

    let heard = ''
    stream.on('data', (text: string) => {
      heard += text
    })
    await makeFolder(twin, bob, 'of bob')
    await makeFolder(twin, ann, 'one')
    await makeFolder(twin, ann, 'two')
    await once(stream, 'data')
    assert.equal(heard, 'event: files\ndata: changed\n\n', 'two changes soon after each other are one signal')

    const ended = once(stream, 'end')
    const began = performance.now()
    await twin[Symbol.asyncDispose]()
    await ended
    assert.ok(performance.now() - began < 4_000, 'nobody waits for a stream to end by itself')
  } finally {
    await twin[Symbol.asyncDispose]()
  }
})

test('a stream is for who is signed in', async () => {
  await using twin = await createTestTwin()
  const stream = await listen(twin, undefined)
  assert.equal(stream.statusCode, 401)
  stream.resume()
})

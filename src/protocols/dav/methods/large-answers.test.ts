// HOSTILE row 6: what is large streams, however slowly it is read, and needs no more memory for it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { openDav } from '../../../../tests/support/dav.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

const mebibyte = 1024 * 1024
const members = 100_000

const start = (method: string, path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(`ann:${dav.password}`).toString('base64')}`
    const request = httpsRequest({
      method,
      port: dav.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: dav.server.ca,
      agent: false,
      path: `/dav/files/ann/${path}`,
      headers: { authorization, depth: '1' },
    })
    request.once('response', resolve).once('error', reject).end()
  })

/** Bytes of the heap and of buffers that are still in use. The tests run without a collector to call. */
const inUse = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('PROPFIND of 100,000 members tells of each, and a reader that stops stops the listing', async () => {
  const { store, accountId } = dav
  const folder = await store.write(async (tx) => {
    const root = await store.files.root(tx, accountId)
    return store.files.mkdir(tx, { accountId, parentId: root.id, name: 'many' })
  })
  await store.write(async (tx) => {
    const staged = store.blobs.small(Buffer.from('x'))
    const { node } = await store.files.put(tx, { accountId, parentId: folder.id, name: 'member', staged })
    const { isFolder: _, id: __, ...row } = node
    for (let done = 1; done < members; done += 1000) {
      const names = Array.from({ length: Math.min(1000, members - done) }, (_, index) => `member ${done + index}.txt`)
      await tx.db
        .insertInto('node')
        .values(names.map((name) => ({ ...row, isFolder: 0, name })))
        .execute()
    }
  })

  const response = await start('PROPFIND', 'many/')
  assert.equal(response.headers['content-length'], undefined)
  const before = inUse()
  let most = 0
  let told = 0
  let rest = ''
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    const text = rest + chunk.toString('latin1')
    const parts = text.split('</D:response>')
    told += parts.length - 1
    rest = parts.at(-1) ?? ''
    most = Math.max(most, inUse() - before)
    // Slower than the server: it has many turns of the loop for each piece that is taken.
    if (bytes % 7 === 0) for (let turn = 0; turn < 20; turn++) await setImmediate()
  }
  assert.equal(told, members + 1)
  assert.ok(bytes > 50 * mebibyte)
  assert.ok(most < 64 * mebibyte, `${Math.round(most / mebibyte)} MiB more in use`)
})

test('GET of 50 GiB begins at once, ends when the client goes, and holds some chunks only', async () => {
  const { store, accountId } = dav
  const size = 50 * 1024 * mebibyte
  const hash = randomBytes(32)
  const name = hash.toString('hex')
  const folder = join(store.directory, 'blobs', name.slice(0, 2))
  await mkdir(folder, { recursive: true })
  const file = await open(join(folder, name), 'w')
  await file.truncate(size)
  await file.close()
  await store.write(async (tx) => {
    const blob = { hash, size, data: null, createdAt: tx.now }
    const { id: blobId } = await tx.db.insertInto('blob').values(blob).returning('id').executeTakeFirstOrThrow()
    const root = await store.files.root(tx, accountId)
    const staged = store.blobs.small(Buffer.from('x'))
    const { node } = await store.files.put(tx, { accountId, parentId: root.id, name: 'huge.bin', staged })
    await tx.db.updateTable('node').set({ blobId, size }).where('id', '=', node.id).execute()
  })

  const response = await start('GET', 'huge.bin')
  assert.equal(response.headers['content-length'], String(size))
  const before = inUse()
  let most = 0
  let read = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    read += chunk.length
    most = Math.max(most, inUse() - before)
    if (read % 5 === 0) for (let turn = 0; turn < 20; turn++) await setImmediate()
    if (read > 128 * mebibyte) break
  }
  assert.ok(most < 64 * mebibyte, `${Math.round(most / mebibyte)} MiB more in use`)
})

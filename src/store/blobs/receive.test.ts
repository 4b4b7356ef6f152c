import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { openTestFiles } from '../../../tests/support/files.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { DomainError, isDomainError } from '../../errors.ts'
import { blobWaitingBytes, inlineBlobBytes } from '../../limits.ts'
import type { Store } from '../store.ts'
import type { BlobBackend, BlobSink } from './backend.ts'
import { receiveBody, sha256 } from './receive.ts'

const large = randomBytes(3 * 1024 * 1024 + 17)
const inPieces = (bytes: Buffer, size = 16 * 1024): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    })(),
  )

async function bytesOf(store: Store, id: number, range?: { start: number; end: number }): Promise<Buffer> {
  const blob = await store.read((view) => store.blobs.get(view, id))
  assert.ok(blob)
  const content = store.blobs.open(blob, range)
  return Buffer.concat(content instanceof Readable ? await content.toArray() : [content])
}

const leftAside = (store: Store) => readdir(join(store.directory, 'blobs', 'tmp'))
async function files(store: Store): Promise<string[]> {
  const names = await readdir(join(store.directory, 'blobs'), { recursive: true })
  return names.filter((name) => /[0-9a-f]{64}$/.test(name))
}

test('a body is given back as it came, whole and in ranges, small or large', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  for (const bytes of [
    Buffer.alloc(0),
    large.subarray(0, 100),
    large.subarray(0, inlineBlobBytes),
    large.subarray(0, inlineBlobBytes + 1),
    large,
  ]) {
    const staged = await store.blobs.receive(inPieces(bytes), { expectedSize: bytes.length })
    assert.equal(staged.size, bytes.length)
    assert.deepEqual(staged.hash, sha256(bytes))
    assert.equal(staged.data === undefined, bytes.length > inlineBlobBytes)
    const id = await store.write((tx) => store.blobs.keep(tx, staged))
    assert.ok((await bytesOf(store, id)).equals(bytes))
    if (bytes.length > 0) {
      const range = { start: 10, end: Math.min(70_000, bytes.length - 1) }
      assert.ok((await bytesOf(store, id, range)).equals(bytes.subarray(range.start, range.end + 1)))
    }
  }
  assert.deepEqual(await leftAside(store), [])
})

test('the same large content is one row and one file, however often it comes, and at the same time', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const staged = await Promise.all([1, 2, 3].map(() => store.blobs.receive(inPieces(large))))
  const ids = await Promise.all(staged.map((one) => store.write((tx) => store.blobs.keep(tx, one))))
  assert.equal(new Set(ids).size, 1)
  assert.equal((await files(store)).length, 1)
})

test('a small content is a row each time it is written, but not over an equal one', async () => {
  await using files = await openTestFiles()
  const first = await files.put('a', 'the same')
  const other = await files.put('b', 'the same')
  const again = await files.put('a', 'the same')
  assert.notEqual(other.blobId, first.blobId)
  assert.equal(again.blobId, first.blobId)
  assert.equal(other.etag, first.etag)
})

const refused: [string, () => Readable, { limit?: number; expectedSize?: number }, string][] = [
  ['is longer than was announced', () => inPieces(large), { expectedSize: large.length - 1 }, 'BadRequest'],
  ['is shorter than was announced', () => inPieces(large), { expectedSize: large.length + 1 }, 'BadRequest'],
  ['exceeds the limit without having said so', () => inPieces(large), { limit: large.length - 1 }, 'TooLarge'],
  ['is announced above the limit', () => inPieces(large), { limit: 10, expectedSize: large.length }, 'TooLarge'],
  ['breaks off', () => breakingOff(), {}, 'BadRequest'],
  ['fails', () => failing(), {}, 'BadRequest'],
]

function breakingOff(): Readable {
  const body = new PassThrough()
  body.write(large)
  body.once('data', () => setImmediate(() => body.destroy()))
  return body
}

function failing(): Readable {
  const body = new PassThrough()
  body.write(large)
  body.once('data', () => setImmediate(() => body.destroy(new Error('aborted'))))
  return body
}

for (const [what, body, options, code] of refused) {
  test(`a body that ${what} is refused and leaves nothing behind`, async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await assert.rejects(store.blobs.receive(body(), options), (error) => isDomainError(error, code as 'BadRequest'))
    assert.deepEqual(await leftAside(store), [])
    assert.deepEqual(await files(store), [])
  })
}

test('a refused body is not destroyed: its connection still has to carry the answer', async () => {
  await using opened = await openTestStore()
  const body = new PassThrough()
  body.write(large.subarray(0, 200_000))
  await assert.rejects(opened.store.blobs.receive(body, { limit: 100_000 }), { code: 'TooLarge' })
  assert.equal(body.destroyed, false)
  body.destroy()
})

/** A sink that keeps nothing, and fails or waits where the test says so. */
function sinkOf(on: { write?: () => Promise<void> } = {}): {
  sink: BlobSink
  aborted: () => boolean
  written: () => number
} {
  let aborted = false
  let written = 0
  return {
    aborted: () => aborted,
    written: () => written,
    sink: {
      async write(chunks) {
        await on.write?.()
        for (const chunk of chunks) written += chunk.length
      },
      finish: async () => {},
      abort: async () => {
        aborted = true
      },
    },
  }
}

test('a disk that is full ends the upload with DiskFull, and what was written of it goes', async () => {
  const full = sinkOf({
    write: async () => {
      throw new DomainError('DiskFull', 'full')
    },
  })
  await assert.rejects(
    receiveBody(inPieces(large), async () => full.sink, {}),
    { code: 'DiskFull' },
  )
  assert.ok(full.aborted())
})

test('a sender that is faster than the disk is held back', async () => {
  let free: () => void = () => {}
  const disk = new Promise<void>((resolve) => {
    free = resolve
  })
  const slow = sinkOf({ write: () => disk })
  let produced = 0
  let producedWhenHeld: number | undefined
  const piece = Buffer.alloc(64 * 1024)
  const total = 64 * 1024 * 1024
  const body = new Readable({
    read() {
      produced += piece.length
      this.push(produced > total ? null : piece)
    },
  })
  body.once('pause', () => {
    producedWhenHeld = produced
    setImmediate(free)
  })
  body.once('end', free)
  const received = await receiveBody(body, async () => slow.sink, {})
  assert.equal(received.size, total)
  assert.equal(slow.written(), total)
  assert.ok(producedWhenHeld !== undefined && producedWhenHeld < 2 * blobWaitingBytes)
})

test('content whose file is missing or cut short is unavailable, and nothing is sent of it', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const backend: BlobBackend = store.blobs.backend
  const staged = await store.blobs.receive(inPieces(large))
  const blob = { hash: staged.hash, size: staged.size, data: null }
  assert.throws(() => store.blobs.open({ ...blob, size: blob.size + 1 }), { code: 'Unavailable' })
  backend.remove(staged.hash)
  assert.throws(() => store.blobs.open(blob), { code: 'Unavailable' })
})

test('no row is committed for content whose file has gone', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const staged = await store.blobs.receive(inPieces(large))
  store.blobs.backend.remove(staged.hash)
  await assert.rejects(
    store.write((tx) => store.blobs.keep(tx, staged)),
    { code: 'Unavailable' },
  )
  assert.deepEqual(await store.read((view) => view.db.selectFrom('blob').select('id').execute()), [])
})

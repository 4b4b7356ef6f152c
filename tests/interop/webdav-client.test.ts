// The WebDAV client library of the JavaScript world, which reads answers by itself and strictly.
import assert from 'node:assert/strict'
import { Agent } from 'node:https'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createClient, type FileStat } from 'webdav'
import { createTestTwin } from '../support/twin.ts'

const password = 'correct horse battery'

test('the webdav client writes, lists, reads parts, copies, moves, locks and deletes', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const httpsAgent = new Agent({ ca: twin.ca })
  const client = createClient(`https://localhost:${twin.port}/dav/files/ann/`, {
    username: 'ann',
    password,
    httpsAgent,
  })
  try {
    await client.createDirectory('/a/ü & ö/deep', { recursive: true })
    assert.equal(await client.putFileContents('/a/ü & ö/deep/f.txt', '0123456789'), true)
    assert.equal(await client.putFileContents('/a/ü & ö/deep/f.txt', 'no', { overwrite: false }), false)
    const [file] = (await client.getDirectoryContents('/a/ü & ö/deep')) as FileStat[]
    assert.deepEqual([file?.filename, file?.size, file?.mime], ['/a/ü & ö/deep/f.txt', 10, 'text/plain'])
    const part = client.createReadStream('/a/ü & ö/deep/f.txt', { range: { start: 2, end: 4 } })
    assert.equal(await text(part as unknown as NodeJS.ReadableStream), '234')
    await client.partialUpdateFileContents('/a/ü & ö/deep/f.txt', 2, 4, 'abc')
    assert.equal(await client.getFileContents('/a/ü & ö/deep/f.txt', { format: 'text' }), '01abc56789')
    await client.copyFile('/a', '/b')
    await client.moveFile('/b/ü & ö', '/moved')
    assert.equal(await client.exists('/moved/deep/f.txt'), true)
    const lock = await client.lock('/moved/deep/f.txt')
    await assert.rejects(client.putFileContents('/moved/deep/f.txt', 'locked'), /423/)
    await client.unlock('/moved/deep/f.txt', lock.token)
    await client.deleteFile('/moved')
    assert.equal(await client.exists('/moved'), false)
  } finally {
    httpsAgent.destroy()
  }
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { type Header, pack } from 'tar-stream'
import { temporaryFolder } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { blobName, checksumLine, checksumsName, databaseName, manifestName } from './archive.ts'
import { unpack } from './unpack.ts'

type Member = Partial<Header> & { name: string; content?: string }

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const manifest: Member = {
  name: manifestName,
  content: JSON.stringify({ format: 'twin-backup', version: 1, createdAt: 1, epoch: 'ab', migrations: [] }),
}
const database: Member = { name: databaseName, content: 'a database' }
const blob: Member = { name: blobName(sha256('a content')), content: 'a content' }

const sumsOf = (members: Member[]): Member => ({
  name: checksumsName,
  content: members.map(({ name, content = '' }) => checksumLine(sha256(content), name)).join(''),
})

async function tar(members: Member[]): Promise<Buffer> {
  const stream = pack()
  for (const { content, ...header } of members) stream.entry(header, content ?? '')
  stream.finalize()
  return buffer(stream as unknown as Readable)
}

/** What `unpack` says of an archive; undefined when it takes it. `left` is what it laid outside its folder. */
async function verdict(archive: Buffer): Promise<{ refused: string | undefined; outside: string[] }> {
  await using folder = await temporaryFolder()
  const inside = join(folder.path, 'inside')
  await mkdir(inside)
  const refused = await unpack(Readable.from([archive]), inside).then(
    () => undefined,
    (error) => {
      if (!isDomainError(error, 'BadRequest')) throw error
      return error.message
    },
  )
  return { refused, outside: readdirSync(folder.path).filter((name) => name !== 'inside') }
}

const whole = [manifest, database, blob]

async function assertRefused(members: Member[], because: RegExp): Promise<void> {
  const { refused, outside } = await verdict(await tar(members))
  assert.match(refused ?? 'it was taken', because)
  assert.deepEqual(outside, [])
}

describe('unpack', () => {
  it('lays a whole backup into its folder', async () => {
    await using folder = await temporaryFolder()
    const unpacked = await unpack(Readable.from([await tar([...whole, sumsOf(whole)])]), folder.path)
    assert.equal(unpacked.blobs, 1)
    assert.equal(unpacked.manifest.epoch, 'ab')
    assert.equal(readFileSync(join(folder.path, databaseName), 'utf8'), 'a database')
    assert.equal(readFileSync(join(folder.path, blob.name), 'utf8'), 'a content')
    assert.equal(existsSync(join(folder.path, checksumsName)), false)
  })

  for (const name of [
    '../evil',
    '/etc/evil',
    'keys/../../evil',
    'keys/..',
    'keys/.hidden',
    'keys//evil',
    'keys/a\\..\\evil',
    'blobs/../evil',
    `blobs/zz/${'a'.repeat(64)}`,
    `blobs/ab/${'c'.repeat(64)}`,
    'twin.db-wal',
    'twin.lock',
    'readme.txt',
    `keys/${'n'.repeat(300)}`,
    'keys/new\nline',
  ]) {
    it(`refuses an entry named ${JSON.stringify(name.slice(0, 30))}`, () =>
      assertRefused([manifest, { name, content: 'x' }, database, sumsOf([manifest])], /it has an entry named/))
  }

  for (const type of ['symlink', 'link', 'fifo', 'character-device', 'directory'] as const) {
    it(`refuses a ${type} under a good name`, () =>
      assertRefused([manifest, { name: 'keys/good', type, linkname: '/etc/passwd' }], new RegExp(`is a ${type}`)))
  }

  it('refuses an archive cut off at any block', async () => {
    const archive = await tar([...whole, sumsOf(whole)])
    const end = archive.length - 1024 // the two empty blocks at the end say nothing
    for (let length = 0; length < end; length += 256) {
      const { refused } = await verdict(archive.subarray(0, length))
      assert.ok(refused, `taken although cut at ${length} of ${archive.length}`)
    }
  })

  it('refuses an archive in which any one byte was changed', async () => {
    const archive = await tar([...whole, sumsOf(whole)])
    for (const text of ['a database', 'a content', '"epoch"', sha256('a database')]) {
      const changed = Buffer.from(archive)
      const at = changed.indexOf(text)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      assert.ok((await verdict(changed)).refused, `taken although ${text} was changed`)
    }
  })

  it('refuses the same entry twice', () => assertRefused([manifest, blob, blob], /twice/))
  it('refuses anything before the manifest', () => assertRefused([database, manifest], /manifest is not first/))
  it('refuses a second manifest', () => assertRefused([manifest, manifest], /manifest is not first/))
  it('refuses anything after the end', () => assertRefused([...whole, sumsOf(whole), blob], /goes on after its end/))
  it('refuses a backup without a database', () =>
    assertRefused([manifest, blob, sumsOf([manifest, blob])], /no database/))
  it('refuses a content that is not what its name says, checksums or not', () => {
    const forged = [manifest, database, { ...blob, content: 'another content' }]
    return assertRefused([...forged, sumsOf(forged)], /was changed/)
  })
  it('refuses a format that a newer twin wrote', () => {
    const newer = { ...manifest, content: JSON.stringify({ format: 'twin-backup', version: 2 }) }
    return assertRefused([newer], /newer twin/)
  })
  it('refuses what is no archive at all', async () => {
    assert.ok((await verdict(Buffer.from('hello'.repeat(1000)))).refused)
    assert.ok((await verdict(Buffer.alloc(0))).refused)
    assert.ok((await verdict(Buffer.alloc(10_240))).refused)
  })
})

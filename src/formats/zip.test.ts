import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { lacks } from '../../tests/support/lacks.ts'
import { type ZipEntry, ZipWriter } from './zip.ts'

type Read = { name: string; size: number; crcIsRight: boolean; modifiedAt: number; mode: number; offset: number }

const skip = lacks('python3')
const time = Date.UTC(2026, 10, 22, 19, 9, 34)

/** What Python's own reader finds. */
async function read(archive: Uint8Array): Promise<Read[]> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-zip-'))
  try {
    await writeFile(join(folder, 'a.zip'), archive)
    const script = `
import zipfile, json, calendar
z = zipfile.ZipFile('a.zip')
broken = z.testzip()
print(json.dumps([{'name': i.filename, 'size': i.file_size, 'crcIsRight': broken is None,
  'modifiedAt': calendar.timegm(i.date_time + (0, 0, 0)) * 1000, 'mode': i.external_attr >> 16, 'offset': i.header_offset}
  for i in z.infolist()]))`
    const { stdout } = await promisify(execFile)('python3', ['-c', script], { cwd: folder, maxBuffer: 1e8 })
    return JSON.parse(stdout) as Read[]
  } finally {
    await rm(folder, { recursive: true })
  }
}

const entry = (name: string, size = 0): ZipEntry => ({ name, size, modifiedAt: time })

test('files and folders are read back with their names, sizes, times and modes', { skip }, async () => {
  const zip = new ZipWriter()
  const content = Buffer.from('Käse')
  const archive = Buffer.concat([
    ...zip.whole(entry('Ördner/')),
    ...zip.whole(entry('Ördner/klein.txt', content.length), content),
    zip.begin(entry('groß 🦊.bin', 6)),
    zip.content(Buffer.from('abc')),
    zip.content(Buffer.from('def')),
    zip.end(),
    ...zip.finish(),
  ])
  const found = await read(archive)
  assert.deepEqual(
    found.map(({ name, size, mode }) => [name, size, mode]),
    [
      ['Ördner/', 0, 0o40755],
      ['Ördner/klein.txt', 5, 0o100644],
      ['groß 🦊.bin', 6, 0o100644],
    ],
  )
  for (const { crcIsRight, modifiedAt } of found) assert.deepEqual([crcIsRight, modifiedAt], [true, time])
})

test('an archive of nothing is one', { skip }, async () => {
  assert.deepEqual(await read(Buffer.concat([...new ZipWriter().finish()])), [])
})

test('more than 65,535 entries need the zip64 directory', { skip }, async () => {
  const zip = new ZipWriter()
  const parts: Uint8Array[] = []
  for (let i = 0; i < 70_000; i++) parts.push(...zip.whole(entry(`${i}/`)))
  const found = await read(Buffer.concat([...parts, ...zip.finish()]))
  assert.equal(found.length, 70_000)
  assert.equal(found.at(-1)?.name, '69999/')
})

test('APPNOTE §4.5.3: sizes and offsets from 4 GiB on are in the zip64 fields', () => {
  const zip = new ZipWriter()
  const size = 5 * 2 ** 30
  const header = Buffer.from(zip.begin(entry('large', size)))
  assert.equal(header.readUInt32LE(22), 0xffffffff)
  assert.equal(header.readUInt16LE(35), 0x0001)
  assert.equal(header.readBigUInt64LE(39), BigInt(size))
  const chunk = new Uint8Array(64 * 2 ** 20)
  for (let written = 0; written < size; written += chunk.length) zip.content(chunk)
  const descriptor = Buffer.from(zip.end())
  assert.equal(descriptor.readBigUInt64LE(8), BigInt(size))
  const after = [...zip.whole(entry('after', 2), Buffer.from('hi'))]
  const offset = BigInt(header.length + size + descriptor.length)
  const [first, second, end] = [...zip.finish()].map((bytes) => Buffer.from(bytes))
  assert.equal(first?.readUInt32LE(24), 0xffffffff)
  assert.equal(second?.readUInt32LE(42), 0xffffffff)
  assert.equal(second?.readBigUInt64LE(46 + 5 + 4 + 16), offset)
  const local = after.reduce((sum, { length }) => sum + length, 0)
  assert.equal(end?.readUInt32LE(0), 0x06064b50)
  assert.equal(end?.readBigUInt64LE(48), offset + BigInt(local))
})

test('any times and contents make an archive that reads back', { skip }, async () => {
  const files = fc.array(
    fc.record({
      content: fc.uint8Array({ maxLength: 300 }),
      streamed: fc.boolean(),
      modifiedAt: fc.integer({ min: -1e15, max: 1e15 }),
    }),
    { maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(files, async (files) => {
      const zip = new ZipWriter()
      const parts = files.flatMap(({ content, streamed, modifiedAt }, i) => {
        const file = { name: `${i}`, size: content.length, modifiedAt }
        return streamed ? [zip.begin(file), zip.content(content), zip.end()] : [...zip.whole(file, content)]
      })
      const found = await read(Buffer.concat([...parts, ...zip.finish()]))
      assert.deepEqual(
        found.map(({ size, crcIsRight }) => [size, crcIsRight]),
        files.map(({ content }) => [content.length, true]),
      )
    }),
    { numRuns: 10 },
  )
})

test('a content of another length than announced is refused', () => {
  const zip = new ZipWriter()
  zip.begin(entry('a', 3))
  zip.content(Buffer.from('ab'))
  assert.throws(() => zip.end(), /2 bytes, not 3/)
})

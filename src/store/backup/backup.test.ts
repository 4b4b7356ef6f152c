import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore, temporaryFolder } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { inlineBlobBytes } from '../../limits.ts'
import { Store } from '../store.ts'
import { verify } from '../verify/verify.ts'
import { restore } from './restore.ts'
import { removeUnfinishedBackups, unfinishedRestore } from './unfinished.ts'
import { writeBackup } from './write-backup.ts'

async function backupOf(store: Store): Promise<{ archive: Buffer; damaged: string[] }> {
  const out = new PassThrough()
  const [archive, { damaged }] = await Promise.all([buffer(out), writeBackup(store, out)])
  return { archive, damaged }
}

async function putFile(store: Store, accountId: number, name: string, content: Buffer): Promise<void> {
  const staged = await store.blobs.receive(Readable.from([content]))
  await store.write(async (tx) => {
    const { id: parentId } = await store.files.root(tx, accountId)
    await store.files.put(tx, { accountId, parentId, name, staged })
  })
}

async function readFiles(store: Store, accountId: number): Promise<Record<string, string>> {
  const blobs = await store.read(async (view) => {
    const { id } = await store.files.root(view, accountId)
    const nodes = await store.files.list(view, id, { limit: 100 })
    return Promise.all(nodes.map(async (node) => ({ node, blob: await store.blobs.get(view, node.blobId ?? 0) })))
  })
  const files: Record<string, string> = {}
  for (const { node, blob } of blobs) {
    assert.ok(blob)
    const content = store.blobs.open(blob)
    files[node.name] = String(content instanceof Readable ? await buffer(content) : Buffer.from(content))
  }
  return files
}

async function createAnn(store: Store): Promise<number> {
  return (await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))).id
}

const large = (letter: string): Buffer => Buffer.alloc(inlineBlobBytes * 3 + 1, letter)
const from = (archive: Buffer): Readable => Readable.from([archive])

describe('backup and restore', () => {
  it('brings back every file, account, key and credential', async () => {
    await using home = await openTestStore()
    const { id } = await createPerson(home.store, 'ann', 'correct-horse')
    await putFile(home.store, id, 'small.txt', Buffer.from('small'))
    await putFile(home.store, id, 'large.bin', large('l'))
    const { archive } = await backupOf(home.store)

    await using folder = await temporaryFolder()
    const directory = join(folder.path, 'data')
    const restored = await restore(from(archive), { directory, force: false })
    assert.deepEqual([restored.blobs, restored.damaged, restored.aside], [1, [], undefined])
    assert.deepEqual(readdirSync(directory).sort(), ['blobs', 'keys', 'twin.db', 'twin.lock'])
    assert.deepEqual((await verify(directory)).problems, [])
    await using store = await Store.open({ directory })
    assert.deepEqual(await readFiles(store, id), { 'small.txt': 'small', 'large.bin': String(large('l')) })
    const attempt = { name: 'ann', password: 'correct-horse', address: '127.0.0.1', protocol: 'http', scope: 'files' }
    assert.equal((await store.signIn.password(attempt)).accountId, id)
    assert.deepEqual(
      readFileSync(join(directory, 'keys/tokens')),
      readFileSync(join(home.store.directory, 'keys/tokens')),
    )
  })

  it('holds one moment of a twin that goes on writing, replacing and collecting', async () => {
    let now = Date.now()
    await using home = await openTestStore({ now: () => now, files: { versions: { days: 0, count: 0 }, trashDays: 0 } })
    const { store } = home
    const id = await createAnn(store)
    for (let i = 0; i < 20; i++) await putFile(store, id, `file-${i}`, large(String.fromCharCode(97 + i)))
    const before = await readFiles(store, id)

    // A reader that takes nothing until all of it was replaced and collected meanwhile.
    const out = new PassThrough({ highWaterMark: 1 })
    const written = writeBackup(store, out)
    await new Promise((resolve) => out.once('readable', resolve))
    for (let i = 0; i < 20; i++) await putFile(store, id, `file-${i}`, large(String.fromCharCode(65 + i)))
    now += 3 * 60 * 60_000
    await store.blobs.collect()
    now += 3 * 60 * 60_000
    await store.blobs.collect()
    const [archive, { damaged }] = await Promise.all([buffer(out), written])
    assert.deepEqual(damaged, [])

    await using folder = await temporaryFolder()
    await restore(from(archive), { directory: folder.path, force: false })
    await using restored = await Store.open({ directory: folder.path })
    assert.deepEqual(await readFiles(restored, id), before)
  })

  it('is whole although a content is missing, says which, and restores all the others', async () => {
    await using home = await openTestStore()
    const id = await createAnn(home.store)
    await putFile(home.store, id, 'kept', large('k'))
    await putFile(home.store, id, 'lost', large('l'))
    await putFile(home.store, id, 'rotten', large('r'))
    const [lost, rotten] = await Promise.all(['l', 'r'].map((letter) => blobFile(home.store, large(letter))))
    await rm(lost?.path ?? '')
    await writeFile(rotten?.path ?? '', large('x'))
    const { archive, damaged } = await backupOf(home.store)
    assert.deepEqual(damaged.sort(), [lost?.hash, rotten?.hash].sort())

    await using folder = await temporaryFolder()
    const restored = await restore(from(archive), { directory: folder.path, force: false })
    assert.deepEqual(restored.damaged.sort(), damaged)
    assert.equal((await verify(folder.path)).problemCount, 2)
    assert.ok(existsSync((await blobFile({ directory: folder.path }, large('k'))).path))
  })

  it('leaves nothing behind when its reader goes away, and what a kill left goes at the next start', async () => {
    await using home = await openTestStore()
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the pipe is closed')) })
    const before = await readdir(home.store.directory)
    await assert.rejects(writeBackup(home.store, gone), /the pipe is closed/)
    assert.deepEqual(await readdir(home.store.directory), before)
    await mkdir(join(home.store.directory, 'backup-of-a-killed-twin'))
    await removeUnfinishedBackups(home.store.directory)
    assert.deepEqual(await readdir(home.store.directory), before)
  })

  // HOSTILE 7
  it('makes every sync token from before too old', async () => {
    await using home = await openTestStore()
    const id = await createAnn(home.store)
    await putFile(home.store, id, 'first', Buffer.from('1'))
    const { archive } = await backupOf(home.store)
    await putFile(home.store, id, 'second', Buffer.from('2'))
    const { root, token } = await home.store.read(async (view) => {
      const root = await home.store.files.root(view, id)
      return { root, token: await home.store.files.syncToken(view, root) }
    })

    await using folder = await temporaryFolder()
    await restore(from(archive), { directory: folder.path, force: false })
    await using store = await Store.open({ directory: folder.path })
    const changes = await store.read((view) => store.files.since(view, root.id, token, { limit: 10 }))
    assert.equal(changes, 'tooOld')
    await putFile(store, id, 'another second', Buffer.from('2'))
    const later = await store.read((view) => store.files.since(view, root.id, token, { limit: 10 }))
    assert.equal(later, 'tooOld', 'also when the clock has reached the same position again')
  })
})

describe('restore', () => {
  it('refuses a folder that has data, and changes nothing', async () => {
    await using home = await openTestStore()
    const { archive } = await backupOf(home.store)
    await home.store.close()
    const before = await readdir(home.store.directory)
    await assert.rejects(restore(from(archive), { directory: home.store.directory, force: false }), /--force/)
    assert.deepEqual(await readdir(home.store.directory), before)
  })

  it('refuses a folder that a twin runs on', async () => {
    await using home = await openTestStore()
    const { archive } = await backupOf(home.store)
    const attempt = restore(from(archive), { directory: home.store.directory, force: true })
    await assert.rejects(attempt, (error) => isDomainError(error, 'Conflict'))
  })

  it('with --force moves the present data aside, from where they can come back', async () => {
    await using home = await openTestStore()
    const id = await createAnn(home.store)
    const { archive } = await backupOf(home.store)
    await putFile(home.store, id, 'later', large('l'))
    await home.store.close()
    const { directory } = home.store
    const { aside } = await restore(from(archive), { directory, force: true })
    await using before = await Store.open({ directory: aside ?? '' })
    assert.deepEqual(Object.keys(await readFiles(before, id)), ['later'])
    await using after = await Store.open({ directory })
    assert.deepEqual(await readFiles(after, id), {})
  })

  // HOSTILE 24
  it('leaves present data as they are when the archive is cut off, although --force was said', async () => {
    await using home = await openTestStore()
    const id = await createAnn(home.store)
    await putFile(home.store, id, 'kept', large('k'))
    const { archive } = await backupOf(home.store)
    await home.store.close()
    const { directory } = home.store
    const before = await readdir(directory)
    for (const part of [0.1, 0.5, 0.9]) {
      const cut = archive.subarray(0, Math.floor((archive.length - 2048) * part))
      await assert.rejects(restore(from(cut), { directory, force: true }), /not a whole backup/)
      assert.deepEqual(await readdir(directory), before)
    }
    await using store = await Store.open({ directory })
    assert.deepEqual(await readFiles(store, id), { kept: String(large('k')) })
  })

  it('lets no twin begin on a folder in which a restore was interrupted', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, unfinishedRestore), '')
    await assert.rejects(Store.open({ directory: folder.path }), /was interrupted: run twin restore again/)
    await using home = await openTestStore()
    const { archive } = await backupOf(home.store)
    await restore(from(archive), { directory: folder.path, force: true })
    await using _store = await Store.open({ directory: folder.path })
  })
})

async function blobFile(
  { directory }: { directory: string },
  content: Buffer,
): Promise<{ hash: string; path: string }> {
  const hash = createHash('sha256').update(content).digest('hex')
  return { hash, path: join(directory, 'blobs', hash.slice(0, 2), hash) }
}

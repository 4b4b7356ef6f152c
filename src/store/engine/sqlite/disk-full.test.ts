// A full disk: nobody is told success, what was there is whole, and the twin goes on when there is room.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../../../tests/support/store.ts'
import { isDomainError } from '../../../errors.ts'
import { Store, type Tx } from '../../store.ts'

const put = (tx: Tx, key: string, bytes: number) =>
  tx.db
    .insertInto('setting')
    .values({ key, value: 'x'.repeat(bytes) })
    .execute()

const keys = async (store: Store) => {
  const rows = await store.read((view) => view.db.selectFrom('setting').select('key').orderBy('key').execute())
  return rows.map((row) => row.key).filter((key) => key !== 'epoch')
}

/** A file system of 8 MiB of our own, or a skipped test. */
async function tinyDisk(context: TestContext): Promise<({ path: string } & AsyncDisposable) | undefined> {
  const folder = await temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'twin-test', folder.path], { stdio: 'pipe' })
  } catch {
    await folder[Symbol.asyncDispose]()
    context.skip('needs root to mount a tiny tmpfs')
    return undefined
  }
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Leaves `bytes` free, and answers the function that gives the room back. */
async function fill(path: string, bytes: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(path)
  const filler = join(path, 'filler')
  await writeFile(filler, Buffer.alloc(bavail * bsize - bytes, 1))
  return () => rm(filler)
}

for (const [where, bytes] of [
  ['in the middle of a body', 4_000_000],
  ['at the COMMIT', 600_000],
] as const) {
  test(`when the disk is full ${where} the whole batch is refused and the next write with room is kept`, async (context) => {
    await using disk = await tinyDisk(context)
    if (!disk) return
    const failures: Error[] = []
    const directory = join(disk.path, 'data')
    const store = await Store.open({ directory, onFailure: (error) => failures.push(error) })
    try {
      await store.write((tx) => put(tx, 'old', 1000))
      const makeRoom = await fill(disk.path, 200_000)
      // While the disk is idle a batch takes half of what waits: here the first two.
      const outcomes = await Promise.allSettled([
        store.write((tx) => put(tx, 'before', 10)),
        store.write(async (tx) => {
          for (let i = 0; i < 20; i++) await put(tx, `much${i}`, bytes / 20)
        }),
        store.write(() => Promise.reject(new Error('the second half'))),
        store.write(() => Promise.reject(new Error('the second half'))),
      ])
      for (const outcome of outcomes.slice(0, 2)) {
        assert.ok(isDomainError((outcome as PromiseRejectedResult).reason, 'DiskFull'), outcome.status)
      }
      assert.deepEqual(await keys(store), ['old'])
      await makeRoom()
      await store.write((tx) => put(tx, 'new', 1000))
      assert.deepEqual(await keys(store), ['new', 'old'])
    } finally {
      await store.close()
    }
    assert.deepEqual(failures, [])
    const again = await Store.open({ directory })
    assert.deepEqual(await keys(again), ['new', 'old'])
    await again.close()
  })
}

test('a store that closes on a full disk keeps its WAL, and opens again with room', async (context) => {
  await using disk = await tinyDisk(context)
  if (!disk) return
  const directory = join(disk.path, 'data')
  const store = await Store.open({ directory })
  await store.write((tx) => put(tx, 'old', 500_000))
  const makeRoom = await fill(disk.path, 0)
  await store.close()
  assert.ok(existsSync(join(directory, 'twin.db-wal')), 'the checkpoint cannot have been finished')
  await makeRoom()
  const again = await Store.open({ directory })
  assert.deepEqual(await keys(again), ['old'])
  await again.close()
})

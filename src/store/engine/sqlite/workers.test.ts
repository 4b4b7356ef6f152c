// A worker that dies and a disk that fails are ordinary paths: nothing is acknowledged any more.
import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync } from 'node:fs'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { openTestStore } from '../../../../tests/support/store.ts'
import { WalSync } from './wal-sync.ts'

/** Collects the workers that are started while `work` runs, by the name of their file. */
async function workersOf<T>(work: () => Promise<T>): Promise<{ result: T; workers: Worker[] }> {
  const workers: Worker[] = []
  const collect = (worker: Worker) => workers.push(worker)
  process.on('worker', collect)
  try {
    return { result: await work(), workers }
  } finally {
    process.off('worker', collect)
  }
}

test('a sync that fails refuses everything that waits for it, is never tried again and is reported once', async () => {
  const notSyncable = openSync('/dev/null', 'r')
  const failures: Error[] = []
  const sync = new WalSync({ walFd: notSyncable, onFailure: (error) => failures.push(error) })
  sync.committed()
  const outcomes = await Promise.allSettled([sync.durable(), sync.durable()])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'rejected'],
  )
  sync.committed()
  await assert.rejects(sync.durable(), /could not be synced/)
  assert.equal(failures.length, 1)
  await sync.close()
  closeSync(notSyncable)
})

for (const [index, name] of ['the worker that syncs', 'the checkpoint worker'].entries()) {
  test(`when ${name} dies nothing is acknowledged any more, and the store still closes`, async () => {
    const failed = Promise.withResolvers<Error>()
    const { result: opened, workers } = await workersOf(() => openTestStore({ onFailure: failed.resolve }))
    await using _ = opened
    const { store } = opened
    await (workers[index] as Worker).terminate()
    assert.match((await failed.promise).message, new RegExp(name))
    await assert.rejects(store.write((tx) => tx.db.insertInto('setting').values({ key: 'a', value: 'a' }).execute()))
    await assert.rejects(store.read((view) => view.db.selectFrom('setting').selectAll().execute()))
  })
}

test('a copy that fails says so and the store goes on', async () => {
  await using opened = await openTestStore()
  await assert.rejects(opened.store.copyDatabase('/nowhere/at/all/copy.db'))
  await opened.store.write((tx) => tx.db.insertInto('setting').values({ key: 'a', value: 'a' }).execute())
})

test('close waits for a copy that is being written', async () => {
  await using opened = await openTestStore()
  const copied = opened.store.copyDatabase(`${opened.store.directory}/copy.db`)
  await opened.store.close()
  await copied
})

test('close leaves no -wal behind, and a second close is the first', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await Promise.all([store.close(), store.close()])
  assert.equal(existsSync(`${store.directory}/twin.db-wal`), false)
  await assert.rejects(
    store.read(async () => 1),
    /closed/,
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../tests/support/store.ts'
import { Metrics } from './metrics.ts'
import { reportStore } from './store-metrics.ts'

test('the store tells how much it has written, shared, read and synced', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const metrics = new Metrics()
  reportStore(store, metrics)
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics.text())?.[1])
  const names = [
    'twin_store_writes_total',
    'twin_store_commits_total',
    'twin_store_reads_total',
    'twin_store_syncs_total',
  ]
  const before = names.map(value)
  const put = (key: string) => store.write((tx) => tx.db.insertInto('setting').values({ key, value: '' }).execute())
  await Promise.all(Array.from({ length: 50 }, (_, index) => put(`key-${index}`)))
  await store.read((view) => view.db.selectFrom('setting').selectAll().execute())
  const [writes = 0, commits = 0, reads = 0, syncs = 0] = names.map((name, index) => value(name) - (before[index] ?? 0))
  assert.ok(writes >= 50 && writes < 60, `${writes} writes`) // the store has a few of its own
  assert.ok(commits >= 1 && commits < 50, `${commits} commits`)
  assert.ok(reads >= 1 && reads < 10, `${reads} reads`)
  assert.ok(syncs >= 1 && syncs <= commits, `${syncs} syncs for ${commits} commits`)
  assert.ok(value('twin_store_sync_seconds_total') > 0)
  assert.equal(value('twin_store_writes_waiting'), 0)
  assert.ok(value('twin_disk_free_bytes') > 0)
})

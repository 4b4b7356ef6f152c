// What an owner watches of the store: whether it keeps up, how long the disk takes, and how much room is left.
import { statfsSync } from 'node:fs'
import type { Metrics } from './metrics.ts'
import type { Store } from './store/store.ts'

export function reportStore(store: Store, metrics: Metrics): void {
  metrics.counted('twin_store_writes_total', 'Writes kept or refused', () => store.stats().writes)
  metrics.counted('twin_store_commits_total', 'Transactions that the writes shared', () => store.stats().commits)
  metrics.counted('twin_store_reads_total', 'Reads answered', () => store.stats().reads)
  metrics.gauge('twin_store_writes_waiting', 'Writes that wait for their turn', () => store.stats().waitingWrites)
  metrics.gauge('twin_store_reads_waiting', 'Reads that wait for their turn', () => store.stats().waitingReads)
  metrics.gauge('twin_disk_free_bytes', 'Room left on the disk of the data folder', () => freeBytes(store.directory))
  metrics.gauge('twin_resident_bytes', 'Memory that the process holds', () => process.memoryUsage.rss())
  const walOf = () => store.stats().wal
  if (!walOf()) return
  metrics.counted('twin_store_syncs_total', 'Syncs of the write-ahead log', () => walOf()?.syncs ?? 0)
  metrics.counted('twin_store_sync_seconds_total', 'Time that these syncs took', () => walOf()?.syncSeconds ?? 0)
  metrics.gauge('twin_store_wal_pages', 'Pages of the write-ahead log, when last looked at', () => walOf()?.pages ?? 0)
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

import { fdatasyncSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { WalSyncAnswer, WalSyncWorkerData } from './wal-sync.ts'

const { walFd, commits } = workerData as WalSyncWorkerData
const answer = (message: WalSyncAnswer): void => parentPort?.postMessage(message)

// It begins the next sync by itself: the main thread may be busy when the last one ends.
try {
  for (let durable = 0; ; ) {
    Atomics.wait(commits, 0, durable)
    const upTo = Atomics.load(commits, 0) // read before the sync begins: later commits are not covered
    const began = performance.now()
    fdatasyncSync(walFd)
    durable = upTo
    answer({ durable, milliseconds: performance.now() - began })
  }
} catch (error) {
  answer({ failed: String(error) })
}

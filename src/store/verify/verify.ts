import { Worker } from 'node:worker_threads'

export type Report = {
  /** What is wrong, one sentence each: the first `verifyProblems` of them. */
  problems: string[]
  problemCount: number
  /** Contents hashed again, and their bytes. */
  blobs: number
  bytes: number
  /** Files without a row that a crash left behind; harmless, the collection removes them. */
  orphanFiles: number
}

/** Checks everything a data folder holds, beside a running twin or without one, in a thread of its own. */
export function verify(directory: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: { directory } })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the check stopped with ${code}`)))
  })
}

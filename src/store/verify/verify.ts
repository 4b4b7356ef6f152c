import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { unfinishedBackup } from '../backup/unfinished.ts'
import type { Store } from '../store.ts'

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
export function verify(directory: string, file = join(directory, 'twin.db')): Promise<Report> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: { directory, file } })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the check stopped with ${code}`)))
  })
}

type Checked = Pick<Store, 'dialect' | 'directory' | 'copyDatabase'> & {
  blobs: Pick<Store['blobs'], 'pauseCollection'>
}

/** The same for any database: one that is elsewhere is copied first, and what it refers to is kept meanwhile. */
export async function verifyStore(store: Checked): Promise<Report> {
  if (store.dialect === 'sqlite') return verify(store.directory)
  const folder = await mkdtemp(join(store.directory, unfinishedBackup))
  const resumeCollection = store.blobs.pauseCollection()
  try {
    const copy = join(folder, 'twin.db')
    await store.copyDatabase(copy)
    return await verify(store.directory, copy)
  } finally {
    resumeCollection()
    await rm(folder, { recursive: true, force: true })
  }
}

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { busyMilliseconds } from '../../../limits.ts'

const { file } = workerData as { file: string }
const database = new DatabaseSync(file, { timeout: busyMilliseconds })
// NORMAL, never OFF: the checkpoint syncs the WAL before it copies and the database after.
database.exec('PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'close') {
    database.close()
    parentPort?.close()
    return
  }
  try {
    parentPort?.postMessage({ ...checkpoint.get() })
  } catch (error) {
    parentPort?.postMessage({ failed: String(error) })
  }
})

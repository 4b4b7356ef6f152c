import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointAnswer, CheckpointWorkerData } from './checkpointer.ts'

type State = { log: number; checkpointed: number }

const { file, pagesBeforeCheckpoint } = workerData as CheckpointWorkerData
const database = new DatabaseSync(file)
// NORMAL, never OFF: the checkpoint syncs the WAL before it copies and the database after.
database.exec('PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

function answer(message: 'advance' | 'finish'): CheckpointAnswer {
  try {
    // A short WAL is left alone: a checkpoint costs two syncs.
    const before = look.get() as State
    if (message === 'finish' || before.log - before.checkpointed >= pagesBeforeCheckpoint) checkpoint.get()
    // What PASSIVE answers is the WAL as it was when it began.
    const { log, checkpointed } = look.get() as State
    return { log, checkpointed }
  } catch (error) {
    return { failed: String(error), errcode: (error as { errcode?: number }).errcode }
  }
}

parentPort?.on('message', (message: 'advance' | 'finish' | 'close') => {
  if (message !== 'close') return parentPort?.postMessage(answer(message))
  database.close()
  parentPort?.close()
})

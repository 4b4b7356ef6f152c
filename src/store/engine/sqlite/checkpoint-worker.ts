import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { walPagesBeforeCheckpoint } from '../../../limits.ts'
import type { CheckpointAnswer } from './checkpointer.ts'

type State = { log: number; checkpointed: number }

const { file } = workerData as { file: string }
const database = new DatabaseSync(file)
// NORMAL, never OFF: the checkpoint syncs the WAL before it copies and the database after.
database.exec('PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

/** Leaves a short WAL alone: a checkpoint costs two syncs. */
function advance(): State {
  const state = look.get() as State
  return state.log - state.checkpointed < walPagesBeforeCheckpoint ? state : (checkpoint.get() as State)
}

function answer(message: 'advance' | 'finish'): CheckpointAnswer {
  try {
    const { log, checkpointed } = message === 'advance' ? advance() : (checkpoint.get() as State)
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

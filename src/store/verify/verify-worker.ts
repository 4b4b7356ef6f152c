import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { busyMilliseconds, verifyProblems } from '../../limits.ts'
import { BlobFolder } from '../blobs/folder.ts'
import { checkContents, countOrphanFiles } from './contents.ts'
import { checkStructure } from './structure.ts'
import type { Report } from './verify.ts'

const { directory, file } = workerData as { directory: string; file: string }
const database = new DatabaseSync(file, { timeout: busyMilliseconds })
database.exec('PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0')
const backend = await BlobFolder.open(join(directory, 'blobs'))

const problems: string[] = []
let problemCount = 0
const problem = (text: string): void => {
  problemCount++
  if (problems.length < verifyProblems) problems.push(text)
}

checkStructure(database, problem)
const { blobs, bytes } = await checkContents(database, backend, problem)
const orphanFiles = await countOrphanFiles(database, backend, Date.now())
database.close()
parentPort?.postMessage({ problems, problemCount, blobs, bytes, orphanFiles } satisfies Report)

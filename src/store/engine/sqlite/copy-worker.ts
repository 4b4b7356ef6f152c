import { closeSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { busyMilliseconds } from '../../../limits.ts'

const { from, to } = workerData as { from: string; to: string }
const database = new DatabaseSync(from, { timeout: busyMilliseconds })
database.exec('PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
database.prepare('VACUUM INTO ?').run(to)
database.close()
const copy = openSync(to, 'r')
fsyncSync(copy)
closeSync(copy)

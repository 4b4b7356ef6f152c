import assert from 'node:assert/strict'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { temporaryFolder } from '../../../../tests/support/store.ts'
import { Checkpointer } from './checkpointer.ts'

const bounds = { everyMilliseconds: 1, pagesBeforeCheckpoint: 20, pagesBeforeHold: 200 }
const manyPages = 50_000

/** Changes whenever the WAL begins anew: https://www.sqlite.org/fileformat2.html#walformat */
function saltOf(wal: number): string {
  const salt = Buffer.alloc(8)
  readSync(wal, salt, 0, 8, 16)
  return salt.toString('hex')
}

test('under writes that never rest the WAL begins anew again and again, when they are held', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'db')
  const writer = new DatabaseSync(file, { timeout: 1000 })
  writer.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;
    CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)`)
  const wal = openSync(`${file}-wal`, 'r')
  let held: Promise<void> | undefined
  let holds = 0
  const hold = (work: () => Promise<void>): Promise<void> => {
    holds++
    held = work()
    return held
  }
  const fail = (error: Error) => assert.fail(error)
  const checkpointer = new Checkpointer({ file, bounds, hold, onFailure: fail, verifyWal: () => {} })
  const insert = writer.prepare('INSERT INTO t (data) VALUES (zeroblob(4000))')
  const salts = new Set<string>()
  for (let pages = 0; salts.size < 5 || holds < 3; pages++) {
    assert.ok(pages < manyPages, `begun ${salts.size} times, held ${holds} times`)
    await held
    insert.run()
    salts.add(saltOf(wal))
    checkpointer.committed()
    await nextTurn()
  }
  await checkpointer.close()
  writer.close()
  closeSync(wal)
})

// The store's own tests once more, on PostgreSQL, and those of what is written in the same writes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startPostgresql, whyNoPostgresql } from '../support/postgresql.ts'

/** What is about SQLite itself: its engine, and the checks and archives of its file. */
const ownToSqlite = /^src\/store\/(?:engine\/sqlite|verify|backup)\//

test('the tests of the store pass on PostgreSQL', { skip: whyNoPostgresql() ?? false }, async () => {
  await using server = await startPostgresql()
  const root = new URL('../../', import.meta.url).pathname
  const tests = ['src/store/**/*.test.ts', 'src/federation/scheduling/*.test.ts']
  const files = globSync(tests, { cwd: root }).filter((file) => !ownToSqlite.test(file))
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files], {
    cwd: root,
    env: { ...environment, TWIN_TEST_DATABASE: server.url, TWIN_TEST_RUNS: '10' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  assert.equal(code, 0, `${said}\n${errors}`)
})

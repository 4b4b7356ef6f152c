import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBridge } from '../support/bridge.ts'
import { lacks } from '../support/lacks.ts'
import { run } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

const skip = lacks('litmus')
const suites = { basic: 16, copymove: 13, props: 30, locks: 41, http: 4 } as const
const password = 'correct horse battery'

/** What litmus counted: each suite ends with "of 16 tests run: 16 passed, 0 failed". */
const summaries = (output: string): Record<string, { run: number; passed: number }> =>
  Object.fromEntries(
    [...output.matchAll(/summary for `(\w+)': of (\d+) tests run: (\d+) passed/g)].map(([, name = '', ran, passed]) => [
      name,
      { run: Number(ran), passed: Number(passed) },
    ]),
  )

test('litmus passes over TLS: basic, copymove, props, locks, http', { skip }, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await using folder = await temporaryFolder()
  const url = `https://localhost:${twin.port}/dav/files/ann/`
  const { output } = await run('litmus', ['-k', url, 'ann', password], { cwd: folder.path })
  const counted = summaries(output)
  for (const [suite, tests] of Object.entries(suites)) {
    // litmus itself leaves out `expect100` where there is TLS.
    const expected = suite === 'http' ? tests - 1 : tests
    assert.deepEqual(counted[suite], { run: expected, passed: expected }, output)
  }
})

test('litmus passes the one test that it leaves out over TLS, through a bridge that speaks TLS for it', {
  skip,
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await using folder = await temporaryFolder()
  await using bridge = await openBridge(twin)
  const url = `http://127.0.0.1:${bridge.port}/dav/files/ann/`
  const { output } = await run('litmus', [url, 'ann', password], { cwd: folder.path, env: { TESTS: 'http' } })
  assert.deepEqual(summaries(output).http, { run: suites.http, passed: suites.http }, output)
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Pool } from './pool.ts'

it('runs no more at once than it may, starts them in order, and goes on after a failure', async () => {
  const pool = new Pool(2)
  const started: number[] = []
  let running = 0
  let most = 0
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4].map((number) =>
      pool.run(async () => {
        started.push(number)
        running += 1
        most = Math.max(most, running)
        await Promise.resolve()
        running -= 1
        if (number === 1) throw new Error('refused')
        return number
      }),
    ),
  )
  assert.equal(most, 2)
  assert.deepEqual(started, [0, 1, 2, 3, 4])
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HashQueue } from './hash-queue.ts'

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return { run: () => promise, end: resolve, fail: reject }
}

test('so many run at a time, the others wait their turn', async () => {
  const queue = new HashQueue({ atOnce: 2, places: 10 })
  const order: number[] = []
  const jobs = [work(), work(), work()]
  const done = jobs.map(({ run }, i) =>
    queue.run('unknown', async () => {
      order.push(i)
      await run()
    }),
  )
  await Promise.resolve()
  assert.deepEqual(order, [0, 1])
  jobs[0]?.end()
  await done[0]
  await Promise.resolve()
  assert.deepEqual(order, [0, 1, 2])
  for (const job of jobs) job.end()
  await Promise.all(done)
})

test('strangers who fill the queue leave places to known networks, which go first', async () => {
  const queue = new HashQueue({ atOnce: 1, places: 4 })
  const order: string[] = []
  const running = work()
  const first = queue.run('unknown', running.run)
  const enter = (name: string, lane: 'known' | 'unknown') => queue.run(lane, async () => void order.push(name))
  const strangers = [enter('stranger 1', 'unknown'), enter('stranger 2', 'unknown')]
  await assert.rejects(enter('stranger 3', 'unknown'), { code: 'TooManyRequests' })
  const known = [enter('ann', 'known'), enter('bob', 'known')]
  await assert.rejects(enter('one too many', 'known'), { code: 'TooManyRequests' })
  running.end()
  await Promise.all([first, ...strangers, ...known])
  assert.deepEqual(order, ['ann', 'bob', 'stranger 1', 'stranger 2'])
})

test('work that fails gives its place back', async () => {
  const queue = new HashQueue({ atOnce: 1, places: 1 })
  for (let i = 0; i < 3; i++) {
    await assert.rejects(
      queue.run('known', async () => {
        throw new Error('no')
      }),
    )
  }
  assert.equal(await queue.run('known', async () => 'yes'), 'yes')
})

// The promises of the two queues where a real database cannot be made to misbehave at will.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ReadQueue } from './read-queue.ts'
import { Turns } from './turns.ts'
import type { Session } from './types.ts'
import { WriteQueue } from './write-queue.ts'

class Transient extends Error {}

/** A session that remembers what was asked of it; `on` makes one step misbehave. */
function scripted(on: { commit?: () => void; execute?: (sql: string) => void } = {}) {
  const steps: string[] = []
  let inTransaction = false
  const session: Session = {
    dialect: 'sqlite',
    get inTransaction() {
      return inTransaction
    },
    execute({ sql }) {
      steps.push(sql)
      on.execute?.(sql)
      return { rows: [], changes: 0 }
    },
    begin() {
      inTransaction = true
      steps.push('begin')
    },
    beginRead() {
      inTransaction = true
    },
    endRead() {
      inTransaction = false
    },
    commit() {
      on.commit?.()
      inTransaction = false
      steps.push('commit')
    },
    rollback() {
      inTransaction = false
      steps.push('rollback')
    },
    savepoint() {},
    release() {},
    rollbackToSavepoint() {
      steps.push('undo')
    },
    isTransient: (error) => error instanceof Transient,
  }
  return { session, steps, lose: () => (inTransaction = false) }
}

function queueOver(session: Session, durable: () => Promise<void> = async () => {}) {
  return new WriteQueue({
    session,
    durable,
    syncing: () => true,
    turns: new Turns(),
    onCommitted: () => {},
    onChanged: () => {},
    now: () => 0,
    defaultQuota: null,
    translate: (error) => error,
  })
}

const insert = (name: string) => async (tx: { execute: Session['execute'] | unknown }) => {
  await (tx as { execute(query: object): unknown }).execute({ sql: name, parameters: [] })
  return name
}

test('a batch whose COMMIT throws is refused whole, and the next one goes on', async () => {
  let broken = true
  const { session, steps } = scripted({
    commit() {
      if (broken) throw new Error('no COMMIT')
    },
  })
  const queue = queueOver(session)
  const outcomes = await Promise.allSettled([queue.write(insert('a')), queue.write(insert('b'))])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'rejected'],
  )
  broken = false
  assert.equal(await queue.write(insert('c')), 'c')
  assert.deepEqual(steps, ['begin', 'a', 'b', 'rollback', 'begin', 'c', 'commit'])
})

test('when the transaction is lost in a body, nothing more runs outside of it and the whole batch is refused', async () => {
  const { session, steps, lose } = scripted({
    execute(sql) {
      if (sql !== 'too much') return
      lose()
      throw new Error('database or disk is full')
    },
  })
  const queue = queueOver(session)
  const outcomes = await Promise.allSettled([
    queue.write(insert('before')),
    queue.write(async (tx) => {
      await insert('too much')(tx).catch(() => {})
      await insert('outside')(tx).catch(() => {})
    }),
    queue.write(insert('after')),
  ])
  for (const outcome of outcomes) {
    assert.match(String((outcome as PromiseRejectedResult).reason), /disk is full/)
  }
  assert.deepEqual(steps, ['begin', 'before', 'too much'])
})

test('a body of which a query failed is refused even if it caught the error', async () => {
  const { session, steps } = scripted({
    execute(sql) {
      if (sql === 'bad') throw new Error('UNIQUE constraint failed')
    },
  })
  const queue = queueOver(session)
  await assert.rejects(
    queue.write(async (tx) => {
      await insert('bad')(tx).catch(() => {})
    }),
    /UNIQUE/,
  )
  assert.deepEqual(steps, ['begin', 'bad', 'undo', 'commit'])
})

test('a deadlock or a serialization failure runs the whole batch again', async () => {
  let failures = 2
  const { session, steps } = scripted({
    execute(sql) {
      if (sql === 'b' && failures-- > 0) throw new Transient()
    },
  })
  const queue = queueOver(session)
  assert.deepEqual(await Promise.all([queue.write(insert('a')), queue.write(insert('b'))]), ['a', 'b'])
  assert.deepEqual(steps, ['begin', 'a', 'b', 'rollback', 'begin', 'a', 'b', 'rollback', 'begin', 'a', 'b', 'commit'])
})

test('no promise of a batch settles before the batch is durable, and a failed sync refuses all of them', async () => {
  const sync = Promise.withResolvers<void>()
  const { session, steps } = scripted()
  const queue = queueOver(session, () => sync.promise)
  let settled = 0
  const outcomes = Promise.allSettled([
    queue.write(insert('a')).finally(() => settled++),
    queue.write(() => Promise.reject(new Error('refused'))).finally(() => settled++),
  ])
  while (!steps.includes('commit')) await nextTurn()
  await nextTurn()
  assert.equal(settled, 0)
  sync.reject(new Error('the sync failed'))
  for (const outcome of await outcomes) {
    assert.match(String((outcome as PromiseRejectedResult).reason), /the sync failed/)
  }
})

test('no commit happens while commits are held, not even of a batch that was already on its way', async () => {
  const { session, steps } = scripted()
  const queue = queueOver(session)
  const first = queue.write(insert('a'))
  const held = queue.hold(async () => {
    steps.push('hold')
    const later = queue.write(insert('b'))
    later.catch(() => {})
    await nextTurn()
    await nextTurn()
    steps.push('let go')
  })
  await held
  await first
  await queue.close()
  assert.deepEqual(steps, ['begin', 'a', 'commit', 'hold', 'let go', 'begin', 'b', 'commit'])
})

test('work that throws while commits are held lets them go', async () => {
  const { session } = scripted()
  const queue = queueOver(session)
  await assert.rejects(
    queue.hold(async () => {
      throw new Error('no checkpoint')
    }),
    /no checkpoint/,
  )
  assert.equal(await queue.write(insert('a')), 'a')
})

test('a read waits for every commit that it could have seen, those during its own dawdling too', async () => {
  let committed = 0
  const askedFor: number[] = []
  const { session } = scripted()
  const reads = new ReadQueue({
    session,
    durable: async () => {
      askedFor.push(committed)
    },
    turns: new Turns(),
    now: () => 0,
    translate: (error) => error,
  })
  await reads.read(async () => {
    await new Promise<void>((resolve) => process.nextTick(resolve))
    committed = 1
  })
  assert.deepEqual(askedFor, [1])
})

test('a read that awaits something else is refused and the others go on', async () => {
  const { session } = scripted()
  const reads = new ReadQueue({
    session,
    durable: async () => {},
    turns: new Turns(),
    now: () => 0,
    translate: (error) => error,
  })
  const [stalled, fine] = await Promise.allSettled([reads.read(() => new Promise(() => {})), reads.read(async () => 1)])
  assert.match(String((stalled as PromiseRejectedResult).reason), /awaited something other/)
  assert.deepEqual(fine, { status: 'fulfilled', value: 1 })
})

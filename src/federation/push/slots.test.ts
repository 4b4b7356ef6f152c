import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Kind, Slots } from './slots.ts'

const { signal } = new AbortController()
const of = (...names: string[]): Kind[] => names.map((name) => ({ name, most: 2 }))

/** Who has got in, in their order. */
const enter = (slots: Slots, entered: string[], who: string, kinds: readonly Kind[], until = signal) =>
  slots.take(kinds, until).then((slot) => {
    entered.push(who)
    return slot
  })

test('who waits for a kind that is full holds up no other', async () => {
  const slots = new Slots(3)
  const entered: string[] = []
  const first = await enter(slots, entered, 'a1', of('a'))
  await enter(slots, entered, 'a2', of('a'))
  const third = enter(slots, entered, 'a3', of('a'))
  const other = await enter(slots, entered, 'b1', of('b'))
  assert.deepEqual(entered, ['a1', 'a2', 'b1'])
  const full = enter(slots, entered, 'b2', of('b'))
  other[Symbol.dispose]()
  await full
  assert.deepEqual(entered, ['a1', 'a2', 'b1', 'b2'], 'a3 has come before, and has no room yet')
  first[Symbol.dispose]()
  await third
  assert.equal(entered.at(-1), 'a3')
})

test('one who is of two kinds needs room in both', async () => {
  const slots = new Slots(10)
  const entered: string[] = []
  for (const n of [1, 2]) await enter(slots, entered, `x${n}`, of('ann', `service ${n}`))
  const third = enter(slots, entered, 'x3', of('ann', 'service 3'))
  const bob = await enter(slots, entered, 'y', of('bob', 'service 3'))
  assert.deepEqual(entered, ['x1', 'x2', 'y'])
  const stop = new AbortController()
  const fourth = enter(slots, entered, 'x4', of('ann'), stop.signal)
  stop.abort(new Error('stopped'))
  await assert.rejects(fourth, /stopped/)
  bob[Symbol.dispose]()
  assert.equal(await Promise.race([third.then(() => 'in'), Promise.resolve('waits')]), 'waits')
})

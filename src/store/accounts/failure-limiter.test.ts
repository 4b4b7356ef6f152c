import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  failureMemoryMilliseconds,
  failureWaitFirst,
  failureWaitMost,
  freeFailures,
  freeFailuresShared,
} from '../../limits.ts'
import { FailureLimiter, type Guess, type Verdict } from './failure-limiter.ts'

const start = 1_800_000_000_000
const day = 24 * 60 * 60_000

function limiterAt(most?: number) {
  const clock = { now: start }
  return { clock, limiter: new FailureLimiter(() => clock.now, most) }
}

let guesses = 0
const guess = (change: Partial<Guess> = {}): Guess => ({
  account: 'ann',
  network: '192.0.2.1',
  known: false,
  key: `wrong ${guesses++}`,
  ...change,
})

const fail = (limiter: FailureLimiter, of: Guess): Verdict => {
  const verdict = limiter.begin(of)
  if (verdict.allowed) verdict.failed()
  return verdict
}

test('the first failures are free, then each wait is twice the one before, up to the longest', () => {
  const { clock, limiter } = limiterAt()
  for (let i = 0; i < freeFailures; i++) assert.equal(fail(limiter, guess({ known: true })).allowed, true)
  let expected = failureWaitFirst
  for (let i = 0; i < 15; i++) {
    assert.deepEqual(fail(limiter, guess({ known: true })), { allowed: false, reason: 'wait', wait: expected })
    clock.now += expected
    assert.equal(fail(limiter, guess({ known: true })).allowed, true)
    expected = Math.min(expected * 2, failureWaitMost)
  }
})

test('a guess that comes too early does not prolong the wait', () => {
  const { clock, limiter } = limiterAt()
  for (let i = 0; i < freeFailures; i++) fail(limiter, guess())
  for (let i = 0; i < 100; i++) assert.equal(fail(limiter, guess()).allowed, false)
  clock.now += failureWaitFirst
  assert.equal(fail(limiter, guess()).allowed, true)
})

test('guesses that run at the same time are counted before any has failed', () => {
  const { limiter } = limiterAt()
  const verdicts = Array.from({ length: 100 }, () => limiter.begin(guess()))
  assert.equal(verdicts.filter(({ allowed }) => allowed).length, freeFailures)
})

test('success clears what the network had failed, and takes back what it had reserved elsewhere', () => {
  const { limiter } = limiterAt()
  for (let round = 0; round < 10 * freeFailuresShared; round++) {
    const verdict = limiter.begin(guess())
    assert.ok(verdict.allowed, `sign-in ${round}`)
    verdict.succeeded()
  }
})

test('the same wrong password again is a device with an old one: it is neither counted nor let through', () => {
  const { limiter } = limiterAt()
  const stale = guess({ known: true, key: 'the old password' })
  assert.equal(fail(limiter, stale).allowed, true)
  for (let i = 0; i < 1000; i++) assert.deepEqual(limiter.begin(stale), { allowed: false, reason: 'wrong-again' })
  const right = limiter.begin(guess({ known: true }))
  assert.equal(right.allowed, true, 'another device of the same network still signs in')
})

test('a botnet on one account gets a bounded number of guesses a day, however many networks it has', () => {
  const { clock, limiter } = limiterAt()
  let through = 0
  let network = 0
  for (const end = start + day; clock.now < end; clock.now += 1000) {
    if (fail(limiter, guess({ network: `net ${network++}` })).allowed) through++
    if (clock.now === start)
      for (let i = 0; i < 1000; i++) if (fail(limiter, guess({ network: `net ${network++}` })).allowed) through++
  }
  assert.ok(through <= freeFailuresShared + 20 + day / failureWaitMost, `${through} guesses in a day`)
})

test('one network that tries one password on many accounts is slowed down, too', () => {
  const { limiter } = limiterAt()
  let through = 0
  for (let i = 0; i < 1000; i++) if (fail(limiter, guess({ account: `person${i}` })).allowed) through++
  assert.equal(through, freeFailuresShared)
})

test('a network that is at home here is never kept out by what others did', () => {
  const others = fc.record({ account: fc.constantFrom('ann', 'bob'), network: fc.constantFrom('a', 'b', 'c') })
  const home = fc.constant('home' as const)
  const waits = fc.record({ wait: fc.integer({ min: 0, max: 3_600_000 }) })
  fc.assert(
    fc.property(fc.array(fc.oneof(others, home, waits), { maxLength: 200 }), (events) => {
      const crowded = limiterAt()
      const alone = limiterAt()
      for (const event of events) {
        if (event === 'home') {
          const own = guess({ known: true, network: 'home' })
          const [a, b] = [fail(crowded.limiter, own), fail(alone.limiter, own)]
          assert.deepEqual(
            { ...a, succeeded: 0, failed: 0, cancelled: 0 },
            { ...b, succeeded: 0, failed: 0, cancelled: 0 },
          )
        } else if ('wait' in event) {
          crowded.clock.now += event.wait
          alone.clock.now += event.wait
        } else fail(crowded.limiter, guess(event))
      }
    }),
  )
})

test('a count is forgotten a day after the last failure', () => {
  const { clock, limiter } = limiterAt()
  for (let i = 0; i < 60; i++) {
    fail(limiter, guess())
    clock.now += failureWaitMost
  }
  clock.now += failureMemoryMilliseconds
  for (let i = 0; i < freeFailures; i++) assert.equal(fail(limiter, guess()).allowed, true)
})

test('counts take bounded memory', () => {
  const { limiter } = limiterAt(1000)
  for (let i = 0; i < 100_000; i++) fail(limiter, guess({ account: `a${i}`, network: `n${i}` }))
  assert.ok(limiter.size <= 1000)
})

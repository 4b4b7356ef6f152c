import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UidList } from './uid-list.ts'
import type { NumberRange } from './wire/scanner.ts'

const uids = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b))
const bound = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constant(Number.POSITIVE_INFINITY))
const range = fc.tuple(bound, bound).map(([a, b]): NumberRange => [Math.min(a, b), Math.max(a, b)])

test('RFC 9051 §9 sequence-set: the ranges found name what a set names, whatever it is', () => {
  fc.assert(
    fc.property(uids, fc.array(range), fc.boolean(), (list, ranges, isUid) => {
      const last = isUid ? (list.at(-1) ?? 0) : list.length
      const expected = list.filter((uid, index) => {
        const named = isUid ? uid : index + 1
        return ranges.some(([from, to]) => {
          const [low, high] = [Math.min(from, last), to === Number.POSITIVE_INFINITY ? last : to]
          return isUid
            ? (from === Number.POSITIVE_INFINITY ? last : from) <= named && named <= high
            : low <= named && named <= high
        })
      })
      const found = new UidList(Uint32Array.from(list)).uidRanges(ranges, isUid)
      assert.deepEqual(
        list.filter((uid) => found.some(([from, to]) => from <= uid && uid <= to)),
        expected,
      )
    }),
  )
})

test('numbers move up when a message goes, and new ones come at the end', () => {
  const list = new UidList(Uint32Array.of(2, 5, 9))
  list.remove(2)
  list.append(12)
  assert.deepEqual([list.at(1), list.at(2), list.at(3), list.at(4)], [2, 9, 12, undefined])
  assert.deepEqual([list.numberOf(5), list.numberOf(9), list.last], [undefined, 2, 12])
})

// State resolution (Matrix v1.19 Rooms, "State resolution"): what comes of known quarrels, and that the order in which a
// server learns of them changes nothing.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TestRoom } from '../../../../tests/support/matrix-room.ts'
import { ownString } from '../json.ts'
import type { Event } from '../pdu.ts'
import { entryName } from '../room-state.ts'
import { roomVersions } from '../room-versions.ts'
import { conflictedSubgraph } from './auth-chains.ts'

const [ann, bob, eve, zoe] = ['@ann:a', '@bob:b', '@eve:e', '@zoe:z']
const all = [...roomVersions.keys()]
const since2 = all.filter((id) => id !== '1')

/** Ann's public room with Bob (50) and Eve (0) in it. */
function quarrel(version: string): { room: TestRoom; end: Event; owner: Record<string, number> } {
  const room = new TestRoom(version)
  const owner: Record<string, number> = room.version.creatorsAboveAll ? {} : { [ann]: 100 }
  let end = room.joinRule(ann, 'public', [room.create(ann)])
  end = room.levels(ann, { ...owner, [bob]: 50 }, [end])
  end = room.member(eve, 'join', [room.member(bob, 'join', [end])])
  return { room, end, owner }
}

const membership = (room: TestRoom, ends: readonly Event[], user: string) => {
  const member = room.lookup(room.resolved(ends))('m.room.member', user)
  return member && ownString(member.content, 'membership')
}
const topic = (room: TestRoom, ends: readonly Event[]) => {
  const event = room.lookup(room.resolved(ends))('m.room.topic', '')
  return event && ownString(event.content, 'topic')
}

for (const version of since2) {
  describe(`in a room of version ${version}`, () => {
    it('a ban stands against what the banned did meanwhile', () => {
      const { room, end } = quarrel(version)
      const banned = room.member(bob, 'ban', [end], ann)
      const meanwhile = room.topic(bob, 'mine', [end])
      assert.equal(membership(room, [banned, meanwhile], bob), 'ban')
      assert.equal(topic(room, [banned, meanwhile]), undefined)
    })

    it('who lost their power loses what they did with it meanwhile, though it is later', () => {
      const { room, end, owner } = quarrel(version)
      const demoted = room.levels(ann, { ...owner, [bob]: 0 }, [end])
      const meanwhile = room.topic(bob, 'mine', [room.member(eve, 'leave', [end], bob)])
      assert.equal(topic(room, [demoted, meanwhile]), undefined)
      assert.equal(membership(room, [demoted, meanwhile], eve), 'join')
    })

    it('of two who take power from each other the one with more of it stays', () => {
      const { room, end, owner } = quarrel(version)
      const grown = room.levels(ann, { ...owner, [bob]: 50, [eve]: 50 }, [end], {
        events: { 'm.room.power_levels': 50 },
      })
      const byAnn = room.levels(ann, { ...owner, [bob]: 0, [eve]: 50 }, [grown])
      const byBob = room.member(zoe, 'ban', [grown], bob)
      assert.equal(membership(room, [byAnn, byBob], zoe), undefined)
      const state = room.lookup(room.resolved([byAnn, byBob]))
      assert.equal(state('m.room.power_levels', '')?.id, byAnn.id)
    })

    it('a room that was closed stays closed to those who came in meanwhile', () => {
      const { room, end } = quarrel(version)
      const closed = room.joinRule(ann, 'invite', [end])
      const came = room.member(zoe, 'join', [end])
      assert.equal(membership(room, [closed, came], zoe), undefined)
    })

    it('between equal rights the later one stands', () => {
      const { room, end } = quarrel(version)
      const first = room.topic(ann, 'first', [end])
      const second = room.topic(bob, 'second', [end])
      assert.equal(topic(room, [first, second]), 'second')
      assert.equal(topic(room, [second, first]), 'second')
    })

    it('what was made under older levels gives way to what was made under newer ones', () => {
      const { room, end, owner } = quarrel(version)
      const newer = room.levels(ann, { ...owner, [bob]: 50, [eve]: 1 }, [end])
      const underNew = room.topic(ann, 'under the new', [newer])
      const underOld = room.topic(bob, 'under the old', [end])
      assert.ok(underOld.originServerTs > underNew.originServerTs)
      assert.equal(topic(room, [underNew, underOld]), 'under the new')
    })

    it('what all agree on stays', () => {
      const { room, end } = quarrel(version)
      const [left, right] = [room.topic(ann, 'left', [end]), room.topic(ann, 'right', [end])]
      const resolved = room.resolved([left, right])
      for (const [name, id] of room.after(end)) assert.equal(resolved.get(name), id)
    })
  })
}

describe('version 1', () => {
  it('takes the greatest depth, and the levels that all others allow', () => {
    const { room, end } = quarrel('1')
    const shallow = room.topic(bob, 'shallow', [end])
    const deep = room.topic(ann, 'deep', [room.message(ann, [end])])
    assert.equal(topic(room, [shallow, deep]), 'deep')
    assert.equal(topic(room, [deep, shallow]), 'deep')
    const demoted = room.levels(ann, { [ann]: 100, [bob]: 0 }, [end])
    const grown = room.levels(ann, { [ann]: 100, [bob]: 60 }, [room.message(ann, [end])])
    const state = room.lookup(room.resolved([demoted, grown]))
    assert.equal(state('m.room.power_levels', '')?.id, grown.id)
  })
})

it('the conflicted state subgraph is the paths between conflicted events, with their ends', () => {
  const { room, end, owner } = quarrel('12')
  const between = room.levels(ann, { ...owner, [bob]: 60 }, [end])
  const beside = room.member(zoe, 'join', [end])
  const last = room.levels(ann, { ...owner, [bob]: 70 }, [between])
  const first = room.lookup(room.after(end))('m.room.power_levels', '') as Event
  const subgraph = conflictedSubgraph(new Set([first.id, last.id]), room)
  assert.deepEqual(subgraph, new Set([first.id, between.id, last.id]))
  assert.ok(!subgraph.has(beside.id))
})

describe('any quarrel', () => {
  const step = fc.record({
    who: fc.constantFrom(ann, bob, eve, zoe),
    whom: fc.constantFrom(ann, bob, eve, zoe),
    what: fc.constantFrom('topic', 'join', 'leave', 'ban', 'levels', 'close', 'open', 'message'),
    level: fc.constantFrom(0, 25, 50, 75),
    ends: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
  })

  /** Plays the steps that the rules allow, each after some of the room's latest events; gives what nobody follows. */
  function play(version: string, steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
    const { room, end, owner } = quarrel(version)
    const latest = [end]
    for (const { who, whom, what, level, ends } of steps) {
      const previous = [...new Set(ends.map((index) => latest[index % latest.length] as Event))]
      const state = (type: string, content: Record<string, string>) => ({ type, sender: who, stateKey: '', content })
      const drafts = {
        topic: state('m.room.topic', { topic: `${who} ${latest.length}` }),
        message: { type: 'm.room.message', sender: who },
        close: state('m.room.join_rules', { join_rule: 'invite' }),
        open: state('m.room.join_rules', { join_rule: 'public' }),
        join: { type: 'm.room.member', sender: who, stateKey: who, content: { membership: 'join' } },
        leave: { type: 'm.room.member', sender: who, stateKey: whom, content: { membership: 'leave' } },
        ban: { type: 'm.room.member', sender: who, stateKey: whom, content: { membership: 'ban' } },
        levels: {
          type: 'm.room.power_levels',
          sender: who,
          stateKey: '',
          content: { users: { ...owner, [bob]: 50, [eve]: level }, events: { 'm.room.power_levels': 50 } },
        },
      }
      if (room.problem(drafts[what], previous) !== undefined) continue
      latest.push(room.send(drafts[what], previous))
      if (latest.length > 8) latest.shift()
    }
    return { room, ends: latest.slice(-4) }
  }

  for (const version of ['1', '2', '6', '11', '12']) {
    it(`has one end in version ${version}, in whatever order its parts come`, () => {
      const seed = process.env.TWIN_TEST_SEED === undefined ? {} : { seed: Number(process.env.TWIN_TEST_SEED) }
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const { room, ends } = play(version, steps)
          const sorted = (state: ReadonlyMap<string, string>) => [...state].sort(([a], [b]) => (a < b ? -1 : 1))
          const resolved = room.resolved(ends)
          assert.deepEqual(sorted(room.resolved([...ends].reverse())), sorted(resolved))
          assert.deepEqual(sorted(room.resolved([...ends, ...ends])), sorted(resolved), 'hearing it twice')
          assert.ok(resolved.has(entryName('m.room.create', '')))
          assert.ok(resolved.has(entryName('m.room.member', ann)))
        }),
        { numRuns: 60, ...seed },
      )
    })
  }
})

// The authorization rules (Matrix v1.19 Rooms), told as what people try in a room, in each version that it concerns.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { TestRoom } from '../../../tests/support/matrix-room.ts'
import { authEventsProblem } from './auth-events.ts'
import type { JsonObject } from './json.ts'
import type { Event } from './pdu.ts'
import { roomVersions } from './room-versions.ts'
import { signJson } from './signatures.ts'

const [ann, bob, eve] = ['@ann:a', '@bob:b', '@eve:e']
const all = [...roomVersions.keys()]
const since = (first: number) => all.filter((id) => Number(id) >= first)
const until = (last: number) => all.filter((id) => Number(id) <= last)

/** Ann's room, open to all, with Bob in it; Ann has 100 (from version 12 on she is above all), Bob 50. */
function annsRoom(version: string, levels: JsonObject = {}): { room: TestRoom; end: Event } {
  const room = new TestRoom(version)
  let end = room.create(ann)
  end = room.joinRule(ann, 'public', [end])
  const users: Record<string, number> = room.version.creatorsAboveAll ? { [bob]: 50 } : { [ann]: 100, [bob]: 50 }
  end = room.levels(ann, users, [end], levels)
  return { room, end: room.member(bob, 'join', [end]) }
}

const member = (sender: string, target: string, membership: string, content: JsonObject = {}) => ({
  type: 'm.room.member',
  sender,
  stateKey: target,
  content: { membership, ...content },
})

for (const version of all) {
  describe(`in a room of version ${version}`, () => {
    it('who is not in it says nothing, who is banned stays out', () => {
      const { room, end } = annsRoom(version)
      assert.match(room.problem({ type: 'm.room.message', sender: eve }, [end]) ?? '', /not in the room/)
      const banned = room.member(eve, 'ban', [end], ann)
      assert.match(room.problem(member(eve, eve, 'join'), [banned]) ?? '', /banned/)
      assert.match(room.problem(member(bob, eve, 'invite'), [banned]) ?? '', /"ban"/)
      assert.match(room.problem(member(eve, eve, 'leave'), [banned]) ?? '', /not in the room/)
      const forgiven = room.member(eve, 'leave', [banned], ann)
      assert.equal(room.problem(member(eve, eve, 'join'), [forgiven]), undefined)
    })

    it('nobody removes whom they are not above', () => {
      const { room, end } = annsRoom(version)
      const joined = room.member(eve, 'join', [end])
      assert.match(room.problem(member(bob, ann, 'leave'), [joined]) ?? '', /may not remove/)
      assert.match(room.problem(member(bob, ann, 'ban'), [joined]) ?? '', /may not ban/)
      assert.match(room.problem(member(eve, bob, 'leave'), [joined]) ?? '', /may not remove/)
      assert.equal(room.problem(member(bob, eve, 'leave'), [joined]), undefined)
      assert.equal(room.problem(member(ann, bob, 'ban'), [joined]), undefined)
    })

    it('nobody joins for another, and nobody sets state that is named after another', () => {
      const { room, end } = annsRoom(version)
      assert.match(room.problem(member(bob, eve, 'join'), [end]) ?? '', /for somebody else/)
      const state = { type: 'org.example.note', sender: bob, stateKey: ann }
      assert.match(room.problem(state, [end]) ?? '', /another user's/)
      assert.equal(room.problem({ ...state, stateKey: bob }, [end]), undefined)
    })

    it('an unknown membership, or none, is refused', () => {
      const { room, end } = annsRoom(version)
      assert.ok(room.problem(member(bob, bob, 'visit'), [end]))
      assert.ok(room.problem({ type: 'm.room.member', sender: bob, stateKey: bob }, [end]))
      assert.ok(room.problem({ type: 'm.room.member', sender: bob, content: { membership: 'join' } }, [end]))
    })

    it('nobody gives more than they have, or takes from an equal', () => {
      const { room, end } = annsRoom(version, { events: { 'm.room.power_levels': 50, 'm.room.topic': 60 } })
      const owner = room.version.creatorsAboveAll ? {} : { [ann]: 100 }
      const events = { 'm.room.power_levels': 50, 'm.room.topic': 60 }
      const problem = (content: JsonObject) =>
        room.problem({ type: 'm.room.power_levels', sender: bob, stateKey: '', content }, [end])
      const users = { ...owner, [bob]: 50 }
      assert.equal(problem({ users: { ...users, [eve]: 50 }, events }), undefined)
      assert.equal(problem({ users: owner, events }), undefined, 'one may step down')
      assert.ok(problem({ users: { ...users, [eve]: 51 }, events }))
      assert.ok(problem({ users: { ...owner, [bob]: 51 }, events }))
      assert.ok(problem({ users, events: { 'm.room.power_levels': 50 } }), 'what is above one is not removed')
      assert.ok(problem({ users, events: { ...events, 'm.room.name': 51 } }))
      assert.ok(problem({ users, events, ban: 51 }))
      assert.ok(problem({ users: { ...users, nobody: 1 }, events }))
      assert.ok(problem({ users: [bob], events }))
      const equals = room.levels(bob, { ...users, [eve]: 50 }, [end], { events })
      const without = { type: 'm.room.power_levels', sender: bob, stateKey: '', content: { users, events } }
      assert.match(room.problem(without, [equals]) ?? '', /equal/)
    })

    it('an event lists the state that allows it, and nothing else', () => {
      const { room, end } = annsRoom(version)
      const message = room.message(bob, [end])
      const rules = { version: room.version, rejected: () => false }
      const listed = message.authEvents.map((id) => room.event(id))
      assert.equal(authEventsProblem(message, listed, rules), undefined)
      assert.match(authEventsProblem(message, [...listed, listed[0] as Event], rules) ?? '', /two of/)
      const joinRules = [...room.events.values()].find((event) => event.type === 'm.room.join_rules') as Event
      assert.match(authEventsProblem(message, [...listed, joinRules], rules) ?? '', /not for it/)
      assert.match(authEventsProblem(message, listed, { ...rules, rejected: () => true }) ?? '', /was rejected/)
      const elsewhere = { ...(listed[0] as Event), roomId: '!other:a' }
      assert.match(authEventsProblem(message, [elsewhere, ...listed.slice(1)], rules) ?? '', /another room/)
      const isCreate = (event: Event) => event.type === 'm.room.create'
      assert.equal(listed.some(isCreate), version !== '12')
      if (version === '12') return
      const others = listed.filter((event) => !isCreate(event))
      assert.match(authEventsProblem(message, others, rules) ?? '', /no m.room.create/)
    })

    it('a room that is not federated takes nobody from elsewhere', () => {
      const room = new TestRoom(version)
      const end = room.joinRule(ann, 'public', [room.create(ann, { 'm.federate': false })])
      assert.match(room.problem(member(bob, bob, 'join'), [end]) ?? '', /not federated/)
      assert.equal(room.problem(member('@amy:a', '@amy:a', 'join'), [end]), undefined)
    })
  })
}

describe('who made the room', () => {
  it('is told by the content until version 10, and by the sender since', () => {
    for (const version of all) {
      const room = new TestRoom(version)
      const content = { room_version: version, ...(Number(version) < 11 ? { creator: bob } : {}) }
      const create = room.send({ type: 'm.room.create', sender: '@ann:a', stateKey: '', content }, [])
      const [first, second] = Number(version) < 11 ? [bob, ann] : [ann, bob]
      assert.equal(room.problem(member(first, first, 'join'), [create]), undefined)
      assert.ok(room.problem(member(second, second, 'join'), [create]))
    }
  })

  it('must be told until version 10', () => {
    for (const version of all) {
      const send = () =>
        new TestRoom(version).send({ type: 'm.room.create', sender: ann, stateKey: '', content: {} }, [])
      if (Number(version) < 11) assert.throws(send, /"creator"/)
      else send()
    }
  })

  it('stands above all levels since version 12, with others named at the beginning', () => {
    const room = new TestRoom('12')
    let end = room.create(ann, { additional_creators: [bob] })
    end = room.joinRule(ann, 'public', [end])
    end = room.levels(ann, { [eve]: 1000 }, [end])
    end = room.member(eve, 'join', [room.member(bob, 'join', [end])])
    assert.match(room.problem(member(eve, bob, 'ban'), [end]) ?? '', /may not ban/)
    assert.match(room.problem(member(ann, bob, 'ban'), [end]) ?? '', /may not ban/)
    assert.equal(room.problem(member(bob, eve, 'ban'), [end]), undefined)
    const content = { users: { [bob]: 100 } }
    const levels = { type: 'm.room.power_levels', sender: ann, stateKey: '', content }
    assert.match(room.problem(levels, [end]) ?? '', /above all/)
    assert.throws(() => new TestRoom('12').create(ann, { additional_creators: ['bob'] }), /list of users/)
  })

  it('makes it in no room since version 12, whose events are of the room that its hash names', () => {
    const { room, end } = annsRoom('12')
    assert.match(end.roomId, /^![A-Za-z0-9_-]{43}$/)
    const other = annsRoom('12').room
    const create = [...other.events.values()][0] as Event
    assert.equal(create.roomId, `!${create.id.slice(1)}`)
    assert.ok(!room.events.has(create.id) || create.roomId === end.roomId)
  })
})

describe('ways in', () => {
  const closed = (version: string, rule: string) => {
    const room = new TestRoom(version)
    return { room, end: room.joinRule(ann, rule, [room.create(ann)]) }
  }

  it('are an invitation, which anybody above the level may give', () => {
    for (const version of all) {
      const { room, end } = closed(version, 'invite')
      assert.match(room.problem(member(bob, bob, 'join'), [end]) ?? '', /not invited/)
      const invited = room.member(bob, 'invite', [end], ann)
      assert.equal(room.problem(member(bob, bob, 'join'), [invited]), undefined)
      assert.equal(room.problem(member(bob, bob, 'leave'), [invited]), undefined)
    }
  })

  it('are knocking, since version 7', () => {
    for (const version of all) {
      const { room, end } = closed(version, 'knock')
      const problem = room.problem(member(bob, bob, 'knock'), [end])
      if (Number(version) < 7) {
        assert.ok(problem)
        continue
      }
      assert.equal(problem, undefined)
      assert.match(room.problem(member(eve, bob, 'knock'), [end]) ?? '', /somebody else/)
      const knocked = room.member(bob, 'knock', [end])
      assert.match(room.problem(member(bob, bob, 'join'), [knocked]) ?? '', /not invited/)
      const invited = room.member(bob, 'invite', [knocked], ann)
      assert.equal(room.problem(member(bob, bob, 'join'), [invited]), undefined)
      assert.ok(room.problem(member(bob, bob, 'knock'), [invited]))
    }
  })

  it('are another room, since version 8, where somebody inside vouches for it', () => {
    for (const version of all) {
      const { room, end } = closed(version, 'restricted')
      const by = (user: string) => member(bob, bob, 'join', { join_authorised_via_users_server: user })
      if (Number(version) < 8) {
        assert.match(room.problem(by(ann), [end]) ?? '', /lets nobody in/)
        continue
      }
      assert.equal(room.problem(by(ann), [end]), undefined)
      assert.match(room.problem(by(eve), [end]) ?? '', /vouches/)
      assert.match(room.problem(member(bob, bob, 'join'), [end]) ?? '', /vouches/)
    }
  })

  it('are both, since version 10', () => {
    for (const version of all) {
      const { room, end } = closed(version, 'knock_restricted')
      const knock = room.problem(member(bob, bob, 'knock'), [end])
      const join = room.problem(member(bob, bob, 'join', { join_authorised_via_users_server: ann }), [end])
      assert.equal(knock === undefined, Number(version) >= 10)
      assert.equal(join === undefined, Number(version) >= 10)
    }
  })

  it('are an invitation by e-mail that its server signed', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
    const { room, end } = closed('12', 'invite')
    const content = { display_name: 'b…', public_keys: [{ public_key: raw }] }
    const asked = room.send({ type: 'm.room.third_party_invite', sender: ann, stateKey: 'token', content }, [end])
    const key = { id: 'ed25519:0', privateKey }
    const invite = (signed: JsonObject) => member(ann, bob, 'invite', { third_party_invite: { signed } })
    const proof = signJson({ mxid: bob, token: 'token' }, 'id.example', key)
    assert.equal(room.problem(invite(proof), [asked]), undefined)
    assert.ok(room.problem(invite({ ...proof, token: 'other' }), [asked]))
    assert.ok(room.problem(invite({ ...proof, mxid: eve }), [asked]))
    assert.ok(room.problem(invite({ ...proof, more: true }), [asked]), 'the signature is over all of it')
  })
})

describe('what versions read differently', () => {
  it('levels as texts count until version 9', () => {
    for (const version of all) {
      const { room, end } = annsRoom(version)
      const owner = room.version.creatorsAboveAll ? {} : { [ann]: 100 }
      const content = { users: { ...owner, [bob]: ' +050 ' }, users_default: '5' }
      const problem = room.problem({ type: 'm.room.power_levels', sender: ann, stateKey: '', content }, [end])
      assert.equal(problem === undefined, Number(version) < 10, version)
    }
  })

  it('levels of notifications are guarded since version 6', () => {
    const events = { 'm.room.power_levels': 50 }
    for (const version of all) {
      const { room, end } = annsRoom(version, { events, notifications: { room: 100 } })
      const owner = room.version.creatorsAboveAll ? {} : { [ann]: 100 }
      const content = { users: { ...owner, [bob]: 50 }, events, notifications: { room: 0 } }
      const problem = room.problem({ type: 'm.room.power_levels', sender: bob, stateKey: '', content }, [end])
      assert.equal(problem === undefined, Number(version) < 6, version)
    }
  })

  it('aliases have a rule of their own until version 5', () => {
    for (const version of until(5)) {
      const { room, end } = annsRoom(version)
      const aliases = (stateKey: string) => ({ type: 'm.room.aliases', sender: eve, stateKey })
      assert.equal(room.problem(aliases('e'), [end]), undefined, 'not even being in the room is asked for')
      assert.match(room.problem(aliases('a'), [end]) ?? '', /another server/)
    }
    for (const version of since(6)) {
      const { room, end } = annsRoom(version)
      assert.ok(room.problem({ type: 'm.room.aliases', sender: eve, stateKey: 'e' }, [end]))
    }
  })

  it('power over redactions is asked for with the event until version 2', () => {
    for (const version of all) {
      const { room, end } = annsRoom(version)
      const joined = room.member(eve, 'join', [end])
      const said = room.message(ann, [joined])
      const redaction = { type: 'm.room.redaction', sender: eve, redacts: said.id }
      assert.equal(room.problem(redaction, [said]) === undefined, Number(version) >= 3, version)
      const own = room.message(eve, [said])
      assert.equal(room.problem({ ...redaction, redacts: own.id }, [own]), undefined)
    }
  })
})

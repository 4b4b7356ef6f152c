// Owner and sharee at once: whatever comes first, each request is answered whole and the store is consistent after it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openHouse, type TestHouse } from '../../../../tests/support/sharing.ts'
import { verifyStore } from '../../../store/verify/verify.ts'

const rounds = 5

const share = (house: TestHouse, access: string) =>
  house.ask('ann', 'POST', 'files/ann/Plans/', {
    body: `<D:share-resource xmlns:D="DAV:"><D:sharee><D:href>mailto:bob@localhost</D:href><D:share-access><D:${access}/></D:share-access></D:sharee></D:share-resource>`,
    headers: { 'content-type': 'application/davsharing+xml' },
  })

const reply = (house: TestHouse, uid: string, answer: string) =>
  house.ask('bob', 'POST', 'files/bob/', {
    body: `<CS:invite-reply xmlns:CS="http://calendarserver.org/ns/"><CS:invite-${answer}/><CS:in-reply-to>${uid}</CS:in-reply-to></CS:invite-reply>`,
    headers: { 'content-type': 'application/xml' },
  })

const invited = async (house: TestHouse): Promise<string> =>
  /(invite-\d+)\.xml/.exec((await house.listed('bob', 'notifications/bob/')).at(-1) ?? '')?.[1] ?? ''

const consistent = async (house: TestHouse, answers: readonly { status: number }[]): Promise<void> => {
  assert.deepEqual(
    answers.filter(({ status }) => status >= 500),
    [],
  )
  assert.deepEqual((await verifyStore(house.store)).problems, [])
}

describe('owner and sharee at once', () => {
  it('an invitation that is accepted while it is taken back is in the home or not, and no more in it after that', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await house.ask('ann', 'MKCOL', 'files/ann/Plans')
    for (let round = 0; round < rounds; round++) {
      await share(house, 'read-write')
      const uid = await invited(house)
      const answers = await Promise.all([
        reply(house, uid, 'accepted'),
        share(house, 'no-access'),
        reply(house, uid, 'accepted'),
        reply(house, uid, 'declined'),
      ])
      await consistent(house, answers)
      assert.deepEqual(await house.listed('bob', 'files/bob/'), ['files/bob/'])
      assert.equal(await invited(house), '')
    }
  })

  it('the same offered many times at once is one share', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await house.ask('ann', 'MKCOL', 'files/ann/Plans')
    const answers = await Promise.all(
      ['read', 'read-write', 'read', 'read-write'].map((access) => share(house, access)),
    )
    await consistent(house, answers)
    assert.equal((await house.listed('bob', 'notifications/bob/')).length, 2)
    const uid = await invited(house)
    await consistent(house, await Promise.all([reply(house, uid, 'accepted'), reply(house, uid, 'accepted')]))
    assert.deepEqual(await house.listed('bob', 'files/bob/'), ['files/bob/', 'files/bob/Plans/'])
  })

  it('a folder that is moved out while it is taken back is in one place whole', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await house.ask('ann', 'MKCOL', 'files/ann/Plans')
    for (let round = 0; round < rounds; round++) {
      await house.ask('ann', 'MKCOL', `files/ann/Plans/Tree${round}`)
      await house.put('ann', `files/ann/Plans/Tree${round}/a.txt`, 'a')
      await share(house, 'read-write')
      await reply(house, await invited(house), 'accepted')
      const answers = await Promise.all([
        house.transfer('bob', 'MOVE', `files/bob/Plans/Tree${round}/`, `files/bob/Mine${round}/`),
        share(house, 'no-access'),
        house.put('bob', `files/bob/Plans/Tree${round}/b.txt`, 'b'),
      ])
      await consistent(house, answers)
      const moved = answers[0].status === 201
      assert.equal(await house.status('bob', 'GET', `files/bob/Mine${round}/a.txt`), moved ? 200 : 404)
      assert.equal(await house.status('ann', 'GET', `files/ann/Plans/Tree${round}/a.txt`), moved ? 404 : 200)
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV } from '../../../../tests/support/calendars.ts'
import { openDav, type TestDav, textOf, told } from '../../../../tests/support/dav.ts'
import { createPerson } from '../../../../tests/support/people.ts'
import { elements, text } from '../../../formats/xml/element.ts'

const CS = 'http://calendarserver.org/ns/'
const prefixes = `xmlns:D="DAV:" xmlns:C="${CALDAV}" xmlns:CS="${CS}"`

/** Ann, who asks, Bob Benson and a room; Carl is disabled. */
async function openHouse() {
  const dav = await openDav()
  const { store } = dav
  const bob = await createPerson(store, 'bob', dav.password)
  const carl = await createPerson(store, 'carl', dav.password)
  await store.write(async (tx) => {
    await store.accounts.update(tx, bob, { displayName: 'Bob Benson' })
    await store.accounts.update(tx, carl, { disabled: true })
    await store.accounts.create(tx, { name: 'library', displayName: 'The Library', kind: 'room' })
    await store.accounts.create(tx, { name: 'beamer', kind: 'resource' })
  })
  return dav
}

const report = (dav: TestDav, body: string, path = '/dav/principals/') =>
  dav.ask('REPORT', path, { absolute: true, body, headers: { depth: '0', 'content-type': 'application/xml' } })

const hrefs = async (answer: ReturnType<typeof report>): Promise<string[]> => told(await answer).map(({ href }) => href)

const search = (dav: TestDav, prop: string, match: string, attributes = '') =>
  hrefs(
    report(
      dav,
      `<D:principal-property-search ${prefixes}><D:property-search><D:prop>${prop}</D:prop><D:match ${attributes}>${match}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`,
    ),
  )

const principals = (...names: string[]) => names.map((name) => `/dav/principals/${name}/`)

describe('principals', () => {
  it('say how they are invited (RFC 6638 §2.1 to §2.4)', async () => {
    await using dav = await openHouse()
    const prop = `<D:displayname/><C:schedule-inbox-URL xmlns:C="${CALDAV}"/><C:schedule-outbox-URL xmlns:C="${CALDAV}"/><C:calendar-user-type xmlns:C="${CALDAV}"/><CS:email-address-set xmlns:CS="${CS}"/><C:calendar-user-address-set xmlns:C="${CALDAV}"/>`
    const [room] = await dav.find('/dav/principals/library/', prop, { absolute: true })
    assert.equal(textOf(room, 'displayname'), 'The Library')
    assert.equal(textOf(room, 'schedule-inbox-URL', CALDAV), '/dav/calendars/library/inbox/')
    assert.equal(textOf(room, 'schedule-outbox-URL', CALDAV), '/dav/calendars/library/outbox/')
    assert.equal(textOf(room, 'calendar-user-type', CALDAV), 'ROOM')
    const mail = room?.properties.get(`{${CS}}email-address-set`)?.element
    assert.deepEqual(mail && elements(mail).map(text), ['library@localhost'])
    const set = room?.properties.get(`{${CALDAV}}calendar-user-address-set`)?.element
    const [address, path, uuid] = set ? elements(set).map(text) : []
    assert.deepEqual([address, path], ['mailto:library@localhost', '/dav/principals/library/'])
    assert.match(uuid ?? '', /^urn:uuid:[0-9a-f-]{36}$/)
    const [ann] = await dav.find('/dav/principals/ann/', prop, { absolute: true })
    assert.equal(textOf(ann, 'calendar-user-type', CALDAV), 'INDIVIDUAL')
  })

  it('are those of accounts that are there', async () => {
    await using dav = await openHouse()
    const status = (name: string) =>
      dav.status('PROPFIND', `/dav/principals/${name}/`, { absolute: true, headers: { depth: '0' } })
    assert.deepEqual(
      [await status('bob'), await status('carl'), await status('nobody'), await status('Bob')],
      [207, 404, 404, 404],
    )
  })

  it('are found by name, address and kind, in part and without regard to case (RFC 3744 §9.4)', async () => {
    await using dav = await openHouse()
    assert.deepEqual(await search(dav, '<D:displayname/>', 'ben'), principals('bob'))
    assert.deepEqual(await search(dav, '<C:calendar-user-address-set/>', 'mailto:BOB@localhost'), principals('bob'))
    assert.deepEqual(await search(dav, '<CS:email-address-set/>', 'lib'), principals('library'))
    assert.deepEqual(await search(dav, '<C:calendar-user-type/>', 'room'), principals('library'))
    assert.deepEqual(await search(dav, '<D:displayname/>', 'carl'), [])
    assert.deepEqual(await search(dav, '<D:displayname/>', ' '), [])
    assert.deepEqual(await search(dav, '<D:getetag/>', 'a'), [])
    assert.deepEqual(await search(dav, '<D:displayname/>', 'enson', 'match-type="starts-with"'), [])
    assert.deepEqual(await search(dav, '<D:displayname/>', 'bens', 'match-type="starts-with"'), principals('bob'))
  })

  it('are searched from anywhere, where the client says so', async () => {
    await using dav = await openHouse()
    const body = (more: string) =>
      `<D:principal-property-search ${prefixes}>${more}<D:property-search><D:prop><D:displayname/></D:prop><D:match>ben</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`
    const path = '/dav/calendars/ann/calendar/'
    assert.deepEqual(await hrefs(report(dav, body('<D:apply-to-principal-collection-set/>'), path)), principals('bob'))
    assert.equal((await report(dav, body(''), path)).status, 403)
  })

  it('match all conditions, or any of them where Apple’s clients say so', async () => {
    await using dav = await openHouse()
    const both = (test: string) =>
      hrefs(
        report(
          dav,
          `<D:principal-property-search ${prefixes} ${test}><D:property-search><D:prop><D:displayname/></D:prop><D:match>li</D:match></D:property-search><D:property-search><D:prop><C:calendar-user-type/></D:prop><D:match>RESOURCE</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`,
        ),
      )
    assert.deepEqual(await both(''), [])
    assert.deepEqual(await both('test="anyof"'), principals('beamer', 'library'))
  })

  it('are found by calendarserver-principal-search for what they are wanted for', async () => {
    await using dav = await openHouse()
    const find = (context: string, ...tokens: string[]) =>
      hrefs(
        report(
          dav,
          `<CS:calendarserver-principal-search ${prefixes} context="${context}">${tokens.map((token) => `<CS:search-token>${token}</CS:search-token>`).join('')}<CS:limit><CS:nresults>2</CS:nresults></CS:limit><D:prop><D:displayname/></D:prop></CS:calendarserver-principal-search>`,
        ),
      )
    assert.deepEqual(await find('attendee', 'b', 'benson'), principals('bob'))
    assert.deepEqual(await find('location', 'li'), principals('library'))
    assert.deepEqual(await find('resource', 'b'), principals('beamer'))
    assert.deepEqual(await find('location', 'bob'), [])
    assert.deepEqual(
      await find('', 'localhost'),
      [...principals('ann', 'beamer'), '/dav/principals/'],
      'no more than asked for',
    )
  })

  it('tell by what they can be searched (RFC 3744 §9.5)', async () => {
    await using dav = await openHouse()
    const { status, body } = await report(dav, '<D:principal-search-property-set xmlns:D="DAV:"/>')
    assert.equal(status, 200)
    for (const name of ['displayname', 'calendar-user-address-set', 'calendar-user-type', 'email-address-set'])
      assert.match(body.toString(), new RegExp(`[:]${name}[ /]`), name)
  })

  it('match who asks (RFC 3744 §9.3)', async () => {
    await using dav = await openHouse()
    const match = (path: string) =>
      hrefs(report(dav, '<D:principal-match xmlns:D="DAV:"><D:self/></D:principal-match>', path))
    assert.deepEqual(await match('/dav/principals/'), principals('ann'))
    assert.deepEqual(await match('/dav/principals/bob/'), [])
  })
})

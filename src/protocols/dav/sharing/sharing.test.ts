// How sharing is said: calendarserver's sharing extension, ownCloud's of it, draft-pot-webdav-resource-sharing and ACL.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { event } from '../../../../tests/support/calendars.ts'
import { told } from '../../../../tests/support/dav.ts'
import { missing, openHouse, type Person, privileges, type TestHouse } from '../../../../tests/support/sharing.ts'
import { verifyStore } from '../../../store/verify/verify.ts'

const CS = 'http://calendarserver.org/ns/'
const xml = { 'content-type': 'application/xml' }

const post = (house: TestHouse, as: Person, path: string, body: string, type = 'application/xml') =>
  house.ask(as, 'POST', path, { body, headers: { 'content-type': type } })

const share = (...changes: string[]): string =>
  `<CS:share xmlns:D="DAV:" xmlns:CS="${CS}">${changes.join('')}</CS:share>`
const set = (who: string, access = '<CS:read-write/>'): string =>
  `<CS:set><D:href>${who}</D:href><CS:summary>Our work</CS:summary>${access}</CS:set>`
const remove = (who: string): string => `<CS:remove><D:href>${who}</D:href></CS:remove>`

const reply = (uid: string, answer = 'accepted'): string =>
  `<CS:invite-reply xmlns:D="DAV:" xmlns:CS="${CS}"><CS:invite-${answer}/><CS:in-reply-to>${uid}</CS:in-reply-to></CS:invite-reply>`

/** The invitations that somebody finds, and answers. */
const invitations = async (house: TestHouse, as: Person): Promise<{ href: string; text: string; uid: string }[]> => {
  const found = await house.listed(as, `notifications/${as}/`)
  return Promise.all(
    found.slice(1).map(async (href) => {
      const text = (await house.ask(as, 'GET', href)).body.toString()
      return { href, text, uid: /<CS:uid>([^<]+)</.exec(text)?.[1] ?? '' }
    }),
  )
}

const accept = async (house: TestHouse, as: Person, home = `calendars/${as}/`): Promise<string> => {
  const [invitation] = await invitations(house, as)
  assert.ok(invitation)
  const answer = await post(house, as, home, reply(invitation.uid))
  return /<D:href>\/dav\/([^<]+)</.exec(answer.body.toString())?.[1] ?? `${answer.status}`
}

const put = (house: TestHouse, as: Person, path: string, uid: string) =>
  house.ask(as, 'PUT', path, {
    body: event(uid, 'DTSTART:20260101T100000Z', 'SUMMARY:x'),
    headers: { 'content-type': 'text/calendar' },
  })

const acl = (...aces: string[]): string => `<D:acl xmlns:D="DAV:">${aces.join('')}</D:acl>`
const ace = (who: string, privilege = 'read', more = ''): string =>
  `<D:ace><D:principal>${who}</D:principal><D:grant><D:privilege><D:${privilege}/></D:privilege></D:grant>${more}</D:ace>`
const bob = '<D:href>/dav/principals/bob/</D:href>'

describe('calendarserver sharing', () => {
  it('offers a calendar, tells of it in the notifications, and puts it into the home of who accepts', async () => {
    await using opened = await openHouse()
    const { house } = opened
    assert.equal((await post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:bob@localhost')))).status, 200)
    assert.equal(await house.status('bob', 'GET', 'calendars/bob/calendar-ann/'), 404)
    const [invitation] = await invitations(house, 'bob')
    assert.match(
      invitation?.text ?? '',
      /<CS:invite-noresponse\/><CS:access><CS:read-write\/>.*<CS:common-name>ann<.*Our work/,
    )
    assert.deepEqual(await invitations(house, 'cem'), [])
    assert.equal(await accept(house, 'bob'), 'calendars/bob/calendar-ann/')
    assert.deepEqual(await invitations(house, 'bob'), [])
    assert.equal((await put(house, 'bob', 'calendars/bob/calendar-ann/a.ics', 'a')).status, 201)
    assert.equal(await house.status('ann', 'GET', 'calendars/ann/calendar/a.ics'), 200)
    assert.ok((await house.listed('bob', 'calendars/bob/')).includes('calendars/bob/calendar-ann/'))
  })

  it('tells owner and sharee apart, and the owner who answered what', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await post(
      house,
      'ann',
      'calendars/ann/calendar/',
      share(set('mailto:bob@localhost'), set('/dav/principals/cem/', '<CS:read/>')),
    )
    await accept(house, 'bob')
    const look = async (as: Person, path: string) => {
      const [found] = await house.find(
        as,
        path,
        '<D:resourcetype/><CS:invite/><CS:allowed-sharing-modes/><D:share-access/><OC:read-only/>',
      )
      return JSON.stringify([...(found?.properties.values() ?? [])].map(({ element }) => element))
    }
    const owner = await look('ann', 'calendars/ann/calendar/')
    assert.match(owner, /"shared-owner"/)
    assert.match(
      owner,
      /mailto:bob@localhost.*"invite-accepted".*"read-write".*mailto:cem@localhost.*"invite-noresponse".*"read"/,
    )
    assert.match(owner, /"can-be-shared"/)
    const sharee = await look('bob', 'calendars/bob/calendar-ann/')
    assert.match(sharee, /"name":"shared"/)
    assert.doesNotMatch(sharee, /cem|can-be-shared/)
    assert.doesNotMatch(await look('ann', 'calendars/ann/tasks/'), /shared-owner/)
  })

  it('takes it back, which the one who had it sees at once', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:bob@localhost')))
    await accept(house, 'bob')
    await put(house, 'bob', 'calendars/bob/calendar-ann/a.ics', 'a')
    assert.equal(
      (await post(house, 'ann', 'calendars/ann/calendar/', share(remove('mailto:bob@localhost')))).status,
      200,
    )
    for (const method of ['GET', 'DELETE', 'PROPFIND', 'REPORT'])
      assert.equal(
        await house.status('bob', method, 'calendars/bob/calendar-ann/a.ics'),
        method === 'REPORT' ? 400 : 404,
      )
    assert.equal((await put(house, 'bob', 'calendars/bob/calendar-ann/b.ics', 'b')).status, 409)
    assert.equal(await house.status('ann', 'GET', 'calendars/ann/calendar/a.ics'), 200)
  })

  it('is left by DELETE, and declined by an answer or by deleting the invitation', async () => {
    await using opened = await openHouse()
    const { house } = opened
    const offer = () => post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:bob@localhost')))
    await offer()
    await put(house, 'ann', 'calendars/ann/calendar/a.ics', 'a')
    await accept(house, 'bob')
    assert.equal(await house.status('bob', 'DELETE', 'calendars/bob/calendar-ann/'), 204)
    assert.equal(await house.status('ann', 'GET', 'calendars/ann/calendar/a.ics'), 200)
    await offer()
    const [first] = await invitations(house, 'bob')
    assert.equal((await post(house, 'bob', 'calendars/bob/', reply(first?.uid ?? '', 'declined'))).status, 204)
    await offer()
    const [second] = await invitations(house, 'bob')
    assert.equal(await house.status('bob', 'DELETE', second?.href ?? ''), 204)
    assert.deepEqual(await invitations(house, 'bob'), [])
  })

  it('does nothing by half: one address that nobody has, and nobody is offered anything', async () => {
    await using opened = await openHouse()
    const { house } = opened
    for (const who of ['mailto:nobody@localhost', 'mailto:bob@elsewhere.example']) {
      const answer = await post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:cem@localhost'), set(who)))
      assert.deepEqual([answer.status, /recognized-principal/.test(answer.body.toString())], [403, true])
    }
    assert.deepEqual(await invitations(house, 'cem'), [])
  })

  it('answers no invitation that is somebody else’s, or none', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:bob@localhost')))
    const [invitation] = await invitations(house, 'bob')
    for (const uid of [invitation?.uid ?? '', 'invite-999', 'invite-x', ''])
      assert.equal((await post(house, 'cem', 'calendars/cem/', reply(uid))).status, 404, uid)
    for (const path of [invitation?.href ?? '', 'notifications/bob/'])
      assert.equal(await house.status('cem', 'GET', path), 404)
    assert.equal((await post(house, 'cem', 'calendars/bob/', reply(invitation?.uid ?? ''))).status, 404)
  })

  it('lets nobody share what others share with them, nor what is no collection', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await post(house, 'ann', 'calendars/ann/calendar/', share(set('mailto:bob@localhost')))
    await accept(house, 'bob')
    const answer = await post(house, 'bob', 'calendars/bob/calendar-ann/', share(set('mailto:cem@localhost')))
    assert.deepEqual([answer.status, missing(answer)], [403, ['write-acl /dav/calendars/bob/calendar-ann/']])
    assert.equal((await post(house, 'ann', 'calendars/ann/', share(set('mailto:bob@localhost')))).status, 405)
    assert.equal((await post(house, 'cem', 'calendars/ann/calendar/', share(set('mailto:cem@localhost')))).status, 404)
    assert.equal((await post(house, 'ann', 'contacts/ann/accounts/', share(set('mailto:bob@localhost')))).status, 405)
  })
})

describe('a calendar shared for reading', () => {
  const open = async () => {
    const opened = await openHouse()
    const { house } = opened
    await put(house, 'ann', 'calendars/ann/calendar/a.ics', 'a')
    await house.share('calendar', 'calendar', 'read')
    return opened
  }
  const shared = 'calendars/bob/calendar-ann/'

  it('is read, queried and synchronised', async () => {
    await using opened = await open()
    const { house } = opened
    assert.equal(await house.status('bob', 'GET', `${shared}a.ics`), 200)
    const { token, told } = await house.sync('bob', shared)
    assert.deepEqual(told, [`/dav/${shared}a.ics`])
    await house.ask('ann', 'DELETE', 'calendars/ann/calendar/a.ics')
    assert.deepEqual((await house.sync('bob', shared, token)).told, [`/dav/${shared}a.ics 404`])
  })

  it('is among those that a query of the home looks into', async () => {
    await using opened = await open()
    const body =
      '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    const answer = await opened.house.ask('bob', 'REPORT', 'calendars/bob/', { body, headers: { depth: 'infinity' } })
    assert.deepEqual(
      told(answer).map(({ href }) => href),
      [`/dav/${shared}a.ics`],
    )
  })

  it('says that it is, on the calendar and on what is in it', async () => {
    await using opened = await open()
    for (const path of [shared, `${shared}a.ics`])
      assert.deepEqual(privileges(await opened.house.find('bob', path, '<D:current-user-privilege-set/>')), [
        'read',
        'read-acl',
        'read-current-user-privilege-set',
      ])
  })

  for (const [name, lacks, ask] of [
    ['PUT', `bind /dav/${shared}`, (h: TestHouse) => put(h, 'bob', `${shared}b.ics`, 'b')],
    [
      'PUT of what is there',
      `write-content /dav/${shared}a.ics`,
      (h: TestHouse) => put(h, 'bob', `${shared}a.ics`, 'a'),
    ],
    ['DELETE', `unbind /dav/${shared}`, (h: TestHouse) => h.ask('bob', 'DELETE', `${shared}a.ics`)],
    [
      'MOVE',
      `unbind /dav/${shared}`,
      (h: TestHouse) => h.transfer('bob', 'MOVE', `${shared}a.ics`, 'calendars/bob/calendar/a.ics'),
    ],
    [
      'PROPPATCH',
      `write-properties /dav/${shared}`,
      (h: TestHouse) =>
        h.ask('bob', 'PROPPATCH', shared, {
          body: '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set></D:propertyupdate>',
        }),
    ],
  ] as const)
    it(`refuses ${name}, and names the privilege that is missing (RFC 3744 §7.1.1)`, async () => {
      await using opened = await open()
      const answer = await ask(opened.house)
      assert.deepEqual([answer.status, missing(answer)], [403, [lacks]])
    })

  it('is named and coloured by each for themselves', async () => {
    await using opened = await open()
    const { house } = opened
    const body = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>Hers</D:displayname><A:calendar-color xmlns:A="http://apple.com/ns/ical/">#00ff00</A:calendar-color></D:prop></D:set></D:propertyupdate>`
    assert.equal(await house.status('bob', 'PROPPATCH', shared, { body, headers: xml }), 207)
    const name = async (as: Person, path: string) =>
      JSON.stringify(
        (await house.find(as, path, '<D:displayname/>'))[0]?.properties.get('{DAV:}displayname')?.element.children,
      )
    assert.deepEqual(
      [await name('bob', shared), await name('ann', 'calendars/ann/calendar/')],
      ['["Hers"]', '["Calendar"]'],
    )
  })
})

describe('objects between calendars of two accounts', () => {
  it('are moved and copied both ways, each charged to whose calendar it is in', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await house.share('calendar', 'calendar', 'write')
    await put(house, 'bob', 'calendars/bob/calendar/a.ics', 'a')
    const size = await house.used('bob')
    assert.equal(
      (await house.transfer('bob', 'MOVE', 'calendars/bob/calendar/a.ics', 'calendars/bob/calendar-ann/a.ics')).status,
      201,
    )
    assert.deepEqual([await house.used('ann'), await house.used('bob')], [size, 0])
    assert.equal(
      (await house.transfer('bob', 'COPY', 'calendars/bob/calendar-ann/a.ics', 'calendars/bob/calendar/b.ics')).status,
      201,
    )
    assert.deepEqual([await house.used('ann'), await house.used('bob')], [size, size])
    assert.equal(await house.status('ann', 'GET', 'calendars/ann/calendar/a.ics'), 200)
    assert.deepEqual((await verifyStore(house.store)).problems, [])
  })
})

describe('an address book and a folder', () => {
  it('are shared in the words of ownCloud and of draft-pot-webdav-resource-sharing', async () => {
    await using opened = await openHouse()
    const { house } = opened
    const owncloud = `<O:share xmlns:D="DAV:" xmlns:O="http://owncloud.org/ns"><O:set><D:href>/dav/principals/bob/</D:href><O:read-write/></O:set></O:share>`
    assert.equal((await post(house, 'ann', 'contacts/ann/contacts/', owncloud, 'text/xml')).status, 200)
    assert.equal(await accept(house, 'bob', 'contacts/bob/'), 'contacts/bob/contacts-ann/')
    await house.ask('ann', 'MKCOL', 'files/ann/Plans')
    const resource = `<D:share-resource xmlns:D="DAV:"><D:sharee><D:href>mailto:bob@localhost</D:href><D:share-access><D:read/></D:share-access><D:comment>Look</D:comment></D:sharee></D:share-resource>`
    assert.equal(
      (await post(house, 'ann', 'files/ann/Plans/', resource, 'application/davsharing+xml; charset="utf-8"')).status,
      200,
    )
    assert.equal(await accept(house, 'bob', 'files/bob/'), 'files/bob/Plans/')
    const [found] = await house.find('ann', 'files/ann/Plans/', '<D:invite/><D:share-access/>')
    const told = JSON.stringify([...(found?.properties.values() ?? [])].map(({ element }) => element))
    assert.match(told, /principals\/bob.*"invite-accepted".*"read".*"bob".*"Look".*"shared-owner"/)
    const gone = resource.replace('<D:read/>', '<D:no-access/>')
    await post(house, 'ann', 'files/ann/Plans/', gone, 'application/davsharing+xml')
    assert.equal(await house.status('bob', 'PROPFIND', 'files/bob/Plans/', { headers: { depth: '0' } }), 404)
  })
})

describe('ACL (RFC 3744 §8.1)', () => {
  it('offers what its entries grant, and takes back what they do not', async () => {
    await using opened = await openHouse()
    const { house } = opened
    const set = (body: string) => house.status('ann', 'ACL', 'calendars/ann/calendar/', { body, headers: xml })
    assert.equal(await set(acl(ace(bob, 'write'))), 200)
    assert.equal(await accept(house, 'bob'), 'calendars/bob/calendar-ann/')
    const [found] = await house.find('ann', 'calendars/ann/calendar/', '<D:acl/>')
    const told = JSON.stringify(found?.properties.get('{DAV:}acl')?.element)
    assert.match(told, /"owner".*"protected".*principals\/bob.*"read".*"write"/)
    assert.equal(await set(acl(ace('<D:href>/dav/principals/cem/</D:href>'))), 200)
    assert.equal(await house.status('bob', 'PROPFIND', 'calendars/bob/calendar-ann/', { headers: { depth: '0' } }), 404)
    assert.equal((await invitations(house, 'cem')).length, 1)
  })

  for (const [condition, body] of [
    [
      'grant-only',
      acl(
        '<D:ace><D:principal><D:href>/dav/principals/bob/</D:href></D:principal><D:deny><D:privilege><D:read/></D:privilege></D:deny></D:ace>',
      ),
    ],
    [
      'no-invert',
      acl(
        `<D:ace><D:invert><D:principal>${bob}</D:principal></D:invert><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>`,
      ),
    ],
    ['allowed-principal', acl(ace('<D:authenticated/>'))],
    ['recognized-principal', acl(ace('<D:href>/dav/principals/zoe/</D:href>'))],
    ['no-abstract', acl(ace(bob, 'write-content'))],
    ['not-supported-privilege', acl(ace(bob, 'fly'))],
  ] as const)
    it(`refuses what it cannot mean: ${condition}`, async () => {
      await using opened = await openHouse()
      const answer = await opened.house.ask('ann', 'ACL', 'calendars/ann/calendar/', { body, headers: xml })
      assert.deepEqual([answer.status, answer.body.toString().includes(`<D:${condition}/>`)], [403, true])
    })
})

// What telephones, macOS and Outlook send that cannot run here, as their users' logs show it: the requests in their
// order, with their headers, and the form that each program needs of the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAV, type Element, elements, text } from '../../src/formats/xml/element.ts'
import { CALDAV, event } from '../support/calendars.ts'
import { type Told, textOf, told } from '../support/dav.ts'
import { trustingFetch } from '../support/fetch.ts'
import { createTestTwin } from '../support/twin.ts'

const CARDDAV = 'urn:ietf:params:xml:ns:carddav'
const CS = 'http://calendarserver.org/ns/'
const ICAL = 'http://apple.com/ns/ical/'
const namespaces = `xmlns:A="DAV:" xmlns:B="${CALDAV}" xmlns:C="${CS}" xmlns:D="${ICAL}" xmlns:E="http://me.com/_namespace/" xmlns:F="${CARDDAV}"`
const xml = (name: string, inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} ${namespaces}>${inside}</${name}>`

type Sent = { headers?: Record<string, string>; body?: string; depth?: string }

/** A program that always sends these headers. */
const programOf = async (agent: string, more: Record<string, string> = {}) => {
  const twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  const trusting = trustingFetch(twin.ca)
  const authorization = `Basic ${Buffer.from('ann:secret-words').toString('base64')}`
  const send = async (method: string, path: string, { headers = {}, body, depth }: Sent = {}) => {
    const answer = await trusting.fetch(new URL(path, twin.url), {
      method,
      headers: { authorization, 'user-agent': agent, ...more, ...(depth !== undefined && { depth }), ...headers },
      ...(body !== undefined && { body }),
    })
    const content = Buffer.from(await answer.arrayBuffer())
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: content }
  }
  const find = async (path: string, props: string, depth = '0'): Promise<Told[]> =>
    told(await send('PROPFIND', path, { depth, body: xml('A:propfind', `<A:prop>${props}</A:prop>`) }))
  return {
    send,
    find,
    async [Symbol.asyncDispose]() {
      await trusting[Symbol.asyncDispose]()
      await twin[Symbol.asyncDispose]()
    },
  }
}

const found = (response: Told | undefined, name: string, namespace = DAV): Element | undefined => {
  const property = response?.properties.get(`{${namespace}}${name}`)
  return property?.status === 200 ? property.element : undefined
}
const inside = (element: Element | undefined): string[] => (element ? elements(element).map(({ name }) => name) : [])
const hrefIn = (response: Told | undefined, name: string, namespace = DAV): string | undefined => {
  const element = found(response, name, namespace)
  return element && elements(element).map(text)[0]
}
const at = (responses: readonly Told[], path: string): Told | undefined => responses.find(({ href }) => href === path)

const home = '/dav/calendars/ann/'
const calendar = `${home}calendar/`
const book = '/dav/contacts/ann/contacts/'
const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', 'SUMMARY:Lunch')
const card = (name: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bob\r\nN:${name};;;;\r\nFN:${name}\r\nEND:VCARD\r\n`

const apple = { prefer: 'return=minimal', brief: 't', 'content-type': 'text/xml', accept: '*/*' }

test('Calendar of iOS and macOS: from the host to its calendars, made, coloured, synchronised', async () => {
  await using program = await programOf('iOS/18.1.1 (22B91) dataaccessd/1.0', apple)
  const { send, find } = program

  const discovered = await send('PROPFIND', '/.well-known/caldav', { depth: '0' })
  assert.deepEqual(
    [discovered.status, new URL(discovered.headers.location ?? '', 'https://x').pathname],
    [301, '/dav/'],
  )
  const [root] = await find('/dav/', '<A:current-user-principal/><A:principal-URL/><A:resourcetype/>')
  const principal = hrefIn(root, 'current-user-principal') ?? ''
  const options = await send('OPTIONS', principal)
  for (const feature of ['1', '3', 'access-control', 'calendar-access', 'calendar-auto-schedule', 'addressbook'])
    assert.ok(options.headers.dav?.split(/, */).includes(feature), `${feature} in ${options.headers.dav}`)

  const [me] = await find(
    principal,
    '<B:calendar-home-set/><B:calendar-user-address-set/><A:current-user-principal/><A:displayname/><C:dropbox-home-URL/><C:email-address-set/><B:max-attendees-per-instance/><C:notification-URL/><A:principal-collection-set/><A:principal-URL/><A:resource-id/><B:schedule-inbox-URL/><B:schedule-outbox-URL/><A:supported-report-set/>',
  )
  assert.equal(hrefIn(me, 'calendar-home-set', CALDAV), home)
  assert.equal(hrefIn(me, 'principal-URL'), principal)
  assert.equal(hrefIn(me, 'schedule-inbox-URL', CALDAV), `${home}inbox/`)
  assert.equal(hrefIn(me, 'schedule-outbox-URL', CALDAV), `${home}outbox/`)
  const addresses = elements(found(me, 'calendar-user-address-set', CALDAV) as Element).map(text)
  assert.ok(
    addresses.some((address) => address.startsWith('mailto:ann@')),
    addresses.join(),
  )
  const reports = await send('REPORT', hrefIn(me, 'principal-collection-set') ?? '', {
    depth: '0',
    body: xml('A:principal-search-property-set', ''),
  })
  assert.equal(reports.status, 200)

  const listing =
    '<A:add-member/><C:allowed-sharing-modes/><D:autoprovisioned/><E:bulk-requests/><B:calendar-alarm/><D:calendar-color/><B:calendar-description/><B:calendar-free-busy-set/><D:calendar-order/><B:calendar-timezone/><A:current-user-privilege-set/><B:default-alarm-vevent-date/><B:default-alarm-vevent-datetime/><A:displayname/><C:getctag/><C:invite/><D:language-code/><D:location-code/><B:max-attendees-per-instance/><A:owner/><C:pre-publish-url/><C:publish-url/><C:push-transports/><C:pushkey/><A:quota-available-bytes/><A:quota-used-bytes/><D:refreshrate/><A:resource-id/><A:resourcetype/><B:schedule-calendar-transp/><B:schedule-default-calendar-URL/><C:source/><C:subscribed-strip-alarms/><C:subscribed-strip-attachments/><C:subscribed-strip-todos/><B:supported-calendar-component-set/><B:supported-calendar-component-sets/><A:supported-report-set/><A:sync-token/>'
  const work = `${home}5D2F0C8B-7F43-4B60-8B5B-7C2F6F2C6A11/`
  const made = await send('MKCALENDAR', work, {
    body: xml(
      'B:mkcalendar',
      '<A:set><A:prop><D:calendar-color symbolic-color="green">#1BADF8FF</D:calendar-color><B:calendar-free-busy-set><YES/></B:calendar-free-busy-set><D:calendar-order>7</D:calendar-order><A:displayname>Work</A:displayname><B:supported-calendar-component-set><B:comp name="VEVENT"/></B:supported-calendar-component-set></A:prop></A:set>',
    ),
  })
  assert.equal(made.status, 201, made.body.toString())
  const all = await find(home, listing, '1')
  const mine = at(all, work)
  assert.deepEqual(
    [textOf(mine, 'displayname'), textOf(mine, 'calendar-color', ICAL), textOf(mine, 'calendar-order', ICAL)],
    ['Work', '#1BADF8FF', '7'],
  )
  assert.deepEqual(inside(found(mine, 'resourcetype')), ['collection', 'calendar'])
  assert.deepEqual(
    elements(found(mine, 'supported-calendar-component-set', CALDAV) as Element).map(
      ({ attributes }) => attributes[0]?.value,
    ),
    ['VEVENT'],
  )
  const privileges = inside(found(mine, 'current-user-privilege-set'))
  assert.equal(
    privileges.every((name) => name === 'privilege'),
    true,
  )
  assert.equal(hrefIn(mine, 'owner'), principal)
  assert.ok(textOf(mine, 'getctag', CS) && textOf(mine, 'sync-token'))
  const inbox = at(all, `${home}inbox/`)
  assert.deepEqual(inside(found(inbox, 'resourcetype')), ['collection', 'schedule-inbox'])
  assert.equal(hrefIn(inbox, 'schedule-default-calendar-URL', CALDAV), calendar)

  const coloured = await send('PROPPATCH', work, {
    body: xml(
      'A:propertyupdate',
      '<A:set><A:prop><D:calendar-color>#FF2968FF</D:calendar-color></A:prop></A:set><A:set><A:prop><B:default-alarm-vevent-date></B:default-alarm-vevent-date></A:prop></A:set>',
    ),
  })
  assert.ok([200, 207].includes(coloured.status) && !/HTTP\/1\.1 [45]/.test(coloured.body.toString()))

  assert.equal(
    (
      await send('PUT', `${work}lunch.ics`, {
        body: lunch,
        headers: { 'content-type': 'text/calendar', 'if-none-match': '*' },
      })
    ).status,
    201,
  )
  const synced = await send('REPORT', work, {
    body: xml(
      'A:sync-collection',
      '<A:sync-token/><A:sync-level>1</A:sync-level><A:prop><A:getcontenttype/><A:getetag/></A:prop>',
    ),
  })
  const [item] = told(synced)
  assert.equal(item?.href, `${work}lunch.ics`)
  assert.match(textOf(item, 'getcontenttype') ?? '', /^text\/calendar/)
  const got = told(
    await send('REPORT', work, {
      body: xml(
        'B:calendar-multiget',
        `<A:prop><A:getetag/><B:calendar-data/><B:schedule-tag/><C:created-by/><C:updated-by/></A:prop><A:href>${item?.href}</A:href>`,
      ),
    }),
  )
  assert.match(textOf(got[0], 'calendar-data', CALDAV) ?? '', /SUMMARY:Lunch/)
  const etag = textOf(got[0], 'getetag') ?? ''
  assert.equal((await send('DELETE', `${work}lunch.ics`, { headers: { 'if-match': etag } })).status, 204)
  assert.equal((await send('DELETE', work)).status, 204)
})

test('Contacts of iOS and macOS: the first book is the one of the person, and a card goes up and down', async () => {
  await using program = await programOf('iOS/18.1.1 (22B91) dataaccessd/1.0', apple)
  const { send, find } = program
  const [root] = await find('/dav/', '<A:current-user-principal/><A:principal-URL/><A:resourcetype/>')
  const [me] = await find(
    hrefIn(root, 'current-user-principal') ?? '',
    '<F:addressbook-home-set/><F:directory-gateway/><A:displayname/><C:email-address-set/><A:principal-collection-set/><A:principal-URL/><A:resource-id/><A:supported-report-set/>',
  )
  const books = hrefIn(me, 'addressbook-home-set', CARDDAV) ?? ''
  assert.equal(books, '/dav/contacts/ann/')
  const all = await find(
    books,
    '<A:add-member/><E:bulk-requests/><A:current-user-privilege-set/><A:displayname/><F:max-image-size/><F:max-resource-size/><C:me-card/><A:owner/><C:push-transports/><C:pushkey/><A:quota-available-bytes/><A:quota-used-bytes/><A:resource-id/><A:resourcetype/><A:supported-report-set/><A:sync-token/><C:getctag/>',
    '1',
  )
  const [first] = all.filter((one) => inside(found(one, 'resourcetype')).includes('addressbook'))
  assert.equal(first?.href, book, 'Contacts of macOS shows the first book alone')
  assert.ok(Number(textOf(first, 'max-resource-size', CARDDAV)) > 0)
  assert.ok(textOf(first, 'getctag', CS) && textOf(first, 'sync-token'))

  const put = await send('PUT', `${book}9A2B.vcf`, {
    body: card('Bob'),
    headers: { 'content-type': 'text/vcard', 'if-none-match': '*' },
  })
  assert.equal(put.status, 201)
  const members = await find(book, '<A:getetag/>', '1')
  assert.deepEqual(
    members.map(({ href }) => href),
    [book, `${book}9A2B.vcf`],
  )
  const got = told(
    await send('REPORT', book, {
      depth: '1',
      body: xml(
        'F:addressbook-multiget',
        `<A:prop><A:getetag/><F:address-data/></A:prop><A:href>${book}9A2B.vcf</A:href>`,
      ),
    }),
  )
  assert.match(textOf(got[0], 'address-data', CARDDAV) ?? '', /^VERSION:3\.0\r?\n/m)
  assert.equal(
    (
      await send('PUT', `${book}9A2B.vcf`, {
        body: card('Bo'),
        headers: { 'content-type': 'text/vcard', 'if-match': put.headers.etag ?? '' },
      })
    ).status,
    204,
  )
})

test('DAVx5: what a collection can do, then what changed in it, then its objects by their addresses', async () => {
  await using program = await programOf('DAVx5/4.4.5-ose (dav4jvm; okhttp/4.12.0) Android/15')
  const { send, find } = program
  const [me] = await find(
    '/dav/principals/ann/',
    '<A:resourcetype/><A:displayname/><B:calendar-home-set/><B:calendar-proxy-read-for/><B:calendar-proxy-write-for/><A:group-membership/><F:addressbook-home-set/>',
  )
  assert.ok(inside(found(me, 'resourcetype')).includes('principal'))
  const collections = await find(
    home,
    '<A:resourcetype/><A:displayname/><F:addressbook-description/><B:calendar-description/><D:calendar-color/><B:calendar-timezone/><B:calendar-timezone-id/><B:supported-calendar-component-set/><A:current-user-privilege-set/><A:owner/><C:source/><F:supported-address-data/>',
    '1',
  )
  assert.ok(at(collections, calendar))
  const [state] = await find(calendar, '<B:max-resource-size/><A:supported-report-set/><C:getctag/><A:sync-token/>')
  assert.ok(Number(textOf(state, 'max-resource-size', CALDAV)) > 0)
  assert.match(
    found(state, 'supported-report-set') ? JSON.stringify(found(state, 'supported-report-set')) : '',
    /sync-collection/,
  )

  const type = { 'content-type': 'text/calendar; charset=utf-8' }
  assert.equal(
    (await send('PUT', `${calendar}lunch.ics`, { body: lunch, headers: { ...type, 'if-none-match': '*' } })).status,
    201,
  )
  const again = await send('PUT', `${calendar}lunch.ics`, { body: lunch, headers: { ...type, 'if-none-match': '*' } })
  assert.equal(again.status, 412)
  const changes = await send('REPORT', calendar, {
    body: xml(
      'A:sync-collection',
      '<A:sync-token/><A:sync-level>1</A:sync-level><A:limit><A:nresults>100</A:nresults></A:limit><A:prop><A:getetag/></A:prop>',
    ),
  })
  const [change] = told(changes)
  assert.equal(change?.href, `${calendar}lunch.ics`)
  const range = await send('REPORT', calendar, {
    depth: '1',
    body: xml(
      'B:calendar-query',
      '<A:prop><A:getetag/></A:prop><B:filter><B:comp-filter name="VCALENDAR"><B:comp-filter name="VEVENT"><B:time-range start="20251203T000000Z"/></B:comp-filter></B:comp-filter></B:filter>',
    ),
  })
  assert.equal(told(range).length, 1)
  const [got] = told(
    await send('REPORT', calendar, {
      body: xml(
        'B:calendar-multiget',
        `<A:prop><A:getcontenttype/><A:getetag/><B:schedule-tag/><B:calendar-data/></A:prop><A:href>${change?.href}</A:href>`,
      ),
    }),
  )
  assert.match(textOf(got, 'calendar-data', CALDAV) ?? '', /SUMMARY:Lunch/)

  const vcard = { 'content-type': 'text/vcard; charset=utf-8' }
  const four = card('Bob').replace('3.0', '4.0')
  assert.equal(
    (await send('PUT', `${book}bob.vcf`, { body: four, headers: { ...vcard, 'if-none-match': '*' } })).status,
    201,
  )
  const [bob] = told(
    await send('REPORT', book, {
      depth: '0',
      body: xml(
        'F:addressbook-multiget',
        `<A:prop><A:getcontenttype/><A:getetag/><F:address-data content-type="text/vcard" version="4.0"/></A:prop><A:href>${book}bob.vcf</A:href>`,
      ),
    }),
  )
  assert.match(textOf(bob, 'address-data', CARDDAV) ?? '', /VERSION:4\.0/)
})

test('CalDAV Synchronizer of Outlook: ETags by a query, objects by a multiget, cards by a PROPFIND', async () => {
  await using program = await programOf('CalDavSynchronizer/4.4', { 'content-type': 'application/xml; charset=utf-8' })
  const { send, find } = program
  const type = { 'content-type': 'text/calendar' }
  const put = await send('PUT', `${calendar}lunch.ics`, { body: lunch, headers: { ...type, 'if-none-match': '*' } })
  assert.equal(put.status, 201)
  const allowed = await send('OPTIONS', calendar)
  assert.match(allowed.headers.dav ?? '', /calendar-access/)
  assert.match(allowed.headers.allow ?? '', /REPORT/)
  const [self] = await find(calendar, '<A:current-user-privilege-set/><A:resourcetype/><A:supported-report-set/>')
  assert.deepEqual(inside(found(self, 'resourcetype')), ['collection', 'calendar'])
  const query =
    '<?xml version="1.0"?><C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop xmlns:D="DAV:"><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20251103T000000Z" end="20270102T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
  const [one] = told(await send('REPORT', calendar, { depth: '1', body: query }))
  assert.equal(textOf(one, 'getetag'), put.headers.etag)
  const changed = {
    body: lunch.replace('Lunch', 'Late'),
    headers: { ...type, 'if-match': textOf(one, 'getetag') ?? '' },
  }
  assert.equal((await send('PUT', `${calendar}lunch.ics`, changed)).status, 204)
  assert.equal((await send('PUT', `${calendar}lunch.ics`, changed)).status, 412)

  await send('PUT', `${book}bob.vcf`, { body: card('Bob'), headers: { 'content-type': 'text/vcard' } })
  const cards = await find(book, '<A:getetag/><A:getcontenttype/>', '1')
  assert.match(textOf(at(cards, `${book}bob.vcf`), 'getcontenttype') ?? '', /^text\/vcard/)
})

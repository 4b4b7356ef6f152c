// Calendar proxies (calendarserver's caldav-proxy).
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { event } from '../../../../tests/support/calendars.ts'
import { missing, openHouse, type Person, type TestHouse } from '../../../../tests/support/sharing.ts'

const members = (...names: string[]): string =>
  `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:group-member-set>${names
    .map((name) => `<D:href>/dav/principals/${name}/</D:href>`)
    .join('')}</D:group-member-set></D:prop></D:set></D:propertyupdate>`

const setGroup = async (house: TestHouse, as: Person, group: string, ...names: string[]): Promise<string> => {
  const answer = await house.ask(as, 'PROPPATCH', group, { body: members(...names) })
  return `${answer.status} ${/HTTP\/1.1 (\d+)/.exec(answer.body.toString())?.[1] ?? ''}`.trim()
}

const hrefs = async (house: TestHouse, as: Person, path: string, property: string): Promise<string[]> => {
  const name = property.replace(/^.*:/, '')
  const [found] = await house.find(as, path, `<${property}/>`)
  const told = [...(found?.properties ?? [])].find(([key]) => key.endsWith(`}${name}`))?.[1]
  return [...JSON.stringify(told?.element ?? '').matchAll(/"(\/dav\/[^"]*)"/g)].map(([, href]) => href as string)
}

const put = (house: TestHouse, as: Person, path: string) =>
  house.ask(as, 'PUT', path, {
    body: event(path, 'DTSTART:20260101T100000Z'),
    headers: { 'content-type': 'text/calendar' },
  })

describe('a calendar proxy', () => {
  it('is made by the owner, and finds for whom it acts', async () => {
    await using opened = await openHouse()
    const { house } = opened
    assert.equal(await setGroup(house, 'ann', 'principals/ann/calendar-proxy-write/', 'bob'), '207 200')
    assert.equal(await setGroup(house, 'ann', 'principals/ann/calendar-proxy-read/', 'cem'), '207 200')
    assert.deepEqual(await hrefs(house, 'bob', 'principals/bob/', 'CS:calendar-proxy-write-for'), [
      '/dav/principals/ann/',
    ])
    assert.deepEqual(await hrefs(house, 'bob', 'principals/bob/', 'CS:calendar-proxy-read-for'), [])
    assert.deepEqual(await hrefs(house, 'bob', 'principals/bob/', 'D:group-membership'), [
      '/dav/principals/ann/calendar-proxy-write/',
    ])
    assert.deepEqual(await hrefs(house, 'bob', 'principals/ann/calendar-proxy-write/', 'D:group-member-set'), [
      '/dav/principals/bob/',
    ])
    const [group] = await house.find('ann', 'principals/ann/calendar-proxy-read/', '<D:resourcetype/>')
    assert.match(
      JSON.stringify(group?.properties.get('{DAV:}resourcetype')?.element),
      /"principal".*"calendar-proxy-read"/,
    )
  })

  it('is made by nobody else, and of nobody who is not here', async () => {
    await using opened = await openHouse()
    const { house } = opened
    assert.equal(await setGroup(house, 'bob', 'principals/ann/calendar-proxy-write/', 'bob'), '404')
    assert.equal(await setGroup(house, 'ann', 'principals/ann/calendar-proxy-write/', 'zoe'), '207 403')
    await setGroup(house, 'ann', 'principals/ann/calendar-proxy-read/', 'bob')
    assert.equal(await setGroup(house, 'bob', 'principals/ann/calendar-proxy-read/', 'bob', 'cem'), '405')
    assert.equal(await house.status('cem', 'PROPFIND', 'principals/ann/calendar-proxy-read/'), 404)
    assert.deepEqual(await hrefs(house, 'cem', 'principals/bob/', 'D:group-membership'), [])
  })

  it('works in the calendars of the owner at their address: who writes writes', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await setGroup(house, 'ann', 'principals/ann/calendar-proxy-write/', 'bob')
    assert.ok((await house.listed('bob', 'calendars/ann/')).includes('calendars/ann/calendar/'))
    assert.equal((await put(house, 'bob', 'calendars/ann/calendar/a.ics')).status, 201)
    assert.deepEqual([(await house.used('ann')) > 0, await house.used('bob')], [true, 0])
    assert.equal(await house.status('bob', 'MKCALENDAR', 'calendars/ann/new/'), 201)
    assert.equal(await house.status('ann', 'PROPFIND', 'calendars/ann/new/', { headers: { depth: '0' } }), 207)
    const share = `<D:share-resource xmlns:D="DAV:"><D:sharee><D:href>mailto:cem@localhost</D:href><D:share-access><D:read/></D:share-access></D:sharee></D:share-resource>`
    const answer = await house.ask('bob', 'POST', 'calendars/ann/calendar/', {
      body: share,
      headers: { 'content-type': 'application/davsharing+xml' },
    })
    assert.deepEqual([answer.status, missing(answer)], [403, ['write-acl /dav/calendars/ann/calendar/']])
  })

  it('reads and does not write where it may read', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await put(house, 'ann', 'calendars/ann/calendar/a.ics')
    await setGroup(house, 'ann', 'principals/ann/calendar-proxy-read/', 'bob')
    assert.equal(await house.status('bob', 'GET', 'calendars/ann/calendar/a.ics'), 200)
    for (const [answer, lacks] of [
      [await put(house, 'bob', 'calendars/ann/calendar/b.ics'), 'bind /dav/calendars/ann/calendar/'],
      [await house.ask('bob', 'DELETE', 'calendars/ann/calendar/a.ics'), 'unbind /dav/calendars/ann/calendar/'],
      [await house.ask('bob', 'DELETE', 'calendars/ann/calendar/'), 'unbind /dav/calendars/ann/'],
      [await house.ask('bob', 'MKCALENDAR', 'calendars/ann/new/'), 'bind /dav/calendars/ann/'],
    ] as const)
      assert.deepEqual([answer.status, missing(answer)], [403, [lacks]])
  })

  it('sees neither files nor address books, and nothing once it is none', async () => {
    await using opened = await openHouse()
    const { house } = opened
    await setGroup(house, 'ann', 'principals/ann/calendar-proxy-write/', 'bob')
    for (const path of ['files/ann/', 'contacts/ann/', 'contacts/ann/contacts/', 'notifications/ann/'])
      assert.equal(await house.status('bob', 'PROPFIND', path, { headers: { depth: '0' } }), 404, path)
    await setGroup(house, 'ann', 'principals/ann/calendar-proxy-write/')
    assert.equal(await house.status('bob', 'PROPFIND', 'calendars/ann/', { headers: { depth: '0' } }), 404)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV, component, event } from '../../../../../tests/support/calendars.ts'
import { type Told, textOf, told } from '../../../../../tests/support/dav.ts'
import { conditionIn, openHouse, type TestHouse } from '../../../../../tests/support/scheduling.ts'
import { child, elements, text } from '../../../../formats/xml/element.ts'

const invitation = (uid: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'METHOD:REQUEST',
    ...component(
      'VEVENT',
      uid,
      'DTSTART:20260302T100000Z',
      'DTEND:20260302T110000Z',
      'ORGANIZER:mailto:bob@localhost',
      'ATTENDEE:mailto:ann@localhost',
      `SUMMARY:${uid}`,
    ),
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const deliver = async ({ dav: { store, accountId } }: TestHouse, uid: string): Promise<string> => {
  const staged = store.blobs.small(Buffer.from(invitation(uid)))
  const { name } = await store.write((tx) => store.collections.deliver(tx, accountId, { staged, component: 'VEVENT' }))
  return `/dav/calendars/ann/inbox/${name}`
}

const find = async (house: TestHouse, path: string, prop: string, depth = '0'): Promise<Told[]> =>
  house.dav.find(
    `/dav/calendars/${path}`,
    prop.replaceAll('<C:', `<C:`).replace(/<C:([\w-]+)\/>/g, `<C:$1 xmlns:C="${CALDAV}"/>`),
    { absolute: true, depth },
  )

const report = (house: TestHouse, name: string, inside: string, depth = '1') =>
  house.ask('ann', 'REPORT', 'ann/inbox/', {
    body: `<C:${name} xmlns:D="DAV:" xmlns:C="${CALDAV}">${inside}</C:${name}>`,
    headers: { depth, 'content-type': 'application/xml' },
  })

const hrefIn = (found: Told | undefined, name: string): string | undefined => {
  const element = found?.properties.get(`{${CALDAV}}${name}`)?.element
  const href = element && child(element, 'DAV:', 'href')
  return href && text(href)
}

const statusOf = (found: Told | undefined, name: string) => found?.properties.get(`{${CALDAV}}${name}`)?.status

describe('the inbox (RFC 6638 §2.2)', () => {
  it('is in the home, as what it is, and no calendar takes its name', async () => {
    await using house = await openHouse()
    const members = await find(house, 'ann/', '<D:resourcetype/>', '1')
    const types = new Map(
      members.map(({ href, properties }) => {
        const type = properties.get('{DAV:}resourcetype')?.element
        return [href, type && elements(type).map(({ name }) => name)]
      }),
    )
    assert.deepEqual(types.get('/dav/calendars/ann/inbox/'), ['collection', 'schedule-inbox'])
    assert.deepEqual(types.get('/dav/calendars/ann/outbox/'), ['collection', 'schedule-outbox'])
    assert.deepEqual(types.get('/dav/calendars/ann/calendar/'), ['collection', 'calendar'])
    for (const name of ['inbox', 'outbox']) {
      assert.equal((await house.ask('ann', 'MKCALENDAR', `ann/${name}/`)).status, 405)
      assert.equal((await house.ask('ann', 'DELETE', `ann/${name}/`)).status, 405)
    }
  })

  it('is announced (RFC 6638 §2, RFC 7953 §7.2.1)', async () => {
    await using house = await openHouse()
    const { headers } = await house.ask('ann', 'OPTIONS', 'ann/')
    const features = String(headers.dav).split(', ')
    for (const name of ['calendar-access', 'calendar-auto-schedule', 'calendar-availability'])
      assert.ok(features.includes(name), name)
  })

  it('lists messages, which are read, synchronised and deleted, never put', async () => {
    await using house = await openHouse()
    const sync = async (token: string) => {
      const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`
      const answer = await house.ask('ann', 'REPORT', 'ann/inbox/', {
        body,
        headers: { 'content-type': 'application/xml' },
      })
      const next = /<D:sync-token>([^<]*)<\/D:sync-token>/.exec(answer.body.toString())?.[1] ?? ''
      return { next, found: told(answer).map(({ href, status }) => [href, status]) }
    }
    const { next: empty, found: none } = await sync('')
    assert.deepEqual(none, [])
    const href = await deliver(house, 'a')
    const [, message] = await find(house, 'ann/inbox/', '<D:getetag/><D:getcontenttype/>', '1')
    assert.equal(message?.href, href)
    assert.match(textOf(message, 'getcontenttype') ?? '', /^text\/calendar/)
    const got = await house.dav.ask('GET', href, { absolute: true })
    assert.equal(got.body.toString(), invitation('a'))
    const { next, found } = await sync(empty)
    assert.deepEqual(found, [[href, undefined]])
    assert.equal((await house.put('ann', 'ann/inbox/x.ics', event('x', 'DTSTART:20260302T100000Z'))).status, 405)
    assert.equal((await house.dav.ask('PUT', href, { absolute: true, body: invitation('b') })).status >= 400, true)
    assert.equal(await house.dav.status('DELETE', href, { absolute: true }), 204)
    assert.deepEqual((await sync(next)).found, [[href, 404]])
  })

  it('is queried as a calendar is, METHOD and all', async () => {
    await using house = await openHouse()
    const href = await deliver(house, 'a')
    const filter = (range: string) =>
      `<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ${range}/></C:comp-filter></C:comp-filter></C:filter>`
    const query = async (range: string) => told(await report(house, 'calendar-query', filter(range)))
    const [found] = await query('start="20260302T000000Z" end="20260303T000000Z"')
    assert.equal(found?.href, href)
    assert.match(textOf(found, 'calendar-data', CALDAV) ?? '', /METHOD:REQUEST/)
    assert.deepEqual(await query('start="20260303T000000Z" end="20260304T000000Z"'), [])
    const [multi] = told(
      await report(house, 'calendar-multiget', `<D:prop><C:calendar-data/></D:prop><D:href>${href}</D:href>`),
    )
    assert.match(textOf(multi, 'calendar-data', CALDAV) ?? '', /SUMMARY:a/)
    const busy = await report(
      house,
      'free-busy-query',
      '<C:time-range start="20260302T000000Z" end="20260303T000000Z"/>',
    )
    assert.equal(conditionIn(busy), '403 supported-report')
  })

  it('is not looked into by a query of the home (RFC 6638 §2.2)', async () => {
    await using house = await openHouse()
    await deliver(house, 'a')
    const body = `<C:calendar-query xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`
    const headers = { depth: 'infinity', 'content-type': 'application/xml' }
    assert.deepEqual(told(await house.ask('ann', 'REPORT', 'ann/', { body, headers })), [])
  })

  it('is its owner’s alone', async () => {
    await using house = await openHouse()
    const href = await deliver(house, 'a')
    assert.equal(await house.dav.status('GET', href, { absolute: true, as: 'bob' }), 404)
    assert.equal((await house.ask('bob', 'PROPFIND', 'ann/inbox/', { headers: { depth: '0' } })).status, 404)
  })

  it('says where invitations go, which its owner chooses (§9.2)', async () => {
    await using house = await openHouse()
    const chosen = async () =>
      hrefIn(
        (await find(house, 'ann/inbox/', '<C:schedule-default-calendar-URL/>'))[0],
        'schedule-default-calendar-URL',
      )
    const choose = async (href: string) => {
      const set = `<D:set><D:prop><C:schedule-default-calendar-URL>${href}</C:schedule-default-calendar-URL></D:prop></D:set>`
      const answer = await house.set('ann', 'ann/inbox/', set)
      return `${statusOf(told(answer)[0], 'schedule-default-calendar-URL')} ${/<X:([\w-]+) xmlns:X="[^"]*"\/><\/D:error>/.exec(answer.body.toString())?.[1] ?? ''}`.trim()
    }
    assert.equal(await chosen(), '/dav/calendars/ann/calendar/')
    await house.ask('ann', 'MKCALENDAR', 'ann/work/')
    assert.equal(await choose(`<D:href>https://${house.dav.host}/dav/calendars/ann/work/</D:href>`), '200')
    assert.equal(await chosen(), '/dav/calendars/ann/work/')
    const invalid = '403 valid-schedule-default-calendar-URL'
    assert.equal(await choose('<D:href>/dav/calendars/ann/none/</D:href>'), invalid)
    assert.equal(await choose('<D:href>/dav/calendars/bob/calendar/</D:href>'), invalid)
    assert.equal(await choose('<D:href>/dav/calendars/ann/inbox/</D:href>'), invalid)
    assert.equal(await choose(''), invalid)
    const removed = await house.set(
      'ann',
      'ann/inbox/',
      '<D:remove><D:prop><C:schedule-default-calendar-URL/></D:prop></D:remove>',
    )
    assert.match(removed.body.toString(), /default-calendar-needed/)
    assert.equal(await chosen(), '/dav/calendars/ann/work/')
    assert.equal(conditionIn(await house.ask('ann', 'DELETE', 'ann/work/')), '403 default-calendar-needed')
    assert.equal(await choose('<D:href>/dav/calendars/ann/calendar/</D:href>'), '200')
    assert.equal((await house.ask('ann', 'DELETE', 'ann/work/')).status, 204)
  })

  it('keeps an availability as it was sent, if it is one (RFC 7953 §7.2.4)', async () => {
    await using house = await openHouse()
    const calendar = (inside: string) =>
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${inside}END:VCALENDAR\r\n`
    const good = calendar(
      'BEGIN:VAVAILABILITY\r\nUID:v\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:A &amp; B\r\nEND:VAVAILABILITY\r\n',
    )
    const set = async (value: string) => {
      const answer = await house.set(
        'ann',
        'ann/inbox/',
        `<D:set><D:prop><C:calendar-availability>${value}</C:calendar-availability></D:prop></D:set>`,
      )
      return { status: statusOf(told(answer)[0], 'calendar-availability'), body: answer.body.toString() }
    }
    const stored = async () =>
      textOf((await find(house, 'ann/inbox/', '<C:calendar-availability/>'))[0], 'calendar-availability', CALDAV)
    assert.equal(await stored(), undefined)
    assert.equal((await set(good)).status, 200)
    const lines = (value = '') => value.replaceAll('\r', '')
    assert.equal(lines(await stored()), lines(good.replace('&amp;', '&')))
    for (const bad of ['hello', calendar('BEGIN:VEVENT\r\nUID:e\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\n')]) {
      const { status, body } = await set(bad)
      assert.equal(status, 403)
      assert.match(body, /valid-calendar-data/)
    }
    assert.equal(lines(await stored()), lines(good.replace('&amp;', '&')), 'the former one stays')
  })

  it('says which calendars count, for those who still read it here', async () => {
    await using house = await openHouse()
    await house.set(
      'ann',
      'ann/tasks/',
      '<D:set><D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set>',
    )
    const [inbox] = await find(house, 'ann/inbox/', '<C:calendar-free-busy-set/>')
    const set = inbox?.properties.get(`{${CALDAV}}calendar-free-busy-set`)?.element
    assert.deepEqual(set && elements(set).map(text), ['/dav/calendars/ann/calendar/'])
  })
})

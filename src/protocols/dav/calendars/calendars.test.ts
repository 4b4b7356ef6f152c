import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV, event, names, openCalendars, todo } from '../../../../tests/support/calendars.ts'
import { textOf, told } from '../../../../tests/support/dav.ts'
import { child, elements, text } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'
import { largestCalendarObject } from '../../../limits.ts'

const APPLE = 'http://apple.com/ns/ical/'
const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', 'SUMMARY:Lunch')

/** The local name of the condition in an error's body, and the address inside it. */
const conditionIn = ({ body }: { body: Buffer }): string[] => {
  const [condition] = elements(parseXml(body))
  const at = condition && child(condition, 'DAV:', 'href')
  return condition ? [condition.name, ...(at ? at.children.map(String) : [])] : []
}

describe('calendars', () => {
  it('are found from the host: .well-known, principal, home (RFC 6764 §6, RFC 4791 §6.2.1)', async () => {
    await using opened = await openCalendars()
    const { dav } = opened.calendars
    const [root] = await dav.find('/dav/', '<D:current-user-principal/>', { absolute: true })
    assert.equal(textOf(root, 'current-user-principal'), '/dav/principals/ann/')
    const prop = `<C:calendar-home-set xmlns:C="${CALDAV}"/><C:calendar-user-address-set xmlns:C="${CALDAV}"/>`
    const [principal] = await dav.find('/dav/principals/ann/', prop, { absolute: true })
    assert.equal(textOf(principal, 'calendar-home-set', CALDAV), '/dav/calendars/ann/')
    const addresses = principal?.properties.get(`{${CALDAV}}calendar-user-address-set`)?.element
    const [mail, path] = addresses === undefined ? [] : elements(addresses).map(text)
    assert.deepEqual([mail, path], ['mailto:ann@localhost', '/dav/principals/ann/'])
    const options = await dav.ask('OPTIONS', '/dav/calendars/ann/', { absolute: true })
    assert.match(String(options.headers.dav), /calendar-access/)
  })

  it('begin with one for events and one for tasks', async () => {
    await using opened = await openCalendars()
    const prop = `<D:resourcetype/><D:displayname/><C:supported-calendar-component-set xmlns:C="${CALDAV}"/><X:getctag xmlns:X="http://calendarserver.org/ns/"/>`
    const found = await opened.calendars.dav.find('/dav/calendars/ann/', prop, { absolute: true, depth: '1' })
    assert.deepEqual(
      found.map(({ href }) => href),
      ['', 'calendar/', 'tasks/', 'inbox/', 'outbox/'].map((name) => `/dav/calendars/ann/${name}`),
    )
    const [, calendar, tasks] = found
    assert.equal(textOf(calendar, 'displayname'), 'Calendar')
    assert.ok(textOf(calendar, 'getctag', 'http://calendarserver.org/ns/'))
    const types = calendar?.properties.get('{DAV:}resourcetype')?.element
    assert.deepEqual(types && elements(types).map(({ name }) => name), ['collection', 'calendar'])
    const set = tasks?.properties.get(`{${CALDAV}}supported-calendar-component-set`)?.element
    assert.deepEqual(set && elements(set).map((one) => one.attributes[0]?.value), ['VTODO', 'VJOURNAL'])
  })

  it('are made with their properties by MKCALENDAR (§5.3.1) and by MKCOL (RFC 5689)', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const set = `<D:set><D:prop><D:displayname>Work</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set><A:calendar-color xmlns:A="${APPLE}">#ff0000ff</A:calendar-color><A:calendar-order xmlns:A="${APPLE}">7</A:calendar-order></D:prop></D:set>`
    const headers = { 'content-type': 'application/xml' }
    const body = `<C:mkcalendar xmlns:D="DAV:" xmlns:C="${CALDAV}">${set}</C:mkcalendar>`
    assert.equal((await calendars.ask('MKCALENDAR', 'work/', { body, headers })).status, 201)
    assert.equal((await calendars.ask('MKCALENDAR', 'work/', { body, headers })).status, 405)
    assert.equal((await calendars.ask('MKCALENDAR', 'plain/')).status, 201)
    const type = `<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Home</D:displayname></D:prop></D:set>`
    const mkcol = `<D:mkcol xmlns:D="DAV:" xmlns:C="${CALDAV}">${type}</D:mkcol>`
    assert.equal((await calendars.ask('MKCOL', 'home/', { body: mkcol, headers })).status, 201)
    const prop = `<D:displayname/><A:calendar-color xmlns:A="${APPLE}"/><A:calendar-order xmlns:A="${APPLE}"/>`
    const [work] = await calendars.dav.find('/dav/calendars/ann/work/', prop, { absolute: true })
    assert.deepEqual(
      [textOf(work, 'displayname'), textOf(work, 'calendar-color', APPLE), textOf(work, 'calendar-order', APPLE)],
      ['Work', '#ff0000ff', '7'],
    )
  })

  it('are not made inside one another, nor is another collection made beside them', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const inside = await calendars.ask('MKCALENDAR', 'calendar/inner/')
    assert.deepEqual([inside.status, conditionIn(inside)], [403, ['calendar-collection-location-ok']])
    assert.equal((await calendars.ask('MKCOL', 'folder/')).status, 403)
    assert.equal(await calendars.dav.status('MKCALENDAR', 'a/'), 403, 'among files')
  })

  it('keep what a client calls them, and dead properties', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const patch = (inside: string) =>
      calendars.ask('PROPPATCH', 'calendar/', {
        body: `<D:propertyupdate xmlns:D="DAV:" xmlns:C="${CALDAV}" xmlns:X="urn:x">${inside}</D:propertyupdate>`,
      })
    const set = await patch(
      '<D:set><D:prop><D:displayname>Mine &amp; yours</D:displayname><C:calendar-description>d</C:calendar-description><X:dead>kept</X:dead></D:prop></D:set>',
    )
    assert.equal(told(set)[0]?.properties.get('{DAV:}displayname')?.status, 200)
    const prop = `<D:displayname/><C:calendar-description xmlns:C="${CALDAV}"/><X:dead xmlns:X="urn:x"/>`
    const [found] = await calendars.dav.find('/dav/calendars/ann/calendar/', prop, { absolute: true })
    assert.deepEqual(
      [textOf(found, 'displayname'), textOf(found, 'calendar-description', CALDAV), textOf(found, 'dead', 'urn:x')],
      ['Mine & yours', 'd', 'kept'],
    )
    const refused = await patch('<D:set><D:prop><C:max-resource-size>1</C:max-resource-size></D:prop></D:set>')
    assert.equal(told(refused)[0]?.properties.get(`{${CALDAV}}max-resource-size`)?.status, 403)
  })

  it('go with what is in them', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    await calendars.put('calendar/a.ics', lunch)
    assert.equal((await calendars.ask('DELETE', 'calendar/')).status, 204)
    assert.equal((await calendars.ask('GET', 'calendar/a.ics')).status, 404)
    assert.equal((await calendars.ask('DELETE', '')).status, 405)
  })

  it('are nobody else’s', async () => {
    await using opened = await openCalendars()
    const { dav } = opened.calendars
    assert.equal(await dav.status('PROPFIND', '/dav/calendars/bob/', { absolute: true }), 404)
  })
})

describe('calendar objects', () => {
  it('come back byte for byte, with their ETag', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const odd = lunch.replace('SUMMARY:Lunch', 'SUMMARY;X-A="b":Lu\r\n nch\r\nX-ODD;A=1:ü')
    const put = await calendars.put('calendar/a.ics', odd, { 'if-none-match': '*' })
    assert.deepEqual([put.status, typeof put.headers.etag], [201, 'string'])
    const got = await calendars.ask('GET', 'calendar/a.ics')
    assert.deepEqual(
      [got.body.toString(), got.headers.etag, got.headers['content-type']],
      [odd, put.headers.etag, 'text/calendar; charset=utf-8'],
    )
    assert.equal((await calendars.put('calendar/a.ics', lunch, { 'if-none-match': '*' })).status, 412)
    assert.equal((await calendars.put('calendar/a.ics', lunch, { 'if-match': '"other"' })).status, 412)
    assert.equal((await calendars.put('calendar/a.ics', lunch, { 'if-match': put.headers.etag })).status, 204)
  })

  it('are refused with the precondition that fails (§5.3.2.1)', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const refusals: [precondition: string, path: string, text: string][] = [
      ['valid-calendar-data', 'calendar/x.ics', 'hello'],
      ['valid-calendar-data', 'calendar/x.ics', lunch.replace('UID:lunch\r\n', '')],
      ['valid-calendar-object-resource', 'calendar/x.ics', lunch.replace('PRODID', 'METHOD:REQUEST\r\nPRODID')],
      ['supported-calendar-component', 'calendar/x.ics', todo('t')],
      ['supported-calendar-component', 'tasks/x.ics', lunch],
      ['max-resource-size', 'calendar/x.ics', lunch.replace('Lunch', 'x'.repeat(largestCalendarObject))],
      ['min-date-time', 'calendar/x.ics', lunch.replaceAll('2026030', '0000030')],
      ['max-instances', 'calendar/x.ics', lunch.replace('SUMMARY', 'RRULE:FREQ=SECONDLY\r\nSUMMARY')],
    ]
    for (const [precondition, path, text] of refusals) {
      const answer = await calendars.put(path, text)
      assert.deepEqual([answer.status, conditionIn(answer)], [403, [precondition]], precondition)
    }
    assert.equal((await calendars.ask('GET', 'calendar/x.ics')).status, 404)
  })

  it('have a UID of their own in a calendar, and the refusal says whose it is', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    await calendars.put('calendar/a%20b.ics', lunch)
    const second = await calendars.put('calendar/b.ics', lunch)
    assert.deepEqual(
      [second.status, conditionIn(second)],
      [409, ['no-uid-conflict', '/dav/calendars/ann/calendar/a%20b.ics']],
    )
    const other = await calendars.put('calendar/a%20b.ics', lunch.replace('UID:lunch', 'UID:dinner'))
    assert.deepEqual([other.status, conditionIn(other)[0]], [409, 'no-uid-conflict'])
  })

  it('are moved and copied between calendars that take them, and nowhere else', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    await calendars.ask('MKCALENDAR', 'other/')
    await calendars.put('calendar/a.ics', lunch)
    const to = (path: string) => ({ headers: { destination: `/dav/calendars/ann/${path}` } })
    const twice = await calendars.ask('COPY', 'calendar/a.ics', to('calendar/b.ics'))
    assert.deepEqual([twice.status, conditionIn(twice)[0]], [409, 'no-uid-conflict'])
    const task = await calendars.ask('MOVE', 'calendar/a.ics', to('tasks/a.ics'))
    assert.deepEqual([task.status, conditionIn(task)], [403, ['supported-calendar-component']])
    assert.equal((await calendars.ask('COPY', 'calendar/a.ics', to('other/b.ics'))).status, 201)
    assert.equal((await calendars.ask('MOVE', 'calendar/a.ics', to('other/b.ics'))).status, 204)
    assert.equal((await calendars.ask('GET', 'calendar/a.ics')).status, 404)
    assert.equal((await calendars.ask('GET', 'other/b.ics')).body.toString(), lunch)
    const file = { headers: { destination: '/dav/files/ann/b.ics' } }
    assert.equal((await calendars.ask('MOVE', 'other/b.ics', file)).status, 502)
    assert.equal((await calendars.ask('GET', 'other/b.ics')).status, 200)
    await calendars.dav.ask('PUT', 'c.ics', { body: lunch.replace('UID:lunch', 'UID:c') })
    const fromFiles = await calendars.dav.ask('MOVE', 'c.ics', to('other/c.ics'))
    assert.ok(fromFiles.status >= 400, `${fromFiles.status}`)
  })

  it('are synchronised by sync-collection (RFC 6578), and by ctag and ETags', async () => {
    await using opened = await openCalendars()
    const { calendars } = opened
    const sync = async (token: string) => {
      const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`
      const answer = await calendars.ask('REPORT', 'calendar/', { body })
      const root = parseXml(answer.body)
      const next = child(root, 'DAV:', 'sync-token')?.children.join('') ?? ''
      return { next, changed: told(answer).map((one) => `${names([one])[0]} ${one.status ?? 200}`) }
    }
    await calendars.put('calendar/a.ics', lunch)
    await calendars.put('calendar/b.ics', lunch.replace('UID:lunch', 'UID:b'))
    const first = await sync('')
    assert.deepEqual(first.changed, ['a.ics 200', 'b.ics 200'])
    const same = await sync(first.next)
    assert.deepEqual(same, { next: first.next, changed: [] })
    await calendars.ask('DELETE', 'calendar/a.ics')
    await calendars.put('tasks/t.ics', todo('t'))
    const second = await sync(first.next)
    assert.deepEqual(second.changed, ['a.ics 404'])
  })
})

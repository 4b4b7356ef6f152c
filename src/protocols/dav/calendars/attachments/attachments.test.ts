import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CALDAV, calendarText, component, event, openCalendars } from '../../../../../tests/support/calendars.ts'
import { told } from '../../../../../tests/support/dav.ts'
import { readToEnd } from '../../../../../tests/support/http.ts'
import { createPerson } from '../../../../../tests/support/people.ts'
import { parameter } from '../../../../formats/content-line.ts'
import { property } from '../../../../formats/icalendar/component.ts'
import { componentsOf } from '../../../../formats/icalendar/itip/instances.ts'
import { parseObject } from '../../../../formats/icalendar/object.ts'
import { attachmentBytes, attachmentsPerObject, inlineBlobBytes } from '../../../../limits.ts'
import { verifyStore } from '../../../../store/verify/verify.ts'

const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'SUMMARY:Lunch')
const daily = event('daily', 'DTSTART;TZID=Europe/Berlin:20260301T120000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5')

/** Ann's calendar with two objects, and what the tests do with their attachments. */
async function open() {
  const opened = await openCalendars()
  const { calendars } = opened
  const { store } = calendars.dav
  assert.equal((await calendars.put('calendar/lunch.ics', lunch)).status, 201)
  assert.equal((await calendars.put('calendar/daily.ics', daily)).status, 201)
  const post = (path: string, query: string, body: string | Buffer = '', headers = {}) =>
    calendars.ask('POST', `calendar/${path}?${query}`, {
      body,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': 'attachment; filename=agenda.txt',
        ...headers,
      },
    })
  return {
    calendars,
    store,
    post,
    /** Adds one, and answers its id. */
    async add(path: string, body = 'an agenda', query = ''): Promise<string> {
      const answer = await post(path, `action=attachment-add${query}`, body)
      assert.equal(answer.status, 201, answer.body.toString())
      return String(answer.headers['cal-managed-id'])
    },
    text: async (path: string) => (await calendars.ask('GET', `calendar/${path}`)).body.toString(),
    /** What each component of an object has attached: its RECURRENCE-ID, and MANAGED-IDs. */
    async attached(path: string) {
      const object = parseObject((await calendars.ask('GET', `calendar/${path}`)).body.toString())
      return componentsOf(object).map((one) => [
        property(one, 'RECURRENCE-ID')?.value,
        ...one.properties.filter(({ name }) => name === 'ATTACH').map((line) => parameter(line, 'MANAGED-ID')),
      ])
    },
    get: (path: string, as = 'ann') => calendars.dav.ask('GET', path, { absolute: true, as }),
    count: () =>
      store.read((view) => view.db.selectFrom('attachment').select('managedId').execute()).then((all) => all.length),
    async [Symbol.asyncDispose]() {
      assert.deepEqual((await verifyStore(store)).problems, [])
      await opened[Symbol.asyncDispose]()
    },
  }
}

type Opened = Awaited<ReturnType<typeof open>>

const condition = (answer: { status: number; body: Buffer }) => [
  answer.status,
  /<(?:\w+:)?error[^>]*><(?:\w+:)?([\w-]+)/.exec(answer.body.toString())?.[1],
]

const pathOf = (text: string): string =>
  new URL(/^ATTACH[^\r]*?(https:[^\r]*)$/m.exec(text.replaceAll(/\r\n /g, ''))?.[1] ?? '').pathname

describe('a managed attachment (RFC 8607)', () => {
  it('is announced, with what is borne', async () => {
    await using ann = await open()
    const options = await ann.calendars.ask('OPTIONS', '')
    assert.match(String(options.headers.dav), /calendar-managed-attachments(,|$)/)
    const body = `<D:propfind xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><C:managed-attachments-server-URL/><C:max-attachment-size/><C:max-attachments-per-resource/></D:prop></D:propfind>`
    const headers = { depth: '0', 'content-type': 'application/xml' }
    const [home] = told(await ann.calendars.ask('PROPFIND', '', { headers, body }))
    for (const name of ['managed-attachments-server-URL', 'max-attachment-size', 'max-attachments-per-resource'])
      assert.equal(home?.properties.get(`{${CALDAV}}${name}`)?.status, 200)
  })

  it('is added to an object, which says what and where it is', async () => {
    await using ann = await open()
    const answer = await ann.post('lunch.ics', 'action=attachment-add', 'über', {
      'content-disposition': `attachment; filename="x"; filename*=UTF-8''Tagesordnung%2C%20M%C3%A4rz.txt`,
    })
    assert.equal(answer.status, 201)
    const id = String(answer.headers['cal-managed-id'])
    const got = await ann.calendars.ask('GET', 'calendar/lunch.ics')
    assert.equal(got.headers.etag, answer.headers.etag)
    const { master } = parseObject(got.body.toString())
    const line = master && property(master, 'ATTACH')
    assert.ok(line)
    assert.deepEqual(
      ['MANAGED-ID', 'FMTTYPE', 'SIZE', 'FILENAME'].map((name) => parameter(line, name)),
      [id, 'text/plain', '5', 'Tagesordnung, März.txt'],
    )
    assert.equal(line.value, answer.headers.location)
    const file = await ann.get(new URL(line.value).pathname)
    assert.deepEqual([file.status, file.body.toString()], [200, 'über'])
  })

  it('is read without any power over the page', async () => {
    await using ann = await open()
    const script = '<script>alert(1)</script>'
    await ann.post('lunch.ics', 'action=attachment-add', script, {
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=evil.html',
    })
    const file = await ann.get(pathOf(await ann.text('lunch.ics')))
    assert.equal(file.body.toString(), script)
    assert.match(String(file.headers['content-security-policy']), /^sandbox;/)
    assert.equal(file.headers['x-content-type-options'], 'nosniff')
    assert.match(String(file.headers['content-disposition']), /^attachment;/)
  })

  it('comes with the object as it is now when the client prefers that', async () => {
    await using ann = await open()
    const prefer = { prefer: 'return=representation' }
    const added = await ann.post('lunch.ics', 'action=attachment-add', 'a', prefer)
    assert.deepEqual([added.status, added.headers['content-location']], [201, '/dav/calendars/ann/calendar/lunch.ics'])
    assert.equal(added.body.toString(), await ann.text('lunch.ics'))
    const id = added.headers['cal-managed-id']
    const removed = await ann.post('lunch.ics', `action=attachment-remove&managed-id=${id}`, '', prefer)
    assert.deepEqual([removed.status, removed.body.toString()], [200, await ann.text('lunch.ics')])
  })

  it('is replaced by another one with another id', async () => {
    await using ann = await open()
    const first = await ann.add('lunch.ics', 'first')
    const formerPath = pathOf(await ann.text('lunch.ics'))
    const answer = await ann.post('lunch.ics', `action=attachment-update&managed-id=${first}`, 'second')
    assert.equal(answer.status, 204)
    const second = String(answer.headers['cal-managed-id'])
    assert.notEqual(second, first)
    assert.deepEqual(await ann.attached('lunch.ics'), [[undefined, second]])
    assert.equal((await ann.get(pathOf(await ann.text('lunch.ics')))).body.toString(), 'second')
    assert.equal((await ann.get(formerPath)).status, 404)
    assert.equal(await ann.count(), 1)
  })

  it('is removed', async () => {
    await using ann = await open()
    const [a, b] = [await ann.add('lunch.ics'), await ann.add('lunch.ics')]
    assert.equal((await ann.post('lunch.ics', `action=attachment-remove&managed-id=${a}`)).status, 204)
    assert.deepEqual(await ann.attached('lunch.ics'), [[undefined, b]])
    assert.equal(await ann.count(), 1)
  })

  it('is for the master, or for instances, which get components of their own', async () => {
    await using ann = await open()
    const both = await ann.add('daily.ics', 'a', '&rid=M,20260303T110000Z')
    assert.deepEqual(await ann.attached('daily.ics'), [
      [undefined, both],
      ['20260303T120000', both],
    ])
    const all = await ann.add('daily.ics', 'b')
    assert.deepEqual(await ann.attached('daily.ics'), [
      [undefined, both, all],
      ['20260303T120000', both, all],
    ])
    assert.equal(
      (await ann.post('daily.ics', `action=attachment-remove&managed-id=${both}&rid=20260304T110000Z`)).status,
      204,
    )
    assert.deepEqual(await ann.attached('daily.ics'), [
      [undefined, both, all],
      ['20260303T120000', both, all],
      ['20260304T120000', all],
    ])
    assert.equal((await ann.post('daily.ics', `action=attachment-remove&managed-id=${both}`)).status, 204)
    assert.equal(await ann.count(), 1)
  })

  it('is refused where the question makes no sense', async () => {
    await using ann = await open()
    const id = await ann.add('lunch.ics')
    const cases: [string, string, string][] = [
      ['lunch.ics', '', 'valid-action'],
      ['lunch.ics', 'action=explode', 'valid-action'],
      ['lunch.ics', 'action=attachment-add&action=attachment-add', 'valid-action'],
      ['lunch.ics', `action=attachment-add&managed-id=${id}`, 'valid-managed-id'],
      ['lunch.ics', 'action=attachment-update', 'valid-managed-id'],
      ['lunch.ics', 'action=attachment-remove&managed-id=nobody', 'valid-managed-id'],
      ['daily.ics', `action=attachment-remove&managed-id=${id}`, 'valid-managed-id'],
      ['lunch.ics', `action=attachment-update&managed-id=${id}&rid=M`, 'valid-rid'],
      ['daily.ics', 'action=attachment-add&rid=20260303T110001Z', 'valid-rid'],
      ['daily.ics', 'action=attachment-add&rid=nonsense', 'valid-rid'],
    ]
    for (const [path, query, name] of cases)
      assert.deepEqual(condition(await ann.post(path, query, 'x')), [403, name], query)
    assert.equal((await ann.post('nothing.ics', 'action=attachment-add', 'x')).status, 404)
    assert.equal((await ann.post('lunch.ics', 'action=attachment-add', 'x', { 'if-match': '"other"' })).status, 412)
    assert.equal(await ann.count(), 1)
  })

  it('is refused when it is too large, or one too many, and nothing of it stays', async () => {
    await using ann = await open()
    const { server, host, password } = ann.calendars.dav
    const socket = await server.connect()
    const answer = readToEnd(socket)
    const lines = [
      'POST /dav/calendars/ann/calendar/lunch.ics?action=attachment-add HTTP/1.1',
      `Host: ${host}`,
      `Authorization: Basic ${Buffer.from(`ann:${password}`).toString('base64')}`,
      'Expect: 100-continue',
      'Connection: close',
      `Content-Length: ${attachmentBytes + 1}`,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    assert.match(await answer, /^HTTP\/1.1 403 [\s\S]*:max-attachment-size /)
    const others = Array.from(
      { length: attachmentsPerObject },
      (_, index) => `ATTACH;MANAGED-ID=other-${index}:https://elsewhere.example/${index}`,
    )
    await ann.calendars.put('calendar/lunch.ics', event('lunch', 'DTSTART:20260301T120000Z', ...others))
    assert.deepEqual(condition(await ann.post('lunch.ics', 'action=attachment-add', 'x')), [
      403,
      'max-attachments-per-resource',
    ])
    assert.equal(await ann.count(), 0)
  })

  it('has a name without a path, whatever its sender says', async () => {
    await using ann = await open()
    const names: [string, string][] = [
      ['attachment; filename="../../etc/passwd"', 'passwd'],
      ['attachment; filename="C:\\\\evil.exe"', 'evil.exe'],
      [`attachment; filename*=UTF-8''..%2F..%2Fx%00%0Ay`, 'xy'],
      ['attachment; filename=".."', 'attachment'],
      ['attachment', 'attachment'],
      [`attachment; filename="${'x'.repeat(400)}"`, 'x'.repeat(255)],
    ]
    for (const [disposition, name] of names) {
      const answer = await ann.post('lunch.ics', 'action=attachment-add', 'x', { 'content-disposition': disposition })
      assert.ok(
        String(answer.headers.location).endsWith(`/${encodeURIComponent(name)}`),
        String(answer.headers.location),
      )
    }
  })
})

describe('what refers to a managed attachment', () => {
  const isThere = async (ann: Opened, path: string) => (await ann.get(path)).status === 200

  it('may be another object, by a PUT or a COPY, and the last one that goes takes it along', async () => {
    await using ann = await open()
    await ann.add('lunch.ics')
    const text = await ann.text('lunch.ics')
    const path = pathOf(text)
    await ann.calendars.put('calendar/other.ics', text.replace('UID:lunch', 'UID:other'))
    await ann.calendars.ask('MKCALENDAR', 'second/')
    const headers = { destination: '/dav/calendars/ann/second/copy.ics' }
    assert.equal((await ann.calendars.ask('COPY', 'calendar/lunch.ics', { headers })).status, 201)
    await ann.calendars.put('calendar/lunch.ics', lunch)
    assert.ok(await isThere(ann, path))
    assert.equal((await ann.calendars.ask('DELETE', 'calendar/other.ics')).status, 204)
    assert.ok(await isThere(ann, path))
    assert.equal((await ann.calendars.ask('DELETE', 'second/')).status, 204)
    assert.equal(await isThere(ann, path), false)
    assert.equal(await ann.count(), 0)
  })

  it('keeps it when it moves', async () => {
    await using ann = await open()
    await ann.add('lunch.ics')
    const path = pathOf(await ann.text('lunch.ics'))
    await ann.calendars.ask('MKCALENDAR', 'second/')
    const headers = { destination: '/dav/calendars/ann/second/lunch.ics' }
    assert.equal((await ann.calendars.ask('MOVE', 'calendar/lunch.ics', { headers })).status, 201)
    assert.ok(await isThere(ann, path))
    await ann.calendars.ask('DELETE', 'second/')
    assert.equal(await ann.count(), 0)
  })

  it('is the copy of somebody who is invited: they read it, and nobody else does', async () => {
    await using ann = await open()
    const { store } = ann
    await createPerson(store, 'bob', ann.calendars.dav.password)
    await createPerson(store, 'eve', ann.calendars.dav.password)
    const address = (name: string) => `mailto:${name}@${store.domain}`
    const meeting = calendarText(
      ...component(
        'VEVENT',
        'meeting',
        'DTSTART:20260301T120000Z',
        `ORGANIZER:${address('ann')}`,
        `ATTENDEE:${address('ann')}`,
        `ATTENDEE:${address('bob')}`,
      ),
    )
    assert.equal((await ann.calendars.put('calendar/meeting.ics', meeting)).status, 201)
    await ann.add('meeting.ics', 'the agenda')
    const path = pathOf(await ann.text('meeting.ics'))
    assert.equal((await ann.get(path)).body.toString(), 'the agenda')
    assert.equal((await ann.get(path, 'bob')).body.toString(), 'the agenda')
    assert.equal((await ann.get(path, 'eve')).status, 404)
    assert.equal(
      (await ann.post('meeting.ics', `action=attachment-remove&managed-id=${path.split('/')[3]}`)).status,
      204,
    )
    assert.equal((await ann.get(path, 'bob')).status, 404)
    assert.equal(await ann.count(), 0)
  })

  it('is charged to its owner, and not stored beyond their quota', async () => {
    await using ann = await open()
    const { store, calendars } = ann
    const { accountId } = calendars.dav
    const used = () => store.read((view) => store.files.usage(view, accountId)).then((usage) => usage.used)
    const before = await used()
    const large = 'x'.repeat(inlineBlobBytes * 2)
    const id = await ann.add('lunch.ics', large)
    assert.ok((await used()) - before > large.length)
    await ann.post('lunch.ics', `action=attachment-remove&managed-id=${id}`)
    assert.equal(await used(), before)
    await store.write(async (tx) => {
      const account = await store.accounts.byId(tx, accountId)
      assert.ok(account)
      await store.accounts.update(tx, account, { quota: before + large.length })
    })
    assert.equal((await ann.post('lunch.ics', 'action=attachment-add', large)).status, 507)
    assert.equal(await ann.text('lunch.ics'), lunch)
    assert.equal(await used(), before)
  })

  it('is what no other server’s id is: such an ATTACH stays as it is', async () => {
    await using ann = await open()
    const text = event('lunch', 'DTSTART:20260301T120000Z', 'ATTACH;MANAGED-ID=97S:https://elsewhere.example/97S')
    assert.equal((await ann.calendars.put('calendar/lunch.ics', text)).status, 204)
    assert.equal(await ann.text('lunch.ics'), text)
  })

  it('goes with its account', async () => {
    await using ann = await open()
    const { store, calendars } = ann
    await ann.add('lunch.ics')
    await store.write(async (tx) => {
      const account = await store.accounts.byId(tx, calendars.dav.accountId)
      assert.ok(account)
      await store.accounts.delete(tx, account)
    })
    await store.erasures.settled()
    assert.equal(await ann.count(), 0)
  })
})

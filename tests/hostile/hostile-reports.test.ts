// HOSTILE 10 for CalDAV and CardDAV: XML that is a bomb, too deep or too long, in every request of theirs that has a
// body; objects that are too long. Refused with the status of the standards, in bounded time and memory.
import assert from 'node:assert/strict'
import { Agent, request } from 'node:https'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { type DavClient, davClient } from '../support/dav-client.ts'
import { lacksProc, residentNow, residentPeak } from '../support/memory.ts'
import { type Program, prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const megabyte = 2 ** 20
const hundredMegabytes = 100 * megabyte
/** Of growth, with V8's young objects; a body held whole would be more than all of it. */
const megabytesMost = 90

const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:K="urn:ietf:params:xml:ns:carddav"'

type Asked = { method: string; path: string; root: string; depth?: string }

const calendars: Asked[] = [
  { method: 'REPORT', path: 'calendar/', root: 'C:calendar-query', depth: '1' },
  { method: 'REPORT', path: 'calendar/', root: 'C:calendar-multiget', depth: '1' },
  { method: 'REPORT', path: 'calendar/', root: 'C:free-busy-query', depth: '1' },
  { method: 'REPORT', path: 'calendar/', root: 'D:sync-collection', depth: '0' },
  { method: 'REPORT', path: 'calendar/', root: 'D:expand-property', depth: '0' },
  { method: 'PROPFIND', path: 'calendar/', root: 'D:propfind', depth: '1' },
  { method: 'PROPPATCH', path: 'calendar/', root: 'D:propertyupdate' },
  { method: 'MKCALENDAR', path: 'bomb/', root: 'C:mkcalendar' },
]

const contacts: Asked[] = [
  { method: 'REPORT', path: 'contacts/', root: 'K:addressbook-query', depth: '1' },
  { method: 'REPORT', path: 'contacts/', root: 'K:addressbook-multiget', depth: '1' },
  { method: 'MKCOL', path: 'bomb/', root: 'D:mkcol' },
]

const within = (root: string, inside: string): string => `<${root} ${namespaces}>${inside}</${root}>`

const laughs = [
  '<!ENTITY a0 "ha">',
  ...Array.from({ length: 20 }, (_, index) => `<!ENTITY a${index + 1} "&a${index};&a${index};">`),
].join('')

const bombs: Record<string, (root: string) => string> = {
  'a document type with entities': (root) => `<!DOCTYPE x [${laughs}]>${within(root, '<D:prop>&a20;</D:prop>')}`,
  'an external entity': (root) =>
    `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${within(root, '<D:href>&e;</D:href>')}`,
  '10,000 nested elements': (root) => within(root, '<D:a>'.repeat(10_000) + '</D:a>'.repeat(10_000)),
  'no end': (root) => `<${root} ${namespaces}><D:prop>`,
}

describe('a body that is a bomb', { skip: lacksProc() }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let twin: Program
  const clients: Partial<Record<'calendars' | 'contacts', DavClient>> = {}

  before(async () => {
    folder = await temporaryFolder()
    await prepareData(folder.path, login)
    twin = await startProgram(folder.path)
    for (const home of ['calendars', 'contacts'] as const) clients[home] = davClient(twin, { ...login, home })
  })
  after(async () => {
    for (const client of Object.values(clients)) client.close()
    agent.destroy()
    await twin[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  for (const [home, asked] of [
    ['calendars', calendars],
    ['contacts', contacts],
  ] as const) {
    for (const { method, path, root, depth } of asked) {
      it(`is refused as ${root}`, async () => {
        const client = clients[home] as DavClient
        const headers = { 'content-type': 'application/xml', ...(depth !== undefined && { depth }) }
        for (const [what, bomb] of Object.entries(bombs)) {
          const started = performance.now()
          const { status } = await client.send(method, path, bomb(root), headers)
          assert.ok([400, 403, 413].includes(status), `${what}: ${status}`)
          assert.ok(performance.now() - started < 2000, `${what} took ${performance.now() - started} ms`)
        }
      })
    }
  }

  it('is refused when its filter is too deep or has too many conditions', async () => {
    const filter = (inside: string) =>
      within('C:calendar-query', `<D:prop><D:getetag/></D:prop><C:filter>${inside}</C:filter>`)
    const comp = '<C:comp-filter name="VCALENDAR">'
    const deep = filter(comp.repeat(90) + '</C:comp-filter>'.repeat(90))
    const many = filter(
      `${comp}<C:comp-filter name="VEVENT">${'<C:prop-filter name="X"/>'.repeat(5000)}</C:comp-filter></C:comp-filter>`,
    )
    const calendarQuery = async (body: string) =>
      (await (clients.calendars as DavClient).send('REPORT', 'calendar/', body, { depth: '1' })).status
    assert.equal(await calendarQuery(deep), 207, 'nothing is so deep')
    assert.equal(await calendarQuery(many), 403)
    const cards = within(
      'K:addressbook-query',
      `<D:prop><D:getetag/></D:prop><K:filter>${'<K:prop-filter name="X"/>'.repeat(5000)}</K:filter>`,
    )
    const { status } = await (clients.contacts as DavClient).send('REPORT', 'contacts/', cards, { depth: '1' })
    assert.equal(status, 403)
  })

  it('is answered whole when it asks for more addresses than there are objects', async () => {
    const hrefs = Array.from(
      { length: 10_000 },
      (_, index) => `<D:href>/dav/calendars/ann/calendar/${index}.ics</D:href>`,
    )
    const body = within('C:calendar-multiget', `<D:prop><D:getetag/></D:prop>${hrefs.join('')}`)
    const answer = await (clients.calendars as DavClient).send('REPORT', 'calendar/', body, { depth: '1' })
    assert.equal(answer.status, 207)
    assert.equal(answer.body.toString().split('HTTP/1.1 404').length - 1, 10_000)
  })

  it('is not held in memory when it has 100 MB', async () => {
    residentNow(twin.pid)
    const start = residentNow(twin.pid)
    const xml = [
      ...calendars.map((one) => ['calendars', one] as const),
      ...contacts.map((one) => ['contacts', one] as const),
    ]
    for (const [home, { method, path, root, depth }] of xml)
      for (const length of [hundredMegabytes, undefined]) {
        const begin = `<${root} ${namespaces}><D:href>`
        const status = await sendLong(twin, { method, path: `/dav/${home}/ann/${path}`, begin, length, depth })
        assert.equal(status, 413, `${root}, ${length === undefined ? 'chunked' : 'with its length'}`) // RFC 9110 §15.5.14
      }
    for (const [path, type, begin] of [
      ['/dav/calendars/ann/calendar/long.ics', 'text/calendar', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-A:'],
      ['/dav/contacts/ann/contacts/long.vcf', 'text/vcard', 'BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:'],
    ] as const)
      for (const length of [hundredMegabytes, undefined]) {
        const status = await sendLong(twin, { method: 'PUT', path, begin, length, type })
        assert.equal(status, 403, path) // RFC 4791 §5.3.2.1: max-resource-size
      }
    const grown = residentPeak(twin.pid) - start
    assert.ok(grown < megabytesMost, `${Math.round(grown)} MB more`)
    assert.equal((await (clients.calendars as DavClient).send('PROPFIND', 'calendar/', '', { depth: '0' })).status, 207)
  })
})

type Long = {
  method: string
  path: string
  begin: string
  /** Undefined is chunked. */
  length: number | undefined
  depth?: string | undefined
  type?: string
}

/** A client that stays, which is what the twin reads on for. */
const agent = new Agent({ keepAlive: true })

/** Sends 100 MB of one text, or as many as are taken, and resolves with the status. */
const sendLong = (
  { port }: Program,
  { method, path, begin, length, depth, type = 'application/xml' }: Long,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`,
      'content-type': type,
      ...(length !== undefined && { 'content-length': length }),
      ...(depth !== undefined && { depth }),
    }
    const call = request({ port, host: '127.0.0.1', method, path, headers, agent, rejectUnauthorized: false })
    call.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
      body.destroy()
      call.destroy()
    })
    call.on('error', reject)
    const body = Readable.from(textOf(begin))
    body.on('error', () => undefined)
    body.pipe(call)
  })

function* textOf(begin: string): Generator<Buffer> {
  yield Buffer.from(begin)
  const block = Buffer.alloc(megabyte, 'x')
  for (let left = hundredMegabytes - begin.length; left > 0; left -= megabyte) yield block.subarray(0, left)
}

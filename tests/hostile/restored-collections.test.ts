// HOSTILE 7 for calendars and address books: an older backup restored under live clients. A token from before is refused,
// also when the new history has grown past it, and real clients take over what there is without a word.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { DAVClient, type DAVCollection } from 'tsdav'
import { event } from '../support/calendars.ts'
import { davClient } from '../support/dav-client.ts'
import { trustingFetch } from '../support/fetch.ts'
import { lacks } from '../support/lacks.ts'
import { type Program, prepareData, runCommand, startProgram } from '../support/program.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { membersIn, syncCollection, tokenIn } from '../support/sync.ts'

const login = { name: 'ann', password: 'correct-horse' }

const lunch = (uid: string): string => event(uid, 'DTSTART:20260301T120000Z', 'DURATION:PT1H', `SUMMARY:${uid}`)
const card = (uid: string): string => `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${uid}\r\nEND:VCARD\r\n`

const kinds = [
  { home: 'calendars', collection: 'calendar', extension: 'ics', text: lunch },
  { home: 'contacts', collection: 'contacts', extension: 'vcf', text: card },
] as const

/** A twin at the address where it was, with 'kept' in its backup; `before` runs ahead of the restore, when there is 'lost' too. */
async function restored(
  data: string,
  put: (twin: Program, uid: string) => Promise<void>,
  before: (twin: Program) => Promise<void>,
): Promise<Program> {
  const file = `${data}.tar`
  let port: number
  await prepareData(data, login)
  {
    await using twin = await startProgram(data)
    await put(twin, 'kept')
    assert.equal((await runCommand(data, ['backup', file])).code, 0)
    await put(twin, 'lost')
    await before(twin)
    port = twin.port
    await twin.stop()
  }
  assert.equal((await runCommand(data, ['restore', file, '--force'])).code, 0)
  return startProgram(data, { TWIN_PORTS_HTTPS: String(port) })
}

for (const { home, collection, extension, text } of kinds) {
  const put = async (twin: Program, uid: string): Promise<void> => {
    const client = davClient(twin, { ...login, home })
    const type = extension === 'ics' ? 'text/calendar' : 'text/vcard'
    await client.expect(201, 'PUT', `${collection}/${uid}.${extension}`, text(uid), { 'content-type': type })
    client.close()
  }

  it(`a token of ${home} from before a restore is refused with valid-sync-token, and a new one has everything`, async () => {
    await using folder = await temporaryFolder()
    let known = ''
    await using twin = await restored(join(folder.path, 'data'), put, async (before) => {
      const client = davClient(before, { ...login, home })
      known = tokenIn(await syncCollection(client, `${collection}/`, ''))
      assert.equal((await syncCollection(client, `${collection}/`, known)).status, 207)
      client.close()
    })
    const client = davClient(twin, { ...login, home })
    for (const uid of ['one', 'two', 'three', 'four']) {
      const refused = await syncCollection(client, `${collection}/`, known)
      assert.deepEqual([refused.status, /valid-sync-token/.test(refused.body.toString())], [403, true]) // RFC 6578 §3.2
      await put(twin, uid)
    }
    const full = await syncCollection(client, `${collection}/`, '')
    const names = membersIn(full).map(({ name }) => name)
    assert.deepEqual(
      names.sort(),
      ['four', 'kept', 'one', 'three', 'two'].map((uid) => `${uid}.${extension}`),
    )
    assert.equal((await syncCollection(client, `${collection}/`, tokenIn(full))).status, 207)
    client.close()
  })

  it(`vdirsyncer takes over ${home} of a restored backup`, { skip: lacks('vdirsyncer') }, async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'data')
    const config = join(folder.path, 'vdirsyncer')
    const local = join(folder.path, 'local', collection)
    await mkdir(local, { recursive: true })
    const vdirsyncer = async ({ port }: Program, command: string, input = '') => {
      await writeFile(config, configuration(folder.path, data, port, home, collection, extension))
      await runWell('vdirsyncer', ['-c', config, command], { input })
    }
    const names = async () => {
      const texts = (await readdir(local)).map((name) => readFile(join(local, name), 'utf8'))
      return (await Promise.all(texts)).map((one) => /UID:(.*?)\r?\n/.exec(one)?.[1]).sort()
    }
    await using twin = await restored(data, put, async (before) => {
      await vdirsyncer(before, 'discover', 'y\n')
      await vdirsyncer(before, 'sync')
      assert.deepEqual(await names(), ['kept', 'lost'])
    })
    await put(twin, 'new')
    await vdirsyncer(twin, 'sync')
    assert.deepEqual(await names(), ['kept', 'new'])
  })

  it(`tsdav takes over ${home} of a restored backup`, async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'data')
    let known: Known | undefined
    await using twin = await restored(data, put, (before) =>
      withTsdav(before, data, home, async (client) => {
        known = await everything(client, home)
        assert.deepEqual(uidsIn(known), ['kept', 'lost'])
      }),
    )
    await put(twin, 'new')
    await withTsdav(twin, data, home, async (client) => {
      assert.ok(known)
      const collection = { ...known, ...methodsOf(client, home) }
      await assert.rejects(client.smartCollectionSync({ collection, method: 'webdav' }), /Collection sync failed: 403/)
      assert.deepEqual(uidsIn(await client.smartCollectionSync({ collection, method: 'basic' })), ['kept', 'new'])
    })
  })
}

type Home = (typeof kinds)[number]['home']
type Known = Pick<DAVCollection, 'url' | 'ctag' | 'syncToken' | 'objects'>

const withTsdav = async (twin: Program, data: string, home: Home, body: (client: DAVClient) => Promise<void>) => {
  await using trusting = trustingFetch(await readFile(join(data, 'keys/ca.crt'), 'utf8'))
  const client = new DAVClient({
    serverUrl: `https://localhost:${twin.port}/`,
    credentials: { username: login.name, password: login.password },
    authMethod: 'Basic',
    defaultAccountType: home === 'calendars' ? 'caldav' : 'carddav',
    fetch: trusting.fetch,
  })
  await client.login()
  await body(client)
}

/** What tsdav needs of an application. */
const methodsOf = (client: DAVClient, home: Home): Pick<DAVCollection, 'fetchObjects' | 'objectMultiGet'> =>
  home === 'calendars'
    ? {
        fetchObjects: (asked?: { collection: DAVCollection }) =>
          client.fetchCalendarObjects({ calendar: asked?.collection as DAVCollection }),
        objectMultiGet: (asked) => client.calendarMultiGet(asked),
      }
    : {
        fetchObjects: (asked?: { collection: DAVCollection }) =>
          client.fetchVCards({ addressBook: asked?.collection as DAVCollection }),
        objectMultiGet: (asked) => client.addressBookMultiGet(asked),
      }

const everything = async (client: DAVClient, home: Home): Promise<Known> => {
  const [collection] = home === 'calendars' ? await client.fetchCalendars() : await client.fetchAddressBooks()
  assert.ok(collection)
  const objects = await methodsOf(client, home).fetchObjects?.({ collection })
  const { url, ctag, syncToken } = collection
  return { url, objects: objects ?? [], ...(ctag && { ctag }), ...(syncToken && { syncToken }) }
}

const uidsIn = ({ objects = [] }: Pick<DAVCollection, 'objects'>): (string | undefined)[] =>
  objects.map(({ data }) => /UID:(.*?)\r?\n/.exec(String(data))?.[1]).sort()

const configuration = (
  folder: string,
  data: string,
  port: number,
  home: string,
  name: string,
  extension: string,
) => `[general]
status_path = "${folder}/status"
[pair both]
a = "local"
b = "twin"
collections = ["${name}"]
conflict_resolution = "b wins"
[storage local]
type = "filesystem"
path = "${folder}/local"
fileext = ".${extension}"
[storage twin]
type = "${home === 'calendars' ? 'caldav' : 'carddav'}"
url = "https://localhost:${port}/"
verify = "${data}/keys/ca.crt"
username = "${login.name}"
password = "${login.password}"
`

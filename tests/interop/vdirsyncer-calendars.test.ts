import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { event } from '../support/calendars.ts'
import { lacks } from '../support/lacks.ts'
import { run, runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', 'SUMMARY:Lunch')

/** A pair of a folder and the twin's calendars; `conflict` is vdirsyncer's own setting. */
const configuration = (folder: string, port: number, ca: string): string => `[general]
status_path = "${folder}/status"
[pair calendars]
a = "local"
b = "twin"
collections = ["from a", "from b"]
conflict_resolution = null
[storage local]
type = "filesystem"
path = "${folder}/local"
fileext = ".ics"
[storage twin]
type = "caldav"
url = "https://localhost:${port}/"
verify = "${ca}"
username = "ann"
password = "secret-words"
`

test('vdirsyncer finds the calendars, synchronises both ways, and tells of a conflict', {
  skip: lacks('vdirsyncer'),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using folder = await temporaryFolder()
  const ca = join(folder.path, 'ca.pem')
  const config = join(folder.path, 'config')
  await writeFile(ca, twin.ca)
  await writeFile(config, configuration(folder.path, twin.port, ca))
  const local = (name = ''): string => join(folder.path, 'local/calendar', name)
  await mkdir(local(), { recursive: true })
  const sync = () => runWell('vdirsyncer', ['-c', config, 'sync'])

  await runWell('vdirsyncer', ['-c', config, 'discover'], { input: 'y\ny\ny\n' })
  await writeFile(local('lunch.ics'), lunch)
  await sync()
  const { store } = twin
  const accountId = (await store.read((view) => store.accounts.byName(view, 'ann')))?.id ?? 0
  const there = () =>
    store.read(async (view) => {
      const calendar = await store.collections.find(view, { accountId, kind: 'calendar', name: 'calendar' })
      assert.ok(calendar)
      return { calendar, items: await store.collections.itemsWithData(view, calendar, { limit: 10 }) }
    })
  const { calendar, items } = await there()
  assert.deepEqual(
    items.map(({ uid }) => uid),
    ['lunch'],
  )

  const change = async (summary: string): Promise<void> => {
    const [item] = (await there()).items
    assert.ok(item)
    const staged = store.blobs.small(Buffer.from(lunch.replace('Lunch', summary)))
    const { name, uid, component } = item
    await store.write((tx) => store.collections.put(tx, calendar, { name, uid, component, staged }))
  }
  await change('Late lunch')
  await sync()
  const [file = ''] = await readdir(local())
  assert.match(await readFile(local(file), 'utf8'), /SUMMARY:Late lunch/)

  await change('Brunch')
  await writeFile(local(file), lunch.replace('Lunch', 'Supper'))
  const { code, output } = await run('vdirsyncer', ['-c', config, 'sync'])
  assert.notEqual(code, 0)
  assert.match(output, /conflict/i)
  await writeFile(config, configuration(folder.path, twin.port, ca).replace('= null', '= "a wins"'))
  await sync()
  const [merged] = (await there()).items
  assert.match(String(merged?.data && Buffer.from(merged.data)), /SUMMARY:Supper/)

  await rm(local(file))
  await writeFile(local('other.ics'), lunch.replace('UID:lunch', 'UID:other'))
  await sync()
  assert.deepEqual(
    (await there()).items.map(({ uid }) => uid),
    ['other'],
  )
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { lacks } from '../../../tests/support/lacks.ts'
import { PageClient } from '../../../tests/support/page-client.ts'
import { createTestTwin, type TestTwin } from '../../../tests/support/twin.ts'

const password = 'correct horse'
const run = promisify(execFile)
const skip = lacks('python3')

async function person(twin: TestTwin, name = 'ann') {
  const accountId = await twin.account(name, password)
  const page = new PageClient(twin)
  await page.signIn(name, password)
  const { store } = twin
  const root = await store.read((view) => store.files.root(view, accountId))
  const folder = (parentId: number, name: string) =>
    store.write(async (tx) => (await store.files.mkdir(tx, { accountId, parentId, name })).id)
  const file = async (parentId: number, name: string, content: Buffer) => {
    const staged = await store.blobs.receive(Readable.from([content]))
    await store.write((tx) => store.files.put(tx, { accountId, parentId, name, staged }))
  }
  return { page, rootId: root.id, folder, file }
}

const zipOf = (...paths: string[]) => `/api/zip?${paths.map((path) => `path=${encodeURIComponent(path)}`).join('&')}`

/** The names and contents of a zip, as Python's own reader finds them. It checks every CRC. */
async function unpack(zip: Buffer): Promise<Map<string, Buffer | undefined>> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-zip-'))
  try {
    await writeFile(join(folder, 'a.zip'), zip)
    const script =
      'import zipfile,json,sys;z=zipfile.ZipFile("a.zip");assert z.testzip() is None;z.extractall("out");print(json.dumps(z.namelist()))'
    const { stdout } = await run('python3', ['-c', script], { cwd: folder, maxBuffer: 1e8 })
    const names = JSON.parse(stdout) as string[]
    const read = async (name: string) =>
      [name, name.endsWith('/') ? undefined : await readFile(join(folder, 'out', name))] as const
    assert.ok((await readdir(folder)).includes('out') || names.length === 0)
    return new Map(await Promise.all(names.map(read)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a folder comes whole: empty folders, empty, small and large files, names of every alphabet', {
  skip,
}, async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder, file } = await person(twin)
  const photos = await folder(rootId, 'Fotos für Ömi 🦊')
  const large = randomBytes(3 * 1024 * 1024)
  await file(photos, 'große Datei.bin', large)
  await file(photos, 'klein.txt', Buffer.from('klein'))
  await file(photos, 'leer', Buffer.alloc(0))
  await folder(await folder(photos, 'a'), 'b')
  const answer = await page.call('GET', zipOf('/dav/files/ann/Fotos%20f%C3%BCr%20%C3%96mi%20%F0%9F%A6%8A/'))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'application/zip')
  assert.equal(
    answer.headers['content-disposition'],
    "attachment; filename*=UTF-8''Fotos%20f%C3%BCr%20%C3%96mi%20%F0%9F%A6%8A.zip",
  )
  const top = 'Fotos für Ömi 🦊'
  const entries = await unpack(answer.body)
  assert.deepEqual([...entries.keys()].toSorted(), [
    `${top}/`,
    `${top}/a/`,
    `${top}/a/b/`,
    `${top}/große Datei.bin`,
    `${top}/klein.txt`,
    `${top}/leer`,
  ])
  assert.ok(entries.get(`${top}/große Datei.bin`)?.equals(large))
  assert.equal(entries.get(`${top}/klein.txt`)?.toString(), 'klein')
})

test('a selection and the whole of the files are one zip each', { skip }, async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder, file } = await person(twin)
  for (const name of ['a', 'b', 'c']) await file(await folder(rootId, name), `${name}.txt`, Buffer.from(name))
  const selection = await page.call('GET', zipOf('/dav/files/ann/a', '/dav/files/ann/c/c.txt'))
  assert.match(String(selection.headers['content-disposition']), /files\.zip$/)
  assert.deepEqual([...(await unpack(selection.body)).keys()], ['a/', 'a/a.txt', 'c.txt'])
  const all = await page.call('GET', zipOf('/dav/files/ann/'))
  assert.deepEqual([...(await unpack(all.body)).keys()], ['a/', 'a/a.txt', 'b/', 'b/b.txt', 'c/', 'c/c.txt'])
})

test('a name cannot climb out of the folder that it is unpacked in', { skip }, async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder, file } = await person(twin)
  const odd = await folder(rootId, 'odd')
  for (const name of ['..\\..\\evil.txt', 'C:evil.txt', '\\evil.txt', '...']) await file(odd, name, Buffer.from(name))
  const names = [...(await unpack((await page.call('GET', zipOf('/dav/files/ann/odd'))).body)).keys()]
  assert.equal(names.length, 5)
  for (const name of names) {
    assert.ok(!name.includes('\\') && !/^[A-Za-z]:/.test(name) && !/(^|\/)\.\.(\/|$)/.test(name), name)
  }
})

test('only one’s own files, and only to the page itself', async () => {
  await using twin = await createTestTwin()
  const { page } = await person(twin)
  await person(twin, 'bob')
  for (const [path, status] of [
    ['/dav/files/bob/', 400],
    ['/dav/files/ann/../bob/', 404],
    ['/dav/files/ann/%2e%2e/bob/', 404],
    ['/dav/files/ann/nothing', 404],
    ['/dav/files/ann/%ff', 400],
    ['/dav/trash/ann/', 400],
    ['', 400],
  ] as const) {
    assert.equal((await page.call('GET', zipOf(path))).status, status, path)
  }
  assert.equal((await page.call('GET', '/api/zip')).status, 400)
  assert.equal((await new PageClient(twin).call('GET', zipOf('/dav/files/ann/'))).status, 401)
  assert.equal(
    (await page.call('GET', zipOf('/dav/files/ann/'), undefined, { 'sec-fetch-site': 'cross-site' })).status,
    401,
  )
})

test('a folder of more members than one page of the store', { skip }, async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder } = await person(twin)
  const { store } = twin
  const many = await folder(rootId, 'many')
  const { accountId } = (await store.read((view) => store.files.get(view, many))) ?? assert.fail()
  const names = Array.from({ length: 1201 }, (_, i) => `file ${String(i).padStart(4, '0')}`)
  await Promise.all(
    names.map((name) =>
      store.write((tx) =>
        store.files.put(tx, { accountId, parentId: many, name, staged: store.blobs.small(Buffer.from(name)) }),
      ),
    ),
  )
  const entries = await unpack((await page.call('GET', zipOf('/dav/files/ann/many'))).body)
  assert.deepEqual([...entries.keys()], ['many/', ...names.map((name) => `many/${name}`)])
  for (const name of names) assert.equal(entries.get(`many/${name}`)?.toString(), name)
})

test('a content that is missing breaks the zip off: what ends well is whole', async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder, file } = await person(twin)
  const broken = await folder(rootId, 'broken')
  await file(broken, 'a.bin', randomBytes(1024 * 1024))
  await file(broken, 'b.bin', randomBytes(1024 * 1024))
  await rm(join(twin.config.data, 'blobs'), { recursive: true })
  await assert.rejects(page.call('GET', zipOf('/dav/files/ann/broken')))
})

test('a reader that goes away leaves nothing running', async () => {
  await using twin = await createTestTwin()
  const { page, rootId, folder, file } = await person(twin)
  const big = await folder(rootId, 'big')
  for (const name of ['a', 'b', 'c']) await file(big, name, randomBytes(8 * 1024 * 1024))
  const request = httpsRequest({
    host: '127.0.0.1',
    port: twin.port,
    servername: 'localhost',
    ca: twin.ca,
    path: zipOf('/dav/files/ann/big'),
    headers: { host: `localhost:${twin.port}`, cookie: page.cookie ?? '', 'sec-fetch-site': 'same-origin' },
    agent: false,
  })
  request.end()
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  await once(response, 'readable')
  request.destroy()
  // The twin closes within its bounds although the zip was never taken: createTestTwin's end waits for it.
  assert.equal((await page.call('GET', '/api/me')).status, 200)
})

test('a folder that others share comes as one of one’s own, and no other folder of theirs', { skip }, async () => {
  await using twin = await createTestTwin()
  const { rootId, folder, file } = await person(twin)
  const { page } = await person(twin, 'bob')
  const plans = await folder(rootId, 'Plans')
  await folder(rootId, 'Secret')
  await file(await folder(plans, 'deep'), 'a.txt', Buffer.from('a'))
  await twin.store.write(async (tx) => {
    const ann = await twin.store.accounts.byName(tx, 'ann')
    const bob = await twin.store.accounts.byName(tx, 'bob')
    assert.ok(ann && bob)
    const item = { ownerId: ann.id, kind: 'node', itemId: plans } as const
    const { id } = await twin.store.shares.invite(tx, item, { accountId: bob.id, access: 'read' })
    await twin.store.shares.accept(tx, bob.id, id)
  })
  const answer = await page.call('GET', zipOf('/dav/files/bob/Plans/deep'))
  assert.deepEqual([...(await unpack(answer.body)).keys()], ['deep/', 'deep/a.txt'])
  assert.equal((await page.call('GET', zipOf('/dav/files/bob/Secret'))).status, 404)
})

// HOSTILE row 11: refused, or stored exactly.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, textOf } from '../../../tests/support/dav.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
  await dav.ask('MKCOL', 'odd')
})
after(() => dav[Symbol.asyncDispose]())

const names = [
  'back\\slash',
  '..\\..\\etc',
  '...',
  ' spaces ',
  'tab\tin',
  'new\nline',
  'bell\u0007',
  '100%',
  '%2e%2e',
  '?query=1',
  '#fragment',
  'a&b<c>"d"\'e',
  ';semi,colon',
  'ü (NFC)',
  'u\u0308 (NFD)',
  '日本語',
  '👩‍👩‍👧',
  'CON',
  'trailing.',
  '-rf',
  'é'.repeat(127),
  '\u202efdp.exe',
  '\ufeffbom',
]

test('what is a name is stored exactly as it was sent, listed, read, moved and deleted', async () => {
  for (const name of names) {
    const path = `odd/${encodeURIComponent(name)}`
    assert.equal(await dav.status('PUT', path, { body: name }), 201, name)
    assert.equal((await dav.ask('GET', path)).body.toString(), name)
  }
  const listed = await dav.find('odd/', '<D:displayname/>', { depth: '1' })
  const found = listed.slice(1).map(({ href }) => decodeURIComponent(href.slice('/dav/files/ann/odd/'.length)))
  assert.deepEqual(found.toSorted(), names.toSorted())
  for (const name of names) {
    const path = `odd/${encodeURIComponent(name)}`
    const headers = { destination: dav.url(`odd/${encodeURIComponent(`${name.slice(0, 100)} moved`)}`) }
    assert.equal(await dav.status('MOVE', path, { headers }), 201, name)
  }
})

test('a name that XML cannot hold is shown as far as it can', async () => {
  await dav.ask('PUT', 'odd/a%01b', { body: '' })
  const [file] = await dav.find('odd/a%01b', '<D:displayname/>')
  assert.equal(textOf(file, 'displayname'), 'a\ufffdb')
})

test('composed and decomposed letters are two names', async () => {
  await dav.ask('PUT', `odd/${encodeURIComponent('\u00e9')}`, { body: 'composed' })
  await dav.ask('PUT', `odd/${encodeURIComponent('e\u0301')}`, { body: 'decomposed' })
  assert.equal((await dav.ask('GET', `odd/${encodeURIComponent('\u00e9')}`)).body.toString(), 'composed')
})

for (const path of [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/x',
  'a/../../bob/x',
  'nul%00byte',
  'slash%2fin',
  'bad%ffutf8',
  'bad%zzescape',
  `${'n'.repeat(300)}`,
  encodeURIComponent('é'.repeat(128)),
])
  test(`refused, as a file, a folder and a destination: ${path.slice(0, 40)}`, async () => {
    assert.equal(await dav.status('PUT', path, { body: 'x' }), 400)
    assert.equal(await dav.status('MKCOL', path), 400)
    await dav.ask('PUT', 'source', { body: 'x' })
    assert.equal(await dav.status('COPY', 'source', { headers: { destination: dav.url(path) } }), 400)
  })

test('folders go so deep and no deeper, and the deepest is reached', async () => {
  let path = 'deep'
  let status = await dav.status('MKCOL', path)
  for (let depth = 0; status === 201; depth++) {
    assert.ok(depth < 1000)
    path += '/d'
    status = await dav.status('MKCOL', path)
  }
  assert.equal(status, 409)
  assert.equal(await dav.status('DELETE', 'deep'), 204)
})

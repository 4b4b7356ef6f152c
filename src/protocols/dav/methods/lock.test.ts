import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openDav, textOf } from '../../../../tests/support/dav.ts'
import { createPerson } from '../../../../tests/support/people.ts'
import { lockSecondsMost } from '../../../limits.ts'

let dav: Awaited<ReturnType<typeof openDav>>
let now = Date.now()
let base = ''
let count = 0
before(async () => {
  dav = await openDav({ now: () => now })
})
after(() => dav[Symbol.asyncDispose]())
beforeEach(async () => {
  base = `l${count++}/`
  for (const folder of ['', 'c/', 'c/d/']) await dav.ask('MKCOL', base + folder)
  for (const file of ['f', 'c/g', 'c/d/h']) await dav.ask('PUT', base + file, { body: file })
})

const put = (path: string, token = '') =>
  dav.ask('PUT', base + path, { body: 'new', headers: token === '' ? {} : { if: `(<${token}>)` } })
const tagged = (path: string, token: string) => ({ if: `<${dav.url(base + path)}> (<${token}>)` })

test('RFC 4918 §7.1: what is locked is written to with its token only, and 423 says which lock', async () => {
  const { status, token, body } = await dav.lock(`${base}f`)
  assert.equal(status, 200)
  assert.match(body.toString(), /<D:owner><D:href xmlns:D="DAV:">mailto:ann@example.com<\/D:href><\/D:owner>/)
  const refused = await put('f')
  assert.equal(refused.status, 423)
  assert.match(refused.body.toString(), new RegExp(`<D:lock-token-submitted><D:href>/dav/files/ann/${base}f</D:href>`))
  for (const method of ['DELETE', 'MOVE', 'PROPPATCH']) {
    const body =
      method === 'PROPPATCH'
        ? '<D:propertyupdate xmlns:D="DAV:"><D:remove><D:prop><x/></D:prop></D:remove></D:propertyupdate>'
        : undefined
    const headers = { destination: dav.url(`${base}g`) }
    assert.equal(await dav.status(method, `${base}f`, { headers, ...(body && { body }) }), 423, method)
  }
  assert.equal((await put('f', token)).status, 204)
  assert.equal((await put('f', 'urn:uuid:another')).status, 412)
})

test('RFC 4918 §6.2: an exclusive lock stands alone, shared ones together', async () => {
  const first = await dav.lock(`${base}f`, { scope: 'shared' })
  const second = await dav.lock(`${base}f`, { scope: 'shared' })
  assert.deepEqual([first.status, second.status], [200, 200])
  const conflict = await dav.lock(`${base}f`)
  assert.equal(conflict.status, 423)
  assert.match(conflict.body.toString(), /<D:no-conflicting-lock><D:href>/)
  assert.equal((await put('f', second.token)).status, 204)
  const [file] = await dav.find(`${base}f`, '<D:lockdiscovery/>')
  assert.equal(file?.properties.get('{DAV:}lockdiscovery')?.element.children.length, 2)
})

test('RFC 4918 §7.3: LOCK where nothing is makes an empty file', async () => {
  const { status, token } = await dav.lock(`${base}unmapped`)
  assert.equal(status, 201)
  assert.equal((await dav.ask('GET', `${base}unmapped`)).body.length, 0)
  assert.equal((await put('unmapped')).status, 423)
  assert.equal((await put('unmapped', token)).status, 204)
  assert.equal((await dav.lock(`${base}no/such/folder`)).status, 409)
})

test('RFC 4918 §7.4: Depth: 0 on a folder keeps its members’ names, not their content', async () => {
  const { token } = await dav.lock(`${base}c/`, { depth: '0' })
  assert.equal((await put('c/g')).status, 204)
  assert.equal((await put('c/new')).status, 423)
  assert.equal(await dav.status('DELETE', `${base}c/g`), 423)
  assert.equal(await dav.status('MKCOL', `${base}c/e`), 423)
  assert.equal(await dav.status('PUT', `${base}c/new`, { body: 'x', headers: tagged('c/', token) }), 201)
  assert.equal((await put('c/d/new')).status, 201)
})

test('RFC 4918 §6.1: Depth: infinity covers everything below, what comes later too', async () => {
  const { token } = await dav.lock(`${base}c/`, { depth: 'infinity' })
  assert.equal((await put('c/d/h')).status, 423)
  assert.equal((await put('c/d/h', token)).status, 204)
  assert.equal((await put('c/d/later')).status, 423)
  assert.equal((await put('c/d/later', token)).status, 201)
  const [member] = await dav.find(`${base}c/d/later`, '<D:lockdiscovery/>')
  assert.match(textOf(member, 'lockdiscovery') ?? '', new RegExp(`/dav/files/ann/${base}c/`))
  assert.equal((await dav.lock(`${base}c/d/h`)).status, 423)
  assert.equal(await dav.status('UNLOCK', `${base}c/d/h`, { headers: { 'lock-token': `<${token}>` } }), 204)
  assert.equal((await put('c/d/h')).status, 204)
})

test('a deep lock does not go over a lock that is below', async () => {
  await dav.lock(`${base}c/d/h`)
  const { status, body } = await dav.lock(`${base}c/`, { depth: 'infinity' })
  assert.equal(status, 423)
  assert.match(body.toString(), /c\/d\/h<\/D:href>/)
  assert.equal((await dav.lock(`${base}c/`, { depth: '0' })).status, 200)
  assert.equal((await dav.lock(`${base}c/`, { depth: '1' })).status, 400)
})

test('RFC 4918 §9.6.1, §9.9: a tree goes or moves only when the locks inside are submitted, and they end', async () => {
  const { token } = await dav.lock(`${base}c/d/h`)
  const headers = { destination: dav.url(`${base}moved`) }
  assert.equal(await dav.status('DELETE', `${base}c/`), 423)
  assert.equal(await dav.status('MOVE', `${base}c/`, { headers }), 423)
  const submitted = tagged('c/d/h', token)
  assert.equal(await dav.status('MOVE', `${base}c/`, { headers: { ...headers, ...submitted } }), 201)
  // §7.6: the lock did not move along.
  assert.equal((await put('moved/d/h')).status, 204)
})

test('RFC 4918 §7.7: a copy is not locked, and does not go over what is', async () => {
  const { token } = await dav.lock(`${base}f`)
  const copy = (from: string, to: string, more = {}) =>
    dav.status('COPY', base + from, { headers: { destination: dav.url(base + to), ...more } })
  assert.equal(await copy('f', 'copied'), 201)
  assert.equal((await put('copied')).status, 204)
  assert.equal(await copy('copied', 'f'), 423)
  assert.equal(await copy('copied', 'f', tagged('f', token)), 204)
  assert.equal((await put('f')).status, 423, 'the lock at the destination stays')
})

test('RFC 4918 §9.10.2: a refresh starts the time anew, also through a member', async () => {
  const { token } = await dav.lock(`${base}c/`, { depth: 'infinity', headers: { timeout: 'Second-100' } })
  now += 90_000
  const refresh = (path: string, condition: string) =>
    dav.ask('LOCK', base + path, { headers: { if: condition, timeout: 'Second-100' } })
  const refreshed = await refresh('c/g', `(<${token}>)`)
  assert.equal(refreshed.status, 200)
  assert.match(refreshed.body.toString(), /<D:timeout>Second-100<\/D:timeout>/)
  now += 90_000
  assert.equal((await put('c/g')).status, 423)
  now += 11_000
  assert.equal((await put('c/g')).status, 204, 'a lock that is over locks nothing')
  assert.equal((await refresh('c/g', `(<${token}>)`)).status, 412)
  assert.equal(await dav.status('LOCK', `${base}f`), 400)
})

test('RFC 4918 §10.7: no lock is for ever', async () => {
  const { body } = await dav.lock(`${base}f`, { headers: { timeout: 'Infinite' } })
  assert.match(body.toString(), new RegExp(`Second-${lockSecondsMost}<`))
})

test('RFC 4918 §9.11: UNLOCK needs the token of a lock that covers the resource', async () => {
  const { token } = await dav.lock(`${base}f`)
  const unlock = (path: string, value: string) =>
    dav.ask('UNLOCK', base + path, { headers: { 'lock-token': `<${value}>` } })
  const other = await unlock('c/g', token)
  assert.equal(other.status, 409)
  assert.match(other.body.toString(), /lock-token-matches-request-uri/)
  assert.equal((await unlock('f', 'urn:uuid:x')).status, 409)
  assert.equal(await dav.status('UNLOCK', `${base}f`), 400)
  assert.equal((await unlock('f', token)).status, 204)
  assert.equal((await put('f')).status, 204)
})

test('RFC 4918 §10.4: If with entity tags, Not, tagged lists and state that is not there', async () => {
  const { headers } = await dav.ask('HEAD', `${base}f`)
  const { token } = await dav.lock(`${base}f`)
  const condition = async (value: string) => dav.status('PUT', `${base}f`, { body: 'f', headers: { if: value } })
  const etag = String(headers.etag)
  assert.equal(await condition(`(<${token}> [${etag}])`), 204)
  assert.equal(await condition(`(<${token}> ["other"])`), 412)
  assert.equal(await condition(`(<${token}> ["other"]) (Not <DAV:no-lock>)`), 204)
  assert.equal(await condition('(Not <DAV:no-lock>)'), 423, 'true, but no token is submitted')
  assert.equal(await condition(`<${dav.url(`${base}nothing`)}> (["x"]) </dav/files/ann/${base}f> (<${token}>)`), 204)
  assert.equal(await condition(`<https://elsewhere.example/f> (<${token}>)`), 412)
  assert.equal(await condition('(<broken'), 400)
})

test('RFC 4918 §6.4: a token is worth nothing in another hand', async () => {
  await createPerson(dav.store, 'mallory', dav.password)
  const { token } = await dav.lock(`${base}f`)
  assert.equal(await dav.status('UNLOCK', `${base}f`, { as: 'mallory', headers: { 'lock-token': `<${token}>` } }), 404)
})

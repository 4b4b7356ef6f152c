import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, textOf, told } from '../../../tests/support/dav.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

test('RFC 4918 §10.1: OPTIONS says classes 1, 2 and 3 to anybody, on every level that Explorer and Finder ask', async () => {
  for (const path of ['/', '/dav/', '/dav/files/ann/', '/dav/files/ann/nothing']) {
    const { status, headers } = await dav.ask('OPTIONS', path, { absolute: true, headers: { authorization: '' } })
    assert.equal(status, 200)
    assert.match(String(headers.dav), /^1, 2, 3\b/)
    assert.equal(headers['ms-author-via'], 'DAV')
    for (const method of ['PROPFIND', 'LOCK', 'PUT', 'MOVE']) assert.match(String(headers.allow), new RegExp(method))
  }
})

test('whoever has not signed in is asked to, and told nothing', async () => {
  for (const [method, path] of [
    ['PROPFIND', '/'],
    ['GET', '/dav/files/ann/'],
    ['PUT', '/dav/files/ann/x'],
    ['GET', '/dav/files/nobody/'],
  ] as const) {
    const { status, headers } = await dav.ask(method, path, {
      absolute: true,
      headers: { authorization: 'Basic eDp5' },
    })
    assert.equal(status, 401)
    assert.match(String(headers['www-authenticate']), /^Basic realm="twin"/)
  }
})

test('an app password for something else does not open files', async () => {
  const secret = await dav.store.write((tx) =>
    dav.store.credentials.createAppPassword(tx, dav.accountId, { label: 'mail', scopes: ['mail'] }),
  )
  const authorization = `Basic ${Buffer.from(`ann:${secret.password}`).toString('base64')}`
  assert.ok([401, 403].includes(await dav.status('PROPFIND', '', { headers: { authorization } })))
})

test('a method that nobody knows is 501', async () => {
  assert.equal(await dav.status('SEARCH', ''), 501)
})

test('a principal knows itself', async () => {
  const absolute = true
  const [principal] = await dav.find('/dav/principals/ann/', '<D:resourcetype/><D:principal-URL/><D:displayname/>', {
    absolute,
  })
  assert.deepEqual(
    principal?.properties
      .get('{DAV:}resourcetype')
      ?.element.children.map((child) => typeof child !== 'string' && child.name),
    ['collection', 'principal'],
  )
  assert.equal(textOf(principal, 'principal-URL'), '/dav/principals/ann/')
  assert.equal(await dav.status('PROPFIND', '/dav/principals/bob/', { absolute, headers: { depth: '0' } }), 404)
})

test('RFC 3744 §9.4: principals are found by a part of their name', async () => {
  const search = (match: string) =>
    dav.ask('REPORT', '/dav/principals/', {
      absolute: true,
      body: `<D:principal-property-search xmlns:D="DAV:"><D:property-search><D:prop><D:displayname/></D:prop><D:match>${match}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`,
    })
  assert.equal(told(await search('AN'))[0]?.href, '/dav/principals/ann/')
  assert.equal(told(await search('zoe')).length, 0)
})

test('RFC 3253 §3.8: expand-property follows an href', async () => {
  const answer = await dav.ask('REPORT', '', {
    body: '<D:expand-property xmlns:D="DAV:"><D:property name="current-user-principal"><D:property name="displayname"/><D:property name="nothing"/></D:property></D:expand-property>',
  })
  assert.match(
    answer.body.toString(),
    /<D:current-user-principal><D:response><D:href>\/dav\/principals\/ann\/<\/D:href>.*<D:displayname>ann<\/D:displayname>.*<D:nothing\/>.*404/,
  )
})

test('expand-property is bounded', async () => {
  const inner = '<D:property name="current-user-principal">'
  const body = `<D:expand-property xmlns:D="DAV:">${`${inner.repeat(20)}${'</D:property>'.repeat(20)}`.repeat(100)}</D:expand-property>`
  assert.equal(await dav.status('REPORT', '', { body }), 413)
})

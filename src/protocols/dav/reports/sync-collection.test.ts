import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, told } from '../../../../tests/support/dav.ts'
import { DAV, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
  for (const folder of ['s', 's/sub']) await dav.ask('MKCOL', folder)
  for (const file of ['s/a', 's/b', 's/sub/c']) await dav.ask('PUT', file, { body: file })
})
after(() => dav[Symbol.asyncDispose]())

const sync = (token: string, { level = '1', limit = '', path = 's/' } = {}) =>
  dav.ask('REPORT', path, {
    headers: { depth: '0' },
    body:
      `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>${level}</D:sync-level>` +
      `${limit && `<D:limit><D:nresults>${limit}</D:nresults></D:limit>`}<D:prop><D:getetag/></D:prop></D:sync-collection>`,
  })

const read = async (...asked: Parameters<typeof sync>) => {
  const answer = await sync(...asked)
  const responses = told(answer)
  const token = elements(parseXml(answer.body)).find((element) => isNamed(element, DAV, 'sync-token'))
  const name = (href: string) => href.replace('/dav/files/ann/s/', '')
  return {
    token: token ? text(token) : '',
    there: responses
      .filter(({ status }) => status === undefined)
      .map(({ href }) => name(href))
      .toSorted(),
    gone: responses.filter(({ status }) => status === 404).map(({ href }) => name(href)),
    truncated: responses.some(({ status, href }) => status === 507 && href === '/dav/files/ann/s/'),
  }
}

test('RFC 6578 §3.4: without a token every member, at level infinite everything below', async () => {
  assert.deepEqual((await read('')).there, ['a', 'b', 'sub/'])
  assert.deepEqual((await read('', { level: 'infinite' })).there, ['a', 'b', 'sub/', 'sub/c'])
})

test('RFC 6578 §3.5: what changed, came and went since the token', async () => {
  const { token } = await read('', { level: 'infinite' })
  await dav.ask('PUT', 's/a', { body: 'changed' })
  await dav.ask('PUT', 's/sub/new', { body: 'x' })
  await dav.ask('DELETE', 's/b')
  await dav.ask('MOVE', 's/sub/c', { headers: { destination: dav.url('s/sub/moved') } })
  const since = await read(token, { level: 'infinite' })
  assert.deepEqual(since.there, ['a', 'sub/moved', 'sub/new'])
  assert.deepEqual(since.gone.toSorted(), ['b', 'sub/c'])
  const again = await read(since.token, { level: 'infinite' })
  assert.deepEqual([again.there, again.gone], [[], []])
})

test('the sync-token is a property of the folder, and a state of it in an If header', async () => {
  const [folder] = await dav.find('s/', '<D:sync-token/>')
  const element = folder?.properties.get('{DAV:}sync-token')?.element
  const token = element ? text(element) : ''
  const guarded = () =>
    dav.status('PUT', 's/guarded', { body: String(Math.random()), headers: { if: `<${dav.url('s/')}> (<${token}>)` } })
  assert.equal(await guarded(), 201)
  assert.equal(await guarded(), 412)
})

test('RFC 6578 §3.6, §3.7: with a limit the answer stops there, says so, and its token goes on', async () => {
  const names: string[] = []
  let token = ''
  let truncated = true
  for (let pages = 0; truncated; pages++) {
    assert.ok(pages < 20)
    const page = await read(token, { limit: '2', level: 'infinite' })
    assert.ok(page.there.length + page.gone.length <= 2)
    names.push(...page.there)
    ;({ token, truncated } = page)
  }
  assert.deepEqual(names.toSorted(), (await read('', { level: 'infinite' })).there)
})

test('RFC 6578 §3.2: a token that is not known is refused with valid-sync-token', async () => {
  const { token } = await read('')
  for (const bad of ['urn:nothing', 'urn:x-twin:sync:abc.1.1', token.replace(/\.\d+\./, '.999999.')]) {
    const { status, body } = await sync(bad)
    assert.equal(status, 403)
    assert.match(body.toString(), /<D:valid-sync-token\/>/)
  }
})

test('an unknown report is refused with supported-report', async () => {
  const { status, body } = await dav.ask('REPORT', 's/', { body: '<x xmlns="urn:x"/>' })
  assert.equal(status, 403)
  assert.match(body.toString(), /<D:supported-report\/>/)
})

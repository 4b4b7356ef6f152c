import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'
import { propertiesInRequest } from '../../../limits.ts'
import { parseLockinfo } from './lockinfo.ts'
import { parsePropfind } from './propfind.ts'
import { parseMkcol, parsePropertyUpdate } from './proppatch.ts'
import { parseSyncCollection, parseSyncToken, writeSyncToken } from './sync-collection.ts'

const xml = (document: string) => parseXml(Buffer.from(document))
const dav = (name: string, content: string) => xml(`<D:${name} xmlns:D="DAV:">${content}</D:${name}>`)

test('RFC 4918 §9.1: no body means allprop', () => {
  assert.deepEqual(parsePropfind(undefined), { kind: 'allprop', include: [] })
})

test('propfind: prop, propname, allprop with include', () => {
  assert.deepEqual(parsePropfind(dav('propfind', '<D:prop><D:getetag/><x xmlns="urn:x"/><D:getetag/></D:prop>')), {
    kind: 'prop',
    names: [
      { namespace: 'DAV:', name: 'getetag' },
      { namespace: 'urn:x', name: 'x' },
    ],
  })
  assert.deepEqual(parsePropfind(dav('propfind', '<D:propname/>')), { kind: 'propname' })
  assert.deepEqual(parsePropfind(dav('propfind', '<D:allprop/><D:include><D:acl/></D:include>')), {
    kind: 'allprop',
    include: [{ namespace: 'DAV:', name: 'acl' }],
  })
})

test('a propfind with none of them, two of them or another root is refused', () => {
  assert.throws(() => parsePropfind(dav('propfind', '')), { code: 'BadRequest' })
  assert.throws(() => parsePropfind(dav('propfind', '<D:propname/><D:prop/>')), { code: 'BadRequest' })
  assert.throws(() => parsePropfind(dav('foo', '<D:propname/>')), { code: 'BadRequest' })
})

test('more properties than the bound are refused', () => {
  const names = Array.from({ length: propertiesInRequest + 1 }, (_, index) => `<p${index}/>`).join('')
  assert.throws(() => parsePropfind(dav('propfind', `<D:prop>${names}</D:prop>`)), { code: 'TooLarge' })
})

test('RFC 4918 §9.2: instructions keep their order, and xml:lang comes from wherever it is in scope', () => {
  const updates = parsePropertyUpdate(
    dav(
      'propertyupdate',
      '<D:set><D:prop xml:lang="de"><a xmlns="urn:a">x<b/></a></D:prop></D:set><D:remove><D:prop><c xmlns="urn:a"/></D:prop></D:remove>',
    ),
  )
  assert.deepEqual(
    updates.map(({ namespace, name, language, value }) => [namespace, name, language, value?.xml]),
    [
      ['urn:a', 'a', 'de', 'x<b xmlns:D="DAV:" xmlns="urn:a"/>'],
      ['urn:a', 'c', undefined, undefined],
    ],
  )
})

test('a propertyupdate that updates nothing is refused', () => {
  for (const content of ['', '<D:set/>', '<D:set><D:prop/></D:set>', '<x xmlns="urn:x"/>'])
    assert.throws(() => parsePropertyUpdate(dav('propertyupdate', content)), { code: 'BadRequest' })
})

test('RFC 5689 §3: mkcol sets and removes nothing', () => {
  const set = '<D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:set>'
  assert.equal(elements(parseMkcol(dav('mkcol', set))[0]?.value?.element ?? xml('<a/>'))[0]?.name, 'collection')
  assert.throws(() => parseMkcol(dav('mkcol', '<D:remove><D:prop><D:a/></D:prop></D:remove>')), { code: 'BadRequest' })
  assert.throws(() => parseMkcol(dav('propfind', set)), { code: 'Unsupported' })
})

test('RFC 4918 §14.11: lockinfo, with its owner kept as sent', () => {
  const lockinfo = (scope: string) =>
    `<D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>mailto:ann</D:href></D:owner>`
  assert.deepEqual(parseLockinfo(dav('lockinfo', lockinfo('exclusive'))), {
    exclusive: true,
    owner: '<D:href xmlns:D="DAV:">mailto:ann</D:href>',
  })
  assert.equal(parseLockinfo(dav('lockinfo', lockinfo('shared'))).exclusive, false)
  assert.throws(() => parseLockinfo(dav('lockinfo', lockinfo('open'))), { code: 'BadRequest' })
  assert.throws(() => parseLockinfo(dav('lockinfo', '')), { code: 'BadRequest' })
})

test('RFC 6578 §6.1: sync-collection', () => {
  const body = (token: string, level: string, limit = '') =>
    dav('sync-collection', `<D:sync-token>${token}</D:sync-token>${level}${limit}<D:prop><D:getetag/></D:prop>`)
  const names = [{ namespace: 'DAV:', name: 'getetag' }]
  assert.deepEqual(parseSyncCollection(body('', '<D:sync-level>1</D:sync-level>'), '0'), {
    token: undefined,
    infinite: false,
    limit: undefined,
    names,
  })
  const limit = '<D:limit><D:nresults>7</D:nresults></D:limit>'
  assert.deepEqual(parseSyncCollection(body('urn:t', '<D:sync-level>infinite</D:sync-level>', limit), undefined), {
    token: 'urn:t',
    infinite: true,
    limit: 7,
    names,
  })
  assert.equal(parseSyncCollection(body('', ''), 'infinity').infinite, true)
  assert.throws(() => parseSyncCollection(body('', '<D:sync-level>2</D:sync-level>'), '0'), { code: 'BadRequest' })
})

test('a sync-token is a URI of ours or not known', () => {
  assert.equal(parseSyncToken(writeSyncToken('e1.42')), 'e1.42')
  assert.equal(parseSyncToken('http://elsewhere/1'), undefined)
  assert.equal(parseSyncToken(writeSyncToken('a b')), undefined)
})

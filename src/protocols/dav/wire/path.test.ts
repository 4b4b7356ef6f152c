import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../../errors.ts'
import { parseDestination } from './destination.ts'
import { encodePath, parsePath } from './path.ts'

const names = (path: string) => parsePath(path).segments

test('a path is decoded segment by segment, once', () => {
  assert.deepEqual(parsePath('/dav/files/ann/a%20b/'), { segments: ['dav', 'files', 'ann', 'a b'], collection: true })
  assert.deepEqual(names('/100%2525'), ['100%25'])
  assert.deepEqual(names('//a///b'), ['a', 'b'])
})

test('bytes sent bare are UTF-8 all the same', () => {
  assert.deepEqual(names(`/${Buffer.from('grün').toString('latin1')}`), ['grün'])
})

test('composed and decomposed letters stay what they are', () => {
  assert.notDeepEqual(names('/%C3%BC'), names('/u%CC%88'))
})

for (const path of [
  '/..',
  '/a/../b',
  '/%2e%2e/b',
  '/.%2E',
  '/..%2fetc',
  '/a%2Fb',
  '/a%00',
  '/%',
  '/%zz',
  '/%ff',
  '/a#b',
  '/.',
])
  test(`refused: ${path}`, () => {
    assert.throws(() => parsePath(path), { code: 'BadRequest' })
  })

test('a backslash and three dots are names like any other', () => {
  assert.deepEqual(names('/..%5c/...'), ['..\\', '...'])
})

test('what is encoded decodes to the same names', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((value) => value !== '.' && value !== '..' && !/[/\0]/.test(value))
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), fc.boolean(), (segments, collection) => {
      assert.deepEqual(parsePath(encodePath(segments, collection)), { segments, collection })
    }),
    { numRuns: 1000 },
  )
})

test('whatever is sent, no name is a way out', () => {
  const piece = fc.constantFrom('/', '.', '..', '%2e', '%2f', '%5c', '%00', '%', 'a', '\u00c3', '\u00bc', ' ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        for (const name of names(`/${pieces.join('')}`))
          assert.ok(name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name))
      } catch (error) {
        assert.ok(isDomainError(error, 'BadRequest'))
      }
    }),
    { numRuns: 3000 },
  )
})

test('RFC 4918 §10.3: Destination is an absolute URI of this host, or an absolute path', () => {
  for (const value of [
    'https://twin.example/dav/a',
    'https://TWIN.example:443/dav/a',
    'http://twin.example:443/dav/a',
    '/dav/a',
  ])
    assert.deepEqual(parseDestination(value, 'twin.example:443').segments, ['dav', 'a'])
})

for (const value of [
  'https://other.example/a',
  'https://twin.example:8443/a',
  'https://twin.example.evil/a',
  'https://twin.example@evil/a',
])
  test(`a Destination on another server is refused as such: ${value}`, () => {
    assert.throws(() => parseDestination(value, 'twin.example'), { code: 'Forbidden' })
  })

for (const value of [undefined, '', 'a', '//evil/a', 'ftp://twin.example/a', 'https://twin.example/a?b'])
  test(`not a Destination: ${value}`, () => {
    assert.throws(() => parseDestination(value, 'twin.example'), { code: 'BadRequest' })
  })

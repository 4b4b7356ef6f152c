import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../errors.ts'
import { xmlBytes, xmlDepth } from '../../limits.ts'
import { parseXml } from './parse.ts'
import { writeContent } from './write.ts'

const parse = (document: string) => parseXml(Buffer.from(document))

test('a document type declaration is refused before any entity of it is read', () => {
  const billion = ['<!DOCTYPE lolz [<!ENTITY lol "lol">']
  for (let level = 1; level < 10; level++)
    billion.push(`<!ENTITY lol${level} "${`&lol${level - 1 || ''};`.repeat(10)}">`)
  billion.push(']><lolz>&lol9;</lolz>')
  assert.throws(() => parse(billion.join('')), { code: 'BadRequest', message: /DTD/ })
  assert.throws(() => parse('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), { code: 'BadRequest', message: /DTD/ })
})

test('an entity without a declaration is refused', () => {
  assert.throws(() => parse('<a>&xxe;</a>'), { code: 'BadRequest' })
})

test('nesting up to the bound is read, one more is refused', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  assert.equal(parse(nested(xmlDepth)).name, 'a')
  assert.throws(() => parse(nested(xmlDepth + 1)), { code: 'TooLarge' })
})

test('10,000 nested elements cost no more than the bound does', () => {
  const started = process.cpuUsage().user
  assert.throws(() => parse('<a xmlns:b="urn:b">'.repeat(10_000)), { code: 'TooLarge' })
  assert.ok(process.cpuUsage(undefined).user - started < 500_000)
})

test('a document above the bound is refused without being read', () => {
  const large = Buffer.alloc(xmlBytes + 1, ' ')
  assert.throws(() => parseXml(large), { code: 'TooLarge' })
})

test('many attributes and many namespace declarations stay linear', () => {
  const attributes = Array.from({ length: 20_000 }, (_, index) => `a${index}="1"`).join(' ')
  assert.equal(parse(`<a ${attributes}/>`).attributes.length, 20_000)
  const declarations = Array.from({ length: 10_000 }, (_, index) => `xmlns:p${index}="urn:${index}"`).join(' ')
  assert.equal(parse(`<a ${declarations}/>`).declarations.length, 10_000)
})

test('a long namespace around many children is not multiplied without bound when they are written', () => {
  const root = parse(`<a xmlns:b="${'u'.repeat(100_000)}">${'<c/>'.repeat(100_000)}</a>`)
  assert.throws(() => writeContent(root), { code: 'TooLarge' })
})

test('whatever is sent, the parser answers or refuses', () => {
  const piece = fc.constantFrom(
    '<a>',
    '</a>',
    '<a:b xmlns:a="urn:a">',
    '</a:b>',
    '<a/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?xml version="1.0"?>',
    '<?',
    '?>',
    '<!',
    '&',
    ';',
    '&#x41;',
    '&#0;',
    '&#x110000;',
    '"',
    "'",
    '=',
    ' ',
    'xml:lang',
    ' xmlns=""',
    '<',
    '>',
    '/',
    '\ufeff',
  )
  const refused = (bytes: Uint8Array) => {
    try {
      parseXml(bytes)
    } catch (error) {
      assert.ok(isDomainError(error), String(error))
    }
  }
  const pieces = fc.array(fc.oneof(piece, fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 30 })
  fc.assert(
    fc.property(pieces, (parts) => refused(Buffer.from(parts.join('')))),
    { numRuns: 3000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refused), { numRuns: 1000 })
})

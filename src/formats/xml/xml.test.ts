import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attribute, child, DAV, elements, text, XML } from './element.ts'
import { parseXml } from './parse.ts'
import { escapeAttribute, escapeText, scopeOf, writeContent, writeElement } from './write.ts'

const parse = (document: string) => parseXml(Buffer.from(document))

test('names are resolved to their namespaces, whatever the prefix', () => {
  const root = parse(
    '<D:propfind xmlns:D="DAV:"><D:prop><R:bigbox xmlns:R="http://example.com/"/><plain/></D:prop></D:propfind>',
  )
  const prop = child(root, DAV, 'prop')
  assert.ok(prop)
  assert.deepEqual(
    elements(prop).map(({ namespace, name }) => [namespace, name]),
    [
      ['http://example.com/', 'bigbox'],
      ['', 'plain'],
    ],
  )
})

test('text, CDATA and character references join; comments and processing instructions vanish', () => {
  assert.equal(text(parse('<a>x<!-- no --><![CDATA[<&>]]><?pi?>&#x20AC;<b>y</b></a>')), 'x<&>€y')
})

test('attributes carry their namespace and xml:lang is bound', () => {
  const root = parse('<a xml:lang="de" n="1" xmlns:x="urn:x" x:n="2"/>')
  assert.equal(attribute(root, XML, 'lang'), 'de')
  assert.equal(attribute(root, '', 'n'), '1')
  assert.equal(attribute(root, 'urn:x', 'n'), '2')
  assert.equal(root.attributes.length, 3)
})

test('UTF-16 with a byte order mark is read', () => {
  const document = Buffer.from('\ufeff<a>ä</a>', 'utf16le')
  assert.equal(text(parseXml(document)), 'ä')
  assert.equal(text(parseXml(Buffer.from(document).swap16())), 'ä')
})

for (const [what, document] of [
  ['an unbound prefix', '<D:a/>'],
  ['a prefix bound to nothing', '<a xmlns:x=""><x:b/></a>'],
  ['an unclosed element', '<a><b></a>'],
  ['text after the root', '<a/>x'],
  ['no element at all', ''],
  ['an unknown entity', '<a>&nbsp;</a>'],
  ['a control character', '<a>\u0001</a>'],
] as const)
  test(`${what} is refused`, () => {
    assert.throws(() => parse(document), { code: 'BadRequest' })
  })

test('bytes that are not UTF-8 are refused', () => {
  assert.throws(() => parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])), { code: 'BadRequest' })
})

test('a property value is written so that it stands on its own, with its prefixes', () => {
  const root = parse(
    '<D:prop xmlns:D="DAV:" xmlns:q="urn:q"><p xmlns="urn:p">a<q:b type="q:string"><c/></q:b>&lt;</p></D:prop>',
  )
  const property = elements(root)[0]
  assert.ok(property)
  const value = writeContent(property, scopeOf(root))
  assert.equal(value, 'a<q:b xmlns:D="DAV:" xmlns:q="urn:q" xmlns="urn:p" type="q:string"><c/></q:b>&lt;')
  const again = parse(`<X:p xmlns:X="urn:p">${value}</X:p>`)
  assert.equal(elements(again)[0]?.namespace, 'urn:q')
  assert.equal(elements(elements(again)[0] ?? root)[0]?.namespace, 'urn:p')
})

test('whatever text is written reads back the same, but for what XML cannot hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 §2.2 leaves out
      const expected = value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      assert.equal(text(parse(`<a>${escapeText(value)}</a>`)), expected)
      assert.equal(attribute(parse(`<a b="${escapeAttribute(value)}"/>`), '', 'b'), expected)
    }),
    { numRuns: 500 },
  )
})

test('an element written and read again is the same element', () => {
  const source = '<a xmlns="urn:1" xmlns:p="urn:2" p:k="&quot;&#10;"><p:b/>t<c xmlns="">é&#13;</c></a>'
  const written = writeElement(parse(source))
  assert.deepEqual(parse(written), parse(source))
})

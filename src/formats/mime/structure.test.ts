import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Part, type Structure, StructureParser } from './structure.ts'

const crlf = (text: string): Buffer => Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1')

function parse(message: Buffer, pieceBytes = message.length): Structure {
  const parser = new StructureParser()
  for (let at = 0; at < message.length; at += pieceBytes) parser.push(message.subarray(at, at + pieceBytes))
  return parser.end()
}

const bodyOf = (message: Buffer, { bodyStart, bodyEnd }: Part): string => message.toString('latin1', bodyStart, bodyEnd)

const nested = crlf(`From: Ann <ann@example.org>
Subject: outer
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer

plain
text
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: BASE64

PGI+
--inner--
epilogue of inner
--outer
Content-Type: message/rfc822

From: Bob <bob@example.org>
Subject: forwarded

its body
--outer--
epilogue
`)

test('RFC 2046 §5.1: the line end before a boundary belongs to the boundary', () => {
  const { part } = parse(nested)
  assert.deepEqual([part.type, part.subtype, part.parts?.length], ['multipart', 'mixed', 3])
  const [plain, alternative, forwarded] = part.parts as [Part, Part, Part]
  assert.equal(bodyOf(nested, plain), 'plain\r\ntext')
  assert.equal(plain.lines, 1)
  assert.deepEqual(plain.parameters, [['charset', 'us-ascii']])
  assert.equal(alternative.parts?.length, 1)
  assert.equal(alternative.parts?.[0]?.encoding, 'base64')
  assert.equal(bodyOf(nested, alternative.parts?.[0] as Part), 'PGI+')
  assert.equal(bodyOf(nested, alternative).endsWith('epilogue of inner'), true)
  assert.equal(forwarded.message?.envelope.subject, 'forwarded')
  assert.equal(bodyOf(nested, forwarded.message?.part as Part), 'its body')
  assert.equal(forwarded.bodyEnd, forwarded.message?.part.bodyEnd)
})

test('the structure is the same however the bytes arrive', () => {
  const whole = JSON.stringify(parse(nested))
  for (let bytes = 1; bytes < 80; bytes++) assert.equal(JSON.stringify(parse(nested, bytes)), whole, `${bytes}`)
})

test('a message that ends in its header, or is empty, has a structure', () => {
  const cut = parse(crlf('Subject: only a header'))
  assert.deepEqual(
    [cut.envelope.subject, cut.part.type, cut.part.bodyEnd - cut.part.bodyStart],
    ['only a header', 'text', 0],
  )
  assert.equal(parse(Buffer.alloc(0)).part.subtype, 'plain')
})

test('RFC 2046 §5.1.5: a part of a digest is a message', () => {
  const digest = crlf(`Content-Type: multipart/digest; boundary=b

--b

Subject: one

text
--b--
`)
  const [one] = parse(digest).part.parts as [Part]
  assert.deepEqual([one.type, one.subtype, one.message?.envelope.subject], ['message', 'rfc822', 'one'])
})

test('a multipart that is cut off, or whose boundary never comes, ends with the message', () => {
  const { part } = parse(crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncut o'))
  assert.equal(part.parts?.length, 1)
  assert.equal(part.bodyEnd, part.parts?.[0]?.bodyEnd)
  assert.deepEqual(parse(crlf('Content-Type: multipart/mixed; boundary=b\n\nnothing\n')).part.parts, [])
})

test('ten thousand multiparts inside each other are looked into to a bounded depth', () => {
  const levels = Array.from({ length: 10_000 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`)
  let depth = 0
  for (let part: Part | undefined = parse(crlf(levels.join(''))).part; part; part = part.parts?.[0]) depth++
  assert.equal(depth, 51)
})

test('any bytes at all have a structure whose parts lie inside each other', () => {
  const line = fc.constantFrom(
    '--a',
    '--a--',
    '--b',
    '',
    'text',
    'Content-Type: multipart/mixed; boundary=a',
    'Content-Type: multipart/digest; boundary=b',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    'To: a, b: c, d;',
  )
  const end = fc.constantFrom('\r\n', '\n', '\r')
  const message = fc.array(fc.tuple(line, end)).map((lines) => Buffer.from(lines.flat().join(''), 'latin1'))
  const check = (part: Part, from: number, to: number): void => {
    assert.ok(from <= part.headerStart && part.headerStart <= part.bodyStart, 'the header comes first')
    assert.ok(part.bodyStart <= part.bodyEnd && part.bodyEnd <= to, 'the body ends inside')
    for (const inner of part.parts ?? []) check(inner, part.bodyStart, part.bodyEnd)
    if (part.message) check(part.message.part, part.bodyStart, part.bodyEnd)
  }
  fc.assert(
    fc.property(message, fc.integer({ min: 1, max: 9 }), (bytes, pieceBytes) => {
      const found = parse(bytes, pieceBytes)
      check(found.part, 0, bytes.length)
      assert.deepEqual(found, parse(bytes))
    }),
  )
})

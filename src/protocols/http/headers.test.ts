import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { contentDisposition, isInlineSafe, setAll, userContentHeaders } from './headers.ts'

const headersFor = (contentType: string, name: string): Map<string, string> => {
  const headers = new Map<string, string>()
  const setHeader = (key: string, value: string) => void headers.set(key.toLowerCase(), value)
  setAll({ setHeader } as unknown as ServerResponse, userContentHeaders(contentType, name))
  return headers
}

test('what could run is handed over as an attachment, and all content is in a sandbox without scripts', () => {
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'text/javascript',
    'x/unknown',
  ]) {
    assert.match(headersFor(type, 'evil').get('content-disposition') ?? '', /^attachment;/, type)
  }
  for (const type of ['image/png', 'TEXT/plain; charset=utf-8', 'application/pdf']) {
    const headers = headersFor(type, 'good')
    assert.match(headers.get('content-disposition') ?? '', /^inline;/, type)
    assert.match(headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/)
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /allow-|script-src/)
  }
  assert.equal(isInlineSafe('image/png, text/html'), false)
})

test('RFC 8187 §3.2: a name outside ASCII is given twice, and no name breaks out of its quotes', () => {
  assert.equal(contentDisposition('inline', 'a b.txt'), 'inline; filename="a b.txt"')
  assert.equal(contentDisposition('inline', 'ü.txt'), `inline; filename="_.txt"; filename*=UTF-8''%C3%BC.txt`)
  const evil = contentDisposition('attachment', 'x"; filename="evil.exe\r\nSet-Cookie: a=b')
  assert.doesNotMatch(evil, /[\r\n]/)
  assert.equal(evil.match(/"/g)?.length, 2)
  assert.doesNotThrow(() => contentDisposition('inline', '\ud800'))
})

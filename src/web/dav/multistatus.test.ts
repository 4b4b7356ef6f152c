import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Resource, readMultistatus } from './multistatus.ts'

const read = (body: string, pieces = 1): { found: Resource[]; token: string } => {
  const found: Resource[] = []
  const reader = readMultistatus((resource) => found.push(resource))
  const length = Math.ceil(body.length / pieces)
  for (let at = 0; at < body.length; at += length) reader.write(body.slice(at, at + length))
  return { found, token: reader.close() }
}

const listing = `<?xml version="1.0" encoding="utf-8"?>
<d:multistatus xmlns:d="DAV:" xmlns:T="urn:twin:files">
  <d:response><d:href>/dav/files/ann/a%20b/</d:href><d:propstat><d:prop>
    <d:resourcetype><d:collection/></d:resourcetype><T:id>7</T:id></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
    <d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>
  <d:response><d:href>/dav/files/ann/x.txt</d:href><d:propstat><d:prop><d:resourcetype/>
    <d:getcontentlength>12</d:getcontentlength><d:getcontenttype>text/plain; charset=utf-8</d:getcontenttype>
    <d:getetag>"e&amp;1"</d:getetag><d:getlastmodified>Thu, 01 Jan 1970 00:00:01 GMT</d:getlastmodified>
    </d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
  <d:response><d:href>/dav/files/ann/gone</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
  <d:sync-token>urn:t:5</d:sync-token>
</d:multistatus>`

describe('a multistatus body', () => {
  it('gives folders, files, what is gone, and the sync-token', () => {
    const { found, token } = read(listing)
    assert.equal(token, 'urn:t:5')
    assert.deepEqual(
      found.map(({ href, folder, status }) => ({ href, folder, status })),
      [
        { href: '/dav/files/ann/a%20b/', folder: true, status: 200 },
        { href: '/dav/files/ann/x.txt', folder: false, status: 200 },
        { href: '/dav/files/ann/gone', folder: false, status: 404 },
      ],
    )
    assert.equal(found[1]?.etag, '"e&1"')
    assert.equal(found[1]?.type, 'text/plain')
    assert.equal(found[1]?.modified, 1000)
    assert.equal(found[0]?.id, '7')
  })

  it('means the same however it is cut on its way', () => {
    assert.deepEqual(read(listing, 97), read(listing))
  })

  it('takes no property from a propstat that is not 200', () => {
    const { found } = read(
      `<multistatus xmlns="DAV:"><response><href>/a</href><propstat><prop><getcontentlength>9</getcontentlength></prop>` +
        `<status>HTTP/1.1 403 Forbidden</status></propstat></response></multistatus>`,
    )
    assert.equal(found[0]?.size, 0)
  })

  it('is refused when it ends early', () => {
    assert.throws(() => read(listing.slice(0, -20)))
  })
})

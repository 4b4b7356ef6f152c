// Headers that keep strangers' content and strangers' pages away from the person's session (HOSTILE.md row 9).
// WebDAV clients ignore them, so they are always sent.

import type { ServerResponse } from 'node:http'

/** Names and values by turns, as `writeHead` takes them. */
export type HeaderList = readonly string[]

const withoutTrust: HeaderList = ['X-Content-Type-Options', 'nosniff']
// RFC 6797 §6.1: one year, this host alone; subdomains may belong to somebody else.
const withTrust: HeaderList = [...withoutTrust, 'Strict-Transport-Security', 'max-age=31536000']

/** On every answer. `real`: the certificate is trusted without a person's doing, so HSTS cannot lock them out. */
export const baseHeaders = (real: boolean): HeaderList => (real ? withTrust : withoutTrust)

export const setAll = (response: ServerResponse, headers: HeaderList): void => {
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] as string, headers[at + 1] as string)
}

/**
 * For index.html. Scripts come from the build alone; Lit makes its templates through the policy `lit-html`.
 * Previews of files are blobs, and frames of the twin's own files.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ')

/** Shown by the browser itself without running anything: no HTML, no SVG, no XML. */
const inlineSafe = new Set([
  'application/pdf',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'text/plain',
  'video/mp4',
  'video/ogg',
  'video/webm',
])

export const isInlineSafe = (contentType: string): boolean =>
  inlineSafe.has((contentType.split(';', 1)[0] ?? '').trim().toLowerCase())

/** RFC 8187 §3.2: a name in UTF-8 for who understands it, in ASCII for who does not. */
export const contentDisposition = (kind: 'inline' | 'attachment', name: string): string => {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const extended = plain === name ? '' : `; filename*=UTF-8''${encoded}`
  return `${kind}; filename="${plain}"${extended}`
}

/** For everything that a person or a stranger put into the twin: it never shares the page's power. */
export const userContentHeaders = (contentType: string, name: string): HeaderList => [
  'Content-Type',
  contentType,
  'Content-Security-Policy',
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'",
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'Content-Disposition',
  contentDisposition(isInlineSafe(contentType) ? 'inline' : 'attachment', name),
]

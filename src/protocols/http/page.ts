// The built page (dist/web), held in memory: it is small and never changes while the twin runs. What is under
// assets/ is named by its content and cached for ever; every route of the app is index.html.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { pageBytes, pageFiles } from '../../limits.ts'
import { answerStatus } from './errors.ts'
import { pagePolicy } from './headers.ts'
import type { Mount } from './router.ts'

type Encoding = 'br' | 'gzip' | 'identity'

type Asset = {
  readonly bytes: Buffer
  readonly contentType: string
  readonly hash: string
  /** Compressed in the thread pool when first asked for. */
  readonly encoded: Map<Encoding, Promise<Buffer>>
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/vnd.microsoft.icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const isPacked = (contentType: string): boolean => contentType === 'image/png' || contentType === 'font/woff2'

const readAssets = async (directory: string): Promise<Map<string, Asset>> => {
  const assets = new Map<string, Asset>()
  let total = 0
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file)
    total += bytes.length
    if (total > pageBytes || assets.size === pageFiles) throw new Error(`${directory} is too large for a built page`)
    const contentType = contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream'
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    const path = file.slice(directory.length).split(sep).join('/')
    assets.set(path.startsWith('/') ? path : `/${path}`, { bytes, contentType, hash, encoded: new Map() })
  }
  return assets
}

/** RFC 9110 §12.5.3, for the two codings that there are; `;q=0` refuses one. */
const encodingFor = (accepted: string | undefined, contentType: string): Encoding => {
  if (accepted === undefined || isPacked(contentType)) return 'identity'
  const codings = accepted.split(',').map((coding) => coding.trim().toLowerCase())
  const takes = (name: string) =>
    codings.some((coding) => coding.split(';', 1)[0] === name && !/;\s*q=0(\.0*)?$/.test(coding))
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity'
}

const compress = async (bytes: Buffer, encoding: Encoding): Promise<Buffer> => {
  if (encoding === 'identity') return bytes
  if (encoding === 'gzip') return promisify(gzip)(bytes, { level: 9 })
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return promisify(brotliCompress)(bytes, { params })
}

const encode = (asset: Asset, encoding: Encoding): Promise<Buffer> => {
  let encoded = asset.encoded.get(encoding)
  if (encoded === undefined) {
    encoded = compress(asset.bytes, encoding)
    asset.encoded.set(encoding, encoded)
  }
  return encoded
}

const send = async (request: IncomingMessage, response: ServerResponse, path: string, asset: Asset): Promise<void> => {
  const encoding = encodingFor(request.headers['accept-encoding'], asset.contentType)
  // RFC 9110 §8.8.3: each encoding is a representation with a tag of its own.
  const etag = `"${asset.hash}${encoding === 'identity' ? '' : `-${encoding}`}"`
  response.setHeader('ETag', etag)
  response.setHeader('Vary', 'Accept-Encoding')
  response.setHeader('Cache-Control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  if (asset.contentType.startsWith('text/html')) {
    response.setHeader('Content-Security-Policy', pagePolicy)
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Referrer-Policy', 'no-referrer')
  }
  // RFC 9110 §13.1.2: If-None-Match compares weakly.
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  if (known.includes(etag) || known.includes('*')) {
    response.statusCode = 304
    response.end()
    return
  }
  const body = await encode(asset, encoding)
  response.setHeader('Content-Type', asset.contentType)
  response.setHeader('Content-Length', body.length)
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding)
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Serves `directory`; a twin whose page was not built says so and serves all the rest. */
export const createPage = async (directory: string): Promise<Mount> => {
  let assets = new Map<string, Asset>()
  try {
    assets = await readAssets(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const index = assets.get('/index.html')
  return {
    prefix: '/',
    methods: ['GET', 'HEAD'],
    handle: async (request, response, { path }) => {
      const asset = assets.get(path)
      if (asset !== undefined) return send(request, response, path, asset)
      const isRoute =
        path === '/' || (!path.startsWith('/assets/') && request.headers.accept?.includes('text/html') === true)
      if (!isRoute) return answerStatus(request, response, 404)
      if (index !== undefined) return send(request, response, '/index.html', index)
      answerStatus(request, response, 503, {
        error: 'Unavailable',
        message: 'The page is not built: run npm run build:page and start the twin again',
      })
    },
  }
}

// What the page says in WebDAV. The session cookie goes along by itself: the address is the page's own.

import { ApiError, signedOut } from '../api/client.ts'
import { connection } from '../api/connection.ts'
import { type Resource, readMultistatus } from './multistatus.ts'
import { canonical } from './paths.ts'

const codes: Readonly<Record<number, string>> = {
  0: 'Offline',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'Exists',
  409: 'FolderGone',
  412: 'Exists',
  413: 'TooLarge',
  423: 'Locked',
  429: 'TooManyRequests',
  503: 'Unavailable',
  507: 'QuotaExceeded',
}

const failure = (status: number): ApiError => {
  connection.found(status !== 0)
  if (status === 401) signedOut.dispatchEvent(new Event('signed-out'))
  return new ApiError(codes[status] ?? 'Internal', status, `WebDAV answered ${status}`)
}

type Call = { headers?: Record<string, string>; body?: string; signal?: AbortSignal | undefined }

/** One request; throws what the page can say. */
export const request = async (
  method: string,
  href: string,
  { headers, body, signal }: Call = {},
): Promise<Response> => {
  let response: Response
  try {
    response = await fetch(href, {
      method,
      credentials: 'same-origin',
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw failure(0)
  }
  if (!response.ok) throw failure(response.status)
  connection.found(true)
  // RFC 4918 §9.6.1, §9.9.4: some member of the tree was refused.
  if (response.status === 207 && !['PROPFIND', 'REPORT'].includes(method)) throw failure(423)
  return response
}

const props =
  '<prop><resourcetype/><getcontentlength/><getlastmodified/><getcontenttype/><getetag/><share-access/>' +
  '<T:id/><T:origin/><T:deleted-at/><T:superseded-at/></prop>'
const open = (name: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><${name} xmlns="DAV:" xmlns:T="urn:twin:files">`
// RFC 8144 §2.1: leave out what is not there.
const xml = { 'content-type': 'application/xml; charset=utf-8', prefer: 'return=minimal' }

const stream = async (response: Response, found: (resource: Resource) => void): Promise<string> => {
  const reader = readMultistatus((resource) => found({ ...resource, href: canonical(resource.href) }))
  const body = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await body?.read(); part !== undefined && !part.done; part = await body?.read())
    reader.write(part.value)
  return reader.close()
}

const folderHref = (href: string): string => `${href}/`

/** One resource alone; of a folder its sync-token and quota, too. */
const stat = async (href: string, signal?: AbortSignal): Promise<Resource> => {
  const body = `${open('propfind')}${props.replace('</prop>', '<sync-token/><quota-used-bytes/><quota-available-bytes/></prop>')}</propfind>`
  const response = await request('PROPFIND', href, { headers: { ...xml, depth: '0' }, body, signal })
  const all: Resource[] = []
  await stream(response, (resource) => all.push(resource))
  const self = all[0]
  if (self === undefined) throw failure(404)
  return self
}

/**
 * All members of a folder, handed over as they arrive. The answer is the folder itself; its sync-token is from before the
 * members were listed, so that nothing is missed between.
 */
const list = async (href: string, found: (member: Resource) => void, signal?: AbortSignal): Promise<Resource> => {
  const self = await stat(folderHref(href), signal)
  const body = `${open('propfind')}${props}</propfind>`
  const response = await request('PROPFIND', folderHref(href), { headers: { ...xml, depth: '1' }, body, signal })
  await stream(response, (resource) => {
    if (resource.href !== href) found(resource)
  })
  return self
}

/**
 * What changed since `token`, or everything for an empty one; `tooOld` when the server cannot say any more. RFC 6578 §3.2
 * A report cut short by the server (507 for the collection itself, §3.6) is asked on by the caller: `more`.
 */
const changes = async (
  href: string,
  token: string,
  level: '1' | 'infinite',
  found: (resource: Resource) => void,
  signal?: AbortSignal,
): Promise<{ token: string; more: boolean } | 'tooOld'> => {
  const body =
    `${open('sync-collection')}<sync-token>${token.replace(/[<&]/g, encodeURIComponent)}</sync-token>` +
    `<sync-level>${level}</sync-level>${props}</sync-collection>`
  let more = false
  try {
    const response = await request('REPORT', folderHref(href), { headers: { ...xml, depth: '0' }, body, signal })
    const next = await stream(response, (resource) => {
      if (resource.href === href) more = resource.status === 507
      else found(resource)
    })
    return { token: next, more }
  } catch (error) {
    // RFC 6578 §3.2: the precondition valid-sync-token.
    if (error instanceof ApiError && (error.status === 403 || error.status === 409)) return 'tooOld'
    throw error
  }
}

const transfer =
  (method: 'MOVE' | 'COPY') =>
  async (
    from: string,
    to: string,
    { overwrite = false, folder = false, signal }: { overwrite?: boolean; folder?: boolean; signal?: AbortSignal } = {},
  ): Promise<void> => {
    const slash = folder ? '/' : ''
    const headers = { destination: `${location.origin}${to}${slash}`, overwrite: overwrite ? 'T' : 'F' }
    await request(method, `${from}${slash}`, { headers, signal })
  }

/** Sends a file from the disk as it is read; `sent` is told the bytes under way. */
const put = (href: string, file: Blob, sent: (bytes: number) => void, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const stop = () => xhr.abort()
    signal.addEventListener('abort', stop)
    xhr.upload.onprogress = (event) => sent(event.loaded)
    xhr.onloadend = () => {
      signal.removeEventListener('abort', stop)
      if (signal.aborted) reject(signal.reason)
      else if (xhr.status >= 200 && xhr.status < 300) resolve()
      else reject(failure(xhr.status))
    }
    xhr.open('PUT', href)
    if (file.type === '') xhr.setRequestHeader('content-type', 'application/octet-stream')
    if (file instanceof File) xhr.setRequestHeader('x-oc-mtime', String(Math.floor(file.lastModified / 1000)))
    xhr.send(file)
  })

export const dav = {
  list,
  stat,
  changes,
  put,
  move: transfer('MOVE'),
  copy: transfer('COPY'),
  mkcol: async (href: string): Promise<void> => {
    await request('MKCOL', folderHref(href))
  },
  /** Deletes; the answer is the address in the trash where there is one. */
  remove: async (href: string, folder: boolean): Promise<string | undefined> => {
    const response = await request('DELETE', folder ? folderHref(href) : href)
    const place = response.headers.get('location')
    return place === null ? undefined : canonical(place)
  },
  /** The first `bytes` of a file as text, and whether that was all. RFC 9110 §14.2 */
  text: async (href: string, bytes: number, signal: AbortSignal): Promise<{ text: string; whole: boolean }> => {
    const response = await request('GET', href, { headers: { range: `bytes=0-${bytes - 1}` }, signal })
    const total = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
    return { text: await response.text(), whole: total <= bytes }
  },
  blob: async (href: string, signal: AbortSignal): Promise<Blob> => (await request('GET', href, { signal })).blob(),
}

import type { ServerResponse } from 'node:http'

const allow =
  'OPTIONS, GET, HEAD, PUT, PATCH, POST, DELETE, MKCOL, MKCALENDAR, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK, REPORT, ACL'

/**
 * RFC 4918 §10.1, §18. The same for every address, as it is answered to anybody: what is there is not told.
 *
 * @param features what spaces add to the compliance classes, such as `calendar-access`.
 */
export const options = (response: ServerResponse, features: readonly string[]): void => {
  response.statusCode = 200
  // Class 2 is what makes Finder mount for writing.
  response.setHeader('DAV', ['1', '2', '3', 'extended-mkcol', 'sabredav-partialupdate', ...features].join(', '))
  response.setHeader('Allow', allow)
  // Explorer and Office take a server without it for FrontPage.
  response.setHeader('MS-Author-Via', 'DAV')
  response.setHeader('Accept-Ranges', 'bytes')
  response.setHeader('Accept-Patch', 'application/x-sabredav-partialupdate') // RFC 5789 §3.1
  response.setHeader('Cache-Control', 'no-cache')
  response.setHeader('Content-Length', 0)
  response.end()
}

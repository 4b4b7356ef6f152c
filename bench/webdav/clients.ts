// The clients, the same for both servers: wrk for what is small and often, curl for what is large or slow. Each is a
// process of its own, checks that every answer is what it should be, and stops by itself.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type Login = { name: string; password: string } | undefined

const basic = (login: Login): string | undefined =>
  login && `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`

export type Load = {
  url: string
  login: Login
  connections: number
  seconds: number
  /** Where the script may lie. */
  folder: string
  /** Lua for wrk: sets wrk.method, wrk.body, wrk.headers or defines request(). */
  script?: string
  /** A name for the script's file. */
  label: string
}

/** Requests per second. Throws when an answer was not 2xx or a socket failed: such a figure would mean nothing. */
export const wrk = async ({ url, login, connections, seconds, folder, script = '', label }: Load): Promise<number> => {
  const file = join(folder, `${label}.lua`)
  await writeFile(file, script)
  const authorization = basic(login)
  const { stdout, stderr } = await run('wrk', [
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', file],
    ...(authorization ? ['-H', `Authorization: ${authorization}`] : []),
    url,
  ])
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${label} at ${url} failed:\n${stdout}`)
  if (stderr.includes(file)) throw new Error(`wrk did not understand ${label}:\n${stderr}`)
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]
  if (rate === undefined) throw new Error(`wrk said:\n${stdout}`)
  return Number(rate)
}

/** Writes `bytes` bytes to a new name with each request. */
export const putScript = (bytes: number, prefix: string): string => `
wrk.method = "PUT"
wrk.headers["Content-Type"] = "application/octet-stream"
local body = string.rep("x", ${bytes - 10})
local count = 0
function request()
  count = count + 1
  return wrk.format(nil, wrk.path .. "${prefix}" .. count, nil, body .. string.format("%010d", count))
end
`

export const propfindBody =
  '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/>' +
  '<D:getlastmodified/><D:getetag/><D:getcontenttype/><D:creationdate/></D:prop></D:propfind>'

export const propfindScript = `
wrk.method = "PROPFIND"
wrk.headers["Depth"] = "1"
wrk.headers["Content-Type"] = "application/xml"
wrk.body = [[${propfindBody}]]
`

/** Seconds that one request took. Throws unless the answer's status is `expected`. */
export const curl = async (login: Login, expected: number, ...parameters: string[]): Promise<number> => {
  const { stderr } = await run('curl', [
    ...['-sS', '-k', '--http1.1', '-w', '%{stderr}%{http_code} %{time_total}'],
    ...(parameters.includes('-o') ? [] : ['-o', '/dev/null']),
    ...(login ? ['-u', `${login.name}:${login.password}`] : []),
    ...parameters,
  ])
  const [status, seconds] = stderr.split(' ').map(Number)
  if (status !== expected) throw new Error(`curl ${parameters.join(' ')} was answered ${status}`)
  return seconds as number
}

export const curlPropfind = (login: Login, url: string, output: string): Promise<number> =>
  curl(
    login,
    207,
    '-X',
    'PROPFIND',
    '-H',
    'Depth: 1',
    '-H',
    'Content-Type: application/xml',
    '--data-binary',
    propfindBody,
    '-o',
    output,
    url,
  )

export const isInstalled = async (command: string): Promise<boolean> => {
  try {
    await run('which', [command])
    return true
  } catch {
    return false
  }
}

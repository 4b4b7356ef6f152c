// The clients: one request at a time over a connection that stays open, and wrk for many.
import http from 'node:http'
import https from 'node:https'

export type Login = { name: string; password: string }

export type Ask = { method: string; path: string; headers?: Record<string, string>; body?: string }

export type Answer = { status: number; text: string; seconds: number }

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true, rejectUnauthorized: false }),
}

/** Whoever was quiet for a while opens a new connection: the server may just be closing the old one. */
export const closeConnections = (): void => {
  for (const agent of Object.values(agents)) agent.destroy()
}

export const basic = ({ name, password }: Login): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** Thrown where a server is not done after so long: its figure is at least that. */
export class Slow extends Error {}
export const slowSeconds = 60

/** Throws for what is no success: such a figure would mean nothing. */
export const request = async (
  { origin, name }: { origin: string; name: string },
  login: Login | undefined,
  { method, path, headers, body }: Ask,
  mostSeconds = slowSeconds,
): Promise<Answer> => {
  const url = new URL(path, origin)
  const { request: send } = url.protocol === 'https:' ? https : http
  const agent = agents[url.protocol as keyof typeof agents]
  const length = { 'Content-Length': String(Buffer.byteLength(body ?? '')) }
  const authorization = login ? { Authorization: basic(login) } : undefined
  const began = performance.now()
  const answer = await new Promise<Answer>((resolve, reject) => {
    const options = { method, agent, headers: { ...length, ...authorization, ...headers } }
    const sent = send(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const seconds = (performance.now() - began) / 1000
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), seconds })
      })
    })
    sent.on('error', reject)
    if (Number.isFinite(mostSeconds))
      sent.setTimeout(mostSeconds * 1000, () => sent.destroy(new Slow(`${method} ${path} at ${name}`)))
    sent.end(body)
  })
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${method} ${path} at ${name}: ${answer.status}\n${answer.text.slice(0, 500)}`)
  return answer
}

/** The names of the events in a multistatus, sorted: every server must find the same. */
export const namesIn = (text: string): string[] =>
  [...text.matchAll(/<(?:\w+:)?href>[^<]*\/([^</]+\.ics)</g)].map((match) => match[1] as string).sort()

export const syncTokenIn = (text: string): string => {
  const token = /<(?:\w+:)?sync-token[^>]*>([^<]+)</.exec(text)?.[1]
  if (token === undefined) throw new Error(`There is no sync-token in ${text.slice(0, 500)}`)
  return token
}

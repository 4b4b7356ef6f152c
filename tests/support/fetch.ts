// `fetch` as a browser has it, for libraries that are made for browsers, trusting one authority and no other.
import { Agent, request as httpsRequest } from 'node:https'

export function trustingFetch(ca: string): { fetch: typeof fetch } & AsyncDisposable {
  const agent = new Agent({ ca, keepAlive: true })

  const send = (request: Request, body: Buffer): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { url, method, headers } = request
      const options = { agent, method, headers: { ...Object.fromEntries(headers), 'content-length': body.length } }
      const call = httpsRequest(url, options, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          const content = status === 204 || status === 304 ? null : Buffer.concat(chunks)
          const told = new Headers(answer.headers as Record<string, string>)
          const response = new Response(content, { status, headers: told })
          Object.defineProperty(response, 'url', { value: url })
          resolve(response)
        })
      })
      call.on('error', reject)
      call.end(body)
    })

  return {
    fetch: async (input, init) => {
      const request = new Request(input, init)
      return send(request, Buffer.from(await request.arrayBuffer()))
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
    },
  }
}

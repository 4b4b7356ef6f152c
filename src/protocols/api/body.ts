import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../errors.ts'
import { apiBodyBytes } from '../../limits.ts'

const tooLarge = () => new DomainError('TooLarge', `The body is over ${apiBodyBytes} bytes.`)

/** The request's JSON. Throws Unsupported, TooLarge or BadRequest. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new DomainError('Unsupported', 'The body must be application/json.')
  if (Number(request.headers['content-length'] ?? 0) > apiBodyBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  // Who sends too much is still told so: leaving the loop must not close the connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > apiBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new DomainError('BadRequest', 'The body is not JSON in UTF-8.')
  }
}

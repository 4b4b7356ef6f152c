import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { baseHeaders } from './headers.ts'

type Rest = [(OutgoingHttpHeaders | OutgoingHttpHeader[])?] | [string?, (OutgoingHttpHeaders | OutgoingHttpHeader[])?]

/**
 * A response that writes the headers of every answer together with its own. Who has no others set and gives all of
 * theirs to `writeHead` as one list has them written as they are: ten `setHeader` cost a sixth of a small answer.
 */
export class Answer extends ServerResponse {
  base = baseHeaders(false)

  override writeHead(status: number, ...rest: Rest): this {
    const [headers] = rest
    if (Array.isArray(headers) && this.getHeaderNames().length === 0)
      return super.writeHead(status, [...this.base, ...headers])
    for (let at = 0; at < this.base.length; at += 2) this.setHeader(this.base[at] ?? '', this.base[at + 1] ?? '')
    return super.writeHead(status, ...(rest as [OutgoingHttpHeaders?]))
  }
}

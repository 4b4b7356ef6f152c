import type { Handler } from './router.ts'

/** 200 from ready on: whoever can ask has an open port and an event loop that turns. */
export const health: Handler = async (_request, response) => {
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end('ok\n')
}

// A connection that stays open, over which large answers go out and large bodies come in.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent } from 'node:https'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createTestServer, send } from '../../../tests/support/http.ts'
import type { Handler } from './router.ts'

const rounds = 300
const body = Buffer.alloc(100_000, 'question ')

const answerInPieces: Handler = async (request, response) => {
  let size = 0
  for await (const chunk of request) size += (chunk as Buffer).length
  // What works in pieces ends in this phase of the event loop, in which TLS tells only later that it has written.
  await setImmediate()
  response.setHeader('X-Received', size)
  response.end(Buffer.alloc(200_000, 'answer '))
}

/** The client is a thread of its own: one beside the server always asks too late. */
const ask = async ({ port, ca }: { port: number; ca: string }): Promise<string[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answers: string[] = []
  for (let round = 0; round < rounds; round++) {
    const options = { host: '127.0.0.1', servername: 'localhost', port, ca, path: '/', method: 'PUT', agent }
    try {
      const { status, headers } = await send(options, body)
      answers.push(`${status} ${headers['x-received']}`)
    } catch (error) {
      answers.push(String(error))
    }
  }
  agent.destroy()
  return answers
}

if (isMainThread) {
  test('the next large body may come before the last large answer is known to be sent', async () => {
    await using server = await createTestServer([{ prefix: '/', handle: answerInPieces }])
    const { port, ca } = server
    const worker = new Worker(new URL(import.meta.url), { workerData: { port, ca } })
    const [answers] = (await once(worker, 'message')) as [string[]]
    assert.deepEqual(new Set(answers), new Set([`200 ${body.length}`]))
    await worker.terminate()
  })
} else parentPort?.postMessage(await ask(workerData))

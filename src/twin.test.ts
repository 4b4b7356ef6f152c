import assert from 'node:assert/strict'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { createTestTwin } from '../tests/support/twin.ts'
import { ConfigError } from './config.ts'

const status = (url: string, ca: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })

test('two twins run side by side, each with its own authority', async () => {
  await using home = await createTestTwin()
  await using away = await createTestTwin()
  assert.equal(await status(`${home.url}healthz`, home.ca), 200)
  assert.equal(await status(`${away.url}healthz`, away.ca), 200)
  await assert.rejects(status(`${away.url}healthz`, home.ca))
})

test('a twin without an account gives a set-up link, one with an account does not', async () => {
  await using home = await createTestTwin()
  assert.ok(home.setupLink?.startsWith(`${home.url}setup#`))
})

test('a taken port is one clear line, and nothing of the twin stays open', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  await assert.rejects(
    createTestTwin((config) => ({ ...config, ports: { ...config.ports, https: port } })),
    (error) =>
      error instanceof ConfigError &&
      error.message.startsWith(`port ${port} is taken by another program: set ports.https`),
  )
  taken.close()
})

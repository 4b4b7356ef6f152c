import assert from 'node:assert/strict'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { temporaryFolder } from '../../tests/support/store.ts'
import { DomainError } from '../errors.ts'
import { type ControlCommands, callControl, NotRunning, serveControl } from './socket.ts'

const log = pino({ level: 'silent' })

const commands: ControlCommands = {
  echo: async (values) => values,
  count: async (_values, { send }) => {
    for (let i = 0; i < 10_000; i++) await send(i)
    return 'counted'
  },
  refuse: async () => {
    throw new DomainError('NotFound', 'There is no such thing.')
  },
  fail: async () => {
    throw new Error('a secret of the inside')
  },
}

async function serve(more: ControlCommands = {}) {
  const folder = await temporaryFolder()
  const control = await serveControl(folder.path, { ...commands, ...more }, log)
  return {
    path: folder.path,
    control,
    async [Symbol.asyncDispose]() {
      await control.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('a command is answered with its result, a long argument and other alphabets too', async () => {
  await using served = await serve()
  const values = { name: 'Ann Müller 🦊', long: 'ü'.repeat(200_000) }
  assert.deepEqual(await callControl(served.path, 'echo', values), values)
})

test('a stream arrives in order and whole before the result', async () => {
  await using served = await serve()
  const items: unknown[] = []
  const result = await callControl(served.path, 'count', {}, (item) => void items.push(item))
  assert.equal(result, 'counted')
  assert.deepEqual(
    items,
    Array.from({ length: 10_000 }, (_, i) => i),
  )
})

test('a domain error arrives as one; what is inside stays inside', async () => {
  await using served = await serve()
  await assert.rejects(callControl(served.path, 'refuse'), { code: 'NotFound', message: 'There is no such thing.' })
  await assert.rejects(callControl(served.path, 'constructor'), { code: 'Unsupported' })
  await assert.rejects(callControl(served.path, 'fail'), (error: Error) => !error.message.includes('secret'))
})

test('only the owner of the data may open the socket', async () => {
  await using served = await serve()
  assert.equal((await stat(join(served.path, 'twin.sock'))).mode & 0o777, 0o600)
})

test('where no twin runs the caller is told so, with and without a socket that was left over', async () => {
  await using folder = await temporaryFolder()
  await assert.rejects(callControl(folder.path, 'echo'), NotRunning)
  const control = await serveControl(folder.path, commands, log)
  await control.close()
  await assert.rejects(callControl(folder.path, 'echo'), NotRunning)
  await using _ = { [Symbol.asyncDispose]: (await serveControl(folder.path, commands, log)).close }
  assert.deepEqual(await callControl(folder.path, 'echo', { a: 1 }), { a: 1 })
})

test('a command learns that the one who asked went away', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const started = Promise.withResolvers<void>()
  await using served = await serve({
    wait: async (_values, { signal }) => {
      started.resolve()
      await once(signal, 'abort')
      resolve('aborted')
    },
  })
  const socket = connect(join(served.path, 'twin.sock'))
  socket.write('{"command":"wait"}\n')
  await started.promise
  socket.destroy()
  assert.equal(await promise, 'aborted')
})

test('a twin that closes cuts off the command under way', async () => {
  const started = Promise.withResolvers<void>()
  await using served = await serve({
    wait: async (_values, { signal }) => {
      started.resolve()
      await once(signal, 'abort')
    },
  })
  const call = assert.rejects(callControl(served.path, 'wait'), { code: 'Unavailable' })
  await started.promise
  await served.control.close()
  await call
})

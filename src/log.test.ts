import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog, plainLine } from './log.ts'

function logged(say: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  say(createLog('info', { write: (line) => void lines.push(line) }))
  return lines
}

describe('the log', () => {
  it('is one JSON object a line', () => {
    const [line = ''] = logged((log) => log.info({ port: 8443 }, 'ready'))
    const { level, msg, port } = JSON.parse(line)
    assert.deepEqual({ level, msg, port }, { level: 30, msg: 'ready', port: 8443 })
  })

  it('leaves out what is below its level', () => {
    assert.deepEqual(
      logged((log) => log.debug('detail')),
      [],
    )
  })

  it('never has a secret in it, at whatever depth a request carries it', () => {
    const secret = 'hunter2'
    const lines = logged((log) => {
      log.info({ password: secret, token: secret, authorization: secret, cookie: secret, secret }, 'top')
      log.info({ headers: { authorization: secret, cookie: secret } }, 'one level down')
      log.info({ request: { headers: { authorization: secret, cookie: secret } } }, 'two levels down')
    })
    assert.equal(lines.length, 3)
    assert.ok(!lines.join('').includes(secret))
  })

  it('is a plain line for a terminal, with the stack of an error below', () => {
    const [json = ''] = logged((log) => log.error({ err: new Error('no disk'), path: '/a' }, 'request failed'))
    const line = plainLine(json)
    assert.match(line, /^\d\d:\d\d:\d\d error request failed path=\/a\n {4}Error: no disk\n {8}at /)
  })

  it('gives a terminal nothing that steers it', () => {
    const [json = ''] = logged((log) =>
      log.warn({ path: '/\u001b[2J\u0007\u009b31m' }, 'odd \u001b]0;title\u0007 name'),
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(plainLine(json).slice(0, -1), /[\u0000-\u001f\u007f-\u009f]/)
  })
})

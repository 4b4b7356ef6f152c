// The command line as scripts see it: exit codes, and one line that says what to mend.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'twin-main-'))
after(() => rmSync(folder, { recursive: true }))

const settings = {
  TWIN_DATA: join(folder, 'data'),
  TWIN_CERTS: join(folder, 'certs'),
  TWIN_PORTS_PRESET: 'free',
  TWIN_LOG_LEVEL: 'warn',
}

function start(args: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, ...settings, ...environment }
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcome(args: string[], environment?: Record<string, string>) {
  const child = start(args, environment)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

test('help tells every command and ends with 0', async () => {
  const { code, stdout, stderr } = await outcome(['help'])
  assert.equal(code, 0)
  assert.equal(stderr, '')
  for (const name of ['start', 'account', 'backup', 'restore', 'verify', 'doctor']) {
    assert.match(stdout, new RegExp(`^  twin ${name}\\b`, 'm'))
  }
})

test('an unknown command and an unknown option end with 2 and the usage', async () => {
  const unknown = await outcome(['begin'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /^twin: there is no command begin\nUsage:\n/)
  const option = await outcome(['start', '--fast'])
  assert.equal(option.code, 2)
  assert.match(option.stderr, /^twin: .*--fast.*\nUsage: twin start\n$/)
})

test('start says ready once on stdout, and SIGTERM ends it with 0', async () => {
  const child = start(['start'])
  let stdout = ''
  for await (const chunk of child.stdout) {
    stdout += chunk
    if (stdout.includes('twin ready')) child.kill('SIGTERM')
  }
  if (child.exitCode === null) await once(child, 'exit')
  assert.equal(child.exitCode, 0)
  assert.match(
    stdout,
    /^Open this link .*: https:\/\/localhost:\d+\/setup#\S+\ntwin ready https:\/\/localhost:\d+\/\n$/,
  )
})

test('a setting that cannot be used is one line with the file, the key and the mend, and ends with 1', async () => {
  const file = join(folder, 'twin.toml')
  writeFileSync(file, '[ports]\nhttpss = 8443\n')
  const { code, stdout, stderr } = await outcome(['start'], { TWIN_CONFIG: file })
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.equal(stderr, `twin: ${file}: there is no setting ports.httpss: did you mean ports.https?\n`)
})

test('a port that is taken is one line with the key, and ends with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, stderr } = await outcome(['start'], { TWIN_PORTS_HTTPS: String(port) })
  other.close()
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`^twin: port ${port} is taken by another program: set ports.https .*\n$`))
})

test('a second twin on the same data is refused in one line and ends with 1', async () => {
  const first = start(['start'])
  for await (const chunk of first.stdout) if (String(chunk).includes('twin ready')) break
  const { code, stderr } = await outcome(['start'])
  const ended = once(first, 'exit')
  first.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  assert.equal(code, 1)
  assert.match(stderr, /^twin: another twin already runs on the data in .*\n$/)
})

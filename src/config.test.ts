import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'smol-toml'
import { temporaryFolder } from '../tests/support/store.ts'
import { ConfigError, defaults, loadConfig } from './config.ts'

async function refusal(toml: string, environment: Record<string, string> = {}): Promise<string> {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'twin.toml')
  await writeFile(file, toml)
  try {
    loadConfig({ TWIN_CONFIG: file, ...environment })
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    assert.ok(!error.message.includes('\n'), 'one line')
    return error.message.replace(file, 'FILE')
  }
  return assert.fail('it was accepted')
}

test('conf/twin.toml holds every setting with its default', () => {
  const source = readFileSync(new URL('../conf/twin.toml', import.meta.url), 'utf8')
  const written = parse(source.replaceAll(/^# ([a-z]+) = \d+$/gm, '$1 = 0')) as Record<string, unknown>
  for (const [key, value] of defaults) {
    const [group = '', name] = key.split('.')
    const inFile = name === undefined ? written[group] : (written[group] as Record<string, unknown>)[name]
    if (value === undefined) assert.notEqual(inFile, undefined, `${key} is missing`)
    else assert.equal(inFile, value, key)
  }
})

test('the environment wins over the file, and the file over the default', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'twin.toml')
  await writeFile(file, 'domain = "a.example"\n[ports]\npreset = "standard"\nhttp = 81\n')
  const config = loadConfig({ TWIN_CONFIG: file, TWIN_PORTS_HTTP: '0', TWIN_DATA: folder.path })
  assert.equal(config.domain, 'a.example')
  assert.deepEqual(config.ports, {
    http: 0,
    https: 443,
    imaps: 993,
    imap: 143,
    smtp: 25,
    submissions: 465,
    submission: 587,
  })
  assert.equal(config.bind, '::')
  assert.equal(config.data, folder.path)
})

test('a twin without a domain listens on this machine alone', () => {
  assert.equal(loadConfig({}).bind, '127.0.0.1')
})

test('an unknown key is named with the nearest one', async () => {
  assert.equal(await refusal('domian = "x"'), 'FILE: there is no setting domian: did you mean domain?')
  assert.equal(await refusal('[door]\nbell = 25'), 'FILE: there is no setting door.bell: remove it')
  assert.equal(
    await refusal('', { TWIN_PORTS_HTTPZ: '1' }),
    'the environment: there is no setting TWIN_PORTS_HTTPZ: did you mean TWIN_PORTS_HTTP?',
  )
})

test('a wrong value is named with its key and what to write', async () => {
  assert.equal(await refusal('[ports]\nhttps = 70000'), 'FILE: ports.https is 70000: write a port from 0 to 65535')
  assert.equal(
    await refusal('domain = "Not A Host"'),
    'FILE: domain is "Not A Host": write a host name in lower case, such as "home.example.org"',
  )
  assert.match(await refusal('', { TWIN_TLS_ACME: 'yes' }), /TWIN_TLS_ACME is "yes": write true or false/)
})

test('a file that is not TOML or cannot be read is named', async () => {
  assert.match(await refusal('domain = \n'), /^FILE line 1: /)
  assert.throws(
    () => loadConfig({ TWIN_CONFIG: '/nowhere/twin.toml' }),
    /\/nowhere\/twin.toml cannot be read \(ENOENT\)/,
  )
})

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { temporaryFolder } from '../../tests/support/store.ts'
import { createTestTwin } from '../../tests/support/twin.ts'
import { Store } from '../store/store.ts'

const password = 'correct horse'
const attempt = { password, address: '192.0.2.1', protocol: 'http', scope: 'files' }

type Outcome = { code: number | null; out: string; err: string }

async function account(data: string, words: string, input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, ['src/main.ts', 'account', ...words.split(' ').filter(Boolean)], {
    cwd: `${import.meta.dirname}/../..`,
    env: { ...process.env, TWIN_DATA: data },
  })
  child.stdin.on('error', () => {}).end(input) // a wrong usage ends before it reads
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

test('an account is made without a running twin, its password taken from standard input', async () => {
  await using folder = await temporaryFolder()
  const made = await account(folder.path, 'add ann --password-stdin --admin', `${password}\n`)
  assert.deepEqual(made, { code: 0, out: '', err: '' })
  await using store = await Store.open({ directory: folder.path })
  const principal = await store.signIn.password({ ...attempt, name: 'ann' })
  assert.equal(principal.isAdmin, true)
})

test('the running twin does it, and knows it at once', async () => {
  await using twin = await createTestTwin()
  const { data } = twin.config
  const run = (words: string, input?: string) => account(data, words, input)
  const signIn = (password = attempt.password) => twin.store.signIn.password({ ...attempt, password, name: 'bob' })

  await run('add ann --password-stdin --admin', password)
  assert.equal((await run('add bob --password-stdin', password)).code, 0)
  await signIn()
  assert.equal((await run('password bob --password-stdin', 'another horse')).code, 0)
  await assert.rejects(signIn(), { code: 'Unauthorized' })
  await signIn('another horse')
  const app = (await run('app-password bob --scope files --label phone')).out.trim()
  await signIn(app)
  await run('disable bob')
  await assert.rejects(signIn(app), { code: 'Unauthorized' })
  assert.match((await run('list')).out, /^ann {2}owner .*\nbob {2}member, disabled /)
  await run('enable bob')
  await signIn(app)
  assert.match(
    (await run('recovery-link bob')).out,
    new RegExp(`^https://localhost:${twin.port}/recover#[\\w-]{22}\n$`),
  )
  assert.match((await run('invite')).out, new RegExp(`^https://localhost:${twin.port}/join#[\\w-]{22}\n$`))
  assert.equal((await run('delete bob')).code, 0)
  await assert.rejects(signIn(app), { code: 'Unauthorized' })
})

test('a failure is exit code 1 and one line on standard error', async () => {
  await using folder = await temporaryFolder()
  await account(folder.path, 'add ann --password-stdin --admin', password)
  for (const [words, input, line] of [
    ['disable nobody', '', /^twin: there is no account nobody\n$/],
    ['delete ann', '', /^twin: ann is the last owner.*\n$/],
    ['add ann --password-stdin', password, /^twin: The name ann is taken.*\n$/],
    ['add bob --password-stdin', 'short', /^twin: A password has 8 to 256 characters\.\n$/],
    ['add postmaster --password-stdin', password, /^twin: The name postmaster is kept for the twin\.\n$/],
  ] as const) {
    const { code, out, err } = await account(folder.path, words, input)
    assert.deepEqual([code, out], [1, ''], words)
    assert.match(err, line)
  }
})

test('wrong usage is exit code 2 with the usage', async () => {
  await using folder = await temporaryFolder()
  for (const words of [
    '',
    'frobnicate',
    'add',
    'add ann',
    'add ann bob --password-stdin',
    'list ann',
    'add ann --shout',
    'app-password ann --scope root',
  ]) {
    const { code, out, err } = await account(folder.path, words)
    assert.deepEqual([code, out], [2, ''], words)
    assert.match(err, /^twin: /)
    assert.match(err, /Usage: twin account/)
  }
})

test('a room and a resource are made without a password, and nobody signs in as one', async () => {
  await using folder = await temporaryFolder()
  const run = (words: string, input?: string) => account(folder.path, words, input)
  assert.deepEqual(await run('add library --kind room --display-name Library'), { code: 0, out: '', err: '' })
  assert.equal((await run('add beamer --kind resource')).code, 0)
  assert.equal((await run('add hall --kind room --password-stdin', password)).code, 2)
  assert.equal((await run('add hall --kind house')).code, 2)
  assert.equal((await run('add hall --kind room --admin')).code, 1)
  assert.match((await run('list')).out, /^beamer {3}resource .*\nlibrary {2}room .* Library\n$/)
  for (const words of ['password library --password-stdin', 'app-password library', 'recovery-link library'])
    assert.match((await run(words, password)).err, /nobody signs in/)
})

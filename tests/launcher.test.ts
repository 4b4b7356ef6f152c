// bin/twin in an empty clone: here a project with one package, so that what it installs is small.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { after, test } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const program = `import { parse } from 'smol-toml'
if (process.argv[2] === 'wait') {
  process.on('SIGTERM', () => process.exit(7))
  process.once('disconnect', () => console.log('the launcher is gone'))
  setInterval(() => {}, 1000)
}
console.log(parse('is = "ready"').is, process.pid, process.version)
`

function emptyClone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twin-launcher-'))
  folders.push(folder)
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'))
  const path = 'node_modules/smol-toml'
  const entry = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[path]
  const manifest = { name: 'clone', version: '1.0.0', type: 'module', dependencies: { 'smol-toml': entry.version } }
  const lock = { name: 'clone', version: '1.0.0', lockfileVersion: 3, packages: { '': manifest, [path]: entry } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src/main.ts'), program)
  return folder
}

type Launch = { node?: string; args?: string[]; environment?: Record<string, string> }

function launch(folder: string, { node = process.execPath, args = [], environment = {} }: Launch = {}): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', ...environment }
  return spawn(node, [join(folder, 'bin/twin'), ...args], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function outcome(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text) => {
    stdout += text
  })
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** Resolves with the first output that matches. */
async function output(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  for await (const [chunk] of on(child.stdout!, 'data', { close: ['end'] })) {
    text += chunk
    const found = pattern.exec(text)
    if (found) return found
  }
  throw new Error(`the program ended without ${pattern}: ${text}`)
}

const workInProgress = (folder: string) =>
  readdirSync(join(folder, '.runtime')).filter((name) => /^(new|lock)/.test(name))

test('two launches at once in an empty clone install once, and both run', async () => {
  const folder = emptyClone()
  const both = await Promise.all([outcome(launch(folder)), outcome(launch(folder))])
  for (const { code, stdout, stderr } of both) {
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^ready /)
  }
  assert.equal(both.filter(({ stderr }) => stderr.includes('installing the packages')).length, 1)
  assert.deepEqual(workInProgress(folder), [])
})

test('an installation that was cut off is done again, one that is whole is not', async () => {
  const folder = emptyClone()
  await outcome(launch(folder))
  assert.equal((await outcome(launch(folder))).stderr, '')
  rmSync(join(folder, 'node_modules/.package-lock.json'))
  const { code, stderr } = await outcome(launch(folder))
  assert.equal(code, 0)
  assert.match(stderr, /installing the packages/)
})

test('what a killed launch left does not hold up the next, and is removed', async () => {
  const folder = emptyClone()
  const dead = spawn(process.execPath, ['--version'])
  await once(dead, 'exit')
  mkdirSync(join(folder, `.runtime/new-${dead.pid}/node_modules`), { recursive: true })
  writeFileSync(join(folder, '.runtime/lock'), String(dead.pid))
  const { code, stderr } = await outcome(launch(folder))
  assert.equal(code, 0, stderr)
  assert.deepEqual(workInProgress(folder), [])
})

test('packages that cannot be got are one line with the mend, and leave nothing half installed', async () => {
  const folder = emptyClone()
  const environment = {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(folder, 'empty-cache'),
    npm_config_fetch_retries: '0',
  }
  const { code, stdout, stderr } = await outcome(launch(folder, { environment }))
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /^twin: installing .*\ntwin: the packages could not be installed \(npm: ECONNREFUSED; .*\): check the network, .*\n$/,
  )
  assert.ok(!existsSync(join(folder, 'node_modules')))
  assert.deepEqual(workInProgress(folder), [])
})

test('a file of the project runs in the same way with --node, and without one the usage is told', async () => {
  const folder = emptyClone()
  writeFileSync(join(folder, 'tool.ts'), 'process.exitCode = Number(process.argv[2])\n')
  assert.equal((await outcome(launch(folder, { args: ['--node', 'tool.ts', '5'] }))).code, 5)
  assert.equal((await outcome(launch(folder, { args: ['--node'] }))).code, 2)
})

/** A Node of this machine that is too old for the twin, such as Debian's. */
function oldNode(): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  return candidates.find((path) => {
    if (!existsSync(path)) return false
    const major = Number.parseInt(execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10)
    return major >= 18 && major < 24
  })
}

for (const [name, node] of [
  ['this Node', process.execPath],
  ['an older Node', oldNode()],
] as const) {
  const options = { skip: node === undefined && 'needs a Node from 18 to 23 in PATH beside this one' }

  test(`under ${name} the program is a Node 24, gets the signals and gives its exit code`, options, async () => {
    const child = launch(emptyClone(), { node, args: ['wait'] })
    const ended = once(child, 'exit')
    const [, version] = await output(child, /ready \d+ v(\d+)\./)
    assert.ok(Number(version) >= 24)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [7, null])
  })

  test(`under ${name} no program outlives a launcher that was killed`, options, async () => {
    const child = launch(emptyClone(), { node, args: ['wait'] })
    const closed = once(child, 'close')
    const [, pid] = await output(child, /ready (\d+)/)
    child.kill('SIGKILL')
    if (Number(pid) !== child.pid) {
      await output(child, /the launcher is gone/)
      process.kill(Number(pid), 'SIGTERM')
    }
    await closed
  })
}

import { spawn } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** What the launcher keeps: the Node it got, the compile cache, work in progress. May be deleted at any time. */
export const runtime = join(root, '.runtime')

/** What a person can mend, as one line. */
export class Problem extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

export const say = (text) => process.stderr.write(`twin: ${text}\n`)

/**
 * Builds `target` unless `isReady()`: `build(folder)` fills an empty folder beside it, which then takes its place.
 * Launches at the same time wait for the one that builds.
 */
export async function prepareFolder({ target, isReady, build }) {
  if (isReady()) return
  makeFolder(runtime)
  makeFolder(dirname(target))
  await oneAtATime(async () => {
    if (isReady()) return
    const folder = join(runtime, `new-${process.pid}`)
    mkdirSync(folder)
    try {
      const fresh = await build(folder)
      if (existsSync(target)) renameSync(target, join(folder, 'former'))
      renameSync(fresh, target)
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  })
}

function makeFolder(path) {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw new Problem(`cannot write to ${path} (${error.code}): run bin/twin --prepare once as the owner of ${root}`)
  }
}

const lock = join(runtime, 'lock')
const abandonedAfterMilliseconds = 20 * 60 * 1000

async function oneAtATime(body) {
  const own = join(runtime, `lock-${process.pid}`)
  writeFileSync(own, String(process.pid))
  try {
    for (let told = false; !take(own); await sleep(100)) {
      const holder = readHolder()
      if (holder === undefined) continue
      if (!isRunning(holder) || isAbandoned()) rmSync(lock, { force: true })
      else if (!told) {
        say(`waiting for another launch (process ${holder}) that prepares the same`)
        told = true
      }
    }
    removeLeftovers()
    return await body()
  } finally {
    if (readHolder() === process.pid) rmSync(lock, { force: true })
    rmSync(own, { force: true })
  }
}

/** A link, because it appears with its content or not at all. */
function take(own) {
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function readHolder() {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return undefined
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Process numbers are used again. */
function isAbandoned() {
  try {
    return Date.now() - statSync(lock).mtimeMs > abandonedAfterMilliseconds
  } catch {
    return false
  }
}

function removeLeftovers() {
  for (const name of readdirSync(runtime)) {
    const pid = /^(?:new|lock)-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    try {
      rmSync(join(runtime, name), { recursive: true, force: true })
    } catch {
      // An npm that outlived its launch is still writing there: the next launch removes it.
    }
  }
}

/** Runs npm in `folder`, with `node` where npm's own script can be found. */
export async function npm(node, args, folder, failure) {
  const script = findNpm()
  const settings = [
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ]
  if (script === undefined)
    throw new Problem('npm is needed once and is not in PATH: install it (Debian: apt-get install npm)')
  const [command, first] = script.endsWith('.js') ? [node, [script]] : [script, ['--no-engine-strict']]
  const { code, output } = await run(command, [...first, ...args, ...settings], folder)
  if (code === 0) return
  const log = join(runtime, 'npm.log')
  writeFileSync(log, output)
  const reason = /^npm err(?:or|!) code (\S+)/im.exec(output)?.[1] ?? `exit code ${code}`
  throw new Problem(`${failure} (npm: ${reason}; all it said is in ${log}): check the network, then start again`)
}

function findNpm() {
  const given = process.env.npm_execpath
  if (given !== undefined && /npm-cli\.js$/.test(given) && existsSync(given)) return given
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'npm')
    if (folder !== '' && existsSync(candidate)) return realpathSync(candidate)
  }
  return undefined
}

/** Answers the exit code and all output. */
export function run(command, args, folder) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', fail)
    child.on('close', (code) => done({ code, output }))
  })
}

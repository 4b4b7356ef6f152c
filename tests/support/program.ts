// The twin as a process of its own, as an owner runs it: for what a kill, a full disk or the command line does to it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Store } from '../../src/store/store.ts'
import { createPerson } from './people.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

export type Program = {
  /** With a slash at the end. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly process: ChildProcess
  /** Everything on standard error so far. */
  readonly log: () => string
  /** Sends a signal and resolves with the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
} & AsyncDisposable

export type Settings = Readonly<Record<string, string>>

const environment = (data: string, settings: Settings): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  TWIN_CONFIG: '/dev/null',
  TWIN_DATA: data,
  TWIN_PORTS_PRESET: 'free',
  ...settings,
})

/** Starts the twin on a data folder, and resolves when it says that it is ready. */
export async function startProgram(data: string, settings: Settings = {}): Promise<Program> {
  const child = spawn(process.execPath, [main, 'start'], {
    env: environment(data, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal)
  const url = await Promise.race([
    readyUrl(child.stdout),
    exited.then((code) => Promise.reject(new Error(`ended with ${code}: ${log}`))),
  ])
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid as number,
    process: child,
    log: () => log,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function readyUrl(stdout: Readable): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const url = /^twin ready (\S+)/.exec(line)?.[1]
    if (url !== undefined) {
      stdout.resume()
      return url
    }
  }
  return new Promise(() => {}) // it ended, and its exit says how
}

export type Outcome = { code: number; stdout: string; stderr: string }

/** Runs one command to its end. */
export async function runCommand(
  data: string,
  args: string[],
  { input, settings = {} }: { input?: Buffer | string; settings?: Settings } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], { env: environment(data, settings), stdio: 'pipe' })
  child.stdin.on('error', () => {}) // a command that refuses does not read to the end
  child.stdin.end(input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}

/** A data folder with one account, made without a running twin. */
export async function prepareData(data: string, { name, password }: { name: string; password: string }): Promise<void> {
  await using store = await Store.open({ directory: data })
  await createPerson(store, name, password, { isAdmin: true })
}

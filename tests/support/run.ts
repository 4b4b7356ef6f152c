// Programs that a test drives. Each gets a process group of its own, and none outlives its test.
import { spawn } from 'node:child_process'
import { programPath } from './lacks.ts'

export type RunOptions = {
  cwd?: string
  env?: Readonly<Record<string, string>>
  input?: string
  /** Milliseconds after which it is killed, with all that it started. */
  timeout?: number
}

export type Outcome = { code: number | null; output: string }

/** Runs a program to its end; `output` is all that it wrote, to both streams. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, env, input = '', timeout = 120_000 } = options
  const path = programPath(program) ?? program
  const child = spawn(path, args, { cwd, env: { ...process.env, ...env }, detached: true })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const timer = setTimeout(() => {
    output += `\n(killed after ${timeout} ms)`
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, timeout)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  }).finally(() => clearTimeout(timer)) as Promise<Outcome>
}

/** The same, for a program that must succeed. */
export async function runWell(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(program, args, options)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`)
  return output
}

// The recorder that is preloaded into a twin: shim.c, compiled by the test that uses it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why nothing can be recorded here, or undefined. */
export function whyNoShim(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux: it records by LD_PRELOAD'
  try {
    execFileSync('cc', ['--version'], { stdio: 'pipe' })
    return undefined
  } catch {
    return 'needs a C compiler: apt-get install gcc libc6-dev'
  }
}

/** A folder with the shim, one to be recorded, and in memory where there is such a place. */
export async function folderWithShim(): Promise<string> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'twin-power-cut-'))
  const shim = [
    '-O2',
    '-shared',
    '-fPIC',
    '-o',
    join(folder, 'shim.so'),
    join(import.meta.dirname, 'shim.c'),
    '-ldl',
    '-lpthread',
  ]
  execFileSync('cc', shim, { stdio: 'pipe' })
  await mkdir(join(folder, 'recorded'))
  return folder
}

/** The environment of a process that is recorded. */
export const recorded = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  LD_PRELOAD: join(folder, 'shim.so'),
  POWER_CUT_FOLDER: join(folder, 'recorded'),
  POWER_CUT_ACKS: join(folder, 'acks'),
  POWER_CUT_TRACE: join(folder, 'trace'),
  POWER_CUT_DELAY: '1500',
  UV_USE_IO_URING: '0',
})

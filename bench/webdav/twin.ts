// The twin as its owner starts it: `bin/twin start`, a process of its own.
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end } from './apache.ts'
import type { Peer } from './peer.ts'

const root = join(import.meta.dirname, '../..')

export type TwinOptions = {
  folder: string
  name: string
  /** Flags for Node itself; the launcher has none for it, so the program is then started without it. */
  flags?: string[] | undefined
}

export const twinEnvironment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  TWIN_DATA: folder,
  TWIN_PORTS_PRESET: 'free',
})

/** Resolves when the twin says that it is ready. */
export const startTwin = async ({ folder, name, flags }: TwinOptions): Promise<Peer & { origin: string }> => {
  const program = flags ? [...flags, join(root, 'src/main.ts')] : [join(root, 'bin/twin')]
  const child = spawn(process.execPath, [...program, 'start'], {
    cwd: root,
    env: twinEnvironment(folder),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the twin ended with ${code}`)))
    createInterface(child.stdout).on('line', (line) => {
      const ready = /^twin ready (\S+)/.exec(line)
      if (ready?.[1]) resolve(ready[1].replace(/\/$/, ''))
    })
  })
  child.removeAllListeners('exit')
  return {
    name: 'twin',
    origin,
    url: `${origin}/dav/files/${name}/`,
    pid: child.pid as number,
    close: () => end(child),
  }
}

/** Fills a new data folder through the store, in a process of its own. */
export const loadTwin = (
  folder: string,
  login: { name: string; password: string },
  program = join(import.meta.dirname, 'load.ts'),
): void => {
  execFileSync(process.execPath, [program, folder, login.name], {
    input: login.password,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
}

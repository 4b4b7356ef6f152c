// Debian's PostgreSQL on a free port, in a temporary folder, as an unprivileged user (it refuses root). In memory
// where that is possible: every test has a database of its own, and the disk would make most of their time.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

export type TestServer = {
  /** Of the maintenance database: `createDatabase` makes others. */
  url: string
  /** Stops it as a crash would, or starts it again on the same data and port. */
  crash(): Promise<void>
  start(): Promise<void>
} & AsyncDisposable

const versions = '/usr/lib/postgresql'

/** The server goes when the test does, however that ends. */
const untilStdinEnds = '"$@" & cat; kill -INT $! 2> /dev/null; wait'

/** Why no server can be started here, or undefined. */
export function whyNoPostgresql(): string | undefined {
  if (binaries() === undefined) return 'needs PostgreSQL: apt-get install postgresql'
  if (process.getuid?.() === 0 && unprivileged() === undefined)
    return 'needs a user "postgres": PostgreSQL refuses root'
  return undefined
}

/** Starts a server of its own, which goes away with `await using`. */
export async function startPostgresql(): Promise<TestServer> {
  const bin = binaries() as string
  const user: { uid?: number; gid?: number } = (process.getuid?.() === 0 && unprivileged()) || {}
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'twin-postgresql-'))
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const init = ['-D', data, '-U', 'twin', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), init, { ...user, cwd: folder, stdio: 'pipe' })
  const port = await freePort()
  const run = () => {
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', '-c', 'shared_buffers=32MB']
    const args = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder, ...settings]
    return spawn('sh', ['-c', untilStdinEnds, 'sh', ...args], {
      ...user,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
  }
  let server = await ready(run())
  let stopped: Promise<unknown> | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (stopped === undefined) {
      stopped = once(server, 'exit')
      process.kill(Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10), signal)
      server.stdin?.end()
    }
    await stopped
  }
  return {
    url: `postgresql://twin@127.0.0.1:${port}/postgres`,
    crash: () => stop('SIGQUIT'),
    async start() {
      server = await ready(run())
      stopped = undefined
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A fresh database on a server, dropped with `await using`. */
export async function createDatabase(server: string): Promise<{ url: string } & AsyncDisposable> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await command(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = name
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => command(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function command(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(sql)
  await client.end()
}

function binaries(): string | undefined {
  if (!existsSync(versions)) return undefined
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? undefined : join(versions, newest, 'bin')
}

function unprivileged(): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function ready(server: ReturnType<typeof spawn>): Promise<ReturnType<typeof spawn>> {
  const said: string[] = []
  server.once('exit', () => server.stderr?.destroy())
  for await (const line of createInterface({ input: server.stderr as NodeJS.ReadableStream })) {
    said.push(line)
    if (!line.includes('ready to accept connections')) continue
    server.stderr?.resume()
    return server
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`)
}

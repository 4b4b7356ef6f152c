// Debian's ACME test authority, pebble, with a name server that says 127.0.0.1 to every question.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openLocalCa } from '../../src/protocols/http/tls/local-ca.ts'
import { programPath } from './lacks.ts'

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program and waits for the line that says it is ready; it ends with this process at the latest. */
const start = async (program: string, args: string[], ready: RegExp, env: Record<string, string> = {}) => {
  const child = spawn(programPath(program) ?? program, args, { env: { ...process.env, ...env } })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} ended:\n${lines.join('\n')}`)))
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        if (ready.test(line)) resolve()
      })
    }
  })
  return { child, lines }
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** An authority that looks for challenges on these ports of 127.0.0.1. */
export const startPebble = async ({ httpPort, tlsPort }: { httpPort: number; tlsPort: number }) => {
  const directory = await mkdtemp(join(tmpdir(), 'twin-pebble-'))
  const ca = await openLocalCa(join(directory, 'ca'), 'localhost', Date.now())
  const { cert, key } = await ca.leaf(['localhost', '127.0.0.1'], Date.now())
  await writeFile(join(directory, 'cert.pem'), cert)
  await writeFile(join(directory, 'key.pem'), key)
  const [port, managementPort, dnsPort, dnsManagementPort] = await Promise.all(Array.from({ length: 4 }, freePort))
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${managementPort}`,
      certificate: join(directory, 'cert.pem'),
      privateKey: join(directory, 'key.pem'),
      httpPort,
      tlsPort,
    },
  }
  await writeFile(join(directory, 'config.json'), JSON.stringify(config))
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '']
  const dns = await start(
    'pebble-challtestsrv',
    [...none, '-dns01', `127.0.0.1:${dnsPort}`, '-defaultIPv6', '', '-management', `127.0.0.1:${dnsManagementPort}`],
    /Starting management server/,
  )
  const pebble = await start(
    'pebble',
    ['-config', join(directory, 'config.json'), '-dnsserver', `127.0.0.1:${dnsPort}`],
    /ACME directory available/,
    { PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' },
  )
  return {
    directoryUrl: `https://localhost:${port}/dir`,
    /** The file to trust for the directory. */
    caFile: ca.path,
    lines: pebble.lines,
    stop: () => stop(pebble.child),
    [Symbol.asyncDispose]: async () => {
      await stop(pebble.child)
      await stop(dns.child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

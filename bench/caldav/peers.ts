// The servers, each as its documentation starts it, in a new folder, filled with the same events. Radicale and Xandikos
// are asked without TLS and check no password, which is to their favour; the twin does both.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { end } from '../webdav/apache.ts'
import { loadTwin, startTwin } from '../webdav/twin.ts'
import { type Login, request } from './client.ts'
import { count, eventName, eventText } from './events.ts'

export type CalendarPeer = {
  name: string
  origin: string
  /** The path of the calendar with all events, and of one that is empty. */
  calendar: string
  empty: string
  pid: number
  close(): Promise<void>
}

export const isThere = (name: 'radicale' | 'xandikos'): boolean => existsSync(`/usr/bin/${name}`)

export const startRadicale = async (folder: string, login: Login): Promise<CalendarPeer> => {
  const port = await freePort()
  const home = join(folder, 'collection-root', login.name)
  for (const name of ['calendar', 'empty']) {
    await mkdir(join(home, name), { recursive: true })
    await writeFile(join(home, name, '.Radicale.props'), '{"tag": "VCALENDAR"}')
  }
  await writeEvents(join(home, 'calendar'))
  const configuration = `[server]\nhosts = 127.0.0.1:${port}\nmax_connections = 100\n[auth]\ntype = none
[rights]\ntype = owner_only\n[storage]\nfilesystem_folder = ${folder}\n[logging]\nlevel = error\n`
  await writeFile(join(folder, 'configuration'), configuration)
  const child = start('radicale', ['--config', join(folder, 'configuration')])
  return ready({ name: 'Radicale', port, child, calendar: `/${login.name}/calendar/`, empty: `/${login.name}/empty/` })
}

export const startXandikos = async (folder: string): Promise<CalendarPeer> => {
  const port = await freePort()
  const parameters = ['-d', folder, '--defaults', '-l', '127.0.0.1', '-p', String(port)]
  const path = '/user/calendars/calendar/'
  const first = await ready({ name: 'Xandikos', port, child: start('xandikos', parameters), calendar: path, empty: '' })
  await request(first, undefined, { method: 'MKCALENDAR', path: '/user/calendars/empty/' })
  await first.close()
  // It keeps a calendar in git: 10,000 commits take hours, one is as good.
  const repository = join(folder, 'user/calendars/calendar')
  await writeEvents(repository)
  const git = (...command: string[]) => execFileSync('git', ['-C', repository, ...command], { stdio: 'ignore' })
  git('add', '-A')
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-m', 'events')
  const child = start('xandikos', parameters)
  return ready({ name: 'Xandikos', port, child, calendar: path, empty: '/user/calendars/empty/' })
}

export const startTwinWithEvents = async (folder: string, login: Login, flags?: string[]): Promise<CalendarPeer> => {
  loadTwin(folder, login, join(import.meta.dirname, 'load.ts'))
  const { origin, pid, close } = await startTwin({ folder, name: login.name, flags })
  const home = `/dav/calendars/${login.name}/`
  const peer = { name: 'twin', origin, calendar: `${home}calendar/`, empty: `${home}empty/`, pid, close }
  await request(peer, login, { method: 'MKCALENDAR', path: peer.empty })
  for (let index = 0; index < count; index += putsAtOnce) {
    const puts = Array.from({ length: putsAtOnce }, (_, next) =>
      request(peer, login, {
        method: 'PUT',
        path: peer.calendar + eventName(index + next),
        headers: { 'Content-Type': 'text/calendar' },
        body: eventText(index + next),
      }),
    )
    await Promise.all(puts)
  }
  return peer
}

const putsAtOnce = 20

const writeEvents = async (folder: string): Promise<void> => {
  for (let index = 0; index < count; index++) await writeFile(join(folder, eventName(index)), eventText(index))
}

const start = (program: string, parameters: string[]): ChildProcess =>
  spawn(program, parameters, { stdio: ['ignore', 'ignore', 'ignore'] })

type Starting = Pick<CalendarPeer, 'name' | 'calendar' | 'empty'> & { port: number; child: ChildProcess }

const ready = async ({ port, child, ...peer }: Starting): Promise<CalendarPeer> => {
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries === 200) throw new Error(`${peer.name} does not answer`)
    try {
      await fetch(origin)
      return { ...peer, origin, pid: child.pid as number, close: () => end(child) }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

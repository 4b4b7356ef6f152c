// The twin beside Debian's Radicale and Xandikos, one after the other in the same run, with the same events and clients.
// Every PUT of the twin is durable before it is answered.
//   node bench/caldav/main.ts [--seconds 5] [--only put,month,multiget,sync,unchanged,mixed]
//     [--peers radicale,xandikos,twin] [--prof folder] with a CPU profile of the twin
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isInstalled, wrk } from '../webdav/clients.ts'
import { cpuSeconds, largest, residentMegabytes } from '../webdav/processes.ts'
import { monthQuery, multiget, syncCollection, syncToken } from './asks.ts'
import { type Ask, closeConnections, namesIn, request, Slow, slowSeconds, syncTokenIn } from './client.ts'
import { eventName, eventText } from './events.ts'
import { type CalendarPeer, isThere, startRadicale, startTwinWithEvents, startXandikos } from './peers.ts'
import { inTurn } from './wrk.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'put,month,multiget,sync,unchanged,mixed' },
    peers: { type: 'string', default: 'radicale,xandikos,twin' },
    prof: { type: 'string' },
  },
})
const seconds = Number(options.seconds)
const kinds = new Set(options.only.split(','))
const login = { name: 'ann', password: 'a long bench password' }
const clients = 20
const leastRounds = 3
const multigetEvents = 1000

/** Seconds for one request (or its share of the time), and seconds of the server's CPU for it. */
type Figure = { wall: number; cpu: number }
type Figures = Map<string, Figure>

/** What the month's query found: every server must find the same. */
const found = new Map<string, readonly string[]>()

const measure = async (peer: CalendarPeer, folder: string, figures: Figures): Promise<void> => {
  const ask = (one: Ask, mostSeconds?: number) => request(peer, login, one, mostSeconds)
  const note = (name: string, figure: Figure) => {
    figures.set(name, figure)
    process.stderr.write(`${peer.name}: ${name}: ${show(figure)}\n`)
  }
  /** One after another until the time is over; the median. */
  const one = async (name: string, make: () => Promise<Ask>): Promise<void> => {
    const walls: number[] = []
    let cpu = 0
    const round = async () => {
      const next = await make()
      const before = cpuSeconds(peer.pid)
      walls.push((await ask(next)).seconds)
      cpu += cpuSeconds(peer.pid) - before
    }
    try {
      await round()
      if ((walls[0] ?? 0) < seconds) {
        // The first one warms up, where that is no long wait.
        walls.pop()
        cpu = 0
        const until = performance.now() + seconds * 1000
        while (performance.now() < until || walls.length < leastRounds) await round()
      }
      note(name, { wall: walls.sort((a, b) => a - b)[walls.length >> 1] as number, cpu: cpu / walls.length })
    } catch (error) {
      if (!(error instanceof Slow)) throw error
      note(name, { wall: slowSeconds, cpu: slowSeconds })
    }
  }
  const load = async (label: string, connections: number, asks: readonly Ask[]): Promise<Figure> => {
    closeConnections()
    const script = inTurn(asks)
    const before = cpuSeconds(peer.pid)
    const perSecond = await wrk({ url: peer.origin, login, connections, seconds, folder, script, label })
    return { wall: 1 / perSecond, cpu: (cpuSeconds(peer.pid) - before) / (perSecond * seconds) }
  }
  const { calendar, empty } = peer
  const putNew = (path: string): Ask => ({
    method: 'PUT',
    path: `${path}new-{n}.ics`,
    headers: { 'Content-Type': 'text/calendar; charset=utf-8' },
    body: eventText(1, 'Put {n}').replace(/^UID:.*$/m, 'UID:put-{n}\r'),
  })
  const token = async () => syncTokenIn((await ask(syncToken(calendar))).text)

  // The first question to a server whose caches are empty: nothing is measured, and it takes as long as it takes.
  found.set(peer.name, namesIn((await ask(monthQuery(calendar), Number.POSITIVE_INFINITY)).text))
  if (kinds.has('put')) note(`PUT of an event, ${clients} clients`, await load('put', clients, [putNew(empty)]))
  if (kinds.has('month')) await one('a month of 10,000 events', async () => monthQuery(calendar))
  if (kinds.has('multiget')) await one('multiget of 1,000', async () => multiget(calendar, multigetEvents))
  if (kinds.has('sync')) {
    let change = 0
    const changed = async () => {
      const before = await token()
      const headers = { 'Content-Type': 'text/calendar; charset=utf-8' }
      const body = eventText(1, `Changed ${++change}`)
      await ask({ method: 'PUT', path: calendar + eventName(1), headers, body })
      return syncCollection(calendar, before)
    }
    await one('sync with one change', changed)
  }
  if (kinds.has('unchanged')) {
    const sync = syncCollection(calendar, await token())
    await load('warm-up', 1, [sync])
    note('unchanged sync', await load('unchanged', 1, [sync]))
  }
  if (kinds.has('mixed')) {
    const sync = syncCollection(calendar, await token())
    const polls = [sync, syncToken(calendar)]
    const week = monthQuery(calendar, { start: '20260302T000000Z', end: '20260309T000000Z' })
    const asks = [...polls, week, ...polls, putNew(empty), ...polls, multiget(calendar, 10), sync]
    const renamed = asks.map((one) => ({ ...one, path: one.path.replace('new-', 'mixed-') }))
    const apart = renamed.map((one) => ({ ...one, body: one.body?.replace('UID:put-', 'UID:mixed-') ?? '' }))
    note(`${clients} clients, mixed`, await load('mixed', clients, apart))
  }
  process.stderr.write(`${peer.name}: ${residentMegabytes(largest(peer.pid)).toFixed(0)} MB resident\n`)
}

const duration = (seconds: number): string =>
  seconds < 0.001
    ? `${(seconds * 1e6).toFixed(0)} µs`
    : seconds < 10
      ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`
      : `${seconds.toFixed(0)} s`

const show = ({ wall, cpu }: Figure): string =>
  wall === slowSeconds ? `over ${slowSeconds} s` : `${duration(wall)} (${duration(cpu)})`

const print = (all: ReadonlyMap<string, Figures>): void => {
  const twin = all.get('twin')
  const peers = [...all].filter(([name]) => name !== 'twin')
  console.log(`| | ${[...all.keys()].join(' | ')} | ratio | of CPU |`)
  for (const row of twin?.keys() ?? []) {
    const least = (key: keyof Figure) =>
      Math.min(...peers.map(([, figures]) => figures.get(row)?.[key] ?? Number.POSITIVE_INFINITY))
    const ratio = (key: keyof Figure) => (least(key) / (twin?.get(row)?.[key] ?? 0)).toFixed(1)
    const cells = [...all.values()].map((figures) => {
      const figure = figures.get(row)
      return figure ? show(figure) : ''
    })
    console.log(`| ${row} | ${cells.join(' | ')} | ${peers.length > 0 ? `${ratio('wall')} | ${ratio('cpu')}` : '|'} |`)
  }
}

/** Both are right about what overlaps, or one is wrong and its figure means nothing. */
const compareFound = (): void => {
  const ours = new Set(found.get('twin'))
  for (const [name, theirs] of found) {
    const more = theirs.filter((one) => !ours.has(one))
    const less = [...ours].filter((one) => !theirs.includes(one))
    console.log(`${name} finds ${theirs.length} events in the month`)
    if (ours.size > 0 && more.length + less.length > 0) console.log(`  besides: ${more}\n  not: ${less}`)
  }
}

const main = async (): Promise<void> => {
  for (const command of ['wrk', 'git']) {
    if (!(await isInstalled(command))) throw new Error(`${command} is missing: apt-get install wrk git`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'bench-caldav-'))
  const flags = options.prof ? ['--cpu-prof', `--cpu-prof-dir=${options.prof}`] : undefined
  const starts: Record<string, (data: string) => Promise<CalendarPeer>> = {
    radicale: (data) => startRadicale(data, login),
    xandikos: (data) => startXandikos(data),
    twin: (data) => startTwinWithEvents(data, login, flags),
  }
  const all = new Map<string, Figures>()
  try {
    for (const name of options.peers.split(',')) {
      if (name !== 'twin' && !isThere(name as 'radicale' | 'xandikos')) {
        console.log(`${name} is missing and left out: apt-get install radicale xandikos`)
        continue
      }
      const peer = await starts[name]?.(await mkdtemp(join(folder, `${name}-`)))
      if (peer === undefined) throw new Error(`There is no ${name}`)
      try {
        const figures: Figures = new Map()
        all.set(peer.name, figures)
        await measure(peer, folder, figures)
      } catch (error) {
        // What is left would be asked of a server that is still busy.
        if (!(error instanceof Slow)) throw error
        console.log(`${peer.name} was not asked further: ${error.message} took over ${slowSeconds} s`)
      } finally {
        await peer.close()
      }
    }
    compareFound()
    print(all)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()

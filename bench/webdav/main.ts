// The twin beside Debian's Apache mod_dav, one after the other in the same run, over TLS, with the same clients.
// Every PUT of the twin is durable before it is answered; none of Apache's is.
//   node bench/webdav/main.ts [--seconds 10] [--only get,put,propfind,big,copy] [--peers apache,twin]
//     [--direct] without the launcher [--prof folder] with a CPU profile

import { randomFillSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apacheIsInstalled, apacheUser, startApache } from './apache.ts'
import { curl, curlPropfind, isInstalled, type Login, propfindScript, putScript, wrk } from './clients.ts'
import { fillFolder, makeFolder } from './fill.ts'
import type { Peer } from './peer.ts'
import { cpuSeconds, largest, peakMegabytes, resetPeak, residentMegabytes } from './processes.ts'
import { loadTwin, startTwin } from './twin.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: 'get,put,propfind,big,copy' },
    peers: { type: 'string', default: 'apache,twin' },
    prof: { type: 'string' },
    direct: { type: 'boolean', default: false },
  },
})
const seconds = Number(options.seconds)
const kinds = new Set(options.only.split(','))
const connections = 16
const warmUpSeconds = 3
const gibibyte = 1024 ** 3
const login = { name: 'ann', password: 'a long bench password' }

type Figure = { value: number; unit: string; better: 'more' | 'less' | 'none'; cpu?: number }
type Figures = Map<string, Figure>

const rate = (value: number): Figure => ({ value, unit: '/s', better: 'more' })
const duration = (value: number, cpu: number): Figure => ({ value: value * 1000, unit: ' ms', better: 'less', cpu })
const memory = (value: number): Figure => ({ value, unit: ' MB', better: 'none' })

const measure = async (peer: Peer, login: Login, folder: string, big: string): Promise<Figures> => {
  const figures: Figures = new Map()
  const server = largest(peer.pid)
  const note = (name: string, figure: Figure) => {
    figures.set(name, figure)
    process.stderr.write(`${peer.name}: ${name}: ${show(figure)}\n`)
  }
  const load = async (label: string, path: string, script?: string, count = connections): Promise<Figure> => {
    const asked = { url: peer.url + path, login, connections: count, folder, script }
    // Neither a compiler nor a page cache is measured.
    if (label === 'get') await wrk({ ...asked, seconds: warmUpSeconds, label: 'warm-up' })
    const before = cpuSeconds(peer.pid)
    const perSecond = await wrk({ ...asked, seconds, label })
    return { ...rate(perSecond), cpu: ((cpuSeconds(peer.pid) - before) / (perSecond * seconds)) * 1e6 }
  }

  const timed = async (rounds: number, once: (round: number) => Promise<number>): Promise<Figure> => {
    const before = cpuSeconds(peer.pid)
    const seconds = await median(rounds, once)
    return duration(seconds, ((cpuSeconds(peer.pid) - before) / rounds) * 1e6)
  }

  note('resident when idle', memory(residentMegabytes(server)))
  if (kinds.has('propfind')) {
    await wholeListing(peer, login, folder)
    resetPeak(server)
    note('PROPFIND of 100,000', await timed(3, () => wholeListing(peer, login, folder)))
    note('peak resident meanwhile', memory(peakMegabytes(server)))
  }
  if (kinds.has('get')) {
    await curl(login, 200, `${peer.url}small.txt`)
    note('GET of 1 KiB', await load('get', 'small.txt'))
  }
  if (kinds.has('put')) note('PUT of 1 KiB, new names', await load('put', 'put/', putScript(1024, 'new-')))
  if (kinds.has('propfind')) {
    note('PROPFIND of 1,000, one client', await load('propfind1', 'thousand/', propfindScript, 1))
    note('PROPFIND of 1,000, 16 clients', await load('propfind16', 'thousand/', propfindScript))
  }
  if (kinds.has('big')) {
    note('1 GiB up', await timed(3, (round) => curl(login, 201, '-T', big, `${peer.url}big/big-${round}`)))
    note('1 GiB down', await timed(3, () => curl(login, 200, `${peer.url}big/big-1`)))
  }
  if (kinds.has('copy')) {
    const copy = () => {
      const headers = ['-H', 'Depth: infinity', '-H', `Destination: ${peer.url}copy-${randomUUID()}/`]
      return curl(login, 201, '-X', 'COPY', ...headers, `${peer.url}tree/`)
    }
    note('COPY of 10,000 files', await timed(5, copy))
  }
  note('peak resident from then on', memory(peakMegabytes(server)))
  return figures
}

const wholeListing = (peer: Peer, login: Login, folder: string) =>
  curlPropfind(login, `${peer.url}hundredThousand/`, join(folder, 'listing.xml'))

const median = async (rounds: number, once: (round: number) => Promise<number>): Promise<number> => {
  const times: number[] = []
  for (let round = 1; round <= rounds; round++) times.push(await once(round))
  return times.sort((a, b) => a - b)[rounds >> 1] as number
}

/** With the server's own CPU time for each request: it says more than the rate where others use the machine, too. */
const show = ({ value, unit, cpu }: Figure): string => {
  const number = value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 })
  if (cpu === undefined) return number + unit
  return `${number}${unit} (${cpu < 10_000 ? `${cpu.toFixed(0)} µs` : `${(cpu / 1000).toFixed(0)} ms`})`
}

const print = (
  columns: { title: string; figures: Figures }[],
  twin: Figures | undefined,
  apache: Figures | undefined,
): void => {
  const rows = [['', ...columns.map(({ title }) => title), 'ratio']]
  for (const name of columns[0]?.figures.keys() ?? []) {
    const [ours, theirs] = [twin?.get(name), apache?.get(name)]
    const ratio =
      ours &&
      theirs &&
      ours.better !== 'none' &&
      (ours.better === 'more' ? ours.value / theirs.value : theirs.value / ours.value)
    const cells = columns.map(({ figures }) => {
      const figure = figures.get(name)
      return figure ? show(figure) : ''
    })
    rows.push([name, ...cells, ratio ? `${ratio.toFixed(2)}${ratio < 1 ? ' (short)' : ''}` : ''])
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[0] ?? 0)))
        .join('   '),
    )
  }
}

const makeBigFile = async (path: string): Promise<string> => {
  const stream = createWriteStream(path)
  const block = Buffer.alloc(1024 * 1024)
  for (let written = 0; written < gibibyte; written += block.length) {
    randomFillSync(block)
    if (!stream.write(Buffer.from(block))) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return path
}

const measureApache = async (folder: string, big: string): Promise<{ basic: Figures; open: Figures }> => {
  const apache = await startApache({ folder: await mkdtemp(join(folder, 'apache-')), ...login })
  try {
    await fillFolder(apache.files, apacheUser())
    const basic = await measure(apache, login, folder, big)
    const { files, openUrl: url } = apache
    for (const name of ['put', 'big']) await rm(join(files, name), { recursive: true, force: true })
    for (const name of ['put', 'big']) await makeFolder(join(files, name), 0, apacheUser())
    const open = await measure({ ...apache, name: 'Apache, no password', url }, undefined, folder, big)
    return { basic, open }
  } finally {
    await apache.close()
  }
}

const measureTwin = async (folder: string, big: string): Promise<Figures> => {
  const data = await mkdtemp(join(folder, 'twin-'))
  loadTwin(data, login)
  const flags = options.prof ? ['--cpu-prof', `--cpu-prof-dir=${options.prof}`] : options.direct ? [] : undefined
  const twin = await startTwin({ folder: data, name: login.name, flags })
  try {
    return await measure(twin, login, folder, big)
  } finally {
    await twin.close()
  }
}

const main = async (): Promise<void> => {
  for (const command of ['wrk', 'curl', 'openssl']) {
    if (!(await isInstalled(command)))
      throw new Error(`${command} is missing: apt-get install wrk curl openssl apache2`)
  }
  if (!apacheIsInstalled()) throw new Error('Apache is missing: apt-get install apache2')
  const folder = await mkdtemp(join(tmpdir(), 'bench-webdav-'))
  await chmod(folder, 0o755)
  try {
    const big = kinds.has('big') ? await makeBigFile(join(folder, 'big.bin')) : ''
    const peers = new Set(options.peers.split(','))
    const apache = peers.has('apache') ? await measureApache(folder, big) : undefined
    const twin = peers.has('twin') ? await measureTwin(folder, big) : undefined
    const columns = [
      ...(apache
        ? [
            { title: 'Apache', figures: apache.basic },
            { title: 'Apache, no password', figures: apache.open },
          ]
        : []),
      ...(twin ? [{ title: 'twin', figures: twin }] : []),
    ]
    print(columns, twin, apache?.basic)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()

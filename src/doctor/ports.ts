import { createServer } from 'node:net'
import type { Ports } from '../config.ts'
import { type Check, type Finding, ok, wrong } from './finding.ts'

/** Each port is free, or held by this twin. */
export const checkPorts: Check = async ({ config, running }) => {
  const findings: Finding[] = []
  for (const [name, port] of Object.entries(config.ports) as [keyof Ports, number][]) {
    if (running) findings.push(ok(`port ${running.ports[name]} (${name}) is this twin's`))
    else if (port === 0) findings.push(ok(`${name} takes a free port`))
    else findings.push(portFinding(name, port, config.bind, await canListen(port, config.bind)))
  }
  return findings
}

function portFinding(name: keyof Ports, port: number, bind: string, failure: string | undefined): Finding {
  const setting = `ports.${name} (TWIN_PORTS_${name.toUpperCase()})`
  switch (failure) {
    case undefined:
      return ok(`port ${port} (${name}) is free`)
    case 'EADDRINUSE':
      return wrong(
        `port ${port} is taken by another program`,
        `end it (ss -ltnp sport = :${port} names it), or set ${setting}`,
      )
    case 'EACCES':
      return wrong(
        `port ${port} needs privileges that this user has not got`,
        `set ${setting} above 1023, or allow it: AmbientCapabilities=CAP_NET_BIND_SERVICE in conf/twin.service`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return wrong(`this machine has no address ${bind}`, 'set bind to one of its addresses, or to "" for the default')
    default:
      return wrong(`port ${port} on ${bind} cannot be opened (${failure})`, `set ${setting} or bind`)
  }
}

const canListen = (port: number, host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })

// Which hosts take mail for a domain, in the order in which they are asked (RFC 5321 §5.1).

import type { Resolver as SystemResolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { queueBounds } from '../../limits.ts'

/** What tests put a name server on loopback in the place of. */
export type MailResolver = Pick<SystemResolver, 'resolveMx' | 'resolve4' | 'resolve6'>

/** An address of a host; `name` is what its certificate should bear. */
export type MailHost = { readonly name: string; readonly address: string }

/** No try at another time will help. */
export class NoRoute extends Error {
  override readonly name = 'NoRoute'
  /** RFC 3463 §3. */
  readonly status: string

  constructor(status: string, message: string) {
    super(message)
    this.status = status
  }
}

/** @throws NoRoute where there is no such domain or it takes no mail, else what the resolver throws. */
export async function findHosts(
  domain: string,
  resolver: MailResolver,
  mayReach: (address: string) => boolean,
): Promise<MailHost[]> {
  const literal = /^\[(?:IPv6:)?([^\]]+)\]$/i.exec(domain)?.[1]
  const names = literal === undefined ? await exchangers(domain, resolver) : [literal]
  const hosts: MailHost[] = []
  let failure: unknown
  for (const name of names.slice(0, queueBounds.hosts)) {
    try {
      for (const address of await addresses(name, resolver)) hosts.push({ name, address })
    } catch (error) {
      failure = error
    }
  }
  const reachable = hosts.filter(({ address }) => mayReach(address)).slice(0, queueBounds.hosts)
  if (reachable.length > 0) return reachable
  if (failure !== undefined) throw failure
  if (hosts.length > 0) throw new NoRoute('5.4.4', `${domain} is not on the public Internet.`)
  throw new NoRoute('5.1.2', `There is no domain ${domain} that takes mail.`)
}

async function exchangers(domain: string, resolver: MailResolver): Promise<string[]> {
  const records = await found(resolver.resolveMx(domain))
  // Without a record the domain's own host is asked (RFC 5321 §5.1).
  if (records.length === 0) return [domain]
  if (records.every(({ exchange }) => exchange === '' || exchange === '.')) {
    throw new NoRoute('5.1.10', `${domain} takes no mail (RFC 7505 §3).`)
  }
  const order = new Map(records.map((record) => [record, record.priority + Math.random()])) // equals at random
  return [...order].sort(([, a], [, b]) => a - b).map(([{ exchange }]) => exchange)
}

async function addresses(name: string, resolver: MailResolver): Promise<string[]> {
  if (isIP(name)) return [name]
  return (await Promise.all([found(resolver.resolve6(name)), found(resolver.resolve4(name))])).flat()
}

/** Empty where there is none; throws when nobody answers. */
async function found<T>(query: Promise<T[]>): Promise<T[]> {
  try {
    return await query
  } catch (error) {
    if (['ENODATA', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

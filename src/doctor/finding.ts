import type { Resolver } from 'node:dns/promises'
import type { Config, Ports } from '../config.ts'

/** What the checks look at. */
export type Situation = {
  config: Config
  /** The twin that runs on the data folder now. */
  running: RunningTwin | undefined
  /** Milliseconds since 1970. */
  now: number
  /** Whom DNS is asked of. */
  resolver: Pick<Resolver, 'resolve4' | 'resolve6' | 'resolveMx' | 'resolveSrv' | 'resolveTxt'>
}

/** What a running twin says of itself. */
export type RunningTwin = {
  pid: number
  ports: Ports
  acme: { failures: number; lastError: string | undefined } | undefined
  /** The records of the keys that its mail is signed with. */
  dkim: readonly { name: string; value: string }[]
  /** Subscribed calendars that could not be read several times in a row. */
  failingFeeds: readonly { account: string; calendar: string; error: string | null }[]
}

/** `wrong` keeps the twin from working, `warning` will, `ok` is only told. */
export type Finding = {
  level: 'ok' | 'warning' | 'wrong'
  /** One line: what was found. */
  text: string
  /** One line: exactly what to do about it. */
  mend?: string
}

export type Check = (situation: Situation) => Promise<Finding[]>

export const ok = (text: string): Finding => ({ level: 'ok', text })
export const warning = (text: string, mend: string): Finding => ({ level: 'warning', text, mend })
export const wrong = (text: string, mend: string): Finding => ({ level: 'wrong', text, mend })

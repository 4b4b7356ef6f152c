// The short headers of RFC 4918 §10 and its neighbours.

import { DomainError } from '../../../errors.ts'

export type Depth = '0' | '1' | 'infinity'

/** RFC 4918 §10.2. An absent header is undefined: what it means depends on the method. */
export const parseDepth = (value: string | undefined): Depth | undefined => {
  const depth = value?.trim().toLowerCase()
  if (depth === undefined || depth === '0' || depth === '1' || depth === 'infinity') return depth
  // `1,noroot` and `infinity,noroot` are Microsoft's: RFC 8144 has Prefer: depth-noroot for it.
  if (depth === '1,noroot') return '1'
  throw new DomainError('BadRequest', 'Depth is 0, 1 or infinity')
}

/** RFC 4918 §10.6: absent means T. */
export const parseOverwrite = (value: string | undefined): boolean => {
  const flag = value?.trim().toUpperCase()
  if (flag === undefined || flag === 'T') return true
  if (flag === 'F') return false
  throw new DomainError('BadRequest', 'Overwrite is T or F')
}

/** RFC 4918 §10.7: seconds, the first of the client's wishes that is understood; undefined asks for as long as there is. */
export const parseTimeout = (value: string | undefined): number | undefined => {
  for (const wish of value?.split(',') ?? []) {
    if (/^\s*infinite\s*$/i.test(wish)) return undefined
    const seconds = /^\s*second-(\d+)\s*$/i.exec(wish)?.[1]
    if (seconds !== undefined) return Math.max(1, Number(seconds))
  }
  return undefined
}

/** RFC 4918 §10.5: `Lock-Token: <…>`. Some clients leave out the brackets, which takes nothing from its meaning. */
export const parseLockToken = (value: string | undefined): string => {
  const token = /^\s*(?:<([^<>\s]+)>|([a-z]+:[^<>\s]+))\s*$/i.exec(value ?? '')
  const found = token?.[1] ?? token?.[2]
  if (found === undefined) throw new DomainError('BadRequest', 'Lock-Token is one URI between angle brackets')
  return found
}

/** RFC 7240, RFC 8144: the preferences that this server honours. */
export type Preferences = { readonly minimal: boolean; readonly representation: boolean; readonly noRoot: boolean }

export const parsePreferences = (prefer: string | undefined, brief: string | undefined): Preferences => {
  const wishes = new Set(prefer?.split(/[,;]/).map((wish) => wish.replaceAll(/[\s"]/g, '').toLowerCase()))
  return {
    // Microsoft's `Brief: t` is where return=minimal comes from.
    minimal: wishes.has('return=minimal') || brief?.trim().toLowerCase() === 't',
    representation: wishes.has('return=representation'),
    noRoot: wishes.has('depth-noroot'),
  }
}

/** RFC 9110 §5.6.7, in its preferred form and the two obsolete ones; undefined when it is none of them. */
export const parseHttpDate = (value: string | undefined): number | undefined => {
  if (value === undefined || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value)) return undefined
  const time = Date.parse(/(GMT|UTC)$/.test(value) ? value : `${value} GMT`)
  return Number.isNaN(time) ? undefined : time
}

/** Seconds since 1970 in a client's `X-OC-MTime`, as milliseconds; undefined when it is no time. */
export const parseMtime = (value: string | undefined): number | undefined => {
  const match = /^\s*(\d{1,11}(?:\.\d+)?)\s*$/.exec(value ?? '')
  return match === null ? undefined : Math.floor(Number(match[1]) * 1000)
}

// Live properties are a table: a name, and how its value is read from a resource. What costs a query is read once a
// page, only when a property that needs it is asked for.

import type { Principal } from '../../../store/accounts/principal.ts'
import type { Property } from '../../../store/properties.ts'
import type { CalendarProxy, Sharee } from '../../../store/shares/shares.ts'
import type { Resource } from '../resource.ts'
import type { RootedLock } from './locks.ts'

/** What a page of members shares, gathered before any property is read. */
export type Page = {
  readonly principal: Principal
  readonly now: number
  /** The locks that cover a resource, its own and those from above. */
  locksOn(resource: Resource): readonly RootedLock[]
  deadOn(resource: Resource): readonly Property[]
  readonly quota: { readonly used: number; readonly quota: number | null } | undefined
  syncTokenOf(resource: Resource): string | undefined
  /** With whom what is the principal's own is shared. */
  shareesOf(resource: Resource): readonly Sharee[]
  /** For whom the principal acts. */
  readonly actsFor: readonly CalendarProxy[]
  /** Of this twin's addresses. */
  readonly domain: string
}

export type Need = 'locks' | 'dead' | 'quota' | 'sync-token' | 'shares' | 'proxies'

export type LiveProperty = {
  readonly namespace: string
  readonly name: string
  /** Answered to allprop (RFC 4918 §9.1: those of that RFC; RFC 3744 and later ones ask to be left out). */
  readonly inAllprop: boolean
  readonly needs?: Need | undefined
  /** The XML inside the property; undefined where this resource has none. */
  read(resource: Resource, page: Page): string | undefined
}

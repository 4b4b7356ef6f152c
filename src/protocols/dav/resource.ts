// What the core knows of the things it serves. Files, trash and versions are spaces; calendars and contacts are two
// more: each names its resources, says what its verbs do, and adds properties, reports and DAV features of its own.
// What a space leaves out is what it does not allow. A space knows neither requests nor answers: those are the core's.

import type { Readable } from 'node:stream'
import type { Element } from '../../formats/xml/element.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import type { Staged } from '../../store/blobs/blobs.ts'
import type { Shareable } from '../../store/shares/shares.ts'
import type { Tx, View } from '../../store/store.ts'
import type { Exchange } from './exchange.ts'
import type { Grant } from './privileges.ts'
import type { LiveProperty } from './properties/live.ts'
import type { PropertyName } from './wire/names.ts'
import type { PropertyUpdate } from './wire/proppatch.ts'
import type { ByteRange } from './wire/range.ts'

export type Resource = {
  readonly space: Space
  /** With `id` the key of its locks and dead properties; undefined for what can have neither. */
  readonly kind: string | undefined
  readonly id: number
  /** Whose it is. */
  readonly accountId: number
  /** Absolute and percent-encoded; a collection's ends in a slash. */
  readonly href: string
  readonly name: string
  readonly isCollection: boolean
  /** Strong, without quotes. */
  readonly etag: string | undefined
  /** Of scheduling object resources (RFC 6638 §3.2.10), without quotes. */
  readonly scheduleTag?: string
  readonly size: number
  readonly contentType: string | undefined
  /** Milliseconds since 1970; undefined for what was never made. */
  readonly createdAt: number | undefined
  readonly modifiedAt: number | undefined
  /** By what the principal has it; undefined for what is their own. */
  readonly grant?: Grant | undefined
}

/** Where a URL leads, whether something is there or not. */
export type Place<R extends Resource = Resource> = {
  readonly space: Space<R>
  readonly href: string
  readonly name: string
  readonly resource: R | undefined
  /** The collection that has it or would have it; undefined where that is missing, or where nothing can be made. */
  readonly parent: R | undefined
}

export type Content = {
  readonly size: number
  /** All of it, when it is small. */
  readonly bytes: Uint8Array | null
  /** All of it or one range. */
  open(range?: ByteRange): Readable | Uint8Array
  /** The same of what is not small, in memory that is used again: each piece is valid until the next is asked for. */
  pieces(range?: ByteRange): AsyncIterable<Uint8Array>
}

export type NewContent = {
  readonly staged: Staged
  readonly contentType: string | undefined
  /** Milliseconds since 1970, when the client says when it was written. */
  readonly modifiedAt: number | undefined
  /** What `examine` found. */
  readonly findings?: unknown
}

export type Changes<R extends Resource = Resource> = {
  /** Names the state that the client has now. */
  readonly token: string
  readonly changed: readonly R[]
  /** Addresses of what is gone. */
  readonly removed: readonly string[]
  /** Addresses of new or changed collections below that are synchronised by themselves. */
  readonly apart?: readonly string[]
  /** There is more behind the token. */
  readonly truncated: boolean
}

export type Removal = {
  /** Where it can be brought back from. */
  readonly location?: string
  /** What is left to do when the write is durable: a tree may take many. */
  readonly finish?: () => Promise<unknown>
}

export type ChangesSince = {
  /** A token given out before; undefined asks for all there is. */
  readonly token: string | undefined
  /** All levels below, or members only. */
  readonly infinite: boolean
  readonly limit: number
}

export type CopyOptions = {
  readonly to: Place
  /** A collection without its members (Depth: 0). */
  readonly shallow: boolean
  /** Runs in the write that makes the copy visible, and may refuse it; answers the destination as it is then. */
  readonly guard: (tx: Tx) => Promise<Place>
  /** Runs in the same write, when the copy is there. */
  readonly after?: (tx: Tx) => Promise<void>
}

export type Written<R extends Resource = Resource> = {
  readonly resource: R
  readonly created: boolean
  /** What is stored is not what was sent: no ETag is told, so that the client reads it (RFC 4791 §5.3.4, RFC 6352 §6.3.2.3). */
  readonly altered?: boolean
}

export type Report = (exchange: Exchange, resource: Resource, body: Element) => Promise<void>

export type Space<R extends Resource = Resource> = {
  /** The path segment below `/dav/`. */
  readonly name: string
  /** What an app password needs to be good for: one of these, separated by spaces. */
  readonly scope: string
  /** Added to the compliance classes in OPTIONS. */
  readonly features: readonly string[]
  readonly properties: readonly LiveProperty[]
  /** The namespace of the conditions that its errors name (`detail.precondition`). */
  readonly conditions?: string
  /** What MKCOL has to ask for beside DAV:collection (RFC 5689 §3); without it plain collections are made. */
  readonly collectionType?: PropertyName
  /** A type that MKCOL may ask for beside it, or in its place, and the property that has to come with it. */
  readonly variant?: { readonly type: PropertyName; readonly property: PropertyName }
  /** Bytes. A larger content is refused with the condition `max-resource-size`. */
  readonly largestContent?: number
  /** Reports by the name of their root element, `{namespace}name`. */
  readonly reports: ReadonlyMap<string, Report>
  /** What a POST of an XML document means, by the name of its root element. */
  readonly posts?: ReadonlyMap<string, Report>
  /** Methods that the space answers itself. */
  readonly methods?: ReadonlyMap<string, (exchange: Exchange) => Promise<void>>

  /**
   * Follows the segments below the space's own.
   *
   * @throws DomainError NotFound for what this principal may not know of.
   */
  resolve(view: View, principal: Principal, segments: readonly string[]): Promise<Place<R>>
  /** The methods that this resource allows, beside OPTIONS. */
  allows(resource: R): readonly string[]
  /** Members in the order of their names, from after one of them. */
  members(view: View, collection: R, page: { after: string | undefined; limit: number }): Promise<R[]>
  /** The collections above an item and the item itself, from the top; none for what the space has not. */
  lineage(
    view: View,
    principal: Principal,
    id: number,
  ): Promise<readonly { readonly id: number; readonly href: string }[]>
  /** What the resource's account owns and may own, in bytes. */
  quota?(view: View, resource: R): Promise<{ used: number; quota: number | null }>
  /** The state of a collection, as `changes` takes it. */
  syncToken?(view: View, collection: R): Promise<string | undefined>

  content?(view: View, resource: R): Promise<Content>
  /** Looks at a content before the write that puts it somewhere: it may take its time, and refuse it. */
  examine?(staged: Staged, contentType: string | undefined): Promise<unknown>
  put?(tx: Tx, place: Place<R>, content: NewContent): Promise<Written<R>>
  /** A fresh name for POST (RFC 5995). */
  memberName?(contentType: string | undefined): string
  makeCollection?(tx: Tx, place: Place<R>, updates: readonly PropertyUpdate[]): Promise<R>
  /** @param options.reply false where a client asks that nobody is told (RFC 6638 §8.1). */
  remove?(tx: Tx, resource: R, options?: { reply?: boolean }): Promise<Removal>
  /** Moves within the space, or out of it where the destination's space allows that, onto what is there if need be. */
  move?(tx: Tx, resource: R, to: Place): Promise<Pick<Removal, 'finish'>>
  /** Copies, onto what is there if need be. No write of the store is open: a tree may take many. */
  copy?(resource: R, options: CopyOptions): Promise<void>
  changes?(view: View, collection: R, since: ChangesSince): Promise<Changes<R> | 'tooOld'>
  /** How the store signals that something in or about a collection changed, and what is set of the collection itself. */
  watched?(collection: R): { readonly topic: string; readonly settings: string } | undefined
  /** Where the twin's page shows the collection to a person who comes with a browser. */
  pageFor?(collection: R): string | undefined
  /** Sets a live property of the space; false where it is not one that a client may set. */
  setProperty?(tx: Tx, resource: R, update: PropertyUpdate): Promise<boolean>
  /** Privileges of other namespaces that the principal has there. */
  privileges?(resource: R): readonly PropertyName[]
  /** What can be shared with others, of what is the principal's own. */
  shareable?(resource: R): Shareable | undefined
  /** Whether a property that is set here is what whom it is shared with sets for themselves alone. */
  isPersonal?(resource: R, update: PropertyUpdate): boolean
  /** Tells whoever synchronises that the resource's properties changed. */
  touch?(tx: Tx, resource: R): Promise<void>
}

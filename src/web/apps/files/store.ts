// The one store of Files: the place that is open, what of it is shown in which order, and what is chosen.

import { createContext } from '@lit/context'
import { dav } from '../../dav/client.ts'
import { encodePath, type Path } from '../../dav/paths.ts'
import { recall, remember } from '../../ui/cache.ts'
import { Observable } from '../../ui/observable.ts'
import type { Entry } from './entry.ts'
import { Listing, type Usage } from './listing.ts'
import { matching, NameIndex } from './names.ts'
import { type Place, samePlace } from './place.ts'
import { kept, nothing, type Selection } from './selection.ts'
import { type Column, type Order, pressed, sorted } from './sort.ts'

export type Layout = 'list' | 'grid'
/** What is asked over the list: a target for a move or copy, a folder's name, whether to delete for ever. */
export type Dialog =
  | { readonly kind: 'move' | 'copy' | 'purge' | 'share'; readonly entries: readonly Entry[] }
  | { readonly kind: 'newFolder' | 'emptyTrash' }

const mostHits = 2_000
const firstOrder: Order = { by: 'name', descending: false }

export class FilesStore extends Observable {
  /** DAV addresses of this account, without a closing slash. */
  readonly root: string
  readonly trash: string
  readonly versions: string
  place: Place | undefined
  /** The name in this folder that is being changed, by its address. */
  renaming: string | undefined
  dialog: Dialog | undefined
  /** While something is dragged the path is shown, which takes drops, too. */
  dragging = false
  searching: { readonly count: number } | undefined
  #listing: Listing | undefined
  #forget: (() => void) | undefined
  #shown: readonly Entry[] = []
  #keys: readonly string[] = []
  #selection: Selection = nothing
  #order: Order
  #names: NameIndex | undefined
  #usage: Usage | undefined

  constructor(account: string) {
    super()
    const name = encodeURIComponent(account)
    this.root = `/dav/files/${name}`
    this.trash = `/dav/trash/${name}`
    this.versions = `/dav/versions/${name}`
    this.#order = JSON.parse(localStorage.getItem('twin.files.order') ?? 'null') ?? firstOrder
  }

  get listing(): Listing | undefined {
    return this.#listing
  }

  get state(): Listing['state'] {
    if (this.place?.kind === 'search')
      return this.searching === undefined || this.#shown.length > 0 ? 'ready' : 'loading'
    return this.#listing?.state ?? 'loading'
  }

  get shown(): readonly Entry[] {
    return this.#shown
  }

  get keys(): readonly string[] {
    return this.#keys
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get selection(): Selection {
    return this.#selection
  }

  get chosen(): readonly Entry[] {
    return this.#shown.filter((entry) => this.#selection.chosen.has(entry.href))
  }

  get order(): Order {
    return this.place?.kind === 'trash' && localStorage.getItem('twin.files.order') === null
      ? { by: 'modified', descending: true }
      : this.#order
  }

  get layout(): Layout {
    return localStorage.getItem('twin.files.layout') === 'grid' ? 'grid' : 'list'
  }

  /** The DAV address of the open folder; the root while there is none. */
  get folder(): string {
    return this.place?.kind === 'folder' ? this.hrefOf(this.place.path) : this.root
  }

  hrefOf(path: Path): string {
    return path.length === 0 ? this.root : `${this.root}/${encodePath(path)}`
  }

  open(place: Place): void {
    if (samePlace(this.place, place)) return
    const sameKind = this.place?.kind === place.kind
    this.place = place
    this.renaming = undefined
    if (!(sameKind && place.kind === 'search')) this.#selection = nothing
    this.#forget?.()
    this.#listing?.close()
    this.#listing = undefined
    if (place.kind === 'search') {
      void this.#search()
    } else {
      const listing = new Listing(place.kind === 'trash' ? this.trash : this.hrefOf(place.path))
      this.#listing = listing
      this.#forget = listing.subscribe(() => this.#arrange())
      void listing.open()
    }
    this.#arrange()
  }

  close(): void {
    this.#forget?.()
    this.#listing?.close()
    this.place = undefined
  }

  async refresh(): Promise<void> {
    if (this.place?.kind === 'search') await this.#search()
    else await this.#listing?.refresh()
  }

  select(selection: Selection): void {
    this.#selection = selection
    this.changed()
  }

  rename(href: string | undefined): void {
    this.renaming = href
    this.changed()
  }

  drag(dragging: boolean): void {
    this.dragging = dragging
    this.changed()
  }

  ask(dialog: Dialog | undefined): void {
    this.dialog = dialog
    this.changed()
  }

  sort(by: Column): void {
    this.#order = pressed(this.order, by)
    localStorage.setItem('twin.files.order', JSON.stringify(this.#order))
    this.#arrange()
  }

  lay(layout: Layout): void {
    localStorage.setItem('twin.files.layout', layout)
    this.changed()
  }

  #arrange(): void {
    const found = () =>
      this.place?.kind === 'search' ? matching(this.#names?.entries.values() ?? [], this.place.text, mostHits) : []
    const before = this.#keys
    this.#shown = sorted(this.#listing?.entries.values() ?? found(), this.order)
    this.#keys = this.#shown.map((entry) => entry.href)
    this.#selection = kept(this.#selection, before, this.#keys)
    this.#usage = this.#listing?.usage ?? this.#usage
    this.changed()
  }

  async #search(): Promise<void> {
    const changes = (token: string, found: Parameters<typeof dav.changes>[3]) =>
      dav.changes(this.root, token, 'infinite', found)
    this.#names ??= new NameIndex(changes, await recall(`${this.root}#names`))
    const names = this.#names
    const progress = (count: number): void => {
      this.searching = { count }
      this.#arrange()
    }
    progress(names.entries.size)
    try {
      await names.update(progress)
      void remember(`${this.root}#names`, names.kept)
    } catch {
      // Without an answer the names of last time are searched; the shell says that the twin cannot be reached.
    } finally {
      this.searching = undefined
      this.#arrange()
    }
  }
}

export const filesContext = createContext<FilesStore>(Symbol('files'))

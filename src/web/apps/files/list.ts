// The list of entries. Only what is in sight is drawn; the keyboard stays on the list itself, the cursor is its active descendant.

import { html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import '../../ui/empty.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { actionsContext } from './contexts.ts'
import './empty.ts'
import type { Entry } from './entry.ts'
import './list-head.ts'
import './menu.ts'
import { row, tile } from './list-items.ts'
import { pressKey } from './list-keys.ts'
import { click, doubleClick, drag, dragOver, drop, hitOf } from './list-pointer.ts'
import { listStyles } from './list-styles.ts'
import type { FileMenu } from './menu.ts'
import { inSight, scrollTo } from './rows.ts'
import { only } from './selection.ts'
import { filesContext } from './store.ts'

/** In rem: the heights of a row, of one on a phone, and of a tile with its gap; the least width of a tile. */
const measures = { row: 2.75, narrowRow: 3.75, tile: 12, tileWidth: 10.5 }
const narrow = matchMedia('(max-width: 47.99rem)')

class TwinFileList extends TwinElement {
  static override properties = { plain: { type: Boolean, reflect: true }, over: { state: true }, box: { state: true } }
  declare plain: boolean
  declare over: number | undefined
  /** Pixels of the scrolling box. */
  declare box: { top: number; width: number; height: number }
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)
  readonly #watch = new ResizeObserver(() => this.#measure())
  #cursor: string | undefined
  #place: string | undefined
  readonly #tops = new Map<string, number>()
  #top: number | undefined
  #focused = false
  #refocus = false
  #touch = false

  constructor() {
    super()
    this.box = { top: 0, width: 800, height: 800 }
  }

  static override styles = [shared, listStyles]

  override firstUpdated(): void {
    this.#watch.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch.disconnect()
  }

  get #scroll(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroll')
  }

  #measure(): void {
    const scroll = this.#scroll
    if (scroll !== null) this.box = { top: scroll.scrollTop, width: scroll.clientWidth, height: scroll.clientHeight }
  }

  get #grid(): boolean {
    return this.#store.value.layout === 'grid'
  }

  get #shape() {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    const rowHeight = rem * (this.#grid ? measures.tile : narrow.matches ? measures.narrowRow : measures.row)
    const columns = this.#grid ? Math.max(2, Math.floor((this.box.width - rem) / (measures.tileWidth * rem))) : 1
    return { rowHeight, columns, rowsInSight: Math.max(1, Math.floor(this.box.height / rowHeight) - 1) }
  }

  override willUpdate(): void {
    this.#focused = this.shadowRoot?.activeElement != null
    this.plain = this.#store.value.place?.kind === 'folder'
  }

  override updated(): void {
    const { selection, keys, place } = this.#store.value
    const at = JSON.stringify(place)
    const scroll = this.#scroll
    if (this.#place !== at) {
      if (this.#place !== undefined) this.#tops.set(this.#place, this.box.top)
      this.#place = at
      this.#top = router.returned ? this.#tops.get(at) : undefined
      if (scroll !== null) scroll.scrollTop = 0
      this.box = { ...this.box, top: 0 }
      this.#refocus = this.#focused
    }
    if (scroll === null) return
    if (this.#refocus) scroll.focus({ preventScroll: true })
    this.#refocus = false
    // Who comes back is where they were, as soon as there are rows enough.
    if (this.#top !== undefined && scroll.scrollHeight - scroll.clientHeight >= this.#top) {
      scroll.scrollTop = this.#top
      this.#top = undefined
    }
    const { rowHeight, columns } = this.#shape
    this.style.setProperty('--across', String(columns))
    if (selection.cursor !== undefined && selection.cursor !== this.#cursor) {
      const line = Math.floor(keys.indexOf(selection.cursor) / columns)
      scroll.scrollTop = scrollTo(line, rowHeight, scroll.scrollTop, scroll.clientHeight)
    }
    this.#cursor = selection.cursor
    if (this.box.width !== scroll.clientWidth || this.box.height !== scroll.clientHeight) this.#measure()
  }

  override render() {
    const store = this.#store.value
    const { shown, selection, keys } = store
    if (shown.length === 0) return html`<twin-files-empty></twin-files-empty>`
    const { rowHeight, columns } = this.#shape
    const sight = inSight({
      count: shown.length,
      columns,
      rowHeight,
      scrollTop: this.box.top,
      height: this.box.height,
      spare: 4,
    })
    const draw = this.#grid ? tile : row
    const at = selection.cursor === undefined ? -1 : keys.indexOf(selection.cursor)
    const active = at >= sight.first && at < sight.last ? `item-${at}` : nothing
    // Not keyed: while the list scrolls, the rows that leave are filled with those that come.
    const parts = shown
      .slice(sight.first, sight.last)
      .map((entry, offset) =>
        draw(entry, { store, index: sight.first + offset, over: this.over === sight.first + offset }),
      )
    return html`
      ${this.#grid ? nothing : html`<twin-list-head ?plain=${this.plain}></twin-list-head>`}
      <div
        class="scroll ${this.#grid ? 'tiles' : ''} ${selection.chosen.size > 0 ? 'choosing' : ''}"
        role=${this.#grid ? 'listbox' : 'grid'}
        tabindex="0"
        aria-label=${t('files.list')}
        aria-multiselectable="true"
        aria-rowcount=${this.#grid ? nothing : shown.length}
        aria-activedescendant=${active}
        @scroll=${this.#measure}
        @keydown=${this.#key}
        @pointerdown=${(event: PointerEvent) => (this.#touch = event.pointerType === 'touch')}
        @click=${(event: MouseEvent) => click(event, store, this.#touch, (entry) => this.#openMenu(entry, event.clientX, event.clientY))}
        @dblclick=${(event: MouseEvent) => doubleClick(event, store)}
        @contextmenu=${this.#menu}
        @dragstart=${(event: DragEvent) => drag(event, store)}
        @dragover=${(event: DragEvent) => (this.over = dragOver(event, store))}
        @dragleave=${() => (this.over = undefined)}
        @dragend=${() => store.drag(false)}
        @drop=${this.#drop}
      >
        <div class="space" role="presentation" .style=${`block-size: ${sight.total + 16}px`}>
          <div class="part" role="presentation" .style=${`inset-block-start: ${sight.top}px`}>${parts}</div>
        </div>
      </div>
      <twin-file-menu></twin-file-menu>
    `
  }

  #key(event: KeyboardEvent): void {
    const menu = () => this.#menuAtCursor()
    if (pressKey(event, this.#store.value, this.#actions.value, this.#shape, menu)) event.preventDefault()
  }

  #menu(event: MouseEvent): void {
    const { entry } = hitOf(event, this.#store.value.shown)
    if (entry === undefined) return
    event.preventDefault()
    this.#openMenu(entry, event.clientX, event.clientY)
  }

  #menuAtCursor(): void {
    const cursor = this.renderRoot.querySelector('.cursor')?.getBoundingClientRect()
    const entry = this.#store.value.shown.find(({ href }) => href === this.#store.value.selection.cursor)
    if (entry !== undefined && cursor !== undefined) this.#openMenu(entry, cursor.left + 48, cursor.bottom - 8)
  }

  #openMenu(entry: Entry, x: number, y: number): void {
    const store = this.#store.value
    if (!store.selection.chosen.has(entry.href)) store.select(only(entry.href))
    this.renderRoot.querySelector<FileMenu>('twin-file-menu')?.at(x, y, () => this.#scroll?.focus())
  }

  #drop(event: DragEvent): void {
    this.over = undefined
    drop(event, this.#store.value, this.#actions.value)
  }
}
customElements.define('twin-file-list', TwinFileList)

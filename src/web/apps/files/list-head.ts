// The heads of the columns; pressed, each orders the list.

import { css, html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { listStyles } from './list-styles.ts'
import { all, nothing as none } from './selection.ts'
import type { Column } from './sort.ts'
import { filesContext } from './store.ts'

class TwinListHead extends TwinElement {
  static override properties = { plain: { type: Boolean, reflect: true } }
  declare plain: boolean
  readonly #store = consume(this, filesContext)

  static override styles = [
    shared,
    listStyles,
    css`
      :host {
        flex: none;
        display: block;
      }
    `,
  ]

  override render() {
    const { place, chosen, shown } = this.#store.value
    const every = chosen.length === shown.length
    return html`
      <div class="head ${chosen.length > 0 ? 'choosing' : ''}">
        <button class="check item ${every ? 'every' : ''}" aria-pressed=${every} aria-label=${t('files.selectAll')} @click=${this.#all}>
          <span class="box"><wa-icon name="check"></wa-icon></span>
        </button>
        ${this.#column('name')}
        ${this.plain ? nothing : html`<span>${place?.kind === 'trash' ? t('column.origin') : t('column.place')}</span>`}
        ${this.#column('modified', place?.kind === 'trash' ? 'column.deleted' : 'column.modified')}
        ${this.#column('size', 'column.size', 'end')}
      </div>
    `
  }

  #column(
    column: Column,
    label: 'column.name' | 'column.deleted' | 'column.modified' | 'column.size' = `column.${column}`,
    at = '',
  ) {
    const { order } = this.#store.value
    const here = order.by === column
    const said = here
      ? t(order.descending ? 'sorted.down' : 'sorted.up', { column: t(label) })
      : t('sorted.by', { column: t(label) })
    return html`
      <button class=${at} aria-label=${said} @click=${() => this.#store.value.sort(column)}>
        <span class="ellipsis">${t(label)}</span>
        ${here ? html`<wa-icon name=${order.descending ? 'arrow-down' : 'arrow-up'}></wa-icon>` : nothing}
      </button>
    `
  }

  #all(): void {
    const store = this.#store.value
    store.select(store.chosen.length === store.shown.length ? none : all(store.keys))
  }
}
customElements.define('twin-list-head', TwinListHead)

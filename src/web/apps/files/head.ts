// The head of Files: where one is and what can be done there; while something is chosen, what can be done with that.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js'
import { css, html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { choice } from './choice.ts'
import { actionsContext } from './contexts.ts'
import './crumbs.ts'
import { fromInput } from './picked.ts'
import type { Column } from './sort.ts'
import { filesContext } from './store.ts'

const columns: readonly Column[] = ['name', 'modified', 'size']

class TwinFilesHead extends TwinElement {
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)

  static override styles = [
    shared,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        min-block-size: 3.75rem;
        padding: 0.5rem 0.875rem 0.5rem 1.25rem;
        border-block-end: 1px solid var(--twin-line);
      }
      header.chosen {
        background: var(--twin-chosen);
        border-color: var(--twin-chosen-line);
        padding-inline-start: 0.75rem;
      }
      .chosen .icon-button {
        color: var(--wa-color-text-normal);
      }
      .chosen .icon-button:hover {
        background: color-mix(in oklab, var(--wa-color-brand-fill-loud) 14%, transparent);
      }
      .chosen wa-button::part(button) {
        background: transparent;
      }
      .count {
        font-weight: 600;
      }
      .layouts {
        display: flex;
      }
      .add {
        display: flex;
        gap: 0.5rem;
        margin-inline-start: 0.375rem;
      }
      .narrow,
      .places {
        display: none;
      }
      @media (max-width: 63.99rem) {
        .places {
          display: block;
          margin-inline-start: -0.625rem;
        }
      }
      @media (max-width: 47.99rem) {
        header,
        header.chosen {
          padding-inline: 0.75rem 0.5rem;
        }
        .wide {
          display: none !important;
        }
        .narrow {
          display: inline-grid;
        }
      }
    `,
  ]

  override render() {
    const store = this.#store.value
    return store.chosen.length > 0 && !store.dragging ? choice(store, this.#actions.value) : this.#place()
  }

  #place() {
    const store = this.#store.value
    const { place } = store
    const there = store.state !== 'missing'
    return html`
      <header>
        ${this.#places()}
        ${
          place?.kind === 'folder'
            ? html`<twin-crumbs class="grow" .path=${place.path}></twin-crumbs>`
            : html`<h1 class="grow ellipsis">${place?.kind === 'trash' ? t('trash.title') : t('search.heading', { text: place?.text ?? '' })}</h1>`
        }
        ${there ? this.#view() : nothing}
        ${place?.kind === 'folder' && there ? this.#add() : nothing}
        ${
          place?.kind === 'trash' && store.shown.length > 0
            ? html`<wa-button size="s" appearance="outlined" @click=${() => store.ask({ kind: 'emptyTrash' })}>${t('trash.empty')}</wa-button>`
            : nothing
        }
      </header>
    `
  }

  /** Where the side has no room. */
  #places() {
    return html`
      <wa-dropdown class="places" placement="bottom-start" @wa-select=${this.#go}>
        <button slot="trigger" class="icon-button" aria-label=${t('files.places')}><wa-icon name="chevron-down"></wa-icon></button>
        <wa-dropdown-item value="/files/"><wa-icon slot="icon" name="drive"></wa-icon>${t('files.root')}</wa-dropdown-item>
        <wa-dropdown-item value="/trash"><wa-icon slot="icon" name="trash"></wa-icon>${t('trash.title')}</wa-dropdown-item>
      </wa-dropdown>
    `
  }

  #view() {
    const store = this.#store.value
    const { order, layout } = store
    const other = layout === 'list' ? 'grid' : 'list'
    return html`
      <wa-dropdown placement="bottom-end" @wa-select=${this.#sorted}>
        <button slot="trigger" class="icon-button" aria-label=${t('files.sort')} title=${t('files.sort')}><wa-icon name="sort"></wa-icon></button>
        ${columns.map(
          (column) => html`
            <wa-dropdown-item value=${column} type="checkbox" ?checked=${order.by === column}>
              ${t(`column.${column}`)}
              ${order.by === column ? html`<wa-icon slot="details" name=${order.descending ? 'arrow-down' : 'arrow-up'}></wa-icon>` : nothing}
            </wa-dropdown-item>
          `,
        )}
      </wa-dropdown>
      <button class="icon-button" aria-label=${t(`layout.${other}`)} title=${t(`layout.${other}`)} @click=${() => store.lay(other)}>
        <wa-icon name=${other}></wa-icon>
      </button>
    `
  }

  #add() {
    return html`
      <div class="add wide">
        <wa-button size="s" appearance="outlined" @click=${this.#newFolder}>
          <wa-icon slot="start" name="folder-plus"></wa-icon>${t('files.newFolder')}
        </wa-button>
      </div>
      <wa-dropdown placement="bottom-end" @wa-select=${this.#upload}>
        <wa-button slot="trigger" class="wide" size="s" variant="brand"><wa-icon slot="start" name="upload"></wa-icon>${t('files.upload')}</wa-button>
        <wa-dropdown-item value="files"><wa-icon slot="icon" name="file"></wa-icon>${t('files.uploadFiles')}</wa-dropdown-item>
        <wa-dropdown-item value="folder"><wa-icon slot="icon" name="files"></wa-icon>${t('files.uploadFolder')}</wa-dropdown-item>
      </wa-dropdown>
      <wa-dropdown class="narrow" placement="bottom-end" @wa-select=${this.#upload}>
        <button slot="trigger" class="icon-button" aria-label=${t('files.add')}><wa-icon name="plus"></wa-icon></button>
        <wa-dropdown-item value="files"><wa-icon slot="icon" name="upload"></wa-icon>${t('files.uploadFiles')}</wa-dropdown-item>
        <wa-dropdown-item value="new"><wa-icon slot="icon" name="folder-plus"></wa-icon>${t('files.newFolder')}</wa-dropdown-item>
      </wa-dropdown>
      <input id="files" type="file" multiple hidden aria-label=${t('files.uploadFiles')} @change=${this.#picked} />
      <input id="folder" type="file" webkitdirectory hidden aria-label=${t('files.uploadFolder')} @change=${this.#picked} />
    `
  }

  #go(event: CustomEvent<{ item: { value: string } }>): void {
    router.go(event.detail.item.value)
  }

  readonly #newFolder = (): void => this.#store.value.ask({ kind: 'newFolder' })

  #sorted(event: CustomEvent<{ item: { value: Column } }>): void {
    event.preventDefault()
    this.#store.value.sort(event.detail.item.value)
  }

  #upload(event: CustomEvent<{ item: { value: string } }>): void {
    const { value } = event.detail.item
    if (value === 'new') this.#newFolder()
    else this.renderRoot.querySelector<HTMLInputElement>(`#${value}`)?.click()
  }

  #picked(event: Event & { target: HTMLInputElement }): void {
    const { files } = event.target
    if (files !== null) void this.#actions.value.uploads.add(fromInput(files), this.#store.value.folder)
    event.target.value = ''
  }
}
customElements.define('twin-files-head', TwinFilesHead)

// Choosing the folder to move or copy to: one folder at a time, as in the list itself.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dialog/dialog.js'
import '@awesome.me/webawesome/dist/components/spinner/spinner.js'
import { Task } from '@lit/task'
import { css, html } from 'lit'
import { errorKey } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import { nameOf, parentOf } from '../../dav/paths.ts'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { actionsContext } from './contexts.ts'
import { type Entry, entryOf } from './entry.ts'
import { byName } from './sort.ts'
import { filesContext } from './store.ts'

class TwinChooseFolder extends TwinElement {
  static override properties = { kind: { attribute: false }, entries: { attribute: false }, at: { state: true } }
  declare kind: 'move' | 'copy'
  declare entries: readonly Entry[]
  declare at: string | undefined
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)

  readonly #folders = new Task(this, {
    args: () => [this.#folder] as const,
    task: async ([folder], { signal }) => {
      const found: Entry[] = []
      await dav.list(folder, (resource) => resource.folder && found.push(entryOf(resource)), signal)
      return found.sort(byName)
    },
  })

  static override styles = [
    shared,
    css`
      wa-dialog {
        --width: 30rem;
      }
      .where {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        padding-block-end: 0.5rem;
        border-block-end: 1px solid var(--twin-line);
        font-weight: 600;
      }
      .folders {
        block-size: 17rem;
        margin-block-start: 0.375rem;
        overflow: auto;
      }
      .folders button {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        inline-size: 100%;
        min-block-size: 2.5rem;
        padding: 0.25rem 0.625rem;
        border-radius: var(--wa-border-radius-m);
      }
      .folders button:hover:not(:disabled) {
        background: var(--twin-hover);
      }
      .folders button:disabled {
        opacity: 0.45;
        cursor: default;
      }
      .folders wa-icon {
        color: var(--twin-folder);
      }
      .folders wa-icon:last-child {
        margin-inline-start: auto;
        color: var(--wa-color-text-quiet);
        font-size: 1rem;
      }
      .center {
        display: grid;
        place-content: center;
        block-size: 100%;
        text-align: center;
      }
      :host(:dir(rtl)) .turns {
        scale: -1 1;
      }
    `,
  ]

  get #folder(): string {
    return this.at ?? this.#store.value.folder
  }

  override render() {
    const { root } = this.#store.value
    const folder = this.#folder
    const here = this.kind === 'move' && this.entries.every(({ href }) => parentOf(href) === folder)
    const values = { count: this.entries.length, name: this.entries[0]?.name ?? '' }
    return html`
      <wa-dialog open label=${t(this.kind === 'move' ? 'choose.move' : 'choose.copy', values)} @wa-after-hide=${this.#close}>
        <div class="where">
          <button class="icon-button" ?disabled=${folder === root} aria-label=${t('choose.up')} @click=${() => (this.at = parentOf(folder))}>
            <wa-icon class="turns" name="back"></wa-icon>
          </button>
          <span class="ellipsis" role="status">${folder === root ? t('files.root') : nameOf(folder)}</span>
        </div>
        <div class="folders">
          ${this.#folders.render({
            pending: () => html`<div class="center"><wa-spinner></wa-spinner></div>`,
            error: (error) => html`<p class="center quiet">${t(errorKey(error))}</p>`,
            complete: (folders) =>
              folders.length === 0
                ? html`<p class="center quiet">${t('choose.none')}</p>`
                : html`<ul>${folders.map((entry) => this.#row(entry))}</ul>`,
          })}
        </div>
        <wa-button slot="footer" appearance="plain" @click=${this.#close}>${t('cancel')}</wa-button>
        <wa-button slot="footer" variant="brand" ?disabled=${here} @click=${this.#choose}>
          ${t(this.kind === 'move' ? 'choose.moveHere' : 'choose.copyHere')}
        </wa-button>
      </wa-dialog>
    `
  }

  #row(entry: Entry) {
    const itself = this.entries.some(({ href }) => href === entry.href)
    return html`
      <li>
        <button ?disabled=${itself} @click=${() => (this.at = entry.href)}>
          <wa-icon name="folder"></wa-icon><span class="ellipsis">${entry.name}</span><wa-icon class="turns" name="chevron-right"></wa-icon>
        </button>
      </li>
    `
  }

  #choose(): void {
    const folder = this.#folder
    const { entries, kind } = this
    this.#close()
    void this.#actions.value[kind](entries, folder)
  }

  readonly #close = (): void => this.#store.value.ask(undefined)
}
customElements.define('twin-choose-folder', TwinChooseFolder)

// A name being changed in its place: Enter keeps it, Escape leaves it as it was.

import { css, html } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { actionsContext } from './contexts.ts'
import type { Entry } from './entry.ts'
import { filesContext } from './store.ts'

class TwinRename extends TwinElement {
  static override properties = { entry: { attribute: false } }
  declare entry: Entry
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)
  #over = false

  static override styles = [
    shared,
    css`
      input {
        inline-size: 100%;
        min-inline-size: 8rem;
        block-size: 2rem;
        padding-inline: 0.5rem;
        margin-inline-start: -0.5rem;
        border: 1px solid var(--wa-color-brand-border-loud);
        border-radius: var(--wa-border-radius-s);
        background: var(--twin-sheet);
        color: inherit;
        font: inherit;
        user-select: text;
      }
    `,
  ]

  override firstUpdated(): void {
    const input = this.renderRoot.querySelector('input')
    if (input === null) return
    input.focus()
    const dot = this.entry.folder ? -1 : this.entry.name.lastIndexOf('.')
    input.setSelectionRange(0, dot > 0 ? dot : this.entry.name.length)
  }

  override render() {
    return html`<input
      .value=${this.entry.name}
      aria-label=${t('files.rename.label', { name: this.entry.name })}
      spellcheck="false"
      autocomplete="off"
      @keydown=${this.#key}
      @blur=${this.#keep}
      @click=${(event: Event) => event.stopPropagation()}
    />`
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation()
    if (event.key === 'Enter') this.#keep()
    if (event.key === 'Escape') {
      this.#over = true
      this.#store.value.rename(undefined)
    }
  }

  /** A slash cannot be part of a name. */
  readonly #keep = (): void => {
    if (this.#over) return
    this.#over = true
    const name = this.renderRoot.querySelector('input')?.value.trim().replaceAll('/', '∕') ?? ''
    void this.#actions.value.rename(this.entry, name)
  }
}
customElements.define('twin-rename', TwinRename)

// The menu of what is chosen, opened where the pointer or the cursor is.

import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js'
import { css, html } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { commandsFor } from './commands.ts'
import { actionsContext } from './contexts.ts'
import { filesContext } from './store.ts'

export class FileMenu extends TwinElement {
  static override properties = { shown: { state: true } }
  declare shown: boolean
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)
  #after: () => void = () => undefined

  constructor() {
    super()
    this.shown = false
  }

  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        z-index: 4;
      }
      .point {
        display: block;
        inline-size: 1px;
        block-size: 1px;
        pointer-events: none;
      }
    `,
  ]

  /** Opens at a point of the window; `after` gets the focus back. */
  at(x: number, y: number, after: () => void): void {
    this.style.left = `${x}px`
    this.style.top = `${y}px`
    this.#after = after
    this.shown = true
  }

  override render() {
    if (!this.shown) return html``
    const commands = commandsFor(this.#store.value, this.#actions.value, this.#store.value.chosen)
    const run = (event: CustomEvent<{ item: { value: string } }>): void =>
      commands.find(({ id }) => id === event.detail.item.value)?.run()
    return html`
      <wa-dropdown open placement="bottom-start" @wa-select=${run} @wa-after-hide=${this.#hidden}>
        <button slot="trigger" class="point" tabindex="-1" aria-label=${t('more')}></button>
        ${commands.map(
          ({ id, icon, label, danger }) => html`
            <wa-dropdown-item value=${id} variant=${danger ? 'danger' : 'default'}>
              <wa-icon slot="icon" name=${icon}></wa-icon>${t(label)}
            </wa-dropdown-item>
          `,
        )}
      </wa-dropdown>
    `
  }

  #hidden(): void {
    this.shown = false
    if (this.#store.value.renaming === undefined && this.#store.value.dialog === undefined) this.#after()
  }
}
customElements.define('twin-file-menu', FileMenu)

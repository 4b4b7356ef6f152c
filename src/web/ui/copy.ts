// A value to be typed elsewhere, with a button that copies it.

import { css, html, nothing } from 'lit'
import { t } from '../i18n/i18n.ts'
import { TwinElement } from './element.ts'
import { shared } from './styles.ts'

/** Milliseconds for which a copy is confirmed. */
const confirmed = 2_000

class TwinCopy extends TwinElement {
  static override properties = { value: { attribute: false }, label: { attribute: false }, done: { state: true } }
  declare value: string
  declare label: string | undefined
  declare done: boolean

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 0.25rem;
        min-inline-size: 0;
      }
      .label {
        color: var(--wa-color-text-quiet);
        font-size: var(--wa-font-size-s);
      }
      .value {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        min-inline-size: 0;
      }
      code {
        min-inline-size: 0;
        padding: 0.375rem 0.625rem;
        border-radius: var(--wa-border-radius-m);
        background: var(--twin-code, var(--twin-hover));
        font-family: var(--wa-font-family-code);
        font-size: 0.875rem;
        overflow-wrap: anywhere;
        user-select: all;
      }
      .done {
        color: var(--wa-color-success-on-quiet);
      }
    `,
  ]

  override render() {
    return html`
      ${this.label === undefined ? nothing : html`<span class="label">${this.label}</span>`}
      <div class="value">
        <code dir="ltr">${this.value}</code>
        <button class="icon-button ${this.done ? 'done' : ''}" aria-label=${t('copy.value', { what: this.label ?? this.value })} @click=${this.#copy}>
          <wa-icon name=${this.done ? 'check' : 'copy'}></wa-icon>
        </button>
        <span class="unseen" role="status">${this.done ? t('copy.done') : ''}</span>
      </div>
    `
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.value)
    this.done = true
    setTimeout(() => {
      this.done = false
    }, confirmed)
  }
}
customElements.define('twin-copy', TwinCopy)

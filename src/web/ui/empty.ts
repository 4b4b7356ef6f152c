// An empty place: what it is for and how to fill it.

import { css, html, nothing } from 'lit'
import { TwinElement } from './element.ts'
import { shared } from './styles.ts'

class TwinEmpty extends TwinElement {
  static override properties = { icon: {}, heading: { attribute: false }, text: { attribute: false } }
  declare icon: string
  declare heading: string
  declare text: string

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 0.375rem;
        padding: 2rem;
        min-block-size: 100%;
        text-align: center;
      }
      .mark {
        display: grid;
        place-items: center;
        inline-size: 4.5rem;
        block-size: 4.5rem;
        margin-block-end: 0.75rem;
        border-radius: 1.5rem;
        background: var(--twin-chosen);
        color: var(--wa-color-brand-on-quiet);
      }
      .mark wa-icon {
        font-size: 2rem;
      }
      p {
        max-inline-size: 26rem;
        color: var(--wa-color-text-quiet);
        text-wrap: balance;
      }
      ::slotted(*) {
        margin-block-start: 1rem;
      }
    `,
  ]

  override render() {
    return html`
      <div class="mark"><wa-icon name=${this.icon}></wa-icon></div>
      <h2>${this.heading}</h2>
      ${this.text ? html`<p>${this.text}</p>` : nothing}
      <slot></slot>
    `
  }
}
customElements.define('twin-empty', TwinEmpty)

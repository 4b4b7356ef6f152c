// The card in the middle that all ways in share.

import { css, html, nothing } from 'lit'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'

export const form = css`
  form {
    display: grid;
    gap: 1.125rem;
  }
  wa-button[type='submit'] {
    margin-block-start: 0.5rem;
  }
`

class TwinEntryFrame extends TwinElement {
  static override properties = {
    heading: { attribute: false },
    text: { attribute: false },
    error: { attribute: false },
  }
  declare heading: string
  declare text: string
  declare error: string

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-items: center;
        min-block-size: 100dvh;
        padding: 1.5rem 1rem;
        color: var(--wa-color-text-normal);
      }
      main {
        inline-size: min(25rem, 100%);
      }
      .mark {
        display: grid;
        place-items: center;
        inline-size: 3.5rem;
        block-size: 3.5rem;
        margin-block-end: 1.25rem;
        border-radius: 1.125rem;
        background: var(--wa-color-brand-fill-loud);
        color: var(--wa-color-brand-on-loud);
      }
      .mark wa-icon {
        font-size: 2.25rem;
      }
      h1 {
        font-size: 1.625rem;
      }
      h1 + p {
        margin-block-start: 0.375rem;
        color: var(--wa-color-text-quiet);
        text-wrap: pretty;
      }
      .error {
        display: flex;
        gap: 0.625rem;
        margin-block-start: 1.25rem;
        padding: 0.75rem 0.875rem;
        border-radius: var(--wa-border-radius-m);
        background: var(--wa-color-danger-fill-quiet);
        color: var(--wa-color-danger-on-normal);
      }
      .body {
        margin-block-start: 1.75rem;
      }
    `,
  ]

  override render() {
    return html`
      <main>
        <div class="mark"><wa-icon name="twin"></wa-icon></div>
        <h1>${this.heading}</h1>
        ${this.text ? html`<p>${this.text}</p>` : nothing}
        <div role="alert">
          ${this.error ? html`<p class="error"><wa-icon name="warning"></wa-icon><span>${this.error}</span></p>` : nothing}
        </div>
        <div class="body"><slot></slot></div>
      </main>
    `
  }
}
customElements.define('twin-entry-frame', TwinEntryFrame)

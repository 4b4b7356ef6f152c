// What every app is set in: a side with its places, and a sheet with a head and the content. On a phone the side goes.

import { css, html } from 'lit'
import { TwinElement } from './element.ts'
import { shared } from './styles.ts'

class TwinFrame extends TwinElement {
  static override properties = { label: { attribute: false }, page: { type: Boolean, reflect: true } }
  /** The name of the side. */
  declare label: string
  /** The content scrolls as one page; without it the content scrolls by itself. */
  declare page: boolean

  static override styles = [
    shared,
    css`
      :host {
        flex: 1;
        display: grid;
        grid-template-columns: var(--twin-side) minmax(0, 1fr);
        min-block-size: 0;
      }
      nav {
        min-block-size: 0;
        overflow: auto;
        padding: 0.25rem 0.75rem 0.75rem 0.25rem;
      }
      section {
        display: flex;
        flex-direction: column;
        min-inline-size: 0;
        min-block-size: 0;
        background: var(--twin-sheet);
        border: 1px solid var(--twin-line);
        border-block-end: 0;
        border-inline-end: 0;
        border-start-start-radius: var(--wa-border-radius-l);
        overflow: clip;
      }
      .content {
        flex: 1;
        display: flex;
        flex-direction: column;
        min-block-size: 0;
      }
      :host([page]) .content {
        display: block;
        overflow: auto;
      }
      @media (max-width: 63.99rem) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        nav {
          display: none;
        }
      }
      @media (max-width: 47.99rem) {
        section {
          border: 0;
          border-radius: 0;
        }
      }
    `,
  ]

  override render() {
    return html`
      <nav aria-label=${this.label}><slot name="side"></slot></nav>
      <section>
        <slot name="head"></slot>
        <div class="content"><slot></slot></div>
      </section>
    `
  }
}
customElements.define('twin-frame', TwinFrame)

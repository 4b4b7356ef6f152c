// Where notices appear, and where screen readers hear them.

import { css, html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { t } from '../i18n/i18n.ts'
import { TwinElement } from '../ui/element.ts'
import { type Notice, notices } from '../ui/notices.ts'
import { observe } from '../ui/observable.ts'
import { shared } from '../ui/styles.ts'

const marks = { done: 'success', info: 'info', error: 'warning' } as const

class TwinNotices extends TwinElement {
  constructor() {
    super()
    observe(this, notices)
  }

  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset-inline: 1rem;
        inset-block-end: 1.25rem;
        z-index: 20;
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 0.5rem;
        pointer-events: none;
      }
      .notice {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        max-inline-size: min(34rem, 100%);
        padding: 0.5rem 0.5rem 0.5rem 1rem;
        border-radius: var(--wa-border-radius-l);
        background: oklch(28% 0.012 280);
        color: oklch(97% 0.003 280);
        box-shadow: var(--wa-shadow-l);
        pointer-events: auto;
        animation: rise var(--wa-transition-slow) ease-out;
      }
      .error > wa-icon {
        color: oklch(78% 0.15 45);
      }
      .done > wa-icon {
        color: oklch(80% 0.14 150);
      }
      button {
        padding: 0.375rem 0.75rem;
        border-radius: var(--wa-border-radius-m);
        color: oklch(85% 0.09 280);
        font-weight: 600;
      }
      button:hover {
        background: oklch(38% 0.015 280);
      }
      .close {
        display: grid;
        padding: 0.375rem;
        color: inherit;
      }
      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 0.75rem;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .notice {
          animation: none;
        }
      }
      @media (max-width: 47.99rem) {
        :host {
          inset-inline: 0.75rem;
          inset-block-end: 4.75rem;
        }
      }
    `,
  ]

  override render() {
    return html`
      <div role="status" aria-live="polite" class="unseen">${notices.list.filter(({ kind }) => kind !== 'error').at(-1)?.text ?? ''}</div>
      <div role="alert" class="unseen">${notices.list.filter(({ kind }) => kind === 'error').at(-1)?.text ?? ''}</div>
      ${repeat(
        notices.list,
        ({ id }) => id,
        (notice) => this.#notice(notice),
      )}
    `
  }

  #notice({ id, kind, text, action }: Notice) {
    return html`
      <div class="notice ${kind}">
        <wa-icon name=${marks[kind]}></wa-icon>
        <span class="grow">${text}</span>
        ${
          action === undefined
            ? nothing
            : html`<button
                @click=${() => {
                  notices.close(id)
                  action.run()
                }}
              >
                ${action.label}
              </button>`
        }
        <button class="close" aria-label=${t('close')} @click=${() => notices.close(id)}><wa-icon name="close"></wa-icon></button>
      </div>
    `
  }
}
customElements.define('twin-notices', TwinNotices)

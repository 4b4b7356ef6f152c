// The panel of what is under way: each with its progress, to be cancelled, tried again or cleared away.

import '@awesome.me/webawesome/dist/components/button/button.js'
import { css, html, nothing } from 'lit'
import { percent, t } from '../i18n/i18n.ts'
import { activity, type Task } from '../ui/activity.ts'
import { TwinElement } from '../ui/element.ts'
import { observe } from '../ui/observable.ts'
import { shared } from '../ui/styles.ts'

class TwinActivity extends TwinElement {
  static override properties = { open: { type: Boolean, reflect: true } }
  declare open: boolean

  constructor() {
    super()
    observe(this, activity)
  }

  static override styles = [
    shared,
    css`
      section {
        position: fixed;
        inset-block-end: 1rem;
        inset-inline-end: 1rem;
        z-index: 5;
        inline-size: min(24rem, calc(100vw - 1.5rem));
        max-block-size: 60dvh;
        overflow: auto;
        border: 1px solid var(--twin-line);
        border-radius: var(--wa-border-radius-l);
        background: var(--wa-color-surface-raised);
        box-shadow: var(--wa-shadow-l);
      }
      :host(:not([open])) section {
        display: none;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.625rem 0.5rem 0.25rem 1rem;
      }
      li {
        padding: 0.5rem 1rem 0.875rem;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 0.625rem;
      }
      .done {
        color: var(--wa-color-success-on-quiet);
      }
      .failed {
        color: var(--wa-color-danger-on-quiet);
      }
      progress {
        display: block;
        inline-size: 100%;
        block-size: 0.25rem;
        margin-block: 0.5rem 0.375rem;
        appearance: none;
        border: 0;
        border-radius: 1rem;
        overflow: hidden;
        background: var(--twin-line);
      }
      progress::-webkit-progress-bar {
        background: var(--twin-line);
      }
      progress::-webkit-progress-value {
        background: var(--wa-color-brand-fill-loud);
        transition: inline-size var(--wa-transition-slow);
      }
      progress::-moz-progress-bar {
        background: var(--wa-color-brand-fill-loud);
      }
      .why {
        margin-block-start: 0.375rem;
        max-block-size: 8rem;
        overflow: auto;
      }
      .why li {
        padding: 0.125rem 0;
      }
      @media (max-width: 47.99rem) {
        section {
          inset-inline: 0.75rem;
          inset-block-end: 4.75rem;
          inline-size: auto;
        }
      }
    `,
  ]

  override render() {
    return html`
      <section aria-label=${t('activity.title')}>
        <header>
          <h2 class="grow">${t('activity.title')}</h2>
          ${
            activity.running.length < activity.tasks.length
              ? html`<wa-button size="s" appearance="plain" @click=${() => activity.clear()}>${t('activity.clear')}</wa-button>`
              : nothing
          }
          <button class="icon-button" aria-label=${t('close')} @click=${() => activity.toggle(false)}><wa-icon name="chevron-down"></wa-icon></button>
        </header>
        <ul>
          ${activity.tasks.map((task) => this.#task(task))}
        </ul>
        <p class="unseen" role="status">${this.#spoken()}</p>
      </section>
    `
  }

  /** For screen readers: what has ended, not every step. */
  #spoken(): string {
    const last = activity.tasks.find((task) => task.state !== 'running')
    return last === undefined ? '' : `${last.title}: ${last.detail}`
  }

  #task(task: Task) {
    const mark = { running: 'upload', done: 'success', failed: 'warning', cancelled: 'close' }[task.state]
    return html`
      <li>
        <div class="line">
          <wa-icon class=${task.state} name=${mark}></wa-icon>
          <span class="grow ellipsis" title=${task.title}>${task.title}</span>
          ${task.state === 'running' ? html`<span class="quiet small number">${percent(task.progress)}</span>` : nothing}
          ${
            task.cancel !== undefined && task.state === 'running'
              ? html`<button class="icon-button" aria-label=${t('activity.cancel', { what: task.title })} @click=${task.cancel}>
                  <wa-icon name="close"></wa-icon>
                </button>`
              : nothing
          }
          ${task.retry === undefined ? nothing : html`<wa-button size="s" appearance="outlined" @click=${task.retry}>${t('activity.retry')}</wa-button>`}
        </div>
        ${task.state === 'running' ? html`<progress aria-label=${task.title} max="1" .value=${task.progress}></progress>` : nothing}
        <div class="quiet small number">${task.detail}</div>
        ${
          task.failures.length === 0
            ? nothing
            : html`<ul class="why small" tabindex="0" aria-label=${t('activity.failures')}>
                ${task.failures.map((failure) => html`<li>${failure}</li>`)}
              </ul>`
        }
      </li>
    `
  }
}
customElements.define('twin-activity', TwinActivity)

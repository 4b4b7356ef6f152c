// The bar over every app: one search, what is under way, and the account.

import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js'
import { css, html, nothing } from 'lit'
import { t } from '../i18n/i18n.ts'
import { activity } from '../ui/activity.ts'
import { TwinElement } from '../ui/element.ts'
import { notices } from '../ui/notices.ts'
import { observe } from '../ui/observable.ts'
import { shared } from '../ui/styles.ts'
import './activity.ts'
import { router } from './router.ts'
import { session } from './session.ts'

/** Milliseconds without a key before a search begins. */
const typingPause = 150

class TwinBar extends TwinElement {
  #typing: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    observe(this, router)
    observe(this, session)
    observe(this, activity)
  }

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding-inline: 0 1rem;
      }
      form {
        position: relative;
        flex: 0 1 34rem;
        margin-inline-end: auto;
      }
      form wa-icon {
        position: absolute;
        inset-inline-start: 0.75rem;
        inset-block-start: 50%;
        translate: 0 -50%;
        color: var(--wa-color-text-quiet);
        font-size: 1.125rem;
        pointer-events: none;
      }
      input {
        inline-size: 100%;
        block-size: 2.25rem;
        padding-inline: 2.375rem 0.75rem;
        border: 1px solid transparent;
        border-radius: var(--wa-border-radius-m);
        background: color-mix(in oklab, var(--twin-line) 70%, transparent);
        color: inherit;
        font: inherit;
        transition: background var(--wa-transition-fast);
      }
      input::placeholder {
        color: var(--wa-color-text-quiet);
        opacity: 1;
      }
      input::-webkit-search-cancel-button {
        cursor: pointer;
      }
      input:focus {
        background: var(--twin-sheet);
        border-color: var(--twin-chosen-line);
      }
      .busy {
        position: relative;
      }
      .count {
        position: absolute;
        inset-block-start: -0.125rem;
        inset-inline-end: -0.125rem;
        min-inline-size: 1.125rem;
        padding-inline: 0.25rem;
        border-radius: 1rem;
        background: var(--wa-color-brand-fill-loud);
        color: var(--wa-color-brand-on-loud);
        font-size: 0.6875rem;
        font-weight: 600;
        line-height: 1.125rem;
        text-align: center;
      }
      .me {
        display: grid;
        place-items: center;
        inline-size: 2.125rem;
        block-size: 2.125rem;
        border-radius: 50%;
        background: var(--wa-color-brand-fill-loud);
        color: var(--wa-color-brand-on-loud);
        font-size: 0.8125rem;
        font-weight: 600;
      }
      .who {
        padding: 0.5rem 0.75rem 0.625rem;
        margin-block-end: 0.375rem;
        border-block-end: 1px solid var(--twin-line);
      }
      @media (max-width: 47.99rem) {
        :host {
          padding-inline: 0.75rem;
        }
        form {
          flex: 1;
        }
      }
    `,
  ]

  override render() {
    if (session.state !== 'in') return nothing
    const running = activity.running.length
    const { displayName, name } = session.me
    const initials = [...displayName.trim()].slice(0, 1).join('').toUpperCase() || name.slice(0, 1).toUpperCase()
    return html`
      <form role="search" @submit=${this.#submit}>
        <wa-icon name="search"></wa-icon>
        <input
          type="search"
          name="q"
          aria-label=${t('search.label')}
          placeholder=${t('search.label')}
          autocomplete="off"
          .value=${router.path === '/search' ? (router.query.get('q') ?? '') : ''}
          @input=${this.#typed}
        />
      </form>
      ${
        activity.tasks.length > 0
          ? html`<button
              class="icon-button busy"
              aria-label=${running > 0 ? t('activity.running', { count: running }) : t('activity.title')}
              aria-expanded=${activity.open}
              @click=${() => activity.toggle()}
            >
              <wa-icon name="activity"></wa-icon>
              ${running > 0 ? html`<span class="count number" aria-hidden="true">${running}</span>` : nothing}
            </button>`
          : nothing
      }
      ${activity.tasks.length > 0 ? html`<twin-activity ?open=${activity.open}></twin-activity>` : nothing}
      <wa-dropdown placement="bottom-end" @wa-select=${this.#chosen}>
        <button slot="trigger" class="me" aria-label=${t('account.menu', { name: displayName || name })}>${initials}</button>
        <div class="who">
          <strong>${displayName || name}</strong>
          <div class="quiet small">${name}</div>
        </div>
        <wa-dropdown-item value="settings"><wa-icon slot="icon" name="settings"></wa-icon>${t('app.settings')}</wa-dropdown-item>
        <wa-dropdown-item value="devices"><wa-icon slot="icon" name="device"></wa-icon>${t('settings.devices')}</wa-dropdown-item>
        <wa-dropdown-item value="sign-out"><wa-icon slot="icon" name="sign-out"></wa-icon>${t('account.signOut')}</wa-dropdown-item>
      </wa-dropdown>
    `
  }

  #search(text: string): void {
    if (text.trim() === '') {
      if (router.path === '/search') router.go('/files/', 'replace')
      return
    }
    router.go(`/search?${new URLSearchParams({ q: text })}`, router.path === '/search' ? 'replace' : 'push')
  }

  #typed(event: InputEvent & { target: HTMLInputElement }): void {
    clearTimeout(this.#typing)
    const text = event.target.value
    this.#typing = setTimeout(() => this.#search(text), typingPause)
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    clearTimeout(this.#typing)
    this.#search(this.renderRoot.querySelector('input')?.value ?? '')
  }

  #chosen(event: CustomEvent<{ item: { value: string } }>): void {
    const { value } = event.detail.item
    if (value === 'sign-out') session.signOut().catch((error) => notices.failed('account.signOut.failed', error))
    else router.go(value === 'devices' ? '/settings/devices' : '/settings')
  }
}
customElements.define('twin-bar', TwinBar)

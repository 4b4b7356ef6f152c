// With whom a folder is shared: who has it, what they may do, and one more.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dialog/dialog.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { Task } from '@lit/task'
import { css, html, nothing } from 'lit'
import { errorKey } from '../../api/client.ts'
import { type Access, type Person, people, type Sharee, share, sharees } from '../../dav/sharing.ts'
import { t } from '../../i18n/i18n.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import type { Entry } from './entry.ts'
import { filesContext } from './store.ts'

class TwinShareDialog extends TwinElement {
  static override properties = { entry: { attribute: false }, typed: { state: true }, made: { state: true } }
  declare entry: Entry
  declare typed: string
  /** How many changes were made: after each the list is asked for again. */
  declare made: number
  readonly #store = consume(this, filesContext)

  readonly #sharees = new Task(this, {
    args: () => [this.entry.href, this.made] as const,
    task: ([href], { signal }) => sharees(href, signal),
  })

  readonly #found = new Task(this, {
    args: () => [this.typed.trim()] as const,
    task: async ([text], { signal }) => (text === '' ? [] : people(text, signal)),
  })

  constructor() {
    super()
    this.typed = ''
    this.made = 0
  }

  static override styles = [
    shared,
    css`
      wa-dialog {
        --width: 32rem;
      }
      ul {
        margin-block-start: 0.75rem;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        padding-block: 0.375rem;
      }
      li .grow {
        flex: 1;
        min-inline-size: 0;
      }
      .person {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        inline-size: 100%;
        padding: 0.5rem;
        border-radius: var(--wa-border-radius-m);
      }
      .person:hover {
        background: var(--twin-hover);
      }
      h2 {
        margin-block-start: 1.25rem;
      }
      select {
        font: inherit;
        color: inherit;
        background: var(--twin-sheet);
        border: 1px solid var(--twin-line);
        border-radius: var(--wa-border-radius-m);
        padding: 0.375rem 0.5rem;
      }
    `,
  ]

  override render() {
    const { name } = this.entry
    return html`
      <wa-dialog open label=${t('share.heading', { name })} @wa-after-hide=${this.#hidden}>
        <wa-input
          autofocus
          autocomplete="off"
          label=${t('share.who')}
          hint=${t('share.who.hint')}
          .value=${this.typed}
          @input=${(event: Event & { target: HTMLInputElement }) => {
            this.typed = event.target.value
          }}
        ></wa-input>
        ${this.#found.render({ complete: (found) => this.#people(found) })}
        ${this.#sharees.render({
          complete: (list) => this.#list(list),
          error: (error) => html`<p role="alert">${t(errorKey(error))}</p>`,
        })}
        <wa-button slot="footer" variant="brand" @click=${this.#close}>${t('share.done')}</wa-button>
      </wa-dialog>
    `
  }

  #people(found: readonly Person[]) {
    const own = `/dav/principals/${encodeURIComponent(session.me.name)}/`
    const has = new Set(this.#sharees.value?.map(({ href }) => href))
    const others = found.filter(({ href }) => href !== own && !has.has(href))
    if (this.typed.trim() === '') return nothing
    if (others.length === 0) return html`<p class="quiet small" role="status">${t('share.nobody')}</p>`
    return html`
      <ul aria-label=${t('share.found')}>
        ${others.map(
          (person) => html`
            <li>
              <button class="person" @click=${() => this.#set(person, 'read')}>
                <wa-icon name="user-plus"></wa-icon><span class="grow ellipsis">${person.name}</span>
              </button>
            </li>
          `,
        )}
      </ul>
    `
  }

  #list(list: readonly Sharee[]) {
    if (list.length === 0) return html`<p class="quiet">${t('share.none')}</p>`
    return html`
      <h2>${t('share.with')}</h2>
      <ul aria-label=${t('share.with')}>
        ${list.map((sharee) => this.#sharee(sharee))}
      </ul>
    `
  }

  #sharee(sharee: Sharee) {
    const { name, access, answer } = sharee
    const state = answer === 'accepted' ? nothing : html`<span class="quiet small"> ${t(`share.${answer}`)}</span>`
    return html`
      <li>
        <wa-icon name="user"></wa-icon>
        <span class="grow ellipsis">${name}${state}</span>
        <select
          aria-label=${t('share.access', { name })}
          @change=${(event: Event & { target: HTMLSelectElement }) => this.#set(sharee, event.target.value as Access)}
        >
          <option value="read" ?selected=${access === 'read'}>${t('share.read')}</option>
          <option value="read-write" ?selected=${access === 'read-write'}>${t('share.write')}</option>
        </select>
        <button class="icon-button" aria-label=${t('share.stop', { name })} title=${t('share.stop', { name })} @click=${() => this.#set(sharee, 'no-access')}>
          <wa-icon name="close"></wa-icon>
        </button>
      </li>
    `
  }

  async #set({ href, name }: Person, access: Access | 'no-access'): Promise<void> {
    try {
      await share(this.entry.href, href, access)
      this.typed = ''
    } catch (error) {
      notices.failed('share.failed', error, { name })
    }
    this.made += 1
  }

  readonly #hidden = (event: Event): void => {
    if (event.target instanceof Element && event.target.localName === 'wa-dialog') this.#close()
  }

  readonly #close = (): void => {
    this.#store.value.ask(undefined)
    void this.#store.value.refresh()
  }
}
customElements.define('twin-share-dialog', TwinShareDialog)

// A one-time link: the first owner sets the twin up, a member accepts an invitation, somebody recovers their account.
// The secret stands behind `#`, which browsers never send; it is taken out of the address as soon as it is used.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { Task } from '@lit/task'
import { html, nothing } from 'lit'
import { ApiError, api, errorKey, type Link, type Me } from '../../api/client.ts'
import { type Key, t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'
import { form } from './frame.ts'

const words: Readonly<Record<Link['kind'], { heading: Key; text: Key; submit: Key }>> = {
  setup: { heading: 'setup.heading', text: 'setup.text', submit: 'setup.submit' },
  invite: { heading: 'join.heading', text: 'join.text', submit: 'join.submit' },
  recovery: { heading: 'recover.heading', text: 'recover.text', submit: 'recover.submit' },
}

class TwinLink extends TwinElement {
  static override properties = { error: { state: true }, busy: { state: true } }
  declare error: string
  declare busy: boolean
  readonly #token = location.hash.slice(1)
  readonly #link = new Task(this, { task: () => api.link(this.#token), args: () => [] })

  constructor() {
    super()
    this.error = ''
    this.busy = false
  }

  static override styles = [shared, form]

  override render() {
    return this.#link.render({
      pending: () => nothing,
      complete: (link) => this.#form(link),
      error: (error) => this.#refused(error),
    })
  }

  #refused(error: unknown) {
    const gone = error instanceof ApiError && error.status > 0
    return html`
      <twin-entry-frame .heading=${t('link.gone')} .text=${gone ? t('link.gone.text') : t(errorKey(error))}>
        <wa-button href="/sign-in" appearance="filled">${t('signIn.submit')}</wa-button>
      </twin-entry-frame>
    `
  }

  #form(link: Link) {
    const { heading, text, submit } = words[link.kind]
    const person = link.displayName || link.name || ''
    return html`
      <twin-entry-frame .heading=${t(heading, { name: person })} .text=${t(text)} .error=${this.error}>
        <form @submit=${(event: SubmitEvent) => this.#submit(event, link)}>
          ${
            link.kind === 'recovery'
              ? html`<input class="unseen" type="text" autocomplete="username" tabindex="-1" aria-hidden="true" .value=${link.name ?? ''} />`
              : html`
                  <wa-input name="displayName" autocomplete="name" autofocus label=${t('displayName')} hint=${t('displayName.hint')}></wa-input>
                  <wa-input
                    name="name"
                    required
                    autocapitalize="none"
                    spellcheck="false"
                    autocomplete="username"
                    maxlength="32"
                    pattern="\\s*[a-zA-Z][a-zA-Z0-9]*([._\\-][a-zA-Z0-9]+)*\\s*"
                    label=${t('name')}
                    hint=${t('name.hint')}
                  ></wa-input>
                `
          }
          <wa-input
            name="password"
            type="password"
            required
            password-toggle
            autocomplete="new-password"
            minlength="8"
            maxlength="256"
            label=${link.kind === 'recovery' ? t('password.new') : t('password')}
            hint=${t('password.hint')}
          ></wa-input>
          <wa-button type="submit" variant="brand" ?loading=${this.busy}>${t(submit)}</wa-button>
        </form>
      </twin-entry-frame>
    `
  }

  async #submit(event: SubmitEvent, link: Link): Promise<void> {
    event.preventDefault()
    if (this.busy) return
    const data = new FormData(event.target as HTMLFormElement)
    const token = this.#token
    const password = String(data.get('password'))
    const name = String(data.get('name') ?? '')
      .trim()
      .toLowerCase()
    const displayName = String(data.get('displayName') ?? '').trim()
    const account = { token, name, password, ...(displayName === '' ? {} : { displayName }) }
    const calls: Readonly<Record<Link['kind'], () => Promise<Me>>> = {
      setup: () => api.setup(account),
      invite: () => api.join(account),
      recovery: () => api.recover({ token, password }),
    }
    this.busy = true
    this.error = ''
    try {
      session.begin(await calls[link.kind]())
      router.go('/files/', 'replace')
    } catch (error) {
      this.error = error instanceof ApiError && error.code === 'BadRequest' ? this.#field(error) : t(errorKey(error))
    }
    this.busy = false
  }

  #field({ field, message }: ApiError): string {
    if (field === 'name') return t('name.refused')
    return field === 'password' ? t('password.refused') : message
  }
}
customElements.define('twin-link', TwinLink)

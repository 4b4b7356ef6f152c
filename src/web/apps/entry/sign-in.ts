// Signing in with name and password.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { html } from 'lit'
import { ApiError, api, errorKey } from '../../api/client.ts'
import { t } from '../../i18n/i18n.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'
import { form } from './frame.ts'

class TwinSignIn extends TwinElement {
  static override properties = { error: { state: true }, busy: { state: true } }
  declare error: string
  declare busy: boolean

  constructor() {
    super()
    this.error = ''
    this.busy = false
  }

  static override styles = [shared, form]

  override render() {
    return html`
      <twin-entry-frame .heading=${t('signIn.heading')} .text=${t('signIn.text', { host: location.host })} .error=${this.error}>
        <form @submit=${this.#submit}>
          <wa-input name="name" required autofocus autocapitalize="none" spellcheck="false" autocomplete="username" label=${t('name')}></wa-input>
          <wa-input name="password" type="password" required password-toggle autocomplete="current-password" label=${t('password')}></wa-input>
          <wa-button type="submit" variant="brand" ?loading=${this.busy}>${t('signIn.submit')}</wa-button>
        </form>
      </twin-entry-frame>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (this.busy) return
    const data = new FormData(event.target as HTMLFormElement)
    this.busy = true
    this.error = ''
    try {
      session.begin(await api.signIn({ name: String(data.get('name')), password: String(data.get('password')) }))
    } catch (error) {
      const wrong = error instanceof ApiError && (error.code === 'Unauthorized' || error.code === 'BadRequest')
      const wait = error instanceof ApiError ? error.retryAfter : undefined
      if (wrong) this.error = t('signIn.wrong')
      else this.error = wait === undefined ? t(errorKey(error)) : t('signIn.wait', { count: Math.ceil(wait / 60) })
    }
    this.busy = false
  }
}
customElements.define('twin-sign-in', TwinSignIn)

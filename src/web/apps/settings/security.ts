// The password, and where one is signed in.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { Task } from '@lit/task'
import { html, nothing } from 'lit'
import { ApiError, api, errorKey, type Session } from '../../api/client.ts'
import { ago, t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { labelled } from '../../ui/labelled.ts'
import { notices } from '../../ui/notices.ts'
import { shared } from '../../ui/styles.ts'
import { browserOf } from './browser.ts'
import { panel } from './panel.ts'

class TwinSettingsSecurity extends TwinElement {
  readonly #sessions = new Task(this, {
    task: async (_, { signal }) => (await api.sessions(signal)).sessions,
    args: () => [],
  })

  static override styles = [shared, panel]

  override render() {
    return html`
      <section>
        <h2>${t('password.change')}</h2>
        <p>${t('password.change.text')}</p>
        <form @submit=${this.#password}>
          <wa-input name="current" type="password" required password-toggle autocomplete="current-password" label=${t('password.current')}></wa-input>
          <wa-input
            name="password"
            type="password"
            required
            password-toggle
            minlength="8"
            maxlength="256"
            autocomplete="new-password"
            label=${t('password.new')}
            hint=${t('password.hint')}
          ></wa-input>
          <wa-button type="submit" variant="brand">${t('password.change')}</wa-button>
        </form>
      </section>
      <section>
        <h2>${t('sessions.title')}</h2>
        <p>${t('sessions.text')}</p>
        ${this.#sessions.render({
          pending: () => nothing,
          error: (error) => html`<p>${t(errorKey(error))}</p>`,
          complete: (sessions) => this.#list(sessions),
        })}
      </section>
    `
  }

  #list(sessions: readonly Session[]) {
    return html`
      <ul class="rows">
        ${sessions.map((one) => this.#row(one))}
      </ul>
      ${
        sessions.length > 1
          ? html`<div><wa-button size="s" appearance="outlined" @click=${() => this.#do(api.endOtherSessions)}>${t('sessions.endOthers')}</wa-button></div>`
          : nothing
      }
    `
  }

  #row({ id, label, current, lastUsedAt, lastUsedBy }: Session) {
    const { browser, system } = browserOf(label)
    const name = system === '' ? browser || label : t('sessions.on', { browser, system })
    return html`
      <li>
        <wa-icon class="quiet" name=${/Android|iPhone|iPad/.test(label) ? 'device' : 'desktop'}></wa-icon>
        <div class="grow">
          <div>${name}</div>
          <div class="quiet small">${[lastUsedAt === null ? '' : ago(lastUsedAt), lastUsedBy ?? ''].filter((part) => part !== '').join(' · ')}</div>
        </div>
        ${
          current
            ? html`<span class="tag">${t('sessions.current')}</span>`
            : html`<wa-button size="s" appearance="plain" variant="danger" @click=${() => this.#do(() => api.endSession(id))}>
                ${labelled(t('sessions.end'), t('sessions.end.label', { name }))}
              </wa-button>`
        }
      </li>
    `
  }

  async #do(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      notices.show('done', 'sessions.ended')
    } catch (error) {
      notices.failed('sessions.end.failed', error)
    }
    await this.#sessions.run()
  }

  async #password(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    try {
      await api.password({ current: String(data.get('current')), password: String(data.get('password')) })
      form.reset()
      notices.show('done', 'password.changed')
      await this.#sessions.run()
    } catch (error) {
      if (error instanceof ApiError && error.field === 'current') notices.show('error', 'password.wrong')
      else if (error instanceof ApiError && error.field === 'password') notices.show('error', 'password.refused')
      else notices.failed('password.change.failed', error)
    }
  }
}
customElements.define('twin-settings-security', TwinSettingsSecurity)

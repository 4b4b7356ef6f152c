// Who one is here: the name that is shown, the name to sign in with, the room that is used.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { html, nothing } from 'lit'
import { api } from '../../api/client.ts'
import { size, t } from '../../i18n/i18n.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import { observe } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { panel } from './panel.ts'

class TwinSettingsProfile extends TwinElement {
  constructor() {
    super()
    observe(this, session)
  }

  static override styles = [shared, panel]

  override render() {
    if (session.state !== 'in') return nothing
    const { name, displayName, isAdmin, usage } = session.me
    return html`
      <section>
        <form @submit=${this.#submit}>
          <wa-input name="displayName" required maxlength="100" autocomplete="name" label=${t('displayName')} hint=${t('displayName.hint')} .value=${displayName}></wa-input>
          <wa-button type="submit" variant="brand">${t('save')}</wa-button>
        </form>
      </section>
      <section>
        <h2>${t('profile.account')}</h2>
        <ul class="rows">
          <li><span class="grow">${t('name')}</span><span class="quiet">${name}</span>${isAdmin ? html`<span class="tag">${t('members.owner')}</span>` : nothing}</li>
          <li>
            <span class="grow">${t('quota.label')}</span>
            <span class="quiet number">
              ${usage.quota === null ? t('quota.used', { used: size(usage.used) }) : t('quota.of', { used: size(usage.used), all: size(usage.quota) })}
            </span>
          </li>
        </ul>
      </section>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const displayName = String(new FormData(event.target as HTMLFormElement).get('displayName')).trim()
    try {
      session.begin(await api.rename(displayName))
      notices.show('done', 'saved')
    } catch (error) {
      notices.failed('save.failed', error)
    }
  }
}
customElements.define('twin-settings-profile', TwinSettingsProfile)

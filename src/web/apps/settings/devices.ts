// Connecting a device, for calendars and contacts or for files: a password of its own, shown once, and the exact values
// for each system.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { Task } from '@lit/task'
import { css, html, nothing } from 'lit'
import { type AppPassword, api, errorKey } from '../../api/client.ts'
import { ago, t } from '../../i18n/i18n.ts'
import '../../ui/copy.ts'
import { TwinElement } from '../../ui/element.ts'
import { labelled } from '../../ui/labelled.ts'
import { notices } from '../../ui/notices.ts'
import { shared } from '../../ui/styles.ts'
import { choices } from './choices.ts'
import './guide.ts'
import { panel } from './panel.ts'
import type { What } from './platforms.ts'

const scopes: Readonly<Record<What, readonly string[]>> = { calendars: ['calendars', 'contacts'], files: ['files'] }

class TwinSettingsDevices extends TwinElement {
  static override properties = { made: { state: true }, what: { state: true } }
  declare made: { readonly label: string; readonly password: string } | undefined
  declare what: What

  constructor() {
    super()
    this.what = /Android|iPhone|iPad/.test(navigator.userAgent) ? 'calendars' : 'files'
  }

  readonly #passwords = new Task(this, {
    task: async (_, { signal }) => (await api.appPasswords(signal)).appPasswords,
    args: () => [],
  })
  readonly #devices = new Task(this, { task: (_, { signal }) => api.devices(signal), args: () => [] })

  static override styles = [
    shared,
    panel,
    choices,
    css`
      .make {
        display: grid;
        gap: 1rem;
      }
      .new {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
        max-inline-size: none;
      }
      .new wa-input {
        flex: 1 1 14rem;
        inline-size: auto;
      }
      .secret twin-copy {
        --twin-code: var(--twin-sheet);
      }
    `,
  ]

  override render() {
    return html`
      <section>
        <p>${t('devices.text')}</p>
        <div class="choices" role="group" aria-label=${t('devices.what')}>
          ${(['calendars', 'files'] as const).map(
            (what) =>
              html`<button aria-pressed=${what === this.what} @click=${() => this.#choose(what)}>${t(`devices.${what}`)}</button>`,
          )}
        </div>
      </section>
      <section>
        <h2>${t('devices.guide')}</h2>
        ${this.#devices.render({
          complete: (devices) => html`
            <twin-guide .what=${this.what} .devices=${devices} .password=${this.made?.password}>
              <div slot="password" class="make">
                <form class="new" @submit=${this.#add}>
                  <wa-input name="label" required maxlength="100" autocomplete="off" label=${t('devices.label')} placeholder=${t('devices.label.example')}></wa-input>
                  <wa-button type="submit" variant="brand">${t('devices.add')}</wa-button>
                </form>
                ${this.made === undefined ? nothing : this.#secret(this.made)}
              </div>
            </twin-guide>
          `,
          error: (error) => html`<p>${t(errorKey(error))}</p>`,
        })}
      </section>
      <section>
        <h2>${t('devices.list')}</h2>
        ${this.#passwords.render({
          complete: (passwords) => this.#list(passwords),
          error: (error) => html`<p>${t(errorKey(error))}</p>`,
        })}
      </section>
    `
  }

  #secret({ label, password }: { label: string; password: string }) {
    return html`
      <div class="secret" role="status">
        <strong>${t('devices.made', { label })}</strong>
        <twin-copy .label=${t('password')} .value=${password}></twin-copy>
        <p class="small">${t('devices.once')}</p>
      </div>
    `
  }

  #list(passwords: readonly AppPassword[]) {
    return html`
      <ul class="rows">
        ${passwords.length === 0 ? html`<li class="none">${t('devices.none')}</li>` : nothing}
        ${passwords.map(
          ({ id, label, lastUsedAt, lastUsedBy }) => html`
            <li>
              <wa-icon class="quiet" name="key"></wa-icon>
              <div class="grow">
                <div>${label}</div>
                <div class="quiet small">
                  ${lastUsedAt === null ? t('devices.unused') : t('devices.used', { when: ago(lastUsedAt), by: lastUsedBy ?? '' })}
                </div>
              </div>
              <wa-button size="s" appearance="plain" variant="danger" @click=${() => this.#remove(id)}>
                ${labelled(t('devices.remove'), t('devices.remove.label', { label }))}
              </wa-button>
            </li>
          `,
        )}
      </ul>
    `
  }

  /** A password is good for what it was made for. */
  #choose(what: What): void {
    if (what !== this.what) this.made = undefined
    this.what = what
  }

  async #add(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const label = String(new FormData(form).get('label')).trim()
    try {
      this.made = await api.addAppPassword(label, scopes[this.what])
      form.reset()
    } catch (error) {
      notices.failed('devices.add.failed', error)
    }
    await this.#passwords.run()
  }

  async #remove(id: number): Promise<void> {
    try {
      await api.removeAppPassword(id)
      notices.show('done', 'devices.removed')
    } catch (error) {
      notices.failed('devices.remove.failed', error)
    }
    await this.#passwords.run()
  }
}
customElements.define('twin-settings-devices', TwinSettingsDevices)

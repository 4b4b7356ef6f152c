// How to connect each system: its steps, the password that is made for it (in the slot `password`), and the values as they
// have to be typed there.

import { css, html, nothing } from 'lit'
import type { Devices } from '../../api/client.ts'
import { t } from '../../i18n/i18n.ts'
import '../../ui/copy.ts'
import { TwinElement } from '../../ui/element.ts'
import '../../ui/qr.ts'
import { shared } from '../../ui/styles.ts'
import { choices, links } from './choices.ts'
import { likely, type Platform, platforms, type What } from './platforms.ts'
import './profile-code.ts'

class TwinGuide extends TwinElement {
  static override properties = {
    what: { attribute: false },
    devices: { attribute: false },
    password: { attribute: false },
    chosen: { state: true },
  }
  declare what: What
  declare devices: Devices
  /** The one that was just made. */
  declare password: string | undefined
  declare chosen: Partial<Record<What, string>>

  constructor() {
    super()
    this.chosen = {}
  }

  static override styles = [
    shared,
    choices,
    links,
    css`
      :host {
        display: grid;
        gap: 1.25rem;
      }
      ol {
        display: grid;
        gap: 0.375rem;
        padding-inline-start: 1.375rem;
        list-style: decimal;
      }
      .values {
        display: grid;
        gap: 0.875rem;
      }
    `,
  ]

  override render() {
    const wanted = this.chosen[this.what] ?? likely(this.what)
    const platform = platforms[this.what].find(({ id }) => id === wanted) ?? platforms[this.what][0]
    if (platform === undefined) return nothing
    return html`
      <div class="choices" role="group" aria-label=${t('devices.guide')}>
        ${platforms[this.what].map(
          ({ id, name }) =>
            html`<button aria-pressed=${id === platform.id} @click=${() => this.#choose(id)}>${t(name)}</button>`,
        )}
      </div>
      <ol>
        ${platform.steps.map((step) => html`<li>${t(step)}</li>`)}
      </ol>
      ${platform.code === 'profile' ? html`<twin-profile-code></twin-profile-code>` : this.#values(platform)}
    `
  }

  #choose(id: string): void {
    this.chosen = { ...this.chosen, [this.what]: id }
  }

  #values({ value, isCommand, code }: Platform) {
    if (value === undefined) return nothing
    return html`
      <slot name="password"></slot>
      <div class="values">
        <twin-copy .label=${t(isCommand ? 'guide.command' : 'guide.address')} .value=${this.devices[value]}></twin-copy>
        <twin-copy .label=${t('name')} .value=${this.devices.name}></twin-copy>
        ${this.password === undefined ? html`<p class="quiet small">${t('guide.password')}</p>` : html`<twin-copy .label=${t('password')} .value=${this.password}></twin-copy>`}
        ${code === undefined ? nothing : this.#code(code)}
      </div>
    `
  }

  /** The address, with name and password once there is one, for an app that scans it. */
  #code(code: 'davx5' | 'webdav' | 'profile') {
    const { name, webdav, davx5 } = this.devices
    const address = code === 'davx5' ? davx5 : webdav.replace('://', `://${name}@`)
    const plain = code === 'davx5' ? davx5 : webdav
    const text = this.password === undefined ? plain : address.replace(`${name}@`, `${name}:${this.password}@`)
    return html`
      <twin-qr .text=${text} .label=${t('guide.code')}></twin-qr>
      ${code === 'davx5' ? html`<a href=${text}>${t('guide.android.open')}</a>` : nothing}
      <p class="quiet small">${this.password === undefined ? t('guide.code.address') : t('guide.code.all')}</p>
    `
  }
}
customElements.define('twin-guide', TwinGuide)

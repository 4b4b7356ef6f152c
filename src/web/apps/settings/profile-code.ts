// The profile of an iPhone, iPad or Mac: a link that works once, as a code for its camera.

import '@awesome.me/webawesome/dist/components/button/button.js'
import { css, html, nothing } from 'lit'
import { api } from '../../api/client.ts'
import { t, when } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import '../../ui/qr.ts'
import { shared } from '../../ui/styles.ts'
import { links } from './choices.ts'

class TwinProfileCode extends TwinElement {
  static override properties = { link: { state: true } }
  declare link: { readonly url: string; readonly expiresAt: number } | undefined

  static override styles = [
    shared,
    links,
    css`
      :host {
        display: grid;
        justify-items: start;
        gap: 0.875rem;
      }
      [role='status'] {
        display: grid;
        justify-items: start;
        gap: 0.875rem;
      }
    `,
  ]

  override render() {
    return html`
      <wa-button appearance="outlined" @click=${this.#show}>${t('guide.apple.show')}</wa-button>
      <div role="status">
        ${
          this.link === undefined
            ? nothing
            : html`
                <twin-qr .text=${this.link.url} .label=${t('guide.apple.code')}></twin-qr>
                <a href=${this.link.url}>${t('guide.apple.open')}</a>
                <p class="quiet small">${t('guide.apple.once', { time: when(this.link.expiresAt) })}</p>
              `
        }
      </div>
    `
  }

  async #show(): Promise<void> {
    try {
      this.link = await api.deviceLink()
    } catch (error) {
      notices.failed('guide.apple.failed', error)
    }
  }
}
customElements.define('twin-profile-code', TwinProfileCode)

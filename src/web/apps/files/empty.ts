// Where nothing is listed: still loading, nothing there yet, gone, or not to be reached.

import { css, html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import '../../ui/empty.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { filesContext } from './store.ts'

class TwinFilesEmpty extends TwinElement {
  readonly #store = consume(this, filesContext)

  static override styles = [
    shared,
    css`
      :host {
        flex: 1;
        display: flex;
        min-block-size: 0;
      }
      .scroll {
        flex: 1;
        overflow: auto;
      }
      .bones {
        display: grid;
        gap: 1.25rem;
        padding: 1.5rem 1.25rem;
      }
      .bone {
        block-size: 1rem;
        border-radius: 0.5rem;
        background: var(--twin-hover);
        animation: breathe 1.6s ease-in-out infinite alternate;
      }
      .bone:nth-child(3n) {
        inline-size: 55%;
      }
      .bone:nth-child(3n + 1) {
        inline-size: 72%;
      }
      .bone:nth-child(3n + 2) {
        inline-size: 40%;
      }
      @keyframes breathe {
        from {
          opacity: 0.3;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .bone {
          animation: none;
        }
      }
    `,
  ]

  /** It may be higher than the window is with large text: whoever has no mouse must be able to scroll, too. */
  override render() {
    return html`<div class="scroll" tabindex="0">${this.#said()}</div>`
  }

  #said() {
    const { state, place, searching } = this.#store.value
    if (state === 'missing') return this.#say('search', t('files.missing'), t('files.missing.text'))
    if (state === 'failed') return this.#say('offline', t('files.failed'), t('files.failed.text'))
    if (searching !== undefined)
      return this.#say('search', t('search.looking'), t('search.soFar', { count: searching.count }))
    if (state === 'loading') return this.#bones()
    if (place?.kind === 'trash') return this.#say('trash', t('trash.nothing'), t('trash.nothing.text'))
    if (place?.kind === 'search') return this.#say('search', t('search.nothing'), t('search.nothing.text'))
    return this.#say('upload', t('files.nothing'), t('files.nothing.text'))
  }

  #say(icon: string, heading: string, text: string) {
    const away = this.#store.value.state === 'missing'
    return html`
      <twin-empty icon=${icon} .heading=${heading} .text=${text}>
        ${away ? html`<wa-button href="/files/" appearance="filled">${t('files.toRoot')}</wa-button>` : nothing}
      </twin-empty>
    `
  }

  #bones() {
    return html`<div class="bones" role="status" aria-label=${t('loading')}>${Array.from({ length: 9 }, () => html`<div class="bone"></div>`)}</div>`
  }
}
customElements.define('twin-files-empty', TwinFilesEmpty)

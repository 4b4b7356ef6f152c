// The places of Files, and how much room is left.

import { css, html, nothing } from 'lit'
import { size, t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, observe } from '../../ui/observable.ts'
import { side } from '../../ui/side.ts'
import { shared } from '../../ui/styles.ts'
import { filesContext } from './store.ts'

class TwinFilesSide extends TwinElement {
  readonly #store = consume(this, filesContext)

  constructor() {
    super()
    observe(this, router)
  }

  static override styles = [
    shared,
    side,
    css`
      .room {
        margin-block-start: auto;
        padding: 1rem 0.75rem 0.25rem;
      }
      meter {
        display: block;
        inline-size: 100%;
        block-size: 0.375rem;
        margin-block-end: 0.5rem;
        appearance: none;
        border: 0;
        border-radius: 1rem;
        overflow: hidden;
        background: var(--twin-line);
      }
      meter::-webkit-meter-inner-element {
        display: block;
        appearance: none;
      }
      meter::-webkit-meter-bar {
        block-size: 0.375rem;
        border: 0;
        border-radius: 1rem;
        background: var(--twin-line);
      }
      meter::-webkit-meter-optimum-value,
      meter::-moz-meter-bar {
        background: var(--wa-color-brand-fill-loud);
        border-radius: 1rem;
      }
      meter::-webkit-meter-suboptimum-value {
        background: var(--wa-color-warning-fill-loud);
      }
    `,
  ]

  override render() {
    const inTrash = router.path.startsWith('/trash')
    const inFiles = router.path.startsWith('/files')
    return html`
      <div class="places">
        <a href="/files/" aria-current=${inFiles ? 'page' : nothing}><wa-icon name="drive"></wa-icon>${t('files.root')}</a>
        <a href="/trash" aria-current=${inTrash ? 'page' : nothing}><wa-icon name="trash"></wa-icon>${t('trash.title')}</a>
      </div>
      ${this.#room()}
    `
  }

  #room() {
    const usage = this.#store.value.usage
    if (usage === undefined) return nothing
    const { used, available } = usage
    if (available === undefined)
      return html`<div class="room quiet small">${t('quota.used', { used: size(used) })}</div>`
    const all = used + available
    return html`
      <div class="room quiet small">
        <meter aria-label=${t('quota.label')} min="0" max=${all} high=${all * 0.9} optimum="0" .value=${used}></meter>
        ${t('quota.of', { used: size(used), all: size(all) })}
      </div>
    `
  }
}
customElements.define('twin-files-side', TwinFilesSide)

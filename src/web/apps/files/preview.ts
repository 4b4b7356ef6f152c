// One file over everything else: picture, text, PDF, sound, film; with the next and the former of the folder.
// What is shown never has the page's power: pictures and media are drawn as such, text is text, a PDF is the
// browser's own viewer's.

import '@awesome.me/webawesome/dist/components/button/button.js'
import { css, html, nothing } from 'lit'
import { size, t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { download } from './downloads.ts'
import type { Entry } from './entry.ts'
import { iconOf, kindOf, previewOf } from './kinds.ts'
import './preview-body.ts'
import { filesContext } from './store.ts'

class TwinPreview extends TwinElement {
  static override properties = { name: { attribute: false } }
  declare name: string
  readonly #store = consume(this, filesContext)

  static override styles = [
    shared,
    css`
      dialog {
        position: fixed;
        inset: 0;
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        inline-size: 100%;
        block-size: 100%;
        max-inline-size: none;
        max-block-size: none;
        margin: 0;
        padding: 0;
        border: 0;
        background: var(--twin-ground);
        color: var(--wa-color-text-normal);
        outline: none;
      }
      dialog::backdrop {
        background: none;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        min-block-size: var(--twin-bar);
        padding: 0.375rem 0.75rem;
      }
      .about {
        display: grid;
        padding-inline: 0.375rem;
        line-height: 1.3;
      }
      h1 {
        font-size: var(--wa-font-size-m);
      }
      .stage {
        position: relative;
        min-block-size: 0;
        margin: 0 0.75rem 0.75rem;
        border-radius: var(--wa-border-radius-l);
        background: var(--twin-sheet);
        border: 1px solid var(--twin-line);
        overflow: hidden;
      }
      .turn {
        position: absolute;
        inset-block-start: calc(50% - 1.375rem);
        z-index: 1;
        inline-size: 2.75rem;
        block-size: 2.75rem;
        border-radius: 50%;
        background: color-mix(in oklab, var(--twin-sheet) 85%, transparent);
        box-shadow: var(--wa-shadow-m);
        color: var(--wa-color-text-normal);
      }
      .former {
        inset-inline-start: 0.75rem;
      }
      .next {
        inset-inline-end: 0.75rem;
      }
      .turn:dir(rtl) wa-icon {
        scale: -1 1;
      }
      @media (max-width: 47.99rem) {
        .stage {
          margin: 0;
          border-radius: 0;
          border-inline: 0;
        }
      }
    `,
  ]

  get #entries(): readonly Entry[] {
    return this.#store.value.shown.filter((entry) => previewOf(entry) !== 'none')
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  override render() {
    const entries = this.#entries
    const at = entries.findIndex(({ name }) => name === this.name)
    const entry = this.#store.value.shown.find(({ name, folder }) => name === this.name && !folder)
    return html`
      <dialog aria-label=${this.name} @cancel=${this.#cancel} @keydown=${(event: KeyboardEvent) => this.#key(event, entries, at)}>
        <header>
          <button class="icon-button" autofocus aria-label=${t('close')} title=${t('close')} @click=${this.#close}><wa-icon name="back"></wa-icon></button>
          ${entry === undefined ? nothing : html`<wa-icon class="quiet" name=${iconOf[kindOf(entry)]}></wa-icon>`}
          <div class="about grow">
            <h1 class="ellipsis">${this.name}</h1>
            ${entry === undefined ? nothing : html`<span class="quiet small number">${size(entry.size)}</span>`}
          </div>
          ${entry === undefined ? nothing : this.#actions(entry)}
        </header>
        <div class="stage">
          ${entry === undefined ? this.#missing() : html`<twin-preview-body .entry=${entry}></twin-preview-body>`}
          ${at > 0 ? this.#turn('former', 'chevron-left', entries[at - 1]) : nothing}
          ${at >= 0 && at < entries.length - 1 ? this.#turn('next', 'chevron-right', entries[at + 1]) : nothing}
        </div>
      </dialog>
    `
  }

  #actions(entry: Entry) {
    return html`
      <button class="icon-button" aria-label=${t('versions.title')} title=${t('versions.title')} @click=${() => this.#versions(entry)}>
        <wa-icon name="versions"></wa-icon>
      </button>
      <button class="icon-button" aria-label=${t('files.download')} title=${t('files.download')} @click=${() => download([entry])}>
        <wa-icon name="download"></wa-icon>
      </button>
    `
  }

  #missing() {
    if (this.#store.value.state === 'loading') return nothing
    return html`<twin-empty icon="file" .heading=${t('preview.missing')} .text=${t('preview.missing.text')}></twin-empty>`
  }

  #turn(place: 'former' | 'next', icon: string, entry: Entry | undefined) {
    if (entry === undefined) return nothing
    return html`<button class="icon-button turn ${place}" aria-label=${t(`preview.${place}`, { name: entry.name })} @click=${() => this.#show(entry)}>
      <wa-icon name=${icon}></wa-icon>
    </button>`
  }

  #show(entry: Entry): void {
    router.ask({ open: entry.name }, 'replace')
  }

  #versions(entry: Entry): void {
    router.ask({ open: undefined, versions: entry.name })
  }

  #key(event: KeyboardEvent, entries: readonly Entry[], at: number): void {
    const rightToLeft = getComputedStyle(this).direction === 'rtl'
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const entry = entries[at + (rightToLeft ? -step : step)]
    if (step !== 0 && at >= 0 && entry !== undefined && (event.target as Element).tagName !== 'PRE') this.#show(entry)
  }

  readonly #cancel = (event: Event): void => {
    event.preventDefault()
    this.#close()
  }

  readonly #close = (): void => router.leave({ open: undefined })
}
customElements.define('twin-preview', TwinPreview)

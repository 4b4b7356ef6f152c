// What a file looks like, by what it is.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/spinner/spinner.js'
import { Task } from '@lit/task'
import { css, html, nothing } from 'lit'
import { errorKey } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import { size, t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'
import { download } from './downloads.ts'
import type { Entry } from './entry.ts'
import { previewOf } from './kinds.ts'

/** Bytes of a text that are shown. */
const mostText = 1_000_000
/** Bytes of a PDF that is shown here; a larger one is better downloaded. */
const mostPdf = 100_000_000

type Content = { readonly text?: string; readonly whole?: boolean; readonly url?: string }

class TwinPreviewBody extends TwinElement {
  static override properties = { entry: { attribute: false }, broken: { state: true } }
  declare entry: Entry
  declare broken: string | undefined
  #url: string | undefined

  readonly #content = new Task(this, {
    args: () => [this.entry.href, this.entry.etag] as const,
    task: async ([href], { signal }): Promise<Content> => {
      this.#release()
      const kind = previewOf(this.entry)
      if (kind === 'text') return dav.text(href, mostText, signal)
      if (kind !== 'pdf' || this.entry.size > mostPdf) return {}
      const bytes = await dav.blob(href, signal)
      this.#url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
      return { url: this.#url }
    },
  })

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        block-size: 100%;
        place-items: center;
        min-block-size: 0;
      }
      img,
      video {
        max-inline-size: 100%;
        max-block-size: 100%;
        min-block-size: 0;
        object-fit: contain;
      }
      .checks {
        background: repeating-conic-gradient(var(--twin-hover) 0 25%, transparent 0 50%) 0 0 / 1.25rem 1.25rem;
      }
      pre {
        inline-size: 100%;
        block-size: 100%;
        padding: 1.25rem clamp(1rem, 6vw, 5rem);
        overflow: auto;
        font-family: var(--wa-font-family-code);
        font-size: 0.875rem;
        line-height: 1.6;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        tab-size: 4;
      }
      iframe {
        inline-size: 100%;
        block-size: 100%;
        border: 0;
      }
      .note {
        color: var(--wa-color-text-quiet);
        font-family: var(--wa-font-family-body);
      }
    `,
  ]

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#release()
  }

  #release(): void {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url)
    this.#url = undefined
  }

  override render() {
    const { entry } = this
    if (this.broken === entry.href) return this.#none(t('preview.broken'))
    const broken = (): void => {
      this.broken = entry.href
    }
    switch (previewOf(entry)) {
      case 'image':
        return html`<img class="checks" src=${entry.href} alt=${entry.name} @error=${broken} />`
      case 'video':
        return html`<video src=${entry.href} controls aria-label=${entry.name} @error=${broken}></video>`
      case 'audio':
        return html`<audio src=${entry.href} controls aria-label=${entry.name} @error=${broken}></audio>`
      case 'none':
        return this.#none(t('preview.none'))
      default:
        return this.#content.render({
          pending: () => html`<wa-spinner></wa-spinner>`,
          complete: (content) => this.#document(content),
          error: (error) => this.#none(t(errorKey(error))),
        })
    }
  }

  #document({ text, whole, url }: Content) {
    if (url !== undefined) return html`<iframe src=${url} title=${this.entry.name}></iframe>`
    if (text === undefined) return this.#none(t('preview.large'))
    const cut =
      whole === false ? html`<span class="note">${t('preview.cut', { size: size(mostText) })}</span>` : nothing
    return html`<pre tabindex="0" aria-label=${this.entry.name}>${text}${cut}</pre>`
  }

  #none(why: string) {
    return html`
      <twin-empty icon="file" .heading=${why} .text=${t('preview.download')}>
        <wa-button variant="brand" @click=${() => download([this.entry])}>${t('files.download')}</wa-button>
      </twin-empty>
    `
  }
}
customElements.define('twin-preview-body', TwinPreviewBody)

// Former contents of a file: look at one, download it, or make it the present one again (what is present becomes one).

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dialog/dialog.js'
import '@awesome.me/webawesome/dist/components/spinner/spinner.js'
import { Task } from '@lit/task'
import { css, html, nothing } from 'lit'
import { ApiError, errorKey } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import { moment, size, t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import { labelled } from '../../ui/labelled.ts'
import { notices } from '../../ui/notices.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { download } from './downloads.ts'
import { type Entry, entryOf } from './entry.ts'
import { previewOf } from './kinds.ts'
import './preview-body.ts'
import { filesContext } from './store.ts'

class TwinVersions extends TwinElement {
  static override properties = { entry: { attribute: false }, looking: { state: true } }
  declare entry: Entry
  /** The version that is looked at, by its address. */
  declare looking: string | undefined
  readonly #store = consume(this, filesContext)

  readonly #versions = new Task(this, {
    args: () => [this.entry.id, this.entry.etag] as const,
    task: async ([id], { signal }) => {
      const found: Entry[] = []
      await dav
        .list(`${this.#store.value.versions}/${id}`, (resource) => found.push(entryOf(resource)), signal)
        .catch((error) => {
          if (!(error instanceof ApiError && error.code === 'NotFound')) throw error
        })
      return found.sort((a, b) => b.at - a.at)
    },
  })

  static override styles = [
    shared,
    css`
      wa-dialog {
        --width: 36rem;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding-block: 0.5rem;
        border-block-start: 1px solid var(--twin-line);
      }
      li:first-child {
        border: 0;
      }
      .center {
        display: grid;
        place-content: center;
        gap: 0.5rem;
        min-block-size: 10rem;
        text-align: center;
        text-wrap: balance;
      }
      li {
        flex-wrap: wrap;
      }
      twin-preview-body {
        flex-basis: 100%;
        block-size: 18rem;
        border: 1px solid var(--twin-line);
        border-radius: var(--wa-border-radius-m);
        overflow: hidden;
      }
      .now {
        padding: 0.125rem 0.625rem;
        border-radius: 1rem;
        background: var(--twin-chosen);
        color: var(--wa-color-brand-on-normal);
        font-weight: 500;
      }
    `,
  ]

  override render() {
    return html`
      <wa-dialog open light-dismiss label=${t('versions.heading', { name: this.entry.name })} @wa-after-hide=${this.#close}>
        ${this.#versions.render({
          pending: () => html`<div class="center"><wa-spinner></wa-spinner></div>`,
          error: (error) => html`<p class="center quiet">${t(errorKey(error))}</p>`,
          complete: (versions) => (versions.length === 0 ? this.#none() : this.#list(versions)),
        })}
      </wa-dialog>
    `
  }

  #none() {
    return html`<div class="center"><strong>${t('versions.none')}</strong><p class="quiet">${t('versions.none.text')}</p></div>`
  }

  #list(versions: readonly Entry[]) {
    const { entry } = this
    return html`
      <ul>
        <li>
          <div class="grow">
            <div>${moment(entry.modified)}</div>
            <div class="quiet small number">${size(entry.size)}</div>
          </div>
          <span class="now small">${t('versions.now')}</span>
        </li>
        ${versions.map((version) => this.#version(version))}
      </ul>
    `
  }

  #version(version: Entry) {
    const date = moment(version.modified)
    return html`
      <li>
        <div class="grow">
          <div>${date}</div>
          <div class="quiet small number">${size(version.size)} · ${t('versions.until', { date: moment(version.at) })}</div>
        </div>
        ${previewOf(this.entry) === 'none' ? nothing : this.#eye(version, date)}
        <button class="icon-button" aria-label=${t('versions.download', { date })} title=${t('files.download')} @click=${() => download([version])}>
          <wa-icon name="download"></wa-icon>
        </button>
        <wa-button size="s" appearance="outlined" @click=${() => this.#restore(version)}>
          ${labelled(t('versions.restore'), t('versions.restore.label', { date }))}
        </wa-button>
        ${this.looking === version.href ? html`<twin-preview-body .entry=${this.#likeNow(version)}></twin-preview-body>` : nothing}
      </li>
    `
  }

  #eye({ href }: Entry, date: string) {
    const shown = this.looking === href
    const toggle = (): void => {
      this.looking = shown ? undefined : href
    }
    return html`
      <button class="icon-button" aria-label=${t('versions.look', { date })} aria-pressed=${shown} title=${t('versions.look', { date })} @click=${toggle}>
        <wa-icon name="eye"></wa-icon>
      </button>
    `
  }

  /** What a file is is told by its present name. */
  #likeNow(version: Entry): Entry {
    const { name, type } = this.entry
    return { ...version, name, type }
  }

  async #restore(version: Entry): Promise<void> {
    try {
      await dav.copy(version.href, this.entry.href, { overwrite: true })
      notices.show('done', 'versions.restored', { name: this.entry.name, date: moment(version.modified) })
      this.#close()
    } catch (error) {
      notices.failed('versions.restore.failed', error, { name: this.entry.name })
    }
    await this.#store.value.refresh()
  }

  readonly #close = (): void => {
    if (router.query.has('versions')) router.leave({ versions: undefined })
  }
}
customElements.define('twin-versions', TwinVersions)

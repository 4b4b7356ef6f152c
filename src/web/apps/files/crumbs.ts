// The way from the root to the open folder; each step is a link and takes what is dragged onto it.

import { css, html, nothing } from 'lit'
import type { Path } from '../../dav/paths.ts'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { actionsContext } from './contexts.ts'
import { dragged, isOurs } from './drag.ts'
import { folderAddress } from './place.ts'
import { filesContext } from './store.ts'

/** Steps shown before the middle ones are left out. */
const most = 4

class TwinCrumbs extends TwinElement {
  static override properties = { path: { attribute: false }, over: { state: true } }
  declare path: Path
  declare over: number | undefined
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }
      ol {
        display: flex;
        align-items: center;
        min-inline-size: 0;
      }
      li {
        display: flex;
        align-items: center;
        min-inline-size: 2.5rem;
        flex: 0 1 auto;
      }
      li:last-child {
        flex: 0 1 auto;
        min-inline-size: 4rem;
      }
      a,
      h1 {
        padding: 0.25rem 0.375rem;
        border-radius: var(--wa-border-radius-m);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      a {
        color: var(--wa-color-text-quiet);
        font-size: 1.0667em;
        font-weight: 500;
      }
      a:hover {
        background: var(--twin-hover);
        color: var(--wa-color-text-normal);
      }
      a.over {
        background: var(--twin-chosen);
        box-shadow: inset 0 0 0 2px var(--wa-color-brand-border-loud);
      }
      wa-icon {
        font-size: 0.875rem;
        color: var(--wa-color-text-quiet);
      }
      :host(:dir(rtl)) wa-icon {
        scale: -1 1;
      }
      @media (max-width: 47.99rem) {
        li:not(:nth-last-child(-n + 2)) {
          display: none;
        }
      }
    `,
  ]

  override render() {
    const names = [t('files.root'), ...this.path]
    const last = names.length - 1
    const left = names.length > most ? names.length - most : 0
    return html`
      <nav aria-label=${t('files.path')}>
        <ol>
          ${names.map((name, depth) => {
            if (depth > 0 && depth <= left) return nothing
            if (depth === last) return html`<li><h1 aria-current="page" title=${name}>${name}</h1></li>`
            return html`
              <li>
                <a
                  class=${this.over === depth ? 'over' : ''}
                  href=${folderAddress(this.path.slice(0, depth))}
                  title=${name}
                  @dragover=${(event: DragEvent) => this.#dragOver(event, depth)}
                  @dragleave=${() => (this.over = undefined)}
                  @drop=${(event: DragEvent) => this.#drop(event, depth)}
                  >${name}</a
                >
                <wa-icon name="chevron-right"></wa-icon>
              </li>
            `
          })}
        </ol>
      </nav>
    `
  }

  #dragOver(event: DragEvent, depth: number): void {
    if (!isOurs(event)) return
    event.preventDefault()
    this.over = depth
  }

  #drop(event: DragEvent, depth: number): void {
    this.over = undefined
    if (!isOurs(event)) return
    event.preventDefault()
    event.stopPropagation()
    void this.#actions.value.move(
      dragged(this.#store.value, event),
      this.#store.value.hrefOf(this.path.slice(0, depth)),
    )
  }
}
customElements.define('twin-crumbs', TwinCrumbs)

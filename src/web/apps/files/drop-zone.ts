// Files dragged from the desktop onto the list are uploaded to the open folder.

import { css, html, nothing } from 'lit'
import { nameOf } from '../../dav/paths.ts'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { actionsContext } from './contexts.ts'
import { hasFiles } from './drag.ts'
import { fromDrop } from './picked.ts'
import { filesContext } from './store.ts'

class TwinDropZone extends TwinElement {
  static override properties = { over: { state: true } }
  declare over: boolean
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)

  constructor() {
    super()
    this.over = false
    this.addEventListener('dragover', this.#dragOver)
    this.addEventListener('dragleave', this.#leave)
    this.addEventListener('drop', this.#drop)
  }

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        flex: 1;
        display: flex;
        flex-direction: column;
        min-block-size: 0;
      }
      .target {
        position: absolute;
        inset: 0.5rem;
        z-index: 3;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 0.5rem;
        border: 2px dashed var(--wa-color-brand-border-loud);
        border-radius: var(--wa-border-radius-l);
        background: color-mix(in oklab, var(--twin-chosen) 88%, transparent);
        color: var(--wa-color-brand-on-normal);
        font-weight: 600;
        pointer-events: none;
      }
      .target wa-icon {
        font-size: 2rem;
      }
    `,
  ]

  override render() {
    const { folder, root } = this.#store.value
    const name = folder === root ? t('files.root') : nameOf(folder)
    return html`
      <slot></slot>
      ${this.over ? html`<div class="target"><wa-icon name="upload"></wa-icon>${t('upload.drop', { name })}</div>` : nothing}
    `
  }

  #takes(event: DragEvent): boolean {
    return hasFiles(event) && this.#store.value.place?.kind === 'folder'
  }

  readonly #dragOver = (event: DragEvent): void => {
    if (!this.#takes(event)) return
    event.preventDefault()
    this.over = true
  }

  readonly #leave = (event: DragEvent): void => {
    if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.over = false
  }

  readonly #drop = async (event: DragEvent): Promise<void> => {
    this.over = false
    if (!this.#takes(event) || event.dataTransfer === null) return
    event.preventDefault()
    const { folder } = this.#store.value
    await this.#actions.value.uploads.add(await fromDrop(event.dataTransfer), folder)
  }
}
customElements.define('twin-drop-zone', TwinDropZone)

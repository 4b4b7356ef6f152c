// What is asked over the list, one at a time.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dialog/dialog.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { TwinElement } from '../../ui/element.ts'
import { consume, observe, provided } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import './choose-folder.ts'
import { actionsContext } from './contexts.ts'
import './share-dialog.ts'
import { filesContext } from './store.ts'
import './versions.ts'

class TwinFilesDialogs extends TwinElement {
  readonly #store = consume(this, filesContext)
  readonly #actions = provided(this, actionsContext)

  constructor() {
    super()
    observe(this, router)
  }

  static override styles = [shared]

  override render() {
    const { dialog } = this.#store.value
    switch (dialog?.kind) {
      case 'newFolder':
        return this.#newFolder()
      case 'move':
      case 'copy':
        return html`<twin-choose-folder .kind=${dialog.kind} .entries=${dialog.entries}></twin-choose-folder>`
      case 'share': {
        const [entry] = dialog.entries
        return entry === undefined ? nothing : html`<twin-share-dialog .entry=${entry}></twin-share-dialog>`
      }
      case 'purge': {
        const { entries } = dialog
        const title = t('purge.heading', { count: entries.length, name: entries[0]?.name ?? '' })
        return this.#sure(title, () => void this.#actions.value.purge(entries))
      }
      case 'emptyTrash':
        return this.#sure(t('trash.empty.heading'), () => void this.#actions.value.emptyTrash())
      default:
        return this.#versions()
    }
  }

  #versions() {
    const name = router.query.get('versions')
    const entry = this.#store.value.shown.find((candidate) => candidate.name === name && !candidate.folder)
    return entry === undefined ? nothing : html`<twin-versions .entry=${entry}></twin-versions>`
  }

  #newFolder() {
    return html`
      <wa-dialog open label=${t('files.newFolder')} @wa-after-hide=${this.#hidden}>
        <form id="new" @submit=${this.#make}>
          <wa-input name="name" required autofocus autocomplete="off" label=${t('files.folderName')}></wa-input>
        </form>
        <wa-button slot="footer" appearance="plain" @click=${this.#close}>${t('cancel')}</wa-button>
        <wa-button slot="footer" variant="brand" @click=${() => this.renderRoot.querySelector<HTMLFormElement>('#new')?.requestSubmit()}>
          ${t('files.newFolder.submit')}
        </wa-button>
      </wa-dialog>
    `
  }

  #make(event: SubmitEvent): void {
    event.preventDefault()
    const name = String(new FormData(event.target as HTMLFormElement).get('name'))
      .trim()
      .replaceAll('/', '∕')
    if (name === '') return
    this.#close()
    void this.#actions.value.makeFolder(name)
  }

  /** Only what cannot be undone is asked about. */
  #sure(heading: string, run: () => void) {
    return html`
      <wa-dialog open label=${heading} @wa-after-hide=${this.#hidden}>
        <p>${t('purge.text')}</p>
        <wa-button slot="footer" appearance="plain" autofocus @click=${this.#close}>${t('cancel')}</wa-button>
        <wa-button
          slot="footer"
          variant="danger"
          @click=${() => {
            this.#close()
            run()
          }}
        >
          ${t('purge.submit')}
        </wa-button>
      </wa-dialog>
    `
  }

  readonly #hidden = (event: Event): void => {
    if (event.target instanceof Element && event.target.localName === 'wa-dialog') this.#close()
  }

  readonly #close = (): void => this.#store.value.ask(undefined)
}
customElements.define('twin-files-dialogs', TwinFilesDialogs)

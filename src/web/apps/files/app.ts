// Files: the side (places, quota), the head (where one is, what can be done), the list, and what opens over it.

import { ContextProvider } from '@lit/context'
import { css, html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import '../../ui/frame.ts'
import { observe } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { type Actions, createActions } from './actions.ts'
import { actionsContext } from './contexts.ts'
import './dialogs.ts'
import './drop-zone.ts'
import './head.ts'
import './invitations.ts'
import './list.ts'
import { placeOf } from './place.ts'
import './preview.ts'
import './side.ts'
import { FilesStore, filesContext } from './store.ts'
import { Uploads } from './uploads.ts'

/** Milliseconds between two questions for what changed elsewhere; the stream of events tells sooner where it gets through. */
const betweenQuestions = 60_000

let uploads: Uploads | undefined

const placeTitle = ({ place }: FilesStore): string => {
  if (place?.kind === 'search') return t('search.heading', { text: place.text })
  if (place?.kind === 'trash') return t('trash.title')
  return place?.path.at(-1) ?? t('files.root')
}

class TwinFiles extends TwinElement {
  readonly #store = new FilesStore(session.me.name)
  readonly #actions: Actions = createActions(this.#store)
  #timer: ReturnType<typeof setInterval> | undefined
  #events: EventSource | undefined

  constructor() {
    super()
    observe(this, router)
    observe(this, this.#store)
    new ContextProvider(this, { context: filesContext, initialValue: this.#store })
    uploads ??= new Uploads()
    uploads.arrived = (folder) => {
      if (folder === this.#store.folder) void this.#store.refresh()
    }
    new ContextProvider(this, { context: actionsContext, initialValue: { ...this.#actions, uploads } })
  }

  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }
    `,
  ]

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('visibilitychange', this.#listen)
    addEventListener('focus', this.#look)
    addEventListener('online', this.#look)
    this.#timer = setInterval(this.#look, betweenQuestions)
    this.#listen()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('visibilitychange', this.#listen)
    this.#events?.close()
    removeEventListener('focus', this.#look)
    removeEventListener('online', this.#look)
    clearInterval(this.#timer)
    this.#store.close()
  }

  /** A browser has few connections to one server: only a page in sight holds one to be told of changes. */
  readonly #listen = (): void => {
    this.#events?.close()
    if (document.visibilityState !== 'visible') return
    this.#events = new EventSource('/api/events')
    this.#events.addEventListener('open', this.#look)
    this.#events.addEventListener('files', this.#look)
    this.#events.addEventListener('shares', this.#invited)
  }

  readonly #look = (): void => {
    if (document.visibilityState === 'visible') void this.#store.refresh()
  }

  readonly #invited = (): void => {
    void this.renderRoot.querySelector<HTMLElement & { look(): Promise<void> }>('twin-invitations')?.look()
  }

  override willUpdate(): void {
    if (/^\/(files|trash|search)(\/|$)/.test(router.path)) this.#store.open(placeOf(router.path, router.query))
  }

  override updated(): void {
    document.title = `${placeTitle(this.#store)} – ${t('product')}`
  }

  override render() {
    const opened = router.query.get('open')
    return html`
      <twin-frame .label=${t('files.places')}>
        <twin-files-side slot="side"></twin-files-side>
        <twin-files-head slot="head"></twin-files-head>
        <twin-invitations></twin-invitations>
        <twin-drop-zone><twin-file-list></twin-file-list></twin-drop-zone>
      </twin-frame>
      ${opened === null ? nothing : html`<twin-preview .name=${opened}></twin-preview>`}
      <twin-files-dialogs></twin-files-dialogs>
    `
  }
}
customElements.define('twin-files', TwinFiles)

export const view = () => html`<twin-files></twin-files>`

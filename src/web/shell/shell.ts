// The one shell: the rail (a bottom bar on a phone), the bar with search and account, the open app, and what is told.

import { css, html, nothing, type TemplateResult } from 'lit'
import { connection } from '../api/connection.ts'
import { t } from '../i18n/i18n.ts'
import { TwinElement } from '../ui/element.ts'
import '../ui/icons.ts'
import { observe } from '../ui/observable.ts'
import { shared } from '../ui/styles.ts'
import { type App, apps } from './apps.ts'
import '../ui/empty.ts'
import './bar.ts'
import './notices.ts'
import './rail.ts'
import { router } from './router.ts'
import { session } from './session.ts'

type View = () => TemplateResult

const entryPaths = ['/setup', '/join', '/recover', '/sign-in']

class TwinShell extends TwinElement {
  static override properties = { views: { state: true } }
  declare views: ReadonlyMap<string, View>
  readonly #asked = new Set<string>()

  constructor() {
    super()
    this.views = new Map()
    observe(this, router)
    observe(this, session)
    observe(this, connection)
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        block-size: 100dvh;
        grid-template: 'rail bar' var(--twin-bar) 'rail main' minmax(0, 1fr) / var(--twin-rail) minmax(0, 1fr);
        background: var(--twin-ground);
        color: var(--wa-color-text-normal);
      }
      :host([bare]) {
        display: block;
        overflow: auto;
      }
      twin-rail {
        grid-area: rail;
      }
      twin-bar {
        grid-area: bar;
      }
      main {
        grid-area: main;
        display: flex;
        flex-direction: column;
        min-inline-size: 0;
        min-block-size: 0;
      }
      .lost {
        display: flex;
        gap: 0.625rem;
        align-items: center;
        margin-inline-end: 0.75rem;
        margin-block-end: 0.5rem;
        padding: 0.5rem 0.875rem;
        border-radius: var(--wa-border-radius-m);
        background: var(--wa-color-warning-fill-quiet);
        color: var(--wa-color-warning-on-normal);
        font-size: var(--wa-font-size-s);
      }
      .skip {
        position: absolute;
        inset-block-start: -4rem;
        inset-inline-start: 0.75rem;
        padding: 0.5rem 1rem;
        background: var(--wa-color-surface-raised);
        border-radius: var(--wa-border-radius-m);
        z-index: 10;
      }
      .skip:focus {
        box-shadow: var(--wa-shadow-l);
        inset-block-start: 0.5rem;
      }
      @media (max-width: 47.99rem) {
        :host {
          grid-template: 'bar' var(--twin-bar) 'main' minmax(0, 1fr) 'rail' auto / minmax(0, 1fr);
        }
        .lost {
          margin: 0;
          border-radius: 0;
        }
      }
    `,
  ]

  get #app(): App | undefined {
    return apps.find((app) => app.owns(router.path))
  }

  override willUpdate(): void {
    const inEntry = entryPaths.includes(router.path)
    if (session.state === 'out' && !inEntry) {
      const wanted = `${location.pathname}${location.search}`
      router.go(wanted === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ to: wanted })}`, 'replace')
    } else if (session.state === 'in' && (router.path === '/' || router.path === '/sign-in')) {
      const to = router.query.get('to')
      router.go(to?.startsWith('/') && !to.startsWith('//') ? to : '/files/', 'replace')
    }
    const bare = session.state !== 'in' || entryPaths.includes(router.path)
    this.toggleAttribute('bare', bare)
    if (bare && session.state !== 'offline') this.#load('entry', () => import('../apps/entry/app.ts'))
    const app = this.#app
    if (!bare && app !== undefined) this.#load(app.id, app.load)
    document.title = bare || app === undefined ? t('product') : `${t(app.label)} – ${t('product')}`
  }

  #load(id: string, load: () => Promise<{ view: View }>): void {
    if (this.#asked.has(id)) return
    this.#asked.add(id)
    load().then(
      ({ view }) => {
        this.views = new Map(this.views).set(id, view)
      },
      () => this.#asked.delete(id),
    )
  }

  override render() {
    if (session.state === 'offline') return this.#unreachable()
    if (this.hasAttribute('bare')) return html`${this.views.get('entry')?.() ?? nothing}<twin-notices></twin-notices>`
    const app = this.#app
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>${t('shell.skip')}</a>
      <twin-bar></twin-bar>
      <main id="main" tabindex="-1">
        ${connection.lost ? html`<p class="lost" role="status"><wa-icon name="offline"></wa-icon>${t('shell.lost')}</p>` : nothing}
        ${app === undefined ? this.#nowhere() : (this.views.get(app.id)?.() ?? nothing)}
      </main>
      <twin-rail></twin-rail>
      <twin-notices></twin-notices>
    `
  }

  #unreachable() {
    return html`<twin-empty icon="offline" .heading=${t('shell.unreachable')} .text=${t('shell.unreachable.text')}></twin-empty>`
  }

  #nowhere() {
    return html`<twin-empty icon="search" .heading=${t('shell.nowhere')} .text=${t('shell.nowhere.text')}></twin-empty>`
  }

  #skip(event: Event): void {
    event.preventDefault()
    this.renderRoot.querySelector<HTMLElement>('#main')?.focus()
  }
}
customElements.define('twin-shell', TwinShell)

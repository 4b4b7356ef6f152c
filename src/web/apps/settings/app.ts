// Settings: sections at the side, one open at a time; on a phone the sections come first.

import { css, html, nothing, type TemplateResult } from 'lit'
import { type Key, t } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import '../../ui/frame.ts'
import { observe } from '../../ui/observable.ts'
import { side } from '../../ui/side.ts'
import { shared } from '../../ui/styles.ts'
import './appearance.ts'
import './devices.ts'
import './members.ts'
import './profile.ts'
import './security.ts'

type Section = {
  readonly id: string
  readonly icon: string
  readonly label: Key
  readonly owner?: true
  readonly view: () => TemplateResult
}

const sections: readonly Section[] = [
  {
    id: 'profile',
    icon: 'user',
    label: 'settings.profile',
    view: () => html`<twin-settings-profile></twin-settings-profile>`,
  },
  {
    id: 'appearance',
    icon: 'palette',
    label: 'settings.appearance',
    view: () => html`<twin-settings-appearance></twin-settings-appearance>`,
  },
  {
    id: 'devices',
    icon: 'device',
    label: 'settings.devices',
    view: () => html`<twin-settings-devices></twin-settings-devices>`,
  },
  {
    id: 'security',
    icon: 'lock',
    label: 'settings.security',
    view: () => html`<twin-settings-security></twin-settings-security>`,
  },
  {
    id: 'members',
    icon: 'users',
    label: 'settings.members',
    owner: true,
    view: () => html`<twin-settings-members></twin-settings-members>`,
  },
]

class TwinSettings extends TwinElement {
  constructor() {
    super()
    observe(this, router)
    observe(this, session)
  }

  static override styles = [
    shared,
    side,
    css`
      :host {
        display: contents;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        min-block-size: 3.75rem;
        padding: 0.5rem 1.5rem;
        border-block-end: 1px solid var(--twin-line);
      }
      .back {
        display: none;
        margin-inline-start: -0.5rem;
      }
      .page {
        inline-size: min(46rem, 100%);
        padding: 1.75rem 1.5rem 3rem;
      }
      .all {
        display: none;
      }
      .index {
        display: none;
        padding: 0.75rem;
      }
      .index .places a {
        min-block-size: 3.25rem;
        background: transparent;
        color: var(--wa-color-text-normal);
      }
      .index wa-icon:last-child {
        margin-inline-start: auto;
        color: var(--wa-color-text-quiet);
        font-size: 1rem;
      }
      wa-icon.turns:dir(rtl) {
        scale: -1 1;
      }
      @media (max-width: 63.99rem) {
        .back {
          display: inline-grid;
        }
        header {
          padding-inline: 1rem;
        }
        .at-root .index {
          display: block;
        }
        .at-root .all {
          display: block;
        }
        .at-root .page,
        .at-root .section,
        .at-root .back {
          display: none;
        }
        .page {
          padding: 1.25rem 1rem 2rem;
        }
      }
    `,
  ]

  override render() {
    if (session.state !== 'in') return nothing
    const mine = sections.filter(({ owner }) => owner !== true || session.me.isAdmin)
    const wanted = router.path.split('/')[2]
    const open = mine.find(({ id }) => id === wanted)
    const shown = open ?? mine[0]
    if (shown === undefined) return nothing
    document.title = `${t(shown.label)} – ${t('product')}`
    const root = open === undefined
    const links = (trailing: boolean) =>
      mine.map(
        ({ id, icon, label }) => html`
          <a href=${`/settings/${id}`} aria-current=${id === shown.id && !trailing ? 'page' : nothing}>
            <wa-icon name=${icon}></wa-icon>${t(label)}${trailing ? html`<wa-icon class="turns" name="chevron-right"></wa-icon>` : nothing}
          </a>
        `,
      )
    return html`
      <twin-frame page .label=${t('app.settings')}>
        <div slot="side" class="places">${links(false)}</div>
        <header slot="head" class=${root ? 'at-root' : ''}>
          <a class="icon-button back" href="/settings" aria-label=${t('app.settings')}><wa-icon class="turns" name="back"></wa-icon></a>
          <h1 class="section">${t(shown.label)}</h1>
          <h1 class="all">${t('app.settings')}</h1>
        </header>
        <div class=${root ? 'at-root' : ''}>
          <nav class="index" aria-label=${t('settings.sections')}><div class="places">${links(true)}</div></nav>
          <div class="page">${shown.view()}</div>
        </div>
      </twin-frame>
    `
  }
}
customElements.define('twin-settings', TwinSettings)

export const view = () => html`<twin-settings></twin-settings>`

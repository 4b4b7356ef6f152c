// The way between the apps: a rail at the side, a bar at the bottom of a phone.

import { css, html, nothing } from 'lit'
import { t } from '../i18n/i18n.ts'
import { TwinElement } from '../ui/element.ts'
import { observe } from '../ui/observable.ts'
import { shared } from '../ui/styles.ts'
import { apps } from './apps.ts'
import { router } from './router.ts'

class TwinRail extends TwinElement {
  constructor() {
    super()
    observe(this, router)
  }

  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 0.25rem;
        block-size: 100%;
        padding-block: 0.625rem;
      }
      .mark {
        display: grid;
        place-items: center;
        inline-size: 2.5rem;
        block-size: 2.25rem;
        margin-block-end: 0.75rem;
        color: var(--wa-color-brand-on-quiet);
      }
      .mark wa-icon {
        font-size: 1.75rem;
      }
      .app {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 0.125rem;
        inline-size: 5.5rem;
        padding-block: 0.375rem;
        border-radius: var(--wa-border-radius-l);
        color: var(--wa-color-text-quiet);
        font-size: 0.75rem;
        font-weight: 500;
        line-height: 1.3;
        overflow-wrap: anywhere;
        text-align: center;
      }
      .pill {
        display: grid;
        place-items: center;
        inline-size: 3rem;
        block-size: 1.875rem;
        border-radius: 1rem;
        transition: background var(--wa-transition-fast);
      }
      .app:hover .pill {
        background: var(--twin-line);
      }
      .app[aria-current] {
        color: var(--wa-color-text-normal);
      }
      .app[aria-current] .pill {
        background: var(--twin-chosen);
        color: var(--wa-color-brand-on-quiet);
      }
      @media (max-width: 47.99rem) {
        nav {
          flex-direction: row;
          justify-content: space-around;
          padding: 0.25rem 0.5rem calc(0.25rem + env(safe-area-inset-bottom));
          background: var(--twin-sheet);
          border-block-start: 1px solid var(--twin-line);
        }
        .mark {
          display: none;
        }
        .app {
          inline-size: auto;
          min-inline-size: 4.5rem;
        }
      }
    `,
  ]

  override render() {
    return html`
      <nav aria-label=${t('shell.apps')}>
        <a class="mark" href="/files/" aria-label=${t('product')}><wa-icon name="twin"></wa-icon></a>
        ${apps.map(
          (app) => html`
            <a class="app" href=${app.home} aria-current=${app.owns(router.path) ? 'page' : nothing}>
              <span class="pill"><wa-icon name=${app.icon}></wa-icon></span>${t(app.label)}
            </a>
          `,
        )}
      </nav>
    `
  }
}
customElements.define('twin-rail', TwinRail)

// What others want to share, over the list: taken or not with one press.

import '@awesome.me/webawesome/dist/components/button/button.js'
import { css, html, nothing } from 'lit'
import { answer, type Invitation, invitations } from '../../dav/sharing.ts'
import { t } from '../../i18n/i18n.ts'
import { session } from '../../shell/session.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import { consume } from '../../ui/observable.ts'
import { shared } from '../../ui/styles.ts'
import { filesContext } from './store.ts'

class TwinInvitations extends TwinElement {
  static override properties = { open: { state: true } }
  declare open: readonly Invitation[]
  readonly #store = consume(this, filesContext)

  constructor() {
    super()
    this.open = []
  }

  static override styles = [
    shared,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
        padding: 0.625rem 0.875rem 0.625rem 1.25rem;
        background: var(--twin-chosen);
        border-block-end: 1px solid var(--twin-chosen-line);
      }
      .grow {
        flex: 1 1 16rem;
      }
    `,
  ]

  override connectedCallback(): void {
    super.connectedCallback()
    void this.look()
  }

  /** Asks again. Without an answer what was known stays: the shell says that the twin cannot be reached. */
  async look(): Promise<void> {
    this.open = await invitations(session.me.name).catch(() => this.open)
  }

  override render() {
    if (this.open.length === 0) return nothing
    return html`<ul aria-label=${t('invitations.label')}>${this.open.map((one) => this.#one(one))}</ul>`
  }

  #one(invitation: Invitation) {
    const { kind, title, owner, access } = invitation
    const what = t(`invitations.${kind}`, { owner, title })
    return html`
      <li>
        <wa-icon name="users"></wa-icon>
        <span class="grow">${what} <span class="quiet small">${t(access === 'read' ? 'share.read' : 'share.write')}</span></span>
        <wa-button size="s" variant="brand" @click=${() => this.#answer(invitation, true)}>${t('invitations.accept')}</wa-button>
        <wa-button size="s" appearance="outlined" @click=${() => this.#answer(invitation, false)}>${t('invitations.decline')}</wa-button>
      </li>
    `
  }

  async #answer(invitation: Invitation, accepted: boolean): Promise<void> {
    try {
      await answer(session.me.name, invitation, accepted)
      notices.show('done', accepted ? 'invitations.accepted' : 'invitations.declined', { title: invitation.title })
    } catch (error) {
      notices.failed('invitations.failed', error)
    }
    await this.look()
    await this.#store.value.refresh()
  }
}
customElements.define('twin-invitations', TwinInvitations)

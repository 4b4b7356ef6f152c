// The members, for the owner: inviting, letting back in, limiting, disabling, deleting.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js'
import { Task } from '@lit/task'
import { css, html, nothing } from 'lit'
import { api, errorKey, type Invitation, type Member } from '../../api/client.ts'
import { ago, size, t } from '../../i18n/i18n.ts'
import { session } from '../../shell/session.ts'
import '../../ui/copy.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import { shared } from '../../ui/styles.ts'
import './member-dialogs.ts'
import { panel } from './panel.ts'

type Shown = { readonly label: string; readonly url: string; readonly expiresAt: number }
export type MemberQuestion = { readonly kind: 'quota' | 'delete'; readonly member: Member }

class TwinSettingsMembers extends TwinElement {
  static override properties = { link: { state: true }, question: { state: true } }
  declare link: Shown | undefined
  declare question: MemberQuestion | undefined
  readonly #members = new Task(this, { task: (_, { signal }) => api.members(signal), args: () => [] })

  static override styles = [
    shared,
    panel,
    css`
      .face {
        display: grid;
        place-items: center;
        inline-size: 2.25rem;
        block-size: 2.25rem;
        border-radius: 50%;
        background: var(--twin-chosen);
        color: var(--wa-color-brand-on-normal);
        font-weight: 600;
        flex: none;
      }
      .off {
        opacity: 0.6;
      }
      .secret twin-copy {
        --twin-code: var(--twin-sheet);
      }
    `,
  ]

  override render() {
    return html`
      <section>
        <p>${t('members.text')}</p>
        <div><wa-button variant="brand" @click=${this.#invite}><wa-icon slot="start" name="user-plus"></wa-icon>${t('members.invite')}</wa-button></div>
        ${this.link === undefined ? nothing : this.#link(this.link)}
      </section>
      ${this.#members.render({
        complete: ({ members, invitations }) => html`
          <section>
            <ul class="rows">
              ${members.map((member) => this.#member(member))}
            </ul>
          </section>
          ${invitations.length === 0 ? nothing : this.#invitations(invitations)}
        `,
        error: (error) => html`<p>${t(errorKey(error))}</p>`,
      })}
      ${
        this.question === undefined
          ? nothing
          : html`<twin-member-dialog .question=${this.question} @close=${() => (this.question = undefined)} @changed=${() => this.#members.run()}></twin-member-dialog>`
      }
    `
  }

  #link({ label, url, expiresAt }: Shown) {
    return html`
      <div class="secret" role="status">
        <strong>${label}</strong>
        <twin-copy .value=${url}></twin-copy>
        <p class="small">${t('members.link.once', { when: ago(expiresAt) })}</p>
      </div>
    `
  }

  #member(member: Member) {
    const { name, displayName, kind, isAdmin, disabled, used, quota } = member
    const shown = displayName || name
    return html`
      <li>
        <span class="face ${disabled ? 'off' : ''}" aria-hidden="true">${[...shown].slice(0, 1).join('').toUpperCase()}</span>
        <div class="grow">
          <div>${shown}</div>
          <div class="quiet small number">
            ${name} · ${quota === null ? t('quota.used', { used: size(used) }) : t('quota.of', { used: size(used), all: size(quota) })}
          </div>
        </div>
        ${kind === 'person' ? nothing : html`<span class="tag">${t(kind === 'room' ? 'members.room' : 'members.resource')}</span>`}
        ${isAdmin ? html`<span class="tag">${t('members.owner')}</span>` : nothing}
        ${disabled ? html`<span class="tag">${t('members.disabled')}</span>` : nothing}
        ${name === session.me.name ? html`<span class="quiet small">${t('members.you')}</span>` : this.#menu(member)}
      </li>
    `
  }

  #menu(member: Member) {
    const { name, displayName, kind, disabled } = member
    return html`
      <wa-dropdown placement="bottom-end" @wa-select=${(event: CustomEvent<{ item: { value: string } }>) => this.#chosen(event.detail.item.value, member)}>
        <button slot="trigger" class="icon-button" aria-label=${t('members.menu', { name: displayName || name })}><wa-icon name="more"></wa-icon></button>
        ${kind === 'person' ? html`<wa-dropdown-item value="recovery"><wa-icon slot="icon" name="key"></wa-icon>${t('members.recovery')}</wa-dropdown-item>` : nothing}
        <wa-dropdown-item value="quota"><wa-icon slot="icon" name="drive"></wa-icon>${t('members.quota')}</wa-dropdown-item>
        <wa-dropdown-item value="disable"><wa-icon slot="icon" name="pause"></wa-icon>${t(disabled ? 'members.enable' : 'members.disable')}</wa-dropdown-item>
        <wa-dropdown-item value="delete" variant="danger"><wa-icon slot="icon" name="trash"></wa-icon>${t('members.delete')}</wa-dropdown-item>
      </wa-dropdown>
    `
  }

  #invitations(invitations: readonly Invitation[]) {
    return html`
      <section>
        <h2>${t('members.invitations')}</h2>
        <ul class="rows">
          ${invitations.map(
            ({ id, createdAt, expiresAt }) => html`
              <li>
                <wa-icon class="quiet" name="link"></wa-icon>
                <span class="grow">${t('members.invitation', { made: ago(createdAt), ends: ago(expiresAt) })}</span>
                <wa-button size="s" appearance="plain" variant="danger" @click=${() => this.#do(() => api.voidInvitation(id))}>${t('members.void')}</wa-button>
              </li>
            `,
          )}
        </ul>
      </section>
    `
  }

  #chosen(value: string, member: Member): void {
    if (value === 'recovery') void this.#recover(member)
    else if (value === 'disable') void this.#do(() => api.changeMember(member.name, { disabled: !member.disabled }))
    else this.question = { kind: value === 'quota' ? 'quota' : 'delete', member }
  }

  async #recover({ name, displayName }: Member): Promise<void> {
    await this.#do(async () => {
      this.link = {
        label: t('members.recovery.link', { name: displayName || name }),
        ...(await api.recoveryLink(name)),
      }
    })
  }

  async #invite(): Promise<void> {
    await this.#do(async () => {
      this.link = { label: t('members.invite.link'), ...(await api.invite()) }
    })
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      notices.failed('members.failed', error)
    }
    await this.#members.run()
  }
}
customElements.define('twin-settings-members', TwinSettingsMembers)

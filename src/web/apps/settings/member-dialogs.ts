// What is asked about a member: how much room they have, and whether they shall really be deleted.

import '@awesome.me/webawesome/dist/components/button/button.js'
import '@awesome.me/webawesome/dist/components/dialog/dialog.js'
import '@awesome.me/webawesome/dist/components/input/input.js'
import { html } from 'lit'
import { api } from '../../api/client.ts'
import { t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { notices } from '../../ui/notices.ts'
import { shared } from '../../ui/styles.ts'
import type { MemberQuestion } from './members.ts'

const gigabyte = 1_000_000_000

class TwinMemberDialog extends TwinElement {
  static override properties = { question: { attribute: false }, typed: { state: true } }
  declare question: MemberQuestion
  declare typed: string

  static override styles = [shared]

  override render() {
    const { kind, member } = this.question
    const name = member.displayName || member.name
    return html`
      <wa-dialog open label=${t(kind === 'quota' ? 'members.quota.heading' : 'members.delete.heading', { name })} @wa-after-hide=${this.#close}>
        ${kind === 'quota' ? this.#quota() : this.#delete()}
        <wa-button slot="footer" appearance="plain" @click=${this.#close}>${t('cancel')}</wa-button>
        ${
          kind === 'quota'
            ? html`<wa-button slot="footer" variant="brand" @click=${this.#submit}>${t('save')}</wa-button>`
            : html`<wa-button slot="footer" variant="danger" ?disabled=${this.typed !== member.name} @click=${this.#submit}>${t('members.delete')}</wa-button>`
        }
      </wa-dialog>
    `
  }

  #quota() {
    const { quota } = this.question.member
    return html`
      <form @submit=${this.#submit}>
        <wa-input
          name="quota"
          type="number"
          min="0"
          step="any"
          autofocus
          label=${t('members.quota.label')}
          hint=${t('members.quota.hint')}
          .value=${quota === null ? '' : String(quota / gigabyte)}
        ></wa-input>
      </form>
    `
  }

  #delete() {
    const { name } = this.question.member
    return html`
      <p>${t('members.delete.text')}</p>
      <br />
      <wa-input
        autofocus
        autocomplete="off"
        autocapitalize="none"
        label=${t('members.delete.type', { name })}
        @input=${(event: Event & { target: HTMLInputElement }) => (this.typed = event.target.value.trim())}
      ></wa-input>
    `
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const { kind, member } = this.question
    const value = this.renderRoot.querySelector<HTMLInputElement>('wa-input')?.value ?? ''
    this.#close()
    try {
      if (kind === 'delete') await api.removeMember(member.name)
      else await api.changeMember(member.name, { quota: value === '' ? null : Math.round(Number(value) * gigabyte) })
      notices.show('done', kind === 'delete' ? 'members.deleted' : 'saved')
    } catch (error) {
      notices.failed('members.failed', error)
    }
    this.dispatchEvent(new Event('changed'))
  }

  readonly #close = (): void => {
    this.dispatchEvent(new Event('close'))
  }
}
customElements.define('twin-member-dialog', TwinMemberDialog)

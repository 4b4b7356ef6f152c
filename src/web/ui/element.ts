// What every component of the page is made of: Lit, the shared styles, and a new rendering when the language changes.

import { type CSSResultGroup, LitElement } from 'lit'
import { onLanguageChange } from '../i18n/i18n.ts'
import { shared } from './styles.ts'

export abstract class TwinElement extends LitElement {
  static override styles: CSSResultGroup = [shared]
  #forget: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#forget = onLanguageChange(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#forget?.()
  }
}

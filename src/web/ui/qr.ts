// A text as a QR code: black on white whatever the theme, because that is what cameras read.

import { css, html } from 'lit'
import { encode } from 'uqr'
import { TwinElement } from './element.ts'

class TwinQr extends TwinElement {
  static override properties = { text: { attribute: false }, label: { attribute: false } }
  declare text: string
  /** What the code holds, for who does not see it. */
  declare label: string

  static override styles = css`
    :host {
      display: block;
    }
    svg {
      display: block;
      inline-size: 12rem;
      block-size: 12rem;
      padding: 0.75rem;
      border-radius: var(--wa-border-radius-l);
      background: white;
    }
    path {
      fill: black;
    }
  `

  override render() {
    const { data, size } = encode(this.text, { border: 0 })
    const squares = data.flatMap((line, y) => line.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label} shape-rendering="crispEdges"><path d=${squares.join('')} /></svg>`
  }
}
customElements.define('twin-qr', TwinQr)

// How to connect each system, with the values as they have to be typed there.

import { css, html, nothing } from 'lit'
import { encode } from 'uqr'
import type { Devices } from '../../api/client.ts'
import { type Key, t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'

type Value = Exclude<keyof Devices, 'host' | 'origin'>
type Platform = {
  readonly id: string
  readonly name: Key
  readonly steps: readonly Key[]
  readonly value: Value
  readonly qr?: true
}

const platforms: readonly Platform[] = [
  {
    id: 'windows',
    name: 'guide.windows',
    steps: ['guide.windows.1', 'guide.windows.2', 'guide.windows.3'],
    value: 'explorer',
  },
  { id: 'mac', name: 'guide.mac', steps: ['guide.mac.1', 'guide.mac.2', 'guide.mac.3'], value: 'finder' },
  { id: 'gnome', name: 'guide.gnome', steps: ['guide.gnome.1', 'guide.gnome.2', 'guide.gnome.3'], value: 'gnome' },
  { id: 'davfs2', name: 'guide.davfs2', steps: ['guide.davfs2.1', 'guide.davfs2.2'], value: 'davfs2' },
  { id: 'rclone', name: 'guide.rclone', steps: ['guide.rclone.1', 'guide.rclone.2'], value: 'rclone' },
  {
    id: 'phone',
    name: 'guide.phone',
    steps: ['guide.phone.1', 'guide.phone.2', 'guide.phone.3'],
    value: 'webdav',
    qr: true,
  },
]

/** The system that this browser runs on comes first. */
const likely = (): string => {
  if (/Android|iPhone|iPad/.test(navigator.userAgent)) return 'phone'
  if (navigator.userAgent.includes('Windows')) return 'windows'
  return navigator.userAgent.includes('Mac') ? 'mac' : 'gnome'
}

class TwinGuide extends TwinElement {
  static override properties = {
    devices: { attribute: false },
    password: { attribute: false },
    chosen: { state: true },
  }
  declare devices: Devices
  declare password: string | undefined
  declare chosen: string

  constructor() {
    super()
    this.chosen = likely()
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 1.25rem;
      }
      .platforms {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
      .platforms button {
        padding: 0.3125rem 0.875rem;
        border: 1px solid var(--twin-line);
        border-radius: 2rem;
        font-size: 0.9375rem;
      }
      .platforms button:hover {
        background: var(--twin-hover);
      }
      .platforms button[aria-pressed='true'] {
        border-color: var(--twin-chosen-line);
        background: var(--twin-chosen);
        color: var(--wa-color-brand-on-normal);
        font-weight: 500;
      }
      ol {
        display: grid;
        gap: 0.375rem;
        padding-inline-start: 1.375rem;
        list-style: decimal;
      }
      .values {
        display: grid;
        gap: 0.875rem;
      }
      svg {
        inline-size: 12rem;
        block-size: 12rem;
        padding: 0.75rem;
        border-radius: var(--wa-border-radius-l);
        background: white;
      }
      path {
        fill: black;
      }
    `,
  ]

  override render() {
    const platform = platforms.find(({ id }) => id === this.chosen) ?? platforms[0]
    if (platform === undefined) return nothing
    return html`
      <div class="platforms" role="group" aria-label=${t('devices.guide')}>
        ${platforms.map(
          ({ id, name }) =>
            html`<button aria-pressed=${id === platform.id} @click=${() => (this.chosen = id)}>${t(name)}</button>`,
        )}
      </div>
      <ol>
        ${platform.steps.map((step) => html`<li>${t(step)}</li>`)}
      </ol>
      <div class="values">
        <twin-copy .label=${t(platform.value === 'rclone' || platform.value === 'davfs2' ? 'guide.command' : 'guide.address')} .value=${this.devices[platform.value]}></twin-copy>
        <twin-copy .label=${t('name')} .value=${this.devices.name}></twin-copy>
        ${this.password === undefined ? html`<p class="quiet small">${t('guide.password')}</p>` : html`<twin-copy .label=${t('password')} .value=${this.password}></twin-copy>`}
        ${platform.qr === true ? this.#code() : nothing}
      </div>
    `
  }

  /** The address, with name and password once there is one, for an app that scans it. */
  #code() {
    const { webdav, name } = this.devices
    const text = this.password === undefined ? webdav : webdav.replace('://', `://${name}:${this.password}@`)
    const { data, size } = encode(text, { border: 0 })
    const squares = data.flatMap((line, y) => line.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return html`
      <svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${t('guide.code')} shape-rendering="crispEdges"><path d=${squares.join('')} /></svg>
      <p class="quiet small">${this.password === undefined ? t('guide.code.address') : t('guide.code.all')}</p>
    `
  }
}
customElements.define('twin-guide', TwinGuide)

// Language and theme; kept in this browser.

import '@awesome.me/webawesome/dist/components/radio/radio.js'
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js'
import { html } from 'lit'
import { chosenLanguage, type Language, languages, setLanguage, t } from '../../i18n/i18n.ts'
import { TwinElement } from '../../ui/element.ts'
import { shared } from '../../ui/styles.ts'
import { chosenTheme, setTheme, type Theme, themes } from '../../ui/theme.ts'
import { panel } from './panel.ts'

type Choice = Event & { readonly target: { readonly value: string } }

class TwinSettingsAppearance extends TwinElement {
  static override styles = [shared, panel]

  override render() {
    return html`
      <section>
        <wa-radio-group orientation="horizontal" label=${t('theme')} .value=${chosenTheme()} @change=${(event: Choice) => setTheme(event.target.value as Theme)}>
          ${themes.map((theme) => html`<wa-radio appearance="button" value=${theme}>${t(`theme.${theme}`)}</wa-radio>`)}
        </wa-radio-group>
      </section>
      <section>
        <wa-radio-group orientation="horizontal" label=${t('language')} .value=${chosenLanguage() ?? 'browser'} @change=${this.#language}>
          <wa-radio appearance="button" value="browser">${t('language.browser')}</wa-radio>
          ${Object.entries(languages).map(([tag, name]) => html`<wa-radio appearance="button" value=${tag} lang=${tag}>${name}</wa-radio>`)}
        </wa-radio-group>
      </section>
    `
  }

  #language(event: Choice): void {
    const { value } = event.target
    void setLanguage(value === 'browser' ? undefined : (value as Language))
  }
}
customElements.define('twin-settings-appearance', TwinSettingsAppearance)

// The bar over the list while something is chosen: how much, and what can be done with it.

import { html, nothing } from 'lit'
import { t } from '../../i18n/i18n.ts'
import { type Command, commandsFor } from './commands.ts'
import type { FileActions } from './contexts.ts'
import { nothing as none } from './selection.ts'
import type { FilesStore } from './store.ts'

const more = (commands: readonly Command[]) => {
  const rest = commands.filter(({ inBar }) => !inBar)
  return html`
      <wa-dropdown placement="bottom-end" @wa-select=${(event: CustomEvent<{ item: { value: string } }>) => rest.find(({ id }) => id === event.detail.item.value)?.run()}>
        <button slot="trigger" class="icon-button" aria-label=${t('more')}><wa-icon name="more"></wa-icon></button>
        ${rest.map(({ id, icon, label }) => html`<wa-dropdown-item value=${id}><wa-icon slot="icon" name=${icon}></wa-icon>${t(label)}</wa-dropdown-item>`)}
      </wa-dropdown>
    `
}

export const choice = (store: FilesStore, actions: FileActions) => {
  const commands = commandsFor(store, actions, store.chosen)
  return html`
      <header class="chosen">
        <button class="icon-button" aria-label=${t('files.unselect')} @click=${() => store.select(none)}><wa-icon name="close"></wa-icon></button>
        <span class="count grow ellipsis" role="status">${t('files.selected', { count: store.chosen.length })}</span>
        ${commands
          .filter(({ inBar }) => inBar)
          .map(
            ({ icon, label, run }) => html`
              <wa-button class="wide" size="s" appearance="plain" @click=${run}><wa-icon slot="start" name=${icon}></wa-icon>${t(label)}</wa-button>
              <button class="icon-button narrow" aria-label=${t(label)} title=${t(label)} @click=${run}><wa-icon name=${icon}></wa-icon></button>
            `,
          )}
        ${commands.every(({ inBar }) => inBar) ? nothing : more(commands)}
      </header>
    `
}

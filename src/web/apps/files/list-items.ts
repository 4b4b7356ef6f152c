// How one entry is drawn: a row of the list, or a tile of the grid.

import { html, nothing } from 'lit'
import { nameOf, parentOf } from '../../dav/paths.ts'
import { moment, size, t, when } from '../../i18n/i18n.ts'
import { type Entry, isFromOthers } from './entry.ts'
import { iconOf, isDrawn, kindOf } from './kinds.ts'
import { addressOf } from './place.ts'
import type { FilesStore } from './store.ts'
import './rename.ts'

/** Bytes; larger pictures keep their icon in the grid, which has no small copies of them. */
const largestTilePicture = 3_000_000

/** Who sees it beside its owner is worth a mark. */
const mark = (entry: Entry) => {
  const says =
    entry.share === 'shared-owner' ? 'share.mark.owner' : isFromOthers(entry) ? 'share.mark.sharee' : undefined
  return says === undefined
    ? nothing
    : html`<wa-icon class="shared" name="users" label=${t(says)} title=${t(says)}></wa-icon>`
}

/** A finger that rests on a row asks for the menu; only a mouse drags. */
const hovers = matchMedia('(hover: hover)')

type Drawn = { readonly store: FilesStore; readonly index: number; readonly over: boolean }

const classes = (kind: string, entry: Entry, { store, over }: Drawn): string =>
  `item ${kind}${store.selection.cursor === entry.href ? ' cursor' : ''}${over ? ' over' : ''}${entry.busy ? ' busy' : ''}`

const check = html`<span class="check" data-part="check"><span class="box"><wa-icon name="check"></wa-icon></span></span>`

const title = (store: FilesStore, entry: Entry) => {
  if (store.renaming === entry.href) return html`<twin-rename .entry=${entry}></twin-rename>`
  if (store.place?.kind === 'trash') return html`<span class="ellipsis" title=${entry.name}>${entry.name}</span>`
  const address = addressOf(store.root, entry.href, entry.folder)
  return html`<a class="ellipsis" data-part="open" href=${address} tabindex="-1" draggable="false" title=${entry.name}>${entry.name}</a>`
}

const placeName = (store: FilesStore, href: string): string => {
  const folder = parentOf(href)
  return folder === store.root ? t('files.root') : nameOf(folder)
}

/** Where it is (search) or was (trash). */
const whereabouts = (store: FilesStore, entry: Entry): string =>
  store.place?.kind === 'trash' ? placeName(store, entry.origin) : placeName(store, entry.href)

const stamp = (entry: Entry): number => entry.at || entry.modified

export const row = (entry: Entry, drawn: Drawn) => {
  const { store, index } = drawn
  const kind = kindOf(entry)
  const plain = store.place?.kind === 'folder'
  const weight = entry.folder ? '' : size(entry.size)
  return html`
    <div
      id=${`item-${index}`}
      class=${classes('row', entry, drawn)}
      role="row"
      aria-rowindex=${index + 1}
      aria-selected=${store.selection.chosen.has(entry.href)}
      data-index=${index}
      draggable=${hovers.matches && store.renaming === undefined}
    >
      <span role="gridcell">${check}</span>
      <span class="name" role="gridcell">
        <wa-icon class=${kind} name=${iconOf[kind]}></wa-icon>
        <span class="title">
          ${title(store, entry)}
          <span class="meta ellipsis number">${[when(stamp(entry)), weight, plain ? '' : whereabouts(store, entry)].filter((part) => part !== '').join(' · ')}</span>
        </span>
        ${mark(entry)}
      </span>
      ${plain ? nothing : html`<span class="quiet ellipsis wide" role="gridcell">${whereabouts(store, entry)}</span>`}
      <span class="quiet ellipsis wide number" role="gridcell" title=${moment(stamp(entry))}>${when(stamp(entry))}</span>
      <span class="quiet ellipsis wide number end" role="gridcell">${weight}</span>
      <span role="gridcell">
        <button class="icon-button menu" data-part="menu" tabindex="-1" aria-label=${t('files.menu', { name: entry.name })}><wa-icon name="more"></wa-icon></button>
      </span>
    </div>
  `
}

const face = (entry: Entry) => {
  const kind = kindOf(entry)
  if (isDrawn(entry.name) && entry.size < largestTilePicture && entry.at === 0) {
    return html`<img src=${entry.href} alt="" loading="lazy" draggable="false" />`
  }
  return html`<wa-icon class=${kind} name=${iconOf[kind]}></wa-icon>`
}

export const tile = (entry: Entry, drawn: Drawn) => {
  const { store, index } = drawn
  const facts = [entry.folder ? '' : size(entry.size), when(stamp(entry))].filter((part) => part !== '').join(' · ')
  return html`
    <div
      id=${`item-${index}`}
      class=${classes('tile', entry, drawn)}
      role="option"
      aria-label=${`${entry.name}, ${facts}`}
      aria-setsize=${store.shown.length}
      aria-posinset=${index + 1}
      aria-selected=${store.selection.chosen.has(entry.href)}
      data-index=${index}
      draggable=${hovers.matches && store.renaming === undefined}
    >
      <span class="face">${face(entry)}</span>
      ${check}
      <span class="caption">
        ${store.renaming === entry.href ? html`<twin-rename .entry=${entry}></twin-rename>` : html`<span class="ellipsis" data-part="open" title=${entry.name}>${entry.name}</span>`}
        <span class="quiet ellipsis number">${mark(entry)} ${facts}</span>
      </span>
      <span class="icon-button menu" data-part="menu" title=${t('files.menu', { name: entry.name })}><wa-icon name="more"></wa-icon></span>
    </div>
  `
}

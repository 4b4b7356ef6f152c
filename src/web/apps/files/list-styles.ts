// The look of the list and of the grid.

import { css } from 'lit'

export const listStyles = css`
  :host {
    flex: 1;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    --columns: minmax(10rem, 1fr) minmax(0, 14rem) 8rem 6.5rem 2.5rem;
  }
  :host([plain]) {
    --columns: minmax(10rem, 1fr) 9rem 6.5rem 2.5rem;
  }
  .head {
    display: grid;
    grid-template-columns: 2.5rem var(--columns);
    align-items: center;
    gap: 0 0.75rem;
    block-size: 2.25rem;
    padding-inline: 0.75rem;
    border-block-end: 1px solid var(--twin-line);
    color: var(--wa-color-text-quiet);
    font-size: 0.8125rem;
    flex: none;
  }
  .head button {
    display: inline-flex;
    align-items: center;
    gap: 0.25rem;
    max-inline-size: 100%;
    padding: 0.125rem 0.25rem;
    margin-inline-start: -0.25rem;
    border-radius: var(--wa-border-radius-s);
    font-weight: 500;
  }
  .head button:hover {
    color: var(--wa-color-text-normal);
  }
  .head wa-icon {
    font-size: 0.875rem;
  }
  .head .end,
  .row .end {
    justify-self: end;
    text-align: end;
  }
  .scroll {
    position: relative;
    flex: 1;
    min-block-size: 0;
    overflow: auto;
    overscroll-behavior: contain;
    outline-offset: -2px;
  }
  .scroll:focus-visible {
    outline: none;
  }
  .space {
    position: relative;
  }
  .part {
    position: absolute;
    inset-inline: 0;
  }
  .row {
    display: grid;
    grid-template-columns: 2.5rem var(--columns);
    align-items: center;
    gap: 0 0.75rem;
    block-size: var(--twin-row);
    padding-inline: 0.75rem;
    cursor: default;
    user-select: none;
  }
  .row:hover {
    background: var(--twin-hover);
  }
  .item[aria-selected='true'] {
    background: var(--twin-chosen);
  }
  .item.over {
    background: var(--twin-chosen);
    box-shadow: inset 0 0 0 2px var(--wa-color-brand-border-loud);
  }
  .scroll:focus-visible .item.cursor {
    outline: var(--wa-focus-ring);
    outline-offset: -2px;
    border-radius: var(--wa-border-radius-m);
  }
  .item.busy {
    opacity: 0.55;
  }
  .check {
    display: grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: 50%;
  }
  .box {
    display: grid;
    place-items: center;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    border: 1.5px solid var(--wa-form-control-border-color);
    border-radius: 0.3125rem;
    background: var(--twin-sheet);
    color: transparent;
    opacity: 0;
    transition: opacity var(--wa-transition-fast);
  }
  .item:hover .box,
  .choosing .box,
  .item.cursor .box,
  .every .box,
  .item[aria-selected='true'] .box {
    opacity: 1;
  }
  .every .box,
  .item[aria-selected='true'] .box {
    border-color: transparent;
    background: var(--wa-color-brand-fill-loud);
    color: var(--wa-color-brand-on-loud);
  }
  .box wa-icon {
    font-size: 0.875rem;
  }
  .name {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-inline-size: 0;
  }
  .name > wa-icon {
    font-size: 1.5rem;
    color: var(--wa-color-text-quiet);
  }
  wa-icon.folder {
    color: var(--twin-folder) !important;
  }
  wa-icon.image,
  wa-icon.video {
    color: oklch(62% 0.13 165) !important;
  }
  wa-icon.pdf {
    color: oklch(60% 0.17 28) !important;
  }
  wa-icon.sheet {
    color: oklch(60% 0.13 150) !important;
  }
  wa-icon.audio,
  wa-icon.slides {
    color: oklch(65% 0.14 60) !important;
  }
  wa-icon.archive {
    color: oklch(58% 0.09 300) !important;
  }
  .title {
    display: grid;
    min-inline-size: 0;
  }
  .title a {
    color: var(--wa-color-text-normal);
  }
  .title a:hover {
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  .meta {
    display: none;
  }
  .row .quiet {
    font-size: 0.875rem;
  }
  .menu {
    opacity: 0;
  }
  .item:hover .menu,
  .item.cursor .menu {
    opacity: 1;
  }
  .menu:hover {
    background: color-mix(in oklab, var(--wa-color-text-quiet) 16%, transparent);
  }
  .tiles .part {
    display: grid;
    grid-template-columns: repeat(var(--across, 5), minmax(0, 1fr));
    gap: 0.75rem;
    padding: 0.75rem 1rem 0;
  }
  .tile {
    position: relative;
    display: flex;
    flex-direction: column;
    block-size: 11.25rem;
    border: 1px solid var(--twin-line);
    border-radius: var(--wa-border-radius-l);
    overflow: hidden;
    cursor: default;
    user-select: none;
  }
  .tile:hover {
    border-color: var(--wa-form-control-border-color);
  }
  .tile[aria-selected='true'] {
    border-color: var(--twin-chosen-line);
  }
  wa-icon.shared {
    font-size: 1rem;
    color: var(--wa-color-text-quiet);
  }
  .face {
    flex: 1;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    place-items: center;
    min-block-size: 0;
    background: var(--twin-hover);
  }
  .face wa-icon {
    font-size: 3rem;
    color: var(--wa-color-text-quiet);
  }
  .face img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .tile[aria-selected='true'] .face {
    background: transparent;
  }
  .caption {
    display: grid;
    padding: 0.4375rem 0.75rem 0.5rem;
    font-size: 0.875rem;
    line-height: 1.35;
  }
  .tile .check {
    position: absolute;
    inset-block-start: 0.125rem;
    inset-inline-start: 0.125rem;
  }
  .tile .menu {
    position: absolute;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.25rem;
    inline-size: 2rem;
    block-size: 2rem;
    background: var(--twin-sheet);
    box-shadow: var(--wa-shadow-s);
  }
  @media (max-width: 47.99rem) {
    .head {
      display: none;
    }
    .row {
      --columns: minmax(0, 1fr) 2.5rem;
      --twin-row: 3.75rem;
      padding-inline: 0.25rem 0.5rem;
      gap: 0;
    }
    .row .wide {
      display: none;
    }
    .row .name > wa-icon {
      font-size: 1.75rem;
    }
    .meta {
      display: block;
      font-size: 0.8125rem;
      color: var(--wa-color-text-quiet);
    }
    .box,
    .menu {
      opacity: 1;
    }
  }
  @media (hover: none) {
    .box,
    .menu {
      opacity: 1;
    }
  }
`

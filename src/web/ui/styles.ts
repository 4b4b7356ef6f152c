// What all components share: boxes, focus, buttons that are only an icon, and text for screen readers alone.

import { css } from 'lit'

export const shared = css`
  :host {
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  pre {
    margin: 0;
    padding: 0;
  }
  h1 {
    font-size: var(--wa-font-size-l);
    font-weight: 600;
    letter-spacing: -0.015em;
    line-height: 1.25;
  }
  h2 {
    font-size: 1.0667em;
    font-weight: 600;
    letter-spacing: -0.005em;
  }
  ul,
  ol {
    list-style: none;
  }
  a {
    color: inherit;
    text-decoration: none;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    text-align: start;
  }
  :focus-visible {
    outline: var(--wa-focus-ring);
    outline-offset: -2px;
    border-radius: var(--wa-border-radius-s);
  }
  wa-icon {
    font-size: 1.25rem;
    flex: none;
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    border-radius: var(--wa-border-radius-m);
    color: var(--wa-color-text-quiet);
    flex: none;
  }
  .icon-button:hover {
    background: var(--twin-hover);
    color: var(--wa-color-text-normal);
  }
  .icon-button[aria-pressed='true'] {
    background: var(--twin-chosen);
    color: var(--wa-color-brand-on-quiet);
  }
  .icon-button:disabled {
    opacity: 0.4;
    cursor: default;
  }
  .quiet {
    color: var(--wa-color-text-quiet);
  }
  .small {
    font-size: var(--wa-font-size-s);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .grow {
    flex: 1;
    min-inline-size: 0;
  }
  .ellipsis {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  wa-button > wa-icon[slot='start'] {
    font-size: 1.125rem;
    margin-inline: -0.125rem 0.4375rem;
  }
  wa-dialog::part(dialog) {
    box-shadow: var(--wa-shadow-l);
  }
  wa-dialog::part(title) {
    font-size: 1.2em;
    letter-spacing: -0.01em;
  }
  wa-dropdown::part(menu) {
    box-shadow: var(--wa-shadow-l);
    padding: 0.375rem;
  }
  wa-dropdown-item {
    font-size: var(--wa-font-size-s);
  }
  wa-dropdown-item wa-icon {
    font-size: 1.125rem;
  }
`

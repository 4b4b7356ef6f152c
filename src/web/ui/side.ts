// The look of an app's side: a list of places, the present one marked.

import { css } from 'lit'

export const side = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 100%;
  }
  .places {
    display: grid;
    gap: 0.125rem;
  }
  .places a {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-block-size: 2.25rem;
    padding: 0.3125rem 0.75rem;
    border-radius: var(--wa-border-radius-m);
    color: var(--wa-color-text-quiet);
    font-weight: 500;
  }
  .places a:hover {
    background: color-mix(in oklab, var(--twin-line) 60%, transparent);
    color: var(--wa-color-text-normal);
  }
  .places a[aria-current] {
    background: var(--twin-chosen);
    color: var(--wa-color-text-normal);
  }
  .places a[aria-current] wa-icon {
    color: var(--wa-color-brand-on-quiet);
  }
`

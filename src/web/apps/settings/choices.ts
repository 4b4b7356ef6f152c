// A row of buttons of which one is pressed, and links that are seen to be some.

import { css } from 'lit'

export const choices = css`
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }
  .choices button {
    padding: 0.3125rem 0.875rem;
    border: 1px solid var(--twin-line);
    border-radius: 2rem;
    font-size: 0.9375rem;
  }
  .choices button:hover {
    background: var(--twin-hover);
  }
  .choices button[aria-pressed='true'] {
    border-color: var(--twin-chosen-line);
    background: var(--twin-chosen);
    color: var(--wa-color-brand-on-normal);
    font-weight: 500;
  }
`

export const links = css`
  a {
    color: var(--wa-color-text-link);
    text-decoration: underline;
  }
`

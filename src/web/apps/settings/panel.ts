// The look of a section: groups with a heading, rows with something to do at their end.

import { css } from 'lit'

export const panel = css`
  :host {
    display: grid;
    gap: 2.5rem;
  }
  section {
    display: grid;
    gap: 1rem;
  }
  section > p,
  .intro {
    color: var(--wa-color-text-quiet);
    text-wrap: pretty;
  }
  section > h2 + p {
    margin-block-start: -0.75rem;
  }
  form {
    display: grid;
    gap: 1rem;
    justify-items: start;
    max-inline-size: 26rem;
  }
  form wa-input,
  form wa-select {
    inline-size: 100%;
  }
  .rows {
    border: 1px solid var(--twin-line);
    border-radius: var(--wa-border-radius-l);
    overflow: hidden;
  }
  .rows > li {
    display: flex;
    align-items: center;
    gap: 0.5rem 0.75rem;
    flex-wrap: wrap;
    min-block-size: 3.5rem;
    padding: 0.625rem 0.75rem 0.625rem 1rem;
  }
  .rows > li + li {
    border-block-start: 1px solid var(--twin-line);
  }
  .rows .grow {
    min-inline-size: 8rem;
  }
  .rows > .none {
    color: var(--wa-color-text-quiet);
  }
  .tag {
    padding: 0.0625rem 0.5rem;
    border-radius: 1rem;
    background: var(--twin-chosen);
    color: var(--wa-color-brand-on-normal);
    font-size: 0.8125rem;
    font-weight: 500;
    white-space: nowrap;
  }
  .secret {
    display: grid;
    gap: 0.75rem;
    padding: 1rem 1.125rem;
    border-radius: var(--wa-border-radius-l);
    background: var(--twin-chosen);
  }
  .value {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: 0;
  }
  .value code {
    flex: 0 1 auto;
    min-inline-size: 0;
    padding: 0.375rem 0.625rem;
    border-radius: var(--wa-border-radius-m);
    background: var(--twin-hover);
    font-family: var(--wa-font-family-code);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
    user-select: all;
  }
  .secret .value code {
    background: var(--twin-sheet);
    font-size: 1rem;
  }
`

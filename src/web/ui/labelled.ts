// A short word on a button that says to screen readers what it is about. The label of a wa-button is what stands in it:
// an aria-label on the element itself reaches nobody.

import { html } from 'lit'

export const labelled = (word: string, whole: string) =>
  html`<span aria-hidden="true">${word}</span><span class="unseen">${whole}</span>`

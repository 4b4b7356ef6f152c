// The ways in: signing in, and the one-time links (docs/api.md): set-up, invitation, recovery.

import { html } from 'lit'
import { router } from '../../shell/router.ts'
import './frame.ts'
import './link.ts'
import './sign-in.ts'

export const view = () =>
  router.path === '/sign-in' ? html`<twin-sign-in></twin-sign-in>` : html`<twin-link></twin-link>`

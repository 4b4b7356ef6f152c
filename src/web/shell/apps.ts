// The apps of this house. Another one is one more entry: its place in the rail, its addresses, and what to load.

import type { TemplateResult } from 'lit'
import type { Key } from '../i18n/i18n.ts'

export type App = {
  readonly id: string
  readonly icon: string
  readonly label: Key
  readonly home: string
  /** Whether an address is this app's. */
  readonly owns: (path: string) => boolean
  /** Its code is loaded when it is opened first. */
  readonly load: () => Promise<{ view: () => TemplateResult }>
}

const below =
  (...roots: readonly string[]) =>
  (path: string): boolean =>
    roots.some((root) => path === root || path.startsWith(`${root}/`))

export const apps: readonly App[] = [
  {
    id: 'files',
    icon: 'files',
    label: 'app.files',
    home: '/files/',
    owns: below('/files', '/trash', '/search'),
    load: () => import('../apps/files/app.ts'),
  },
  {
    id: 'settings',
    icon: 'settings',
    label: 'app.settings',
    home: '/settings',
    owns: below('/settings'),
    load: () => import('../apps/settings/app.ts'),
  },
]

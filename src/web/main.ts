// The first load: theme, language, who is signed in, then the shell.

import { loadLanguage } from './i18n/i18n.ts'
import { router } from './shell/router.ts'
import { session } from './shell/session.ts'
import { startTheme } from './ui/theme.ts'

startTheme()
router.start()
await Promise.all([loadLanguage(), session.load()])
await import('./shell/shell.ts')

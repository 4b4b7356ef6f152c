// What the parts of Files may do; provided once by the app.

import { createContext } from '@lit/context'
import type { Actions } from './actions.ts'
import type { Uploads } from './uploads.ts'

export type FileActions = Actions & { readonly uploads: Uploads }

export const actionsContext = createContext<FileActions>(Symbol('file actions'))
